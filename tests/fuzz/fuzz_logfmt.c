/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first byte is how long the text may be; the rest is a text for the log, which must stay one
 * line of ASCII control-free UTF-8 in balanced quotes.
 */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "server/logfmt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int holds)
{
    if (!holds) abort();
}

static void line(const char *text, size_t cap)
{
    fvi_logfmt l = {.len = 0};
    size_t quotes = 0;

    fvi_logfmt_text(&l, "k", text, cap);
    require(l.len <= cap + 8);
    require(fvi_utf8_check((const uint8_t *)l.data, l.len) == l.len);
    for (size_t i = 0; i < l.len; i++) {
        unsigned char c = (unsigned char)l.data[i];
        require(c >= ' ' && c != 0x7f);
        if (c == '\\') i++;
        if (c == '"') quotes++;
        if (c == ' ' || c == '=') require(quotes == 1 || i == 1);
    }
    require(quotes == 0 || (quotes == 2 && l.data[2] == '"' && l.data[l.len - 1] == '"'));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1) return 0;
    char *text = malloc(size); /* of the exact size: a read beyond it is seen */
    require(text != NULL);
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';
    line(text, data[0]);
    free(text);
    return 0;
}
