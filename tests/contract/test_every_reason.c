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

__attribute__((unused)) static void cut(sitter *s, int x, int y, int width, int height)
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

static void blue(sitter *s)
{
    degrade_cast(&s->p, DEGRADE_BLUE, 3);
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

__attribute__((unused)) static void in_sunglasses(sitter *s)
{
    degrade_cover(&s->p, s->at.point, DEGRADE_GLASSES, &(degrade_cloth){{12, 12, 14}, 1});
}

__attribute__((unused)) static void behind_a_hand(sitter *s)
{
    degrade_cover(&s->p, s->at.point, DEGRADE_HAND, &(degrade_cloth){{70, 90, 180}, 1});
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

static const struct {
    fv_reason_code code;
    fv_image image;
    void (*spoil)(sitter *);
    const char *set; /* a setting, or NULL */
} rows[] = {
    {FV_REASON_TOO_DARK, FV_SELFIE, dark, NULL},
    {FV_REASON_TOO_DARK, FV_RECORD, dark, NULL},
    {FV_REASON_TOO_BRIGHT, FV_SELFIE, bright, NULL},
    {FV_REASON_TOO_BRIGHT, FV_RECORD, bright, NULL},
    {FV_REASON_BACKLIGHT, FV_SELFIE, backlit, NULL},
    {FV_REASON_UNEVEN_LIGHT, FV_SELFIE, side_lit, NULL},
    {FV_REASON_UNEVEN_LIGHT, FV_RECORD, side_lit, NULL},
    {FV_REASON_GLARE, FV_SELFIE, shiny, NULL},
    {FV_REASON_GLASSES_GLARE, FV_SELFIE, shiny_glasses, NULL},
    {FV_REASON_LOW_CONTRAST, FV_SELFIE, hazy, NULL},
    {FV_REASON_LOW_CONTRAST, FV_RECORD, hazy, NULL},
    {FV_REASON_COLOUR_CAST, FV_SELFIE, blue, NULL},
    {FV_REASON_COLOUR_CAST, FV_RECORD, blue, NULL},
    {FV_REASON_MONOCHROME, FV_SELFIE, grey, NULL},
    {FV_REASON_MONOCHROME, FV_RECORD, grey, NULL},
    {FV_REASON_MOTION_BLUR, FV_SELFIE, moved, NULL},
    {FV_REASON_BLURRED, FV_SELFIE, blurred, NULL},
    {FV_REASON_BLURRED, FV_RECORD, blurred, NULL},
    {FV_REASON_NOISY, FV_SELFIE, grainy, NULL},
    {FV_REASON_COMPRESSED, FV_SELFIE, squeezed, NULL},
    {FV_REASON_COMPRESSED, FV_RECORD, squeezed, NULL},
    {FV_REASON_MOUTH_COVERED, FV_SELFIE, masked, NULL},
    {FV_REASON_MOUTH_COVERED, FV_RECORD, masked, NULL},

    {FV_REASON_PRINTED_MESH, FV_RECORD, meshed, NULL},
    {FV_REASON_FACE_TOO_SMALL, FV_SELFIE, far_away, NULL},
};

static void one(size_t i)
{
    sitter s = sit(rows[i].image);
    char text[512];
    rows[i].spoil(&s);
    blob file = pixels_jpeg(&s.p, s.quality);
    bool selfie = rows[i].image == FV_SELFIE;
    fv_result r = verify(selfie ? file : fix.other, selfie ? fix.other : file);
    if (!has_reason(&r, rows[i].code, rows[i].image))
        print_error("%s of the %s: %s\n", fv_reason_name(rows[i].code),
                    fv_image_name(rows[i].image), describe(&r, text, sizeof text));
    free(file.data);
    free(s.p.rgb);
}

static void test_reason__each_is_told_by_the_whole_step(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        one(i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reason__each_is_told_by_the_whole_step),
    };
    return cmocka_run_group_tests_name("every reason", tests, fixture_open, fixture_close);
}
