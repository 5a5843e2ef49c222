/* SPDX-License-Identifier: Apache-2.0 */
#include "server/engine_backend.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "verify/engine.h"
#include "verify/live.h"
#include "verify/quality.h"
#include "verify/self_check.h"

typedef struct model {
    fv_engine *engine;
    fv_versions versions;
    const fvi_settings *running;
} model;

static fv_status load(void *self, void **out, fv_error *err)
{
    const fvi_engine_source *source = self;
    fv_status st = FV_OK;
    model *m = calloc(1, sizeof *m);

    if (m == NULL) return fvi_fail(err, FV_E_NOMEM, "model");
    m->running = source->running;
    m->versions = (fv_versions)FV_VERSIONS_INIT;
    FVI_TRY(fv_engine_create(&m->engine, &source->options, err));
    FVI_TRY(fv_engine_versions(m->engine, &m->versions, err));
    *out = m;
    m = NULL;
out:
    if (m != NULL) fv_engine_destroy(&m->engine);
    free(m);
    return st;
}

static void unload(void *self, void *loaded)
{
    model *m = loaded;

    (void)self;
    fv_engine_destroy(&m->engine);
    free(m);
}

static const fv_versions *versions(const void *loaded)
{
    const model *m = loaded;
    return &m->versions;
}

static const char *or_null(const char *text)
{
    return text[0] != '\0' ? text : NULL;
}

static uint32_t deadline_ms(const void *loaded, const char *channel, uint32_t asked)
{
    const model *m = loaded;
    return fvi_engine_deadline_ms(m->engine, or_null(channel), asked);
}

static fv_status open_session(void *self, void *loaded, void **out, fv_error *err)
{
    const model *m = loaded;
    fv_session *s = NULL;

    (void)self;
    fv_status st = fv_session_create(&s, m->engine, err);
    if (st == FV_OK) *out = s;
    return st;
}

static void close_session(void *self, void *session)
{
    fv_session *s = session;

    (void)self;
    fv_session_destroy(&s);
}

static fv_status check(void *session, fv_error *err)
{
    return fvi_self_check(session, err);
}

static fv_status answer(void *session, const fvi_wire_request *q, uint32_t left_ms, fvi_work *work,
                        fv_error *err)
{
    fv_request r = FV_REQUEST_INIT;
    fvi_deadline until = {left_ms > 0 ? fvi_clock_us() + 1000u * (uint64_t)left_ms : 0};
    fvi_quality_ask ask = {.photo = q->selfie, .kind = q->kind, .deadline = until};

    r.deadline_ms = left_ms;
    r.selfie = q->selfie;
    r.record = q->record;
    r.birth_date = or_null(q->birth_date);
    r.id_number = or_null(q->id_number);
    r.channel = or_null(q->channel);
    switch (q->op) {
    case FVI_OP_VERIFY:
        return fv_verify(session, &r, &work->verify, err);
    case FVI_OP_MATCH:
        return fv_match(session, &r, &work->verify, err);
    case FVI_OP_LIVENESS:
        return fvi_liveness(session, q->selfie, until, &work->liveness, err);
    case FVI_OP_QUALITY:
        return fvi_quality(session, &ask, &work->quality, err);
    case FVI_OP_NONE:
    case FVI_OP_INFO:
        break;
    }
    return fvi_fail(err, FV_E_INTERNAL, "operation %d is no work", (int)q->op);
}

static void differs(const void *loaded, char *what, size_t cap)
{
    const model *m = loaded;
    const fvi_settings *now = &m->engine->settings;

    what[0] = '\0';
    if (memcmp(&now->service, &m->running->service, sizeof now->service) != 0)
        (void)snprintf(what, cap, "changed settings of the section service");
    else if (now->limits.image_bytes != m->running->limits.image_bytes)
        (void)snprintf(what, cap, "limits.image_bytes, in what is received");
}

fvi_backend fvi_engine_backend(fvi_engine_source *source)
{
    return (fvi_backend){.self = source,
                         .load = load,
                         .unload = unload,
                         .versions = versions,
                         .deadline_ms = deadline_ms,
                         .open = open_session,
                         .close = close_session,
                         .check = check,
                         .answer = answer,
                         .differs = differs};
}
