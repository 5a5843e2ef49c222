/* SPDX-License-Identifier: Apache-2.0 */
/* Error rates and their bounds, against figures worked out by hand or by another program. */
#include "test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "replay/pad.h"
#include "replay/signif.h"
#include "replay/trials.h"

enum { N_MAX = 64 };

static fvi_trial genuine[N_MAX], impostor[N_MAX];

static fvi_trials trials(const float *g, size_t n_g, const float *i, size_t n_i)
{
    for (size_t k = 0; k < n_g; k++)
        genuine[k] = (fvi_trial){g[k], (uint32_t)k, (uint32_t)k};
    for (size_t k = 0; k < n_i; k++)
        impostor[k] = (fvi_trial){i[k], (uint32_t)k, (uint32_t)k + 1};
    fvi_trials t = {genuine, n_g, impostor, n_i, 16};
    fvi_trials_sort(&t);
    return t;
}

static void check(const fvi_trials *t, double rate, uint64_t false_matches, uint64_t missed)
{
    fvi_error_point p;
    fvi_point_at(t, fvi_threshold_of(t, rate), &p);
    assert_int_equal(p.fmr.count, false_matches);
    assert_int_equal(p.fnmr.count, missed);
    assert_true(t->n_impostor == 0 || fvi_share_value(&p.fmr) <= rate);
}

static void test_rates__steps_ties_and_what_was_not_compared(void **state)
{
    static const float g[] = {0.9f, NAN, 0.5f, 0.7f, 0.30f, 0.1f};
    static const float i[] = {0.6f, 0.2f, 0.5f, 0.3f, 0.5f, NAN, 0.1f, 0.0f, -0.1f, -0.2f, -0.3f};
    fvi_trials t = trials(g, 6, i, 11);
    (void)state;
    assert_int_equal(fvi_trials_compared(t.impostor, t.n_impostor), 10);
    check(&t, 0.0, 0, 4);  /* above 0.6: 0.9 and 0.7 are left */
    check(&t, 0.05, 0, 4); /* between two steps */
    check(&t, 0.1, 1, 4);  /* 0.6 may pass, the two 0.5 may not: a genuine 0.5 falls with them */
    check(&t, 0.2, 1, 4);  /* one of two equal ones alone cannot pass */
    check(&t, 0.3, 3, 3);
    check(&t, 0.4, 4, 2);  /* 0.3 passes, so does the genuine 0.30 */
    check(&t, 1.0, 10, 1); /* what was not compared stays a non-match */
}

static void test_rates__empty_classes(void **state)
{
    static const float some[] = {0.5f, 0.4f};
    fvi_trials t = trials(some, 2, NULL, 0);
    fvi_error_point p;
    (void)state;
    fvi_point_at(&t, 0.45f, &p);
    assert_int_equal(p.fnmr.count, 1);
    assert_int_equal(p.fmr.of, 0);
    assert_true(isnan(fvi_share_value(&p.fmr)));
    assert_float_equal(fvi_threshold_of(&t, 0.1), -2.0f, 0.0f);
    t = trials(NULL, 0, some, 2);
    fvi_point_at(&t, 0.45f, &p);
    assert_int_equal(p.fmr.count, 1);
    assert_true(isnan(fvi_share_value(&p.fnmr)));
    fvi_bootstrap how = {1, 100, 1};
    fv_error err = {.code = FV_OK};
    assert_fv_ok(fvi_points_bound(&t, &p, 1, &how, &err), &err);
    assert_false(p.fnmr.bounded);
    assert_true(p.fmr.bounded);
}

static void test_rates__a_match_is_at_the_threshold(void **state)
{
    static const float one[] = {0.5f};
    fvi_trials t = trials(one, 1, one, 1);
    fvi_error_point p;
    (void)state;
    fvi_point_at(&t, 0.5f, &p);
    assert_int_equal(p.fmr.count, 1);
    assert_int_equal(p.fnmr.count, 0);
    fvi_point_at(&t, nextafterf(0.5f, 1.0f), &p);
    assert_int_equal(p.fmr.count, 0);
    assert_int_equal(p.fnmr.count, 1);
}

static void test_rates__no_lower_than_the_rule_of_three(void **state)
{
    double steps[FVI_STEPS_MAX];
    (void)state;
    assert_int_equal(fvi_rate_steps(30000, steps), 7);
    assert_true(steps[6] == 1e-4);
    assert_int_equal(fvi_rate_steps(29999, steps), 6);
    assert_int_equal(fvi_rate_steps(299, steps), 0);
    assert_int_equal(fvi_rate_steps(300, steps), 1);
    assert_true(fvi_rate_supported(1e-4, 30000));
    assert_false(fvi_rate_supported(1e-4, 29999));
    assert_false(fvi_rate_supported(0.5, 0));
}

static void test_bootstrap__draws_are_the_documented_ones(void **state)
{
    static const uint32_t want[][8] = {{1, 1, 0, 0, 3}, {1, 1, 1, 1, 1}, {2, 0, 1, 0, 0, 3, 1, 1}};
    uint32_t w[8];
    (void)state;
    fvi_bootstrap_draw(&(fvi_bootstrap){1, 0, 1}, 0, 5, w);
    assert_memory_equal(w, want[0], 5 * sizeof w[0]);
    fvi_bootstrap_draw(&(fvi_bootstrap){1, 0, 1}, 1, 5, w);
    assert_memory_equal(w, want[1], 5 * sizeof w[0]);
    fvi_bootstrap_draw(&(fvi_bootstrap){7, 0, 1}, 3, 8, w);
    assert_memory_equal(w, want[2], 8 * sizeof w[0]);
}

static void test_bootstrap__the_interval_is_by_rank(void **state)
{
    double v[1000], low = 0, high = 0;
    (void)state;
    for (int i = 0; i < 1000; i++)
        v[i] = (double)((i * 7) % 1000);
    assert_true(fvi_bootstrap_interval(v, 1000, &low, &high));
    assert_true(low == 25);
    assert_true(high == 974);
    v[0] = 3;
    assert_true(fvi_bootstrap_interval(v, 1, &low, &high));
    assert_true(low == 3);
    assert_true(high == 3);
    assert_false(fvi_bootstrap_interval(v, 0, &low, &high));
}

/* A replicate is the same as writing each pair down as often as its weight says. */
static void naive(const fvi_trials *t, const uint32_t *w, double rate, double *fnmr)
{
    static fvi_trial g[100000], i[100000];
    fvi_trials r = {.genuine = g, .impostor = i};
    for (size_t k = 0; k < t->n_genuine; k++) {
        for (uint32_t c = 0; c < w[t->genuine[k].a]; c++)
            g[r.n_genuine++] = t->genuine[k];
    }
    for (size_t k = 0; k < t->n_impostor; k++) {
        for (uint32_t c = 0; c < w[t->impostor[k].a] * w[t->impostor[k].b]; c++)
            i[r.n_impostor++] = t->impostor[k];
    }
    fvi_error_point p;
    fvi_point_at(&r, fvi_threshold_of(&r, rate), &p);
    *fnmr = fvi_share_value(&p.fnmr);
}

static void test_bootstrap__a_replicate_is_weighted_pairs(void **state)
{
    enum { PEOPLE = 16, REPLICATES = 200 };
    static const double rates[] = {0.1, 0.3, 0.02};
    fvi_bootstrap how = {5, REPLICATES, 3};
    fvi_error_point points[3];
    fv_error err = {.code = FV_OK};
    uint32_t w[PEOPLE];
    (void)state;
    for (uint32_t k = 0; k < N_MAX; k++) {
        genuine[k] = (fvi_trial){(float)((k * 37) % 50) / 50.0f, k % PEOPLE, k % PEOPLE};
        impostor[k] =
            (fvi_trial){(float)((k * 29) % 40) / 60.0f, k % PEOPLE, (k + 1 + k / 16) % PEOPLE};
    }
    genuine[3].similarity = impostor[5].similarity = NAN;
    fvi_trials t = {genuine, N_MAX, impostor, N_MAX, PEOPLE};
    fvi_trials_sort(&t);
    for (int i = 0; i < 3; i++) {
        fvi_point_at(&t, fvi_threshold_of(&t, rates[i]), &points[i]);
        points[i].rate = rates[i];
    }
    assert_fv_ok(fvi_points_bound(&t, points, 3, &how, &err), &err);
    for (int i = 0; i < 3; i++) {
        double values[REPLICATES], low, high;
        size_t n = 0;
        for (uint32_t r = 0; r < REPLICATES; r++) {
            fvi_bootstrap_draw(&how, r, PEOPLE, w);
            naive(&t, w, rates[i], &values[n]);
            n += isnan(values[n]) ? 0 : 1;
        }
        assert_true(fvi_bootstrap_interval(values, n, &low, &high));
        assert_true(points[i].fnmr.bounded);
        assert_true(points[i].fnmr.low == low);
        assert_true(points[i].fnmr.high == high);
        assert_true(low < high);
    }
}

static void test_shares__of_nothing_and_of_all(void **state)
{
    fvi_bootstrap how = {1, 50, 7};
    fv_error err = {.code = FV_OK};
    fvi_hit hits[] = {{0, 0, true}, {1, 1, true}, {2, 2, true}};
    fvi_share s = {.count = 9};
    (void)state;
    assert_fv_ok(fvi_hits_share(NULL, 0, 0, &how, &s, &err), &err);
    assert_int_equal(s.of, 0);
    assert_false(s.bounded);
    assert_fv_ok(fvi_hits_share(hits, 3, 3, &how, &s, &err), &err);
    assert_true(s.low == 0.0 && s.high == 1.0); /* three of three is not always */
    hits[1].hit = false;
    assert_fv_ok(fvi_hits_share(hits, 3, 3, &how, &s, &err), &err);
    assert_int_equal(s.count, 2);
    assert_true(s.low < 0.67 && s.high > 0.66);
}

static void test_mcnemar(void **state)
{
    static const struct {
        uint64_t worse, better;
        double p;
    } cases[] = {{0, 0, 1.0},
                 {0, 5, 0.0625},
                 {3, 3, 1.0},
                 {1, 9, 0.021484375},
                 {9, 1, 0.021484375},
                 {30, 10, 0.0022214337732293643},
                 {400, 500, 0.0009564441369189461},
                 {900, 700, 6.524763991167887e-07},
                 {800, 801, 1.0}};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        double p = fvi_mcnemar(cases[i].worse, cases[i].better);
        assert_true(fabs(p - cases[i].p) <= 1e-12 * cases[i].p);
    }
}

static void test_pad__the_worst_species_sets_the_limit(void **state)
{
    fvi_presentation all[32];
    size_t n = 0;
    fvi_bootstrap how = {1, 0, 1};
    fv_error err = {.code = FV_OK};
    (void)state;
    for (uint32_t i = 0; i < 10; i++)
        all[n++] = (fvi_presentation){(float)(i + 1) / 20.0f, 0, i}; /* 0.05 .. 0.50 */
    for (uint32_t i = 0; i < 5; i++)
        all[n++] = (fvi_presentation){(float)(i + 1) / 10.0f, 1, i}; /* 0.1 .. 0.5 */
    all[n++] = (fvi_presentation){0.7f, 1, 9};
    for (uint32_t i = 0; i < 8; i++)
        all[n++] = (fvi_presentation){(float)(i + 3) / 10.0f, FVI_LIVE, i}; /* 0.3 .. 1.0 */
    fvi_presentations_sort(all, n);
    fvi_pad_point p = {.apcer = 0.1};
    assert_fv_ok(fvi_bpcer_at(all, n, 16, &how, &p, &err), &err);
    assert_float_equal(p.limit, nextafterf(0.7f, 2.0f),
                       0.0f); /* none of species 1's six may pass */
    assert_int_equal(p.bpcer.of, 8);
    assert_int_equal(p.bpcer.count, 5);
    p.apcer = 0.2;
    assert_fv_ok(fvi_bpcer_at(all, n, 16, &how, &p, &err), &err);
    assert_float_equal(p.limit, nextafterf(0.5f, 2.0f), 0.0f); /* 0.7 may; of species 0 two may */
    assert_int_equal(p.bpcer.count, 3);
    p.apcer = 1.0;
    assert_fv_ok(fvi_bpcer_at(all, n, 16, &how, &p, &err), &err);
    assert_int_equal(p.bpcer.count, 0);
    how.replicates = 100;
    p.apcer = 0.2;
    assert_fv_ok(fvi_bpcer_at(all, n, 16, &how, &p, &err), &err);
    assert_true(p.bpcer.bounded && p.bpcer.low <= 0.375 && p.bpcer.high >= 0.375);
    assert_fv_ok(fvi_bpcer_at(NULL, 0, 0, &how, &p, &err), &err);
    assert_int_equal(p.bpcer.of, 0);
    assert_false(p.bpcer.bounded);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rates__steps_ties_and_what_was_not_compared),
        cmocka_unit_test(test_rates__empty_classes),
        cmocka_unit_test(test_rates__a_match_is_at_the_threshold),
        cmocka_unit_test(test_rates__no_lower_than_the_rule_of_three),
        cmocka_unit_test(test_bootstrap__draws_are_the_documented_ones),
        cmocka_unit_test(test_bootstrap__the_interval_is_by_rank),
        cmocka_unit_test(test_bootstrap__a_replicate_is_weighted_pairs),
        cmocka_unit_test(test_shares__of_nothing_and_of_all),
        cmocka_unit_test(test_mcnemar),
        cmocka_unit_test(test_pad__the_worst_species_sets_the_limit),
    };
    return cmocka_run_group_tests_name("replay_figures", tests, NULL, NULL);
}
