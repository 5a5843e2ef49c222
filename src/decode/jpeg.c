/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TurboJPEG keeps the first warning only, goes on decoding after it, and calls a picture with grey
 * in place of lost data a success with a warning. Here the first warning ends the decoding, and
 * every warning is a fault. So that harmless ones never come up, what would cause them is taken out
 * of the stream beforehand (fvi_jpeg_repair). One cannot be foreseen: zeros that a camera left
 * between the last scan and the end marker, which may as well be the scan's own. It is warned about
 * when all scans have been read, so a second pass that ignores warnings hides nothing.
 */
#include "decode/jpeg.h"

#include <stdio.h>
#include <string.h>

#include <turbojpeg.h>

#include "decode/canvas.h"
#include "decode/colour.h"
#include "decode/jpeg_header.h"
#include "decode/orient.h"

enum { EIGHTHS = 8, MIN_SIDE_PX = 16, JMSG_LENGTH = 200 };

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
        m++;
    return m;
}

static int decompress(tjhandle tj, fv_bytes in, const fvi_canvas *c, int flags)
{
    return tjDecompress2(tj, in.data, in.len, c->data, (int)c->width, (int)(c->width * c->channels),
                         (int)c->height, c->channels == 3 ? TJPF_RGB : TJPF_CMYK, flags);
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

/* Fills c->data; false with TurboJPEG's words in text where that cannot be trusted. */
static bool read_pixels(tjhandle tj, fv_bytes in, size_t zero_tail, const fvi_canvas *c,
                        char text[JMSG_LENGTH])
{
    if (decompress(tj, in, c, TJFLAG_STOPONWARNING) == 0) return true;
    (void)snprintf(text, JMSG_LENGTH, "%s", tjGetErrorStr2(tj));
    if (tjGetErrorCode(tj) != TJERR_WARNING || !is_padding(text, zero_tail)) return false;

    (void)decompress(tj, in, c, 0);
    return strcmp(text, tjGetErrorStr2(tj)) == 0;
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
    char text[JMSG_LENGTH] = "";

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
    if (!read_pixels(d->jpeg, clean, h.zero_tail, &c, text)) {
        st = explain(text, p, err);
        goto out;
    }
    if (c.channels == 4) fvi_colour_from_cmyk(c.data, c.width * c.height, h.adobe, c.rgb);
    fvi_canvas_finish(&c, p);
    describe(&h, p);
out:
    return st;
}
