/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What goes wrong with photographs, each with a strength: light, focus, noise, compression, colour,
 * and things before the face. Changes the picture in hand; everything but degrade_jpeg() needs libc
 * and libm alone. Thread-safe; the same input gives the same output. Running out of memory ends the
 * program.
 *
 * "Linear light" is what a sensor counts: sRGB's transfer function taken off, 0..1.
 * Landmarks are the 68 points of iBUG 300-W, in pixels.
 */
#ifndef FVI_TEST_DEGRADE_H
#define FVI_TEST_DEGRADE_H

#include "base/image.h"
#include "portrait.h"

/* free() rgb of the copy. */
pixels degrade_copy(const pixels *p);

float degrade_linear(uint8_t encoded);
uint8_t degrade_encoded(float linear); /* clipped to 0..1 before */

/* --- light --- */

/* 255 (v / 255)^gamma: 1 = nothing, above darker, below brighter. */
void degrade_gamma(pixels *p, float gamma);

/* Linear light times 2^ev, clipped. */
void degrade_exposure(pixels *p, float ev);

/* A smooth fall from one edge of the face to the other: its right side in the picture gets ev stops
 * less light; with a negative ev its left side gets -ev stops less. */
void degrade_side_light(pixels *p, const fvi_box *face, float ev);

/* Head and shoulders `ev` stops darker, and the rest blended to white by 0..1. */
void degrade_backlight(pixels *p, const fvi_box *face, float ev, float white);

/* Encoded values blended to middle grey by 0..1. */
void degrade_haze(pixels *p, float amount);

/* A soft reflection: white light added, `strength` (linear) in its middle, 1/e of it a radius off.
 * The radius may differ by axis. */
void degrade_spot(pixels *p, fvi_point middle, float radius_x_px, float radius_y_px,
                  float strength);

typedef enum degrade_shine {
    DEGRADE_SHINE_FOREHEAD,
    DEGRADE_SHINE_CHEEKS,
    DEGRADE_SHINE_LENSES, /* over both eyes, as on the lenses of glasses */
} degrade_shine;

void degrade_glare(pixels *p, const fvi_point *marks, degrade_shine where, float strength);

/* --- focus, noise, compression, size --- */

/* In linear light; the picture goes on beyond its edges as it ends there. */
void degrade_blur(pixels *p, float sigma_px);

/* Along a line; 0 degrees = level, 90 = upright. In linear light. */
void degrade_motion(pixels *p, float length_px, float angle_deg);

/* Gaussian, on encoded values, each channel of its own; sigma in values of 0..255. */
void degrade_noise(pixels *p, float sigma, uint64_t seed);

/* Encoded with 4:2:0 and decoded. */
void degrade_jpeg(pixels *p, int quality);

/* 1/factor the size, each pixel the mean of the area that it covers; encoded values. */
void degrade_shrink(pixels *p, float factor);

/* The same, and enlarged again to the old size (bilinear). */
void degrade_coarse(pixels *p, float factor);

/* A printed mesh: two sine gratings at right angles, added to encoded values. */
void degrade_mesh(pixels *p, float period_px, float angle_deg, float amplitude);

/* --- colour --- */

/* Blended to the grey of its luma (Rec. 601) by 0..1. */
void degrade_desaturate(pixels *p, float amount);

typedef enum degrade_tint { DEGRADE_BLUE, DEGRADE_ORANGE, DEGRADE_GREEN } degrade_tint;

/* Gains in linear light: the tint's channels up by half of `stops`, the others down by half, and
 * all of them so that white keeps its luminance. */
void degrade_cast(pixels *p, degrade_tint tint, float stops);

/* --- things before the face, drawn from its landmarks --- */

typedef enum degrade_cover_what {
    DEGRADE_GLASSES, /* two lenses and a bridge */
    DEGRADE_MASK,    /* from the bridge of the nose to the chin */
    DEGRADE_FRINGE,  /* forehead and brows, down to the eyes */
    DEGRADE_HAND,    /* the picture's left half of the face */
} degrade_cover_what;

typedef struct degrade_cloth {
    uint8_t rgb[3];
    float opacity; /* 0..1 */
} degrade_cloth;

/* Flat shapes with a little shading towards their edges. */
void degrade_cover(pixels *p, const fvi_point *marks, degrade_cover_what what,
                   const degrade_cloth *cloth);

#endif
