/* SPDX-License-Identifier: Apache-2.0 */
/* The picture for support staff: its size, what is drawn where, and what is left behind. */
#include "test.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <spng.h>

#include "portrait.h"
#include "shim/opencv.h"
#include "verify/overlay.h"

static struct {
    fv_engine *engine;
    fv_session *session;
    blob selfie;
} fix;

static int open_all(void **state)
{
    static const char *const overrides[] = {"models.dir=" FV_TEST_MODELS};
    fv_engine_options o = FV_ENGINE_OPTIONS_INIT;
    (void)state;
    o.overrides = overrides;
    o.n_overrides = 1;
    fix.selfie = portrait_file(SELFIE_JPG);
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
    free(fix.selfie.data);
    return 0;
}

static pixels decoded(const fvi_png *png)
{
    struct spng_ihdr head;
    spng_ctx *ctx = spng_ctx_new(0);
    size_t n = 0;

    assert_non_null(png->data);
    assert_int_equal(spng_set_png_buffer(ctx, png->data, png->len), 0);
    assert_int_equal(spng_set_crc_action(ctx, SPNG_CRC_ERROR, SPNG_CRC_ERROR), 0);
    assert_int_equal(spng_get_ihdr(ctx, &head), 0);
    assert_int_equal(head.color_type, SPNG_COLOR_TYPE_TRUECOLOR);
    assert_int_equal(spng_decoded_image_size(ctx, SPNG_FMT_RGB8, &n), 0);
    pixels p = {malloc(n), (int)head.width, (int)head.height};
    assert_int_equal(spng_decode_image(ctx, p.rgb, n, SPNG_FMT_RGB8, 0), 0);
    assert_int_equal(spng_decode_chunks(ctx), 0);
    spng_ctx_free(ctx);
    return p;
}

static pixels overlay(blob photo, fv_image kind, fv_quality_result *result)
{
    fvi_quality_ask ask = {.photo = {photo.data, photo.len}, .kind = kind};
    fv_quality_result r = FV_QUALITY_RESULT_INIT;
    fvi_png png = {NULL, 0};
    fv_error err = {0};

    assert_fv_ok(fvi_quality_overlay(fix.session, &ask, &png, &r, &err), &err);
    pixels p = decoded(&png);
    if (result != NULL) *result = r;
    free(png.data);
    return p;
}

static const uint8_t *at(const pixels *p, int x, int y)
{
    assert_true(x >= 0 && y >= 0 && x < p->width && y < p->height);
    return p->rgb + 3 * ((size_t)y * (size_t)p->width + (size_t)x);
}

static bool is(const uint8_t *rgb, int r, int g, int b)
{
    return abs(rgb[0] - r) < 24 && abs(rgb[1] - g) < 24 && abs(rgb[2] - b) < 24;
}

/* How many of the photograph's pixels have the colour, left of `right`. */
static int count(const pixels *p, int right, int r, int g, int b)
{
    int n = 0;
    for (int y = 0; y < p->height; y++) {
        for (int x = 0; x < right; x++)
            n += is(at(p, x, y), r, g, b);
    }
    return n;
}

static void test_overlay__has_the_size_that_the_photograph_has(void **state)
{
    static const struct {
        int width, height, wide, high;
    } rows[] = {
        {910, 1137, 910 + FVI_OVERLAY_PANEL_PX, 1137},
        {1820, 2274, 1024 + FVI_OVERLAY_PANEL_PX, 1280},
        {200, 250, 512 + FVI_OVERLAY_PANEL_PX, 640},
        {640, 64, 640 + FVI_OVERLAY_PANEL_PX, FVI_OVERLAY_LEAST_HIGH_PX},
        {16, 1000, 16 + FVI_OVERLAY_PANEL_PX, 1000},
    };
    pixels p = portrait_read(SELFIE_JPG);
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        pixels scaled = pixels_scaled(&p, rows[i].width, rows[i].height);
        blob b = pixels_jpeg(&scaled, 90);
        pixels o = overlay(b, FV_SELFIE, NULL);
        if (abs(o.width - rows[i].wide) > 1 || o.height != rows[i].high)
            fail_msg("%dx%d: drawn as %dx%d", rows[i].width, rows[i].height, o.width, o.height);
        free(o.rgb);
        free(b.data);
        free(scaled.rgb);
    }
    free(p.rgb);
}

/* Of a photograph that is not scaled: what is drawn stands at the photograph's own pixels. */
static void test_overlay__box_landmarks_and_skin_are_where_the_face_is(void **state)
{
    fv_quality_result r;
    pixels before = portrait_read(SELFIE_JPG);
    pixels p = overlay(fix.selfie, FV_SELFIE, &r);
    const fv_photo_info *f = &r.photo;
    int left = (int)lroundf(f->face_x_px), top = (int)lroundf(f->face_y_px);
    int right = (int)lroundf(f->face_x_px + f->face_width_px);
    int bottom = (int)lroundf(f->face_y_px + f->face_height_px);
    (void)state;
    for (int i = 1; i < 8; i++) {
        int x = left + (right - left) * i / 8;
        int y = top + (bottom - top) * i / 8;
        assert_true(is(at(&p, x, top), 255, 255, 255));
        assert_true(is(at(&p, x, bottom), 255, 255, 255));
        assert_true(is(at(&p, left, y), 255, 255, 255));
        assert_true(is(at(&p, right, y), 255, 255, 255));
        assert_false(is(at(&before, left, y), 255, 255, 255));
    }
    assert_true(count(&p, before.width, 255, 220, 0) >= 4 * 68);
    assert_true(count(&p, before.width, 0, 230, 120) >= 400);
    assert_int_equal(count(&before, before.width, 255, 220, 0), 0);
    assert_int_equal(count(&before, before.width, 0, 230, 120), 0);
    /* the corners of the photograph are as they were, but for the colours that JPEG loses */
    assert_memory_equal(at(&p, 0, 0), at(&before, 0, 0), 3);
    assert_memory_equal(at(&p, 909, 1136), at(&before, 909, 1136), 3);
    free(before.rgb);
    free(p.rgb);
}

/* Blank pictures have no face: the light of all of it, in the colour of its exposure. */
static void test_overlay__light_has_its_colour(void **state)
{
    static const struct {
        uint8_t grey, r, g, b;
    } rows[] = {
        {0, 20, 20, 150}, {88, 40, 90, 255}, {160, 60, 180, 75}, {254, 161, 0, 0}, {255, 150, 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        pixels blank = pixels_blank(640, 640, rows[i].grey);
        blob b = pixels_jpeg(&blank, 95);
        fv_quality_result r;
        pixels p = overlay(b, FV_SELFIE, &r);
        const uint8_t *map = at(&p, 640 + FVI_OVERLAY_PANEL_PX / 2, 150);
        assert_int_equal(r.usable, 0);
        if (!is(map, rows[i].r, rows[i].g, rows[i].b))
            fail_msg("grey %d is drawn as %d,%d,%d", rows[i].grey, map[0], map[1], map[2]);
        assert_memory_equal(at(&p, 320, 320), at(&blank, 320, 320), 3);
        free(p.rgb);
        free(b.data);
        free(blank.rgb);
    }
}

/* Outside the skin the map is grey, whatever the picture's colours. */
static void test_overlay__only_skin_has_colours(void **state)
{
    pixels p = overlay(fix.selfie, FV_SELFIE, NULL);
    int x0 = 910 + 16, coloured = 0, grey = 0;
    (void)state;
    for (int y = 40; y < 32 + 420; y++) {
        for (int x = x0 + 4; x < x0 + 370; x++) {
            const uint8_t *c = at(&p, x, y);
            int spread = abs(c[0] - c[1]) + abs(c[1] - c[2]);
            coloured += spread > 60;
            grey += spread == 0;
        }
    }
    assert_true(coloured > 366 * 412 / 5 && grey > 366 * 412 / 5);
    assert_true(coloured + grey > 366 * 412 * 9 / 10); /* the rest are their borders */
    free(p.rgb);
}

static void test_overlay__answers_what_quality_answers(void **state)
{
    fv_quality_result drawn, plain = FV_QUALITY_RESULT_INIT;
    fv_error err = {0};
    (void)state;
    for (fv_image kind = FV_SELFIE; kind <= FV_RECORD; kind++) {
        pixels p = overlay(fix.selfie, kind, &drawn);
        fv_bytes photo = {fix.selfie.data, fix.selfie.len};
        assert_fv_ok(fv_quality(fix.session, photo, kind, &plain, &err), &err);
        memset(&drawn.timings, 0, sizeof drawn.timings);
        memset(&plain.timings, 0, sizeof plain.timings);
        assert_memory_equal(&drawn, &plain, sizeof plain);
        free(p.rgb);
    }
}

static void test_overlay__none_of_what_cannot_be_decoded(void **state)
{
    static const uint8_t text[] = "no photograph";
    fvi_quality_ask ask = {.photo = {text, sizeof text}, .kind = FV_SELFIE};
    fv_quality_result r = FV_QUALITY_RESULT_INIT;
    fvi_png png = {(uint8_t *)&fix, 1};
    fv_error err = {0};
    (void)state;
    assert_fv_ok(fvi_quality_overlay(fix.session, &ask, &png, &r, &err), &err);
    assert_null(png.data);
    assert_int_equal(png.len, 0);
    assert_int_equal(r.reasons[0].code, FV_REASON_NOT_A_PHOTO);

    png = (fvi_png){(uint8_t *)&fix, 1};
    ask.kind = (fv_image)3;
    assert_int_equal(fvi_quality_overlay(fix.session, &ask, &png, &r, &err), FV_E_ARG);
    assert_ptr_equal(png.data, &fix); /* untouched */
}

/* Who looks on, and what was there. */
typedef struct witness {
    fv_status says;
    int calls;
    bool face;
    const uint8_t *pixels;
    size_t n;
    const uint8_t *view;
    size_t n_view;
} witness;

static fv_status look(void *self, fv_session *session, const fvi_sight *sight, fv_error *err)
{
    fv_status st = FV_OK;
    witness *w = self;
    fvi_view v;

    w->calls++;
    const fvi_found *found = sight->found;
    w->face = found->landmarks != NULL;
    w->pixels = found->picture->data;
    w->n = found->picture->stride_bytes * (size_t)found->picture->height_px;
    FVI_TRY(fvi_viewer_look(session->viewer, found, &v, err));
    w->view = v.rgb.data;
    w->n_view = v.rgb.stride_bytes * (size_t)v.rgb.height_px;
    if (w->says != FV_OK) return fvi_fail(err, w->says, "the witness");
out:
    return st;
}

static void assert_zeros(const uint8_t *p, size_t n)
{
    assert_true(n > 10000);
    for (size_t i = 0; i < n; i++) {
        if (p[i] != 0) fail_msg("byte %zu of %zu is not wiped", i, n);
    }
}

static void test_quality__pictures_are_wiped_from_the_session(void **state)
{
    static const fv_status ends[] = {FV_OK, FV_E_BACKEND};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
        witness w = {.says = ends[i]};
        fvi_quality_ask ask = {.photo = {fix.selfie.data, fix.selfie.len},
                               .kind = FV_SELFIE,
                               .onlook = look,
                               .onlooker = &w};
        fv_quality_result r = FV_QUALITY_RESULT_INIT;
        const fv_quality_result before = r;
        fv_error err = {0};
        assert_int_equal(fvi_quality(fix.session, &ask, &r, &err), ends[i]);
        assert_int_equal(w.calls, 1);
        assert_true(w.face);
        assert_zeros(w.pixels, w.n);
        assert_zeros(w.view, w.n_view);
        if (ends[i] != FV_OK) {
            assert_memory_equal(&r, &before, sizeof r);
            assert_string_equal(err.text, "the witness");
        }
    }
}

static void test_shim__what_cannot_be_drawn_is_refused(void **state)
{
    uint8_t rgb[3 * 20 * 10] = {0};
    uint8_t grey[20 * 10] = {0};
    fvi_image on = {rgb, 20, 10, 3, 60};
    fvi_image mask = {grey, 20, 10, 1, 20};
    const fvi_point inside[2] = {{2, 2}, {9, 9}}, outside[2] = {{2, 2}, {NAN, 3}};
    const float m[6] = {1, 0, 0, 0, 1, 0}, wild[6] = {1e9f, 0, 0, 0, 1, 0};
    const fvi_pen pen = {{240, 240, 240}, 1}, none = {{9, 9, 9}, 0}, broad = {{9, 9, 9}, 257};
    (void)state;
    assert_int_equal(fvi_cv_polygon(&mask, inside, 2, &pen, NULL), FV_E_ARG);
    assert_int_equal(fvi_cv_polygon(&on, inside, 1, &pen, NULL), FV_E_ARG);
    assert_int_equal(fvi_cv_polygon(&on, inside, 129, &pen, NULL), FV_E_ARG);
    assert_int_equal(fvi_cv_polygon(&on, outside, 2, &pen, NULL), FV_E_ARG);
    assert_int_equal(fvi_cv_polygon(&on, inside, 2, &none, NULL), FV_E_ARG);
    assert_int_equal(fvi_cv_dots(&on, inside, 2, &broad, NULL), FV_E_ARG);
    assert_int_equal(fvi_cv_dots(&on, inside, 0, &pen, NULL), FV_E_ARG);
    assert_int_equal(fvi_cv_dots(&on, NULL, 2, &pen, NULL), FV_E_ARG);
    assert_int_equal(fvi_cv_text(&on, NULL, inside[0], &pen, NULL), FV_E_ARG);
    assert_int_equal(fvi_cv_text(&on, "x", outside[1], &pen, NULL), FV_E_ARG);
    assert_int_equal(fvi_cv_text(NULL, "x", inside[0], &pen, NULL), FV_E_ARG);
    assert_int_equal(fvi_cv_borders(&on, &on, m, &pen, NULL), FV_E_ARG);
    assert_int_equal(fvi_cv_borders(&on, &mask, NULL, &pen, NULL), FV_E_ARG);
    grey[0] = grey[1] = 1;
    assert_int_equal(fvi_cv_borders(&on, &mask, wild, &pen, NULL), FV_E_ARG);
    for (size_t i = 0; i < sizeof rgb; i++)
        assert_int_equal(rgb[i], 0);
    assert_int_equal(fvi_cv_borders(&on, &mask, m, &pen, NULL), FV_OK);
    assert_true(rgb[0] > 120); /* antialiased */
    assert_int_equal(rgb[3 * 10], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_overlay__has_the_size_that_the_photograph_has),
        cmocka_unit_test(test_overlay__box_landmarks_and_skin_are_where_the_face_is),
        cmocka_unit_test(test_overlay__light_has_its_colour),
        cmocka_unit_test(test_overlay__only_skin_has_colours),
        cmocka_unit_test(test_overlay__answers_what_quality_answers),
        cmocka_unit_test(test_overlay__none_of_what_cannot_be_decoded),
        cmocka_unit_test(test_quality__pictures_are_wiped_from_the_session),
        cmocka_unit_test(test_shim__what_cannot_be_drawn_is_refused),
    };
    return cmocka_run_group_tests_name("overlay", tests, open_all, close_all);
}
