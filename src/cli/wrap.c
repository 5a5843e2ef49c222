/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/utf8.h"
#include "cli/reply.h"

enum { COLUMNS = 79 };

static bool is_wide(uint32_t point)
{
    return (point >= 0x2e80 && point <= 0x9fff) || (point >= 0xff00 && point <= 0xff60);
}

/* No line begins with closing punctuation, and none ends with what opens. */
static bool closes(uint32_t point)
{
    static const uint32_t list[] = {0x3001, 0x3002, 0xff0c, 0xff1a, 0xff1b, 0xff01, 0xff1f, 0xff09};
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
        if (list[i] == point) return true;
    }
    return false;
}

static bool opens(uint32_t point)
{
    return point == 0xff08;
}

/* What must stay on one line: up to a space, or up to where a break between wide characters is
 * allowed. `columns` is its width. */
static size_t next_piece(const char *s, unsigned *columns)
{
    size_t n = strlen(s);
    size_t at = 0;
    uint32_t last = 0;

    *columns = 0;
    while (at < n) {
        uint32_t point = 0;
        size_t len = fvi_utf8_next((const uint8_t *)s + at, n - at, &point);
        if (len == 0) len = 1;
        bool breakable =
            at > 0 && (is_wide(point) || is_wide(last)) && !closes(point) && !opens(last);
        if (point == ' ' || breakable) break;
        *columns += is_wide(point) ? 2 : 1;
        at += len;
        last = point;
    }
    return at;
}

void cli_print_wrapped(cli_column *c, const char *text)
{
    while (*text != '\0') {
        bool space = *text == ' ';
        unsigned columns = 0;

        if (space) text++;
        size_t n = next_piece(text, &columns);
        if (c->at + space + columns > COLUMNS && c->at > c->indent) {
            (void)fprintf(c->to, "\n%*s", (int)c->indent, "");
            c->at = c->indent;
        } else if (space) {
            (void)fputc(' ', c->to);
            c->at++;
        }
        (void)fwrite(text, 1, n, c->to);
        c->at += columns;
        text += n;
    }
}

unsigned cli_width(const char *text)
{
    size_t n = strlen(text);
    unsigned columns = 0;

    for (size_t at = 0; at < n;) {
        uint32_t point = 0;
        size_t len = fvi_utf8_next((const uint8_t *)text + at, n - at, &point);
        columns += len > 0 && is_wide(point) ? 2 : 1;
        at += len > 0 ? len : 1;
    }
    return columns;
}
