/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <turbojpeg.h>

#include "base/file.h"
#include "decode/decode.h"
#include "replay/report.h"

enum { SIDE_PX = 96, QUALITY = 70, FILE_MAX_BYTES = 64 << 20 };

/* Means of boxes: small pictures need no better. */
static void shrink(const fvi_image *from, uint8_t *to, int w, int h)
{
    for (int y = 0; y < h; y++) {
        int y0 = y * from->height_px / h, y1 = (y + 1) * from->height_px / h;
        for (int x = 0; x < w; x++) {
            int x0 = x * from->width_px / w, x1 = (x + 1) * from->width_px / w;
            unsigned long sum[3] = {0}, n = 0;
            for (int v = y0; v < y1 || v == y0; v++) {
                for (int u = x0; u < x1 || u == x0; u++, n++) {
                    const uint8_t *p = from->data + (size_t)v * from->stride_bytes + 3 * (size_t)u;
                    for (int c = 0; c < 3; c++)
                        sum[c] += p[c];
                }
            }
            for (int c = 0; c < 3; c++)
                to[3 * (y * w + x) + c] = (uint8_t)(sum[c] / n);
        }
    }
}

static char *as_address(const uint8_t *jpeg, unsigned long n)
{
    static const char head[] = "data:image/jpeg;base64,";
    char *text = malloc(sizeof head + 4 * (n / 3 + 1) + 1);

    if (text == NULL) return NULL;
    memcpy(text, head, sizeof head - 1);
    (void)EVP_EncodeBlock((unsigned char *)text + sizeof head - 1, jpeg, (int)n);
    return text;
}

static char *encode(const fvi_image *image)
{
    int longer = image->width_px > image->height_px ? image->width_px : image->height_px;
    int w = image->width_px, h = image->height_px;
    uint8_t pixels[3 * SIDE_PX * SIDE_PX];
    unsigned char *jpeg = NULL;
    unsigned long n = 0;
    char *text = NULL;

    if (longer > SIDE_PX) {
        w = w * SIDE_PX / longer > 0 ? w * SIDE_PX / longer : 1;
        h = h * SIDE_PX / longer > 0 ? h * SIDE_PX / longer : 1;
    }
    shrink(image, pixels, w, h);
    tjhandle tj = tjInitCompress();
    if (tj != NULL &&
        tjCompress2(tj, pixels, w, 0, h, TJPF_RGB, &jpeg, &n, TJSAMP_420, QUALITY, 0) == 0)
        text = as_address(jpeg, n);
    tjFree(jpeg);
    if (tj != NULL) (void)tjDestroy(tj);
    return text;
}

char *fvi_thumbnail(const char *path)
{
    static const fvi_decode_limits limits = {.image_bytes = FILE_MAX_BYTES,
                                             .width_px = 16384,
                                             .height_px = 16384,
                                             .pixels = 64000000,
                                             .jpeg_scans = 100,
                                             .target_px = SIDE_PX};
    fvi_decoder *decoder = NULL;
    fvi_photo photo = {.fault = FVI_DECODE_OK};
    uint8_t *bytes = NULL;
    size_t len = 0;
    char *text = NULL;

    if (fvi_file_read(path, FILE_MAX_BYTES, FV_E_ARG, &bytes, &len, NULL) == FV_OK &&
        fvi_decoder_create(&decoder, NULL) == FV_OK &&
        fvi_decode(decoder, (fv_bytes){bytes, len}, &limits, &photo, NULL) == FV_OK &&
        photo.fault == FVI_DECODE_OK && photo.image.channels == 3)
        text = encode(&photo.image);
    if (decoder != NULL) fvi_decoder_wipe(decoder);
    fvi_decoder_destroy(&decoder);
    free(bytes);
    return text;
}
