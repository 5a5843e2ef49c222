/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "face/internal.h"

fv_status fvi_face_landmarks(fvi_facer *f, const fvi_image *image, const fvi_box *box,
                             fvi_landmarks *out, fv_error *err)
{
    fv_status st = FV_OK;
    const fvi_pack_net *net = fvi_nn_net(f->landmark);
    float raw[2 * FVI_LANDMARKS];
    float *outputs[] = {raw};
    float side = fmaxf(box->x1_px - box->x0_px, box->y1_px - box->y0_px);
    float x0 = (box->x0_px + box->x1_px - side) / 2.0f;
    float y0 = (box->y0_px + box->y1_px - side) / 2.0f;
    float step = side / (float)net->input_dims[3];
    fvi_affine map = {{step, 0, x0 + 0.5f * step - 0.5f, 0, step, y0 + 0.5f * step - 0.5f}};

    FVI_TRY(fvi_facer_fill(f, net, image, &map, err));
    FVI_TRY(fvi_nn_run(f->landmark, (const float *)(const void *)f->input.data, outputs, err));
    for (int i = 0; i < FVI_LANDMARKS; i++) {
        if (!isfinite(raw[2 * i]) || !isfinite(raw[2 * i + 1])) {
            st = fvi_fail(err, FV_E_BACKEND, "%s: a landmark is not a number", net->name);
            goto out;
        }
    }
    for (int i = 0; i < FVI_LANDMARKS; i++)
        out->point[i] = (fvi_point){x0 + raw[2 * i] * side, y0 + raw[2 * i + 1] * side};
out:
    fvi_wipe(raw, sizeof raw);
    return st;
}
