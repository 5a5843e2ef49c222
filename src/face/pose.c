/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "face/internal.h"

enum { BINS = 66 };

/* 66 bins of 3 degrees from -99 on: the expectation of the bins' softmax (Hopenet, Ruiz 2018). */
static float expected_deg(const float *bins)
{
    double most = -INFINITY, sum = 0, weighted = 0;

    for (int i = 0; i < BINS; i++)
        most = fmax(most, (double)bins[i]);
    for (int i = 0; i < BINS; i++) {
        double p = exp((double)bins[i] - most);
        sum += p;
        weighted += p * i;
    }
    return (float)(weighted / sum * 3.0 - 99.0);
}

fv_status fvi_face_pose(fvi_facer *f, const fvi_image *image, const fvi_box *box, fvi_pose *out,
                        fv_error *err)
{
    fv_status st = FV_OK;
    const fvi_pack_net *net = fvi_nn_net(f->head_pose);
    float yaw[BINS], pitch[BINS], roll[BINS];
    float *outputs[] = {yaw, pitch, roll};
    float w = box->x1_px - box->x0_px;
    float h = box->y1_px - box->y0_px;
    float step_x = 1.5f * w / (float)net->input_dims[3]; /* a quarter more on each side */
    float step_y = 1.5f * h / (float)net->input_dims[2];
    fvi_affine map = {{step_x, 0, box->x0_px - w / 4.0f + 0.5f * step_x - 0.5f, 0, step_y,
                       box->y0_px - h / 4.0f + 0.5f * step_y - 0.5f}};
    fvi_pose pose = {0};

    FVI_TRY(fvi_facer_fill(f, net, image, &map, err));
    FVI_TRY(fvi_nn_run(f->head_pose, (const float *)(const void *)f->input.data, outputs, err));
    pose = (fvi_pose){expected_deg(yaw), expected_deg(pitch), expected_deg(roll)};
    if (!isfinite(pose.yaw_deg) || !isfinite(pose.pitch_deg) || !isfinite(pose.roll_deg)) {
        st = fvi_fail(err, FV_E_BACKEND, "%s: an angle is not a number", net->name);
        goto out;
    }
    *out = pose;
out:
    return st;
}
