/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "verify/decide.h"

/*
 * The oracle is a list of who may say what, strongest word last: each line that holds overwrites
 * the answer before it.
 */
static fv_decision oracle(int age, bool selfie_bad, bool record_bad, int liveness, int zone)
{
    fv_decision answer = FV_UNDECIDED;

    if (zone == 1) answer = FV_NO_MATCH;
    if (zone == 2) answer = FV_MANUAL_REVIEW;
    if (zone == 3) answer = FV_PASS;
    if (liveness == 3) answer = FV_RETAKE_SELFIE;
    if (selfie_bad) answer = FV_RETAKE_SELFIE;
    if (record_bad) answer = FV_RECORD_PHOTO_UNUSABLE;
    if (liveness == 2) answer = FV_LIVENESS_REFUSED;
    if (age == 1) answer = FV_NOT_REQUIRED;
    if (age < 0 || age > 2 || liveness < 0 || liveness > 3 || zone < 0 || zone > 3)
        answer = FV_UNDECIDED;
    return answer;
}

/* In range -2..5 of each enum: every one that exists, and some that do not. */
static void test_decide__every_combination(void **state)
{
    int seen[16] = {0};
    int n = 0;
    (void)state;
    for (int age = -2; age <= 5; age++) {
        for (int bad = 0; bad < 4; bad++) {
            for (int live = -2; live <= 5; live++) {
                for (int zone = -2; zone <= 5; zone++, n++) {
                    fvi_facts f = {.age = (fvi_age_gate)age,
                                   .selfie_blocked = (bad & 1) != 0,
                                   .record_blocked = (bad & 2) != 0,
                                   .liveness = (fv_liveness_verdict)live,
                                   .zone = (fvi_zone)zone};
                    fv_decision d = fvi_decide(&f);
                    if (d != oracle(age, f.selfie_blocked, f.record_blocked, live, zone))
                        fail_msg("age %d, bad %d, liveness %d, zone %d: %s", age, bad, live, zone,
                                 fv_decision_name(d));
                    seen[d]++;
                }
            }
        }
    }
    assert_int_equal(n, 8 * 4 * 8 * 8);
    for (int d = FV_UNDECIDED; d <= FV_MANUAL_REVIEW; d++)
        assert_true(seen[d] > 0);
    assert_int_equal(seen[FV_TOO_MANY_ATTEMPTS], 0);
}

/* PASS has one way in; counted here by hand so that a change of both tables is seen too. */
static void test_decide__a_pass_needs_everything(void **state)
{
    int passes = 0;
    (void)state;
    for (int i = 0; i < 3 * 2 * 2 * 4 * 4; i++) {
        fvi_facts f = {(fvi_age_gate)(i % 3), i / 3 % 2 == 1, i / 6 % 2 == 1,
                       (fv_liveness_verdict)(i / 12 % 4), (fvi_zone)(i / 48)};
        if (fvi_decide(&f) != FV_PASS) continue;
        passes++;
        assert_false(f.selfie_blocked);
        assert_false(f.record_blocked);
        assert_int_equal(f.zone, FVI_ZONE_MATCH);
        assert_true(f.liveness == FV_LIVENESS_LIVE || f.liveness == FV_LIVENESS_NOT_ASKED);
        assert_int_not_equal(f.age, FVI_AGE_UNDER_16);
    }
    assert_int_equal(passes, 4);
}

static void test_zone__bounds_belong_to_the_better_zone(void **state)
{
    const float m = 0.5388f, r = 0.372f;
    const struct {
        float similarity, match, review;
        fvi_zone zone;
    } rows[] = {
        {1, m, r, FVI_ZONE_MATCH},
        {m, m, r, FVI_ZONE_MATCH},
        {nextafterf(m, -1), m, r, FVI_ZONE_REVIEW},
        {r, m, r, FVI_ZONE_REVIEW},
        {nextafterf(r, -1), m, r, FVI_ZONE_BELOW},
        {-1, m, r, FVI_ZONE_BELOW},
        {0, 0, 0, FVI_ZONE_MATCH}, /* one rate for both: no band between */
        {-0.1f, 0, 0, FVI_ZONE_BELOW},
        {NAN, m, r, FVI_ZONE_NOT_COMPARED},
        {-NAN, m, r, FVI_ZONE_NOT_COMPARED},
        {1, NAN, r, FVI_ZONE_NOT_COMPARED},
        {1, m, NAN, FVI_ZONE_NOT_COMPARED},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (fvi_zone_of(rows[i].similarity, rows[i].match, rows[i].review) != rows[i].zone)
            fail_msg("row %zu", i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decide__every_combination),
        cmocka_unit_test(test_decide__a_pass_needs_everything),
        cmocka_unit_test(test_zone__bounds_belong_to_the_better_zone),
    };
    return cmocka_run_group_tests_name("decide", tests, NULL, NULL);
}
