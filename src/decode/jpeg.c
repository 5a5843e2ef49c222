/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TurboJPEG goes on decoding after a warning and fills what is lost with grey; it keeps the words
 * of the first warning, unless an error ends the decoding. Here every warning is a fault. So that
 * harmless ones never come up, what would cause them is taken out of the stream beforehand
 * (fvi_jpeg_repair). One cannot be foreseen: zeros that a camera left between the last scan and the
 * end marker, which may as well be the scan's own. That warning comes when all scans have been
 * read; where it is the first it is the only one, and the pixels are whole.
 */
#include "decode/jpeg.h"

#include <stdio.h>
#include <string.h>

#include <turbojpeg.h>

#include "decode/canvas.h"
#include "decode/colour.h"
#include "decode/jpeg_header.h"
#include "decode/orient.h"

enum { EIGHTHS = 8, MIN_SIDE_PX = 16 };

static uint32_t eighths_of(uint32_t side_px, uint32_t m)
{
    return (side_px * m + EIGHTHS - 1) / EIGHTHS; /* as TJSCALED; at most 65535 * 8 */
}

/* The least M of M/8 that the caller's target allows. */
static uint32_t scale_eighths(const fvi_jpeg_header *h, const fvi_decode_limits *limits)
{
    bool wide = h->width_px > h->height_px;
    uint32_t longer = wide ? h->width_px : h->height_px;
    uint32_t shorter = wide ? h->height_px : h->width_px;
    uint32_t m = 1;

    if (limits->target_px == 0) return EIGHTHS;
    while (m < EIGHTHS &&
           (eighths_of(longer, m) < limits->target_px || eighths_of(shorter, m) < MIN_SIDE_PX))
        m *= 2; /* 3, 5, 6 and 7 eighths have no fast transform: slower than the whole */
    return m;
}

static bool is_padding(const char *text, size_t zero_tail)
{
    unsigned n = 0;
    return sscanf(text, "Corrupt JPEG data: %u extraneous bytes before marker 0xd9", &n) == 1 &&
           strstr(text, "0xd9") != NULL && n <= zero_tail;
}

static fv_status explain(const char *text, fvi_photo *p, fv_error *err)
{
    if (strstr(text, "Insufficient memory") != NULL || strstr(text, "allocation fail") != NULL)
        return fvi_fail(err, FV_E_NOMEM, "TurboJPEG: %s", text);
    bool unsupported =
        strstr(text, "not implemented") != NULL || strstr(text, "Unsupported color") != NULL;
    (void)fvi_refuse(p, unsupported ? FVI_DECODE_UNSUPPORTED : FVI_DECODE_CORRUPT, "%s", text);
    return FV_OK;
}

/* Fills c->data; NULL, or TurboJPEG's words where that cannot be trusted. */
static const char *read_pixels(tjhandle tj, fv_bytes in, size_t zero_tail, const fvi_canvas *c)
{
    int format = c->channels == 3 ? TJPF_RGB : TJPF_CMYK;
    int pitch = (int)(c->width * c->channels); /* at most 65535 * 4 */
    if (tjDecompress2(tj, in.data, in.len, c->data, (int)c->width, pitch, (int)c->height, format,
                      0) == 0)
        return NULL;
    const char *text = tjGetErrorStr2(tj);
    return is_padding(text, zero_tail) ? NULL : text;
}

/* What TurboJPEG is to read: the picture without what follows it, repaired where needed. */
static fv_status clean_stream(fvi_decoder *d, fv_bytes in, const fvi_jpeg_header *h, fv_bytes *out,
                              fv_error *err)
{
    if (!h->repair) {
        *out = (fv_bytes){.data = in.data, .len = h->len};
        return FV_OK;
    }
    fv_status st = fvi_buffer_reserve(&d->stream, h->len, err);
    if (st != FV_OK) return st;
    *out = (fv_bytes){.data = d->stream.data, .len = fvi_jpeg_repair(in, h, d->stream.data)};
    return FV_OK;
}

static void describe(const fvi_jpeg_header *h, fvi_photo *p)
{
    bool turned = fvi_orient_swaps(p->orientation);

    p->full_width_px = (int)(turned ? h->height_px : h->width_px);
    p->full_height_px = (int)(turned ? h->width_px : h->height_px);
    p->scale = (float)p->image.width_px / (float)p->full_width_px;
    p->grey = h->components == 1;
}

fv_status fvi_jpeg_decode(fvi_decoder *d, fv_bytes in, const fvi_decode_limits *limits,
                          fvi_photo *p, fv_error *err)
{
    fv_status st = FV_OK;
    fvi_jpeg_header h;
    fv_bytes clean = {0};

    if (!fvi_jpeg_header_read(in, limits, &h, p)) return FV_OK;
    p->orientation = h.orientation == 0 ? 1 : h.orientation;
    uint32_t m = scale_eighths(&h, limits);
    fvi_canvas c = {
        .width = eighths_of(h.width_px, m),
        .height = eighths_of(h.height_px, m),
        .channels = h.components == FVI_JPEG_COMPONENTS ? 4 : 3,
        .orientation = p->orientation,
    };
    FVI_TRY(clean_stream(d, in, &h, &clean, err));
    FVI_TRY(fvi_canvas_open(d, &c, err));
    const char *text = read_pixels(d->jpeg, clean, h.zero_tail, &c);
    if (text != NULL) {
        st = explain(text, p, err);
        goto out;
    }
    if (c.channels == 4) fvi_colour_from_cmyk(c.data, c.width * c.height, h.adobe, c.rgb);
    fvi_canvas_finish(&c, p);
    describe(&h, p);
out:
    return st;
}
