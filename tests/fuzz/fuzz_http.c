/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first byte selects: 'h' the head of an HTTP request, which must be read alike however it is
 * cut into pieces; 'l' a text for the log, which must stay one line of ASCII control-free UTF-8 in
 * balanced quotes. The second byte is where to cut, and how long the text may be.
 */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "server/http_message.h"
#include "server/logfmt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int holds)
{
    if (!holds) abort();
}

static void head(const char *text, size_t n, size_t at)
{
    fvi_http_request whole = fvi_http_parse(text, n);
    fvi_http_request part = fvi_http_parse(text, at < n ? at : n);

    require(whole.status == 0 || fvi_http_phrase(whole.status)[0] != '\0');
    require(whole.status != 0 || n < FVI_HTTP_HEAD_MAX);
    if (whole.status == 0) require(part.status == 0);
    if (part.status == 0 || part.status == 431) return; /* what is decided stays decided */
    require(part.status == whole.status && part.page == whole.page && part.head == whole.head);
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
    if (size < 2) return 0;
    char *text = malloc(size - 1); /* of the exact size: a read beyond it is seen */
    require(text != NULL);
    memcpy(text, data + 2, size - 2);
    text[size - 2] = '\0';
    if (data[0] == 'h') {
        char *bare = malloc(size - 2 + (size == 2));
        require(bare != NULL);
        memcpy(bare, text, size - 2);
        head(bare, size - 2, data[1]);
        free(bare);
    }
    if (data[0] == 'l') line(text, data[1]);
    free(text);
    return 0;
}
