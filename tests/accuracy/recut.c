/* SPDX-License-Identifier: Apache-2.0 */
#include "recut.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <turbojpeg.h>

enum { WIDTH = 102, HEIGHT = 126, EYES_PX = 28, EYE_LINE = 56, QUALITY = 60 };

static int encode(const fvi_image *image, uint8_t **out, size_t *len)
{
    unsigned char *jpeg = NULL;
    unsigned long n = 0;
    tjhandle tj = tjInitCompress();
    int rc = tjCompress2(tj, image->data, image->width_px, 0, image->height_px, TJPF_RGB, &jpeg, &n,
                         TJSAMP_420, QUALITY, 0);
    *out = malloc(n + 1);
    if (rc == 0 && *out != NULL) {
        memcpy(*out, jpeg, n);
        *len = n;
    }
    tjFree(jpeg);
    (void)tjDestroy(tj);
    return rc == 0 && *out != NULL ? 0 : -1;
}

int acc_recut(const fv_engine *engine, fv_bytes in, uint8_t **out, size_t *len)
{
    static const fvi_decode_limits limits = {1 << 24, 4096, 4096, 1 << 24, 100, 0};
    fvi_face_models models = {engine->models[FVI_ROLE_DETECT], engine->models[FVI_ROLE_LANDMARK],
                              engine->models[FVI_ROLE_HEAD_POSE]};
    static _Thread_local fvi_decoder *decoder;
    static _Thread_local fvi_facer *facer;
    fvi_photo photo = {.fault = FVI_DECODE_OK};
    fvi_faces faces = {.n = 0};
    fvi_landmarks marks;
    fvi_buffer scratch = {0};
    uint8_t pixels[3 * WIDTH * HEIGHT];
    fvi_image cut = {pixels, WIDTH, HEIGHT, 3, 3 * WIDTH};
    fvi_point l, r;
    int rc = -1;

    if (decoder == NULL && fvi_decoder_create(&decoder, NULL) != FV_OK) return -1;
    if (facer == NULL && fvi_facer_create(&facer, &models, NULL, NULL) != FV_OK) return -1;
    if (fvi_decode(decoder, in, &limits, &photo, NULL) != FV_OK || photo.fault != FVI_DECODE_OK)
        return -1;
    if (fvi_face_detect(facer, &photo.image, true, &faces, NULL) != FV_OK || faces.n == 0)
        return -1;
    if (fvi_face_landmarks(facer, &photo.image, &faces.boxes[0], &marks, NULL) != FV_OK) return -1;
    fvi_eyes(&marks, &l, &r);
    float step = fvi_inter_eye_px(&marks) / EYES_PX;
    float cx = (l.x_px + r.x_px) / 2.0f, cy = (l.y_px + r.y_px) / 2.0f;
    fvi_affine map = {{step, 0, cx - step * (float)WIDTH / 2.0f, 0, step, cy - step * EYE_LINE}};
    memset(pixels, 0xff, sizeof pixels);
    if (fvi_sample(&scratch, &photo.image, &map, &cut, NULL) == FV_OK) rc = encode(&cut, out, len);
    fvi_buffer_free(&scratch);
    return rc;
}
