/* SPDX-License-Identifier: Apache-2.0 */
/* A decoder, wide limits and a photo: what every test of decode starts from. */
#ifndef FVI_TEST_DECODE_FIXTURE_H
#define FVI_TEST_DECODE_FIXTURE_H

#include "test.h"

#include <stdlib.h>
#include <string.h>

#include <spng.h>

#include "decode/decode.h"
#include "picture.h"

static const fvi_decode_limits wide = {
    .image_bytes = 16 << 20,
    .width_px = 10000,
    .height_px = 10000,
    .pixels = 50000000,
    .jpeg_scans = 100,
};

typedef struct fixture {
    fvi_decoder *decoder;
    fvi_decode_limits limits;
    fvi_photo photo;
    fv_error err;
} fixture;

static inline fixture fixture_open(void)
{
    fixture f = {.limits = wide};
    assert_fv_ok(fvi_decoder_create(&f.decoder, &f.err), &f.err);
    return f;
}

static inline void fixture_close(fixture *f)
{
    fvi_decoder_destroy(&f->decoder);
    assert_null(f->decoder);
}

/* Decodes exactly len bytes from memory of that size, so that a reader past the end is seen. */
static inline void fixture_decode_part(fixture *f, const void *data, size_t len)
{
    blob exact = blob_copy(data, len);
    memset(&f->photo, 0xee, sizeof f->photo);
    assert_fv_ok(fvi_decode(f->decoder, (fv_bytes){.data = exact.data, .len = len}, &f->limits,
                            &f->photo, &f->err),
                 &f->err);
    free(exact.data);
}

static inline void fixture_decode(fixture *f, blob b)
{
    fixture_decode_part(f, b.data, b.len);
}

#define assert_fault(f, expected)                                                                  \
    do {                                                                                           \
        if ((f)->photo.fault != (expected))                                                        \
            fail_msg("fault %d (%s), not %s", (int)(f)->photo.fault, (f)->photo.detail,            \
                     #expected);                                                                   \
        if ((expected) != FVI_DECODE_OK) assert_null((f)->photo.image.data);                       \
    } while (0)

static inline int distance(const uint8_t a[3], const uint8_t b[3])
{
    int worst = 0;
    for (int c = 0; c < 3; c++) {
        int d = abs(a[c] - b[c]);
        if (d > worst) worst = d;
    }
    return worst;
}

/* Largest difference of any channel between the photo and the picture scaled to its size. */
static inline int worst_pixel(const fvi_image *im, bool grey)
{
    int worst = 0;
    for (int y = 0; y < im->height_px; y++) {
        for (int x = 0; x < im->width_px; x++) {
            uint8_t rgb[3];
            picture_pixel(x, y, im->width_px, im->height_px, rgb);
            if (grey) rgb[0] = rgb[2] = rgb[1];
            int d = distance(rgb, im->data + (size_t)y * im->stride_bytes + (size_t)x * 3);
            if (d > worst) worst = d;
        }
    }
    return worst;
}

static inline const uint8_t *pixel(const fvi_image *im, int x, int y)
{
    return im->data + (size_t)y * im->stride_bytes + (size_t)x * 3;
}

#endif
