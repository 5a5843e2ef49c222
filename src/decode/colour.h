/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FVI_DECODE_COLOUR_H
#define FVI_DECODE_COLOUR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* n pixels of four channels to RGB; `rgb` may be the same memory as the input. */

/** @param inverted  255 is no ink, as in every file with an Adobe marker */
void fvi_colour_from_cmyk(const uint8_t *cmyk, size_t n, bool inverted, uint8_t *rgb);

/** Composites straight (not premultiplied) alpha over white. */
void fvi_colour_over_white(const uint8_t *rgba, size_t n, uint8_t *rgb);

#endif
