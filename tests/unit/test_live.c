/* SPDX-License-Identifier: Apache-2.0 */
/* Liveness within the whole step: whose photograph is looked at, when, and what follows. */
#define _GNU_SOURCE
#include "test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "faceverify/faceverify.h"
#include "liveness/liveness.h"
#include "portrait.h"
#include "verify/live.h"
#include "verify/quality.h"

/* The real one is called; what it was shown and what it says are the test's. */
static struct {
    int calls;
    int width_px, height_px;
    float score; /* NaN: its own */
} watch;

fv_status __real_fvi_liveness_take(fvi_liver *liver, const fvi_image *picture, const fvi_box *box,
                                   fvi_liveness_seen *out, fv_error *err);
fv_status __wrap_fvi_liveness_take(fvi_liver *liver, const fvi_image *picture, const fvi_box *box,
                                   fvi_liveness_seen *out, fv_error *err);

fv_status __wrap_fvi_liveness_take(fvi_liver *liver, const fvi_image *picture, const fvi_box *box,
                                   fvi_liveness_seen *out, fv_error *err)
{
    fv_status st = __real_fvi_liveness_take(liver, picture, box, out, err);
    watch.calls++;
    watch.width_px = picture->width_px;
    watch.height_px = picture->height_px;
    if (!isnan(watch.score)) out->score = watch.score;
    return st;
}

static struct {
    fv_engine *engine;
    fv_session *session;
    blob selfie, record;
} fix;

static int open_all(void **state)
{
    static const char models[] = "models.dir=" FV_TEST_MODELS;
    const char *overrides[] = {models, "channels.alipay.deadline_ms=600000",
                               "channels.alipay.liveness_bpcer=1e-3",
                               "channels.counter.deadline_ms=600000"};
    fv_engine_options o = FV_ENGINE_OPTIONS_INIT;
    fv_error err = {0};
    (void)state;
    o.overrides = overrides;
    o.n_overrides = ARRAY_LEN(overrides);
    fix.selfie = portrait_file(SELFIE_JPG);
    fix.record = portrait_file(RECORD_JPG);
    if (fv_engine_create(&fix.engine, &o, &err) == FV_OK &&
        fv_session_create(&fix.session, fix.engine, &err) == FV_OK)
        return 0;
    (void)fprintf(stderr, "%s\n", err.text);
    return -1;
}

static int close_all(void **state)
{
    (void)state;
    fv_session_destroy(&fix.session);
    fv_engine_destroy(&fix.engine);
    free(fix.selfie.data);
    free(fix.record.data);
    return 0;
}

static fv_result verify(blob selfie, blob record, float score)
{
    fv_request q = FV_REQUEST_INIT;
    fv_result r = FV_RESULT_INIT;
    fv_error err = {0};
    watch.calls = 0;
    watch.score = score;
    q.selfie = (fv_bytes){selfie.data, selfie.len};
    q.record = (fv_bytes){record.data, record.len};
    assert_fv_ok(fv_verify(fix.session, &q, &r, &err), &err);
    return r;
}

static void test_live__the_selfie_is_looked_at_and_nothing_else(void **state)
{
    (void)state;
    fv_result r = verify(fix.selfie, fix.record, NAN);
    assert_int_equal(r.decision, FV_PASS);
    assert_int_equal(r.liveness, FV_LIVENESS_LIVE);
    assert_int_equal(watch.calls, 1);
    assert_int_equal(watch.width_px, 910);
    assert_int_equal(watch.height_px, 1137);
    assert_true(r.timings.liveness_us > 0);
    assert_true(r.liveness_score >= r.liveness_limit && r.liveness_limit >= r.attack_limit);
    r = verify(fix.record, fix.selfie, NAN);
    assert_int_equal(watch.calls, 1);
    assert_int_equal(watch.width_px, 626);
}

static void test_live__a_selfie_that_is_not_used_is_not_looked_at(void **state)
{
    blob half = fix.selfie;
    (void)state;
    half.len /= 2;
    fv_result r = verify(half, fix.record, 0.0f);
    assert_int_equal(r.decision, FV_RETAKE_SELFIE);
    assert_int_equal(r.liveness, FV_LIVENESS_NOT_ASKED);
    assert_int_equal(watch.calls, 0); /* not the record in its place either */
    assert_int_equal(r.timings.liveness_us, 0);
    assert_true(isnan(r.liveness_score));
}

static void test_live__an_attack_is_refused_before_the_comparison(void **state)
{
    (void)state;
    fv_result r = verify(fix.selfie, fix.record, 0.0f);
    assert_int_equal(r.decision, FV_LIVENESS_REFUSED);
    assert_int_equal(r.liveness, FV_LIVENESS_ATTACK);
    assert_int_equal(r.reasons[0].code, FV_REASON_ATTACK_SUSPECTED);
    assert_int_equal(r.reasons[0].image, FV_SELFIE);
    assert_true(isnan(r.similarity));
    assert_int_equal(r.timings.embed_us, 0);
    assert_true(r.n_remedies >= 2);
}

static void test_live__between_the_limits_the_selfie_is_retaken(void **state)
{
    (void)state;
    fv_result r = verify(fix.selfie, fix.record, NAN);
    float between = (r.liveness_limit + r.attack_limit) / 2;
    assert_true(between < r.liveness_limit);
    r = verify(fix.selfie, fix.record, between);
    assert_int_equal(r.decision, FV_RETAKE_SELFIE);
    assert_int_equal(r.liveness, FV_LIVENESS_CANNOT_JUDGE);
    assert_int_equal(r.reasons[0].code, FV_REASON_LIVENESS_UNCLEAR);
    r = verify(fix.selfie, fix.record, r.liveness_limit);
    assert_int_equal(r.decision, FV_PASS);
    r = verify(fix.selfie, fix.record, nextafterf(r.attack_limit, 0.0f));
    assert_int_equal(r.decision, FV_LIVENESS_REFUSED);
}

static fv_result verify_on(const char *channel, float score)
{
    fv_request q = FV_REQUEST_INIT;
    fv_result r = FV_RESULT_INIT;
    fv_error err = {0};
    watch.calls = 0;
    watch.score = score;
    q.selfie = (fv_bytes){fix.selfie.data, fix.selfie.len};
    q.record = (fv_bytes){fix.record.data, fix.record.len};
    q.channel = channel;
    assert_fv_ok(fv_verify(fix.session, &q, &r, &err), &err);
    return r;
}

static void test_live__the_channels_limit_judges(void **state)
{
    (void)state;
    fv_result none = verify_on(NULL, NAN), alipay = verify_on("alipay", NAN);
    float between = (none.liveness_limit + alipay.liveness_limit) / 2;
    assert_true(alipay.liveness_limit < between && between < none.liveness_limit);
    assert_true(alipay.attack_limit == none.attack_limit); /* whatever the channel */
    none = verify_on(NULL, between);
    assert_int_equal(none.liveness, FV_LIVENESS_CANNOT_JUDGE);
    alipay = verify_on("alipay", between);
    assert_int_equal(alipay.liveness, FV_LIVENESS_LIVE);
    assert_int_equal(alipay.decision, FV_PASS);
    fv_liveness_result alone = FV_LIVENESS_RESULT_INIT; /* of no channel */
    fv_error err = {0};
    assert_fv_ok(
        fv_liveness(fix.session, (fv_bytes){fix.selfie.data, fix.selfie.len}, &alone, &err), &err);
    assert_true(alone.limit == none.liveness_limit);
    assert_int_equal(alone.liveness, FV_LIVENESS_CANNOT_JUDGE);
    fv_result counter = verify_on("counter", 0.0f);
    assert_int_equal(counter.decision, FV_PASS);
    assert_int_equal(watch.calls, 0);
}

/* Too little around the face: told so, whatever the score. */
static void test_live__a_tight_cut_cannot_be_judged(void **state)
{
    pixels p = portrait_read(SELFIE_JPG);
    pixels cut = pixels_cut(&p, 375, 90, 240, 330);
    blob b = pixels_jpeg(&cut, 92);
    (void)state;
    for (int i = 0; i < 2; i++) {
        fv_result r = verify(b, fix.record, i == 0 ? 0.0f : 1.0f);
        assert_int_equal(r.decision, FV_RETAKE_SELFIE);
        assert_int_equal(r.liveness, FV_LIVENESS_CANNOT_JUDGE);
        assert_int_equal(r.reasons[0].code, FV_REASON_LITTLE_CONTEXT);
        assert_int_equal(r.remedies[0], FV_REMEDY_MOVE_BACK);
    }
    free(b.data);
    free(cut.rgb);
    free(p.rgb);
}

/* What is advice for a comparison keeps liveness from judging, under its own name. */
static void test_live__what_hides_the_face_is_the_reason(void **state)
{
    pixels p = portrait_read(SELFIE_JPG);
    (void)state;
    for (size_t i = 0; i < 3 * (size_t)p.width * (size_t)p.height; i++)
        p.rgb[i] = (uint8_t)(p.rgb[i] / 5);
    blob b = pixels_jpeg(&p, 95);
    fv_result r = verify(b, fix.record, 0.0f);
    assert_int_equal(r.decision, FV_RETAKE_SELFIE);
    assert_int_equal(r.reasons[0].code, FV_REASON_TOO_DARK);
    assert_int_equal(r.reasons[0].severity, FV_BLOCKS);
    assert_int_equal(r.remedies[0], FV_REMEDY_ADJUST_LIGHT);
    free(b.data);
    free(p.rgb);
}

static void test_live__match_does_not_ask(void **state)
{
    fv_request q = FV_REQUEST_INIT;
    fv_result r = FV_RESULT_INIT;
    fv_error err = {0};
    (void)state;
    watch.calls = 0;
    watch.score = 0.0f;
    q.selfie = (fv_bytes){fix.selfie.data, fix.selfie.len};
    q.record = (fv_bytes){fix.record.data, fix.record.len};
    assert_fv_ok(fv_match(fix.session, &q, &r, &err), &err);
    assert_int_equal(r.decision, FV_PASS);
    assert_int_equal(r.liveness, FV_LIVENESS_NOT_ASKED);
    assert_int_equal(watch.calls, 0);
    assert_true(isnan(r.liveness_limit));
}

static void test_live__alone(void **state)
{
    static const struct {
        float score;
        fv_liveness_verdict verdict;
        uint32_t n_reasons;
    } rows[] = {{1, FV_LIVENESS_LIVE, 0}, {0, FV_LIVENESS_ATTACK, 1}};
    fv_error err = {0};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        fv_liveness_result r = FV_LIVENESS_RESULT_INIT;
        watch.score = rows[i].score;
        assert_fv_ok(
            fv_liveness(fix.session, (fv_bytes){fix.selfie.data, fix.selfie.len}, &r, &err), &err);
        assert_int_equal(r.liveness, rows[i].verdict);
        assert_int_equal(r.n_reasons, rows[i].n_reasons);
        assert_float_equal(r.score, rows[i].score, 0);
        assert_int_equal(r.selfie.width_px, 910);
    }
    fv_liveness_result r = FV_LIVENESS_RESULT_INIT;
    assert_fv_ok(fv_liveness(fix.session, (fv_bytes){fix.selfie.data, 1000}, &r, &err), &err);
    assert_int_equal(r.liveness, FV_LIVENESS_CANNOT_JUDGE);
    assert_int_equal(r.reasons[0].code, FV_REASON_IMAGE_TRUNCATED);
    fv_liveness_result before = r;
    r.struct_size = before.struct_size = 2;
    assert_int_equal(fv_liveness(fix.session, (fv_bytes){fix.selfie.data, 1000}, &r, &err),
                     FV_E_ARG);
    assert_memory_equal(&r, &before, sizeof r);
    assert_int_equal(fv_liveness(fix.session, (fv_bytes){NULL, 0}, &before, NULL), FV_E_ARG);
    assert_int_equal(fv_liveness(NULL, (fv_bytes){fix.selfie.data, 1000}, &r, NULL), FV_E_ARG);
}

/* Alone as within a verify: the time that is given ends it between two stages. */
static void test_live__and_quality_end_at_their_deadline(void **state)
{
    fv_liveness_result live = FV_LIVENESS_RESULT_INIT;
    fv_quality_result quality = FV_QUALITY_RESULT_INIT;
    fv_bytes selfie = {fix.selfie.data, fix.selfie.len};
    fvi_deadline past = {1}, soon = {UINT64_MAX};
    fvi_quality_ask ask = {.photo = selfie, .kind = FV_SELFIE, .deadline = past};
    fv_error err = {0};
    (void)state;
    watch.score = NAN;
    live.liveness = FV_LIVENESS_ATTACK; /* untouched */
    quality.n_reasons = 9;
    assert_int_equal(fvi_liveness(fix.session, selfie, past, &live, &err), FV_E_TIMEOUT);
    assert_non_null(strstr(err.text, "deadline passed"));
    assert_int_equal(live.liveness, FV_LIVENESS_ATTACK);
    assert_int_equal(fvi_quality(fix.session, &ask, &quality, &err), FV_E_TIMEOUT);
    assert_int_equal(quality.n_reasons, 9);
    ask.deadline = soon;
    assert_fv_ok(fvi_liveness(fix.session, selfie, soon, &live, &err), &err);
    assert_int_equal(live.liveness, FV_LIVENESS_LIVE);
    assert_fv_ok(fvi_quality(fix.session, &ask, &quality, &err), &err);
    assert_int_equal(quality.usable, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_live__the_selfie_is_looked_at_and_nothing_else),
        cmocka_unit_test(test_live__a_selfie_that_is_not_used_is_not_looked_at),
        cmocka_unit_test(test_live__an_attack_is_refused_before_the_comparison),
        cmocka_unit_test(test_live__between_the_limits_the_selfie_is_retaken),
        cmocka_unit_test(test_live__the_channels_limit_judges),
        cmocka_unit_test(test_live__a_tight_cut_cannot_be_judged),
        cmocka_unit_test(test_live__what_hides_the_face_is_the_reason),
        cmocka_unit_test(test_live__match_does_not_ask),
        cmocka_unit_test(test_live__alone),
        cmocka_unit_test(test_live__and_quality_end_at_their_deadline),
    };
    return cmocka_run_group_tests_name("live", tests, open_all, close_all);
}
