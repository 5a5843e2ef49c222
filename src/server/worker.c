/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A worker takes the oldest request and sees it to its end:
 *
 *     caller gone? ──► too late? ──► decode ──► allowed? ──► known? ─┬─ new: compute, keep, answer
 *                                                                    ├─ runs: attach to that one
 *                                                                    ├─ kept: answer again
 *                                                                    └─ means something else:
 * refuse
 */
#include "server/internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"

/* Field 6, `replayed`, is true: what is appended to a message of protobuf is part of it. */
static const uint8_t replayed_field[] = {0x30, 0x01};

/* One request in hand. */
typedef struct job {
    fvi_worker *worker;
    fvi_call *call;
    fvi_loaded *loaded;
    fvi_wire_request request;
    bool decoded;
    fv_error err;
    uint64_t queue_us;
} job;

/* Mean and mean deviation, smoothed as TCP smooths its round trips (RFC 6298). */
static void learn(fvi_server *s, uint64_t took)
{
    uint64_t mean = atomic_load(&s->work_us);
    uint64_t spread = atomic_load(&s->work_spread_us);
    uint64_t off = took > mean ? took - mean : mean - took;

    if (mean == 0) {
        atomic_store(&s->work_us, took);
        atomic_store(&s->work_spread_us, took / 2);
        return;
    }
    atomic_store(&s->work_us, mean + took / 8 - mean / 8);
    atomic_store(&s->work_spread_us, spread + off / 4 - spread / 4);
}

fvi_expected fvi_expect(fvi_server *s)
{
    fvi_queue_counts n = fvi_queue_count(s->queue);
    uint64_t work = atomic_load(&s->work_us) + atomic_load(&s->work_spread_us);
    bool all_busy = n.waiting > 0 || n.held >= s->n_workers;
    uint64_t wait = all_busy ? ((uint64_t)n.waiting + 1) * work / s->n_workers : 0;
    return (fvi_expected){.wait_us = wait, .work_us = work};
}

static bool too_late(const fvi_call *c)
{
    return c->until_us != 0 && fvi_clock_us() >= c->until_us;
}

/* Told before nng has it: "sent" is all that nng ever says, also of a caller who is gone. */
static void tell(const job *j, fvi_answered status, const fvi_work *work, bool replayed)
{
    fvi_told told = {.op = j->decoded ? j->request.op : j->call->peek.op,
                     .channel = j->decoded ? j->request.channel : NULL,
                     .status = status,
                     .work = work,
                     .err = status != FVI_ANSWERED_OK ? &j->err : NULL,
                     .replayed = replayed,
                     .queued = true,
                     .queue_us = j->queue_us};
    fvi_tell(j->call, &told);
}

static void count_gone(fvi_server *s, const char *request_id)
{
    fvi_metrics_count(s->metrics, FVI_COUNT_DROPPED_GONE);
    (void)fvi_reqlog_event(s->log, FVI_LOG_INFO, "caller_gone", "request_id=%s",
                           request_id[0] != '\0' ? request_id : "-");
}

/* Gives one call its bytes. */
static void give(fvi_server *s, fvi_call *call, fv_bytes reply)
{
    char id[sizeof call->peek.request_id];

    memcpy(id, call->peek.request_id, sizeof id); /* the call moves on */
    if (!fvi_call_answer(call, reply)) count_gone(s, id);
}

static fv_status encode(const job *j, fvi_answered status, const fvi_wire_reply *answer,
                        uint8_t **out, size_t *len)
{
    const fvi_server *s = j->worker->server;
    fvi_wire_reply reply = answer != NULL ? *answer : (fvi_wire_reply){.op = FVI_OP_NONE};

    reply.request_id = j->call->peek.request_id;
    reply.status = status;
    reply.err = status != FVI_ANSWERED_OK ? &j->err : NULL;
    reply.locale = j->decoded ? j->request.locale : FV_LOCALE_EN;
    reply.scores = j->call->station->caller == FVI_CALLER_OPS;
    reply.versions = s->backend.versions(j->loaded->model);
    return fvi_wire_reply_encode(&reply, out, len, NULL);
}

static void refuse(const job *j, fvi_answered status)
{
    uint8_t *bytes = NULL;
    size_t len = 0;

    tell(j, status, NULL, false);
    if (encode(j, status, NULL, &bytes, &len) == FV_OK)
        give(j->worker->server, j->call, (fv_bytes){bytes, len});
    else
        fvi_call_drop(j->call);
    free(bytes);
}

static void answer_info(const job *j)
{
    const fvi_server *s = j->worker->server;
    uint8_t *bytes = NULL;
    size_t len = 0;
    fvi_wire_info info = {.n_channels = s->n_channels,
                          .workers = (uint32_t)s->n_workers,
                          .queue_capacity = s->settings.queue,
                          .image_bytes_max = s->limits.image_bytes,
                          .message_bytes_max = s->message_bytes,
                          .uptime_s = (uint32_t)((fvi_clock_us() - s->started_us) / 1000000u)};
    fvi_wire_reply reply = {.op = FVI_OP_INFO, .info = &info};

    memcpy(info.channels, s->channels, s->n_channels * sizeof info.channels[0]);
    tell(j, FVI_ANSWERED_OK, NULL, false);
    if (encode(j, FVI_ANSWERED_OK, &reply, &bytes, &len) == FV_OK)
        give(j->worker->server, j->call, (fv_bytes){bytes, len});
    else
        fvi_call_drop(j->call);
    free(bytes);
}

static fvi_answered compute(job *j)
{
    fvi_worker *w = j->worker;
    fvi_server *s = w->server;
    uint64_t start = fvi_clock_us();
    uint32_t left_ms = 0;

    w->work.verify = (fv_result)FV_RESULT_INIT;
    w->work.liveness = (fv_liveness_result)FV_LIVENESS_RESULT_INIT;
    w->work.quality = (fv_quality_result)FV_QUALITY_RESULT_INIT;
    if (j->call->until_us != 0) {
        uint64_t left_us = j->call->until_us > start ? j->call->until_us - start : 0;
        left_ms = (uint32_t)(left_us / 1000u) + (left_us < 1000u ? 1u : 0u); /* 0 = no limit */
    }
    fv_status st = s->backend.answer(w->session, &j->request, left_ms, &w->work, &j->err);
    uint64_t took = fvi_clock_us() - start;
    /* what a deadline cut short says only that the whole takes longer */
    if (st != FV_E_TIMEOUT || took > atomic_load(&s->work_us)) learn(s, took);
    if (st != FV_OK) return fvi_answered_of(st);
    if (!too_late(j->call)) return FVI_ANSWERED_OK;
    (void)fvi_fail(&j->err, FV_E_TIMEOUT, "the answer came too late");
    return FVI_DEADLINE_EXCEEDED;
}

/* The reply, with `replayed` behind it: len is without. */
static fv_status encode_answer(const job *j, fvi_answered status, uint8_t **out, size_t *len)
{
    fv_status st = FV_OK;
    uint8_t *bytes = NULL;
    fvi_wire_reply reply = {.op = j->request.op,
                            .result = &j->worker->work.verify,
                            .liveness = &j->worker->work.liveness,
                            .quality = &j->worker->work.quality,
                            .kind = j->request.kind};

    FVI_TRY(encode(j, status, status == FVI_ANSWERED_OK ? &reply : NULL, &bytes, len));
    uint8_t *grown = realloc(bytes, *len + sizeof replayed_field);
    if (grown == NULL) {
        st = FV_E_NOMEM;
        goto out;
    }
    memcpy(grown + *len, replayed_field, sizeof replayed_field);
    *out = grown;
    bytes = NULL;
out:
    free(bytes);
    return st;
}

/* Those who asked the same while it ran. Where there is no answer for all, each has its own turn.
 */
static void serve_waiters(const job *j, fvi_waiter *waiters, fv_bytes again)
{
    fvi_server *s = j->worker->server;

    for (fvi_waiter *next = NULL; waiters != NULL; waiters = next) {
        next = waiters->next;
        job other = *j;
        other.call = fvi_call_of_waiter(waiters);
        if (again.data == NULL || too_late(other.call)) {
            fvi_queue_again(s->queue, &other.call->queued); /* too late is said at its turn */
            continue;
        }
        other.queue_us = fvi_clock_us() - other.call->arrived_us;
        tell(&other, FVI_ANSWERED_OK, NULL, true);
        give(s, other.call, again);
    }
}

static void run(job *j, fvi_reply_run *run)
{
    fvi_server *s = j->worker->server;
    uint8_t *bytes = NULL;
    size_t len = 0;
    fvi_answered status = compute(j);
    bool encoded = encode_answer(j, status, &bytes, &len) == FV_OK;
    bool is_final = encoded && status == FVI_ANSWERED_OK;
    fv_bytes again = {is_final ? bytes : NULL, is_final ? len + sizeof replayed_field : 0};

    fvi_waiter *waiters = fvi_replies_finish(s->replies, run, again, fvi_clock_us());
    tell(j, status, status == FVI_ANSWERED_OK ? &j->worker->work : NULL, false);
    if (encoded)
        give(s, j->call, (fv_bytes){bytes, len});
    else
        fvi_call_drop(j->call);
    serve_waiters(j, waiters, again);
    fvi_wipe(&j->worker->work, sizeof j->worker->work);
    free(bytes);
}

/* The same request gets the same reply. */
static void run_once(job *j)
{
    fvi_server *s = j->worker->server;
    uint8_t digest[FVI_REPLIES_DIGEST];
    fvi_replies_got got = {.found = FVI_REPLIES_OTHER};
    fvi_replies_ask ask = {.role = (int)j->call->station->caller,
                           .request_id = j->request.request_id,
                           .digest = digest,
                           .waiter = &j->call->waiter,
                           .now_us = fvi_clock_us()};

    fv_status st = fvi_wire_request_digest(&j->request, digest, &j->err);
    if (st == FV_OK) st = fvi_replies_begin(s->replies, &ask, &got, &j->err);
    if (st != FV_OK) {
        refuse(j, fvi_answered_of(st));
        return;
    }
    switch (got.found) {
    case FVI_REPLIES_NEW:
        run(j, got.run);
        break;
    case FVI_REPLIES_ATTACHED: /* another worker's from here on */
        fvi_metrics_count(s->metrics, FVI_COUNT_ATTACHED);
        break;
    case FVI_REPLIES_KEPT:
        tell(j, FVI_ANSWERED_OK, NULL, true);
        give(s, j->call, (fv_bytes){got.reply, got.len});
        free(got.reply);
        break;
    case FVI_REPLIES_OTHER:
        (void)fvi_fail_field(&j->err, FV_E_ARG, "request_id",
                             "another request had this request_id");
        refuse(j, FVI_REQUEST_ID_REUSED);
        break;
    }
}

/* What stands against the request, other than its photographs. */
static fvi_answered examine(job *j)
{
    fvi_server *s = j->worker->server;
    fvi_call *c = j->call;
    fv_bytes message = {nng_msg_body(c->request), nng_msg_len(c->request)};

    if (!too_late(c)) {
        fv_status st = fvi_wire_request_decode(message, &s->limits, &j->request, &j->err);
        if (st != FV_OK) return fvi_answered_of(st);
        j->decoded = true;
        uint32_t ms =
            s->backend.deadline_ms(j->loaded->model, j->request.channel, j->request.deadline_ms);
        c->until_us = ms != 0 ? c->arrived_us + 1000u * (uint64_t)ms : 0;
    }
    if (too_late(c)) {
        (void)fvi_fail(&j->err, FV_E_TIMEOUT, "the deadline passed while the request waited");
        return FVI_DEADLINE_EXCEEDED;
    }
    if (j->request.op == FVI_OP_MATCH && c->station->caller != FVI_CALLER_OPS) {
        (void)fvi_fail_field(&j->err, FV_E_ARG, "match", "match is for the role ops only");
        return FVI_PERMISSION_DENIED;
    }
    return FVI_ANSWERED_OK;
}

static void serve(fvi_worker *w, fvi_call *c)
{
    fvi_server *s = w->server;
    job j = {.worker = w, .call = c, .loaded = w->loaded};

    j.queue_us = fvi_clock_us() - c->arrived_us;
    if (!fvi_pipes_get(s->pipes, c->pipe, NULL)) {
        count_gone(s, c->peek.request_id);
        fvi_call_drop(c);
        return;
    }
    if (atomic_load(&s->hurried)) {
        fvi_call_busy(c);
        return;
    }
    fvi_answered status = examine(&j);
    if (status != FVI_ANSWERED_OK)
        refuse(&j, status);
    else if (j.request.op == FVI_OP_INFO)
        answer_info(&j);
    else
        run_once(&j);
    if (j.decoded) fvi_wire_request_free(&j.request);
}

void *fvi_worker_main(void *arg)
{
    fvi_worker *w = arg;
    fvi_server *s = w->server;
    uint64_t turn = 0;

    while (!atomic_load(&s->closing)) {
        fvi_queued *q = fvi_queue_take(s->queue, &turn);
        fvi_worker_change(w);
        if (q == NULL) continue;
        atomic_store(&w->busy_since_us, fvi_clock_us());
        fvi_metrics_gauge_add(s->metrics, FVI_GAUGE_IN_FLIGHT, 1);
        serve(w, fvi_call_of_queued(q));
        fvi_metrics_gauge_add(s->metrics, FVI_GAUGE_IN_FLIGHT, -1);
        atomic_store(&w->busy_since_us, 0);
    }
    return NULL;
}
