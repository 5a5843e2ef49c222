/* SPDX-License-Identifier: Apache-2.0 */
#include "match/match.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct fvi_embedder {
    fvi_nn_session *net;
    fvi_buffer input;
    float *raw;
    size_t dim;
};

fv_status fvi_embedder_create(fvi_embedder **out, const fvi_nn_model *embed, fvi_buffer *arena,
                              fv_error *err)
{
    fv_status st = FV_OK;
    fvi_embedder *e = calloc(1, sizeof *e);

    if (e == NULL) return fvi_fail(err, FV_E_NOMEM, "embedder");
    FVI_TRY(fvi_nn_session_create(&e->net, embed, arena, err));
    const fvi_pack_net *net = fvi_nn_net(e->net);
    if (net->n_outputs != 1 || net->colour == FVI_COLOUR_GREY) {
        st = fvi_fail(err, FV_E_MODEL, "%s: an embed network takes colour and has one output",
                      net->name);
        goto out;
    }
    e->dim = net->outputs[0].count;
    e->raw = calloc(e->dim, sizeof e->raw[0]);
    if (e->raw == NULL) {
        st = fvi_fail(err, FV_E_NOMEM, "embedder");
        goto out;
    }
    FVI_TRY(fvi_buffer_reserve(
        &e->input, 3 * (size_t)net->input_dims[2] * (size_t)net->input_dims[3] * sizeof(float),
        err));
    *out = e;
    e = NULL;
out:
    fvi_embedder_destroy(&e);
    return st;
}

void fvi_embedder_destroy(fvi_embedder **embedder)
{
    if (embedder == NULL || *embedder == NULL) return;
    fvi_embedder *e = *embedder;
    fvi_nn_session_destroy(&e->net);
    fvi_buffer_free(&e->input);
    if (e->raw != NULL) fvi_wipe(e->raw, e->dim * sizeof e->raw[0]);
    free(e->raw);
    free(e);
    *embedder = NULL;
}

void fvi_embedder_wipe(fvi_embedder *e)
{
    fvi_nn_wipe(e->net);
    fvi_buffer_wipe(&e->input);
    fvi_wipe(e->raw, e->dim * sizeof e->raw[0]);
}

size_t fvi_embedder_dim(const fvi_embedder *e)
{
    return e->dim;
}

fv_status fvi_embed(fvi_embedder *e, const fvi_image *chip, float *out, fv_error *err)
{
    fv_status st = FV_OK;
    const fvi_pack_net *net = fvi_nn_net(e->net);
    float *outputs[] = {e->raw};
    size_t bytes = 3 * (size_t)net->input_dims[2] * (size_t)net->input_dims[3] * sizeof(float);
    double norm = 0;

    if (chip->width_px != net->input_dims[3] || chip->height_px != net->input_dims[2] ||
        chip->channels != 3)
        return fvi_fail(err, FV_E_INTERNAL, "embed: chip of another size than the network's");
    FVI_TRY(fvi_buffer_reserve(&e->input, bytes, err));
    fvi_nn_fill(net, chip, (float *)(void *)e->input.data);
    FVI_TRY(fvi_nn_run(e->net, (const float *)(const void *)e->input.data, outputs, err));
    for (size_t i = 0; i < e->dim; i++)
        norm += (double)e->raw[i] * (double)e->raw[i];
    norm = sqrt(norm);
    if (!isfinite(norm) || norm < 1e-6) {
        st = fvi_fail(err, FV_E_BACKEND, "%s: no usable template came out", net->name);
        goto out;
    }
    for (size_t i = 0; i < e->dim; i++)
        out[i] = (float)((double)e->raw[i] / norm);
out:
    return st;
}

float fvi_cosine(const float *a, const float *b, size_t dim)
{
    double dot = 0;
    for (size_t i = 0; i < dim; i++)
        dot += (double)a[i] * (double)b[i];
    return (float)fmax(-1.0, fmin(1.0, dot));
}
