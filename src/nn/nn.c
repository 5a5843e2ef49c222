/* SPDX-License-Identifier: Apache-2.0 */
#include "nn/nn.h"

#include <assert.h>
#include <stdlib.h>

#include "base/memory.h"
#include "nn/backend.h"

struct fvi_nn_model {
    const fvi_nn_ops *ops;
    const fvi_pack_net *net;
    void *shared; /* the backend's */
};

struct fvi_nn_session {
    const fvi_nn_model *model;
    void *state; /* the backend's */
};

static const fvi_nn_ops *ops_of(fvi_nn_backend backend)
{
    switch (backend) {
    case FVI_NN_ONEDNN:
        return &fvi_nn_ops_onednn;
    case FVI_NN_OPENCV:
        return &fvi_nn_ops_opencv;
    }
    return NULL;
}

static fv_status in_file(const fvi_pack_net *net, fv_status st, const fv_error *why, fv_error *err)
{
    return fvi_fail(err, st, "%s: %s", net->file, why->text);
}

fv_status fvi_nn_model_create(fvi_nn_model **out, const fvi_pack_net *net, fvi_nn_backend backend,
                              fv_error *err)
{
    const fvi_nn_ops *ops = ops_of(backend);
    fv_error why = {0};
    fv_status st = FV_OK;

    if (ops == NULL) return fvi_fail(err, FV_E_ARG, "no backend has the number %d", (int)backend);
    if (net->onnx.data == NULL) return fvi_fail(err, FV_E_MODEL, "the pack has no such network");
    fvi_nn_model *m = calloc(1, sizeof *m);
    if (m == NULL) return fvi_fail(err, FV_E_NOMEM, "network");
    m->ops = ops;
    m->net = net;
    if (ops->model_create != NULL) st = ops->model_create(&m->shared, net, &why);
    if (st != FV_OK) {
        free(m);
        return in_file(net, st, &why, err);
    }
    *out = m;
    return FV_OK;
}

void fvi_nn_model_destroy(fvi_nn_model **model)
{
    if (model == NULL || *model == NULL) return;
    if ((*model)->ops->model_destroy != NULL) (*model)->ops->model_destroy((*model)->shared);
    free(*model);
    *model = NULL;
}

static size_t input_count(const fvi_pack_net *net)
{
    size_t n = 1;
    for (size_t i = 0; i < 4; i++)
        n *= (size_t)net->input_dims[i];
    return n;
}

/*
 * One pass over zeros: backends take their memory at the first pass, and a network that gives other
 * shapes than the pack says is better refused here than in the middle of a request.
 */
static fv_status warm_up(fvi_nn_session *s, fv_error *err)
{
    const fvi_pack_net *net = s->model->net;
    float *outputs[FVI_PACK_OUTPUTS_MAX] = {0};
    fv_status st = FV_OK;
    float *input = calloc(input_count(net), sizeof *input);

    if (input == NULL) st = fvi_fail(err, FV_E_NOMEM, "%s: warm-up", net->file);
    for (size_t i = 0; st == FV_OK && i < net->n_outputs; i++) {
        outputs[i] = calloc(net->outputs[i].count, sizeof *outputs[i]);
        if (outputs[i] == NULL) st = fvi_fail(err, FV_E_NOMEM, "%s: warm-up", net->file);
    }
    if (st == FV_OK) st = fvi_nn_run(s, input, outputs, err);
    for (size_t i = 0; i < net->n_outputs; i++)
        free(outputs[i]);
    free(input);
    return st;
}

size_t fvi_nn_arena_bytes(const fvi_nn_model *model)
{
    return model->ops->arena_bytes == NULL ? 0 : model->ops->arena_bytes(model->shared);
}

fv_status fvi_nn_session_create(fvi_nn_session **out, const fvi_nn_model *model, fvi_buffer *arena,
                                fv_error *err)
{
    fv_error why = {0};
    fv_status st = FV_OK;
    fvi_nn_session *s = calloc(1, sizeof *s);

    if (s == NULL) return fvi_fail(err, FV_E_NOMEM, "network session");
    s->model = model;
    st = model->ops->session_create(&s->state, model->shared, model->net, arena, &why);
    if (st != FV_OK) {
        st = in_file(model->net, st, &why, err);
        goto out;
    }
    if (!model->ops->shapes_are_known) FVI_TRY(warm_up(s, err));
    *out = s;
    s = NULL;
out:
    fvi_nn_session_destroy(&s);
    return st;
}

void fvi_nn_session_destroy(fvi_nn_session **session)
{
    if (session == NULL || *session == NULL) return;
    (*session)->model->ops->session_destroy((*session)->state);
    free(*session);
    *session = NULL;
}

const fvi_pack_net *fvi_nn_net(const fvi_nn_session *session)
{
    return session->model->net;
}

fv_status fvi_nn_run(fvi_nn_session *session, const float *input, float *const *outputs,
                     fv_error *err)
{
    const fvi_nn_model *m = session->model;
    fv_error why = {0};
    fv_status st = m->ops->run(session->state, m->net, input, outputs, &why);

    return st == FV_OK ? FV_OK : in_file(m->net, st, &why, err);
}

void fvi_nn_wipe(fvi_nn_session *session)
{
    if (session != NULL) session->model->ops->wipe(session->state);
}

void fvi_nn_fill(const fvi_pack_net *net, const fvi_image *image, float *input)
{
    const size_t channels = (size_t)net->input_dims[1];
    const size_t height = (size_t)net->input_dims[2];
    const size_t width = (size_t)net->input_dims[3];

    assert((size_t)image->channels == channels && (size_t)image->height_px == height &&
           (size_t)image->width_px == width);
    for (size_t c = 0; c < channels; c++) {
        const size_t from = net->colour == FVI_COLOUR_BGR ? channels - 1 - c : c;
        float value[256];
        for (int v = 0; v < 256; v++)
            value[v] = ((float)v - net->mean[c]) / net->deviation[c];
        for (size_t y = 0; y < height; y++) {
            const uint8_t *row = image->data + y * image->stride_bytes + from;
            for (size_t x = 0; x < width; x++)
                *input++ = value[row[x * channels]];
        }
    }
}
