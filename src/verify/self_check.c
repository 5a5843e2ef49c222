/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/self_check.h"

#include <math.h>
#include <stdlib.h>

#include "faceverify/match.h"
#include "verify/engine.h"

/* 64 x 64 pixels of one grey. */
static const uint8_t grey_png[] = {
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44,
    0x52, 0x00, 0x00, 0x00, 0x40, 0x00, 0x00, 0x00, 0x40, 0x08, 0x00, 0x00, 0x00, 0x00, 0x8f,
    0x02, 0x2e, 0x02, 0x00, 0x00, 0x00, 0x2a, 0x49, 0x44, 0x41, 0x54, 0x78, 0xda, 0xed, 0xcc,
    0x41, 0x11, 0x00, 0x00, 0x0c, 0x02, 0x20, 0xfb, 0xa7, 0x30, 0xaa, 0x21, 0xf6, 0xdb, 0x41,
    0x00, 0xd2, 0xa3, 0x08, 0x04, 0x02, 0x81, 0x40, 0x20, 0x10, 0x08, 0x04, 0x02, 0x81, 0x40,
    0x20, 0xf8, 0x1e, 0x0c, 0xd3, 0x3c, 0x00, 0x97, 0x56, 0x1b, 0x6b, 0xf0, 0x00, 0x00, 0x00,
    0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82};

static fv_status ask(fv_session *session, fv_error *err)
{
    fv_status st = FV_OK;
    fv_request request = FV_REQUEST_INIT;
    fv_result result = FV_RESULT_INIT;
    bool told = false;

    request.selfie = request.record = (fv_bytes){grey_png, sizeof grey_png};
    FVI_TRY(fv_verify(session, &request, &result, err));
    for (uint32_t i = 0; i < result.n_reasons; i++)
        told = told || (result.reasons[i].code == FV_REASON_NO_FACE);
    /* where neither can be used, the photograph on record is what the answer faults */
    if (result.decision != FV_RECORD_PHOTO_UNUSABLE || !told)
        st = fvi_fail(err, FV_E_INTERNAL, "self-check: a grey picture was answered with %s",
                      fv_decision_name(result.decision));
out:
    return st;
}

static bool all_finite(const float *v, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(v[i])) return false;
    }
    return true;
}

static fv_status pass(const fv_engine *e, int role, float *in, float *const *outs, fv_error *err)
{
    fv_status st = FV_OK;
    const fvi_pack_net *net = &e->pack->nets[role];
    fvi_nn_session *nn = NULL;

    FVI_TRY(fvi_nn_session_create(&nn, e->models[role], NULL, err));
    FVI_TRY(fvi_nn_run(nn, in, outs, err));
    for (size_t i = 0; i < net->n_outputs; i++) {
        if (!all_finite(outs[i], net->outputs[i].count))
            st = fvi_fail(err, FV_E_BACKEND, "self-check: %s gives what is no number", net->name);
    }
out:
    fvi_nn_session_destroy(&nn);
    return st;
}

static fv_status try_network(const fv_engine *e, int role, fv_error *err)
{
    fv_status st = FV_OK;
    const fvi_pack_net *net = &e->pack->nets[role];
    size_t n = 1;
    float *outs[FVI_PACK_OUTPUTS_MAX] = {NULL};

    for (int i = 0; i < 4; i++)
        n *= (size_t)net->input_dims[i];
    float *in = calloc(n, sizeof in[0]);
    bool enough = in != NULL;
    for (size_t i = 0; i < net->n_outputs; i++) {
        outs[i] = calloc(net->outputs[i].count, sizeof outs[i][0]);
        enough = enough && outs[i] != NULL;
    }
    st = enough ? pass(e, role, in, outs, err) : fvi_fail(err, FV_E_NOMEM, "self-check");
    for (size_t i = 0; i < net->n_outputs; i++)
        free(outs[i]);
    free(in);
    return st;
}

fv_status fvi_self_check(fv_session *session, fv_error *err)
{
    fv_status st = FV_OK;
    const fv_engine *e = session->engine;

    FVI_TRY(ask(session, err));
    for (int role = 0; role < FVI_ROLE_COUNT; role++) {
        if (e->models[role] != NULL) FVI_TRY(try_network(e, role, err));
    }
out:
    return st;
}
