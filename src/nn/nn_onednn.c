/* SPDX-License-Identifier: Apache-2.0 */
/* Our own executor: the model holds prepacked weights and the plan, a session only activations. */
#include "nn/backend.h"
#include "nn/onnx.h"

static fv_status onednn_model_create(void **out, const fvi_pack_net *net, fv_error *err)
{
    const char *names[FVI_PACK_OUTPUTS_MAX];
    fvi_onnx_spec spec = {.onnx = net->onnx,
                          .input_name = net->input_name,
                          .output_names = names,
                          .n_outputs = net->n_outputs};
    fvi_onnx_model *m = NULL;

    for (size_t i = 0; i < 4; i++)
        spec.input_dims[i] = net->input_dims[i];
    for (size_t i = 0; i < net->n_outputs; i++)
        names[i] = net->outputs[i].name;
    fv_status st = fvi_onnx_model_create(&m, &spec, err);
    if (st != FV_OK) return st;
    for (size_t i = 0; i < net->n_outputs; i++) {
        size_t n = fvi_onnx_output_count(m, i);
        if (n == net->outputs[i].count) continue;
        fvi_onnx_model_destroy(&m);
        return fvi_fail(err, FV_E_MODEL, "output %s has %zu values, not %zu", net->outputs[i].name,
                        n, net->outputs[i].count);
    }
    *out = m;
    return FV_OK;
}

static void onednn_model_destroy(void *model)
{
    fvi_onnx_model *m = model;
    fvi_onnx_model_destroy(&m);
}

static fv_status onednn_session_create(void **out, const void *model, const fvi_pack_net *net,
                                       fvi_buffer *arena, fv_error *err)
{
    fvi_onnx_session *s = NULL;

    (void)net;
    fv_status st = fvi_onnx_session_create(&s, model, arena, err);
    if (st == FV_OK) *out = s;
    return st;
}

static void onednn_session_destroy(void *session)
{
    fvi_onnx_session *s = session;
    fvi_onnx_session_destroy(&s);
}

static fv_status onednn_run(void *session, const fvi_pack_net *net, const float *input,
                            float *const *outputs, fv_error *err)
{
    (void)net;
    return fvi_onnx_run(session, input, outputs, err);
}

static void onednn_wipe(void *session)
{
    fvi_onnx_wipe(session);
}

static size_t onednn_arena_bytes(const void *model)
{
    return fvi_onnx_arena_bytes(model);
}

const fvi_nn_ops fvi_nn_ops_onednn = {
    .model_create = onednn_model_create,
    .model_destroy = onednn_model_destroy,
    .session_create = onednn_session_create,
    .session_destroy = onednn_session_destroy,
    .run = onednn_run,
    .wipe = onednn_wipe,
    .arena_bytes = onednn_arena_bytes,
    .shapes_are_known = true,
};
