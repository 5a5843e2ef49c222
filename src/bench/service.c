/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/service.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "wire/reply_decode.h"

enum { CONNECT_MS = 5000, NO_DEADLINE_MS = 30000, GRACE_MS = 2000 };

typedef struct caller {
    fvi_link *link;
    fvi_exchange *exchange;
} caller;

static void close_caller(void *arg)
{
    caller *c = arg;

    if (c == NULL) return;
    fvi_exchange_destroy(&c->exchange);
    fvi_link_close(&c->link);
    free(c);
}

static fv_status connect_to(const fvi_link_options *options, fvi_link **link, fv_error *err)
{
    fv_status st = fvi_link_open(link, options, err);

    if (st != FV_OK || fvi_link_connected(*link, CONNECT_MS)) return st;
    fvi_link_close(link);
    return fvi_fail(err, FV_E_BACKEND, "no service answers at %s", options->url);
}

static fv_status open_caller(void *self, void **out, fv_error *err)
{
    fv_status st = FV_OK;
    caller *c = calloc(1, sizeof *c);

    if (c == NULL) return fvi_fail(err, FV_E_NOMEM, "a caller");
    FVI_TRY(connect_to(self, &c->link, err));
    FVI_TRY(fvi_exchange_create(&c->exchange, c->link, NULL, NULL, err));
    *out = c;
    c = NULL;
out:
    close_caller(c);
    return st;
}

static const char *word_of(const Faceverify__Reply *r)
{
    switch (r->answer_case) {
    case FACEVERIFY__REPLY__ANSWER_VERIFY:
        return fv_decision_name((fv_decision)r->verify->decision);
    case FACEVERIFY__REPLY__ANSWER_MATCH:
        return fv_decision_name((fv_decision)r->match->decision);
    case FACEVERIFY__REPLY__ANSWER_LIVENESS:
        return fv_liveness_name((fv_liveness_verdict)r->liveness->liveness);
    case FACEVERIFY__REPLY__ANSWER_QUALITY:
        return FVI_BENCH_USABLE(r->quality->usable);
    default:
        return "";
    }
}

static void wrong_reply(fvi_bench_answer *a, const char *why)
{
    a->end = FVI_BENCH_WRONG_REPLY;
    (void)fvi_fail(&a->err, FV_E_BACKEND, "%s", why);
}

static void read_reply(const fvi_bench_request *r, fv_bytes message, fvi_bench_answer *a)
{
    fvi_reply *reply = NULL;

    if (fvi_reply_decode(message, &reply, &a->err) != FV_OK) {
        a->end = FVI_BENCH_WRONG_REPLY;
        return;
    }
    const Faceverify__Reply *m = fvi_reply_message(reply);
    if (strcmp(m->request_id, r->id) != 0) {
        wrong_reply(a, "the reply is to another request");
    } else if (m->status == FACEVERIFY__STATUS__OK &&
               (int)m->answer_case != (int)fvi_bench_wire_op(r->op)) {
        wrong_reply(a, "the reply is to another operation");
    } else {
        a->end = FVI_BENCH_REPLY;
        a->status = (fvi_answered)m->status;
        a->replayed = m->replayed != 0;
        if (a->status == FVI_ANSWERED_OK)
            a->word = word_of(m);
        else
            (void)fvi_fail_field(&a->err, FV_E_BACKEND, m->field, "%s%s%s",
                                 fvi_answered_name(a->status), m->message[0] != '\0' ? ": " : "",
                                 m->message);
    }
    fvi_reply_destroy(&reply);
}

static fv_status encode(const fvi_bench_request *r, uint8_t **out, size_t *len, fv_error *err)
{
    fvi_wire_request w = {.op = fvi_bench_wire_op(r->op),
                          .channel = r->channel != NULL ? r->channel : "",
                          .subject_ref = "",
                          .consent_ref = "",
                          .birth_date = "",
                          .id_number = "",
                          .selfie = r->selfie,
                          .record = r->record,
                          .kind = FV_SELFIE,
                          .deadline_ms = r->deadline_ms,
                          .locale = FV_LOCALE_ZH_CN};

    memcpy(w.request_id, r->id, sizeof w.request_id);
    return fvi_wire_request_encode(&w, out, len, err);
}

static void ask(void *arg, const fvi_bench_request *r, fvi_bench_answer *a)
{
    fv_status st = FV_OK;
    caller *c = arg;
    uint8_t *message = NULL;
    size_t len = 0;
    fv_bytes reply = {NULL, 0};
    uint32_t wait_ms = r->deadline_ms > 0 ? r->deadline_ms + GRACE_MS : NO_DEADLINE_MS;

    FVI_TRY(encode(r, &message, &len, &a->err));
    FVI_TRY(fvi_exchange_start(c->exchange, (fv_bytes){message, len}, wait_ms, &a->err));
    fvi_exchange_wait(c->exchange);
    FVI_TRY(fvi_exchange_result(c->exchange, &reply, &a->err));
    read_reply(r, reply, a);
out:
    if (st != FV_OK) a->end = st == FV_E_TIMEOUT ? FVI_BENCH_TIMEOUT : FVI_BENCH_NO_REPLY;
    if (message != NULL) fvi_wipe(message, len);
    free(message);
}

fvi_bench_target fvi_bench_service(const fvi_link_options *options)
{
    return (fvi_bench_target){.name = options->url,
                              .self = (void *)(uintptr_t)options, /* only read */
                              .open = open_caller,
                              .ask = ask,
                              .close = close_caller};
}

int fvi_bench_service_pid(const fvi_link_options *options)
{
    fvi_link *link = NULL;
    int pid = 0;

    if (connect_to(options, &link, NULL) != FV_OK) return 0;
    pid = fvi_link_peer_pid(link);
    fvi_link_close(&link);
    return pid;
}
