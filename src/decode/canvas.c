/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/canvas.h"

#include "decode/orient.h"

enum { RGB = 3 };

static fv_status take(fvi_buffer *b, size_t pixels, size_t channels, fv_error *err)
{
    size_t bytes = 0;
    if (!fvi_mul_size(pixels, channels, &bytes))
        return fvi_fail(err, FV_E_NOMEM, "picture of %zu pixels", pixels);
    return fvi_buffer_reserve(b, bytes, err);
}

fv_status fvi_canvas_open(fvi_decoder *d, fvi_canvas *c, fv_error *err)
{
    fv_status st = FV_OK;
    bool turned = fvi_orient_swaps(c->orientation);
    bool direct = !turned && c->channels == RGB;
    size_t pixels = 0;

    if (!fvi_mul_size(c->width, c->height, &pixels))
        return fvi_fail(err, FV_E_NOMEM, "picture of %zux%zu px", c->width, c->height);
    FVI_TRY(take(&d->pixels, pixels, RGB, err));
    if (!direct) FVI_TRY(take(&d->raw, pixels, c->channels, err));
    c->upright = d->pixels.data;
    c->data = direct ? d->pixels.data : d->raw.data;
    c->rgb = turned ? d->raw.data : d->pixels.data;
out:
    return st;
}

void fvi_canvas_finish(const fvi_canvas *c, fvi_photo *p)
{
    bool turned = fvi_orient_swaps(c->orientation);
    size_t width = turned ? c->height : c->width;

    if (turned)
        fvi_orient_turn(c->rgb, c->width, c->height, c->orientation, c->upright);
    else
        fvi_orient_in_place(c->upright, c->width, c->height, c->orientation);
    p->image = (fvi_image){
        .data = c->upright,
        .width_px = (int)width,
        .height_px = (int)(turned ? c->width : c->height),
        .channels = RGB,
        .stride_bytes = width * RGB,
    };
}
