/* SPDX-License-Identifier: Apache-2.0 */
/* Whole runs on a target that is made up, by a clock that is too: no test waits. */
#include "test.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench/report.h"

/* A clock that only goes on where time is spent: when the target works, and when all threads wait
 * for a later time. It then jumps to the earliest that one of them waits for. */
static atomic_uint_fast64_t clock_us;
static atomic_uint alive; /* threads of the run */
static struct waiting {   /* under the run's lock */
    uint64_t until_us[FVI_BENCH_CALLERS_MAX];
    unsigned n;
} waiting;

#pragma GCC visibility push(default)
uint64_t __wrap_fvi_clock_us(void);
int __real_pthread_cond_timedwait(pthread_cond_t *c, pthread_mutex_t *m, const struct timespec *t);
int __wrap_pthread_cond_timedwait(pthread_cond_t *c, pthread_mutex_t *m, const struct timespec *t);
int __real_pthread_create(pthread_t *id, const pthread_attr_t *attr, void *(*fn)(void *),
                          void *arg);
int __wrap_pthread_create(pthread_t *id, const pthread_attr_t *attr, void *(*fn)(void *),
                          void *arg);
#pragma GCC visibility pop

uint64_t __wrap_fvi_clock_us(void)
{
    return atomic_load(&clock_us);
}

static uint64_t earliest(void)
{
    uint64_t first = UINT64_MAX;
    for (unsigned i = 0; i < waiting.n; i++)
        if (waiting.until_us[i] < first) first = waiting.until_us[i];
    return first;
}

/* Others may have gone on meanwhile: a wait may end early, so this one does. */
static void wait_for_others(pthread_cond_t *c, pthread_mutex_t *m)
{
    struct timespec soon = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &soon);
    soon.tv_nsec += 1000000;
    if (soon.tv_nsec >= 1000000000) {
        soon.tv_nsec -= 1000000000;
        soon.tv_sec++;
    }
    (void)__real_pthread_cond_timedwait(c, m, &soon);
}

int __wrap_pthread_cond_timedwait(pthread_cond_t *c, pthread_mutex_t *m, const struct timespec *t)
{
    uint64_t until = (uint64_t)t->tv_sec * 1000000 + (uint64_t)t->tv_nsec / 1000;

    if (atomic_load(&clock_us) >= until) return ETIMEDOUT;
    waiting.until_us[waiting.n++] = until;
    if (waiting.n == atomic_load(&alive) && earliest() > atomic_load(&clock_us)) {
        atomic_store(&clock_us, earliest());
        (void)pthread_cond_broadcast(c);
    }
    if (atomic_load(&clock_us) < until) wait_for_others(c, m);
    for (unsigned i = 0; i < waiting.n; i++) {
        if (waiting.until_us[i] != until) continue;
        waiting.until_us[i] = waiting.until_us[--waiting.n];
        break;
    }
    return 0;
}

static struct thread {
    void *(*fn)(void *);
    void *arg;
} threads[FVI_BENCH_CALLERS_MAX];
static unsigned n_threads;
static unsigned fail_thread_at; /* 0 = never */

static void *run_thread(void *arg)
{
    const struct thread *t = arg;
    void *result = t->fn(t->arg);
    atomic_fetch_sub(&alive, 1);
    return result;
}

int __wrap_pthread_create(pthread_t *id, const pthread_attr_t *attr, void *(*fn)(void *), void *arg)
{
    if (n_threads + 1 == fail_thread_at) return EAGAIN;
    threads[n_threads] = (struct thread){fn, arg};
    atomic_fetch_add(&alive, 1);
    return __real_pthread_create(id, attr, run_thread, &threads[n_threads++]);
}

static void begin_time(void)
{
    atomic_store(&clock_us, 1000000);
    atomic_store(&alive, 1);
    waiting.n = n_threads = fail_thread_at = 0;
}

/* Answers, and takes its time. */
typedef struct fake {
    uint64_t takes_us;
    uint64_t stalls_at; /* this request takes a second more */
    fvi_bench_answer answer;
    unsigned busy_every; /* 0 = never */
    atomic_uint asked, open, at_once, most_at_once;
    unsigned fail_open_at; /* 0 = never */
    atomic_bool *stop;     /* set at stop_at */
    unsigned stop_at;
} fake;

static fv_status fake_open(void *self, void **caller, fv_error *err)
{
    fake *f = self;
    if (atomic_fetch_add(&f->open, 1) + 1 == f->fail_open_at) {
        atomic_fetch_sub(&f->open, 1);
        return fvi_fail(err, FV_E_BACKEND, "no more callers");
    }
    *caller = f;
    return FV_OK;
}

static void fake_ask(void *caller, const fvi_bench_request *r, fvi_bench_answer *a)
{
    fake *f = caller;
    unsigned n = atomic_fetch_add(&f->asked, 1);
    unsigned now = atomic_fetch_add(&f->at_once, 1) + 1;
    if (now > atomic_load(&f->most_at_once)) atomic_store(&f->most_at_once, now);
    (void)r;
    *a = f->answer;
    if (f->busy_every > 0 && n % f->busy_every == 0)
        *a = (fvi_bench_answer){.end = FVI_BENCH_REPLY, .status = FVI_BUSY};
    atomic_fetch_add(&clock_us,
                     f->takes_us + (f->stalls_at > 0 && n == f->stalls_at ? 1000000 : 0));
    if (f->stop != NULL && n + 1 == f->stop_at) atomic_store(f->stop, true);
    atomic_fetch_sub(&f->at_once, 1);
}

static void fake_close(void *caller)
{
    fake *f = caller;
    atomic_fetch_sub(&f->open, 1);
}

#define PASSES                                                                                     \
    {                                                                                              \
        .end = FVI_BENCH_REPLY, .status = FVI_ANSWERED_OK, .word = "PASS"                          \
    }

static fvi_bench_result result; /* large */
static fvi_bench_work work;
static fvi_bench_target target;
static fv_error err;

static fvi_bench_load load_of(fake *f, const fvi_bench_plan *plan)
{
    target = (fvi_bench_target){
        .name = "a fake", .self = f, .open = fake_open, .ask = fake_ask, .close = fake_close};
    return (fvi_bench_load){.plan = plan, .work = &work, .target = &target};
}

static void run(fake *f, const fvi_bench_plan *plan)
{
    fvi_bench_load load = load_of(f, plan);
    memset(&result, 0, sizeof result);
    begin_time();
    assert_fv_ok(fvi_bench_run(&load, &result, &err), &err);
    const fvi_tally *t = &result.tally;
    assert_int_equal(t->sent, fvi_tally_answered(t) + fvi_tally_busy(t) + fvi_tally_errors(t));
    assert_int_equal(atomic_load(&f->open), 0);
}

static void test_run__closed_loop_sends_what_is_asked_for(void **state)
{
    fake f = {.takes_us = 5000, .answer = PASSES};
    (void)state;
    run(&f, &(fvi_bench_plan){.callers = 1, .requests = 100});
    assert_int_equal(atomic_load(&f.asked), 100);
    assert_int_equal(result.tally.sent, 100);
    assert_int_equal(fvi_tally_answered(&result.tally), 100);
    assert_false(result.interrupted);
    assert_int_equal(result.elapsed_us, 100 * 5000);
    const fvi_histogram *h = &result.tally.answered[FVI_BENCH_VERIFY];
    assert_int_equal(h->min_us, 5000);
    assert_int_equal(h->max_us, 5000);
    assert_int_equal(result.tally.late, 0);
}

static void test_run__the_warm_up_counts_for_nothing(void **state)
{
    fake f = {.takes_us = 1000, .answer = PASSES};
    (void)state;
    run(&f, &(fvi_bench_plan){.callers = 1, .warmup_us = 50000, .requests = 10});
    assert_int_equal(result.tally.sent, 10);
    assert_int_equal(atomic_load(&f.asked), 60);
    assert_int_equal(result.elapsed_us, 10 * 1000);
}

static void test_run__all_callers_work_and_no_more(void **state)
{
    fake f = {.takes_us = 10, .answer = PASSES};
    (void)state;
    run(&f, &(fvi_bench_plan){.callers = 8, .requests = 5000});
    assert_int_equal(atomic_load(&f.asked), 5000);
    assert_in_range(atomic_load(&f.most_at_once), 1, 8);
}

/* One request stalls for a second at 100 a second: the hundred that should have been sent
 * meanwhile waited too, and are charged for it. */
static void test_run__open_loop_charges_for_the_wait(void **state)
{
    fake f = {.takes_us = 100, .stalls_at = 50, .answer = PASSES};
    (void)state;
    run(&f, &(fvi_bench_plan){.open = true, .rate_per_s = 100, .callers = 1, .requests = 400});
    assert_int_equal(result.tally.sent, 400);
    const fvi_histogram *h = &result.tally.answered[FVI_BENCH_VERIFY];
    uint64_t slow = 0;
    for (size_t i = 0; i < FVI_HISTOGRAM_BUCKETS; i++) {
        if (fvi_histogram_bucket(i).from_us >= 500000) slow += h->buckets[i];
    }
    assert_in_range(slow, 50, 51); /* the first half of the second */
    assert_in_range(result.tally.late, 100, 102);
    assert_int_equal(result.tally.max_late_us, 1000000 + 100 - 10000);
    assert_int_equal(fvi_histogram_percentile(h, 50), 100);
}

static void test_run__open_loop_keeps_to_its_times(void **state)
{
    fake f = {.takes_us = 100, .answer = PASSES};
    (void)state;
    run(&f,
        &(fvi_bench_plan){.open = true, .rate_per_s = 1000, .callers = 4, .duration_us = 500000});
    assert_int_equal(result.tally.sent, 500);
    assert_int_equal(result.elapsed_us, 499000 + 100);
    assert_int_equal(result.tally.late, 0);
}

static void test_run__busy_and_errors_are_counted_apart(void **state)
{
    fake f = {.takes_us = 100,
              .busy_every = 3,
              .answer = {.end = FVI_BENCH_TIMEOUT, .err = {FV_E_TIMEOUT, "", "too slow"}}};
    (void)state;
    run(&f, &(fvi_bench_plan){.callers = 2, .requests = 300});
    assert_int_equal(fvi_tally_busy(&result.tally), 100);
    assert_int_equal(fvi_tally_errors(&result.tally), 200);
    assert_int_equal(result.tally.ends[FVI_BENCH_TIMEOUT], 200);
    assert_int_equal(result.tally.busy.count, 100);
    assert_string_equal(result.tally.first_error.text, "too slow");
}

typedef struct seen {
    unsigned calls, warming;
    fvi_bench_progress last;
} seen;

static void see(void *cookie, const fvi_bench_progress *p)
{
    seen *s = cookie;
    s->calls++;
    if (p->warming) s->warming++;
    s->last = *p;
}

static void test_run__stopped_from_outside_it_tells_what_it_has(void **state)
{
    atomic_bool stop = false;
    fake f = {.takes_us = 20000, .answer = PASSES, .stop = &stop, .stop_at = 30};
    fvi_bench_plan plan = {.callers = 2, .warmup_us = 100000, .duration_us = UINT64_C(3600000000)};
    fvi_bench_load load = load_of(&f, &plan);
    seen s = {0};
    (void)state;
    load.observer = (fvi_bench_observer){&stop, see, &s};
    memset(&result, 0, sizeof result);
    begin_time();
    assert_fv_ok(fvi_bench_run(&load, &result, &err), &err);
    assert_true(result.interrupted);
    assert_true(result.tally.sent > 0);
    assert_true(result.tally.sent < atomic_load(&f.asked));
    assert_int_equal(fvi_tally_answered(&result.tally), result.tally.sent);
    assert_true(s.calls >= 2);
    assert_true(s.warming >= 1);
    assert_false(s.last.warming);
    assert_int_equal(s.last.answered, result.tally.sent); /* the last one shows everything */
    assert_in_range(s.last.p50_us, 20000, 1000000);
}

static void test_run__the_process_is_watched_after_the_warm_up(void **state)
{
    fake f = {.takes_us = 100, .answer = PASSES};
    fvi_bench_plan plan = {.open = true,
                           .rate_per_s = 10,
                           .callers = 1,
                           .warmup_us = 3000000,
                           .duration_us = 10000000};
    fvi_bench_load load = load_of(&f, &plan);
    (void)state;
    target.pid = (int)getpid();
    memset(&result, 0, sizeof result);
    begin_time();
    assert_fv_ok(fvi_bench_run(&load, &result, &err), &err);
    assert_int_equal(result.watch.n, 10); /* each second, from the end of the warm-up */
    assert_true(result.watch.first.resident_bytes > 0);
    for (size_t i = 0; i < result.watch.n; i++)
        assert_in_range(result.watch.looks[i].at_us, i * 1000000, i * 1000000 + 200000);
    assert_int_equal(result.watch.last.at_us, 9900100); /* when the last has ended */

    fv_error no = {0};
    target.pid = 0x7fffffff;
    memset(&result, 0, sizeof result);
    unsigned asked = atomic_load(&f.asked);
    begin_time();
    assert_int_equal(fvi_bench_run(&load, &result, &no), FV_E_ARG);
    assert_string_equal(no.field, "server_pid");
    assert_int_equal(atomic_load(&f.asked), asked);
}

static void test_run__a_caller_that_cannot_be_opened_ends_it(void **state)
{
    fake f = {.answer = PASSES, .fail_open_at = 3};
    fvi_bench_plan plan = {.callers = 5, .requests = 10};
    fvi_bench_load load = load_of(&f, &plan);
    fv_error no = {0};
    (void)state;
    memset(&result, 0, sizeof result);
    assert_int_equal(fvi_bench_run(&load, &result, &no), FV_E_BACKEND);
    assert_string_equal(no.text, "no more callers");
    assert_int_equal(atomic_load(&f.asked), 0);
    assert_int_equal(atomic_load(&f.open), 0); /* the two that were are closed */
}

static void test_run__a_thread_that_cannot_be_started_ends_it(void **state)
{
    fake f = {.answer = PASSES};
    fvi_bench_plan plan = {.callers = 5, .requests = 10};
    fvi_bench_load load = load_of(&f, &plan);
    fv_error no = {0};
    (void)state;
    memset(&result, 0, sizeof result);
    begin_time();
    fail_thread_at = 3;
    assert_int_equal(fvi_bench_run(&load, &result, &no), FV_E_NOMEM);
    assert_int_equal(atomic_load(&f.asked), 0);
    assert_int_equal(atomic_load(&f.open), 0);
}

static void test_try__asks_each_operation_once_and_tells_the_cause(void **state)
{
    static const struct {
        fvi_bench_answer answer;
        fv_status status;
    } cases[] = {
        {PASSES, FV_OK},
        {{.end = FVI_BENCH_REPLY, .status = FVI_BUSY}, FV_OK},
        {{.end = FVI_BENCH_REPLY, .status = FVI_INVALID_REQUEST, .err = {FV_E_ARG, "channel", "x"}},
         FV_E_ARG},
        {{.end = FVI_BENCH_REPLY, .status = FVI_TOO_LARGE}, FV_E_LIMIT},
        {{.end = FVI_BENCH_REPLY, .status = FVI_DEADLINE_EXCEEDED}, FV_E_TIMEOUT},
        {{.end = FVI_BENCH_REPLY, .status = FVI_PERMISSION_DENIED}, FV_E_ARG},
        {{.end = FVI_BENCH_REPLY, .status = FVI_INTERNAL}, FV_E_INTERNAL},
        {{.end = FVI_BENCH_TIMEOUT}, FV_E_TIMEOUT},
        {{.end = FVI_BENCH_NO_REPLY}, FV_E_BACKEND},
        {{.end = FVI_BENCH_WRONG_REPLY}, FV_E_BACKEND},
    };
    fvi_bench_plan plan = {.callers = 1, .requests = 1};
    (void)state;
    assert_fv_ok(fvi_bench_work_mix(&work, "verify:8,quality:1,liveness:1", &err), &err);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        fake f = {.answer = cases[i].answer};
        fvi_bench_load load = load_of(&f, &plan);
        fv_error why = {0};
        assert_int_equal(fvi_bench_try(&load, &why), cases[i].status);
        assert_int_equal(atomic_load(&f.asked), cases[i].status == FV_OK ? 3 : 1);
        assert_int_equal(atomic_load(&f.open), 0);
        if (cases[i].answer.err.code != FV_OK) assert_string_equal(why.field, "channel");
        if (cases[i].status != FV_OK) assert_true(why.text[0] != '\0');
    }
    assert_fv_ok(fvi_bench_work_mix(&work, "verify:1", &err), &err);
}

/* What the reports below are made of. */
static void fill(fvi_bench_plan *plan)
{
    fvi_tally *t = &result.tally;

    *plan = (fvi_bench_plan){.open = true,
                             .poisson = true,
                             .rate_per_s = 12.5,
                             .seed = 9,
                             .callers = 3,
                             .warmup_us = 500000,
                             .duration_us = 2000000};
    memset(&result, 0, sizeof result);
    result.elapsed_us = 2000000;
    for (uint64_t i = 1; i <= 1000; i++) {
        fvi_bench_answer a = PASSES;
        if (i % 10 == 0) a.word = "NO_MATCH";
        fvi_tally_sent(t, 0);
        fvi_tally_ended(t, i <= 600 ? FVI_BENCH_VERIFY : FVI_BENCH_MATCH, &a, i * 1000);
    }
    fvi_tally_sent(t, 5000);
    fvi_tally_ended(t, FVI_BENCH_VERIFY,
                    &(fvi_bench_answer){.end = FVI_BENCH_REPLY, .status = FVI_BUSY}, 250);
    fvi_tally_sent(t, 0);
    fvi_tally_ended(t, FVI_BENCH_VERIFY,
                    &(fvi_bench_answer){.end = FVI_BENCH_NO_REPLY,
                                        .err = {FV_E_BACKEND, "", "connection refused"}},
                    1);
    fvi_tally_sent(t, 0);
    fvi_tally_ended(t, FVI_BENCH_VERIFY,
                    &(fvi_bench_answer){.end = FVI_BENCH_REPLY, .status = FVI_DEADLINE_EXCEEDED},
                    1);
    fvi_watch_begin(&result.watch, 4711, 1000000);
    for (uint64_t i = 0; i <= 2; i++)
        fvi_watch_add(&result.watch, &(fvi_usage){.at_us = i * 1000000,
                                                  .cpu_us = 7000000 + i * 1500000,
                                                  .resident_bytes = (100 + i % 2 * 50) << 20});
}

static fv_versions versions = FV_VERSIONS_INIT;

static fvi_bench_report report_of(const fvi_bench_plan *plan)
{
    versions.library = "1.2.3";
    return (fvi_bench_report){"a fake", plan, &work, &versions, &result};
}

static json_int_t whole(const json_t *j, const char *key)
{
    const json_t *v = json_object_get(j, key);
    if (!json_is_integer(v)) fail_msg("%s is not a whole number", key);
    return json_integer_value(v);
}

static void test_json__says_everything(void **state)
{
    fvi_bench_plan plan;
    (void)state;
    fill(&plan);
    fvi_bench_report report = report_of(&plan);
    json_t *j = fvi_bench_json(&report);
    assert_non_null(j);
    assert_int_equal(whole(j, "sent"), 1003);
    assert_int_equal(whole(j, "answered"), 1000);
    assert_int_equal(whole(j, "busy"), 1);
    assert_int_equal(whole(j, "errors"), 2);
    assert_int_equal(whole(j, "no_reply"), 1);
    assert_int_equal(whole(j, "late"), 1);
    assert_int_equal(whole(j, "late_max_us"), 5000);
    assert_int_equal(whole(json_object_get(j, "statuses"), "DEADLINE_EXCEEDED"), 1);
    assert_string_equal(json_string_value(json_object_get(j, "first_error")), "connection refused");
    assert_true(json_real_value(json_object_get(j, "answered_per_s")) == 500.0);

    const json_t *latency = json_object_get(j, "latency");
    static const struct {
        const char *key;
        uint64_t exact;
    } percentiles[] = {{"min_us", 1000},   {"p50_us", 500000}, {"p90_us", 900000},
                       {"p95_us", 950000}, {"p99_us", 990000}, {"p99_9_us", 999000},
                       {"max_us", 1000000}};
    for (size_t i = 0; i < ARRAY_LEN(percentiles); i++)
        assert_in_range(whole(latency, percentiles[i].key), percentiles[i].exact,
                        percentiles[i].exact + percentiles[i].exact / 128);
    assert_int_equal(whole(json_object_get(j, "busy_latency"), "max_us"), 250);

    const json_t *verify = json_object_get(json_object_get(j, "operations"), "verify");
    assert_int_equal(whole(json_object_get(verify, "answers"), "PASS"), 540);
    assert_int_equal(whole(json_object_get(verify, "answers"), "NO_MATCH"), 60);
    assert_int_equal(whole(json_object_get(verify, "latency"), "max_us"), 600000);
    assert_null(json_object_get(json_object_get(j, "operations"), "quality"));

    const json_t *p = json_object_get(j, "process");
    assert_int_equal(whole(p, "pid"), 4711);
    assert_int_equal(whole(p, "cpu_us"), 3000000);
    assert_true(json_real_value(json_object_get(p, "cpu_cores")) == 1.5);
    assert_int_equal(whole(p, "resident_first_bytes"), 100 << 20);
    assert_int_equal(whole(p, "resident_max_bytes"), 150 << 20);
    assert_int_equal(json_array_size(json_object_get(p, "looks")), 3);

    const json_t *asked = json_object_get(j, "plan");
    assert_string_equal(json_string_value(json_object_get(asked, "loop")), "open");
    assert_string_equal(json_string_value(json_object_get(asked, "arrivals")), "poisson");
    assert_int_equal(whole(asked, "seed"), 9);
    assert_int_equal(whole(asked, "duration_us"), 2000000);
    assert_null(json_object_get(asked, "requests"));
    assert_int_equal(whole(json_object_get(json_object_get(j, "work"), "mix"), "verify"), 1);
    assert_string_equal(
        json_string_value(json_object_get(json_object_get(j, "versions"), "library")), "1.2.3");
    json_decref(j);
}

static void test_json__of_nothing_has_no_percentiles(void **state)
{
    fvi_bench_plan plan = {.callers = 1, .requests = 5};
    (void)state;
    memset(&result, 0, sizeof result);
    fvi_bench_report report = report_of(&plan);
    json_t *j = fvi_bench_json(&report);
    assert_non_null(j);
    assert_int_equal(whole(j, "sent"), 0);
    assert_true(json_real_value(json_object_get(j, "answered_per_s")) == 0.0);
    assert_int_equal(json_object_size(json_object_get(j, "latency")), 1);
    assert_null(json_object_get(j, "process"));
    assert_null(json_object_get(j, "first_error"));
    assert_int_equal(whole(json_object_get(j, "plan"), "requests"), 5);
    json_decref(j);
}

static char *text_of(const fvi_bench_report *report)
{
    char *text = NULL;
    size_t n = 0;
    FILE *f = open_memstream(&text, &n);
    assert_non_null(f);
    assert_fv_ok(fvi_bench_text(report, f, &err), &err);
    (void)fclose(f);
    size_t to = 0; /* columns are not what is tested */
    for (size_t i = 0; text[i] != '\0'; i++)
        if (text[i] != ' ' || to == 0 || text[to - 1] != ' ') text[to++] = text[i];
    text[to] = '\0';
    return text;
}

static void assert_has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL) fail_msg("no '%s' in:\n%s", part, text);
}

static void test_text__says_everything(void **state)
{
    fvi_bench_plan plan;
    (void)state;
    fill(&plan);
    result.interrupted = result.watch.gone = true;
    fvi_bench_report report = report_of(&plan);
    char *text = text_of(&report);
    static const char *const parts[] = {
        "Open loop, 12.5 requests a second (Poisson), at most 3 in flight, a fake",
        "interrupted",
        "sent 1003",
        "1000 500.0 a second",
        "verify PASS 540",
        "match NO_MATCH 40",
        "BUSY 1",
        "errors 2",
        "no reply 1",
        "DEADLINE_EXCEEDED 1",
        "the first: connection refused",
        "by up to 5.0 ms",
        "p99.9",
        "time it should have been sent",
        "Process 4711 (ended meanwhile): 1.50 processors\n",
        "resident memory in MiB: 100.0 at first, 100.0 at the end, 150.0 at most\n"};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        assert_has(text, parts[i]);
    for (const char *line = text; line != NULL && *line != '\0';) {
        const char *end = strchr(line, '\n');
        assert_non_null(end);
        assert_true(end - line <= 100);
        line = end + 1;
    }
    free(text);
}

static void test_text__of_a_closed_loop(void **state)
{
    fvi_bench_plan plan;
    (void)state;
    fill(&plan);
    plan.open = false;
    plan.callers = 1;
    fvi_bench_report report = report_of(&plan);
    char *text = text_of(&report);
    assert_has(text, "Closed loop, 1 caller, a fake");
    assert_has(text, "from the call");
    assert_null(strstr(text, "interrupted"));
    free(text);
}

static void test_plot__is_an_svg_with_its_figures(void **state)
{
    fvi_bench_plan plan;
    char *svg = NULL;
    (void)state;
    assert_fv_ok(fvi_bench_plot_check(&err), &err);
    fill(&plan);
    fvi_bench_report report = report_of(&plan);
    for (int closed = 0; closed < 2; closed++) {
        plan.open = closed == 0;
        assert_fv_ok(fvi_bench_plot(&report, &svg, &err), &err);
        assert_has(svg, closed ? "1000 answers: closed loop, 3 callers, a fake"
                               : "1000 answers: open loop, 12.5/s (Poisson), a fake");
        assert_has(svg, "p99.9");
        assert_has(svg, "BUSY");
        assert_has(svg, "latency from");
        free(svg);
        svg = NULL;
    }
    memset(&result.tally, 0, sizeof result.tally); /* one value only */
    fvi_bench_answer a = PASSES;
    fvi_tally_ended(&result.tally, FVI_BENCH_VERIFY, &a, 0);
    assert_fv_ok(fvi_bench_plot(&report, &svg, &err), &err);
    free(svg);
}

static void test_plot__of_nothing_or_without_gnuplot_is_an_error(void **state)
{
    fvi_bench_plan plan;
    fv_error no = {0}, missing = {0};
    char *svg = NULL;
    (void)state;
    fill(&plan);
    fvi_bench_report report = report_of(&plan);
    char *path = strdup(getenv("PATH"));
    assert_int_equal(setenv("PATH", "/nowhere", 1), 0);
    assert_int_equal(fvi_bench_plot(&report, &svg, &no), FV_E_BACKEND);
    assert_int_equal(fvi_bench_plot_check(&missing), FV_E_BACKEND);
    assert_int_equal(setenv("PATH", path, 1), 0);
    free(path);
    assert_has(no.text, "gnuplot-nox");
    assert_has(missing.text, "gnuplot-nox");
    no = (fv_error){0};
    memset(&result.tally, 0, sizeof result.tally);
    assert_int_equal(fvi_bench_plot(&report, &svg, &no), FV_E_BACKEND);
    assert_has(no.text, "nothing was answered");
    assert_null(svg);
}

static int make_work(void **state)
{
    (void)state;
    fvi_bench_work_init(&work);
    fvi_bench_pair p = {{(uint8_t *)strdup("s"), 1}, {(uint8_t *)strdup("r"), 1}};
    return fvi_bench_work_pair(&work, p, &err) == FV_OK ? 0 : -1;
}

static int free_work(void **state)
{
    (void)state;
    fvi_bench_work_free(&work);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_run__closed_loop_sends_what_is_asked_for),
        cmocka_unit_test(test_run__the_warm_up_counts_for_nothing),
        cmocka_unit_test(test_run__all_callers_work_and_no_more),
        cmocka_unit_test(test_run__open_loop_charges_for_the_wait),
        cmocka_unit_test(test_run__open_loop_keeps_to_its_times),
        cmocka_unit_test(test_run__busy_and_errors_are_counted_apart),
        cmocka_unit_test(test_run__stopped_from_outside_it_tells_what_it_has),
        cmocka_unit_test(test_run__the_process_is_watched_after_the_warm_up),
        cmocka_unit_test(test_run__a_caller_that_cannot_be_opened_ends_it),
        cmocka_unit_test(test_run__a_thread_that_cannot_be_started_ends_it),
        cmocka_unit_test(test_try__asks_each_operation_once_and_tells_the_cause),
        cmocka_unit_test(test_json__says_everything),
        cmocka_unit_test(test_json__of_nothing_has_no_percentiles),
        cmocka_unit_test(test_text__says_everything),
        cmocka_unit_test(test_text__of_a_closed_loop),
        cmocka_unit_test(test_plot__is_an_svg_with_its_figures),
        cmocka_unit_test(test_plot__of_nothing_or_without_gnuplot_is_an_error),
    };
    return cmocka_run_group_tests_name("bench_run", tests, make_work, free_work);
}
