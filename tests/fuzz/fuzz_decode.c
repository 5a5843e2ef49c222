/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes into the decoder. The input stays a plain file, so that pictures are seeds as they are:
 * its last byte chooses the limits, and whether a PNG gets right checksums (a mutation never
 * would).
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "decode/decode.h"
#include "picture.h"

enum { MIN_SIDE_PX = 16, MAX_SIDE_PX = 4096, MAX_PIXELS = 4 << 20, MAX_BYTES = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok) abort();
}

static void fix_png(uint8_t *p, size_t len)
{
    size_t at = 8;
    while (at <= len && len - at >= 12) {
        size_t n =
            (size_t)p[at] << 24 | (size_t)p[at + 1] << 16 | (size_t)p[at + 2] << 8 | p[at + 3];
        if (n > len - at - 12) return;
        png_fix_crc(p + at);
        at += 12 + n;
    }
}

static uint32_t sum_of(const fvi_image *im)
{
    uint32_t sum = 0;
    for (int y = 0; y < im->height_px; y++) {
        const uint8_t *row = im->data + (size_t)y * im->stride_bytes;
        for (int x = 0; x < im->width_px * im->channels; x++)
            sum += row[x];
    }
    return sum;
}

static void check(const fvi_photo *p, const fvi_decode_limits *limits)
{
    must(memchr(p->detail, '\0', sizeof p->detail) != NULL);
    must((p->fault == FVI_DECODE_OK) == (p->image.data != NULL));
    if (p->fault != FVI_DECODE_OK) {
        must(p->detail[0] != '\0');
        return;
    }
    must(p->orientation >= 1 && p->orientation <= 8);
    must(p->full_width_px >= MIN_SIDE_PX && p->full_height_px >= MIN_SIDE_PX);
    must((uint64_t)p->full_width_px * (uint64_t)p->full_height_px <= limits->pixels);
    must(p->image.width_px <= p->full_width_px && p->image.height_px <= p->full_height_px);
    must(p->image.width_px >= MIN_SIDE_PX && p->image.height_px >= MIN_SIDE_PX);
    must(p->scale > 0 && p->scale <= 1);
    volatile uint32_t sum = sum_of(&p->image);
    (void)sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static fvi_decoder *decoder; /* kept: what one file leaves behind must not harm the next */
    fv_error err = {0};
    fvi_photo photo;
    uint8_t choice = size > 0 ? data[size - 1] : 0;
    const fvi_decode_limits limits = {
        .image_bytes = MAX_BYTES,
        .width_px = MAX_SIDE_PX,
        .height_px = MAX_SIDE_PX,
        .pixels = MAX_PIXELS,
        .jpeg_scans = (choice & 1) != 0 ? 4 : 20,
        .target_px = (choice & 2) != 0 ? 32U << (choice >> 5) : 0,
    };
    if (decoder == NULL) must(fvi_decoder_create(&decoder, &err) == FV_OK);
    uint8_t *copy = malloc(size + 1);
    must(copy != NULL);
    if (size > 0) memcpy(copy, data, size);
    if (size > 8 && copy[0] == 0x89 && (choice & 4) == 0) fix_png(copy, size);
    fv_status st =
        fvi_decode(decoder, (fv_bytes){.data = copy, .len = size}, &limits, &photo, &err);
    must(st == FV_OK);
    check(&photo, &limits);
    if ((choice & 8) != 0) fvi_decoder_wipe(decoder);
    free(copy);
    return 0;
}
