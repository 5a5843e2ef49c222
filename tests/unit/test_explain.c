/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "verify/explain.h"

static const fvi_channel app = {"alipay", false};
static const fvi_channel counter = {"counter", true};

static fvi_limits_set shipped(fv_image image)
{
    return image == FV_SELFIE ? fvi_selfie_limits : fvi_record_limits;
}

/* Everything in the middle of its range. */
static fvi_seen fine(const fvi_limits_set *limits)
{
    fvi_seen seen = {.fault = FVI_DECODE_OK, .format = "JPEG"};
    for (int i = 0; i < FVI_Q_COUNT; i++) {
        fvi_limit l = limits->gate[i];
        double v = isinf(l.max) ? l.min + 1.0 : isinf(l.min) ? l.max - 1.0 : (l.min + l.max) / 2.0;
        seen.measured.value[i] = (float)v;
    }
    return seen;
}

static const fv_image both[] = {FV_SELFIE, FV_RECORD};

static void test_photo__each_fault_gives_its_reason(void **state)
{
    static const struct {
        fvi_decode_fault fault;
        fv_reason_code code;
    } rows[] = {
        {FVI_DECODE_EMPTY, FV_REASON_IMAGE_EMPTY},
        {FVI_DECODE_NOT_PICTURE, FV_REASON_NOT_A_PHOTO},
        {FVI_DECODE_UNSUPPORTED, FV_REASON_UNSUPPORTED_FORMAT},
        {FVI_DECODE_TOO_LARGE, FV_REASON_IMAGE_TOO_LARGE},
        {FVI_DECODE_TOO_SMALL, FV_REASON_IMAGE_TOO_SMALL},
        {FVI_DECODE_TRUNCATED, FV_REASON_IMAGE_TRUNCATED},
        {FVI_DECODE_CORRUPT, FV_REASON_IMAGE_CORRUPT},
        {(fvi_decode_fault)99, FV_REASON_IMAGE_CORRUPT}, /* one that nobody has named yet */
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        for (size_t k = 0; k < 2; k++) {
            fvi_limits_set limits = shipped(both[k]);
            fvi_seen seen = fine(&limits);
            fvi_reasons r = {.n = 0};
            seen.fault = rows[i].fault;
            strcpy(seen.format, "HEIC");
            seen.measured.value[FVI_Q_FACE_COUNT] = 0; /* never looked at */
            fvi_explain_photo(&r, both[k], &seen, &limits);
            assert_int_equal(r.n, 1);
            assert_int_equal(r.of[0].code, rows[i].code);
            assert_int_equal(r.of[0].image, both[k]);
            assert_int_equal(r.of[0].severity, FV_BLOCKS);
            assert_int_not_equal(r.of[0].remedy, FV_REMEDY_NONE);
            assert_true(isnan(r.of[0].value) && isnan(r.of[0].limit));
            assert_string_equal(r.of[0].detail, "HEIC");
            assert_true(r.blocked[both[k]]);
            assert_false(r.blocked[both[1 - k]]);
        }
    }
}

static void test_photo__fine_gives_none(void **state)
{
    (void)state;
    for (size_t k = 0; k < 2; k++) {
        fvi_limits_set limits = shipped(both[k]);
        fvi_seen seen = fine(&limits);
        fvi_reasons r = {.n = 0};
        fvi_explain_photo(&r, both[k], &seen, &limits);
        assert_int_equal(r.n, 0);
        assert_false(r.blocked[FV_SELFIE] || r.blocked[FV_RECORD]);
    }
}

/* One measure just outside on one side: exactly the rows of the table that name that side. */
static void one_side(fv_image image, int measure, fvi_side side)
{
    fvi_limits_set limits = shipped(image);
    fvi_seen seen = fine(&limits);
    fvi_reasons r = {.n = 0};
    fvi_limit l = limits.gate[measure];
    double bound = side == FVI_BELOW ? l.min : l.max;
    uint32_t expected = 0;

    if (isinf(bound)) return;
    float out = nextafterf((float)bound, side == FVI_BELOW ? -INFINITY : INFINITY);
    if (measure == FVI_Q_FACE_COUNT) out = (float)bound + (side == FVI_BELOW ? -1.0f : 1.0f);
    seen.measured.value[measure] = out;
    fvi_explain_photo(&r, image, &seen, &limits);
    for (size_t i = 0; i < fvi_reason_rows_n; i++) {
        const fvi_reason_row *row = &fvi_reason_rows[i];
        if (row->measure != measure || (row->below != side && row->above != side)) continue;
        assert_true(expected < r.n);
        const fv_reason *got = &r.of[expected++];
        assert_int_equal(got->code, row->code);
        assert_int_equal(got->image, image);
        assert_int_equal(got->remedy, row->remedy[image - FV_SELFIE]);
        assert_int_equal(got->severity, row->severity);
        assert_float_equal(got->value, out, 0);
        assert_float_equal(got->limit, (float)bound, 0);
        assert_true(r.blocked[image] == (row->severity == FV_BLOCKS));
    }
    if (expected == 0) fail_msg("no reason for %s on side %d", fvi_measures[measure].name, side);
    assert_int_equal(r.n, expected);
}

static void test_photo__each_side_of_each_measure_gives_its_row(void **state)
{
    (void)state;
    for (int m = 0; m < FVI_Q_COUNT; m++) {
        for (size_t k = 0; k < 2; k++) {
            one_side(both[k], m, FVI_BELOW);
            one_side(both[k], m, FVI_ABOVE);
        }
    }
}

/* Which reason, said here once more by name: a row moved to the wrong measure would agree with
 * itself above. */
static void test_photo__measures_by_name(void **state)
{
    static const struct {
        fvi_measure measure;
        float value;
        fv_reason_code code;
    } rows[] = {
        {FVI_Q_FACE_COUNT, 0, FV_REASON_NO_FACE},
        {FVI_Q_FACE_COUNT, 2, FV_REASON_SEVERAL_FACES},
        {FVI_Q_FACE_INSIDE, 0.5f, FV_REASON_FACE_CUT_OFF},
        {FVI_Q_INTER_EYE_DISTANCE, 5, FV_REASON_FACE_TOO_SMALL},
        {FVI_Q_HEAD_YAW, 60, FV_REASON_HEAD_TURNED},
        {FVI_Q_HEAD_YAW, -60, FV_REASON_HEAD_TURNED},
        {FVI_Q_HEAD_PITCH, 60, FV_REASON_HEAD_UP_OR_DOWN},
        {FVI_Q_HEAD_PITCH, -60, FV_REASON_HEAD_UP_OR_DOWN},
        {FVI_Q_HEAD_ROLL, 60, FV_REASON_HEAD_TILTED},
        {FVI_Q_HEAD_ROLL, -60, FV_REASON_HEAD_TILTED},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        fvi_limits_set limits = shipped(FV_SELFIE);
        fvi_seen seen = fine(&limits);
        fvi_reasons r = {.n = 0};
        seen.measured.value[rows[i].measure] = rows[i].value;
        fvi_explain_photo(&r, FV_SELFIE, &seen, &limits);
        assert_int_equal(r.n, 1);
        assert_string_equal(fv_reason_name(r.of[0].code), fv_reason_name(rows[i].code));
    }
}

static void test_photo__without_a_face_only_that_is_said(void **state)
{
    fvi_limits_set limits = shipped(FV_SELFIE);
    fvi_seen seen = fine(&limits);
    fvi_reasons r = {.n = 0};
    (void)state;
    for (int i = 0; i < FVI_Q_COUNT; i++)
        seen.measured.value[i] = 0; /* what a careless caller leaves in the others */
    fvi_explain_photo(&r, FV_SELFIE, &seen, &limits);
    assert_int_equal(r.n, 1);
    assert_int_equal(r.of[0].code, FV_REASON_NO_FACE);
}

/* No setting makes a comparison possible where there is no face: the refusal keeps its reason. */
static void test_photo__no_face_is_said_whatever_the_limits(void **state)
{
    fvi_limits_set limits = shipped(FV_SELFIE);
    fvi_seen seen = fine(&limits);
    fvi_reasons r = {.n = 0};
    (void)state;
    limits.gate[FVI_Q_FACE_COUNT] = (fvi_limit){0, INFINITY};
    seen.measured.value[FVI_Q_FACE_COUNT] = 0;
    fvi_explain_photo(&r, FV_SELFIE, &seen, &limits);
    assert_int_equal(r.n, 1);
    assert_int_equal(r.of[0].code, FV_REASON_NO_FACE);
    assert_float_equal(r.of[0].limit, 1, 0);
}

static void test_photo__not_assessed_gives_no_reason(void **state)
{
    fvi_limits_set limits = shipped(FV_SELFIE);
    fvi_seen seen = fine(&limits);
    fvi_reasons r = {.n = 0};
    (void)state;
    for (int i = 0; i < FVI_Q_COUNT; i++)
        seen.measured.value[i] = NAN;
    fvi_explain_photo(&r, FV_SELFIE, &seen, &limits);
    assert_int_equal(r.n, 0);
}

static void test_photo__all_of_them_are_collected(void **state)
{
    fvi_limits_set limits = shipped(FV_SELFIE);
    fvi_seen seen = fine(&limits);
    fvi_reasons r = {.n = 0};
    (void)state;
    seen.measured.value[FVI_Q_FACE_COUNT] = 3;
    seen.measured.value[FVI_Q_INTER_EYE_DISTANCE] = 4;
    seen.measured.value[FVI_Q_FACE_INSIDE] = 0.2f;
    seen.measured.value[FVI_Q_HEAD_YAW] = 70;
    seen.measured.value[FVI_Q_HEAD_PITCH] = -70;
    seen.measured.value[FVI_Q_HEAD_ROLL] = 70;
    fvi_explain_photo(&r, FV_SELFIE, &seen, &limits);
    assert_int_equal(r.n, 6);
}

static void test_photo__what_finds_no_room_blocks_all_the_same(void **state)
{
    fvi_limits_set limits = shipped(FV_RECORD);
    fvi_seen seen = fine(&limits);
    fvi_reasons r = {.n = FV_REASONS_MAX};
    fv_result out = {0};
    (void)state;
    for (int i = 0; i < FV_REASONS_MAX; i++)
        r.of[i] = (fv_reason){.code = FV_REASON_HEAD_TURNED,
                              .image = FV_SELFIE,
                              .severity = FV_ADVICE,
                              .remedy = FV_REMEDY_LOOK_STRAIGHT};
    fvi_reasons before = r;
    seen.measured.value[FVI_Q_HEAD_YAW] = 70;
    fvi_explain_photo(&r, FV_RECORD, &seen, &limits);
    assert_int_equal(r.n, FV_REASONS_MAX);
    assert_true(r.blocked[FV_RECORD]);
    assert_false(r.blocked[FV_SELFIE]);
    assert_memory_equal(r.of, before.of, sizeof r.of);
    fvi_explain_finish(&r, FV_RECORD_PHOTO_UNUSABLE, &app, &out);
    assert_int_equal(out.n_reasons, FV_REASONS_MAX);
}

static void test_decision__its_reason_is_added(void **state)
{
    (void)state;
    for (int d = FV_UNDECIDED; d <= FV_TOO_MANY_ATTEMPTS; d++) {
        fvi_reasons r = {.n = 0};
        fvi_explain_decision(&r, (fv_decision)d);
        if (d == FV_NO_MATCH || d == FV_MANUAL_REVIEW) {
            assert_int_equal(r.n, 1);
            assert_int_equal(r.of[0].code, d == FV_NO_MATCH ? FV_REASON_NOT_THE_SAME_PERSON
                                                            : FV_REASON_SIMILARITY_UNCERTAIN);
            assert_true(isnan(r.of[0].value) && isnan(r.of[0].limit));
        } else {
            assert_int_equal(r.n, 0);
        }
    }
}

static fv_reason reason(fv_reason_code code, fv_image image, fv_severity severity)
{
    fv_reason r = {.code = code, .image = image, .severity = severity, .value = NAN, .limit = NAN};
    r.remedy = fvi_reason_row_of(code)->remedy[image - FV_SELFIE];
    return r;
}

/* Blocks before advice; then the photograph at fault; then as the table has them. */
static void test_finish__order(void **state)
{
    const fv_reason sorted_selfie[] = {
        reason(FV_REASON_NO_FACE, FV_SELFIE, FV_BLOCKS),
        reason(FV_REASON_FACE_CUT_OFF, FV_SELFIE, FV_BLOCKS),
        reason(FV_REASON_HEAD_TILTED, FV_SELFIE, FV_BLOCKS),
        reason(FV_REASON_IMAGE_EMPTY, FV_RECORD, FV_BLOCKS),
        reason(FV_REASON_FACE_TOO_SMALL, FV_RECORD, FV_BLOCKS),
        reason(FV_REASON_HEAD_TURNED, FV_SELFIE, FV_ADVICE),
        reason(FV_REASON_IMAGE_EMPTY, FV_RECORD, FV_ADVICE),
    };
    static const int as_record[] = {3, 4, 0, 1, 2, 6, 5};
    enum { N = ARRAY_LEN(sorted_selfie) };
    (void)state;
    for (unsigned seed = 0; seed < 200; seed++) {
        fvi_reasons r = {.n = N};
        fv_result out = {0};
        unsigned s = seed;
        memcpy(r.of, sorted_selfie, sizeof sorted_selfie);
        for (unsigned i = N - 1; i > 0; i--) { /* any order to begin with */
            s = s * 1103515245u + 12345u;
            unsigned k = (s >> 16) % (i + 1);
            fv_reason t = r.of[i];
            r.of[i] = r.of[k];
            r.of[k] = t;
        }
        bool record = seed % 2 == 1;
        fvi_explain_finish(&r, record ? FV_RECORD_PHOTO_UNUSABLE : FV_RETAKE_SELFIE, &app, &out);
        assert_int_equal(out.n_reasons, N);
        for (int i = 0; i < N; i++) {
            const fv_reason *want = &sorted_selfie[record ? as_record[i] : i];
            assert_int_equal(out.reasons[i].code, want->code);
            assert_int_equal(out.reasons[i].image, want->image);
            assert_int_equal(out.reasons[i].severity, want->severity);
        }
    }
}

static void check_remedies(const fv_result *out, const fvi_channel *channel, const char *what)
{
    if (out->n_remedies == 0) fail_msg("%s: no remedy", what);
    assert_true(out->n_remedies <= FV_REMEDIES_MAX);
    for (uint32_t i = 0; i < out->n_remedies; i++) {
        if (fv_remedy_name(out->remedies[i])[0] == '\0') fail_msg("%s: unknown remedy", what);
        if (channel->is_counter && out->remedies[i] == FV_REMEDY_VISIT_COUNTER)
            fail_msg("%s: sends those at the counter to the counter", what);
        for (uint32_t k = 0; k < i; k++) {
            if (out->remedies[i] == out->remedies[k]) fail_msg("%s: a remedy twice", what);
        }
    }
    if (!channel->is_counter && out->remedies[out->n_remedies - 1] != FV_REMEDY_VISIT_COUNTER)
        fail_msg("%s: the counter is not the last resort", what);
}

/* Every decision, with no reason, with each one reason, and with many. */
static void test_finish__a_refusal_always_leaves_something_to_do(void **state)
{
    const fvi_channel *channels[] = {&app, &counter};
    (void)state;
    for (int d = FV_UNDECIDED; d <= FV_TOO_MANY_ATTEMPTS; d++) {
        for (size_t c = 0; c < 2; c++) {
            for (size_t row = 0; row <= 2 * fvi_reason_rows_n + 1; row++) {
                fvi_reasons r = {.n = 0};
                fv_result out = {.n_remedies = 5};
                char what[96];
                if (row < 2 * fvi_reason_rows_n) {
                    r.of[r.n++] = reason(fvi_reason_rows[row / 2].code, both[row % 2], FV_BLOCKS);
                } else if (row == 2 * fvi_reason_rows_n) {
                    for (size_t i = 0; r.n < FV_REASONS_MAX; i++)
                        r.of[r.n++] = reason(fvi_reason_rows[i % fvi_reason_rows_n].code,
                                             both[i % 2], FV_BLOCKS);
                }
                (void)snprintf(what, sizeof what, "%s, row %zu, %s",
                               fv_decision_name((fv_decision)d), row, channels[c]->name);
                fvi_explain_finish(&r, (fv_decision)d, channels[c], &out);
                if (d == FV_PASS || d == FV_NOT_REQUIRED)
                    assert_int_equal(out.n_remedies, 0);
                else
                    check_remedies(&out, channels[c], what);
            }
        }
    }
}

/* More remedies than there is room for: the counter keeps its place. */
static void test_finish__the_last_place_is_the_counters(void **state)
{
    fvi_reasons r = {.n = 0};
    fv_result out = {0};
    (void)state;
    for (int i = 0; i < FV_REASONS_MAX; i++)
        r.of[r.n++] = (fv_reason){.code = FV_REASON_HEAD_TURNED,
                                  .image = FV_SELFIE,
                                  .severity = FV_BLOCKS,
                                  .remedy = (fv_remedy)(1 + i)};
    fvi_explain_finish(&r, FV_RETAKE_SELFIE, &app, &out);
    assert_int_equal(out.n_remedies, FV_REMEDIES_MAX);
    for (int i = 0; i < FV_REMEDIES_MAX - 1; i++)
        assert_int_equal(out.remedies[i], 1 + i);
    assert_int_equal(out.remedies[FV_REMEDIES_MAX - 1], FV_REMEDY_VISIT_COUNTER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_photo__each_fault_gives_its_reason),
        cmocka_unit_test(test_photo__fine_gives_none),
        cmocka_unit_test(test_photo__each_side_of_each_measure_gives_its_row),
        cmocka_unit_test(test_photo__measures_by_name),
        cmocka_unit_test(test_photo__without_a_face_only_that_is_said),
        cmocka_unit_test(test_photo__no_face_is_said_whatever_the_limits),
        cmocka_unit_test(test_photo__not_assessed_gives_no_reason),
        cmocka_unit_test(test_photo__all_of_them_are_collected),
        cmocka_unit_test(test_photo__what_finds_no_room_blocks_all_the_same),
        cmocka_unit_test(test_decision__its_reason_is_added),
        cmocka_unit_test(test_finish__order),
        cmocka_unit_test(test_finish__a_refusal_always_leaves_something_to_do),
        cmocka_unit_test(test_finish__the_last_place_is_the_counters),
    };
    return cmocka_run_group_tests_name("explain", tests, NULL, NULL);
}
