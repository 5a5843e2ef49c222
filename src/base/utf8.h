/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FVI_BASE_UTF8_H
#define FVI_BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

/**
 * Reads the character that starts at s[0].
 *
 * @param n  bytes that may be read, at least 1
 * @return its length in bytes (1 to 4), or 0 when s does not start with a well-formed character
 */
size_t fvi_utf8_next(const uint8_t *s, size_t n, uint32_t *code_point);

/** Offset of the first byte that is not part of well-formed UTF-8; n when there is none. */
size_t fvi_utf8_check(const uint8_t *s, size_t n);

/** The most bytes of s, up to max, that do not end inside a character: for "%.*s". */
int fvi_utf8_cut(const char *s, int max);

#endif
