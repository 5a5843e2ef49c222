/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/png.h"

#include <spng.h>

#include "decode/canvas.h"
#include "decode/colour.h"
#include "decode/orient.h"
#include "decode/png_header.h"

/* What colour profiles, texts and the like may take inside libspng. */
enum { ANCILLARY_BYTES = 4 << 20 };

static fv_status explain(int code, fvi_photo *p, fv_error *err)
{
    switch (code) {
    case SPNG_OK:
        break;
    case SPNG_EMEM:
        return fvi_fail(err, FV_E_NOMEM, "libspng: %s", spng_strerror(code));
    case SPNG_ECHUNK_LIMITS:
        (void)fvi_refuse(p, FVI_DECODE_TOO_LARGE, "a chunk that would take more than %d bytes",
                         ANCILLARY_BYTES);
        break;
    default:
        (void)fvi_refuse(p, FVI_DECODE_CORRUPT, "%s", spng_strerror(code));
        break;
    }
    return FV_OK;
}

static int set_up(spng_ctx *ctx, fv_bytes in, const fvi_png_header *h)
{
    int code = spng_set_image_limits(ctx, h->width_px, h->height_px);

    if (code == SPNG_OK) code = spng_set_chunk_limits(ctx, ANCILLARY_BYTES, ANCILLARY_BYTES);
    if (code == SPNG_OK) code = spng_set_crc_action(ctx, SPNG_CRC_ERROR, SPNG_CRC_ERROR);
    if (code == SPNG_OK) code = spng_set_png_buffer(ctx, in.data, h->len);
    return code;
}

static fv_status read_pixels(fv_bytes in, const fvi_png_header *h, const fvi_canvas *c,
                             fvi_photo *p, fv_error *err)
{
    int format = c->channels == 4 ? SPNG_FMT_RGBA8 : SPNG_FMT_RGB8;
    int flags = c->channels == 4 ? SPNG_DECODE_TRNS : 0;
    spng_ctx *ctx = spng_ctx_new(0);

    if (ctx == NULL) return fvi_fail(err, FV_E_NOMEM, "libspng: no context");
    int code = set_up(ctx, in, h);
    if (code == SPNG_OK)
        code = spng_decode_image(ctx, c->data, c->width * c->height * c->channels, format, flags);
    /* The pixels are there, but not all of their checksums have been looked at. */
    if (code == SPNG_OK) code = spng_decode_chunks(ctx);
    spng_ctx_free(ctx);
    return explain(code, p, err);
}

fv_status fvi_png_decode(fvi_decoder *d, fv_bytes in, const fvi_decode_limits *limits, fvi_photo *p,
                         fv_error *err)
{
    fv_status st = FV_OK;
    fvi_png_header h;

    if (!fvi_png_header_read(in, limits, &h, p)) return FV_OK;
    p->orientation = h.orientation == 0 ? 1 : h.orientation;
    fvi_canvas c = {
        .width = h.width_px,
        .height = h.height_px,
        .channels = h.alpha ? 4 : 3,
        .orientation = p->orientation,
    };
    FVI_TRY(fvi_canvas_open(d, &c, err));
    FVI_TRY(read_pixels(in, &h, &c, p, err));
    if (p->fault != FVI_DECODE_OK) goto out;
    if (h.alpha) fvi_colour_over_white(c.data, c.width * c.height, c.rgb);
    fvi_canvas_finish(&c, p);
    p->full_width_px = p->image.width_px;
    p->full_height_px = p->image.height_px;
    p->scale = 1.0F;
    p->grey = h.grey;
out:
    return st;
}
