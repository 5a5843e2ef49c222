/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FVI_DECODE_CANVAS_H
#define FVI_DECODE_CANVAS_H

#include "decode/decoder.h"

/**
 * Where a picture is decoded to: straight into the result where it needs nothing more, and through
 * the decoder's second buffer only where its colours or its orientation ask for it.
 */
typedef struct fvi_canvas {
    size_t width; /**< as stored, before orientation */
    size_t height;
    size_t channels; /**< 3 or 4, of `data` */
    int orientation;
    uint8_t *data;    /**< height rows of width * channels bytes: filled by the format's decoder */
    uint8_t *rgb;     /**< same rows as RGB: what a colour conversion writes; data for 3 channels */
    uint8_t *upright; /**< the result */
} fvi_canvas;

/** Takes the memory for c->width, height, channels, orientation; sets the pointers. */
FV_NODISCARD fv_status fvi_canvas_open(fvi_decoder *d, fvi_canvas *c, fv_error *err);

/** Makes c->rgb upright and p->image a view of it. */
void fvi_canvas_finish(const fvi_canvas *c, fvi_photo *p);

#endif
