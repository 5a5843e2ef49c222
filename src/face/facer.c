/* SPDX-License-Identifier: Apache-2.0 */
#include "face/internal.h"

#include <stdlib.h>

#include "shim/opencv.h"

static size_t input_count(const fvi_pack_net *net)
{
    return (size_t)net->input_dims[1] * (size_t)net->input_dims[2] * (size_t)net->input_dims[3];
}

static fv_status check_detect(fvi_facer *f, fv_error *err)
{
    const fvi_pack_net *net = fvi_nn_net(f->detect);

    if (net->n_outputs != 2 || net->outputs[0].count % 4 != 0 ||
        net->outputs[1].count / 2 != net->outputs[0].count / 4)
        return fvi_fail(err, FV_E_MODEL, "%s: a detector gives boxes [1,n,4] and scores [1,n,2]",
                        net->name);
    f->n_anchors = net->outputs[0].count / 4;
    f->boxes = calloc(f->n_anchors, 4 * sizeof f->boxes[0]);
    f->scores = calloc(f->n_anchors, 2 * sizeof f->scores[0]);
    f->order = calloc(f->n_anchors, sizeof f->order[0]);
    if (f->boxes == NULL || f->scores == NULL || f->order == NULL)
        return fvi_fail(err, FV_E_NOMEM, "detector's boxes");
    return FV_OK;
}

static fv_status check_outputs(const fvi_pack_net *net, size_t n, size_t count, fv_error *err)
{
    bool ok = net->n_outputs == n;
    for (size_t i = 0; ok && i < n; i++)
        ok = net->outputs[i].count == count;
    if (!ok)
        return fvi_fail(err, FV_E_MODEL, "%s: a %s network gives %zu output(s) of %zu values",
                        net->name, fvi_role_name(net->role), n, count);
    return FV_OK;
}

fv_status fvi_facer_create(fvi_facer **out, const fvi_face_models *models, fvi_buffer *arena,
                           fv_error *err)
{
    fv_status st = FV_OK;
    size_t most = 0;
    fvi_facer *f = calloc(1, sizeof *f);

    if (f == NULL) return fvi_fail(err, FV_E_NOMEM, "face finder");
    FVI_TRY(fvi_nn_session_create(&f->detect, models->detect, arena, err));
    FVI_TRY(fvi_nn_session_create(&f->landmark, models->landmark, arena, err));
    FVI_TRY(fvi_nn_session_create(&f->head_pose, models->head_pose, arena, err));
    FVI_TRY(check_detect(f, err));
    FVI_TRY(check_outputs(fvi_nn_net(f->landmark), 1, 2 * FVI_LANDMARKS, err));
    FVI_TRY(check_outputs(fvi_nn_net(f->head_pose), 3, 66, err));
    const fvi_nn_session *all[] = {f->detect, f->landmark, f->head_pose};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        size_t n = input_count(fvi_nn_net(all[i]));
        if (n > most) most = n;
    }
    FVI_TRY(fvi_buffer_reserve(&f->input, most * sizeof(float), err));
    FVI_TRY(fvi_buffer_reserve(&f->pixels, most, err));
    *out = f;
    f = NULL;
out:
    fvi_facer_destroy(&f);
    return st;
}

void fvi_facer_destroy(fvi_facer **facer)
{
    if (facer == NULL || *facer == NULL) return;
    fvi_facer *f = *facer;
    fvi_nn_session_destroy(&f->detect);
    fvi_nn_session_destroy(&f->landmark);
    fvi_nn_session_destroy(&f->head_pose);
    fvi_hog_destroy(&f->hog);
    fvi_buffer_free(&f->input);
    fvi_buffer_free(&f->pixels);
    fvi_buffer_free(&f->scratch);
    fvi_buffer_free(&f->grey);
    free(f->boxes);
    free(f->scores);
    free(f->order);
    free(f);
    *facer = NULL;
}

void fvi_facer_wipe(fvi_facer *f)
{
    fvi_nn_wipe(f->detect);
    fvi_nn_wipe(f->landmark);
    fvi_nn_wipe(f->head_pose);
    fvi_buffer_wipe(&f->input);
    fvi_buffer_wipe(&f->pixels);
    fvi_buffer_wipe(&f->scratch);
    fvi_buffer_wipe(&f->grey);
    fvi_wipe(f->boxes, f->n_anchors * 4 * sizeof f->boxes[0]);
    fvi_wipe(f->scores, f->n_anchors * 2 * sizeof f->scores[0]);
}

fv_status fvi_facer_fill(fvi_facer *f, const fvi_pack_net *net, const fvi_image *image,
                         const fvi_affine *map, fv_error *err)
{
    fv_status st = FV_OK;
    int w = net->input_dims[3];
    int h = net->input_dims[2];
    size_t area = (size_t)w * (size_t)h;
    bool grey = net->colour == FVI_COLOUR_GREY;

    /* a grey network's pixels stand behind the colour ones that they are made from */
    FVI_TRY(fvi_buffer_reserve(&f->pixels, 4 * area, err));
    FVI_TRY(fvi_buffer_reserve(&f->input, input_count(net) * sizeof(float), err));
    fvi_image rgb = {f->pixels.data, w, h, 3, 3 * (size_t)w};
    fvi_image one = {f->pixels.data + 3 * area, w, h, 1, (size_t)w};
    FVI_TRY(fvi_sample(&f->scratch, image, map, &rgb, err));
    if (grey) FVI_TRY(fvi_cv_grey(&rgb, &one, err));
    fvi_nn_fill(net, grey ? &one : &rgb, (float *)(void *)f->input.data);
out:
    return st;
}
