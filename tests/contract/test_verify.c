/* SPDX-License-Identifier: Apache-2.0 */
/* The step on real portraits: each decision that they can bring about. */
#include "fixture.h"

static const char models_dir[] = MODELS_OVERRIDE;
static const int64_t new_year_2026 = 1767225600;

static void test_verify__same_person_passes(void **state)
{
    (void)state;
    fv_result r = verify(fix.selfie, fix.record);
    assert_sound(&r, "genuine");
    assert_int_equal(r.decision, FV_PASS);
    assert_int_equal(r.n_reasons, 0);
    assert_true(r.similarity >= r.match_similarity && r.similarity < 0.95f);
    assert_true(r.match_similarity > r.review_similarity);
    assert_true(r.match_fmr > 0 && r.match_fmr <= r.review_fmr);
    assert_int_equal(r.selfie.width_px, 910);
    assert_int_equal(r.selfie.height_px, 1137);
    assert_int_equal(r.record.width_px, 626);
    assert_int_equal(r.record.height_px, 1200);
    assert_int_equal(r.selfie.orientation, 1);
    assert_int_equal(r.selfie.faces, 1);
    assert_float_equal(r.selfie.face_x_px, 384.8f, 8.0f);
    assert_float_equal(r.selfie.face_y_px, 79.0f, 8.0f);
    assert_float_equal(r.selfie.face_width_px, 221.6f, 12.0f);
    assert_float_equal(r.selfie.face_height_px, 330.4f, 12.0f);
    assert_float_equal(r.selfie.inter_eye_px, 104.8f, 4.0f);
    assert_float_equal(r.record.inter_eye_px, 121.8f, 4.0f);
    const uint32_t *stage = &r.timings.decode_us;
    uint64_t sum = 0;
    for (int i = 0; i < 8; i++) { /* compare_us may be less than one */
        assert_true(stage[i] > 0);
        sum += stage[i];
    }
    assert_true(sum + r.timings.compare_us <= r.timings.total_us);
}

static void test_verify__another_person_does_not(void **state)
{
    (void)state;
    const blob pairs[][2] = {{fix.selfie, fix.other}, {fix.record, fix.other}};
    for (size_t i = 0; i < 2; i++) {
        fv_result r = verify(pairs[i][0], pairs[i][1]);
        assert_sound(&r, "impostor");
        assert_int_equal(r.decision, FV_NO_MATCH);
        assert_int_equal(r.n_reasons, 1);
        assert_int_equal(r.reasons[0].code, FV_REASON_NOT_THE_SAME_PERSON);
        assert_true(r.similarity < r.review_similarity);
    }
}

/* The photograph on record drowns in noise, step by step, until neither answer is safe. */
static void test_verify__between_the_bounds_a_person_looks(void **state)
{
    pixels p = portrait_read(RECORD_JPG);
    pixels small = pixels_scaled(&p, 313, 600);
    pixels noise = pixels_noise(313, 600, 1);
    bool seen = false;
    (void)state;
    for (int share = 10; share <= 90 && !seen; share += 4) {
        pixels mixed = pixels_blank(313, 600, 0);
        for (size_t i = 0; i < 3 * 313 * 600; i++)
            mixed.rgb[i] = (uint8_t)((small.rgb[i] * (100 - share) + noise.rgb[i] * share) / 100);
        blob b = pixels_jpeg(&mixed, 90);
        fv_result r = verify(fix.selfie, b);
        assert_sound(&r, "band");
        if (!isnan(r.similarity)) {
            fv_decision want = r.similarity >= r.match_similarity    ? FV_PASS
                               : r.similarity >= r.review_similarity ? FV_MANUAL_REVIEW
                                                                     : FV_NO_MATCH;
            assert_int_equal(r.decision, want);
        }
        seen = r.decision == FV_MANUAL_REVIEW;
        if (seen) assert_true(has_reason(&r, FV_REASON_SIMILARITY_UNCERTAIN, FV_SELFIE));
        free(b.data);
        free(mixed.rgb);
    }
    assert_true(seen);
    free(noise.rgb);
    free(small.rgb);
    free(p.rgb);
}

static void test_verify__under_16_needs_no_photograph(void **state)
{
    fv_request r = FV_REQUEST_INIT;
    (void)state;
    r.birth_date = "2010-01-02";
    r.now_unix_s = new_year_2026;
    fv_result a = answer_to(&r);
    assert_sound(&a, "under 16");
    assert_int_equal(a.decision, FV_NOT_REQUIRED);
    assert_int_equal(a.n_reasons, 0);
    assert_int_equal(a.timings.decode_us, 0);
    assert_int_equal(a.selfie.width_px, 0);
    /* and does not look at one that is there */
    r.selfie = bytes_of(fix.selfie);
    r.record = (fv_bytes){(const uint8_t *)"junk", 4};
    a = answer_to(&r);
    assert_int_equal(a.decision, FV_NOT_REQUIRED);
    assert_int_equal(a.selfie.width_px, 0);

    r.birth_date = "2010-01-01"; /* sixteen today, in China */
    r.record = bytes_of(fix.other);
    a = answer_to(&r);
    assert_int_equal(a.decision, FV_NO_MATCH);
    r.selfie = (fv_bytes){NULL, 0};
    fv_result none = FV_RESULT_INIT;
    fv_error err = {0};
    assert_int_equal(fv_verify(fix.session, &r, &none, &err), FV_E_ARG);
    assert_string_equal(err.field, "selfie");
    assert_int_equal(none.decision, FV_UNDECIDED);
}

static void test_match__has_no_age_gate(void **state)
{
    fv_request r = request_of(fix.selfie, fix.other);
    fv_result a = FV_RESULT_INIT;
    fv_error err = {0};
    (void)state;
    r.birth_date = "2015-01-02";
    r.now_unix_s = new_year_2026;
    assert_fv_ok(fv_match(fix.session, &r, &a, &err), &err);
    assert_int_equal(a.decision, FV_NO_MATCH);
    fv_result v = answer_to(&r);
    assert_int_equal(v.decision, FV_NOT_REQUIRED);
    r.birth_date = NULL;
    v = answer_to(&r);
    assert_memory_equal(&v.similarity, &a.similarity, sizeof v.similarity);
}

static void open_with(const char *const *overrides, size_t n, fv_engine **e, fv_session **s)
{
    fv_engine_options o = FV_ENGINE_OPTIONS_INIT;
    fv_error err = {0};
    o.overrides = overrides;
    o.n_overrides = n;
    assert_fv_ok(fv_engine_create(e, &o, &err), &err);
    assert_fv_ok(fv_session_create(s, *e, &err), &err);
}

/* Each channel by its own settings, all in one engine; slow machines are given time. */
static void open_channels(fv_engine **e, fv_session **s)
{
    static const char *const overrides[] = {models_dir,
                                            "channels.alipay.deadline_ms=600000",
                                            "channels.alipay.match_fmr=5e-3",
                                            "channels.alipay.review_fmr=1e-1",
                                            "channels.alipay.liveness_bpcer=1e-3",
                                            "channels.counter.deadline_ms=600000",
                                            "channels.wechat.deadline_ms=1",
                                            "channels.zheliban.deadline_ms=600000",
                                            "channels.zheliban.wording=clerk",
                                            "channels.zheliban.liveness=off"};
    open_with(overrides, ARRAY_LEN(overrides), e, s);
}

static fv_result answer_on(fv_session *s, const char *channel, blob selfie, blob record)
{
    fv_request q = request_of(selfie, record);
    fv_result r = FV_RESULT_INIT;
    fv_error err = {0};
    q.channel = channel;
    assert_fv_ok(fv_verify(s, &q, &r, &err), &err);
    return r;
}

static void test_channel__the_counter_is_no_remedy_at_the_counter(void **state)
{
    static const char *const apps[] = {"nhsa-app", "alipay", "wechat", "zheliban"};
    static const char *const patient[] = {models_dir,
                                          "channels.nhsa-app.deadline_ms=0",
                                          "channels.alipay.deadline_ms=0",
                                          "channels.wechat.deadline_ms=0",
                                          "channels.zheliban.deadline_ms=0",
                                          "channels.counter.deadline_ms=0"};
    fv_engine *e = NULL;
    fv_session *s = NULL;
    (void)state;
    open_with(patient, ARRAY_LEN(patient), &e, &s);
    for (size_t i = 0; i < ARRAY_LEN(apps); i++) {
        fv_result a = answer_on(s, apps[i], fix.selfie, fix.other);
        assert_sound(&a, apps[i]);
    }
    fv_result a = answer_on(s, "counter", fix.selfie, fix.other);
    assert_int_equal(a.decision, FV_NO_MATCH);
    assert_true(a.n_remedies > 0);
    for (uint32_t i = 0; i < a.n_remedies; i++)
        assert_int_not_equal(a.remedies[i], FV_REMEDY_VISIT_COUNTER);
    fv_session_destroy(&s);
    fv_engine_destroy(&e);
}

static void test_channel__its_profile_is_used_and_told(void **state)
{
    fv_engine *e = NULL;
    fv_session *s = NULL;
    fv_error err = {0};
    (void)state;
    open_channels(&e, &s);
    fv_result none = answer_on(s, NULL, fix.selfie, fix.record);
    fv_result alipay = answer_on(s, "alipay", fix.selfie, fix.record);
    fv_result counter = answer_on(s, "counter", fix.selfie, fix.record);
    fv_result zheliban = answer_on(s, "zheliban", fix.selfie, fix.other);
    assert_float_equal(none.match_fmr, 1e-4f, 1e-9);
    assert_float_equal(alipay.match_fmr, 5e-3f, 1e-9);
    assert_float_equal(alipay.review_fmr, 0.1f, 1e-9);
    assert_float_equal(counter.match_fmr, 1e-4f, 1e-9);
    assert_float_equal(counter.review_fmr, 5e-2f, 1e-9);
    assert_true(alipay.match_similarity < none.match_similarity);
    assert_true(counter.match_similarity == none.match_similarity);
    assert_true(counter.review_similarity < none.review_similarity);
    assert_true(alipay.review_similarity < counter.review_similarity);
    assert_int_equal(none.liveness, FV_LIVENESS_LIVE);
    assert_int_equal(alipay.liveness, FV_LIVENESS_LIVE);
    assert_true(alipay.liveness_limit < none.liveness_limit);
    assert_float_equal(alipay.liveness_bpcer, 1e-3f, 1e-9);
    assert_int_equal(counter.liveness, FV_LIVENESS_NOT_ASKED);
    assert_int_equal(counter.timings.liveness_us, 0);
    assert_true(isnan(counter.liveness_limit));
    assert_int_equal(zheliban.liveness, FV_LIVENESS_NOT_ASKED);
    assert_int_equal(none.wording, FV_WORDING_MEMBER);
    assert_int_equal(alipay.wording, FV_WORDING_MEMBER);
    assert_int_equal(counter.wording, FV_WORDING_CLERK);
    assert_int_equal(zheliban.wording, FV_WORDING_CLERK);
    /* a clerk on a channel that is not the counter may still send there */
    assert_int_equal(zheliban.remedies[zheliban.n_remedies - 1], FV_REMEDY_VISIT_COUNTER);
    /* a comparison alone has the same profile */
    fv_request q = request_of(fix.selfie, fix.record);
    fv_result matched = FV_RESULT_INIT;
    q.channel = "alipay";
    assert_fv_ok(fv_match(s, &q, &matched, &err), &err);
    assert_memory_equal(&matched.match_similarity, &alipay.match_similarity, 4 * sizeof(float));
    assert_int_equal(matched.liveness, FV_LIVENESS_NOT_ASKED);
    fv_session_destroy(&s);
    fv_engine_destroy(&e);
}

static void test_channel__its_time_is_the_most_that_there_is(void **state)
{
    fv_engine *e = NULL;
    fv_session *s = NULL;
    fv_error err = {0};
    fv_request q = request_of(fix.selfie, fix.record);
    fv_result r = FV_RESULT_INIT;
    (void)state;
    open_channels(&e, &s);
    q.channel = "wechat";
    assert_int_equal(fv_verify(s, &q, &r, &err), FV_E_TIMEOUT);
    q.deadline_ms = 600000;
    assert_int_equal(fv_verify(s, &q, &r, &err), FV_E_TIMEOUT);
    q.channel = "alipay";
    assert_fv_ok(fv_verify(s, &q, &r, &err), &err);
    q.deadline_ms = 1; /* less can be asked for */
    assert_int_equal(fv_verify(s, &q, &r, &err), FV_E_TIMEOUT);
    fv_session_destroy(&s);
    fv_engine_destroy(&e);
}

/* One pair of photographs is decided by each channel's own bounds. */
static void test_channel__its_bounds_decide(void **state)
{
    static const char *const channels[] = {NULL, "alipay", "counter"};
    pixels p = portrait_read(RECORD_JPG);
    pixels small = pixels_scaled(&p, 313, 600);
    pixels noise = pixels_noise(313, 600, 1);
    fv_engine *e = NULL;
    fv_session *s = NULL;
    bool differs[2] = {false, false};
    (void)state;
    open_channels(&e, &s);
    for (int share = 10; share <= 90; share += 4) {
        pixels mixed = pixels_blank(313, 600, 0);
        for (size_t i = 0; i < 3 * 313 * 600; i++)
            mixed.rgb[i] = (uint8_t)((small.rgb[i] * (100 - share) + noise.rgb[i] * share) / 100);
        blob b = pixels_jpeg(&mixed, 90);
        fv_decision decided[3];
        for (size_t c = 0; c < 3; c++) {
            fv_result r = answer_on(s, channels[c], fix.selfie, b);
            decided[c] = r.decision;
            if (isnan(r.similarity)) continue;
            assert_int_equal(r.decision, r.similarity >= r.match_similarity    ? FV_PASS
                                         : r.similarity >= r.review_similarity ? FV_MANUAL_REVIEW
                                                                               : FV_NO_MATCH);
        }
        for (size_t c = 0; c < 2; c++)
            differs[c] = differs[c] || decided[c + 1] != decided[0];
        free(b.data);
        free(mixed.rgb);
    }
    assert_true(differs[0] && differs[1]);
    free(noise.rgb);
    free(small.rgb);
    free(p.rgb);
    fv_session_destroy(&s);
    fv_engine_destroy(&e);
}

static void test_deadline__ends_the_request_not_the_session(void **state)
{
    fv_request r = request_of(fix.selfie, fix.record);
    const fv_result before = answer_to(&r);
    fv_result a = FV_RESULT_INIT;
    const fv_result untouched = a;
    fv_error err = {0};
    (void)state;
    r.deadline_ms = 1;
    assert_int_equal(fv_verify(fix.session, &r, &a, &err), FV_E_TIMEOUT);
    assert_int_equal(err.code, FV_E_TIMEOUT);
    assert_memory_equal(&a, &untouched, sizeof a);
    r.deadline_ms = 600000;
    a = answer_to(&r);
    assert_memory_equal(&a.similarity, &before.similarity, sizeof a.similarity);

    /* The configured one holds where the request names none, and only there. */
    fv_engine *e = NULL;
    fv_session *s = NULL;
    assert_fv_ok(make_engine(&e, "limits.deadline_ms=1", &err), &err);
    assert_fv_ok(fv_session_create(&s, e, &err), &err);
    r.deadline_ms = 0;
    assert_int_equal(fv_verify(s, &r, &a, &err), FV_E_TIMEOUT);
    r.deadline_ms = 600000;
    assert_fv_ok(fv_verify(s, &r, &a, &err), &err);
    assert_int_equal(a.decision, FV_PASS);
    fv_session_destroy(&s);
    fv_engine_destroy(&e);
}

static void test_verify__asked_twice_answers_the_same_bits(void **state)
{
    (void)state;
    fv_result a = verify(fix.selfie, fix.record);
    fv_result between = verify(fix.other, fix.selfie);
    fv_result b = verify(fix.selfie, fix.record);
    assert_int_equal(between.decision, FV_NO_MATCH);
    memset(&a.timings, 0, sizeof a.timings);
    memset(&b.timings, 0, sizeof b.timings);
    assert_memory_equal(&a, &b, sizeof a);
}

static void test_verify__is_symmetric(void **state)
{
    (void)state;
    const blob pairs[][2] = {{fix.selfie, fix.record}, {fix.selfie, fix.other}};
    for (size_t i = 0; i < 2; i++) {
        fv_result a = verify(pairs[i][0], pairs[i][1]);
        fv_result b = verify(pairs[i][1], pairs[i][0]);
        assert_int_equal(a.decision, b.decision);
        assert_memory_equal(&a.similarity, &b.similarity, sizeof a.similarity);
        assert_memory_equal(&a.selfie, &b.record, sizeof a.selfie);
    }
}

static void test_verify__orientation_of_the_file_does_not_matter(void **state)
{
    pixels p = portrait_read(SELFIE_JPG);
    float first = 0;
    (void)state;
    for (int o = 1; o <= 8; o++) {
        blob b = pixels_jpeg_oriented(&p, o, 95);
        fv_result r = verify(b, fix.record);
        assert_sound(&r, "oriented");
        assert_int_equal(r.decision, FV_PASS);
        assert_int_equal(r.selfie.orientation, o);
        assert_int_equal(r.selfie.width_px, 910);
        assert_int_equal(r.selfie.height_px, 1137);
        assert_float_equal(r.selfie.face_x_px, 384.8f, 8.0f);
        if (o == 1) first = r.similarity;
        if (fabsf(r.similarity - first) > 0.02f)
            fail_msg("orientation %d: %f, not %f", o, (double)r.similarity, (double)first);
        free(b.data);
    }
    free(p.rgb);
}

/* As the police print it (358x441, eyes 98 px apart) and as a card's chip holds it (102x126). */
static void test_verify__photographs_of_identity_cards_pass(void **state)
{
    static const int sizes[][2] = {{358, 441}, {102, 126}};
    pixels p = portrait_read(RECORD_JPG);
    pixels cut = pixels_cut(&p, 110, 143, 445, 548);
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        pixels small = pixels_scaled(&cut, sizes[i][0], sizes[i][1]);
        blob b = pixels_jpeg(&small, i == 0 ? 70 : 60);
        fv_result r = verify(fix.selfie, b);
        char text[256];
        if (r.decision != FV_PASS) fail_msg("%d px: %s", sizes[i][0], describe(&r, text, 256));
        assert_sound(&r, "card");
        assert_int_equal(r.record.width_px, sizes[i][0]);
        assert_float_equal(r.record.inter_eye_px, i == 0 ? 98.0f : 28.0f, i == 0 ? 6.0f : 2.5f);
        fv_result impostor = verify(fix.other, b);
        assert_int_equal(impostor.decision, FV_NO_MATCH);
        free(b.data);
        free(small.rgb);
    }
    free(cut.rgb);
    free(p.rgb);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verify__same_person_passes),
        cmocka_unit_test(test_verify__another_person_does_not),
        cmocka_unit_test(test_verify__between_the_bounds_a_person_looks),
        cmocka_unit_test(test_verify__under_16_needs_no_photograph),
        cmocka_unit_test(test_match__has_no_age_gate),
        cmocka_unit_test(test_channel__the_counter_is_no_remedy_at_the_counter),
        cmocka_unit_test(test_channel__its_profile_is_used_and_told),
        cmocka_unit_test(test_channel__its_time_is_the_most_that_there_is),
        cmocka_unit_test(test_channel__its_bounds_decide),
        cmocka_unit_test(test_deadline__ends_the_request_not_the_session),
        cmocka_unit_test(test_verify__asked_twice_answers_the_same_bits),
        cmocka_unit_test(test_verify__is_symmetric),
        cmocka_unit_test(test_verify__orientation_of_the_file_does_not_matter),
        cmocka_unit_test(test_verify__photographs_of_identity_cards_pass),
    };
    return cmocka_run_group_tests_name("verify", tests, fixture_open, fixture_close);
}
