/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the load generator that know no clock. */
#include "test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/process.h"
#include "bench/schedule.h"
#include "bench/tally.h"

/* Large, so not on the stack. */
static fvi_histogram h, other;
static fvi_tally tally;

static int by_size(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static uint64_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005U + 1442695040888963407U;
    return *state >> 33;
}

static void test_histogram__every_value_is_in_its_bucket(void **state)
{
    uint64_t after = 0;
    (void)state;
    for (size_t i = 0; i < FVI_HISTOGRAM_BUCKETS; i++) {
        fvi_bucket b = fvi_histogram_bucket(i);
        assert_int_equal(b.from_us, after); /* no gap, no overlap */
        assert_true(b.to_us >= b.from_us);
        assert_true((b.to_us - b.from_us) * 128 <= b.from_us); /* known to 1/128 */
        const uint64_t values[] = {b.from_us, b.to_us, b.from_us + (b.to_us - b.from_us) / 2};
        for (size_t k = 0; k < ARRAY_LEN(values); k++) {
            memset(&h, 0, sizeof h);
            fvi_histogram_add(&h, values[k]);
            assert_int_equal(h.buckets[i], 1);
        }
        after = b.to_us + 1;
    }
    assert_int_equal(after, (uint64_t)1 << FVI_HISTOGRAM_BITS);
}

static void test_histogram__percentiles_are_the_exact_ones_to_one_in_128(void **state)
{
    enum { N = 10007 };
    static uint64_t v[N];
    static const double percents[] = {0, 0.1, 1, 10, 50, 90, 95, 99, 99.9, 99.99, 100};
    static const uint64_t spans[] = {2, 200, 300, 50000, 10000000, UINT64_C(1) << 31};
    uint64_t random = 1;
    (void)state;
    for (size_t s = 0; s < ARRAY_LEN(spans); s++) {
        memset(&h, 0, sizeof h);
        double sum = 0;
        for (size_t i = 0; i < N; i++) {
            v[i] = next_random(&random) % spans[s];
            sum += (double)v[i];
            fvi_histogram_add(&h, v[i]);
        }
        qsort(v, N, sizeof v[0], by_size);
        for (size_t p = 0; p < ARRAY_LEN(percents); p++) {
            size_t rank = (size_t)ceil(percents[p] * N / 100.0);
            uint64_t exact = v[rank > 0 ? rank - 1 : 0];
            uint64_t got = fvi_histogram_percentile(&h, percents[p]);
            assert_in_range(got, exact, exact + exact / 128);
        }
        assert_int_equal(fvi_histogram_percentile(&h, 100), v[N - 1]);
        assert_int_equal(h.min_us, v[0]);
        assert_int_equal(h.max_us, v[N - 1]);
        assert_true(fabs(fvi_histogram_mean(&h) - sum / N) < 1e-6);
    }
}

static void test_histogram__ranks_do_not_suffer_from_rounding(void **state)
{
    (void)state;
    memset(&h, 0, sizeof h);
    for (uint64_t i = 1; i <= 200; i++) /* below 256 every value has its own bucket */
        fvi_histogram_add(&h, i);
    assert_int_equal(fvi_histogram_percentile(&h, 50), 100);
    assert_int_equal(fvi_histogram_percentile(&h, 50.1), 101);
    assert_int_equal(fvi_histogram_percentile(&h, 95), 190);
    assert_int_equal(fvi_histogram_percentile(&h, 99.5), 199);
    for (uint64_t i = 0; i < 800; i++)
        fvi_histogram_add(&h, i < 799 ? 201 : 250);
    assert_int_equal(fvi_histogram_percentile(&h, 99.9), 201); /* 99.9 * 1000 / 100 > 999 */
    assert_int_equal(fvi_histogram_percentile(&h, 99.91), 250);
}

static void test_histogram__empty_and_beyond_its_end(void **state)
{
    (void)state;
    memset(&h, 0, sizeof h);
    assert_int_equal(fvi_histogram_percentile(&h, 99), 0);
    assert_true(isnan(fvi_histogram_mean(&h)));
    uint64_t huge = (UINT64_C(1) << FVI_HISTOGRAM_BITS) + 12345;
    fvi_histogram_add(&h, huge);
    assert_int_equal(fvi_histogram_percentile(&h, 50), huge);
    assert_int_equal(h.max_us, huge);
}

static void test_histogram__merged_is_as_if_counted_in_one(void **state)
{
    static fvi_histogram parts[3], whole;
    uint64_t random = 7;
    (void)state;
    memset(&h, 0, sizeof h);
    memset(&whole, 0, sizeof whole);
    memset(parts, 0, sizeof parts);
    for (int i = 0; i < 5000; i++) {
        uint64_t us = 100 + next_random(&random) % 1000000;
        fvi_histogram_add(&parts[i % 2], us); /* the third stays empty */
        fvi_histogram_add(&whole, us);
    }
    fvi_histogram_merge(&h, &parts[2]);
    assert_int_equal(h.count, 0);
    for (int i = 0; i < 3; i++)
        fvi_histogram_merge(&h, &parts[i]);
    assert_memory_equal(&h, &whole, sizeof h);
}

static fvi_schedule begin(fvi_bench_plan plan)
{
    fvi_schedule s;
    fvi_schedule_begin(&s, &plan);
    return s;
}

static void test_schedule__constant_times_do_not_drift(void **state)
{
    fvi_schedule s = begin((fvi_bench_plan){
        .open = true, .rate_per_s = 3, .warmup_us = 1000000, .duration_us = 1000000000});
    fvi_ticket t = {0};
    uint64_t n = 0;
    (void)state;
    for (; fvi_schedule_next(&s, 0, &t); n++) {
        assert_int_equal(t.number, n);
        assert_in_range(t.at_us, n * 1000000 / 3, n * 1000000 / 3 + 1);
        assert_int_equal(t.measured, n >= 3);
    }
    assert_int_equal(n, 3003);
    assert_false(fvi_schedule_next(&s, 0, &t)); /* over is over */
}

static void test_schedule__open_loop_does_not_ask_what_time_it_is(void **state)
{
    fvi_schedule s = begin((fvi_bench_plan){.open = true, .rate_per_s = 10, .requests = 5});
    fvi_ticket t = {0};
    (void)state;
    for (uint64_t n = 0; n < 5; n++) {
        assert_true(fvi_schedule_next(&s, 987654321, &t));
        assert_int_equal(t.at_us, n * 100000);
    }
    assert_false(fvi_schedule_next(&s, 0, &t));
}

static void test_schedule__poisson_gaps_are_exponential_and_repeat_by_seed(void **state)
{
    enum { N = 20000 };
    static uint64_t times[2][N];
    (void)state;
    for (int k = 0; k < 2; k++) {
        fvi_schedule s = begin((fvi_bench_plan){
            .open = true, .poisson = true, .rate_per_s = 100, .seed = 42, .requests = N});
        fvi_ticket t = {0};
        for (size_t i = 0; fvi_schedule_next(&s, 0, &t); i++)
            times[k][i] = t.at_us;
    }
    assert_memory_equal(times[0], times[1], sizeof times[0]);
    double sum = 0, squares = 0;
    size_t longer = 0;
    for (size_t i = 1; i < N; i++) {
        assert_true(times[0][i] >= times[0][i - 1]);
        double gap = (double)(times[0][i] - times[0][i - 1]);
        sum += gap;
        squares += gap * gap;
        if (gap > 20000) longer++;
    }
    double mean = sum / (N - 1);
    double deviation = sqrt(squares / (N - 1) - mean * mean);
    assert_true(fabs(mean - 10000) < 300);      /* 4 standard errors */
    assert_true(fabs(deviation - 10000) < 500); /* as large as the mean: exponential */
    assert_true(fabs((double)longer / N - exp(-2)) < 0.01);

    fvi_schedule s = begin((fvi_bench_plan){
        .open = true, .poisson = true, .rate_per_s = 100, .seed = 43, .requests = N});
    fvi_ticket t = {0};
    assert_true(fvi_schedule_next(&s, 0, &t));
    assert_int_not_equal(t.at_us, times[0][0]);
}

static void test_schedule__closed_loop_sends_at_once(void **state)
{
    fvi_schedule s = begin((fvi_bench_plan){.warmup_us = 1000, .duration_us = 500});
    fvi_ticket t = {0};
    (void)state;
    static const struct {
        uint64_t now;
        bool more, measured;
    } steps[] = {{0, true, false},   {999, true, false},   {1000, true, true},
                 {1499, true, true}, {1500, false, false}, {9999, false, false}};
    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        assert_int_equal(fvi_schedule_next(&s, steps[i].now, &t), steps[i].more);
        if (!steps[i].more) continue;
        assert_int_equal(t.at_us, steps[i].now);
        assert_int_equal(t.measured, steps[i].measured);
    }
}

static void test_schedule__requests_count_from_the_end_of_the_warm_up(void **state)
{
    fvi_schedule s = begin((fvi_bench_plan){.warmup_us = 10, .requests = 2});
    fvi_ticket t = {0};
    (void)state;
    for (int i = 0; i < 100; i++) {
        assert_true(fvi_schedule_next(&s, 9, &t));
        assert_false(t.measured);
    }
    for (int i = 0; i < 2; i++)
        assert_true(fvi_schedule_next(&s, 10, &t));
    assert_int_equal(t.number, 101);
    t.number = 0;
    assert_false(fvi_schedule_next(&s, 10, &t));
    assert_int_equal(t.number, 0); /* untouched */
}

static void test_tally__each_request_ends_in_one_way(void **state)
{
    static const fvi_bench_answer answers[] = {
        {.end = FVI_BENCH_REPLY, .status = FVI_ANSWERED_OK, .word = "PASS"},
        {.end = FVI_BENCH_REPLY, .status = FVI_ANSWERED_OK, .word = "NO_MATCH", .replayed = true},
        {.end = FVI_BENCH_REPLY, .status = FVI_BUSY},
        {.end = FVI_BENCH_REPLY,
         .status = FVI_DEADLINE_EXCEEDED,
         .err = {.code = FV_E_TIMEOUT, .text = "deadline"}},
        {.end = FVI_BENCH_TIMEOUT, .err = {.code = FV_E_TIMEOUT, .text = "later"}},
        {.end = FVI_BENCH_NO_REPLY},
        {.end = FVI_BENCH_WRONG_REPLY},
        {.end = FVI_BENCH_REPLY, .status = (fvi_answered)99},
        {.end = FVI_BENCH_REPLY, .status = FVI_ANSWERED_OK, .word = "PASS"},
    };
    (void)state;
    memset(&tally, 0, sizeof tally);
    for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
        fvi_tally_sent(&tally, i == 0 ? FVI_BENCH_LATE_US : i);
        fvi_tally_ended(&tally, i == 1 ? FVI_BENCH_MATCH : FVI_BENCH_VERIFY, &answers[i],
                        1000 * (i + 1));
    }
    assert_int_equal(tally.sent, 9);
    assert_int_equal(fvi_tally_answered(&tally), 3);
    assert_int_equal(fvi_tally_busy(&tally), 1);
    assert_int_equal(fvi_tally_errors(&tally), 5);
    assert_int_equal(tally.ends[FVI_BENCH_WRONG_REPLY], 2); /* a status that does not exist */
    assert_int_equal(tally.replayed, 1);
    assert_int_equal(tally.late, 1);
    assert_int_equal(tally.max_late_us, FVI_BENCH_LATE_US);
    assert_string_equal(tally.first_error.text, "deadline");
    assert_int_equal(tally.n_words, 2);
    assert_int_equal(tally.words[0].count, 2);
    assert_string_equal(tally.words[1].word, "NO_MATCH");
    assert_int_equal(tally.busy.max_us, 3000);
    fvi_tally_latency(&tally, &other);
    assert_int_equal(other.count, 3);
    assert_int_equal(other.min_us, 1000);
    assert_int_equal(other.max_us, 9000);
}

static void test_usage__is_read_past_any_name(void **state)
{
    fvi_usage u = {.at_us = 5};
    uint64_t tick_us = 1000000 / (uint64_t)sysconf(_SC_CLK_TCK);
    (void)state;
    assert_true(fvi_usage_parse("12 (a) b) c)) S 1 2 3 4 -1 6 7 8 9 10 250 50 0 0 20 0 3",
                                "1000 321 50 1 0 60 0\n", &u));
    assert_int_equal(u.cpu_us, 300 * tick_us);
    assert_int_equal(u.resident_bytes, 321 * (uint64_t)sysconf(_SC_PAGESIZE));
    assert_int_equal(u.at_us, 5);
    assert_false(fvi_usage_parse("12 no name S 1 2", "1000 321", &u));
    assert_false(fvi_usage_parse("12 (a) S 1 2 3", "1000 321", &u));
    assert_false(fvi_usage_parse("12 (a) S 1 2 3 4 -1 6 7 8 9 10 250 50", "1000", &u));
    assert_int_equal(u.cpu_us, 300 * tick_us); /* untouched */
}

static void test_usage__of_this_process_and_of_none(void **state)
{
    fvi_usage u = {0};
    fv_error err = {0};
    (void)state;
    assert_fv_ok(fvi_usage_read(getpid(), &u, &err), &err);
    assert_in_range(u.resident_bytes, 100 << 10, (uint64_t)64 << 30);
    assert_int_equal(fvi_usage_read(0x7fffffff, &u, &err), FV_E_ARG);
    assert_string_equal(err.field, "server_pid");
}

static void test_watch__keeps_an_even_spread_of_any_length(void **state)
{
    static fvi_watch w;
    (void)state;
    fvi_watch_begin(&w, 1, 1000);
    for (uint64_t i = 0; i < 100000; i++)
        fvi_watch_add(&w, &(fvi_usage){.at_us = i * 500,
                                       .cpu_us = i,
                                       .resident_bytes = i == 77777 ? 1000000 : 1000 + i});
    assert_int_equal(w.first.resident_bytes, 1000);
    assert_int_equal(w.last.cpu_us, 99999);
    assert_int_equal(w.max_resident_bytes, 1000000);
    assert_in_range(w.n, FVI_USAGES_MAX / 2, FVI_USAGES_MAX);
    for (size_t i = 0; i < w.n; i++)
        assert_int_equal(w.looks[i].at_us, i * w.every_us);
}

static void test_watch__a_process_that_ends_is_told(void **state)
{
    static fvi_watch w;
    (void)state;
    fvi_watch_begin(&w, getpid(), 1);
    fvi_watch_look(&w, 10);
    assert_false(w.gone);
    assert_int_equal(w.looks[0].at_us, 10);
    w.pid = 0x7fffffff;
    fvi_watch_look(&w, 20);
    assert_true(w.gone);
    assert_int_equal(w.last.at_us, 10);
    fvi_watch_begin(&w, 0, 1); /* nobody */
    fvi_watch_look(&w, 30);
    assert_int_equal(w.n, 0);
    assert_false(w.gone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_histogram__every_value_is_in_its_bucket),
        cmocka_unit_test(test_histogram__percentiles_are_the_exact_ones_to_one_in_128),
        cmocka_unit_test(test_histogram__ranks_do_not_suffer_from_rounding),
        cmocka_unit_test(test_histogram__empty_and_beyond_its_end),
        cmocka_unit_test(test_histogram__merged_is_as_if_counted_in_one),
        cmocka_unit_test(test_schedule__constant_times_do_not_drift),
        cmocka_unit_test(test_schedule__open_loop_does_not_ask_what_time_it_is),
        cmocka_unit_test(test_schedule__poisson_gaps_are_exponential_and_repeat_by_seed),
        cmocka_unit_test(test_schedule__closed_loop_sends_at_once),
        cmocka_unit_test(test_schedule__requests_count_from_the_end_of_the_warm_up),
        cmocka_unit_test(test_tally__each_request_ends_in_one_way),
        cmocka_unit_test(test_usage__is_read_past_any_name),
        cmocka_unit_test(test_usage__of_this_process_and_of_none),
        cmocka_unit_test(test_watch__keeps_an_even_spread_of_any_length),
        cmocka_unit_test(test_watch__a_process_that_ends_is_told),
    };
    return cmocka_run_group_tests_name("bench", tests, NULL, NULL);
}
