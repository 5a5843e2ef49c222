/* SPDX-License-Identifier: Apache-2.0 */
/* What covers a face, and what it does: on faces drawn by hand and on portraits. */
#include "test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "degrade.h"
#include "faceverify/verify.h"
#include "portrait.h"
#include "quality/logit.h"
#include "quality/patch.h"
#include "verify/photo.h"
#include "view.h"

static drawn face;

#define SKIN_RGB                                                                                   \
    {                                                                                              \
        205, 150, 125                                                                              \
    }
#define LIPS_RGB                                                                                   \
    {                                                                                              \
        165, 85, 85                                                                                \
    }

static const rgb8 SKIN = SKIN_RGB;
static const rgb8 LIPS = LIPS_RGB;
static const rgb8 BLACK = {25, 22, 22};

/* cmocka's own comparison lets NaN pass. */
static void assert_near(float value, float expected, float by)
{
    if (!(fabsf(value - expected) <= by)) fail_msg("%g is not %g", value, expected);
}

/* A box about a point of the face, in distances from eye to eye. */
static void paint(fvi_point p, float half_x, float half_y, rgb8 c)
{
    const float e = FVI_VIEW_EYES_PX;
    const int at[4] = {(int)roundf(p.x_px - half_x * e), (int)roundf(p.y_px - half_y * e),
                       (int)roundf(p.x_px + half_x * e), (int)roundf(p.y_px + half_y * e)};
    drawn_rect(&face, at, c);
}

static fvi_point mark(int i)
{
    return face.view.at.point[i];
}

static fvi_point middle(int i, int k)
{
    return fvi_between(&face.view, i, k, 0.5f);
}

/* Eyes with lids, iris and white; nostrils; lips with a line between them. */
static void draw_face(rgb8 skin, rgb8 lips)
{
    drawn_face(&face, skin);
    for (int i = 36; i <= 42; i += 6) {
        fvi_point eye = middle(i, i + 3);
        paint(eye, 0.20f, 0.09f, BLACK);
        paint(eye, 0.17f, 0.05f, (rgb8){225, 220, 215});
        paint(eye, 0.06f, 0.06f, BLACK);
    }
    paint(mark(32), 0.05f, 0.03f, (rgb8){70, 40, 35});
    paint(mark(34), 0.05f, 0.03f, (rgb8){70, 40, 35});
    paint(middle(62, 66), 0.42f, 0.16f, lips);
    paint(middle(62, 66), 0.40f, 0.02f, BLACK);
    face.view.eye_open[0] = face.view.eye_open[1] = 8.0f;
}

static void draw_mask(rgb8 c)
{
    fvi_point p = mark(33);
    p.y_px += 0.45f * FVI_VIEW_EYES_PX;
    paint(p, 1.05f, 0.75f, c);
}

static void draw_lenses(rgb8 c)
{
    for (int i = 36; i <= 42; i += 6) {
        fvi_point eye = middle(i, i + 3);
        eye.y_px += 0.08f * FVI_VIEW_EYES_PX;
        paint(eye, 0.36f, 0.26f, c);
    }
    face.view.eye_open[0] = face.view.eye_open[1] = -2.0f;
}

static void without_colour(void)
{
    for (int y = 0; y < face.view.rgb.height_px; y++) {
        for (int x = 0; x < face.view.rgb.width_px; x++) {
            const uint8_t v =
                face.view.grey.data[(size_t)y * face.view.grey.stride_bytes + (size_t)x];
            drawn_put(&face, x, y, rgb8_grey(v));
        }
    }
}

static void hide(int x0, int y0, int x1, int y1)
{
    for (int y = y0; y < y1; y++)
        memset(face.view.inside.data + (size_t)y * face.view.inside.stride_bytes + x0, 0,
               (size_t)(x1 - x0));
}

/* --- parts of a view --- */

static void test_lab__known_colours(void **state)
{
    static const struct {
        float rgb[3];
        fvi_lab lab;
    } rows[] = {
        {{255, 255, 255}, {100, 0, 0}},           {{0, 0, 0}, {0, 0, 0}},
        {{119, 119, 119}, {50.03f, 0, 0}},        {{255, 0, 0}, {53.24f, 80.09f, 67.20f}},
        {{0, 255, 0}, {87.73f, -86.18f, 83.18f}}, {{0, 0, 255}, {32.30f, 79.19f, -107.86f}},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        fvi_lab c = fvi_lab_of(rows[i].rgb[0], rows[i].rgb[1], rows[i].rgb[2]);
        assert_near(c.l, rows[i].lab.l, 0.06f);
        assert_near(c.a, rows[i].lab.a, 0.06f);
        assert_near(c.b, rows[i].lab.b, 0.06f);
    }
    const fvi_lab p = {50, 3, 4}, q = {40, 0, 0};
    assert_near(fvi_chroma_distance(p, q), 5.0f, 1e-5f);
    assert_near(fvi_lab_distance(p, q), sqrtf(50.0f), 1e-5f);
}

static void test_patch__mean_of_a_disc_in_the_picture(void **state)
{
    fvi_lab c, half;
    (void)state;
    drawn_face(&face, (rgb8){100, 100, 100});
    drawn_rect(&face, (const int[4]){50, 50, 60, 70}, (rgb8){200, 200, 200});
    assert_true(fvi_patch_colour(&face.view, (fvi_point){55, 60}, 4, &c));
    assert_near(c.l, fvi_lab_of(200, 200, 200).l, 1e-3f);
    assert_true(fvi_patch_colour(&face.view, (fvi_point){59.5f, 60}, 4, &half));
    assert_near(half.l, fvi_lab_of(150, 150, 150).l, 0.5f);
    hide(57, 50, 70, 70); /* what is not there does not count */
    assert_true(fvi_patch_colour(&face.view, (fvi_point){57, 60}, 4, &half));
    assert_near(half.l, c.l, 1e-3f);
    assert_false(fvi_patch_colour(&face.view, (fvi_point){60, 60}, 4, &half));
    assert_false(fvi_patch_colour(&face.view, (fvi_point){-20, 60}, 4, &half));
    assert_false(fvi_patch_colour(&face.view, (fvi_point){NAN, 60}, 4, &half));
    assert_true(fvi_patch_colour(&face.view, (fvi_point){20, 20}, 0.1f, &half)); /* one pixel */
}

static void test_patch__slopes_of_a_ramp(void **state)
{
    float x = -1, y = -1;
    (void)state;
    drawn_face(&face, SKIN);
    for (int j = 40; j < 80; j++) {
        for (int i = 40; i < 80; i++)
            drawn_put(&face, i, j, rgb8_grey((uint8_t)(3 * (i - 40) + (j - 40))));
    }
    assert_true(fvi_patch_slopes(&face.view, (fvi_part){45, 45, 75, 75}, &x, &y));
    assert_near(x, 3.0f, 0.01f);
    assert_near(y, 1.0f, 0.01f);
    assert_near(fvi_patch_quantile(&face.view, (fvi_part){41, 50, 60, 50}, 0.5f), 3 * 10 + 10,
                3.0f);
    assert_false(fvi_patch_slopes(&face.view, (fvi_part){-9, 45, -2, 75}, &x, &y));
    assert_false(fvi_patch_slopes(&face.view, (fvi_part){60, 45, 50, 75}, &x, &y));
    assert_true(isnan(fvi_patch_quantile(&face.view, (fvi_part){-9, 45, -2, 75}, 0.5f)));
    assert_near(x, 3.0f, 0.01f); /* untouched */
}

/* --- eyes and mouth --- */

static void test_eyes__mean_of_those_that_are_there(void **state)
{
    (void)state;
    drawn_face(&face, SKIN);
    face.view.eye_open[0] = -2.0f;
    face.view.eye_open[1] = 6.0f;
    assert_near(fvi_q_eyes_open(&face.view), 2.0f, 1e-6f);
    face.view.eye_open[0] = NAN;
    assert_near(fvi_q_eyes_open(&face.view), 6.0f, 0);
    face.view.eye_open[0] = -2.0f;
    face.view.eye_open[1] = NAN;
    assert_near(fvi_q_eyes_open(&face.view), -2.0f, 0);
    face.view.eye_open[0] = NAN;
    assert_true(isnan(fvi_q_eyes_open(&face.view)));
}

static void test_mouth__opening_as_a_share_of_eyes_to_chin(void **state)
{
    static const float opening[] = {0.0f, 0.05f, 0.3f};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(opening); i++) {
        drawn_face(&face, SKIN);
        fvi_point *p = face.view.at.point;
        fvi_point l, r;
        fvi_eyes(&face.view.at, &l, &r);
        float t = p[8].y_px - l.y_px;
        for (int k = 61; k <= 63; k++) {
            int below = 61 + 67 - k; /* 61-67, 62-66, 63-65 */
            p[below] = p[k];
            p[below].y_px += opening[i] * t * (k == 62 ? 1.0f : 0.7f);
        }
        assert_near(fvi_q_mouth_closed(&face.view), opening[i], 1e-4f);
    }
    drawn_no_face(&face, SKIN);
    assert_true(isnan(fvi_q_mouth_closed(&face.view)));
}

/* --- mouth and nose covered --- */

static void test_mask__uncovered_lips_of_all_colours_pass(void **state)
{
    static const struct {
        const char *what;
        rgb8 skin, lips;
    } rows[] = {
        {"light", {225, 180, 160}, {190, 105, 105}}, {"middle", SKIN_RGB, LIPS_RGB},
        {"dark", {110, 75, 58}, {95, 52, 50}},       {"lipstick", {215, 165, 145}, {170, 20, 40}},
        {"pale lips", SKIN_RGB, {190, 125, 110}},
    };
    double gate = fvi_selfie_limits.gate[FVI_Q_MOUTH_OCCLUSION].max;
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        draw_face(rows[i].skin, rows[i].lips);
        float value = fvi_q_mouth_occlusion(&face.view);
        if (!(value < gate - 1)) fail_msg("%s: %g", rows[i].what, value);
        without_colour();
        value = fvi_q_mouth_occlusion(&face.view);
        if (!(value < gate - 1)) fail_msg("%s, black and white: %g", rows[i].what, value);
    }
}

static void test_mask__of_many_colours_is_seen(void **state)
{
    static const rgb8 masks[] = {
        {235, 235, 238}, {120, 170, 200}, {40, 40, 45}, {90, 150, 130}, {60, 70, 120}};
    double gate = fvi_selfie_limits.gate[FVI_Q_MOUTH_OCCLUSION].max;
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(masks); i++) {
        draw_face(SKIN, LIPS);
        float without = fvi_q_mouth_occlusion(&face.view);
        draw_mask(masks[i]);
        float with = fvi_q_mouth_occlusion(&face.view);
        if (!(with > gate && with > without + 3)) fail_msg("%zu: %g, %g", i, without, with);
        assert_true(fvi_q_mouth_occlusion_score(with) < fvi_q_mouth_occlusion_score(without));
        fvi_clues clues;
        assert_true(fvi_mouth_clues(&face.view, &clues) && !clues.grey);
        assert_near(with, fvi_logit_odds(&fvi_mouth_colour, &clues), 1e-4f);
        without_colour();
        assert_true(fvi_mouth_clues(&face.view, &clues) && clues.grey);
        assert_near(fvi_q_mouth_occlusion(&face.view), fvi_logit_odds(&fvi_mouth_grey, &clues),
                    1e-4f);
    }
}

static void test_mask__cannot_be_told_where_the_mouth_is_cut_off(void **state)
{
    (void)state;
    draw_face(SKIN, LIPS);
    float whole = fvi_q_mouth_occlusion(&face.view);
    hide(0, (int)mark(8).y_px - 8, FVI_VIEW_MAX_WIDTH_PX, FVI_VIEW_MAX_HEIGHT_PX); /* the chin */
    assert_near(fvi_q_mouth_occlusion(&face.view), whole, 2.0f);
    hide(0, (int)mark(33).y_px, FVI_VIEW_MAX_WIDTH_PX, FVI_VIEW_MAX_HEIGHT_PX);
    assert_true(isnan(fvi_q_mouth_occlusion(&face.view)));
    drawn_no_face(&face, SKIN);
    assert_true(isnan(fvi_q_mouth_occlusion(&face.view)));
}

/* --- glasses --- */

static void test_glasses__bare_eyes_and_frames_pass(void **state)
{
    double gate = fvi_selfie_limits.gate[FVI_Q_TINTED_GLASSES].max;
    static const rgb8 skins[] = {{225, 180, 160}, {205, 150, 125}, {110, 75, 58}};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(skins); i++) {
        draw_face(skins[i], LIPS);
        float value = fvi_q_tinted_glasses(&face.view);
        if (!(value < gate - 1)) fail_msg("%zu: %g", i, value);
        for (int k = 36; k <= 42; k += 6) { /* the frame's lower rim */
            fvi_point rim = middle(k, k + 3);
            rim.y_px += 0.34f * FVI_VIEW_EYES_PX;
            paint(rim, 0.36f, 0.02f, BLACK);
        }
        value = fvi_q_tinted_glasses(&face.view);
        if (!(value < gate)) fail_msg("%zu with a frame: %g", i, value);
    }
}

static void test_glasses__dark_lenses_are_seen(void **state)
{
    static const rgb8 lenses[] = {{20, 20, 22}, {70, 45, 30}, {50, 60, 85}};
    double gate = fvi_selfie_limits.gate[FVI_Q_TINTED_GLASSES].max;
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(lenses); i++) {
        draw_face(SKIN, LIPS);
        float without = fvi_q_tinted_glasses(&face.view);
        draw_lenses(lenses[i]);
        float with = fvi_q_tinted_glasses(&face.view);
        if (!(with > gate && with > without + 3)) fail_msg("%zu: %g, %g", i, without, with);
        assert_true(fvi_q_tinted_glasses_score(with) < fvi_q_tinted_glasses_score(without));
    }
}

static void test_glasses__one_dark_eye_is_a_shadow(void **state)
{
    (void)state;
    draw_face(SKIN, LIPS);
    draw_lenses(BLACK);
    float both = fvi_q_tinted_glasses(&face.view);
    draw_face(SKIN, LIPS);
    fvi_point eye = middle(36, 39);
    paint(eye, 0.36f, 0.26f, BLACK);
    face.view.eye_open[0] = -2.0f;
    assert_true(fvi_q_tinted_glasses(&face.view) < both - 4);
    draw_face(SKIN, LIPS); /* a white mask makes no eyes dark */
    float bare = fvi_q_tinted_glasses(&face.view);
    draw_mask((rgb8){245, 245, 245});
    assert_near(fvi_q_tinted_glasses(&face.view), bare, 1.5f);
    face.view.eye_open[0] = face.view.eye_open[1] = NAN; /* a face that hides */
    assert_true(isnan(fvi_q_tinted_glasses(&face.view)));
}

/* --- other things --- */

static void test_occlusion__share_of_parts_unlike_the_skin(void **state)
{
    (void)state;
    drawn_face(&face, SKIN);
    assert_near(fvi_q_face_occlusion(&face.view), 0, 0);
    for (int i = 18; i <= 25; i++) { /* hair over the forehead: four of eleven parts */
        fvi_point p = mark(i);
        p.y_px -= 0.3f * FVI_VIEW_EYES_PX;
        paint(p, 0.2f, 0.2f, BLACK);
    }
    assert_near(fvi_q_face_occlusion(&face.view), 4.0f / 11.0f, 1e-5f);
    assert_near(fvi_q_face_occlusion_score(4.0f / 11.0f), 64, 0);
    drawn_face(&face, SKIN);
    paint(middle(1, 31), 0.3f, 0.3f, (rgb8){150, 105, 85}); /* a shadow is none */
    assert_near(fvi_q_face_occlusion(&face.view), 0, 0);
    hide(0, 0, FVI_VIEW_MAX_WIDTH_PX, (int)mark(31).y_px);
    assert_true(isnan(fvi_q_face_occlusion(&face.view)));
}

static void test_scores__fall_as_it_gets_worse(void **state)
{
    (void)state;
    float (*const falling[])(float) = {fvi_q_mouth_occlusion_score, fvi_q_tinted_glasses_score,
                                       fvi_q_mouth_closed_score, fvi_q_face_occlusion_score};
    for (size_t i = 0; i < ARRAY_LEN(falling); i++) {
        assert_true(isnan(falling[i](NAN)));
        for (float v = -20; v < 20; v += 0.5f) {
            assert_true(falling[i](v) >= falling[i](v + 0.5f));
            assert_true(falling[i](v) >= 0 && falling[i](v) <= 100);
        }
    }
    assert_true(fvi_q_eyes_open_score(5) > 98 && fvi_q_eyes_open_score(-15) < 2);
    assert_true(isnan(fvi_q_eyes_open_score(NAN)));
}

static void test_persons__a_face_that_hides_is_none(void **state)
{
    fvi_faces f = {.boxes = {{0, 0, 10, 10, 0.9f}, {20, 0, 30, 10, 0.9f}}, .n = 2};
    (void)state;
    assert_int_equal(fvi_face_persons(&f), 2);
    f.hidden = true;
    assert_int_equal(fvi_face_persons(&f), 0);
}

/* --- portraits --- */

static struct {
    fv_engine *engine;
    fv_session *session;
} fix;

static int open_all(void **state)
{
    static const char *const overrides[] = {"models.dir=" FV_TEST_MODELS};
    fv_engine_options o = FV_ENGINE_OPTIONS_INIT;
    (void)state;
    o.overrides = overrides;
    o.n_overrides = 1;
    return fv_engine_create(&fix.engine, &o, NULL) == FV_OK &&
                   fv_session_create(&fix.session, fix.engine, NULL) == FV_OK
               ? 0
               : -1;
}

static int close_all(void **state)
{
    (void)state;
    fv_session_destroy(&fix.session);
    fv_engine_destroy(&fix.engine);
    return 0;
}

static fvi_image image_of(const pixels *p)
{
    return (fvi_image){p->rgb, p->width, p->height, 3, 3 * (size_t)p->width};
}

static fvi_landmarks landmarks_of(const pixels *p)
{
    fvi_faces f = {.n = 0};
    fvi_landmarks l;
    fv_error err = {0};
    fvi_image image = image_of(p);
    assert_fv_ok(fvi_face_detect(fix.session->facer, &image, false, &f, &err), &err);
    assert_true(f.n > 0);
    assert_fv_ok(fvi_face_landmarks(fix.session->facer, &image, &f.boxes[0], &l, &err), &err);
    return l;
}

/* Through the whole of one photograph's examination; reasons may be NULL. */
static fvi_examined examine(const pixels *p, fvi_reasons *reasons)
{
    blob b = pixels_jpeg(p, 92);
    fv_timings t = {0};
    fv_error err = {0};
    fvi_examined out;
    fvi_examine what = {.which = FV_SELFIE,
                        .bytes = {b.data, b.len},
                        .timings = &t,
                        .limits = reasons == NULL ? NULL : &fvi_selfie_limits,
                        .reasons = reasons};
    if (reasons != NULL) *reasons = (fvi_reasons){.n = 0};
    assert_fv_ok(fvi_photo_examine(fix.session, &what, &out, &err), &err);
    free(b.data);
    return out;
}

static bool has(const fvi_reasons *reasons, fv_reason_code code)
{
    for (uint32_t i = 0; i < reasons->n; i++) {
        if (reasons->of[i].code == code) return true;
    }
    return false;
}

static bool blocks(const fvi_reasons *reasons, fv_reason_code code)
{
    for (uint32_t i = 0; i < reasons->n; i++) {
        if (reasons->of[i].code == code && reasons->of[i].severity == FV_BLOCKS) return true;
    }
    return false;
}

static void test_portrait__nothing_is_said_of_a_good_one(void **state)
{
    static const char *const names[] = {SELFIE_JPG, RECORD_JPG, OTHER_JPG};
    static const fv_reason_code codes[] = {FV_REASON_EYES_CLOSED, FV_REASON_MOUTH_COVERED,
                                           FV_REASON_TINTED_GLASSES, FV_REASON_FACE_COVERED,
                                           FV_REASON_MOUTH_OPEN};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        pixels p = portrait_read(names[i]);
        fvi_reasons reasons;
        fvi_examined e = examine(&p, &reasons);
        for (size_t k = 0; k < ARRAY_LEN(codes); k++) {
            if (has(&reasons, codes[k])) fail_msg("%s: %d", names[i], (int)codes[k]);
        }
        assert_true(e.seen.measured.value[FVI_Q_EYES_OPEN] > 0);
        free(p.rgb);
    }
}

static void test_portrait__what_is_drawn_on_is_told(void **state)
{
    static const struct {
        const char *what;
        degrade_cover_what cover;
        degrade_cloth cloth;
        fv_reason_code code;
    } rows[] = {
        {"surgical mask", DEGRADE_MASK, {{130, 175, 205}, 1}, FV_REASON_MOUTH_COVERED},
        {"black mask", DEGRADE_MASK, {{35, 35, 38}, 1}, FV_REASON_MOUTH_COVERED},
        {"sunglasses", DEGRADE_GLASSES, {{12, 12, 14}, 0.95f}, FV_REASON_TINTED_GLASSES},
        {"brown lenses", DEGRADE_GLASSES, {{60, 40, 25}, 0.8f}, FV_REASON_TINTED_GLASSES},
        {"clear lenses", DEGRADE_GLASSES, {{235, 235, 240}, 0.1f}, FV_REASON_NONE},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        pixels p = portrait_read(SELFIE_JPG);
        fvi_landmarks l = landmarks_of(&p);
        fvi_reasons reasons;
        degrade_cover(&p, l.point, rows[i].cover, &rows[i].cloth);
        fvi_examined e = examine(&p, &reasons);
        bool mask = blocks(&reasons, FV_REASON_MOUTH_COVERED);
        bool glasses = blocks(&reasons, FV_REASON_TINTED_GLASSES);
        if (mask != (rows[i].code == FV_REASON_MOUTH_COVERED) ||
            glasses != (rows[i].code == FV_REASON_TINTED_GLASSES))
            fail_msg("%s: mask %g, glasses %g", rows[i].what,
                     e.seen.measured.value[FVI_Q_MOUTH_OCCLUSION],
                     e.seen.measured.value[FVI_Q_TINTED_GLASSES]);
        if (rows[i].code != FV_REASON_NONE) assert_true(reasons.blocked[FV_SELFIE]);
        free(p.rgb);
    }
}

/* Each eye painted over with what lies just above it. */
static void close_eyes(pixels *p, const fvi_landmarks *l)
{
    for (int f = 36; f <= 42; f += 6) {
        const fvi_point a = l->point[f], b = l->point[f + 3];
        float wide = b.x_px - a.x_px;
        int x0 = (int)(a.x_px - 0.15f * wide), x1 = (int)(b.x_px + 0.15f * wide);
        int y0 = (int)((a.y_px + b.y_px) / 2 - 0.33f * wide), n = (int)(0.6f * wide);
        for (int y = y0; y < y0 + n; y++)
            memcpy(p->rgb + 3 * ((size_t)y * (size_t)p->width + (size_t)x0),
                   p->rgb + 3 * ((size_t)y0 * (size_t)p->width + (size_t)x0),
                   3 * (size_t)(x1 - x0));
    }
}

static void test_portrait__painted_lids_are_no_eyes(void **state)
{
    pixels p = portrait_read(SELFIE_JPG);
    fvi_landmarks l = landmarks_of(&p);
    fvi_reasons reasons;
    (void)state;
    float open = examine(&p, &reasons).seen.measured.value[FVI_Q_EYES_OPEN];
    close_eyes(&p, &l);
    float closed = examine(&p, &reasons).seen.measured.value[FVI_Q_EYES_OPEN];
    if (!(closed < open - 8)) fail_msg("%g, %g", open, closed);
    free(p.rgb);
}

static void test_eye__beyond_the_picture_is_not_read(void **state)
{
    pixels p = portrait_read(SELFIE_JPG);
    fvi_landmarks l = landmarks_of(&p);
    const fvi_pose pose = {0};
    const fvi_faces faces = {.boxes = {{0, 0, 1, 1, 1}}, .n = 1};
    int cut = (int)((l.point[36].x_px + l.point[39].x_px) / 2); /* through the left eye */
    pixels rest = pixels_cut(&p, cut, 0, p.width - cut, p.height);
    fvi_image image = image_of(&rest);
    fvi_view view;
    fv_error err = {0};
    (void)state;
    for (int i = 0; i < FVI_LANDMARKS; i++)
        l.point[i].x_px -= (float)cut;
    fvi_found found = {
        .picture = &image, .scale = 1, .faces = &faces, .landmarks = &l, .pose = &pose};
    assert_fv_ok(fvi_viewer_look(fix.session->viewer, &found, &view, &err), &err);
    assert_true(isnan(view.eye_open[0]));
    assert_true(view.eye_open[1] > 0);
    found.landmarks = NULL;
    assert_fv_ok(fvi_viewer_look(fix.session->viewer, &found, &view, &err), &err);
    assert_true(isnan(view.eye_open[0]) && isnan(view.eye_open[1]));
    free(rest.rgb);
    free(p.rgb);
}

/* --- faces that hide --- */

static void test_hidden__a_face_in_the_dark_is_measured_and_not_counted(void **state)
{
    pixels p = portrait_read(SELFIE_JPG);
    fvi_faces plain = {.n = 0}, hidden = {.n = 0};
    const fvi_landmarks good = landmarks_of(&p);
    fvi_landmarks marks;
    fvi_reasons reasons;
    fv_error err = {0};
    (void)state;
    degrade_exposure(&p, -8.0f);
    fvi_image image = image_of(&p);
    assert_fv_ok(fvi_face_detect(fix.session->facer, &image, false, &plain, &err), &err);
    assert_int_equal(plain.n, 0); /* else it does not hide */
    assert_fv_ok(fvi_face_detect_hidden(fix.session->facer, &image, &hidden, &marks, &err), &err);
    assert_int_equal(hidden.n, 1);
    assert_true(hidden.hidden);
    assert_near(hidden.boxes[0].x0_px, 384.8f, 30.0f);
    assert_near(hidden.boxes[0].x1_px, 606.4f, 30.0f);
    for (int i = 0; i < FVI_LANDMARKS; i++) {
        float way = hypotf(marks.point[i].x_px - good.point[i].x_px,
                           marks.point[i].y_px - good.point[i].y_px);
        if (way > 0.25f * fvi_inter_eye_px(&good)) fail_msg("landmark %d is off by %g", i, way);
    }
    fvi_examined e = examine(&p, &reasons);
    assert_near(e.seen.measured.value[FVI_Q_FACE_COUNT], 0, 0);
    assert_true(e.seen.measured.value[FVI_Q_INTER_EYE_DISTANCE] > 60);
    assert_true(isnan(e.seen.measured.value[FVI_Q_EYES_OPEN]));
    assert_true(isnan(e.seen.measured.value[FVI_Q_HEAD_YAW]));
    assert_false(e.has_chip);
    assert_false(e.has_face);
    assert_false(examine(&p, NULL).has_chip); /* not for those either who set no limits */
    assert_true(reasons.blocked[FV_SELFIE]);
    assert_true(blocks(&reasons, FV_REASON_TOO_DARK));
    assert_false(has(&reasons, FV_REASON_NO_FACE));
    free(p.rgb);
}

static void test_hidden__nothing_is_seen_where_nothing_is(void **state)
{
    fv_error err = {0};
    (void)state;
    for (int i = 0; i < 12; i++) {
        pixels p = i < 4   ? pixels_blank(320 + 40 * i, 300, (uint8_t)(80 * i))
                   : i < 8 ? pixels_noise(200 + 60 * i, 400, (uint32_t)i)
                           : pixels_noise(16, 12, (uint32_t)i);
        if (i >= 8) { /* clouds */
            pixels large = pixels_scaled(&p, 320, 240);
            free(p.rgb);
            p = large;
            degrade_blur(&p, 3.0f * (float)(i - 7));
        }
        fvi_image image = image_of(&p);
        fvi_faces f = {.n = 9};
        fvi_landmarks marks;
        fvi_reasons reasons;
        assert_fv_ok(fvi_face_detect_hidden(fix.session->facer, &image, &f, &marks, &err), &err);
        if (f.n != 0) fail_msg("%d: a face of score %g", i, f.boxes[0].score);
        assert_false(f.hidden);
        fvi_examined e = examine(&p, &reasons);
        assert_true(reasons.blocked[FV_SELFIE] && !e.has_face && !e.has_chip);
        assert_near(e.seen.measured.value[FVI_Q_FACE_COUNT], 0, 0);
        free(p.rgb);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lab__known_colours),
        cmocka_unit_test(test_patch__mean_of_a_disc_in_the_picture),
        cmocka_unit_test(test_patch__slopes_of_a_ramp),
        cmocka_unit_test(test_eyes__mean_of_those_that_are_there),
        cmocka_unit_test(test_mouth__opening_as_a_share_of_eyes_to_chin),
        cmocka_unit_test(test_mask__uncovered_lips_of_all_colours_pass),
        cmocka_unit_test(test_mask__of_many_colours_is_seen),
        cmocka_unit_test(test_mask__cannot_be_told_where_the_mouth_is_cut_off),
        cmocka_unit_test(test_glasses__bare_eyes_and_frames_pass),
        cmocka_unit_test(test_glasses__dark_lenses_are_seen),
        cmocka_unit_test(test_glasses__one_dark_eye_is_a_shadow),
        cmocka_unit_test(test_occlusion__share_of_parts_unlike_the_skin),
        cmocka_unit_test(test_scores__fall_as_it_gets_worse),
        cmocka_unit_test(test_persons__a_face_that_hides_is_none),
        cmocka_unit_test(test_portrait__nothing_is_said_of_a_good_one),
        cmocka_unit_test(test_portrait__what_is_drawn_on_is_told),
        cmocka_unit_test(test_portrait__painted_lids_are_no_eyes),
        cmocka_unit_test(test_eye__beyond_the_picture_is_not_read),
        cmocka_unit_test(test_hidden__a_face_in_the_dark_is_measured_and_not_counted),
        cmocka_unit_test(test_hidden__nothing_is_seen_where_nothing_is),
    };
    return cmocka_run_group_tests_name("quality of faces", tests, open_all, close_all);
}
