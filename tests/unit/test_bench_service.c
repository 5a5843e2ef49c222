/* SPDX-License-Identifier: Apache-2.0 */
/* Load on a service: real sockets, answers as the test says. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/run.h"
#include "bench/service.h"
#include "responder.h"

static char dir[] = "/tmp/fv-bench-XXXXXX";
static char url[64];
static fvi_link_options options;
static fvi_bench_work work;
static fvi_bench_target target;
static fvt_responder responder;
static fv_error err;

#pragma GCC visibility push(default)
fv_status __real_fvi_exchange_start(fvi_exchange *x, fv_bytes r, uint32_t deadline_ms, fv_error *e);
fv_status __wrap_fvi_exchange_start(fvi_exchange *x, fv_bytes r, uint32_t deadline_ms, fv_error *e);
bool __real_fvi_link_connected(fvi_link *link, uint32_t wait_ms);
bool __wrap_fvi_link_connected(fvi_link *link, uint32_t wait_ms);
#pragma GCC visibility pop

/* What the target would wait, and what it waits here where a test says so. */
static atomic_uint wait_ms; /* callers run at once */
static uint32_t wait_instead_ms, connect_instead_ms;

fv_status __wrap_fvi_exchange_start(fvi_exchange *x, fv_bytes r, uint32_t deadline_ms, fv_error *e)
{
    atomic_store(&wait_ms, deadline_ms);
    return __real_fvi_exchange_start(x, r, wait_instead_ms > 0 ? wait_instead_ms : deadline_ms, e);
}

bool __wrap_fvi_link_connected(fvi_link *link, uint32_t ms)
{
    return __real_fvi_link_connected(link, connect_instead_ms > 0 ? connect_instead_ms : ms);
}

/* r->self: an fvi_wire_reply */
static bool answer_like(fvt_responder *r, const fvi_wire_request *request, uint8_t **data,
                        size_t *len)
{
    return fvt_reply(request, r->self, data, len);
}

static bool answer_never(fvt_responder *r, const fvi_wire_request *request, uint8_t **data,
                         size_t *len)
{
    (void)r, (void)request, (void)data, (void)len;
    return false;
}

static bool answer_nonsense(fvt_responder *r, const fvi_wire_request *request, uint8_t **data,
                            size_t *len)
{
    (void)r, (void)request;
    *data = (uint8_t *)strdup("\xff\xff\xff");
    *len = 3;
    return *data != NULL;
}

/* As if to another request, or another operation. */
static bool answer_another(fvt_responder *r, const fvi_wire_request *request, uint8_t **data,
                           size_t *len)
{
    fvi_wire_request other = *request;

    if (r->self != NULL) {
        other.op = FVI_OP_MATCH;
    } else {
        other.request_id[0] = 'x';
    }
    fv_result result = FV_RESULT_INIT;
    result.decision = FV_PASS;
    const fvi_wire_reply like = {.result = &result};
    return fvt_reply(&other, &like, data, len);
}

static void start(fvt_answer answer, void *self)
{
    memset(&responder, 0, sizeof responder);
    responder.answer = answer;
    responder.self = self;
    (void)snprintf(url, sizeof url, "ipc://%s/s", dir);
    assert_true(fvt_responder_start(&responder, url, sizeof url));
    options = (fvi_link_options){.url = url};
    target = fvi_bench_service(&options);
    wait_instead_ms = connect_instead_ms = 0;
}

/* One request, and what came of it. */
static fvi_bench_answer ask(uint64_t number)
{
    fvi_bench_answer a = {.end = FVI_BENCH_NO_REPLY};
    fvi_bench_request r;
    void *caller = NULL;

    assert_fv_ok(target.open(target.self, &caller, &err), &err);
    fvi_bench_work_request(&work, number, &r);
    target.ask(caller, &r, &a);
    target.close(caller);
    return a;
}

static fvi_bench_answer ask_once(fvt_answer answer, void *self)
{
    start(answer, self);
    fvi_bench_answer a = ask(0);
    fvt_responder_stop(&responder);
    return a;
}

static void test_service__answers_have_their_words(void **state)
{
    fv_result result = FV_RESULT_INIT;
    fv_liveness_result liveness = FV_LIVENESS_RESULT_INIT;
    fv_quality_result quality = FV_QUALITY_RESULT_INIT;
    fvi_wire_reply like = {.result = &result, .liveness = &liveness, .quality = &quality};
    static const char *const words[FVI_BENCH_OPS] = {"NO_MATCH", "NO_MATCH", "ATTACK", "USABLE"};
    (void)state;
    result.decision = FV_NO_MATCH;
    liveness.liveness = FV_LIVENESS_ATTACK;
    quality.usable = 1;
    assert_fv_ok(fvi_bench_work_mix(&work, "verify:1,match:1,liveness:1,quality:1", &err), &err);
    start(answer_like, &like);
    for (uint64_t i = 0; i < FVI_BENCH_OPS; i++) {
        fvi_bench_answer a = ask(i);
        assert_int_equal(a.end, FVI_BENCH_REPLY);
        assert_int_equal(a.status, FVI_ANSWERED_OK);
        assert_string_equal(a.word, words[work.cycle[i]]);
        assert_false(a.replayed);
    }
    like.replayed = true;
    quality.usable = 0;
    for (uint64_t i = 0; i < FVI_BENCH_OPS; i++) {
        fvi_bench_answer a = ask(i);
        assert_true(a.replayed);
        if (work.cycle[i] == FVI_BENCH_QUALITY) assert_string_equal(a.word, "UNUSABLE");
    }
    fvt_responder_stop(&responder);
    assert_fv_ok(fvi_bench_work_mix(&work, "verify:1", &err), &err);
}

static void test_service__other_statuses_tell_their_cause(void **state)
{
    const fv_error why = {FV_E_ARG, "channel", "unknown channel"};
    fvi_wire_reply like = {.status = FVI_INVALID_REQUEST, .err = &why};
    (void)state;
    fvi_bench_answer a = ask_once(answer_like, &like);
    assert_int_equal(a.end, FVI_BENCH_REPLY);
    assert_int_equal(a.status, FVI_INVALID_REQUEST);
    assert_string_equal(a.err.field, "channel");
    assert_string_equal(a.err.text, "INVALID_REQUEST: unknown channel");
    like = (fvi_wire_reply){.status = FVI_BUSY, .retry_after_ms = 5};
    a = ask_once(answer_like, &like);
    assert_int_equal(a.end, FVI_BENCH_REPLY);
    assert_int_equal(a.status, FVI_BUSY);
    assert_int_equal(atomic_load(&responder.requests), 1); /* not asked again */
}

static void test_service__a_reply_must_be_to_this_request(void **state)
{
    (void)state;
    fvi_bench_answer a = ask_once(answer_another, NULL);
    assert_int_equal(a.end, FVI_BENCH_WRONG_REPLY);
    assert_string_equal(a.err.text, "the reply is to another request");
    a = ask_once(answer_another, &responder);
    assert_int_equal(a.end, FVI_BENCH_WRONG_REPLY);
    assert_string_equal(a.err.text, "the reply is to another operation");
    a = ask_once(answer_nonsense, NULL);
    assert_int_equal(a.end, FVI_BENCH_WRONG_REPLY);
    assert_int_not_equal(a.err.code, FV_OK);
}

static void test_service__no_reply_in_time(void **state)
{
    (void)state;
    start(answer_never, NULL);
    wait_instead_ms = 20;
    fvi_bench_answer a = ask(0);
    assert_int_equal(a.end, FVI_BENCH_TIMEOUT);
    assert_int_equal(atomic_load(&wait_ms), 30000);
    work.deadline_ms = 700;
    (void)ask(0);
    assert_int_equal(atomic_load(&wait_ms), 2700); /* the service's own word comes first */
    work.deadline_ms = 0;
    fvt_responder_stop(&responder);
    assert_int_equal(responder.deadlines[1], 700);
}

static void test_service__nobody_there(void **state)
{
    void *caller = NULL;
    fv_error no = {0};
    char nowhere[64];
    (void)state;
    (void)snprintf(nowhere, sizeof nowhere, "ipc://%s/nobody", dir);
    options = (fvi_link_options){.url = nowhere};
    target = fvi_bench_service(&options);
    connect_instead_ms = 20;
    assert_int_equal(target.open(target.self, &caller, &no), FV_E_BACKEND);
    assert_non_null(strstr(no.text, "no service answers at ipc://"));
    assert_null(caller);
    assert_int_equal(fvi_bench_service_pid(&options), 0);
    options.url = "http://x";
    no = (fv_error){0};
    assert_int_equal(target.open(target.self, &caller, &no), FV_E_ARG);
    assert_string_equal(no.field, "url");
}

static void test_service__whose_process_it_is(void **state)
{
    (void)state;
    start(answer_never, NULL);
    assert_int_equal(fvi_bench_service_pid(&options), getpid());
    fvt_responder_stop(&responder);
    memset(&responder, 0, sizeof responder);
    responder.answer = answer_never;
    (void)snprintf(url, sizeof url, "tcp://127.0.0.1:0");
    assert_true(fvt_responder_start(&responder, url, sizeof url));
    assert_int_equal(fvi_bench_service_pid(&options), 0);
    fvt_responder_stop(&responder);
}

static void test_service__a_run_has_one_id_a_request(void **state)
{
    static fvi_bench_result result;
    fv_result pass = FV_RESULT_INIT;
    fvi_wire_reply like = {.result = &pass};
    fvi_bench_plan plan = {.callers = 4, .requests = 60};
    (void)state;
    pass.decision = FV_PASS;
    start(answer_like, &like);
    fvi_bench_load load = {.plan = &plan, .work = &work, .target = &target};
    memset(&result, 0, sizeof result);
    assert_fv_ok(fvi_bench_run(&load, &result, &err), &err);
    fvt_responder_stop(&responder);
    assert_int_equal(fvi_tally_answered(&result.tally), 60);
    assert_int_equal(fvi_tally_errors(&result.tally), 0);
    for (int i = 0; i < 60; i++) {
        for (int k = 0; k < i; k++)
            assert_string_not_equal(responder.ids[i], responder.ids[k]);
    }
}

static int set_up(void **state)
{
    (void)state;
    fvi_bench_work_init(&work);
    fvi_bench_pair p = {{(uint8_t *)strdup("s"), 1}, {(uint8_t *)strdup("r"), 1}};
    if (mkdtemp(dir) == NULL) return -1;
    return fvi_bench_work_pair(&work, p, &err) == FV_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    char path[64];
    (void)state;
    fvi_bench_work_free(&work);
    (void)snprintf(path, sizeof path, "%s/s", dir);
    (void)unlink(path);
    return rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_service__answers_have_their_words),
        cmocka_unit_test(test_service__other_statuses_tell_their_cause),
        cmocka_unit_test(test_service__a_reply_must_be_to_this_request),
        cmocka_unit_test(test_service__no_reply_in_time),
        cmocka_unit_test(test_service__nobody_there),
        cmocka_unit_test(test_service__whose_process_it_is),
        cmocka_unit_test(test_service__a_run_has_one_id_a_request),
    };
    return cmocka_run_group_tests_name("bench_service", tests, set_up, tear_down);
}
