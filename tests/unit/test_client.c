/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "certificate.h"
#include "client/client.h"
#include "client/exchange.h"
#include "responder.h"

typedef struct fixture {
    char dir[64];
    char url[128];
    fvt_responder responder;
    fv_client *client;
    fv_client_options options;
    fvi_wire_reply like;
} fixture;

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);

    assert_non_null(f);
    (void)snprintf(f->dir, sizeof f->dir, "/tmp/fv_client_XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    (void)snprintf(f->url, sizeof f->url, "ipc://%s/s", f->dir);
    f->options = (fv_client_options)FV_CLIENT_OPTIONS_INIT;
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    char command[128];

    fv_client_destroy(&f->client);
    if (f->responder.answer != NULL) fvt_responder_stop(&f->responder);
    (void)snprintf(command, sizeof command, "rm -rf %s", f->dir);
    assert_int_equal(system(command), 0);
    free(f);
    return 0;
}

static void respond(fixture *f, fvt_answer answer)
{
    f->responder.answer = answer;
    assert_true(fvt_responder_start(&f->responder, f->url, sizeof f->url));
}

static void connect_client(fixture *f)
{
    fv_error err = {0};

    f->options.url = f->url;
    assert_fv_ok(fv_client_create(&f->client, &f->options, &err), &err);
}

/* So that what was seen can be read. */
static void stop(fixture *f)
{
    fvt_responder_stop(&f->responder);
    f->responder.answer = NULL;
}

static const fv_versions versions = {.struct_size = sizeof(fv_versions), .library = "9.8.7"};

static fv_result a_result(void)
{
    fv_result r = FV_RESULT_INIT;

    r.decision = FV_NO_MATCH;
    r.n_reasons = 2;
    r.reasons[0] = (fv_reason){.code = FV_REASON_TOO_DARK,
                               .image = FV_SELFIE,
                               .severity = FV_BLOCKS,
                               .remedy = FV_REMEDY_ADJUST_LIGHT,
                               .value = 0.25F,
                               .limit = 0.5F};
    r.reasons[1] = r.reasons[0];
    r.reasons[1].value = NAN;
    r.n_remedies = 1;
    r.remedies[0] = FV_REMEDY_ADJUST_LIGHT;
    r.selfie = (fv_photo_info){300, 400, 6, 1, 1, 2, 3, 4, 5, -6, 7, 8};
    r.record.yaw_deg = NAN;
    r.timings = (fv_timings){1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    r.similarity = 0.125F;
    r.match_similarity = 0.5F;
    r.review_similarity = 0.25F;
    r.match_fmr = 0.0625F;
    r.review_fmr = 0.03125F;
    r.liveness = FV_LIVENESS_LIVE;
    r.liveness_score = 0.75F;
    r.liveness_limit = 0.625F;
    r.attack_limit = 0.375F;
    r.liveness_bpcer = 0.015625F;
    return r;
}

/* An answer to whatever is asked, with scores. */
static bool answer_all(fvt_responder *r, const fvi_wire_request *request, uint8_t **data,
                       size_t *len)
{
    const fv_result result = a_result();
    fv_liveness_result liveness = FV_LIVENESS_RESULT_INIT;
    fv_quality_result quality = FV_QUALITY_RESULT_INIT;
    const fvi_wire_info info = {.channels = {"alipay"},
                                .n_channels = 1,
                                .workers = 3,
                                .queue_capacity = 5,
                                .image_bytes_max = 7,
                                .message_bytes_max = 11,
                                .uptime_s = 13};
    (void)r;

    liveness.liveness = FV_LIVENESS_ATTACK;
    liveness.score = 0.125F;
    liveness.limit = 0.5F;
    quality.usable = 1;
    quality.n_measures = 1;
    quality.measures[0] = (fv_measure){.name = "M",
                                       .unit = "px",
                                       .value = 3.0F,
                                       .score = 50.0F,
                                       .min = 1.0F,
                                       .max = INFINITY,
                                       .advise_min = NAN,
                                       .advise_max = 9.0F,
                                       .verdict = FV_VERDICT_ADVICE};
    const fvi_wire_reply like = {.locale = request->locale,
                                 .scores = true,
                                 .versions = &versions,
                                 .result = &result,
                                 .liveness = &liveness,
                                 .quality = &quality,
                                 .kind = request->kind,
                                 .info = &info};
    return fvt_reply(request, &like, data, len);
}

static bool answer_busy_thrice(fvt_responder *r, const fvi_wire_request *request, uint8_t **data,
                               size_t *len)
{
    const fvi_wire_reply busy = {.status = FVI_BUSY, .retry_after_ms = 1};

    if (atomic_load(&r->requests) > 3) return answer_all(r, request, data, len);
    return fvt_reply(request, &busy, data, len);
}

static bool answer_status(fvt_responder *r, const fvi_wire_request *request, uint8_t **data,
                          size_t *len)
{
    return fvt_reply(request, r->self, data, len);
}

static bool answer_never(fvt_responder *r, const fvi_wire_request *request, uint8_t **data,
                         size_t *len)
{
    (void)r;
    (void)request;
    (void)data;
    (void)len;
    return false;
}

/* r->self: a NUL-terminated text */
static bool answer_text(fvt_responder *r, const fvi_wire_request *request, uint8_t **data,
                        size_t *len)
{
    const char *text = r->self;

    (void)request;
    *len = strlen(text);
    *data = malloc(*len + 1);
    if (*data != NULL) memcpy(*data, text, *len);
    return *data != NULL;
}

static bool answer_large(fvt_responder *r, const fvi_wire_request *request, uint8_t **data,
                         size_t *len)
{
    (void)r;
    (void)request;
    *len = (1 << 20) + 1;
    *data = calloc(1, *len);
    return *data != NULL;
}

static fv_client_request request(uint32_t deadline_ms)
{
    fv_client_request r = FV_CLIENT_REQUEST_INIT;

    r.deadline_ms = deadline_ms;
    r.selfie = (fv_bytes){(const uint8_t *)"selfie", 6};
    r.record = (fv_bytes){(const uint8_t *)"record", 6};
    return r;
}

static uint64_t ms_since(uint64_t begin_us)
{
    return (fvi_clock_us() - begin_us) / 1000;
}

static void test_client__busy_is_asked_again_with_the_same_id(void **state)
{
    fixture *f = *state;
    fv_error err = {0};
    fv_client_request r = request(5000);
    fv_client_reply *reply = NULL;

    respond(f, answer_busy_thrice);
    connect_client(f);
    assert_fv_ok(fv_client_verify(f->client, &r, &reply, &err), &err);
    assert_int_equal(fv_client_reply_status(reply), FV_SERVICE_OK);
    stop(f);
    assert_int_equal(atomic_load(&f->responder.requests), 4);
    for (int i = 0; i < 4; i++) {
        assert_string_equal(f->responder.ids[i], fv_client_reply_request_id(reply));
        assert_true(f->responder.deadlines[i] <= (i == 0 ? 5000 : f->responder.deadlines[i - 1]));
        assert_true(f->responder.deadlines[i] > 1000);
    }
    assert_true(f->responder.deadlines[3] < f->responder.deadlines[0]); /* what is left of it */
    fv_client_reply_destroy(&reply);
    assert_null(reply);
}

static void test_client__busy_to_the_end_is_the_reply(void **state)
{
    fixture *f = *state;
    fv_error err = {0};
    fv_client_request r = request(300);
    fv_client_reply *reply = NULL;

    f->like = (fvi_wire_reply){.status = FVI_BUSY, .retry_after_ms = 5};
    f->responder.self = &f->like;
    respond(f, answer_status);
    connect_client(f);
    uint64_t begin = fvi_clock_us();
    assert_fv_ok(fv_client_match(f->client, &r, &reply, &err), &err);
    assert_true(ms_since(begin) < 1000);
    assert_int_equal(err.code, FV_OK);
    assert_int_equal(fv_client_reply_status(reply), FV_SERVICE_BUSY);
    assert_int_equal(fv_client_reply_retry_after_ms(reply), 5);
    fv_client_reply_destroy(&reply);
    stop(f);
    assert_in_range(atomic_load(&f->responder.requests), 2, 30);

    f->like.retry_after_ms = 60000; /* no use in waiting for it */
    respond(f, answer_status);
    begin = fvi_clock_us();
    r.deadline_ms = 20000;
    assert_fv_ok(fv_client_match(f->client, &r, &reply, &err), &err);
    assert_true(ms_since(begin) < 10000);
    stop(f);
    assert_int_equal(atomic_load(&f->responder.requests), 1);
    fv_client_reply_destroy(&reply);
}

static void test_client__nothing_but_busy_is_asked_again(void **state)
{
    fixture *f = *state;
    fv_error err = {0};
    fv_client_request r = request(2000);
    const fv_error why = {FV_E_ARG, "selfie", "no"};

    f->like = (fvi_wire_reply){.err = &why, .scores = true, .replayed = true};
    f->responder.self = &f->like;
    for (int s = FVI_INVALID_REQUEST; s <= FVI_INTERNAL; s++) {
        fv_client_reply *reply = NULL;
        if (s == FVI_BUSY) continue;
        f->like.status = (fvi_answered)s;
        respond(f, answer_status);
        if (f->client == NULL) connect_client(f);
        assert_fv_ok(fv_client_verify(f->client, &r, &reply, &err), &err);
        assert_int_equal(fv_client_reply_status(reply), s);
        assert_string_equal(fv_client_reply_field(reply), "selfie");
        assert_string_equal(fv_client_reply_message(reply), "no");
        assert_string_equal(fv_client_reply_text(reply), "");
        assert_string_equal(fv_client_reply_reason_text(reply, 0), "");
        assert_int_equal(fv_client_reply_replayed(reply), 1);
        fv_client_reply_destroy(&reply);
        stop(f);
        assert_int_equal(atomic_load(&f->responder.requests), 1);
    }
}

static void test_client__no_reply_in_time(void **state)
{
    fixture *f = *state;
    fv_error err = {0};
    fv_client_request r = request(100);
    fv_client_reply *reply = NULL;

    respond(f, answer_never);
    connect_client(f);
    uint64_t begin = fvi_clock_us();
    assert_int_equal(fv_client_verify(f->client, &r, &reply, &err), FV_E_TIMEOUT);
    assert_in_range(ms_since(begin), 90, 2000);
    assert_null(reply);
    assert_non_null(strstr(err.text, f->url));
    assert_int_equal(atomic_load(&f->responder.requests), 1);
}

static void test_client__what_is_no_reply_to_it(void **state)
{
    fixture *f = *state;
    static const char *const texts[] = {
        "<html>", "", "\x0a\x01y\x10\x03", "\x0a\x01x\x10\x00", "\x10\x00", "\x0a\x01x\x72\x00",
    };

    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        fv_error err = {0};
        fv_client_reply *reply = NULL;
        fv_client_request r = request(2000);
        r.request_id = "x";
        f->responder.self = (void *)texts[i];
        respond(f, answer_text);
        if (f->client == NULL) connect_client(f);
        assert_int_equal(fv_client_verify(f->client, &r, &reply, &err), FV_E_BACKEND);
        assert_non_null(strstr(err.text, "what came"));
        assert_null(reply);
        stop(f);
    }
}

/* A request without an id is refused with a reply without one. */
static void test_client__a_refusal_may_be_without_id(void **state)
{
    fixture *f = *state;
    fv_error err = {0};
    fv_client_reply *reply = NULL;
    fv_client_request r = request(2000);

    f->responder.self = "\x10\x01\x1a\x07request";
    respond(f, answer_text);
    connect_client(f);
    assert_fv_ok(fv_client_verify(f->client, &r, &reply, &err), &err);
    assert_int_equal(fv_client_reply_status(reply), FV_SERVICE_INVALID_REQUEST);
    assert_string_equal(fv_client_reply_field(reply), "request");
    fv_client_reply_destroy(&reply);
}

static void test_client__a_large_reply_is_not_taken(void **state)
{
    fixture *f = *state;
    fv_error err = {0};
    fv_client_reply *reply = NULL;
    fv_client_request r = request(20000);

    respond(f, answer_large);
    connect_client(f);
    assert_int_equal(fv_client_info(f->client, &r, &reply, &err), FV_E_BACKEND);
    assert_non_null(strstr(err.text, "larger than a reply"));
    assert_null(reply);
}

static void test_client__nobody_there(void **state)
{
    fixture *f = *state;
    fv_error err = {0};
    fv_client_reply *reply = NULL;
    fv_client_request r = request(20000);

    f->options.connect_ms = 50;
    connect_client(f);
    uint64_t begin = fvi_clock_us();
    assert_int_equal(fv_client_verify(f->client, &r, &reply, &err), FV_E_BACKEND);
    assert_true(ms_since(begin) < 5000);
    assert_non_null(strstr(err.text, "no connection within 50 ms"));
    f->options.connect_ms = 0;
    fv_client_destroy(&f->client);
    connect_client(f); /* before there is anybody */
    respond(f, answer_all);
    assert_fv_ok(fv_client_verify(f->client, &r, &reply, &err), &err);
    fv_client_reply_destroy(&reply);
}

typedef struct asking {
    fv_client *client;
    fv_status st;
    fv_client_reply *reply;
    fv_error err;
} asking;

static void *ask_one(void *self)
{
    asking *a = self;
    fv_client_request r = request(10000);

    r.request_id = "once";
    a->st = fv_client_verify(a->client, &r, &a->reply, &a->err);
    return NULL;
}

static void test_client__a_lost_connection_is_made_again(void **state)
{
    fixture *f = *state;
    asking a = {0};
    pthread_t thread;

    respond(f, answer_never);
    connect_client(f);
    a.client = f->client;
    assert_int_equal(pthread_create(&thread, NULL, ask_one, &a), 0);
    while (atomic_load(&f->responder.requests) == 0)
        (void)sched_yield();
    stop(f); /* with the request in it */
    respond(f, answer_all);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_fv_ok(a.st, &a.err);
    assert_int_equal(fv_client_reply_status(a.reply), FV_SERVICE_OK);
    fv_client_reply_destroy(&a.reply);
    stop(f);
    assert_string_equal(f->responder.ids[0], "once");
}

enum { THREADS = 8, CALLS = 25 };

static void *ask_many(void *self)
{
    asking *a = self;

    for (int i = 0; i < CALLS && a->st == FV_OK; i++) {
        fv_client_request r = request(20000);
        fv_client_reply *reply = NULL;
        a->st = fv_client_verify(a->client, &r, &reply, &a->err);
        if (a->st == FV_OK && strlen(fv_client_reply_request_id(reply)) != 36)
            a->st = FV_E_INTERNAL;
        fv_client_reply_destroy(&reply);
    }
    return NULL;
}

static void test_client__many_threads_share_one(void **state)
{
    fixture *f = *state;
    asking a[THREADS] = {0};
    pthread_t threads[THREADS];

    respond(f, answer_all);
    connect_client(f);
    for (int i = 0; i < THREADS; i++) {
        a[i].client = f->client;
        assert_int_equal(pthread_create(&threads[i], NULL, ask_many, &a[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_fv_ok(a[i].st, &a[i].err);
    }
    assert_int_equal(atomic_load(&f->responder.requests), THREADS * CALLS);
}

static void same_real(float a, float b)
{
    if (isnan(a) || isnan(b))
        assert_true(isnan(a) && isnan(b));
    else
        assert_float_equal(a, b, 0.0F);
}

static void test_client__a_result_comes_back_whole(void **state)
{
    fixture *f = *state;
    const fv_result sent = a_result();
    fv_result got = FV_RESULT_INIT;
    fv_versions seen = FV_VERSIONS_INIT;
    fv_liveness_result liveness = FV_LIVENESS_RESULT_INIT;
    fv_error err = {0};
    fv_client_reply *reply = NULL;
    fv_client_request r = request(5000);

    respond(f, answer_all);
    connect_client(f);
    r.locale = FV_LOCALE_EN;
    assert_fv_ok(fv_client_verify(f->client, &r, &reply, &err), &err);
    assert_fv_ok(fv_client_reply_result(reply, &got, &err), &err);
    assert_int_equal(got.struct_size, sizeof got);
    assert_int_equal(got.decision, sent.decision);
    assert_int_equal(got.n_reasons, 2);
    assert_int_equal(got.reasons[0].code, FV_REASON_TOO_DARK);
    assert_int_equal(got.reasons[0].image, FV_SELFIE);
    assert_int_equal(got.reasons[0].severity, FV_BLOCKS);
    assert_int_equal(got.reasons[0].remedy, FV_REMEDY_ADJUST_LIGHT);
    same_real(got.reasons[0].value, 0.25F);
    same_real(got.reasons[0].limit, 0.5F);
    same_real(got.reasons[1].value, NAN);
    assert_int_equal(got.n_remedies, 1);
    assert_int_equal(got.remedies[0], FV_REMEDY_ADJUST_LIGHT);
    assert_memory_equal(&got.selfie, &sent.selfie, sizeof got.selfie);
    assert_int_equal(got.record.width_px, 0);
    same_real(got.record.inter_eye_px, NAN);
    assert_memory_equal(&got.timings, &sent.timings, sizeof got.timings);
    same_real(got.similarity, sent.similarity);
    same_real(got.match_similarity, sent.match_similarity);
    same_real(got.review_similarity, sent.review_similarity);
    same_real(got.match_fmr, sent.match_fmr);
    same_real(got.review_fmr, sent.review_fmr);
    same_real(got.liveness_score, sent.liveness_score);
    same_real(got.liveness_limit, sent.liveness_limit);
    same_real(got.attack_limit, sent.attack_limit);
    same_real(got.liveness_bpcer, sent.liveness_bpcer);
    assert_int_equal(got.liveness, sent.liveness);
    assert_string_equal(fv_client_reply_text(reply), fv_decision_text(FV_NO_MATCH, FV_LOCALE_EN));
    assert_string_equal(fv_client_reply_remedy_text(reply, 0),
                        fv_remedy_text(FV_REMEDY_ADJUST_LIGHT, FV_LOCALE_EN));
    assert_string_not_equal(fv_client_reply_reason_text(reply, 1), "");
    assert_string_equal(fv_client_reply_reason_text(reply, 2), "");
    assert_string_equal(fv_client_reply_remedy_text(reply, 1), "");
    assert_fv_ok(fv_client_reply_versions(reply, &seen, &err), &err);
    assert_string_equal(seen.library, "9.8.7");
    assert_null(seen.pack_name);
    assert_int_equal(fv_client_reply_liveness(reply, &liveness, &err), FV_E_ARG);
    got.struct_size = 0;
    assert_int_equal(fv_client_reply_result(reply, &got, &err), FV_E_ARG);
    fv_client_reply_destroy(&reply);
}

static void test_client__the_other_answers(void **state)
{
    fixture *f = *state;
    fv_liveness_result liveness = FV_LIVENESS_RESULT_INIT;
    fv_quality_result quality = FV_QUALITY_RESULT_INIT;
    fv_client_service service = FV_CLIENT_SERVICE_INIT;
    fv_result result = FV_RESULT_INIT;
    fv_error err = {0};
    fv_client_reply *reply = NULL;
    fv_client_request r = request(5000);

    respond(f, answer_all);
    connect_client(f);
    assert_fv_ok(fv_client_liveness(f->client, &r, &reply, &err), &err);
    assert_fv_ok(fv_client_reply_liveness(reply, &liveness, &err), &err);
    assert_int_equal(liveness.liveness, FV_LIVENESS_ATTACK);
    same_real(liveness.score, 0.125F);
    same_real(liveness.limit, 0.5F);
    assert_int_equal(fv_client_reply_result(reply, &result, &err), FV_E_ARG);
    assert_int_equal(result.decision, FV_UNDECIDED);
    fv_client_reply_destroy(&reply);

    assert_fv_ok(fv_client_quality(f->client, &r, &reply, &err), &err);
    assert_fv_ok(fv_client_reply_quality(reply, &quality, &err), &err);
    assert_int_equal(quality.usable, 1);
    assert_int_equal(quality.n_measures, 1);
    assert_string_equal(quality.measures[0].name, "M");
    assert_string_equal(quality.measures[0].unit, "px");
    same_real(quality.measures[0].value, 3.0F);
    same_real(quality.measures[0].score, 50.0F);
    same_real(quality.measures[0].min, 1.0F);
    same_real(quality.measures[0].max, NAN);
    same_real(quality.measures[0].advise_min, NAN);
    same_real(quality.measures[0].advise_max, 9.0F);
    assert_int_equal(quality.measures[0].verdict, FV_VERDICT_ADVICE);
    assert_int_equal(fv_client_reply_service(reply, &service, &err), FV_E_ARG);
    fv_client_reply_destroy(&reply);

    assert_fv_ok(fv_client_info(f->client, &r, &reply, &err), &err);
    assert_fv_ok(fv_client_reply_service(reply, &service, &err), &err);
    assert_int_equal(service.workers, 3);
    assert_int_equal(service.queue_capacity, 5);
    assert_int_equal(service.image_bytes_max, 7);
    assert_int_equal(service.message_bytes_max, 11);
    assert_int_equal(service.uptime_s, 13);
    assert_int_equal(fv_client_reply_quality(reply, &quality, &err), FV_E_ARG);
    fv_client_reply_destroy(&reply);
}

static void test_client__wrong_requests_are_not_sent(void **state)
{
    fixture *f = *state;
    fv_error err = {0};
    fv_client_reply *reply = NULL;
    fv_client_request r = request(1000);

    connect_client(f);
    r.request_id = "0123456789012345678901234567890123456789012345678901234567890123x";
    assert_int_equal(fv_client_verify(f->client, &r, &reply, &err), FV_E_ARG);
    assert_string_equal(err.field, "request_id");
    r.struct_size = 0;
    assert_int_equal(fv_client_verify(f->client, &r, &reply, &err), FV_E_ARG);
}

static void tls(fixture *f, const char *ca, bool own)
{
    static char paths[3][128];

    (void)snprintf(paths[0], sizeof paths[0], "%s/%s.crt", f->dir, ca);
    (void)snprintf(paths[1], sizeof paths[1], "%s/client.crt", f->dir);
    (void)snprintf(paths[2], sizeof paths[2], "%s/client.key", f->dir);
    f->options.tls_ca_file = paths[0];
    f->options.tls_cert_file = own ? paths[1] : NULL;
    f->options.tls_key_file = own ? paths[2] : NULL;
    fv_client_destroy(&f->client);
    connect_client(f);
}

static void test_client__tls_knows_the_service_and_is_known(void **state)
{
    fixture *f = *state;
    fv_error err = {0};
    fv_client_reply *reply = NULL;
    fv_client_request r = request(10000);

    assert_true(fvt_certificate(f->dir, "service", "localhost"));
    assert_true(fvt_certificate(f->dir, "client", NULL));
    assert_true(fvt_certificate(f->dir, "other", "localhost"));
    (void)snprintf(f->url, sizeof f->url, "tls+tcp://localhost:0");
    f->responder.tls_dir = f->dir;
    f->responder.tls_asks = true;
    respond(f, answer_all);

    tls(f, "service", true);
    assert_fv_ok(fv_client_verify(f->client, &r, &reply, &err), &err);
    fv_client_reply_destroy(&reply);

    r.deadline_ms = 300;
    tls(f, "other", true); /* somebody else than the service */
    assert_int_equal(fv_client_verify(f->client, &r, &reply, &err), FV_E_BACKEND);
    tls(f, "service", false); /* without a certificate of one's own */
    assert_int_not_equal(fv_client_verify(f->client, &r, &reply, &err), FV_OK);
    assert_null(reply);
    assert_int_equal(atomic_load(&f->responder.requests), 1);
}

static void test_client__tls_wants_the_name_of_the_url(void **state)
{
    fixture *f = *state;
    fv_error err = {0};
    fv_client_reply *reply = NULL;
    fv_client_request r = request(300);

    assert_true(fvt_certificate(f->dir, "service", "elsewhere.example"));
    (void)snprintf(f->url, sizeof f->url, "tls+tcp://localhost:0");
    f->responder.tls_dir = f->dir;
    respond(f, answer_all);
    tls(f, "service", false);
    assert_int_equal(fv_client_verify(f->client, &r, &reply, &err), FV_E_BACKEND);
    assert_int_equal(atomic_load(&f->responder.requests), 0);
}

/* One connection that is closed at once ends nng's listener on ipc://. */
static void test_client__nothing_is_connected_before_the_first_call(void **state)
{
    fixture *f = *state;
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

    assert_true(fd >= 0);
    (void)snprintf(at.sun_path, sizeof at.sun_path, "%s", f->url + strlen("ipc://"));
    assert_int_equal(bind(fd, (const struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(fd, 50), 0);
    for (int i = 0; i < 20; i++) {
        connect_client(f);
        fv_client_destroy(&f->client);
    }
    assert_int_equal(accept(fd, NULL, NULL), -1);
    assert_int_equal(errno, EAGAIN);
    assert_int_equal(close(fd), 0);
}

static void test_client__tcp(void **state)
{
    fixture *f = *state;
    fv_error err = {0};
    fv_client_reply *reply = NULL;
    fv_client_request r = request(10000);

    (void)snprintf(f->url, sizeof f->url, "tcp://127.0.0.1:0");
    respond(f, answer_all);
    connect_client(f);
    assert_fv_ok(fv_client_info(f->client, &r, &reply, &err), &err);
    fv_client_reply_destroy(&reply);
}

static void count(void *self)
{
    atomic_fetch_add((atomic_uint *)self, 1);
}

enum { IN_FLIGHT = 32 };

static void test_exchange__many_in_flight_from_one_thread(void **state)
{
    fixture *f = *state;
    fv_error err = {0};
    fvi_link *link = NULL;
    fvi_exchange *x[IN_FLIGHT] = {NULL};
    atomic_uint ended = 0;
    fv_bytes reply = {NULL, 0};
    const fv_bytes info = {(const uint8_t *)"\x0a\x01i\x72\x00", 5};

    f->responder.self = "abc";
    respond(f, answer_text);
    const fvi_link_options o = {.url = f->url};
    assert_fv_ok(fvi_link_open(&link, &o, &err), &err);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < IN_FLIGHT; i++) {
            if (round == 0)
                assert_fv_ok(fvi_exchange_create(&x[i], link, count, &ended, &err), &err);
            assert_fv_ok(fvi_exchange_start(x[i], info, 10000, &err), &err);
        }
        for (int i = 0; i < IN_FLIGHT; i++) {
            fvi_exchange_wait(x[i]);
            assert_fv_ok(fvi_exchange_result(x[i], &reply, &err), &err);
            assert_int_equal(reply.len, 3);
            assert_memory_equal(reply.data, "abc", 3);
        }
    }
    assert_int_equal(atomic_load(&ended), 3 * IN_FLIGHT);
    for (int i = 0; i < IN_FLIGHT; i++)
        fvi_exchange_destroy(&x[i]);
    fvi_link_close(&link);
    fvi_link_close(&link);
}

static void test_exchange__may_be_given_up_in_flight(void **state)
{
    fixture *f = *state;
    fv_error err = {0};
    fvi_link *link = NULL;
    const fv_bytes info = {(const uint8_t *)"\x0a\x01i\x72\x00", 5};

    const fvi_link_options o = {.url = f->url};
    assert_fv_ok(fvi_link_open(&link, &o, &err), &err);
    for (int i = 0; i < 20; i++) { /* not sent yet */
        fvi_exchange *x = NULL;
        assert_fv_ok(fvi_exchange_create(&x, link, NULL, NULL, &err), &err);
        assert_fv_ok(fvi_exchange_start(x, info, 10000, &err), &err);
        fvi_exchange_destroy(&x);
    }
    respond(f, answer_never);
    assert_true(fvi_link_connected(link, 10000));
    for (int i = 0; i < 20; i++) { /* sent, and no reply yet */
        fvi_exchange *x = NULL;
        assert_fv_ok(fvi_exchange_create(&x, link, NULL, NULL, &err), &err);
        assert_fv_ok(fvi_exchange_start(x, info, 10000, &err), &err);
        while (atomic_load(&f->responder.requests) <= (unsigned)i)
            (void)sched_yield();
        fvi_exchange_destroy(&x);
    }
    fvi_link_close(&link);
}

static void test_exchange__that_could_not_be_sent_in_time(void **state)
{
    fixture *f = *state;
    fv_error err = {0};
    fvi_link *link = NULL;
    fvi_exchange *x = NULL;
    fv_bytes reply = {NULL, 0};

    const fvi_link_options o = {.url = f->url};
    assert_fv_ok(fvi_link_open(&link, &o, &err), &err);
    assert_fv_ok(fvi_exchange_create(&x, link, NULL, NULL, &err), &err);
    assert_fv_ok(fvi_exchange_start(x, (fv_bytes){(const uint8_t *)"x", 1}, 30, &err), &err);
    fvi_exchange_wait(x);
    assert_int_equal(fvi_exchange_result(x, &reply, &err), FV_E_TIMEOUT);
    assert_null(reply.data);
    fvi_exchange_destroy(&x);
    fvi_link_close(&link);
}

#define WITH_SERVICE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_SERVICE(test_client__busy_is_asked_again_with_the_same_id),
        WITH_SERVICE(test_client__busy_to_the_end_is_the_reply),
        WITH_SERVICE(test_client__nothing_but_busy_is_asked_again),
        WITH_SERVICE(test_client__no_reply_in_time),
        WITH_SERVICE(test_client__what_is_no_reply_to_it),
        WITH_SERVICE(test_client__a_refusal_may_be_without_id),
        WITH_SERVICE(test_client__a_large_reply_is_not_taken),
        WITH_SERVICE(test_client__nobody_there),
        WITH_SERVICE(test_client__a_lost_connection_is_made_again),
        WITH_SERVICE(test_client__many_threads_share_one),
        WITH_SERVICE(test_client__a_result_comes_back_whole),
        WITH_SERVICE(test_client__the_other_answers),
        WITH_SERVICE(test_client__wrong_requests_are_not_sent),
        WITH_SERVICE(test_client__tls_knows_the_service_and_is_known),
        WITH_SERVICE(test_client__tls_wants_the_name_of_the_url),
        WITH_SERVICE(test_client__nothing_is_connected_before_the_first_call),
        WITH_SERVICE(test_client__tcp),
        WITH_SERVICE(test_exchange__many_in_flight_from_one_thread),
        WITH_SERVICE(test_exchange__may_be_given_up_in_flight),
        WITH_SERVICE(test_exchange__that_could_not_be_sent_in_time),
    };
    return cmocka_run_group_tests_name("client", tests, NULL, NULL);
}
