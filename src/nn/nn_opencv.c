/* SPDX-License-Identifier: Apache-2.0 */
/* OpenCV's networks share nothing between threads: each session parses its own. */
#include "nn/backend.h"
#include "shim/opencv.h"

static fv_status opencv_session_create(void **out, const void *model, const fvi_pack_net *net,
                                       fvi_buffer *arena, fv_error *err)
{
    fvi_cv_net *n = NULL;

    (void)model;
    (void)arena;
    fv_status st = fvi_cv_net_create(&n, net->onnx, err);
    if (st == FV_OK) *out = n;
    return st;
}

static void opencv_session_destroy(void *session)
{
    fvi_cv_net *n = session;
    fvi_cv_net_destroy(&n);
}

static fv_status opencv_run(void *session, const fvi_pack_net *net, const float *input,
                            float *const *outputs, fv_error *err)
{
    const char *names[FVI_PACK_OUTPUTS_MAX];
    size_t counts[FVI_PACK_OUTPUTS_MAX];
    fvi_cv_run run = {.input_name = net->input_name,
                      .input = input,
                      .output_names = names,
                      .outputs = outputs,
                      .output_counts = counts,
                      .n_outputs = net->n_outputs};

    for (size_t i = 0; i < 4; i++)
        run.input_dims[i] = net->input_dims[i];
    for (size_t i = 0; i < net->n_outputs; i++) {
        names[i] = net->outputs[i].name;
        counts[i] = net->outputs[i].count;
    }
    return fvi_cv_net_run(session, &run, err);
}

static void opencv_wipe(void *session)
{
    fvi_cv_net_wipe(session);
}

const fvi_nn_ops fvi_nn_ops_opencv = {
    .session_create = opencv_session_create,
    .session_destroy = opencv_session_destroy,
    .run = opencv_run,
    .wipe = opencv_wipe,
};
