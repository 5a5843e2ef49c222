/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include "bench/local.h"

#include <unistd.h>

static fv_status open_session(void *self, void **caller, fv_error *err)
{
    fv_session *session = NULL;
    fv_status st = fv_session_create(&session, self, err);

    if (st == FV_OK) *caller = session;
    return st;
}

static void close_session(void *caller)
{
    fv_session *session = caller;
    fv_session_destroy(&session);
}

static fv_status decide(fv_session *s, const fvi_bench_request *r, fvi_bench_answer *a)
{
    fv_request request = FV_REQUEST_INIT;
    fv_result result = FV_RESULT_INIT;

    request.selfie = r->selfie;
    request.record = r->record;
    request.channel = r->channel;
    request.deadline_ms = r->deadline_ms;
    fv_status st = r->op == FVI_BENCH_MATCH ? fv_match(s, &request, &result, &a->err)
                                            : fv_verify(s, &request, &result, &a->err);
    a->word = fv_decision_name(result.decision);
    return st;
}

static fv_status judge(fv_session *s, const fvi_bench_request *r, fvi_bench_answer *a)
{
    fv_liveness_result result = FV_LIVENESS_RESULT_INIT;
    fv_status st = fv_liveness(s, r->selfie, &result, &a->err);

    a->word = fv_liveness_name(result.liveness);
    return st;
}

static fv_status measure(fv_session *s, const fvi_bench_request *r, fvi_bench_answer *a)
{
    fv_quality_result result = FV_QUALITY_RESULT_INIT;
    fv_status st = fv_quality(s, r->selfie, FV_SELFIE, &result, &a->err);

    a->word = FVI_BENCH_USABLE(result.usable);
    return st;
}

static void ask(void *caller, const fvi_bench_request *r, fvi_bench_answer *a)
{
    fv_status (*const calls[FVI_BENCH_OPS])(fv_session *, const fvi_bench_request *,
                                            fvi_bench_answer *) = {
        [FVI_BENCH_VERIFY] = decide,
        [FVI_BENCH_MATCH] = decide,
        [FVI_BENCH_LIVENESS] = judge,
        [FVI_BENCH_QUALITY] = measure,
    };
    fv_status st = calls[r->op](caller, r, a);

    a->status = fvi_answered_of(st);
    a->end = FVI_BENCH_REPLY;
}

fvi_bench_target fvi_bench_local(fv_engine *engine)
{
    return (fvi_bench_target){.name = "in process",
                              .pid = (int)getpid(),
                              .self = engine,
                              .open = open_session,
                              .ask = ask,
                              .close = close_session};
}
