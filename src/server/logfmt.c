/* SPDX-License-Identifier: Apache-2.0 */
#include "server/logfmt.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

enum { ROOM_FOR_END = 32, VALUE_MAX = 1024 };

/* A terminal would act on them, or show the line in another order than it has. */
static bool is_unsafe(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x200b && c <= 0x200f) ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff;
}

/* One character as written into out; its length there. */
static size_t escape(char out[8], const char *s, size_t len, uint32_t c)
{
    if (len == 0) c = 0xfffd;
    if (c == '"' || c == '\\') return (size_t)snprintf(out, 8, "\\%c", (char)c);
    if (c == '\n') return (size_t)snprintf(out, 8, "\\n");
    if (len == 0 || is_unsafe(c)) return (size_t)snprintf(out, 8, "\\u%04" PRIx32, c);
    memcpy(out, s, len);
    return len;
}

static bool is_bare(uint32_t c)
{
    return c > ' ' && c < 0x7f && c != '"' && c != '\\' && c != '=';
}

/* The pair, or nothing of it. */
static void add(fvi_logfmt *line, const char *key, const char *value, size_t len, bool quoted)
{
    size_t key_len = strlen(key);
    size_t all = key_len + len + 4; /* blank, =, quotes */

    if (line->len + all > sizeof line->data - ROOM_FOR_END) return;
    char *p = line->data + line->len;
    if (line->len > 0) *p++ = ' ';
    memcpy(p, key, key_len);
    p += key_len;
    *p++ = '=';
    if (quoted) *p++ = '"';
    memcpy(p, value, len);
    p += len;
    if (quoted) *p++ = '"';
    line->len = (size_t)(p - line->data);
}

void fvi_logfmt_text(fvi_logfmt *line, const char *key, const char *value, size_t cap)
{
    static const char more[] = "...";
    char out[VALUE_MAX + sizeof more];
    size_t len = 0;
    bool quoted = false;

    if (value == NULL || value[0] == '\0') return;
    if (cap > VALUE_MAX) cap = VALUE_MAX;
    for (size_t n = strlen(value); n > 0;) {
        char one[8];
        uint32_t c = 0;
        size_t read = fvi_utf8_next((const uint8_t *)value, n, &c);
        size_t written = escape(one, value, read, c);
        if (len + written > cap) {
            memcpy(out + len, more, sizeof more - 1);
            len += sizeof more - 1;
            break;
        }
        memcpy(out + len, one, written);
        len += written;
        if (read == 0 || !is_bare(c)) quoted = true;
        read += read == 0;
        value += read;
        n -= read;
    }
    add(line, key, out, len, quoted);
}

void fvi_logfmt_plain(fvi_logfmt *line, const char *key, const char *fmt, ...)
{
    char value[VALUE_MAX];
    va_list ap;

    va_start(ap, fmt);
    int n = vsnprintf(value, sizeof value, fmt, ap);
    va_end(ap);
    if (n > 0 && (size_t)n < sizeof value) add(line, key, value, (size_t)n, false);
}
