/* SPDX-License-Identifier: Apache-2.0 */
/* What measures of light share. */
#ifndef FVI_QUALITY_LIGHT_H
#define FVI_QUALITY_LIGHT_H

#include <stddef.h>

#include "quality/view.h"

/**
 * Which skin pixels count where no face was found and all of the picture is taken for skin: a dark
 * or white wall must not be held against a face, so only what more than half of the picture shows
 * may be. With a face it is always all of them.
 */
typedef enum fvi_half {
    FVI_HALF_BOTH = 0,
    FVI_HALF_BRIGHTER,
    FVI_HALF_DARKER,
} fvi_half;

/** How many pixels have each luminance. */
typedef struct fvi_levels {
    uint32_t n[256];
    uint32_t sum; /**< of n; 0: nothing can be said */
} fvi_levels;

/** Of the view's pixels where `mask` is 255. Pure. */
fvi_levels fvi_levels_within(const fvi_view *view, const fvi_image *mask);

/** Of the skin. Pure. */
fvi_levels fvi_levels_of(const fvi_view *view, fvi_half half);

/** Mean luminance of the levels, 0..1; NaN of none. Pure. */
float fvi_levels_mean(const fvi_levels *levels);

/** The luminance that this share of the pixels does not exceed, 0..1; NaN of none. Pure. */
float fvi_levels_quantile(const fvi_levels *levels, double share);

/** Keeps the brighter or darker part only: `share` of the pixels, 0..1. */
void fvi_levels_keep(fvi_levels *levels, fvi_half half, double share);

/** fvi_linear() of every value: for whole pictures. */
typedef struct fvi_linear_table {
    float of[256];
} fvi_linear_table;

fvi_linear_table fvi_linear_table_make(void);

/** Luminance of an RGB pixel, 0..1. */
static inline float fvi_luminance(const fvi_linear_table *t, const uint8_t *rgb)
{
    return 0.2126f * t->of[rgb[0]] + 0.7152f * t->of[rgb[1]] + 0.0722f * t->of[rgb[2]];
}

/** Pixels of the view, x1 and y1 exclusive. */
typedef struct fvi_square {
    int x0, y0, x1, y1;
} fvi_square;

/**
 * The cheeks of ISO/IEC 29794-5: squares of 0.3 eye distances below each eye, half way to the
 * mouth, cut at the view. [0] left in the picture. False where there is no face or one of them is
 * cut to less than half. Pure.
 */
bool fvi_cheeks(const fvi_view *view, fvi_square out[2]);

#endif
