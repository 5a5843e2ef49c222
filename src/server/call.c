/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A context of nng and its one aio, from request to reply:
 *
 *     RECV ──► HELD ──► REPLY ──► RECV      accepted: queue, worker, answer
 *       └─────────────► REPLY ──► RECV      BUSY, said at once
 *
 * RECV and REPLY are nng's: only the aio's callback touches the call then. HELD is the queue's, and
 * then the worker's that took it. The callback peeks, queues, or says BUSY: it neither computes nor
 * waits, and neither frees nor closes anything of nng's but messages.
 */
#include "server/internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"

enum { BUSY_MIN_MS = 50, BUSY_MAX_MS = 10000 };

fvi_call *fvi_call_of_queued(fvi_queued *queued)
{
    return (fvi_call *)((char *)queued - offsetof(fvi_call, queued));
}

fvi_call *fvi_call_of_waiter(fvi_waiter *waiter)
{
    return (fvi_call *)((char *)waiter - offsetof(fvi_call, waiter));
}

static void receive(fvi_call *c)
{
    if (atomic_load(&c->station->server->closing)) {
        c->state = FVI_CALL_IDLE;
        return;
    }
    c->state = FVI_CALL_RECV;
    nng_aio_set_timeout(c->aio, NNG_DURATION_INFINITE);
    nng_ctx_recv(c->ctx, c->aio);
}

/* A request holds photographs. */
static void forget_request(fvi_call *c)
{
    if (c->request == NULL) return;
    fvi_wipe(nng_msg_body(c->request), nng_msg_len(c->request));
    nng_msg_free(c->request);
    c->request = NULL;
}

/* false: there is no memory, or nobody to reply to. */
static bool reply_with(fvi_call *c, fv_bytes reply)
{
    fvi_server *s = c->station->server;
    nng_msg *m = NULL;

    if (nng_msg_alloc(&m, reply.len) != 0) return false;
    /* nng would say "sent" of a reply to a connection that is gone */
    if (!fvi_pipes_reply_begins(s->pipes, c->pipe)) {
        nng_msg_free(m);
        return false;
    }
    memcpy(nng_msg_body(m), reply.data, reply.len);
    c->state = FVI_CALL_REPLY;
    nng_aio_set_msg(c->aio, m);
    nng_aio_set_timeout(c->aio, (nng_duration)s->settings.send_ms);
    nng_ctx_send(c->ctx, c->aio);
    return true;
}

bool fvi_call_answer(fvi_call *c, fv_bytes reply)
{
    fvi_queue *q = c->station->server->queue;
    size_t bytes = c->queued.bytes;

    forget_request(c);
    bool given = reply_with(c, reply);
    if (!given) receive(c);
    fvi_queue_release(q, bytes); /* after nng has it: an empty queue means that all were answered */
    return given;
}

void fvi_call_drop(fvi_call *c)
{
    fvi_queue *q = c->station->server->queue;
    size_t bytes = c->queued.bytes;

    forget_request(c);
    receive(c);
    fvi_queue_release(q, bytes);
}

static void say_busy(fvi_call *c, uint32_t retry_ms, bool own)
{
    uint8_t *bytes = NULL;
    size_t len = 0;
    fvi_wire_reply reply = {
        .request_id = c->peek.request_id, .status = FVI_BUSY, .retry_after_ms = retry_ms};
    fvi_told told = {.op = c->peek.op, .status = FVI_BUSY};

    forget_request(c);
    if (fvi_wire_reply_encode(&reply, &bytes, &len, NULL) != FV_OK) {
        receive(c);
        return;
    }
    if (!own) fvi_tell(c, &told);
    if (!reply_with(c, (fv_bytes){bytes, len})) receive(c);
    free(bytes);
}

void fvi_call_busy(fvi_call *c)
{
    fvi_queue *q = c->station->server->queue;
    size_t bytes = c->queued.bytes;

    say_busy(c, FVI_BUSY_DRAINING_MS, false);
    fvi_queue_release(q, bytes);
}

static uint32_t clamp_ms(uint64_t us)
{
    uint64_t ms = us / 1000u;
    return (uint32_t)(ms < BUSY_MIN_MS ? BUSY_MIN_MS : ms > BUSY_MAX_MS ? BUSY_MAX_MS : ms);
}

static void arrive(fvi_call *c)
{
    fvi_server *s = c->station->server;
    fv_bytes message = {nng_msg_body(c->request), nng_msg_len(c->request)};

    c->arrived_us = fvi_clock_us();
    c->pipe = (uint32_t)nng_pipe_id(nng_msg_get_pipe(c->request));
    c->until_us = 0;
    fvi_wire_peek_request(message, &c->peek);
    if (c->peek.deadline_ms != 0)
        c->until_us = c->arrived_us + 1000u * (uint64_t)c->peek.deadline_ms;
    if (strcmp(c->peek.request_id, s->probe_id) ==
        0) { /* the probe asks whether the way is open, and must not wait for workers */
        say_busy(c, FVI_RETRY_NEVER, true);
        return;
    }
    if (atomic_load(&s->draining)) {
        say_busy(c, FVI_BUSY_DRAINING_MS, false);
        return;
    }
    fvi_expected expected = fvi_expect(s);
    uint64_t needs_us = expected.wait_us + expected.work_us;
    /* what cannot be answered in time is better asked elsewhere, a tenth kept for what nobody can
     * foresee; an idle service always tries */
    bool hopeless = expected.wait_us > 0 && c->until_us != 0 &&
                    c->arrived_us + needs_us + needs_us / 10 > c->until_us;
    c->state = FVI_CALL_HELD;
    c->queued.bytes = message.len;
    if (hopeless || !fvi_queue_put(s->queue, &c->queued)) say_busy(c, clamp_ms(needs_us), false);
}

/* The connection of somebody who asks and does not read is left to him: nng 1.5.2 does not close
 * well one on which it receives (sp/sp.h). */
static void on_reply(fvi_call *c, int rv)
{
    fvi_server *s = c->station->server;
    fvi_pipe pipe;

    if (rv != 0) { /* then the message is still ours */
        nng_msg_free(nng_aio_get_msg(c->aio));
        nng_aio_set_msg(c->aio, NULL);
    }
    bool stuck = fvi_pipes_reply_ends(s->pipes, c->pipe, rv == 0);
    if (stuck && rv == NNG_ETIMEDOUT && fvi_pipes_get(s->pipes, c->pipe, &pipe))
        (void)fvi_reqlog_event(s->log, FVI_LOG_WARNING, "peer_stuck",
                               "%s at %s does not read its replies", pipe.peer, pipe.url);
    receive(c);
}

static void on_aio(void *arg)
{
    fvi_call *c = arg;
    int rv = nng_aio_result(c->aio);

    if (c->state == FVI_CALL_REPLY) {
        on_reply(c, rv);
    } else if (rv == NNG_ECLOSED || rv == NNG_ECANCELED) {
        c->state = FVI_CALL_IDLE;
    } else if (rv != 0) {
        receive(c);
    } else {
        c->request = nng_aio_get_msg(c->aio);
        nng_aio_set_msg(c->aio, NULL);
        arrive(c);
    }
}

fv_status fvi_call_open(fvi_call *c, fvi_station *station, fv_error *err)
{
    c->station = station;
    int rv = nng_aio_alloc(&c->aio, on_aio, c);
    if (rv == 0) rv = nng_ctx_open(&c->ctx, station->socket);
    if (rv != 0) return fvi_fail(err, FV_E_NOMEM, "context: %s", nng_strerror(rv));
    c->open = true;
    return FV_OK;
}

void fvi_call_start(fvi_call *c)
{
    receive(c);
}

void fvi_call_stop(fvi_call *c)
{
    if (c->aio != NULL) nng_aio_stop(c->aio);
}

void fvi_call_close(fvi_call *c)
{
    if (c->open) (void)nng_ctx_close(c->ctx);
    if (c->aio != NULL) nng_aio_free(c->aio);
    forget_request(c);
    *c = (fvi_call){.open = false};
}
