/* SPDX-License-Identifier: Apache-2.0 */
/* What the load generator asks. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/work.h"

static char dir[] = "/tmp/fv-bench-XXXXXX";

static int make_dir(void **state)
{
    (void)state;
    return mkdtemp(dir) != NULL ? 0 : -1;
}

static int remove_dir(void **state)
{
    (void)state;
    return rmdir(dir);
}

/* A photograph is its own path; one that is called "gone" is not there. */
static size_t n_reads;
static fv_status read_path(const char *path, const char *field, uint8_t **out, size_t *len,
                           fv_error *err)
{
    n_reads++;
    if (strstr(path, "gone") != NULL) return fvi_fail_field(err, FV_E_ARG, field, "cannot be read");
    *len = strstr(path, "huge") != NULL ? (size_t)FVI_BENCH_PHOTOS_MAX_MB << 20 : strlen(path);
    *out = (uint8_t *)strdup(path);
    return FV_OK;
}

static fv_status load(fvi_bench_work *w, const char *csv, fv_error *err)
{
    char path[64];
    (void)snprintf(path, sizeof path, "%s/pairs.csv", dir);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    (void)fputs(csv, f);
    (void)fclose(f);
    fv_status st = fvi_bench_work_csv(w, path, read_path, err);
    (void)unlink(path);
    return st;
}

static bool bytes_are(fv_bytes b, const char *folder, const char *name)
{
    char path[128];
    int n = snprintf(path, sizeof path, "%s%s", folder, name);
    return b.len == (size_t)n && memcmp(b.data, path, b.len) == 0;
}

static void test_work__pairs_of_a_csv_in_turn(void **state)
{
    fvi_bench_work w;
    fv_error err = {0};
    fvi_bench_request r;
    char folder[32];
    (void)state;
    fvi_bench_work_init(&w);
    assert_fv_ok(load(&w,
                      "same,path_b,more,path_a\n1,r/1.jpg,x,s/1.jpg\n0,/abs/2.jpg,y,\"s,2.jpg\"\n",
                      &err),
                 &err);
    assert_int_equal(w.n_pairs, 2);
    (void)snprintf(folder, sizeof folder, "%s/", dir);
    for (uint64_t number = 0; number < 2; number++) {
        fvi_bench_work_request(&w, number, &r);
        bool second = r.selfie.data == w.pairs[1].selfie.data;
        assert_true(bytes_are(r.selfie, folder, second ? "s,2.jpg" : "s/1.jpg"));
        assert_int_equal(second, number % 2 == 1);
        assert_true(bytes_are(r.record, second ? "" : folder, second ? "/abs/2.jpg" : "r/1.jpg"));
    }
    fvi_bench_work_free(&w);
    assert_int_equal(w.n_pairs, 0);
}

static void test_work__bad_csv_is_refused(void **state)
{
    static const struct {
        const char *csv, *text;
    } cases[] = {
        {"path_a,same\n", "no column path_b"},
        {"path,path_b\n", "no column path_a"},
        {"path_a,path_b\n", "names no pair"},
        {"", "no column path_a"},
        {"path_a,path_b\ns.jpg,gone.jpg\n", "cannot be read"},
        {"path_a,path_b\ngone.jpg,r.jpg\n", "cannot be read"},
        {"path_a,path_b\n,r.jpg\n", "empty"},
        {"path_a,path_b\ns.jpg\n", "line 2"},
        {"path_a,path_b\ns.jpg,\"r.jpg\n", "quoted"},
        {"path_a,path_b\ns.jpg,r.jpg\nhuge.jpg,r.jpg\n", "fewer rows"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        fvi_bench_work w;
        fv_error err = {0};
        fvi_bench_work_init(&w);
        assert_int_not_equal(load(&w, cases[i].csv, &err), FV_OK);
        if (strstr(err.text, cases[i].text) == NULL)
            fail_msg("'%s' has no '%s'", err.text, cases[i].text);
        fvi_bench_work_free(&w);
    }
}

static void test_work__mix_is_kept_to_and_spread(void **state)
{
    fvi_bench_work w;
    fv_error err = {0};
    (void)state;
    fvi_bench_work_init(&w);
    assert_int_equal(w.n_cycle, 1);
    assert_int_equal(w.cycle[0], FVI_BENCH_VERIFY);
    assert_fv_ok(fvi_bench_work_mix(&w, "verify:8,quality:1,liveness:1", &err), &err);
    assert_int_equal(w.n_cycle, 10);
    unsigned counts[FVI_BENCH_OPS] = {0};
    for (size_t i = 0; i < w.n_cycle; i++) {
        counts[w.cycle[i]]++;
        /* never two of the rare ones side by side */
        assert_true(w.cycle[i] == FVI_BENCH_VERIFY ||
                    w.cycle[(i + 1) % w.n_cycle] == FVI_BENCH_VERIFY);
    }
    assert_int_equal(counts[FVI_BENCH_VERIFY], 8);
    assert_int_equal(counts[FVI_BENCH_QUALITY], 1);
    assert_int_equal(counts[FVI_BENCH_LIVENESS], 1);
    assert_int_equal(counts[FVI_BENCH_MATCH], 0);
    assert_fv_ok(fvi_bench_work_mix(&w, "match:1000", &err), &err);
    assert_int_equal(w.n_cycle, FVI_BENCH_CYCLE_MAX);
}

static void test_work__bad_mix_is_refused(void **state)
{
    static const char *const bad[] = {"",
                                      "verify",
                                      "verify:",
                                      "verify:0",
                                      "verify:x",
                                      "verify:-1",
                                      "verify:1,verify:1",
                                      "info:1",
                                      "verify:1,",
                                      ":1",
                                      "veri:1",
                                      "verify:1001",
                                      "verify:1000,match:1",
                                      "verify:99999999999999999999"};
    fvi_bench_work w;
    (void)state;
    fvi_bench_work_init(&w);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        fv_error err = {0};
        assert_int_equal(fvi_bench_work_mix(&w, bad[i], &err), FV_E_ARG);
        assert_string_equal(err.field, "mix");
        assert_int_equal(w.n_cycle, 1); /* untouched */
    }
}

static void every_pair_meets_every_operation(int n, const char *mix)
{
    fvi_bench_work w;
    fv_error err = {0};
    unsigned met[16][FVI_BENCH_OPS] = {{0}};
    fvi_bench_work_init(&w);
    assert_fv_ok(fvi_bench_work_mix(&w, mix, &err), &err);
    for (int i = 0; i < n; i++) {
        fvi_bench_pair p = {{(uint8_t *)strdup("s"), 1}, {(uint8_t *)strdup("r"), 1}};
        assert_fv_ok(fvi_bench_work_pair(&w, p, &err), &err);
    }
    uint64_t laps = (uint64_t)n * w.n_cycle * (uint64_t)n;
    for (uint64_t number = 0; number < laps; number++) {
        fvi_bench_request r;
        fvi_bench_work_request(&w, number, &r);
        for (int i = 0; i < n; i++) {
            if (r.selfie.data == w.pairs[i].selfie.data) met[i][r.op]++;
        }
    }
    for (int i = 0; i < n; i++) {
        for (int op = 0; op < FVI_BENCH_OPS; op++)
            assert_int_equal(met[i][op], (unsigned)n * w.weights[op]); /* all alike */
    }
    fvi_bench_work_free(&w);
}

static void test_work__every_pair_meets_every_operation(void **state)
{
    static const char *const mixes[] = {"verify:1", "verify:8,quality:1,liveness:1",
                                        "verify:2,match:1", "match:4,liveness:3"};
    (void)state;
    for (int n = 1; n <= 14; n++) {
        for (size_t i = 0; i < ARRAY_LEN(mixes); i++)
            every_pair_meets_every_operation(n, mixes[i]);
    }
}

static void test_work__ids_are_their_requests_own(void **state)
{
    fvi_bench_work w, later;
    fvi_bench_request a, b;
    fv_error err = {0};
    (void)state;
    fvi_bench_work_init(&w);
    w.channel = "counter";
    w.deadline_ms = 77;
    fvi_bench_pair p = {{(uint8_t *)strdup("s"), 1}, {(uint8_t *)strdup("r"), 1}};
    assert_fv_ok(fvi_bench_work_pair(&w, p, &err), &err);
    fvi_bench_work_request(&w, UINT64_MAX, &a);
    assert_int_equal(strspn(a.id, "bench-0123456789abcdef"), strlen(a.id)); /* as the wire wants */
    fvi_bench_work_request(&w, 1, &a);
    fvi_bench_work_request(&w, 2, &b);
    assert_string_not_equal(a.id, b.id);
    assert_string_equal(a.channel, "counter");
    assert_int_equal(a.deadline_ms, 77);
    do { /* until the clock has gone on */
        fvi_bench_work_init(&later);
    } while (strcmp(later.run_id, w.run_id) == 0);
    fvi_bench_work_free(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_work__pairs_of_a_csv_in_turn),
        cmocka_unit_test(test_work__bad_csv_is_refused),
        cmocka_unit_test(test_work__mix_is_kept_to_and_spread),
        cmocka_unit_test(test_work__bad_mix_is_refused),
        cmocka_unit_test(test_work__every_pair_meets_every_operation),
        cmocka_unit_test(test_work__ids_are_their_requests_own),
    };
    return cmocka_run_group_tests_name("bench_work", tests, make_dir, remove_dir);
}
