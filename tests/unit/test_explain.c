/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "verify/explain.h"

static const fvi_channel app = {.name = "alipay"};
static const fvi_channel counter = {.name = "counter", .is_counter = true};

static fvi_limits_set shipped(fv_image image)
{
    return image == FV_SELFIE ? fvi_selfie_limits : fvi_record_limits;
}

/* Everything in the middle of what nothing is said about. */
static fvi_seen fine(const fvi_limits_set *limits)
{
    fvi_seen seen = {.fault = FVI_DECODE_OK, .format = "JPEG"};
    for (int i = 0; i < FVI_Q_COUNT; i++) {
        fvi_limit l = {fmax(limits->gate[i].min, limits->advice[i].min),
                       fmin(limits->gate[i].max, limits->advice[i].max)};
        double v = (l.min + l.max) / 2.0;
        if (isinf(l.max)) v = l.min + 1.0;
        if (isinf(l.min)) v = isinf(l.max) ? 0.0 : l.max - 1.0;
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

static bool tells(const fvi_reason_row *row, int measure, fvi_side side)
{
    return row->measure == measure && (row->below == side || row->above == side);
}

/* One measure just outside on one side of one range: exactly the rows of the table that name that
 * side, as grave as the range says. */
static void one_side(fv_image image, int measure, fvi_side side, fv_severity severity)
{
    fvi_limits_set limits = shipped(image);
    fvi_seen seen = fine(&limits);
    fvi_reasons r = {.n = 0};
    fvi_limit l = (severity == FV_BLOCKS ? limits.gate : limits.advice)[measure];
    double bound = side == FVI_BELOW ? l.min : l.max;
    uint32_t expected = 0;

    if (isinf(bound)) return;
    float out = nextafterf((float)bound, side == FVI_BELOW ? -INFINITY : INFINITY);
    if (fvi_limit_side(l, (double)out) == FVI_WITHIN) /* the bound itself lies between two floats */
        out = nextafterf(out, side == FVI_BELOW ? -INFINITY : INFINITY);
    if (measure == FVI_Q_FACE_COUNT) out = (float)bound + (side == FVI_BELOW ? -1.0f : 1.0f);
    seen.measured.value[measure] = out;
    fvi_explain_photo(&r, image, &seen, &limits);
    for (size_t i = 0; i < fvi_reason_rows_n; i++) {
        const fvi_reason_row *row = &fvi_reason_rows[i];
        if (!tells(row, measure, side)) continue;
        assert_true(expected < r.n);
        const fv_reason *got = &r.of[expected++];
        assert_int_equal(got->code, row->code);
        assert_int_equal(got->image, image);
        assert_int_equal(got->remedy, row->remedy[image - FV_SELFIE]);
        assert_int_equal(got->severity, severity);
        assert_float_equal(got->value, out, 0);
        assert_float_equal(got->limit, (float)bound, 0);
        assert_true(r.blocked[image] == (severity == FV_BLOCKS));
    }
    if (expected == 0) fail_msg("no reason for %s on side %d", fvi_measures[measure].name, side);
    assert_int_equal(r.n, expected);
}

static void test_photo__each_side_of_each_measure_gives_its_row(void **state)
{
    (void)state;
    for (int m = 0; m < FVI_Q_COUNT; m++) {
        for (size_t k = 0; k < 4; k++) {
            one_side(both[k % 2], m, FVI_BELOW, k < 2 ? FV_BLOCKS : FV_ADVICE);
            one_side(both[k % 2], m, FVI_ABOVE, k < 2 ? FV_BLOCKS : FV_ADVICE);
        }
    }
}

/* Both ranges at once: one reason, the graver. */
static void test_photo__the_gate_comes_before_the_advice(void **state)
{
    fvi_limits_set limits = shipped(FV_SELFIE);
    fvi_seen seen = fine(&limits);
    fvi_reasons r = {.n = 0};
    (void)state;
    limits.gate[FVI_Q_HEAD_YAW] = (fvi_limit){-40, 40};
    limits.advice[FVI_Q_HEAD_YAW] = (fvi_limit){-20, 20};
    seen.measured.value[FVI_Q_HEAD_YAW] = 41;
    fvi_explain_photo(&r, FV_SELFIE, &seen, &limits);
    seen.measured.value[FVI_Q_HEAD_YAW] = 21;
    fvi_explain_photo(&r, FV_RECORD, &seen, &limits);
    assert_int_equal(r.n, 2);
    assert_int_equal(r.of[0].severity, FV_BLOCKS);
    assert_float_equal(r.of[0].limit, 40, 0);
    assert_int_equal(r.of[1].severity, FV_ADVICE);
    assert_float_equal(r.of[1].limit, 20, 0);
    assert_true(r.blocked[FV_SELFIE]);
    assert_false(r.blocked[FV_RECORD]);
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

static void test_photo__without_a_face_gaps_are_no_news(void **state)
{
    fvi_limits_set limits = shipped(FV_SELFIE);
    fvi_seen seen = fine(&limits);
    fvi_reasons r = {.n = 0};
    (void)state;
    for (int i = 0; i < FVI_Q_COUNT; i++)
        seen.measured.value[i] = NAN;
    seen.measured.value[FVI_Q_FACE_COUNT] = 0;
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

/* Silence is not a pass where there is a gate, and no reason where there is none. */
static void test_photo__a_gate_without_a_value_blocks(void **state)
{
    (void)state;
    for (int m = 0; m < FVI_Q_COUNT; m++) {
        for (size_t k = 0; k < 2; k++) {
            fvi_limits_set limits = shipped(both[k]);
            fvi_seen seen = fine(&limits);
            fvi_reasons r = {.n = 0};
            seen.measured.value[m] = NAN;
            fvi_explain_photo(&r, both[k], &seen, &limits);
            bool gated = !isinf(limits.gate[m].min) || !isinf(limits.gate[m].max);
            assert_int_equal(r.n, gated ? 1 : 0);
            assert_int_equal(r.blocked[both[k]], gated);
            if (gated) assert_int_equal(r.of[0].code, FV_REASON_NOT_ASSESSED);
        }
    }
}

static void test_photo__several_gaps_are_one_reason(void **state)
{
    fvi_limits_set limits = shipped(FV_SELFIE);
    fvi_seen seen = {.fault = FVI_DECODE_OK};
    fvi_reasons r = {.n = 0};
    (void)state;
    for (int i = 0; i < FVI_Q_COUNT; i++)
        seen.measured.value[i] = NAN;
    fvi_explain_photo(&r, FV_SELFIE, &seen, &limits);
    assert_int_equal(r.n, 1);
    assert_int_equal(r.of[0].code, FV_REASON_NOT_ASSESSED);
}

static bool found(const fvi_reasons *r, fv_reason_code code, fv_image image, fv_severity *severity)
{
    for (uint32_t i = 0; i < r->n; i++) {
        if (r->of[i].code != code || r->of[i].image != image) continue;
        if (severity != NULL) *severity = r->of[i].severity;
        return true;
    }
    return false;
}

static void put_outside(fvi_measured *m, fvi_limits_set *limits, const fvi_reason_row *row,
                        fv_severity severity)
{
    fvi_limit *l = &(severity == FV_BLOCKS ? limits->gate : limits->advice)[row->measure];
    *l = (fvi_limit){1, 2};
    m->value[row->measure] = row->below == FVI_BELOW ? 0.5f : 2.5f;
}

/* Every pair of the table, at every severity of both: the symptom goes, its severity stays. */
static void test_photo__a_cause_takes_the_place_of_its_symptom(void **state)
{
    static const fv_reason_code pairs[][2] = {
#define A(cause, symptom) {FV_REASON_##cause, FV_REASON_##symptom},
#include "verify/absorbs.def"
#undef A
    };
    size_t tried = 0;
    (void)state;
    for (size_t p = 0; p < ARRAY_LEN(pairs); p++) {
        const fvi_reason_row *cause = fvi_reason_row_of(pairs[p][0]);
        const fvi_reason_row *symptom = fvi_reason_row_of(pairs[p][1]);
        if (cause->measure < 0 || symptom->measure < 0 || cause->measure == symptom->measure ||
            cause->measure == FVI_Q_FACE_COUNT || symptom->measure == FVI_Q_FACE_COUNT)
            continue;
        for (int k = 0; k < 4; k++) {
            fvi_limits_set limits = shipped(FV_SELFIE);
            fvi_seen seen = fine(&limits);
            fvi_reasons r = {.n = 0};
            fv_severity sc = k & 1 ? FV_BLOCKS : FV_ADVICE, ss = k & 2 ? FV_BLOCKS : FV_ADVICE;
            fv_severity got = FV_ADVICE;
            limits.gate[cause->measure] = limits.gate[symptom->measure] =
                (fvi_limit){-INFINITY, INFINITY};
            put_outside(&seen.measured, &limits, cause, sc);
            put_outside(&seen.measured, &limits, symptom, ss);
            fvi_explain_photo(&r, FV_SELFIE, &seen, &limits);
            if (!found(&r, cause->code, FV_SELFIE, &got) ||
                found(&r, symptom->code, FV_SELFIE, NULL))
                fail_msg("%s does not take the place of %s", cause->name, symptom->name);
            assert_int_equal(got, sc == FV_BLOCKS || ss == FV_BLOCKS ? FV_BLOCKS : FV_ADVICE);
            tried++;
        }
    }
    assert_true(tried > 0);
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
    fvi_reasons r = {.n = FVI_REASONS_CAP};
    (void)state;
    for (int i = 0; i < FVI_REASONS_CAP; i++)
        r.of[i] = (fv_reason){.code = FV_REASON_HEAD_TURNED,
                              .image = FV_SELFIE,
                              .severity = FV_ADVICE,
                              .remedy = FV_REMEDY_LOOK_STRAIGHT};
    fvi_reasons before = r;
    seen.measured.value[FVI_Q_HEAD_YAW] = 70;
    fvi_explain_photo(&r, FV_RECORD, &seen, &limits);
    assert_int_equal(r.n, FVI_REASONS_CAP);
    assert_true(r.blocked[FV_RECORD]);
    assert_false(r.blocked[FV_SELFIE]);
    assert_memory_equal(r.of, before.of, sizeof r.of);
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

static fvi_reasons shuffled(const fv_reason *in, uint32_t n, unsigned seed)
{
    fvi_reasons r = {.n = n};
    memcpy(r.of, in, n * sizeof in[0]);
    for (unsigned i = n - 1; i > 0; i--) {
        seed = seed * 1103515245u + 12345u;
        unsigned k = (seed >> 16) % (i + 1);
        fv_reason t = r.of[i];
        r.of[i] = r.of[k];
        r.of[k] = t;
    }
    return r;
}

static void assert_told(const fv_result *out, const fv_reason *const *want, uint32_t n)
{
    assert_int_equal(out->n_reasons, n);
    for (uint32_t i = 0; i < n; i++) {
        assert_int_equal(out->reasons[i].code, want[i]->code);
        assert_int_equal(out->reasons[i].image, want[i]->image);
        assert_int_equal(out->reasons[i].severity, want[i]->severity);
    }
}

/* Blocks before advice; then the photograph at fault; then as the table has them. Three are told,
 * one of them the other photograph's. */
static void test_finish__order(void **state)
{
    const fv_reason all[] = {
        reason(FV_REASON_NO_FACE, FV_SELFIE, FV_BLOCKS),
        reason(FV_REASON_FACE_CUT_OFF, FV_SELFIE, FV_BLOCKS),
        reason(FV_REASON_HEAD_TILTED, FV_SELFIE, FV_BLOCKS),
        reason(FV_REASON_IMAGE_EMPTY, FV_RECORD, FV_BLOCKS),
        reason(FV_REASON_FACE_TOO_SMALL, FV_RECORD, FV_BLOCKS),
        reason(FV_REASON_HEAD_TURNED, FV_SELFIE, FV_ADVICE),
        reason(FV_REASON_IMAGE_CORRUPT, FV_RECORD, FV_ADVICE),
    };
    const fv_reason *selfie[] = {&all[0], &all[1], &all[3]};
    const fv_reason *record[] = {&all[3], &all[4], &all[0]};
    (void)state;
    for (unsigned seed = 0; seed < 200; seed++) {
        fvi_reasons r = shuffled(all, ARRAY_LEN(all), seed);
        fvi_reasons again = r;
        fv_result out = {0};
        fvi_explain_finish(&r, FV_RETAKE_SELFIE, &app, &out);
        assert_told(&out, selfie, 3);
        fvi_explain_finish(&again, FV_RECORD_PHOTO_UNUSABLE, &app, &out);
        assert_told(&out, record, 3);
    }
}

/* Where the other photograph can be used, what is only advice about it is not told. */
static void test_finish__advice_about_the_photograph_at_fault_only(void **state)
{
    const fv_reason all[] = {
        reason(FV_REASON_HEAD_TILTED, FV_SELFIE, FV_BLOCKS),
        reason(FV_REASON_HEAD_TURNED, FV_SELFIE, FV_ADVICE),
        reason(FV_REASON_FACE_TOO_SMALL, FV_RECORD, FV_ADVICE),
    };
    const fv_reason *want[] = {&all[0], &all[1]};
    (void)state;
    for (unsigned seed = 0; seed < 20; seed++) {
        fvi_reasons r = shuffled(all, ARRAY_LEN(all), seed);
        fv_result out = {0};
        fvi_explain_finish(&r, FV_RETAKE_SELFIE, &app, &out);
        assert_told(&out, want, 2);
    }
}

/* A failed comparison says that the photographs may be why, then how, and its own remedy last. */
static void test_finish__a_doubtful_comparison(void **state)
{
    static const fv_decision decisions[] = {FV_NO_MATCH, FV_MANUAL_REVIEW};
    (void)state;
    for (size_t d = 0; d < 2; d++) {
        fvi_reasons r = {.n = 0};
        fv_result out = {0};
        r.of[r.n++] = reason(FV_REASON_HEAD_TURNED, FV_SELFIE, FV_ADVICE);
        r.of[r.n++] = reason(FV_REASON_FACE_TOO_SMALL, FV_RECORD, FV_ADVICE);
        fvi_explain_decision(&r, decisions[d]);
        fvi_explain_finish(&r, decisions[d], &app, &out);
        assert_int_equal(out.n_reasons, 5);
        assert_int_equal(out.reasons[0].code,
                         d == 0 ? FV_REASON_NOT_THE_SAME_PERSON : FV_REASON_SIMILARITY_UNCERTAIN);
        assert_int_equal(out.reasons[1].code, FV_REASON_COMPARISON_DOUBTFUL);
        assert_int_equal(out.reasons[1].image, FV_SELFIE);
        assert_int_equal(out.reasons[1].remedy, FV_REMEDY_LOOK_STRAIGHT);
        assert_int_equal(out.reasons[2].code, FV_REASON_HEAD_TURNED);
        assert_int_equal(out.reasons[3].code, FV_REASON_COMPARISON_DOUBTFUL);
        assert_int_equal(out.reasons[3].image, FV_RECORD);
        assert_int_equal(out.reasons[4].code, FV_REASON_FACE_TOO_SMALL);
        assert_int_equal(out.n_remedies, 3);
        assert_int_equal(out.remedies[0], FV_REMEDY_LOOK_STRAIGHT);
        assert_int_equal(out.remedies[1], FV_REMEDY_RENEW_ID_PHOTO);
        assert_int_equal(out.remedies[2], FV_REMEDY_VISIT_COUNTER);
    }
}

static void test_finish__a_pass_says_nothing(void **state)
{
    static const fv_decision decisions[] = {FV_PASS, FV_NOT_REQUIRED};
    (void)state;
    for (size_t d = 0; d < 2; d++) {
        fvi_reasons r = {.n = 0};
        fv_result out = {.n_reasons = 3, .n_remedies = 3};
        r.of[r.n++] = reason(FV_REASON_HEAD_TURNED, FV_SELFIE, FV_ADVICE);
        fvi_explain_decision(&r, decisions[d]);
        fvi_explain_finish(&r, decisions[d], &app, &out);
        assert_int_equal(out.n_reasons, 0);
        assert_int_equal(out.n_remedies, 0);
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
                    for (size_t i = 0; r.n < FVI_REASONS_CAP; i++)
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

/* What the channel tells first comes forward, in its order; the rest and the counter stay. */
static void test_finish__the_channels_order(void **state)
{
    static const struct {
        fvi_remedy_order first;
        fv_remedy app[4], counter[3];
    } rows[] = {
        {{.n = 0},
         {FV_REMEDY_LOOK_STRAIGHT, FV_REMEDY_OPEN_EYES, FV_REMEDY_RENEW_ID_PHOTO,
          FV_REMEDY_VISIT_COUNTER},
         {FV_REMEDY_LOOK_STRAIGHT, FV_REMEDY_OPEN_EYES, FV_REMEDY_RENEW_ID_PHOTO}},
        {{.of = {FV_REMEDY_HOLD_STILL, FV_REMEDY_OPEN_EYES}, .n = 2},
         {FV_REMEDY_OPEN_EYES, FV_REMEDY_LOOK_STRAIGHT, FV_REMEDY_RENEW_ID_PHOTO,
          FV_REMEDY_VISIT_COUNTER},
         {FV_REMEDY_OPEN_EYES, FV_REMEDY_LOOK_STRAIGHT, FV_REMEDY_RENEW_ID_PHOTO}},
        {{.of = {FV_REMEDY_RENEW_ID_PHOTO, FV_REMEDY_OPEN_EYES, FV_REMEDY_LOOK_STRAIGHT}, .n = 3},
         {FV_REMEDY_RENEW_ID_PHOTO, FV_REMEDY_OPEN_EYES, FV_REMEDY_LOOK_STRAIGHT,
          FV_REMEDY_VISIT_COUNTER},
         {FV_REMEDY_RENEW_ID_PHOTO, FV_REMEDY_OPEN_EYES, FV_REMEDY_LOOK_STRAIGHT}},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        for (int k = 0; k < 2; k++) {
            fvi_channel c = k == 0 ? app : counter;
            fvi_reasons r = {.n = 0};
            fv_result out = {0};
            c.first = rows[i].first;
            r.of[r.n++] = reason(FV_REASON_EYES_CLOSED, FV_SELFIE, FV_ADVICE);
            r.of[r.n++] = reason(FV_REASON_HEAD_TURNED, FV_SELFIE, FV_ADVICE);
            fvi_explain_decision(&r, FV_NO_MATCH);
            fvi_explain_finish(&r, FV_NO_MATCH, &c, &out);
            assert_int_equal(out.n_remedies, k == 0 ? 4 : 3);
            assert_memory_equal(out.remedies, k == 0 ? rows[i].app : rows[i].counter,
                                out.n_remedies * sizeof out.remedies[0]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_photo__each_fault_gives_its_reason),
        cmocka_unit_test(test_photo__fine_gives_none),
        cmocka_unit_test(test_photo__each_side_of_each_measure_gives_its_row),
        cmocka_unit_test(test_photo__measures_by_name),
        cmocka_unit_test(test_photo__the_gate_comes_before_the_advice),
        cmocka_unit_test(test_photo__without_a_face_gaps_are_no_news),
        cmocka_unit_test(test_photo__no_face_is_said_whatever_the_limits),
        cmocka_unit_test(test_photo__a_gate_without_a_value_blocks),
        cmocka_unit_test(test_photo__several_gaps_are_one_reason),
        cmocka_unit_test(test_photo__a_cause_takes_the_place_of_its_symptom),
        cmocka_unit_test(test_photo__all_of_them_are_collected),
        cmocka_unit_test(test_photo__what_finds_no_room_blocks_all_the_same),
        cmocka_unit_test(test_decision__its_reason_is_added),
        cmocka_unit_test(test_finish__order),
        cmocka_unit_test(test_finish__advice_about_the_photograph_at_fault_only),
        cmocka_unit_test(test_finish__a_doubtful_comparison),
        cmocka_unit_test(test_finish__a_pass_says_nothing),
        cmocka_unit_test(test_finish__the_channels_order),
        cmocka_unit_test(test_finish__a_refusal_always_leaves_something_to_do),
    };
    return cmocka_run_group_tests_name("explain", tests, NULL, NULL);
}
