/* SPDX-License-Identifier: Apache-2.0 */
#define _DEFAULT_SOURCE /* getrandom */
#include "client/client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/clock.h"
#include "base/memory.h"
#include "client/exchange.h"
#include "wire/wire.h"

enum {
    DEADLINE_MS = 30000,
    CONNECT_MS = 5000,
    PAUSE_MIN_MS = 10,
    PAUSE_MAX_MS = 1000,
};

struct fv_client {
    fvi_link *link;
    uint32_t deadline_ms;
    uint32_t connect_ms;
};

/* One call. */
typedef struct call {
    fv_client *client;
    fvi_exchange *exchange;
    fvi_wire_request request;
    uint64_t until_us;
    fv_client_reply *reply;
} call;

static bool random_bytes(void *out, size_t n)
{
    ssize_t got = 0;

    do {
        got = getrandom(out, n, 0);
    } while (got < 0 && errno == EINTR);
    return got == (ssize_t)n; /* up to 256 bytes come whole */
}

fv_status fvi_client_uuid(char out[37], fv_error *err)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t b[16];
    size_t at = 0;

    if (!random_bytes(b, sizeof b)) return fvi_fail(err, FV_E_INTERNAL, "no random numbers");
    b[6] = (uint8_t)((b[6] & 0x0f) | 0x40);
    b[8] = (uint8_t)((b[8] & 0x3f) | 0x80);
    for (size_t i = 0; i < sizeof b; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) out[at++] = '-';
        out[at++] = digits[b[i] >> 4];
        out[at++] = digits[b[i] & 15];
    }
    out[at] = '\0';
    return FV_OK;
}

uint32_t fvi_client_pause_ms(uint32_t retry_after_ms, unsigned tries, uint32_t random)
{
    uint32_t nominal = (uint32_t)PAUSE_MIN_MS << (tries < 7 ? tries : 7);

    if (nominal > PAUSE_MAX_MS) nominal = PAUSE_MAX_MS;
    uint32_t more = nominal / 2 + random % (nominal + 1);
    return retry_after_ms > UINT32_MAX - more ? UINT32_MAX : retry_after_ms + more;
}

fv_status fv_client_create(fv_client **out, const fv_client_options *options, fv_error *err)
{
    fv_client_options o = FV_CLIENT_OPTIONS_INIT;
    fv_status st = FV_OK;

    fvi_error_clear(err);
    if (out == NULL || options == NULL || options->struct_size < sizeof options->struct_size)
        return fvi_fail(err, FV_E_ARG,
                        "out or options is NULL, or options not FV_CLIENT_OPTIONS_INIT");
    memcpy(&o, options, options->struct_size < sizeof o ? options->struct_size : sizeof o);
    fv_client *c = calloc(1, sizeof *c);
    if (c == NULL) return fvi_fail(err, FV_E_NOMEM, "a client");
    const fvi_link_options link = {.url = o.url,
                                   .tls_ca_file = o.tls_ca_file,
                                   .tls_cert_file = o.tls_cert_file,
                                   .tls_key_file = o.tls_key_file,
                                   .later = true};
    c->deadline_ms = o.deadline_ms > 0 ? o.deadline_ms : DEADLINE_MS;
    c->connect_ms = o.connect_ms > 0 ? o.connect_ms : CONNECT_MS;
    st = fvi_link_open(&c->link, &link, err);
    if (st == FV_OK) {
        *out = c;
        c = NULL;
    }
    fv_client_destroy(&c);
    return st;
}

void fv_client_destroy(fv_client **client)
{
    if (client == NULL || *client == NULL) return;
    fvi_link_close(&(*client)->link);
    free(*client);
    *client = NULL;
}

static const char *given(const char *text)
{
    return text == NULL ? "" : text;
}

static fv_status set_request(call *c, fvi_op op, const fv_client_request *asked, fv_error *err)
{
    fv_client_request r = FV_CLIENT_REQUEST_INIT;
    char uuid[37] = "";

    memcpy(&r, asked, asked->struct_size < sizeof r ? asked->struct_size : sizeof r);
    if (r.request_id == NULL) {
        fv_status st = fvi_client_uuid(uuid, err);
        if (st != FV_OK) return st;
        r.request_id = uuid;
    }
    if (strlen(r.request_id) > FVI_REQUEST_ID_MAX)
        return fvi_fail_field(err, FV_E_ARG, "request_id", "longer than %d bytes",
                              (int)FVI_REQUEST_ID_MAX);
    c->request = (fvi_wire_request){.op = op,
                                    .channel = given(r.channel),
                                    .subject_ref = given(r.subject_ref),
                                    .consent_ref = given(r.consent_ref),
                                    .birth_date = given(r.birth_date),
                                    .id_number = given(r.id_number),
                                    .selfie = r.selfie,
                                    .record = r.record,
                                    .kind = r.kind,
                                    .deadline_ms = r.deadline_ms,
                                    .locale = r.locale};
    memcpy(c->request.request_id, r.request_id, strlen(r.request_id) + 1);
    const uint32_t deadline_ms = r.deadline_ms > 0 ? r.deadline_ms : c->client->deadline_ms;
    c->until_us = fvi_clock_us() + (uint64_t)deadline_ms * 1000;
    return FV_OK;
}

static uint32_t left_ms(const call *c)
{
    uint64_t now = fvi_clock_us();
    uint64_t left = c->until_us > now ? (c->until_us - now) / 1000 : 0;

    return left > UINT32_MAX ? UINT32_MAX : (uint32_t)left;
}

static fv_status take_reply(call *c, fv_bytes bytes, fv_error *err)
{
    fv_client_reply *r = calloc(1, sizeof *r);

    if (r == NULL) return fvi_fail(err, FV_E_NOMEM, "a reply");
    fv_status st = fvi_reply_decode(bytes, &r->decoded, err);
    if (st == FV_OK) {
        r->message = fvi_reply_message(r->decoded);
        /* a request that could not be read has no id to be answered with */
        bool failed = r->message->status != FACEVERIFY__STATUS__OK;
        bool other = strcmp(r->message->request_id, c->request.request_id) != 0;
        if (other && !(failed && r->message->request_id[0] == '\0'))
            st = fvi_fail(err, FV_E_BACKEND, "what came is the reply to another request");
        bool answers = r->message->answer_case == (Faceverify__Reply__AnswerCase)c->request.op;
        if (st == FV_OK && !failed && !answers)
            st = fvi_fail(err, FV_E_BACKEND, "what came is the answer to another operation");
    }
    if (st != FV_OK) {
        fv_client_reply_destroy(&r);
        return st;
    }
    fv_client_reply_destroy(&c->reply);
    c->reply = r;
    return FV_OK;
}

static fv_status ask_once(call *c, fv_error *err)
{
    fv_status st = FV_OK;
    uint8_t *data = NULL;
    size_t len = 0;
    fv_bytes reply = {NULL, 0};
    uint32_t left = left_ms(c);

    /* what is left of it, also for the service */
    if (c->request.deadline_ms > 0) c->request.deadline_ms = left > 0 ? left : 1;
    FVI_TRY(fvi_wire_request_encode(&c->request, &data, &len, err));
    FVI_TRY(fvi_exchange_start(c->exchange, (fv_bytes){data, len}, left > 0 ? left : 1, err));
    fvi_exchange_wait(c->exchange);
    FVI_TRY(fvi_exchange_result(c->exchange, &reply, err));
    FVI_TRY(take_reply(c, reply, err));
out:
    if (data != NULL) fvi_wipe(data, len);
    free(data);
    return st;
}

static void pause_for(uint32_t ms)
{
    struct timespec t = {.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000L};

    while (nanosleep(&t, &t) != 0 && errno == EINTR)
        continue;
}

/* BUSY that is still BUSY when the time is over is what the caller gets. */
static fv_status ask(call *c, fv_error *err)
{
    for (unsigned tries = 0;; tries++) {
        uint32_t random = 0;
        fv_status st = ask_once(c, err);
        if (st == FV_E_TIMEOUT && c->reply != NULL) { /* the last word was BUSY */
            fvi_error_clear(err);
            return FV_OK;
        }
        if (st != FV_OK || c->reply->message->status != FACEVERIFY__STATUS__BUSY) return st;
        if (!random_bytes(&random, sizeof random)) random = PAUSE_MIN_MS;
        uint32_t pause = fvi_client_pause_ms(c->reply->message->retry_after_ms, tries, random);
        if (pause >= left_ms(c)) return FV_OK;
        pause_for(pause);
    }
}

static fv_status connect_first(const call *c, fv_error *err)
{
    fv_client *client = c->client;
    uint32_t left = left_ms(c);
    uint32_t most = left < client->connect_ms ? left : client->connect_ms;

    if (fvi_link_connected(client->link, most)) return FV_OK;
    const char *url = fvi_link_url(client->link);
    const char *tls = strncmp(url, "tls+tcp://", 10) == 0 /* nng does not tell which */
                          ? " (nobody listens there, or one side does not accept the other's "
                            "certificate or the name in it)"
                          : "";
    return fvi_fail(err, FV_E_BACKEND, "no connection within %u ms: %s%s", (unsigned)most, url,
                    tls);
}

static fv_status answer(fv_client *client, fvi_op op, const fv_client_request *request,
                        fv_client_reply **reply, fv_error *err)
{
    fv_status st = FV_OK;
    call c = {.client = client};

    fvi_error_clear(err);
    if (client == NULL || request == NULL || reply == NULL ||
        request->struct_size < sizeof request->struct_size)
        return fvi_fail(err, FV_E_ARG,
                        "client, request or reply is NULL, or request not FV_CLIENT_REQUEST_INIT");
    FVI_TRY(set_request(&c, op, request, err));
    FVI_TRY(connect_first(&c, err));
    FVI_TRY(fvi_exchange_create(&c.exchange, client->link, NULL, NULL, err));
    FVI_TRY(ask(&c, err));
    *reply = c.reply;
    c.reply = NULL;
out:
    fv_client_reply_destroy(&c.reply);
    fvi_exchange_destroy(&c.exchange);
    return st;
}

fv_status fv_client_verify(fv_client *client, const fv_client_request *request,
                           fv_client_reply **reply, fv_error *err)
{
    return answer(client, FVI_OP_VERIFY, request, reply, err);
}

fv_status fv_client_match(fv_client *client, const fv_client_request *request,
                          fv_client_reply **reply, fv_error *err)
{
    return answer(client, FVI_OP_MATCH, request, reply, err);
}

fv_status fv_client_liveness(fv_client *client, const fv_client_request *request,
                             fv_client_reply **reply, fv_error *err)
{
    return answer(client, FVI_OP_LIVENESS, request, reply, err);
}

fv_status fv_client_quality(fv_client *client, const fv_client_request *request,
                            fv_client_reply **reply, fv_error *err)
{
    return answer(client, FVI_OP_QUALITY, request, reply, err);
}

fv_status fv_client_info(fv_client *client, const fv_client_request *request,
                         fv_client_reply **reply, fv_error *err)
{
    return answer(client, FVI_OP_INFO, request, reply, err);
}
