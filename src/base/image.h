/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FVI_BASE_IMAGE_H
#define FVI_BASE_IMAGE_H

#include <stddef.h>
#include <stdint.h>

/** A view of 8-bit pixels, rows top to bottom; owns nothing. */
typedef struct fvi_image {
    uint8_t *data; /**< channels interleaved: R,G,B or one grey value */
    int width_px;
    int height_px;
    int channels;        /**< 1 (grey) or 3 (RGB, sRGB-encoded) */
    size_t stride_bytes; /**< from one row to the next, >= width_px * channels */
} fvi_image;

/** A point in pixels: (0,0) is the centre of the top left pixel. */
typedef struct fvi_point {
    float x_px;
    float y_px;
} fvi_point;

/** A box in pixels by its corners; may reach outside the picture. */
typedef struct fvi_box {
    float x0_px;
    float y0_px;
    float x1_px;
    float y1_px;
    float score; /**< 0..1, the detector's */
} fvi_box;

#endif
