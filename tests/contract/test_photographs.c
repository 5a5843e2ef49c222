/* SPDX-License-Identifier: Apache-2.0 */
/* Photographs that cannot be used: each gets its reason, on the right one of the two. */
#include "bad_files.h"
#include "fixture.h"

static void assert_only(const fv_result *r, fv_image image, fv_reason_code code, const char *what)
{
    char text[512];
    fv_decision want = image == FV_SELFIE ? FV_RETAKE_SELFIE : FV_RECORD_PHOTO_UNUSABLE;
    assert_sound(r, what);
    /* where no face is found the whole picture may say why */
    bool alone = r->n_reasons == 1 || code == FV_REASON_NO_FACE;
    if (r->decision != want || !alone || r->reasons[0].code != code ||
        r->reasons[0].image != image || r->reasons[0].severity != FV_BLOCKS)
        fail_msg("%s as %s: %s", what, fv_image_name(image), describe(r, text, sizeof text));
    assert_true(isnan(r->similarity));
    assert_int_equal(r->timings.embed_us, 0);
}

static void test_file__each_kind_of_bad_bytes(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad_files); i++) {
        blob b = bad_files[i].make();
        fv_result s = verify(b, fix.record);
        assert_only(&s, FV_SELFIE, bad_files[i].code, bad_files[i].what);
        assert_string_equal(s.reasons[0].detail, bad_files[i].detail);
        fv_result r = verify(fix.selfie, b);
        assert_only(&r, FV_RECORD, bad_files[i].code, bad_files[i].what);
        assert_string_equal(r.reasons[0].detail, bad_files[i].detail);
        bool decoded = bad_file_decodes(i);
        assert_true((s.selfie.width_px > 0) == decoded);
        assert_int_equal(s.selfie.faces, 0);
        assert_true(isnan(s.selfie.inter_eye_px) && isnan(s.selfie.yaw_deg));
        assert_int_equal(s.record.faces, 1); /* the good one is examined all the same */
        free(b.data);
    }
    fv_request q = request_of(fix.selfie, fix.record);
    q.selfie.len = 0;
    fv_result none = answer_to(&q);
    assert_only(&none, FV_SELFIE, FV_REASON_IMAGE_EMPTY, "no bytes");
}

static void test_file__both_bad_are_both_explained(void **state)
{
    blob a = text_file();
    blob b = half_a_file();
    (void)state;
    fv_result r = verify(a, b);
    assert_sound(&r, "both");
    assert_int_equal(r.decision, FV_RECORD_PHOTO_UNUSABLE); /* a new selfie would not help */
    assert_int_equal(r.n_reasons, 2);
    assert_int_equal(r.reasons[0].image, FV_RECORD);
    assert_int_equal(r.reasons[0].code, FV_REASON_IMAGE_TRUNCATED);
    assert_int_equal(r.reasons[1].image, FV_SELFIE);
    assert_int_equal(r.reasons[1].code, FV_REASON_NOT_A_PHOTO);
    free(a.data);
    free(b.data);
}

static void test_file__the_configured_size_holds(void **state)
{
    fv_engine *e = NULL;
    fv_session *s = NULL;
    fv_error err = {0};
    (void)state;
    assert_fv_ok(make_engine(&e, "limits.image_bytes=200000", &err), &err);
    assert_fv_ok(fv_session_create(&s, e, &err), &err);
    fv_request q = request_of(fix.selfie, fix.record); /* 280 kB, 184 kB */
    fv_result r = FV_RESULT_INIT;
    assert_fv_ok(fv_verify(s, &q, &r, &err), &err);
    assert_only(&r, FV_SELFIE, FV_REASON_IMAGE_TOO_LARGE, "280 kB");
    fv_session_destroy(&s);
    fv_engine_destroy(&e);
}

static void test_face__two_side_by_side(void **state)
{
    pixels a = portrait_read(SELFIE_JPG);
    pixels b = portrait_read(OTHER_JPG);
    pixels left = pixels_cut(&a, 250, 0, 480, 600);
    pixels right = pixels_cut(&b, 330, 60, 480, 600);
    pixels two = pixels_blank(960, 600, 128);
    (void)state;
    pixels_paste(&two, &left, 0, 0);
    pixels_paste(&two, &right, 480, 0);
    blob f = pixels_jpeg(&two, 90);
    fv_result s = verify(f, fix.record);
    assert_only(&s, FV_SELFIE, FV_REASON_SEVERAL_FACES, "two");
    assert_int_equal(s.selfie.faces, 2);
    assert_float_equal(s.reasons[0].value, 2, 0);
    assert_float_equal(s.reasons[0].limit, 1, 0);
    assert_int_equal(s.remedies[0], FV_REMEDY_ONE_PERSON_ONLY);
    fv_result r = verify(fix.selfie, f);
    assert_only(&r, FV_RECORD, FV_REASON_SEVERAL_FACES, "two");
    free(f.data);
    free(two.rgb);
    free(left.rgb);
    free(right.rgb);
    free(a.rgb);
    free(b.rgb);
}

/* A passer-by whose face has less than a tenth of the area is no second person. */
static void test_face__a_bystander_does_not_count(void **state)
{
    pixels a = portrait_read(SELFIE_JPG);
    pixels b = portrait_read(OTHER_JPG);
    pixels head = pixels_cut(&b, 330, 60, 480, 600);
    (void)state;
    for (int i = 0; i < 2; i++) {
        int width = i == 0 ? 110 : 240; /* of 480: the face's area falls by 19, or by 4 */
        pixels small = pixels_scaled(&head, width, width * 600 / 480);
        pixels scene = pixels_cut(&a, 0, 0, a.width, a.height);
        pixels_paste(&scene, &small, 20, 20);
        blob f = pixels_jpeg(&scene, 92);
        fv_result r = verify(f, fix.record);
        assert_sound(&r, "bystander");
        char text[512];
        if (r.decision != (i == 0 ? FV_PASS : FV_RETAKE_SELFIE))
            fail_msg("%d px: %s", width, describe(&r, text, sizeof text));
        assert_int_equal(r.selfie.faces, i + 1);
        free(f.data);
        free(scene.rgb);
        free(small.rgb);
    }
    free(head.rgb);
    free(a.rgb);
    free(b.rgb);
}

static void test_face__cut_at_each_edge(void **state)
{
    /* The face lies at (385,79)..(606,409) of 910x1137. */
    static const struct {
        const char *edge;
        int x, y, width, height;
    } rows[] = {
        {"left", 445, 0, 465, 700},
        {"right", 0, 0, 545, 700},
        {"top", 200, 190, 600, 700},  /* at the brows */
        {"bottom", 200, 0, 600, 305}, /* at the mouth */
    };
    pixels p = portrait_read(SELFIE_JPG);
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        pixels cut = pixels_cut(&p, rows[i].x, rows[i].y, rows[i].width, rows[i].height);
        blob f = pixels_jpeg(&cut, 92);
        fv_result s = verify(f, fix.record);
        fv_result r = verify(fix.selfie, f);
        char text[512];
        assert_sound(&s, rows[i].edge);
        assert_sound(&r, rows[i].edge);
        if (s.decision != FV_RETAKE_SELFIE || !has_reason(&s, FV_REASON_FACE_CUT_OFF, FV_SELFIE))
            fail_msg("%s: %s", rows[i].edge, describe(&s, text, sizeof text));
        if (r.decision != FV_RECORD_PHOTO_UNUSABLE ||
            !has_reason(&r, FV_REASON_FACE_CUT_OFF, FV_RECORD))
            fail_msg("%s: %s", rows[i].edge, describe(&r, text, sizeof text));
        assert_int_equal(s.remedies[0], FV_REMEDY_CENTRE_FACE);
        free(f.data);
        free(cut.rgb);
    }
    free(p.rgb);
}

/* From 28 px between the eyes a selfie is taken; below that it is told to come closer, down to
 * where no face can be found. */
static void test_face__too_small(void **state)
{
    static const struct {
        int eyes_px;
        fv_decision decision;
        fv_reason_code code;
    } rows[] = {
        {31, FV_PASS, FV_REASON_NONE},
        {25, FV_RETAKE_SELFIE, FV_REASON_FACE_TOO_SMALL},
        {18, FV_RETAKE_SELFIE, FV_REASON_FACE_TOO_SMALL},
        {12, FV_RETAKE_SELFIE, FV_REASON_FACE_TOO_SMALL},
        {9, FV_RETAKE_SELFIE, FV_REASON_FACE_TOO_SMALL},
    };
    pixels p = portrait_read(SELFIE_JPG);
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        int w = p.width * rows[i].eyes_px / 105;
        pixels small = pixels_scaled(&p, w, w * p.height / p.width);
        blob f = pixels_jpeg(&small, 95);
        fv_result r = verify(f, fix.record);
        char text[512];
        assert_sound(&r, "small");
        if (r.decision != rows[i].decision ||
            (rows[i].code != FV_REASON_NONE && !has_reason(&r, rows[i].code, FV_SELFIE)))
            fail_msg("%d px: %s", rows[i].eyes_px, describe(&r, text, sizeof text));
        if (rows[i].code != FV_REASON_NONE) assert_int_equal(r.remedies[0], FV_REMEDY_MOVE_CLOSER);
        free(f.data);
        free(small.rgb);
    }
    /* far away in a large picture: of either reason, and never compared */
    pixels hall = pixels_blank(3000, 4000, 180);
    pixels far = pixels_scaled(&p, 60, 75);
    pixels_paste(&hall, &far, 1400, 1900);
    blob f = pixels_jpeg(&hall, 92);
    fv_result r = verify(f, fix.record);
    assert_sound(&r, "far");
    assert_int_equal(r.decision, FV_RETAKE_SELFIE);
    assert_true(has_reason(&r, FV_REASON_NO_FACE, FV_SELFIE) ||
                has_reason(&r, FV_REASON_FACE_TOO_SMALL, FV_SELFIE));
    free(f.data);
    free(far.rgb);
    free(hall.rgb);
    free(p.rgb);
}

/* Lying on its side or standing on its head, with no Exif to say so: always an answer, never a
 * pass, and never another person: that would count as an attempt. */
static void test_face__turned_picture_never_passes(void **state)
{
    pixels p = portrait_read(SELFIE_JPG);
    (void)state;
    for (int as = 3; as <= 8; as++) {
        pixels turned = pixels_stored(&p, as);
        blob f = pixels_jpeg(&turned, 92);
        fv_result s = verify(f, fix.record);
        fv_result r = verify(fix.selfie, f);
        assert_sound(&s, "turned");
        assert_sound(&r, "turned");
        assert_int_not_equal(s.decision, FV_PASS);
        assert_int_not_equal(r.decision, FV_PASS);
        if (as == 3 || as == 6 || as == 8) { /* not mirrored: what phones write */
            assert_int_equal(s.decision, FV_RETAKE_SELFIE);
            assert_int_equal(r.decision, FV_RECORD_PHOTO_UNUSABLE);
        }
        if (as == 6) assert_true(has_reason(&s, FV_REASON_NO_FACE, FV_SELFIE));
        if (as == 3) assert_true(has_reason(&s, FV_REASON_HEAD_TILTED, FV_SELFIE));
        free(f.data);
        free(turned.rgb);
    }
    free(p.rgb);
}

/* A tilted head: taken up to the limit, refused with its own reason beyond it. */
static void test_face__tilted(void **state)
{
    static const int degrees[] = {-60, -30, -15, 15, 30};
    pixels p = portrait_read(SELFIE_JPG);
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(degrees); i++) {
        pixels turned = pixels_turned(&p, (float)degrees[i], 495, 245);
        blob f = pixels_jpeg(&turned, 92);
        fv_result r = verify(f, fix.record);
        char text[512];
        bool much = degrees[i] < -40;
        assert_sound(&r, "tilted");
        if (r.decision != (much ? FV_RETAKE_SELFIE : FV_PASS))
            fail_msg("%d degrees: %s", degrees[i], describe(&r, text, sizeof text));
        if (much) {
            assert_true(has_reason(&r, FV_REASON_HEAD_TILTED, FV_SELFIE));
        } else { /* positive: clockwise */
            if (fabsf(r.selfie.roll_deg - (float)degrees[i]) > 8.0f)
                fail_msg("%d degrees: roll %f", degrees[i], (double)r.selfie.roll_deg);
        }
        free(f.data);
        free(turned.rgb);
    }
    free(p.rgb);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_file__each_kind_of_bad_bytes),
        cmocka_unit_test(test_file__both_bad_are_both_explained),
        cmocka_unit_test(test_file__the_configured_size_holds),
        cmocka_unit_test(test_face__two_side_by_side),
        cmocka_unit_test(test_face__a_bystander_does_not_count),
        cmocka_unit_test(test_face__cut_at_each_edge),
        cmocka_unit_test(test_face__too_small),
        cmocka_unit_test(test_face__turned_picture_never_passes),
        cmocka_unit_test(test_face__tilted),
    };
    return cmocka_run_group_tests_name("photographs", tests, fixture_open, fixture_close);
}
