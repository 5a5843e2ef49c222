/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/decode.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <turbojpeg.h>

#include "decode/decoder.h"
#include "decode/fault.h"
#include "decode/format.h"
#include "decode/jpeg.h"
#include "decode/png.h"

fv_status fvi_decoder_create(fvi_decoder **out, fv_error *err)
{
    fv_status st = FV_OK;
    fvi_decoder *d = calloc(1, sizeof *d);

    if (d == NULL) {
        st = fvi_fail(err, FV_E_NOMEM, "decoder");
        goto out;
    }
    d->jpeg = tjInitDecompress();
    if (d->jpeg == NULL) {
        st = fvi_fail(err, FV_E_NOMEM, "TurboJPEG: %s", tjGetErrorStr2(NULL));
        goto out;
    }
    *out = d;
    d = NULL;
out:
    fvi_decoder_destroy(&d);
    return st;
}

void fvi_decoder_destroy(fvi_decoder **d)
{
    if (d == NULL || *d == NULL) return;
    fvi_buffer_free(&(*d)->stream);
    fvi_buffer_free(&(*d)->raw);
    fvi_buffer_free(&(*d)->pixels);
    if ((*d)->jpeg != NULL) (void)tjDestroy((*d)->jpeg);
    free(*d);
    *d = NULL;
}

void fvi_decoder_wipe(fvi_decoder *d)
{
    fvi_buffer_wipe(&d->stream);
    fvi_buffer_wipe(&d->raw);
    fvi_buffer_wipe(&d->pixels);
}

/* Whether the bytes are worth a decoder's time. */
static bool admit(fv_bytes in, const fvi_decode_limits *limits, fvi_photo *p)
{
    if (in.data == NULL || in.len == 0) return fvi_refuse(p, FVI_DECODE_EMPTY, "no bytes");
    (void)snprintf(p->format, sizeof p->format, "%s", fvi_format_name(in));
    if (in.len > limits->image_bytes)
        return fvi_refuse(p, FVI_DECODE_TOO_LARGE, "%zu bytes, at most %zu", in.len,
                          limits->image_bytes);
    if (p->format[0] == '\0')
        return fvi_refuse(p, FVI_DECODE_NOT_PICTURE, "no known picture format");
    return true;
}

static fv_status dispatch(fvi_decoder *d, fv_bytes in, const fvi_decode_limits *limits,
                          fvi_photo *p, fv_error *err)
{
    if (strcmp(p->format, "JPEG") == 0) return fvi_jpeg_decode(d, in, limits, p, err);
    if (strcmp(p->format, "PNG") == 0) return fvi_png_decode(d, in, limits, p, err);
    (void)fvi_refuse(p, FVI_DECODE_UNSUPPORTED, "%s files are not read", p->format);
    return FV_OK;
}

fv_status fvi_decode(fvi_decoder *d, fv_bytes in, const fvi_decode_limits *limits, fvi_photo *out,
                     fv_error *err)
{
    fv_status st = FV_OK;
    fvi_photo p = {.orientation = 1};

    if (admit(in, limits, &p)) FVI_TRY(dispatch(d, in, limits, &p, err));
    *out = p;
out:
    return st;
}
