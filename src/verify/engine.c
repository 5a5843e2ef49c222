/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/engine.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *fv_version(void)
{
    return FV_VERSION;
}

static fv_status load_networks(fv_engine *e, fv_error *err)
{
    static const fvi_role needed[] = {FVI_ROLE_DETECT, FVI_ROLE_LANDMARK, FVI_ROLE_EMBED,
                                      FVI_ROLE_HEAD_POSE, FVI_ROLE_EYE_STATE};
    fv_status st = FV_OK;
    char dir[sizeof e->pack->dir];

    FVI_TRY(fvi_models_dir(e->settings.models.dir, dir, sizeof dir, err));
    FVI_TRY(fvi_pack_open(&e->pack, dir, err));
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        if (e->pack->nets[needed[i]].onnx.data == NULL) {
            st = fvi_fail(err, FV_E_MODEL, "%s/pack.json: no network of the role '%s'", dir,
                          fvi_role_name(needed[i]));
            goto out;
        }
    }
    const fvi_pack_net *embed = &e->pack->nets[FVI_ROLE_EMBED];
    if (embed->input_dims[2] != FVI_CHIP_SIDE_PX || embed->input_dims[3] != FVI_CHIP_SIDE_PX) {
        st = fvi_fail(err, FV_E_MODEL, "%s: an embed network takes the %d px chip", embed->name,
                      FVI_CHIP_SIDE_PX);
        goto out;
    }
    for (int role = 0; role < FVI_ROLE_COUNT; role++) {
        if (e->pack->nets[role].onnx.data == NULL) continue;
        FVI_TRY(fvi_nn_model_create(&e->models[role], &e->pack->nets[role],
                                    (fvi_nn_backend)e->settings.engine.backend, err));
    }
out:
    return st;
}

static fv_status load_calibration(fv_engine *e, fv_error *err)
{
    fv_status st = FV_OK;
    char path[sizeof e->pack->dir + 32];

    (void)snprintf(path, sizeof path, "%s/calibration.json", e->pack->dir);
    FVI_TRY(fvi_calibration_load(&e->calibration, path, e->pack->nets[FVI_ROLE_EMBED].sha256, err));
out:
    return st;
}

/* Without liveness there may be a pack for comparisons alone. */
static fv_status load_liveness(fv_engine *e, fv_error *err)
{
    char path[sizeof e->pack->dir + 32];

    if (e->models[FVI_ROLE_LIVENESS] == NULL) return FV_OK;
    (void)snprintf(path, sizeof path, "%s/liveness.json", e->pack->dir);
    return fvi_liveness_load(&e->liveness, path, e->pack->nets[FVI_ROLE_LIVENESS].sha256, err);
}

static fv_status create(fv_engine **out, const fv_engine_options *options, bool calibrated,
                        fv_error *err)
{
    fv_status st = FV_OK;
    fv_engine *e = NULL;
    fv_engine_options o = FV_ENGINE_OPTIONS_INIT;

    fvi_error_clear(err);
    if (out == NULL) return fvi_fail(err, FV_E_ARG, "out is NULL");
    if (options != NULL) {
        if (options->struct_size < sizeof o.struct_size)
            return fvi_fail(err, FV_E_ARG, "options: use FV_ENGINE_OPTIONS_INIT");
        memcpy(&o, options, options->struct_size < sizeof o ? options->struct_size : sizeof o);
    }
    e = calloc(1, sizeof *e);
    if (e == NULL) return fvi_fail(err, FV_E_NOMEM, "engine");
    FVI_TRY(fvi_settings_load(&e->settings, o.config_path, o.overrides, o.n_overrides, err));
    FVI_TRY(load_networks(e, err));
    e->policy.match_similarity = e->policy.review_similarity = NAN;
    if (calibrated) {
        FVI_TRY(load_calibration(e, err));
        FVI_TRY(load_liveness(e, err));
        FVI_TRY(fvi_channels_resolve(e, err));
    }
    *out = e;
    e = NULL;
out:
    fv_engine_destroy(&e);
    return st;
}

fv_status fv_engine_create(fv_engine **out, const fv_engine_options *options, fv_error *err)
{
    return create(out, options, true, err);
}

fv_status fvi_engine_create_uncalibrated(fv_engine **out, const fv_engine_options *options,
                                         fv_error *err)
{
    return create(out, options, false, err);
}

void fv_engine_destroy(fv_engine **engine)
{
    if (engine == NULL || *engine == NULL) return;
    fv_engine *e = *engine;
    for (int role = 0; role < FVI_ROLE_COUNT; role++)
        fvi_nn_model_destroy(&e->models[role]);
    fvi_pack_close(&e->pack);
    free(e);
    *engine = NULL;
}

fv_status fv_engine_versions(const fv_engine *engine, fv_versions *out, fv_error *err)
{
    fvi_error_clear(err);
    if (engine == NULL || out == NULL || out->struct_size < sizeof out->struct_size)
        return fvi_fail(err, FV_E_ARG, "engine or out is NULL, or out not FV_VERSIONS_INIT");
    fv_versions v = {.struct_size = out->struct_size,
                     .library = FV_VERSION,
                     .pack_name = engine->pack->name,
                     .pack_sha256 = engine->pack->sha256,
                     .calibration_id = engine->calibration.id};
    memcpy(out, &v, out->struct_size < sizeof v ? out->struct_size : sizeof v);
    return FV_OK;
}

/* What the hungriest network needs. */
static size_t arena_bytes(const fv_engine *engine)
{
    size_t most = 1;
    for (int role = 0; role < FVI_ROLE_COUNT; role++) {
        if (engine->models[role] == NULL) continue;
        size_t n = fvi_nn_arena_bytes(engine->models[role]);
        if (n > most) most = n;
    }
    return most;
}

static fv_status subject_create(fvi_subject *s, size_t dim, fv_error *err)
{
    s->embedding = calloc(dim, sizeof s->embedding[0]);
    if (s->embedding == NULL) return fvi_fail(err, FV_E_NOMEM, "template");
    return fvi_buffer_reserve(&s->chip, 3 * FVI_CHIP_SIDE_PX * FVI_CHIP_SIDE_PX, err);
}

fv_status fv_session_create(fv_session **out, const fv_engine *engine, fv_error *err)
{
    fv_status st = FV_OK;
    fv_session *s = NULL;

    fvi_error_clear(err);
    if (out == NULL || engine == NULL) return fvi_fail(err, FV_E_ARG, "out or engine is NULL");
    s = calloc(1, sizeof *s);
    if (s == NULL) return fvi_fail(err, FV_E_NOMEM, "session");
    s->engine = engine;
    fvi_face_models models = {engine->models[FVI_ROLE_DETECT], engine->models[FVI_ROLE_LANDMARK],
                              engine->models[FVI_ROLE_HEAD_POSE]};
    FVI_TRY(fvi_decoder_create(&s->decoder, err));
    FVI_TRY(fvi_buffer_reserve(&s->arena, arena_bytes(engine), err));
    FVI_TRY(fvi_facer_create(&s->facer, &models, &s->arena, err));
    FVI_TRY(fvi_viewer_create(&s->viewer, engine->models[FVI_ROLE_EYE_STATE], &s->arena, err));
    if (engine->models[FVI_ROLE_LIVENESS] != NULL)
        FVI_TRY(fvi_liver_create(&s->liver, engine->models[FVI_ROLE_LIVENESS], &engine->liveness,
                                 &s->arena, err));
    FVI_TRY(fvi_embedder_create(&s->embedder, engine->models[FVI_ROLE_EMBED], &s->arena, err));
    for (int i = 0; i < 2; i++)
        FVI_TRY(subject_create(&s->subjects[i], fvi_embedder_dim(s->embedder), err));
    *out = s;
    s = NULL;
out:
    fv_session_destroy(&s);
    return st;
}

void fvi_session_wipe(fv_session *s)
{
    fvi_decoder_wipe(s->decoder);
    fvi_facer_wipe(s->facer);
    fvi_viewer_wipe(s->viewer);
    if (s->liver != NULL) fvi_liver_wipe(s->liver);
    fvi_embedder_wipe(s->embedder);
    for (int i = 0; i < 2; i++) {
        fvi_buffer_wipe(&s->subjects[i].chip);
        fvi_wipe(s->subjects[i].embedding,
                 fvi_embedder_dim(s->embedder) * sizeof s->subjects[i].embedding[0]);
    }
}

void fv_session_destroy(fv_session **session)
{
    if (session == NULL || *session == NULL) return;
    fv_session *s = *session;
    for (int i = 0; i < 2; i++) {
        fvi_buffer_free(&s->subjects[i].chip);
        if (s->subjects[i].embedding != NULL)
            fvi_wipe(s->subjects[i].embedding,
                     fvi_embedder_dim(s->embedder) * sizeof s->subjects[i].embedding[0]);
        free(s->subjects[i].embedding);
    }
    fvi_embedder_destroy(&s->embedder);
    fvi_liver_destroy(&s->liver);
    fvi_viewer_destroy(&s->viewer);
    fvi_facer_destroy(&s->facer);
    fvi_decoder_destroy(&s->decoder);
    fvi_buffer_free(&s->arena);
    free(s);
    *session = NULL;
}
