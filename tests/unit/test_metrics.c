/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/labels.h"
#include "server/metrics.h"

/* What each test works with. */
typedef struct fixture {
    fvi_metrics *m;
    char *text;
    size_t len;
} fixture;

static const char *const channels[] = {"alipay", "counter"};
static int failing_allocations; /* from the next on */
static bool counting;
static unsigned long allocations;

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);

static bool fails(void)
{
    if (counting) allocations++;
    if (failing_allocations <= 0) return false;
    failing_allocations--;
    errno = ENOMEM;
    return true;
}

void *__wrap_malloc(size_t n)
{
    return fails() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t n)
{
    return fails() ? NULL : __real_realloc(p, n);
}

static int set_up(void **state)
{
    static fixture f;
    fv_error err = {0};
    f = (fixture){0};
    assert_fv_ok(fvi_metrics_create(&f.m, channels, ARRAY_LEN(channels), &err), &err);
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    fvi_metrics_destroy(&f->m);
    assert_null(f->m);
    fvi_metrics_destroy(&f->m);
    free(f->text);
    return 0;
}

static const char *scrape(fixture *f)
{
    fv_error err = {0};
    free(f->text);
    f->text = NULL;
    assert_fv_ok(fvi_metrics_text(f->m, &f->text, &f->len, &err), &err);
    assert_int_equal(strlen(f->text), f->len);
    return f->text;
}

/* The value behind a series, as text; fails the test where there is none, or two. */
static const char *value(fixture *f, const char *series)
{
    static char out[64];
    char line[256];
    (void)snprintf(line, sizeof line, "\n%s ", series);
    const char *at = strstr(f->text, line);
    if (at == NULL) fail_msg("no series %s", series);
    assert_null(strstr(at + 1, line));
    assert_int_equal(sscanf(at + strlen(line), "%63[^\n]", out), 1);
    return out;
}

#define REQUESTS(op, channel, status, decision)                                                    \
    "faceverify_requests_total{operation=\"" op "\",channel=\"" channel "\",status=\"" status      \
    "\",decision=\"" decision "\"}"

static fvi_metrics_reply_info passed(void)
{
    return (fvi_metrics_reply_info){.op = FVI_OP_VERIFY, .channel = "alipay", .decision = FV_PASS};
}

static void test_metrics__replies_are_counted_by_their_four_labels(void **state)
{
    fixture *f = *state;
    fvi_metrics_reply_info info = passed();
    fvi_metrics_reply(f->m, &info);
    fvi_metrics_reply(f->m, &info);
    info.channel = NULL;
    fvi_metrics_reply(f->m, &info);
    info.op = FVI_OP_MATCH;
    info.decision = FV_NO_MATCH;
    info.channel = "";
    fvi_metrics_reply(f->m, &info);
    info = (fvi_metrics_reply_info){.op = FVI_OP_LIVENESS, .liveness = FV_LIVENESS_ATTACK};
    fvi_metrics_reply(f->m, &info);
    info = (fvi_metrics_reply_info){.op = FVI_OP_QUALITY, .channel = "counter", .usable = true};
    fvi_metrics_reply(f->m, &info);
    info.usable = false;
    fvi_metrics_reply(f->m, &info);
    info = (fvi_metrics_reply_info){.op = FVI_OP_INFO};
    fvi_metrics_reply(f->m, &info);

    (void)scrape(f);
    assert_string_equal(value(f, REQUESTS("verify", "alipay", "OK", "PASS")), "2");
    assert_string_equal(value(f, REQUESTS("verify", "none", "OK", "PASS")), "1");
    assert_string_equal(value(f, REQUESTS("match", "none", "OK", "NO_MATCH")), "1");
    assert_string_equal(value(f, REQUESTS("liveness", "none", "OK", "ATTACK")), "1");
    assert_string_equal(value(f, REQUESTS("quality", "counter", "OK", "USABLE")), "1");
    assert_string_equal(value(f, REQUESTS("quality", "counter", "OK", "UNUSABLE")), "1");
    assert_string_equal(value(f, REQUESTS("info", "none", "OK", "none")), "1");
}

static void test_metrics__a_failure_has_no_decision(void **state)
{
    fixture *f = *state;
    fvi_metrics_reply_info info = passed();
    info.status = FVI_BUSY;
    fvi_metrics_reply(f->m, &info);
    info.status = (fvi_answered)99;
    fvi_metrics_reply(f->m, &info);
    info.op = (fvi_op)99;
    info.channel = NULL;
    fvi_metrics_reply(f->m, &info);
    info = passed();
    info.decision = (fv_decision)99;
    fvi_metrics_reply(f->m, &info);

    (void)scrape(f);
    assert_string_equal(value(f, REQUESTS("verify", "alipay", "BUSY", "none")), "1");
    assert_string_equal(value(f, REQUESTS("verify", "alipay", "INTERNAL", "none")), "1");
    assert_string_equal(value(f, REQUESTS("none", "none", "INTERNAL", "none")), "1");
    assert_string_equal(value(f, REQUESTS("verify", "alipay", "OK", "none")), "1");
    assert_string_equal(value(f, REQUESTS("verify", "alipay", "OK", "PASS")), "0");
}

static void test_metrics__strange_channels_share_one_label(void **state)
{
    fixture *f = *state;
    fvi_metrics_reply_info info = passed();
    char name[32];
    for (int i = 0; i < 1000; i++) {
        (void)snprintf(name, sizeof name, "made-up-%d\"\n", i);
        info.channel = name;
        fvi_metrics_reply(f->m, &info);
    }
    (void)scrape(f);
    assert_string_equal(value(f, REQUESTS("verify", "other", "OK", "PASS")), "1000");
    assert_null(strstr(f->text, "made-up"));
}

static void test_metrics__what_alerts_ask_for_is_there_before_it_happens(void **state)
{
    fixture *f = *state;
    (void)scrape(f);
    assert_string_equal(value(f, REQUESTS("verify", "none", "INTERNAL", "none")), "0");
    assert_string_equal(value(f, REQUESTS("verify", "counter", "BUSY", "none")), "0");
    assert_string_equal(value(f, REQUESTS("verify", "counter", "OK", "TOO_MANY_ATTEMPTS")), "0");
    assert_string_equal(value(f, REQUESTS("none", "none", "INVALID_REQUEST", "none")), "0");
    assert_null(strstr(f->text, "channel=\"other\""));
    assert_null(strstr(f->text, "operation=\"match\",channel"));
    assert_null(strstr(f->text, "status=\"OK\",decision=\"none\""));
    assert_null(strstr(f->text, "faceverify_model_info{"));
    assert_string_equal(value(f, "faceverify_last_reload_successful"), "1");
    assert_string_equal(value(f, "faceverify_reloads_total{result=\"failed\"}"), "0");
}

static void test_metrics__a_replay_is_only_a_replay(void **state)
{
    fixture *f = *state;
    const fv_reason reason = {.code = FV_REASON_NO_FACE, .image = FV_SELFIE};
    const fv_timings timings = {.decode_us = 5000};
    fvi_metrics_reply_info info = passed();
    info.replayed = info.queued = true;
    info.reasons = &reason;
    info.n_reasons = 1;
    info.timings = &timings;
    fvi_metrics_reply(f->m, &info);
    (void)scrape(f);
    assert_string_equal(value(f, "faceverify_replays_total{operation=\"verify\"}"), "1");
    assert_string_equal(value(f, REQUESTS("verify", "alipay", "OK", "PASS")), "0");
    assert_string_equal(value(f, "faceverify_stage_duration_seconds_count{stage=\"decode\"}"), "0");
    assert_string_equal(value(f, "faceverify_queue_wait_seconds_count"), "0");
    assert_null(strstr(f->text, "faceverify_reasons_total{"));
}

static void test_metrics__reasons_by_photograph(void **state)
{
    fixture *f = *state;
    const fv_reason reasons[] = {
        {.code = FV_REASON_NO_FACE, .image = FV_RECORD},
        {.code = FV_REASON_NO_FACE, .image = FV_SELFIE},
        {.code = FV_REASON_NO_FACE, .image = FV_RECORD},
        {.code = (fv_reason_code)54321, .image = FV_RECORD},
    };
    fvi_metrics_reply_info info = passed();
    info.reasons = reasons;
    info.n_reasons = ARRAY_LEN(reasons);
    fvi_metrics_reply(f->m, &info);
    info.reasons = NULL;
    fvi_metrics_reply(f->m, &info);
    (void)scrape(f);
    assert_string_equal(value(f, "faceverify_reasons_total{reason=\"NO_FACE\",image=\"record\"}"),
                        "2");
    assert_string_equal(value(f, "faceverify_reasons_total{reason=\"NO_FACE\",image=\"selfie\"}"),
                        "1");
}

#define DECODE(le) "faceverify_stage_duration_seconds_bucket{stage=\"decode\",le=\"" le "\"}"

static void test_metrics__buckets_hold_what_is_at_most_their_bound(void **state)
{
    static const uint32_t times[] = {1, 100, 101, 30000000, 30000001, 0};
    fixture *f = *state;
    fvi_metrics_reply_info info = passed();
    for (size_t i = 0; i < ARRAY_LEN(times); i++) {
        const fv_timings timings = {.decode_us = times[i]};
        info.timings = &timings;
        fvi_metrics_reply(f->m, &info);
    }
    (void)scrape(f);
    assert_string_equal(value(f, DECODE("0.0001")), "2");
    assert_string_equal(value(f, DECODE("0.0005")), "3");
    assert_string_equal(value(f, DECODE("10")), "3");
    assert_string_equal(value(f, DECODE("30")), "4");
    assert_string_equal(value(f, DECODE("+Inf")), "5");
    assert_string_equal(value(f, "faceverify_stage_duration_seconds_count{stage=\"decode\"}"), "5");
    assert_string_equal(value(f, "faceverify_stage_duration_seconds_sum{stage=\"decode\"}"),
                        "60.000203");
    assert_string_equal(value(f, "faceverify_stage_duration_seconds_count{stage=\"detect\"}"), "0");
}

static void test_metrics__every_stage_has_its_own_time(void **state)
{
    fixture *f = *state;
    const fv_timings timings = {1, 2, 3, 4, 5, 6, 7, 8, 9, 1000};
    fvi_metrics_reply_info info = passed();
    info.timings = &timings;
    fvi_metrics_reply(f->m, &info);
    (void)scrape(f);
    for (size_t i = 0; i < FVI_STAGES; i++) {
        char series[128];
        char sum[32];
        (void)snprintf(series, sizeof series, "faceverify_stage_duration_seconds_sum{stage=\"%s\"}",
                       fvi_stages[i].name);
        (void)snprintf(sum, sizeof sum, "0.%06zu", i + 1);
        assert_string_equal(value(f, series), sum);
    }
}

static void test_metrics__times_are_of_those_that_waited_in_the_queue(void **state)
{
    fixture *f = *state;
    fvi_metrics_reply_info info = passed();
    info.queue_us = 2000000;
    info.total_us = 3500000;
    fvi_metrics_reply(f->m, &info);
    info.queued = true;
    fvi_metrics_reply(f->m, &info);
    (void)scrape(f);
    assert_string_equal(value(f, "faceverify_queue_wait_seconds_count"), "1");
    assert_string_equal(value(f, "faceverify_queue_wait_seconds_sum"), "2.000000");
    assert_string_equal(value(f, "faceverify_queue_wait_seconds_bucket{le=\"1\"}"), "0");
    assert_string_equal(value(f, "faceverify_queue_wait_seconds_bucket{le=\"2.5\"}"), "1");
    assert_string_equal(value(f, "faceverify_request_duration_seconds_sum{operation=\"verify\"}"),
                        "3.500000");
    assert_string_equal(value(f, "faceverify_request_duration_seconds_count{operation=\"match\"}"),
                        "0");
}

static void test_metrics__gauges_and_counters(void **state)
{
    fixture *f = *state;
    fvi_metrics_gauge(f->m, FVI_GAUGE_QUEUED, 7);
    fvi_metrics_gauge_add(f->m, FVI_GAUGE_IN_FLIGHT, 3);
    fvi_metrics_gauge_add(f->m, FVI_GAUGE_IN_FLIGHT, -1);
    fvi_metrics_gauge_add(f->m, FVI_GAUGE_SESSIONS, -4);
    for (int i = 0; i < FVI_COUNTS; i++)
        fvi_metrics_count(f->m, (fvi_count)i);
    fvi_metrics_count(f->m, FVI_COUNT_RELISTEN);
    (void)scrape(f);
    assert_string_equal(value(f, "faceverify_queue_depth"), "7");
    assert_string_equal(value(f, "faceverify_in_flight"), "2");
    assert_string_equal(value(f, "faceverify_sessions"), "-4");
    assert_string_equal(value(f, "faceverify_relistens_total"), "2");
    assert_string_equal(value(f, "faceverify_dropped_total{cause=\"caller_gone\"}"), "1");
    assert_string_equal(value(f, "faceverify_reloads_total{result=\"ok\"}"), "1");
    assert_string_equal(value(f, "faceverify_last_reload_successful"), "0");
    fvi_metrics_count(f->m, FVI_COUNT_RELOAD_OK);
    (void)scrape(f);
    assert_string_equal(value(f, "faceverify_last_reload_successful"), "1");
}

static void test_metrics__versions_are_escaped_cut_and_replaced(void **state)
{
    fixture *f = *state;
    char longest[300];
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    fv_versions v = FV_VERSIONS_INIT;
    v.pack_name = "a\"b\\c\nd\xff";
    v.pack_sha256 = longest;
    fvi_metrics_versions(f->m, &v);
    (void)scrape(f);
    assert_non_null(
        strstr(f->text, "faceverify_model_info{pack=\"a\\\"b\\\\c\\nd?\",sha256=\"xxx"));
    assert_non_null(strstr(f->text, "xxx\",calibration=\"\"} 1\n"));
    assert_string_equal(value(f, "faceverify_build_info{version=\"" FV_VERSION "\"}"), "1");
    v.pack_name = "p2";
    v.pack_sha256 = "00ff";
    v.calibration_id = "c";
    fvi_metrics_versions(f->m, &v);
    (void)scrape(f);
    assert_string_equal(
        value(f, "faceverify_model_info{pack=\"p2\",sha256=\"00ff\",calibration=\"c\"}"), "1");
    assert_null(strstr(f->text, "xxx"));
}

static void test_metrics__the_process_is_described(void **state)
{
    fixture *f = *state;
    (void)scrape(f);
    assert_true(strtod(value(f, "process_resident_memory_bytes"), NULL) > 1e6);
    assert_true(strtod(value(f, "process_virtual_memory_bytes"), NULL) > 1e6);
    assert_true(strtod(value(f, "process_cpu_seconds_total"), NULL) > 0);
    assert_true(strtod(value(f, "process_open_fds"), NULL) >= 3);
    assert_true(strtod(value(f, "process_max_fds"), NULL) >= 3);
    assert_true(strtod(value(f, "process_start_time_seconds"), NULL) > 1.7e9);
}

static void test_metrics__counting_allocates_nothing(void **state)
{
    fixture *f = *state;
    const fv_timings timings = {.decode_us = 1};
    const fv_reason reason = {.code = FV_REASON_NO_FACE, .image = FV_SELFIE};
    fvi_metrics_reply_info info = passed();
    info.timings = &timings;
    info.reasons = &reason;
    info.n_reasons = 1;
    info.queued = true;
    allocations = 0;
    counting = true;
    fvi_metrics_reply(f->m, &info);
    fvi_metrics_gauge(f->m, FVI_GAUGE_QUEUED, 1);
    fvi_metrics_count(f->m, FVI_COUNT_RELISTEN);
    assert_int_equal(allocations, 0);
    (void)scrape(f);
    counting = false;
    assert_true(allocations > 0); /* the wrappers do see our allocations */
}

static void test_metrics__without_memory_nothing_is_touched(void **state)
{
    fixture *f = *state;
    fv_error err = {0};
    fvi_metrics *m = NULL;
    char *text = NULL;
    size_t len = 7;
    failing_allocations = 1;
    assert_int_equal(fvi_metrics_create(&m, channels, 2, &err), FV_E_NOMEM);
    assert_null(m);
    fvi_error_clear(&err);
    failing_allocations = 1;
    assert_int_equal(fvi_metrics_text(f->m, &text, &len, &err), FV_E_NOMEM);
    assert_null(text);
    assert_int_equal(len, 7);
    failing_allocations = 0;
}

static void test_metrics__channels_that_cannot_be_labels_are_refused(void **state)
{
    const char *many[FVI_CHANNELS_MAX + 1];
    const char *none[] = {""};
    fvi_metrics *m = NULL;
    fv_error err = {0};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(many); i++)
        many[i] = "c";
    assert_int_equal(fvi_metrics_create(&m, many, ARRAY_LEN(many), &err), FV_E_ARG);
    fvi_error_clear(&err);
    assert_int_equal(fvi_metrics_create(&m, none, 1, &err), FV_E_ARG);
    assert_null(m);
}

enum { THREADS = 4, ROUNDS = 5000 };

static void *count_replies(void *arg)
{
    fvi_metrics *m = arg;
    fv_versions v = FV_VERSIONS_INIT;
    v.pack_name = "p";
    for (int i = 0; i < ROUNDS; i++) {
        const fv_timings timings = {.decode_us = 50};
        fvi_metrics_reply_info info = passed();
        info.timings = &timings;
        info.queued = true;
        info.queue_us = 1;
        fvi_metrics_reply(m, &info);
        fvi_metrics_gauge_add(m, FVI_GAUGE_IN_FLIGHT, i % 2 == 0 ? 1 : -1);
        if (i % 100 == 0) fvi_metrics_versions(m, &v);
    }
    return NULL;
}

static void test_metrics__threads_lose_nothing(void **state)
{
    fixture *f = *state;
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, count_replies, f->m), 0);
    for (int i = 0; i < 20; i++)
        (void)scrape(f);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    (void)scrape(f);
    assert_string_equal(value(f, REQUESTS("verify", "alipay", "OK", "PASS")), "20000");
    assert_string_equal(value(f, DECODE("0.0001")), "20000");
    assert_string_equal(value(f, "faceverify_stage_duration_seconds_sum{stage=\"decode\"}"),
                        "1.000000");
    assert_string_equal(value(f, "faceverify_in_flight"), "0");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_metrics__replies_are_counted_by_their_four_labels),
        TEST(test_metrics__a_failure_has_no_decision),
        TEST(test_metrics__strange_channels_share_one_label),
        TEST(test_metrics__what_alerts_ask_for_is_there_before_it_happens),
        TEST(test_metrics__a_replay_is_only_a_replay),
        TEST(test_metrics__reasons_by_photograph),
        TEST(test_metrics__buckets_hold_what_is_at_most_their_bound),
        TEST(test_metrics__every_stage_has_its_own_time),
        TEST(test_metrics__times_are_of_those_that_waited_in_the_queue),
        TEST(test_metrics__gauges_and_counters),
        TEST(test_metrics__versions_are_escaped_cut_and_replaced),
        TEST(test_metrics__the_process_is_described),
        TEST(test_metrics__counting_allocates_nothing),
        TEST(test_metrics__without_memory_nothing_is_touched),
        TEST(test_metrics__threads_lose_nothing),
        cmocka_unit_test(test_metrics__channels_that_cannot_be_labels_are_refused),
    };
    return cmocka_run_group_tests_name("metrics", tests, NULL, NULL);
}
