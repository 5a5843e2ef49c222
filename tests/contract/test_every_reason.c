/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every reason of the table, brought about on a real portrait and told by the whole step. What only
 * advises is told where the answer is no, so the two photographs show two people.
 */
#include "fixture.h"

#include "degrade.h"
#include "view.h"

/* Where the face of each portrait lies. */
typedef struct place {
    const char *file;
    float x_px, y_px; /* the middle between the eyes */
    float eyes_px;
} place;

static const place places[] = {
    [FV_SELFIE] = {SELFIE_JPG, 495.7f, 214.0f, 105.0f},
    [FV_RECORD] = {RECORD_JPG, 314.0f, 378.0f, 122.0f},
};

typedef struct sitter {
    pixels p;
    fvi_landmarks at;
    fvi_box box;
    int quality; /* of the JPEG */
} sitter;

static sitter sit(fv_image image)
{
    const place *w = &places[image];
    sitter s = {.p = portrait_read(w->file), .quality = 95};
    s.at = drawn_landmarks(w->x_px, w->y_px, w->eyes_px);
    s.box = (fvi_box){w->x_px - 1.05f * w->eyes_px, w->y_px - 1.1f * w->eyes_px,
                      w->x_px + 1.05f * w->eyes_px, w->y_px + 1.75f * w->eyes_px, 1};
    return s;
}

static void cut(sitter *s, int x, int y, int width, int height)
{
    pixels part = pixels_cut(&s->p, x, y, width, height);
    free(s->p.rgb);
    s->p = part;
}

static void dark(sitter *s)
{
    degrade_exposure(&s->p, -3);
}

static void bright(sitter *s)
{
    degrade_exposure(&s->p, 3);
}

static void backlit(sitter *s)
{
    degrade_backlight(&s->p, &s->box, 3.5f, 1);
}

static void side_lit(sitter *s)
{
    degrade_side_light(&s->p, &s->box, 5);
}

static void shiny(sitter *s)
{
    degrade_glare(&s->p, s->at.point, DEGRADE_SHINE_FOREHEAD, 1.5f);
    degrade_glare(&s->p, s->at.point, DEGRADE_SHINE_CHEEKS, 1.5f);
}

static void shiny_glasses(sitter *s)
{
    degrade_glare(&s->p, s->at.point, DEGRADE_SHINE_LENSES, 1.5f);
}

static void hazy(sitter *s)
{
    degrade_haze(&s->p, 0.85f);
}

static void green(sitter *s)
{
    degrade_cast(&s->p, DEGRADE_GREEN, 2);
}

static void grey(sitter *s)
{
    degrade_desaturate(&s->p, 1);
}

static void moved(sitter *s)
{
    degrade_motion(&s->p, 45, 20);
}

static void blurred(sitter *s)
{
    degrade_blur(&s->p, 9);
}

static void grainy(sitter *s)
{
    degrade_noise(&s->p, 60, 1);
}

static void squeezed(sitter *s)
{
    s->quality = 3;
}

static void masked(sitter *s)
{
    degrade_cover(&s->p, s->at.point, DEGRADE_MASK, &(degrade_cloth){{200, 220, 240}, 1});
}

static void in_sunglasses(sitter *s)
{
    degrade_cover(&s->p, s->at.point, DEGRADE_GLASSES, &(degrade_cloth){{12, 12, 14}, 1});
}

static void meshed(sitter *s)
{
    degrade_mesh(&s->p, 9, 30, 40);
}

static void far_away(sitter *s)
{
    pixels small = pixels_scaled(&s->p, s->p.width / 5, s->p.height / 5);
    free(s->p.rgb);
    s->p = small;
}

static void close_to(sitter *s)
{
    cut(s, (int)s->box.x0_px - 5, (int)s->box.y0_px, (int)(s->box.x1_px - s->box.x0_px) + 10,
        (int)(s->box.y1_px - s->box.y0_px));
}

static void cut_at_the_mouth(sitter *s)
{
    cut(s, 0, 0, s->p.width, (int)s->at.point[33].y_px);
}

static void blank(sitter *s)
{
    memset(s->p.rgb, 180, 3 * (size_t)s->p.width * (size_t)s->p.height);
}

/* Lids: the colour of the cheek over each eye, and the lashes' line. */
static void asleep(sitter *s)
{
    const float eyes = s->at.point[45].x_px - s->at.point[36].x_px;
    for (int i = 0; i < 2; i++) {
        fvi_point l = s->at.point[i == 0 ? 36 : 42], r = s->at.point[i == 0 ? 39 : 45];
        float mx = (l.x_px + r.x_px) / 2, my = (l.y_px + r.y_px) / 2;
        size_t from = 3 * ((size_t)(my + 0.35f * eyes) * (size_t)s->p.width + (size_t)mx);
        uint8_t skin[3], lash[3] = {45, 30, 25};
        memcpy(skin, s->p.rgb + from, 3);
        for (int y = 0; y < s->p.height; y++) {
            for (int x = 0; x < s->p.width; x++) {
                float dx = ((float)x - mx) / (0.19f * eyes), dy = ((float)y - my) / (0.10f * eyes);
                float bow = my + 0.05f * eyes * (1 - dx * dx);
                if (dx * dx + dy * dy >= 1) continue;
                bool line = fabsf((float)y - bow) < 0.012f * eyes;
                memcpy(s->p.rgb + 3 * ((size_t)y * (size_t)s->p.width + (size_t)x),
                       line ? lash : skin, 3);
            }
        }
    }
}

static void unspoilt(sitter *s)
{
    (void)s;
}

typedef struct row {
    fv_reason_code code;
    fv_image image;
    void (*spoil)(sitter *);
    const char *set; /* a setting, or NULL */
} row;

static const row rows[] = {
    {FV_REASON_NO_FACE, FV_SELFIE, blank, NULL},
    {FV_REASON_NO_FACE, FV_RECORD, blank, NULL},
    {FV_REASON_FACE_CUT_OFF, FV_SELFIE, cut_at_the_mouth, NULL},
    {FV_REASON_FACE_CUT_OFF, FV_RECORD, cut_at_the_mouth, NULL},
    {FV_REASON_FACE_TOO_SMALL, FV_SELFIE, far_away, NULL},
    {FV_REASON_FACE_TOO_SMALL, FV_RECORD, far_away, "record.inter_eye_distance.min=60"},
    {FV_REASON_FACE_TOO_LARGE, FV_SELFIE, close_to, "selfie.head_size.max=0.4"},
    {FV_REASON_NOT_ASSESSED, FV_SELFIE, unspoilt, "selfie.motion_direction.min=-200"},
    {FV_REASON_NOT_ASSESSED, FV_RECORD, unspoilt, "record.motion_direction.min=-200"},
    {FV_REASON_TOO_DARK, FV_SELFIE, dark, NULL},
    {FV_REASON_TOO_DARK, FV_RECORD, dark, NULL},
    {FV_REASON_TOO_BRIGHT, FV_SELFIE, bright, NULL},
    {FV_REASON_TOO_BRIGHT, FV_RECORD, bright, NULL},
    {FV_REASON_BACKLIGHT, FV_SELFIE, backlit, NULL},
    {FV_REASON_BACKLIGHT, FV_RECORD, backlit, NULL},
    {FV_REASON_UNEVEN_LIGHT, FV_SELFIE, side_lit, NULL},
    {FV_REASON_UNEVEN_LIGHT, FV_RECORD, side_lit, NULL},
    {FV_REASON_GLARE, FV_SELFIE, shiny, NULL},
    {FV_REASON_GLARE, FV_RECORD, shiny, NULL},
    {FV_REASON_GLASSES_GLARE, FV_SELFIE, shiny_glasses, NULL},
    {FV_REASON_LOW_CONTRAST, FV_SELFIE, hazy, NULL},
    {FV_REASON_LOW_CONTRAST, FV_RECORD, hazy, NULL},
    {FV_REASON_COLOUR_CAST, FV_SELFIE, green, NULL},
    {FV_REASON_COLOUR_CAST, FV_RECORD, green, NULL},
    {FV_REASON_MONOCHROME, FV_SELFIE, grey, NULL},
    {FV_REASON_MONOCHROME, FV_RECORD, grey, NULL},
    {FV_REASON_MOTION_BLUR, FV_SELFIE, moved, NULL},
    {FV_REASON_MOTION_BLUR, FV_RECORD, moved, NULL},
    {FV_REASON_BLURRED, FV_SELFIE, blurred, NULL},
    {FV_REASON_BLURRED, FV_RECORD, blurred, NULL},
    {FV_REASON_NOISY, FV_SELFIE, grainy, NULL},
    {FV_REASON_NOISY, FV_RECORD, grainy, NULL},
    {FV_REASON_COMPRESSED, FV_SELFIE, squeezed, NULL},
    {FV_REASON_COMPRESSED, FV_RECORD, squeezed, NULL},
    {FV_REASON_MOUTH_COVERED, FV_SELFIE, masked, NULL},
    {FV_REASON_MOUTH_COVERED, FV_RECORD, masked, NULL},
    {FV_REASON_TINTED_GLASSES, FV_SELFIE, in_sunglasses, NULL},
    {FV_REASON_TINTED_GLASSES, FV_RECORD, in_sunglasses, NULL},
    {FV_REASON_FACE_COVERED, FV_SELFIE, unspoilt, "selfie.face_occlusion.advise_max=-1"},
    {FV_REASON_EYES_CLOSED, FV_SELFIE, asleep, NULL},
    {FV_REASON_MOUTH_OPEN, FV_SELFIE, unspoilt, "selfie.mouth_closed.advise_max=-1"},
    {FV_REASON_PRINTED_MESH, FV_RECORD, meshed, NULL},
    {FV_REASON_LITTLE_CONTEXT, FV_SELFIE, close_to, NULL},
    {FV_REASON_COMPARISON_DOUBTFUL, FV_SELFIE, grey, NULL},
    {FV_REASON_COMPARISON_DOUBTFUL, FV_RECORD, grey, NULL},
    {FV_REASON_NOT_THE_SAME_PERSON, FV_SELFIE, unspoilt, NULL},
};

static fv_result ask(const row *w, blob file)
{
    bool selfie = w->image == FV_SELFIE;
    fv_request q = request_of(selfie ? file : fix.other, selfie ? fix.other : file);
    fv_engine *engine = NULL;
    fv_session *session = NULL;
    fv_result r = FV_RESULT_INIT;
    fv_error err = {0};

    if (w->set == NULL) return answer_to(&q);
    assert_fv_ok(make_engine(&engine, w->set, &err), &err);
    assert_fv_ok(fv_session_create(&session, engine, &err), &err);
    assert_fv_ok(fv_verify(session, &q, &r, &err), &err);
    fv_session_destroy(&session);
    fv_engine_destroy(&engine);
    return r;
}

static unsigned missing(const row *w)
{
    sitter s = sit(w->image);
    char text[512];
    w->spoil(&s);
    blob file = pixels_jpeg(&s.p, s.quality);
    fv_result r = ask(w, file);
    unsigned n = has_reason(&r, w->code, w->image) ? 0 : 1;
    assert_sound(&r, fv_reason_name(w->code));
    if (n > 0)
        print_error("%s of the %s: %s\n", fv_reason_name(w->code), fv_image_name(w->image),
                    describe(&r, text, sizeof text));
    free(file.data);
    free(s.p.rgb);
    return n;
}

static void test_reason__each_is_told_by_the_whole_step(void **state)
{
    unsigned n = 0;
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        n += missing(&rows[i]);
    assert_int_equal(n, 0);
}

/* What other tests bring about: files (test_photographs), turned and crowded pictures (there too),
 * the band between the bounds (test_verify), liveness (test_live). */
static bool elsewhere(fv_reason_code code)
{
    static const fv_reason_code codes[] = {
        FV_REASON_SEVERAL_FACES,    FV_REASON_HEAD_TURNED,          FV_REASON_HEAD_UP_OR_DOWN,
        FV_REASON_HEAD_TILTED,      FV_REASON_SIMILARITY_UNCERTAIN, FV_REASON_ATTACK_SUSPECTED,
        FV_REASON_LIVENESS_UNCLEAR,
    };
    if (code < 200) return true;
    for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
        if (codes[i] == code) return true;
    }
    return false;
}

static void test_reason__none_is_forgotten(void **state)
{
    static const fv_reason_code all[] = {
#define R(name, ...) FV_REASON_##name,
#include "faceverify/reasons.def"
#undef R
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        bool here = elsewhere(all[i]);
        for (size_t k = 0; k < ARRAY_LEN(rows) && !here; k++)
            here = rows[k].code == all[i];
        if (!here) fail_msg("no test brings about %s", fv_reason_name(all[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reason__each_is_told_by_the_whole_step),
        cmocka_unit_test(test_reason__none_is_forgotten),
    };
    return cmocka_run_group_tests_name("every reason", tests, fixture_open, fixture_close);
}
