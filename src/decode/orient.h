/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FVI_DECODE_ORIENT_H
#define FVI_DECODE_ORIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Whether an upright picture has the stored one's width as its height. */
bool fvi_orient_swaps(int orientation);

/** Makes an RGB picture of EXIF orientation 1..4 upright where it lies. */
void fvi_orient_in_place(uint8_t *rgb, size_t width, size_t height, int orientation);

/** Orientations 5..8: `out` becomes height wide and width high; it must not overlap `rgb`. */
void fvi_orient_turn(const uint8_t *rgb, size_t width, size_t height, int orientation,
                     uint8_t *out);

#endif
