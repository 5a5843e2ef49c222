/* SPDX-License-Identifier: Apache-2.0 */
#include "server/text.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static bool reserve(fvi_text *text, size_t more)
{
    enum { FIRST = 16384 };
    size_t cap = text->cap > 0 ? text->cap : FIRST;

    if (more > SIZE_MAX / 4 - text->len) return false;
    while (cap - text->len <= more)
        cap *= 2;
    if (cap == text->cap) return true;
    char *data = realloc(text->data, cap);
    if (data == NULL) return false;
    text->data = data;
    text->cap = cap;
    return true;
}

void fvi_text_add(fvi_text *text, const char *fmt, ...)
{
    va_list ap;

    if (text->failed) return;
    va_start(ap, fmt);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n < 0 || !reserve(text, (size_t)n)) {
        text->failed = true;
        return;
    }
    va_start(ap, fmt);
    (void)vsnprintf(text->data + text->len, text->cap - text->len, fmt, ap);
    va_end(ap);
    text->len += (size_t)n;
}
