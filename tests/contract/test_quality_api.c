/* SPDX-License-Identifier: Apache-2.0 */
/* One photograph measured: what is refused, what is left alone, what is answered. */
#include "bad_files.h"
#include "fixture.h"

/* A result with a pattern in every byte, larger than the library's own. */
typedef union padded {
    fv_quality_result result;
    uint8_t byte[sizeof(fv_quality_result) + 64];
} padded;

static padded patterned(uint32_t size)
{
    padded p;
    memset(&p, 0xa5, sizeof p);
    p.result.struct_size = size;
    return p;
}

static fv_quality_result quality_by(fv_session *session, blob photo, fv_image kind)
{
    fv_quality_result r = FV_QUALITY_RESULT_INIT;
    fv_error err = {0};
    assert_fv_ok(fv_quality(session, bytes_of(photo), kind, &r, &err), &err);
    assert_int_equal(err.code, FV_OK);
    return r;
}

static fv_quality_result quality(blob photo, fv_image kind)
{
    return quality_by(fix.session, photo, kind);
}

static const fv_measure *measure_of(const fv_quality_result *r, const char *name)
{
    for (uint32_t i = 0; i < r->n_measures; i++) {
        if (strcmp(r->measures[i].name, name) == 0) return &r->measures[i];
    }
    fail_msg("no measure %s", name);
    return NULL;
}

static bool says(const fv_quality_result *r, fv_reason_code code)
{
    for (uint32_t i = 0; i < r->n_reasons; i++) {
        if (r->reasons[i].code == code) return true;
    }
    return false;
}

static bool within(float value, float min, float max)
{
    return value >= min && value <= max;
}

/* What holds of every measure, whichever it is. */
static void assert_measure(const fv_measure *m)
{
    fv_verdict want = FV_VERDICT_GOOD;

    assert_true(strlen(m->name) > 0 && strlen(m->unit) > 0);
    if (m->min > m->max || m->advise_min > m->advise_max) fail_msg("%s: limits", m->name);
    if (isnan(m->value) != isnan(m->score)) fail_msg("%s: score %f", m->name, (double)m->score);
    if (!isnan(m->score) && !within(m->score, 0, 100))
        fail_msg("%s: score %f", m->name, (double)m->score);
    if (isnan(m->value))
        want = FV_VERDICT_NOT_ASSESSED;
    else if (!within(m->value, m->min, m->max))
        want = FV_VERDICT_BLOCKS;
    else if (!within(m->value, m->advise_min, m->advise_max))
        want = FV_VERDICT_ADVICE;
    if (m->verdict != want)
        fail_msg("%s %f: %s", m->name, (double)m->value, fv_verdict_name(m->verdict));
}

static void assert_sound_quality(const fv_quality_result *r, fv_image kind, const char *what)
{
    bool counter = r->n_remedies > 0 && r->remedies[r->n_remedies - 1] == FV_REMEDY_VISIT_COUNTER;

    if (r->usable > 1) fail_msg("%s: usable %u", what, r->usable);
    if (r->n_reasons > 3) fail_msg("%s: %u reasons", what, r->n_reasons);
    if (!r->usable && (r->n_reasons == 0 || !counter)) fail_msg("%s: no reason or remedy", what);
    if (r->usable && (counter || (r->n_remedies > 0) != (r->n_reasons > 0)))
        fail_msg("%s: %u remedies for %u reasons", what, r->n_remedies, r->n_reasons);
    for (uint32_t i = 0; i < r->n_reasons; i++) {
        assert_int_equal(r->reasons[i].image, kind);
        if (r->usable) assert_int_equal(r->reasons[i].severity, FV_ADVICE);
    }
    if (!r->usable) assert_int_equal(r->reasons[0].severity, FV_BLOCKS);
    for (uint32_t i = 0; i < r->n_measures; i++)
        assert_measure(&r->measures[i]);
    assert_true((r->timings.total_us > 0) || r->n_measures == 0);
    assert_int_equal(r->timings.chip_us, 0);
    assert_int_equal(r->timings.embed_us, 0);
    assert_int_equal(r->timings.liveness_us, 0);
}

static void assert_refused(fv_session *session, fv_bytes photo, fv_image kind, uint32_t size,
                           const char *field)
{
    padded got = patterned(size);
    const padded before = got;
    fv_error err = {.code = FV_E_NOMEM, .text = "from an earlier call"};

    assert_int_equal(fv_quality(session, photo, kind, &got.result, &err), FV_E_ARG);
    assert_int_equal(err.code, FV_E_ARG);
    assert_string_equal(err.field, field);
    assert_true(strlen(err.text) > 0);
    assert_memory_equal(&got, &before, sizeof got);
    assert_int_equal(fv_quality(session, photo, kind, &got.result, NULL), FV_E_ARG);
    assert_memory_equal(&got, &before, sizeof got);
}

static void test_arguments__what_cannot_be_asked_is_refused_by_name(void **state)
{
    static const uint32_t sizes[] = {0, 1, 3, 7}; /* 7: no room for an answer */
    const fv_bytes photo = bytes_of(fix.selfie);
    const uint32_t full = sizeof(fv_quality_result);
    fv_error err = {0};
    (void)state;
    assert_refused(NULL, photo, FV_SELFIE, full, "");
    assert_int_equal(fv_quality(fix.session, photo, FV_SELFIE, NULL, &err), FV_E_ARG);
    assert_int_equal(fv_quality(NULL, photo, FV_SELFIE, NULL, NULL), FV_E_ARG);
    assert_refused(fix.session, (fv_bytes){NULL, 0}, FV_SELFIE, full, "photo");
    assert_refused(fix.session, (fv_bytes){NULL, 5}, FV_RECORD, full, "photo");
    for (int kind = -1; kind <= 4; kind++) {
        if (kind != FV_SELFIE && kind != FV_RECORD)
            assert_refused(fix.session, photo, (fv_image)kind, full, "kind");
    }
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
        assert_refused(fix.session, photo, FV_SELFIE, sizes[i], "struct_size");
}

static void test_result__older_and_newer_callers_get_their_bytes(void **state)
{
    const uint32_t sizes[] = {8,
                              offsetof(fv_quality_result, measures),
                              offsetof(fv_quality_result, reasons),
                              sizeof(fv_quality_result) - 4,
                              sizeof(fv_quality_result),
                              sizeof(fv_quality_result) + 1,
                              sizeof(fv_quality_result) + 64};
    const fv_quality_result full = quality(fix.selfie, FV_SELFIE);
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        padded got = patterned(sizes[i]);
        fv_error err = {0};
        assert_fv_ok(fv_quality(fix.session, bytes_of(fix.selfie), FV_SELFIE, &got.result, &err),
                     &err);
        assert_int_equal(got.result.struct_size, sizes[i]);
        size_t own = sizes[i] < sizeof full ? sizes[i] : sizeof full;
        size_t timings = offsetof(fv_quality_result, timings);
        size_t upto = own < timings ? own : timings;
        assert_memory_equal(got.byte + 4, (const uint8_t *)&full + 4, upto - 4);
        for (size_t k = own; k < sizeof got; k++)
            assert_int_equal(got.byte[k], 0xa5);
    }
}

static void test_quality__a_good_selfie_is_measured_whole(void **state)
{
    (void)state;
    fv_quality_result r = quality(fix.selfie, FV_SELFIE);
    assert_sound_quality(&r, FV_SELFIE, "selfie");
    assert_int_equal(r.usable, 1);
    assert_true(r.n_measures >= 11 && r.n_measures <= FV_MEASURES_MAX);
    for (uint32_t i = 0; i < r.n_measures; i++) {
        for (uint32_t k = 0; k < i; k++)
            assert_string_not_equal(r.measures[i].name, r.measures[k].name);
    }
    const fv_measure *eyes = measure_of(&r, "INTER_EYE_DISTANCE");
    assert_string_equal(eyes->unit, "px");
    assert_float_equal(eyes->value, 104.8f, 4.0f);
    assert_float_equal(eyes->value, r.photo.inter_eye_px, 0);
    assert_true(isinf(eyes->max));
    assert_int_equal(eyes->verdict, FV_VERDICT_GOOD);
    assert_float_equal(measure_of(&r, "FACE_COUNT")->score, 100, 0);
    assert_int_equal(r.photo.width_px, 910);
    assert_int_equal(r.photo.faces, 1);
    const fv_timings *t = &r.timings;
    assert_true(t->decode_us > 0 && t->detect_us > 0 && t->landmarks_us > 0 && t->quality_us > 0);
    assert_true(t->decode_us + t->detect_us + t->landmarks_us + t->pose_us + t->quality_us <=
                t->total_us);
}

static void test_quality__each_kind_of_bad_file_has_its_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad_files); i++) {
        blob b = bad_files[i].make();
        for (fv_image kind = FV_SELFIE; kind <= FV_RECORD; kind++) {
            fv_quality_result r = quality(b, kind);
            bool decoded = bad_file_decodes(i);
            assert_sound_quality(&r, kind, bad_files[i].what);
            /* why there is no face to be seen may be told in its place: too noisy, too dark */
            if (r.usable || (!decoded && (r.n_reasons != 1 || !says(&r, bad_files[i].code))))
                fail_msg("%s: %u reasons, first %s", bad_files[i].what, r.n_reasons,
                         fv_reason_name(r.reasons[0].code));
            if (!decoded) assert_string_equal(r.reasons[0].detail, bad_files[i].detail);
            assert_true((r.n_measures > 0) == decoded && (r.photo.width_px > 0) == decoded);
            assert_true(isnan(r.photo.inter_eye_px));
            if (!decoded) continue;
            assert_float_equal(measure_of(&r, "FACE_COUNT")->value, 0, 0);
            assert_int_equal(measure_of(&r, "FACE_COUNT")->verdict, FV_VERDICT_BLOCKS);
            assert_int_equal(measure_of(&r, "HEAD_YAW")->verdict, FV_VERDICT_NOT_ASSESSED);
        }
        free(b.data);
    }
    fv_quality_result none = FV_QUALITY_RESULT_INIT;
    fv_error err = {0};
    fv_bytes empty = {fix.selfie.data, 0};
    assert_fv_ok(fv_quality(fix.session, empty, FV_SELFIE, &none, &err), &err);
    assert_int_equal(none.reasons[0].code, FV_REASON_IMAGE_EMPTY);
}

static blob with_eyes_apart(int eyes_px)
{
    pixels p = portrait_read(SELFIE_JPG);
    int w = p.width * eyes_px / 105;
    pixels small = pixels_scaled(&p, w, w * p.height / p.width);
    blob b = pixels_jpeg(&small, 95);
    free(p.rgb);
    free(small.rgb);
    return b;
}

/* What is too small for a selfie is a normal size for the chip of a card. */
static void test_quality__each_kind_has_limits_of_its_own(void **state)
{
    blob small = with_eyes_apart(23);
    (void)state;
    fv_quality_result s = quality(small, FV_SELFIE);
    fv_quality_result r = quality(small, FV_RECORD);
    const fv_measure *as_selfie = measure_of(&s, "INTER_EYE_DISTANCE");
    const fv_measure *as_record = measure_of(&r, "INTER_EYE_DISTANCE");
    assert_sound_quality(&s, FV_SELFIE, "small selfie");
    assert_sound_quality(&r, FV_RECORD, "small record");
    assert_int_equal(as_selfie->verdict, FV_VERDICT_BLOCKS);
    assert_int_not_equal(as_record->verdict, FV_VERDICT_BLOCKS);
    assert_true(as_record->min < as_selfie->min);
    assert_float_equal(as_record->value, as_selfie->value, 0);
    assert_int_equal(s.usable, 0);
    assert_true(says(&s, FV_REASON_FACE_TOO_SMALL));
    free(small.data);
}

/* The limits in force are those of the settings, and what lies between gate and advice is advice.
 */
static void test_quality__advice_leaves_a_photograph_usable(void **state)
{
    fv_engine *e = NULL;
    fv_session *s = NULL;
    fv_error err = {0};
    (void)state;
    assert_fv_ok(make_engine(&e, "selfie.inter_eye_distance.advise_min=500", &err), &err);
    assert_fv_ok(fv_session_create(&s, e, &err), &err);
    fv_quality_result r = quality_by(s, fix.selfie, FV_SELFIE);
    assert_sound_quality(&r, FV_SELFIE, "advice");
    assert_int_equal(r.usable, 1);
    assert_int_equal(measure_of(&r, "INTER_EYE_DISTANCE")->verdict, FV_VERDICT_ADVICE);
    assert_float_equal(measure_of(&r, "INTER_EYE_DISTANCE")->advise_min, 500, 0);
    assert_int_equal(r.reasons[0].code, FV_REASON_FACE_TOO_SMALL);
    assert_int_equal(r.reasons[0].severity, FV_ADVICE);
    assert_float_equal(r.reasons[0].limit, 500, 0);
    assert_int_equal(r.remedies[0], FV_REMEDY_MOVE_CLOSER);
    fv_session_destroy(&s);
    fv_engine_destroy(&e);
}

static void assert_same_photo(const fv_photo_info *a, const fv_photo_info *b)
{
    assert_int_equal(a->width_px, b->width_px);
    assert_int_equal(a->height_px, b->height_px);
    assert_int_equal(a->orientation, b->orientation);
    assert_int_equal(a->faces, b->faces);
    assert_memory_equal(&a->face_x_px, &b->face_x_px, 4 * sizeof(float));
    if (a->faces == 0) return;
    assert_memory_equal(&a->inter_eye_px, &b->inter_eye_px, 4 * sizeof(float));
}

/* What fv_verify() sees and says of a photograph, fv_quality() does as well. */
static void test_quality__says_what_verify_says(void **state)
{
    const blob photos[] = {fix.selfie,           fix.record, fix.other, with_eyes_apart(25),
                           with_eyes_apart(120), blank(),    noise(),   text_file(),
                           half_a_file()};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(photos); i++) {
        fv_quality_result s = quality(photos[i], FV_SELFIE);
        fv_quality_result r = quality(photos[i], FV_RECORD);
        fv_result v = verify(photos[i], fix.record);
        fv_result w = verify(fix.selfie, photos[i]);
        assert_same_photo(&s.photo, &v.selfie);
        assert_same_photo(&r.photo, &w.record);
        assert_int_equal(s.usable, v.decision != FV_RETAKE_SELFIE);
        assert_int_equal(r.usable, w.decision != FV_RECORD_PHOTO_UNUSABLE);
        if (!s.usable) {
            assert_int_equal(s.n_reasons, v.n_reasons);
            for (uint32_t k = 0; k < s.n_reasons; k++)
                assert_int_equal(s.reasons[k].code, v.reasons[k].code);
            assert_int_equal(s.n_remedies, v.n_remedies);
            assert_memory_equal(s.remedies, v.remedies, s.n_remedies * sizeof s.remedies[0]);
        }
    }
    for (size_t i = 3; i < ARRAY_LEN(photos); i++)
        free(photos[i].data);
}

static void test_quality__asked_twice_answers_the_same_bits(void **state)
{
    (void)state;
    fv_quality_result a = quality(fix.selfie, FV_SELFIE);
    fv_quality_result between = quality(fix.record, FV_RECORD);
    fv_result verified = verify(fix.selfie, fix.record);
    fv_quality_result b = quality(fix.selfie, FV_SELFIE);
    assert_int_equal(between.usable, 1);
    assert_int_equal(verified.decision, FV_PASS);
    memset(&a.timings, 0, sizeof a.timings);
    memset(&b.timings, 0, sizeof b.timings);
    assert_memory_equal(&a, &b, sizeof a);
}

static void test_verdict__every_number_has_its_name(void **state)
{
    (void)state;
    assert_string_equal(fv_verdict_name(FV_VERDICT_NOT_ASSESSED), "NOT_ASSESSED");
    assert_string_equal(fv_verdict_name(FV_VERDICT_GOOD), "GOOD");
    assert_string_equal(fv_verdict_name(FV_VERDICT_ADVICE), "ADVICE");
    assert_string_equal(fv_verdict_name(FV_VERDICT_BLOCKS), "BLOCKS");
    assert_string_equal(fv_verdict_name((fv_verdict)4), "");
    assert_string_equal(fv_verdict_name((fv_verdict)-1), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arguments__what_cannot_be_asked_is_refused_by_name),
        cmocka_unit_test(test_result__older_and_newer_callers_get_their_bytes),
        cmocka_unit_test(test_quality__a_good_selfie_is_measured_whole),
        cmocka_unit_test(test_quality__each_kind_of_bad_file_has_its_reason),
        cmocka_unit_test(test_quality__each_kind_has_limits_of_its_own),
        cmocka_unit_test(test_quality__advice_leaves_a_photograph_usable),
        cmocka_unit_test(test_quality__says_what_verify_says),
        cmocka_unit_test(test_quality__asked_twice_answers_the_same_bits),
        cmocka_unit_test(test_verdict__every_number_has_its_name),
    };
    return cmocka_run_group_tests_name("quality_api", tests, fixture_open, fixture_close);
}
