/* SPDX-License-Identifier: Apache-2.0 */
/*
 *            start            sent             reply, time over, closed
 *     IDLE ────────► SENDING ─────► RECEIVING ───────────────────────► IDLE
 *                       │        not sent                                ▲
 *                       └────────────────────────────────────────────────┘
 *
 * The steps after start run on threads of nng; `lock` hands what they found to the waiting one.
 */
#include "client/exchange.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "client/link.h"

typedef enum state { IDLE, SENDING, RECEIVING } state;

struct fvi_exchange {
    fvi_link *link;
    nng_ctx ctx;
    bool has_ctx;
    nng_aio *aio;
    nng_msg *reply;
    uint64_t until_us;
    int rv;
    state state; /* under lock */
    pthread_mutex_t lock;
    pthread_cond_t ended;
    void (*done)(void *self);
    void *self;
};

static void end(fvi_exchange *x, int rv)
{
    (void)pthread_mutex_lock(&x->lock);
    x->rv = rv;
    x->state = IDLE;
    if (x->done != NULL) x->done(x->self);
    (void)pthread_cond_broadcast(&x->ended);
    (void)pthread_mutex_unlock(&x->lock);
}

static void receive(fvi_exchange *x)
{
    uint64_t now = fvi_clock_us();
    uint64_t left_ms = x->until_us > now ? (x->until_us - now + 999) / 1000 : 0;

    (void)pthread_mutex_lock(&x->lock);
    x->state = RECEIVING;
    (void)pthread_mutex_unlock(&x->lock);
    nng_aio_set_timeout(
        x->aio, (nng_duration)(left_ms < INT32_MAX ? left_ms : INT32_MAX)); /* 0 = at once */
    nng_ctx_recv(x->ctx, x->aio);
}

static void drop_message(fvi_exchange *x)
{
    nng_msg *m = nng_aio_get_msg(x->aio);

    nng_aio_set_msg(x->aio, NULL);
    if (m != NULL) nng_msg_free(m);
}

static void step(void *self)
{
    fvi_exchange *x = self;
    int rv = nng_aio_result(x->aio);

    (void)pthread_mutex_lock(&x->lock);
    const state was = x->state;
    (void)pthread_mutex_unlock(&x->lock);
    if (was == SENDING && rv == 0) {
        receive(x);
        return;
    }
    if (was == SENDING) drop_message(x); /* a message that was not sent is the sender's */
    if (was == RECEIVING && rv == 0) {
        x->reply = nng_aio_get_msg(x->aio);
        nng_aio_set_msg(x->aio, NULL);
    }
    end(x, rv);
}

fv_status fvi_exchange_create(fvi_exchange **out, fvi_link *link, void (*done)(void *self),
                              void *self, fv_error *err)
{
    fv_status st = FV_OK;
    fvi_exchange *x = calloc(1, sizeof *x);
    bool locks = false;

    fvi_error_clear(err);
    if (x == NULL) return fvi_fail(err, FV_E_NOMEM, "an exchange");
    x->link = link;
    x->done = done;
    x->self = self;
    locks = pthread_mutex_init(&x->lock, NULL) == 0;
    if (!locks || pthread_cond_init(&x->ended, NULL) != 0) {
        if (locks) (void)pthread_mutex_destroy(&x->lock);
        free(x);
        return fvi_fail(err, FV_E_NOMEM, "an exchange");
    }
    int rv = nng_aio_alloc(&x->aio, step, x);
    if (rv == 0) rv = nng_ctx_open(&x->ctx, fvi_link_socket(link));
    x->has_ctx = rv == 0;
    if (rv != 0) st = fvi_nng_fail(err, rv, "exchange");
    if (st == FV_OK) {
        *out = x;
        x = NULL;
    }
    fvi_exchange_destroy(&x);
    return st;
}

static void drop_reply(fvi_exchange *x)
{
    if (x->reply != NULL) nng_msg_free(x->reply);
    x->reply = NULL;
}

/* All of what runs is stopped before anything is freed. */
void fvi_exchange_destroy(fvi_exchange **exchange)
{
    fvi_exchange *x = *exchange;

    if (x == NULL) return;
    if (x->aio != NULL) nng_aio_stop(x->aio);
    if (x->has_ctx) (void)nng_ctx_close(x->ctx);
    if (x->aio != NULL) nng_aio_free(x->aio);
    drop_reply(x);
    (void)pthread_cond_destroy(&x->ended);
    (void)pthread_mutex_destroy(&x->lock);
    free(x);
    *exchange = NULL;
}

fv_status fvi_exchange_start(fvi_exchange *exchange, fv_bytes request, uint32_t deadline_ms,
                             fv_error *err)
{
    fvi_exchange *x = exchange;
    nng_msg *m = NULL;

    fvi_error_clear(err);
    drop_reply(x);
    int rv = nng_msg_alloc(&m, request.len);
    if (rv != 0) return fvi_nng_fail(err, rv, "a message");
    if (request.len > 0) memcpy(nng_msg_body(m), request.data, request.len);
    x->until_us = fvi_clock_us() + (uint64_t)deadline_ms * 1000;
    (void)pthread_mutex_lock(&x->lock); /* whoever done() woke comes after the end of it */
    x->state = SENDING;
    (void)pthread_mutex_unlock(&x->lock);
    nng_aio_set_msg(x->aio, m);
    nng_aio_set_timeout(x->aio, deadline_ms > INT32_MAX ? INT32_MAX : (nng_duration)deadline_ms);
    nng_ctx_send(x->ctx, x->aio);
    return FV_OK;
}

void fvi_exchange_wait(fvi_exchange *exchange)
{
    fvi_exchange *x = exchange;

    (void)pthread_mutex_lock(&x->lock);
    while (x->state != IDLE)
        (void)pthread_cond_wait(&x->ended, &x->lock);
    (void)pthread_mutex_unlock(&x->lock);
}

fv_status fvi_exchange_result(fvi_exchange *exchange, fv_bytes *reply, fv_error *err)
{
    const fvi_exchange *x = exchange;

    fvi_error_clear(err);
    if (x->rv != 0) return fvi_nng_fail(err, x->rv, fvi_link_url(x->link));
    if (nng_msg_len(x->reply) > fvi_link_reply_bytes_max(x->link))
        return fvi_fail(err, FV_E_BACKEND, "%s: what came is larger than a reply",
                        fvi_link_url(x->link));
    *reply = (fv_bytes){nng_msg_body(x->reply), nng_msg_len(x->reply)};
    return FV_OK;
}
