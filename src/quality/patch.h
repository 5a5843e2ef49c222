/* SPDX-License-Identifier: Apache-2.0 */
/* Small parts of a view: what colour they are, and how much goes on in them. */
#ifndef FVI_QUALITY_PATCH_H
#define FVI_QUALITY_PATCH_H

#include "quality/view.h"

/** CIELAB (D65), L 0..100. */
typedef struct fvi_lab {
    float l;
    float a;
    float b;
} fvi_lab;

/** A rectangle in view pixels, corners included. */
typedef struct fvi_part {
    float x0_px;
    float y0_px;
    float x1_px;
    float y1_px;
} fvi_part;

/** CIELAB of sRGB values 0..255. Pure. */
fvi_lab fvi_lab_of(float r, float g, float b);

/** Differences of colour: with lightness counted half (shadow is no other colour), and without. */
float fvi_lab_distance(fvi_lab p, fvi_lab q);
float fvi_chroma_distance(fvi_lab p, fvi_lab q);

/** The colour of a disc's mean. Pure; false where less than a third of it lies in the picture. */
bool fvi_patch_colour(const fvi_view *view, fvi_point middle, float radius_px, fvi_lab *out);

/** Mean size of the grey value's slope along x and y, per pixel. Pure; false where the part holds
 *  nothing of the picture. */
bool fvi_patch_slopes(const fvi_view *view, fvi_part part, float *along_x, float *along_y);

/** The grey value below which `share` of the part's pixels lie, 0..255; NaN: nothing there. Pure.
 */
float fvi_patch_quantile(const fvi_view *view, fvi_part part, float share);

/** A point on the way from landmark i to k. Pure. */
fvi_point fvi_between(const fvi_view *view, int i, int k, float share);

#endif
