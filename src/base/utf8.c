/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utf8.h"

size_t fvi_utf8_next(const uint8_t *s, size_t n, uint32_t *code_point)
{
    static const uint32_t smallest[5] = {0, 0, 0x80, 0x800, 0x10000};
    uint32_t c = s[0];
    size_t len = 0;

    if (c < 0x80) {
        *code_point = c;
        return 1;
    }
    if (c >= 0xc2 && c <= 0xdf) len = 2;
    if (c >= 0xe0 && c <= 0xef) len = 3;
    if (c >= 0xf0 && c <= 0xf4) len = 4;
    if (len == 0 || len > n) return 0;
    c &= 0x7fu >> len;
    for (size_t i = 1; i < len; i++) {
        if ((s[i] & 0xc0) != 0x80) return 0;
        c = c << 6 | (s[i] & 0x3f);
    }
    if (c < smallest[len] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)) return 0;
    *code_point = c;
    return len;
}

size_t fvi_utf8_check(const uint8_t *s, size_t n)
{
    uint32_t c = 0;
    for (size_t i = 0; i < n;) {
        size_t len = fvi_utf8_next(s + i, n - i, &c);
        if (len == 0) return i;
        i += len;
    }
    return n;
}

int fvi_utf8_cut(const char *s, int max)
{
    int n = 0;
    while (n < max && s[n] != '\0')
        n++;
    if (s[n] == '\0') return n;
    while (n > 0 && ((unsigned char)s[n] & 0xc0) == 0x80)
        n--;
    return n;
}
