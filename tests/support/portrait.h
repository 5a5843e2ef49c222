/* SPDX-License-Identifier: Apache-2.0 */
/* Real portraits from tests/data, and what happens to photographs on their way: cut, scaled,
 * turned, compressed again. Every failure ends the program. */
#ifndef FVI_TEST_PORTRAIT_H
#define FVI_TEST_PORTRAIT_H

#include "picture.h"

#define SELFIE_JPG "selfie_obama.jpg"
#define RECORD_JPG "record_obama.jpg"
#define OTHER_JPG  "other_biden.jpg"

/* 8-bit RGB, rows top to bottom without padding. free() rgb. */
typedef struct pixels {
    uint8_t *rgb;
    int width;
    int height;
} pixels;

/* The bytes of a file in tests/data. */
blob portrait_file(const char *name);

/* The same, decoded. */
pixels portrait_read(const char *name);

pixels pixels_blank(int width, int height, uint8_t grey);

/* Every value of its own; the same for the same seed. */
pixels pixels_noise(int width, int height, uint32_t seed);

/* The part that begins at (x, y), which may lie outside: there it is grey. */
pixels pixels_cut(const pixels *p, int x, int y, int width, int height);

/* Area average where it gets smaller, nearest where it gets larger. */
pixels pixels_scaled(const pixels *p, int width, int height);

/* As a file of this Exif orientation stores them. */
pixels pixels_stored(const pixels *p, int orientation);

/* Turned clockwise about (cx, cy); grey where nothing was. */
pixels pixels_turned(const pixels *p, float deg, float cx, float cy);

void pixels_paste(pixels *on, const pixels *p, int x, int y);

blob pixels_jpeg(const pixels *p, int quality);

/* `p` upright, as a file whose Exif says `orientation`. */
blob pixels_jpeg_oriented(const pixels *p, int orientation, int quality);

#endif
