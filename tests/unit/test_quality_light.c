/* SPDX-License-Identifier: Apache-2.0 */
/* Measures of light on drawn faces with known answers. */
#include "test.h"

#include <math.h>
#include <string.h>

#include "quality/light.h"
#include "quality/viewer.h"
#include "verify/explain.h"
#include "view.h"

enum { SKIN_X = 32, SKIN_Y = 60, SKIN_SIDE = 128 };

static const int all_skin[4] = {32, 60, 160, 188};
static const int left_skin[4] = {32, 60, 96, 188};
static const int right_skin[4] = {96, 60, 160, 188};
static const int cheeks_row[2] = {110, 142}; /* both cheeks lie between these rows */

static drawn d;

#define CLOSE(a, b, by) close_to((double)(a), (double)(b), (double)(by), __LINE__)
#define NEAR(a, b)      CLOSE(a, b, 1e-4)

static void close_to(double a, double b, double by, int line)
{
    if (!(fabs(a - b) <= by)) fail_msg("line %d: %g is not %g", line, a, b);
}

/* Gives the skin's pixels these luminances in turn, as often each. */
static void set_levels(const uint8_t *levels, int n)
{
    int k = 0;
    for (int y = SKIN_Y; y < SKIN_Y + SKIN_SIDE; y++) {
        for (int x = SKIN_X; x < SKIN_X + SKIN_SIDE; x++)
            d.view.luma.data[y * d.view.luma.width_px + x] = levels[k++ % n];
    }
}

static void set_luma(const int at[4], uint8_t level)
{
    for (int y = at[1]; y < at[3]; y++)
        memset(d.view.luma.data + y * d.view.luma.width_px + at[0], level, (size_t)(at[2] - at[0]));
}

static void test_luminance_mean__is_that_of_linear_light(void **state)
{
    (void)state;
    for (int v = 0; v <= 255; v += 51) {
        drawn_face(&d, rgb8_grey((uint8_t)v));
        CLOSE(fvi_q_luminance_mean(&d.view), fvi_linear((uint8_t)v), 0.5 / 255);
    }
    NEAR(fvi_linear(0), 0);
    NEAR(fvi_linear(10), 10 / 255.0 / 12.92);
    NEAR(fvi_linear(188), 0.50289);
    NEAR(fvi_linear(255), 1);
    drawn_face(&d, (rgb8){255, 0, 0});
    CLOSE(fvi_q_luminance_mean(&d.view), 0.2126, 0.5 / 255);
    drawn_face(&d, (rgb8){0, 255, 0});
    CLOSE(fvi_q_luminance_mean(&d.view), 0.7152, 0.5 / 255);
}

static void test_luminance__of_skin_only(void **state)
{
    (void)state;
    drawn_face(&d, rgb8_grey(255));
    drawn_rect(&d, all_skin, rgb8_grey(0));
    NEAR(fvi_q_luminance_mean(&d.view), 0);
    NEAR(fvi_q_luminance_variance(&d.view), 0);
    NEAR(fvi_q_under_exposure(&d.view), 1);
    NEAR(fvi_q_over_exposure(&d.view), 0);
    NEAR(fvi_q_dynamic_range(&d.view), 0);
}

static void test_luminance__half_black_half_white(void **state)
{
    (void)state;
    drawn_face(&d, rgb8_grey(255));
    drawn_rect(&d, left_skin, rgb8_grey(0));
    NEAR(fvi_q_luminance_mean(&d.view), 0.5);
    NEAR(fvi_q_luminance_variance(&d.view), 0.25);
    NEAR(fvi_q_under_exposure(&d.view), 0.5);
    NEAR(fvi_q_over_exposure(&d.view), 0.5);
    NEAR(fvi_q_dynamic_range(&d.view), 1);
    NEAR(fvi_q_contrast(&d.view), log2(257.0 / 2.0));
}

static void test_exposure__at_the_levels_of_the_standard(void **state)
{
    static const uint8_t levels[4] = {25, 26, 246, 247};
    (void)state;
    drawn_face(&d, rgb8_grey(128));
    set_levels(levels, 4);
    NEAR(fvi_q_under_exposure(&d.view), 0.25);
    NEAR(fvi_q_over_exposure(&d.view), 0.25);
}

static void test_dynamic_range__of_k_equal_levels_is_log2_k(void **state)
{
    uint8_t levels[256];
    (void)state;
    for (int i = 0; i < 256; i++)
        levels[i] = (uint8_t)i;
    drawn_face(&d, rgb8_grey(128));
    for (int k = 1; k <= 256; k *= 2) {
        set_levels(levels, k);
        NEAR(fvi_q_dynamic_range(&d.view), log2(k));
    }
}

static void test_contrast__is_the_stops_down_from_bright_to_dark(void **state)
{
    static const int few[4] = {32, 60, 160, 62}; /* 2 rows of 128: 1.6 % */
    static const int more[4] = {32, 60, 160, 64};
    const double white = 257.0;
    (void)state;
    drawn_face(&d, rgb8_grey(255));
    NEAR(fvi_q_contrast(&d.view), 0);
    drawn_face(&d, rgb8_grey(0)); /* black has no more to it than white has */
    NEAR(fvi_q_contrast(&d.view), log2(white / 2) / 2);
    set_luma(all_skin, 30);
    set_luma(left_skin, 126);
    NEAR(fvi_q_contrast(&d.view), log2(128.0 / 32) / 2 + log2(white / 32) / 2);
    set_luma(few, 255); /* neither a highlight nor a mole is contrast */
    NEAR(fvi_q_contrast(&d.view), log2(128.0 / 32) / 2 + log2(white / 32) / 2);
    set_luma(few, 0);
    NEAR(fvi_q_contrast(&d.view), log2(128.0 / 32) / 2 + log2(white / 32) / 2);
    set_luma(more, 254);
    NEAR(fvi_q_contrast(&d.view), log2(256.0 / 32) / 2 + log2(white / 32) / 2);
    set_luma(more, 6);
    NEAR(fvi_q_contrast(&d.view), log2(128.0 / 8) / 2 + log2(white / 8) / 2);
}

static void test_uniformity__is_what_the_cheeks_share(void **state)
{
    const int left[4] = {32, cheeks_row[0], 96, cheeks_row[1]};
    (void)state;
    drawn_face(&d, rgb8_grey(128));
    NEAR(fvi_q_illumination_uniformity(&d.view), 1);
    set_luma(left, 200);
    NEAR(fvi_q_illumination_uniformity(&d.view), 0);
    for (int y = left[1]; y < left[3]; y++) { /* every second pixel as on the right */
        for (int x = left[0]; x < left[2]; x += 2)
            d.view.luma.data[y * d.view.luma.width_px + x] = d.view.luma.data[0];
    }
    CLOSE(fvi_q_illumination_uniformity(&d.view), 0.5, 0.03);
}

static void test_uniformity__cheeks_are_where_the_standard_has_them(void **state)
{
    fvi_square s[2];
    (void)state;
    drawn_face(&d, rgb8_grey(128));
    assert_true(fvi_cheeks(&d.view, s));
    for (int i = 0; i < 2; i++) {
        float x = (float)(s[i].x0 + s[i].x1) / 2.0f;
        float y = (float)(s[i].y0 + s[i].y1) / 2.0f;
        CLOSE(x, 63.5f + 64.0f * (float)i, 0.6);
        CLOSE(y, 85.9f + 0.625f * 64.0f, 0.6);
        assert_in_range(s[i].x1 - s[i].x0, 19, 20);
        assert_in_range(s[i].y1 - s[i].y0, 19, 20);
    }
    for (int i = 0; i < FVI_LANDMARKS; i++) /* the left one leaves the view */
        d.view.at.point[i].x_px -= 70;
    assert_false(fvi_cheeks(&d.view, s));
    assert_true(isnan(fvi_q_illumination_uniformity(&d.view)));
    assert_true(isnan(fvi_q_natural_colour(&d.view)));
}

/* A grey of that linear light. */
static rgb8 lit(float light)
{
    int v = 0;
    while (v < 255 && fvi_linear((uint8_t)v) < light)
        v++;
    return rgb8_grey((uint8_t)v);
}

static void test_balance__is_the_stops_between_the_sides(void **state)
{
    const double black = 1.0 / 255;
    (void)state;
    drawn_face(&d, rgb8_grey(128));
    CLOSE(fvi_q_light_balance(&d.view), 0, 1e-3);
    drawn_rect(&d, left_skin, lit(0.4f));
    drawn_rect(&d, right_skin, lit(0.1f));
    CLOSE(fvi_q_light_balance(&d.view), log2((0.4 + black) / (0.1 + black)), 0.03);
    drawn_rect(&d, left_skin, lit(0.1f));
    drawn_rect(&d, right_skin, lit(0.4f));
    CLOSE(fvi_q_light_balance(&d.view), log2((0.4 + black) / (0.1 + black)), 0.03);
    drawn_rect(&d, left_skin, rgb8_grey(0)); /* in the dark no side is lit */
    drawn_rect(&d, right_skin, rgb8_grey(13));
    CLOSE(fvi_q_light_balance(&d.view), 1, 0.03);
    drawn_skin(&d, left_skin);
    assert_true(isnan(fvi_q_light_balance(&d.view)));
}

static void test_balance__follows_the_middle_of_the_face(void **state)
{
    static const int left[4] = {32, 60, 80, 188};
    (void)state;
    drawn_face(&d, lit(0.1f));
    drawn_rect(&d, left, lit(0.8f));
    for (int i = 0; i < FVI_LANDMARKS; i++)
        d.view.at.point[i].x_px -= 16;
    CLOSE(fvi_q_light_balance(&d.view), log2((0.8 + 1 / 255.0) / (0.1 + 1 / 255.0)), 0.03);
}

static void test_backlight__is_by_how_much_the_face_lacks_light(void **state)
{
    static const struct {
        float face, around, stops;
    } rows[] = {
        {0.4f, 1.0f, 0}, /* a white wall behind a face that has its light */
        {0.4f, 0.8f, 0},     {0.2f, 1.0f, 1},  {0.1f, 1.0f, 2},
        {0.05f, 1.0f, 3},    {0.05f, 0.8f, 3}, {0.05f, 0.4f, 1}, /* half a window: two stops less */
        {0.1f, 0.4f, 0},                                         /* dark skin before a light wall */
        {0.1f, 0.1f, -3.6f}, {0.4f, 0.4f, -2},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        drawn_face(&d, lit(rows[i].face));
        drawn_around(&d, lit(rows[i].around));
        CLOSE(fvi_q_backlight(&d.view), rows[i].stops, 0.1);
    }
}

static void test_backlight__of_the_better_lit_half(void **state)
{
    (void)state;
    drawn_face(&d, lit(0.4f));
    drawn_rect(&d, left_skin, lit(0.01f));
    drawn_around(&d, rgb8_grey(255));
    CLOSE(fvi_q_backlight(&d.view), 0, 0.06);
    for (int y = 0; y < d.view.around.height_px / 2; y++) /* a window above, clothes below */
        memset(d.around + (size_t)y * d.view.around.stride_bytes, 0, d.view.around.stride_bytes);
    CLOSE(fvi_q_backlight(&d.view), 0, 0.06);
}

static void test_backlight__the_head_itself_is_not_behind(void **state)
{
    (void)state;
    drawn_face(&d, lit(0.1f));
    const float s = d.view.around_scale;
    for (int y = (int)(20 * s); y < (int)(200 * s); y++) { /* as if the forehead shone */
        for (int x = (int)(60 * s); x < (int)(130 * s); x++)
            memset(d.around + (size_t)y * d.view.around.stride_bytes + 3 * x, 255, 3);
    }
    CLOSE(fvi_q_backlight(&d.view), -3.6, 0.1);
}

static void test_backlight__cannot_be_told_where_nothing_is_around(void **state)
{
    (void)state;
    drawn_face(&d, lit(0.1f));
    drawn_around(&d, rgb8_grey(255));
    d.landmarks = drawn_landmarks(95.5f, 85.9f, 90); /* the head fills the picture */
    assert_true(isnan(fvi_q_backlight(&d.view)));
}

static void test_glare__is_the_share_of_skin_that_shines(void **state)
{
    static const int spot[4] = {90, 130, 106, 146};
    (void)state;
    drawn_face(&d, rgb8_grey(150));
    NEAR(fvi_q_glare(&d.view), 0);
    drawn_rect(&d, spot, rgb8_grey(250));
    NEAR(fvi_q_glare(&d.view), 256.0 / 16384.0);
    drawn_rect(&d, spot, (rgb8){255, 225, 200}); /* nearly white */
    NEAR(fvi_q_glare(&d.view), 256.0 / 16384.0);
    drawn_rect(&d, spot, (rgb8){255, 180, 150}); /* red skin */
    NEAR(fvi_q_glare(&d.view), 0);
    drawn_rect(&d, spot, rgb8_grey(225)); /* bright, but not white */
    NEAR(fvi_q_glare(&d.view), 0);
    drawn_face(&d, rgb8_grey(250)); /* over-exposed as a whole */
    NEAR(fvi_q_glare(&d.view), 0);
}

static void test_glare__on_glasses_is_not_on_skin(void **state)
{
    static const int lens[4] = {118, 76, 138, 96};
    static const int catchlight[4] = {126, 84, 130, 88};
    static const int rim[4] = {108, 76, 148, 80};
    const double eye = 3.14159265 * 0.32 * 0.22 * 64 * 64;
    (void)state;
    drawn_face(&d, rgb8_grey(150));
    drawn_rect(&d, lens, rgb8_grey(255));
    CLOSE(fvi_q_glasses_glare(&d.view), 400 / eye, 0.01);
    NEAR(fvi_q_glare(&d.view), 0);
    drawn_face(&d, rgb8_grey(150));
    drawn_rect(&d, catchlight, rgb8_grey(255));
    NEAR(fvi_q_glasses_glare(&d.view), 0);
    drawn_rect(&d, rim, rgb8_grey(255));
    NEAR(fvi_q_glasses_glare(&d.view), 0);
    drawn_face(&d, rgb8_grey(150)); /* a white wall past a head that is turned */
    drawn_skin(&d, (const int[4]){32, 60, 116, 188});
    drawn_rect(&d, lens, rgb8_grey(255));
    NEAR(fvi_q_glasses_glare(&d.view), 0);
    drawn_face(&d, rgb8_grey(250)); /* nothing to shine against */
    drawn_rect(&d, lens, rgb8_grey(255));
    NEAR(fvi_q_glasses_glare(&d.view), 0);
}

static void test_natural_colour__is_the_distance_from_skin(void **state)
{
    static const struct {
        rgb8 c;
        double d;
    } rows[] = {
        /* a*, b* of the primaries of sRGB under D65 */
        {{255, 0, 0}, 63.81},     /*  80.09,   67.20 */
        {{0, 255, 0}, 103.13},    /* -86.18,   83.18 */
        {{0, 0, 255}, 125.20},    /*  79.19, -107.86 */
        {{224, 172, 150}, -9.03}, /* skin: 15.97, 18.59 */
        {{120, 80, 60}, -9.25},   /* 14.25, 18.52 */
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        drawn_face(&d, rows[i].c);
        CLOSE(fvi_q_natural_colour(&d.view), rows[i].d, 0.1);
    }
    drawn_face(&d, rgb8_grey(128)); /* no colour, no cast */
    assert_true(isnan(fvi_q_natural_colour(&d.view)));
}

static void test_natural_colour__of_the_cheeks(void **state)
{
    static const int forehead[4] = {32, 60, 160, 100};
    (void)state;
    drawn_face(&d, (rgb8){224, 172, 150});
    drawn_rect(&d, forehead, (rgb8){0, 0, 255});
    CLOSE(fvi_q_natural_colour(&d.view), -9.03, 0.1);
}

static void test_colourfulness__of_known_mixtures(void **state)
{
    const double red = hypot(255, 127.5);
    (void)state;
    drawn_face(&d, rgb8_grey(77));
    NEAR(fvi_q_colourfulness(&d.view), 0);
    drawn_face(&d, (rgb8){255, 0, 0});
    CLOSE(fvi_q_colourfulness(&d.view), 0.3 * red, 1e-3);
    drawn_rect(&d, left_skin, rgb8_grey(200)); /* half red: deviation and mean are half of red */
    CLOSE(fvi_q_colourfulness(&d.view), 1.3 * red / 2, 1e-3);
    drawn_face(&d, (rgb8){255, 0, 0}); /* what lies around the face does not count */
    drawn_rect(&d, all_skin, rgb8_grey(200));
    NEAR(fvi_q_colourfulness(&d.view), 0);
}

static void test_no_face__only_what_most_of_the_picture_shows(void **state)
{
    static const int third[4] = {0, 0, 192, 72};
    static const int more[4] = {0, 0, 192, 145};
    static float (*const need_a_face[])(const fvi_view *) = {
        fvi_q_illumination_uniformity, fvi_q_light_balance, fvi_q_backlight, fvi_q_glare,
        fvi_q_glasses_glare,           fvi_q_natural_colour};
    (void)state;
    drawn_no_face(&d, rgb8_grey(0));
    NEAR(fvi_q_luminance_mean(&d.view), 0);
    NEAR(fvi_q_under_exposure(&d.view), 1);
    drawn_rect(&d, more, rgb8_grey(188)); /* a dark wall behind something lit is not darkness */
    CLOSE(fvi_q_luminance_mean(&d.view), 0.50289, 0.5 / 255);
    NEAR(fvi_q_under_exposure(&d.view), 0);
    drawn_no_face(&d, rgb8_grey(128));
    drawn_rect(&d, third, rgb8_grey(255)); /* a window is not too much light */
    NEAR(fvi_q_over_exposure(&d.view), 0);
    drawn_rect(&d, more, rgb8_grey(255));
    CLOSE(fvi_q_over_exposure(&d.view), (145.0 / 218.0 - 0.5) / 0.5, 1e-3);
    for (size_t i = 0; i < ARRAY_LEN(need_a_face); i++)
        assert_true(isnan(need_a_face[i](&d.view)));
}

static float (*const taken[])(const fvi_view *) = {
    fvi_q_luminance_mean, fvi_q_luminance_variance, fvi_q_under_exposure, fvi_q_over_exposure,
    fvi_q_dynamic_range,  fvi_q_contrast,           fvi_q_light_balance,  fvi_q_backlight,
    fvi_q_glare,          fvi_q_glasses_glare,      fvi_q_natural_colour, fvi_q_colourfulness};

static void test_measures__nothing_is_said_of_no_skin(void **state)
{
    (void)state;
    drawn_face(&d, (rgb8){224, 172, 150});
    for (size_t i = 0; i < ARRAY_LEN(taken); i++)
        assert_true(!isnan(taken[i](&d.view)));
    drawn_skin(&d, (const int[4]){0, 0, 0, 0});
    for (size_t i = 0; i < ARRAY_LEN(taken); i++)
        assert_true(isnan(taken[i](&d.view)));
}

typedef struct score_row {
    float (*score)(float value);
    float value;
    float score_is;
} score_row;

static const score_row score_rows[] = {
    /* ISO/IEC 29794-5 */
    {fvi_q_luminance_mean_score, 0.0f, 2},
    {fvi_q_luminance_mean_score, 0.2f, 50},
    {fvi_q_luminance_mean_score, 0.5f, 100},
    {fvi_q_luminance_mean_score, 0.8f, 50},
    {fvi_q_luminance_variance_score, 0.0f, 0},
    {fvi_q_luminance_variance_score, 1.0f / 60.0f, 100},
    {fvi_q_under_exposure_score, 0.0f, 100},
    {fvi_q_under_exposure_score, 0.75f, 96},
    {fvi_q_under_exposure_score, 0.9f, 52},
    {fvi_q_under_exposure_score, 1.0f, 0},
    {fvi_q_over_exposure_score, 0.0f, 100},
    {fvi_q_over_exposure_score, 0.01f, 50},
    {fvi_q_over_exposure_score, 0.99f, 1},
    {fvi_q_dynamic_range_score, 0.0f, 0},
    {fvi_q_dynamic_range_score, 6.0f, 75},
    {fvi_q_dynamic_range_score, 8.0f, 100},
    {fvi_q_illumination_uniformity_score, 0.0f, 0},
    {fvi_q_illumination_uniformity_score, 0.5f, 81},
    {fvi_q_illumination_uniformity_score, 1.0f, 100},
    {fvi_q_natural_colour_score, -5.0f, 100},
    {fvi_q_natural_colour_score, 0.0f, 100},
    {fvi_q_natural_colour_score, 10.0f, 54},
    {fvi_q_natural_colour_score, 100.0f, 0},
    /* our own: the middle is where advice begins */
    {fvi_q_contrast_score, 0.0f, 0},
    {fvi_q_contrast_score, 2.0f, 50},
    {fvi_q_contrast_score, 4.0f, 100},
    {fvi_q_light_balance_score, 0.0f, 100},
    {fvi_q_light_balance_score, 1.8f, 50},
    {fvi_q_light_balance_score, 5.0f, 0},
    {fvi_q_backlight_score, -3.0f, 100},
    {fvi_q_backlight_score, 1.4f, 50},
    {fvi_q_backlight_score, 4.0f, 0},
    {fvi_q_glare_score, 0.0f, 100},
    {fvi_q_glare_score, 0.05f, 50},
    {fvi_q_glare_score, 0.5f, 0},
    {fvi_q_glasses_glare_score, 0.0f, 100},
    {fvi_q_glasses_glare_score, 0.1f, 50},
    {fvi_q_glasses_glare_score, 1.0f, 0},
    {fvi_q_colourfulness_score, 0.0f, 2},
    {fvi_q_colourfulness_score, 8.0f, 50},
    {fvi_q_colourfulness_score, 40.0f, 100},
};

static void test_scores__at_known_points(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(score_rows); i++) {
        float is = score_rows[i].score(score_rows[i].value);
        if (is != score_rows[i].score_is)
            fail_msg("row %zu: of %g is %g, not %g", i, (double)score_rows[i].value, (double)is,
                     (double)score_rows[i].score_is);
        assert_true(isnan(score_rows[i].score(NAN)));
    }
}

/* --- through the viewer --- */

enum { PICTURE_SIDE = 400 };

static uint8_t picture_rgb[3 * PICTURE_SIDE * PICTURE_SIDE];

/* Two colours: before and after the middle, from left to right or from top to bottom. */
static fvi_image split_picture(rgb8 before, rgb8 after, bool down)
{
    fvi_image p = {picture_rgb, PICTURE_SIDE, PICTURE_SIDE, 3, 3 * PICTURE_SIDE};
    for (int y = 0; y < PICTURE_SIDE; y++) {
        for (int x = 0; x < PICTURE_SIDE; x++)
            memcpy(&picture_rgb[3 * (y * PICTURE_SIDE + x)],
                   (down ? y : x) < PICTURE_SIDE / 2 ? &before : &after, sizeof before);
    }
    return p;
}

/* The drawn face in the middle, turned clockwise by so many quarters. */
static fvi_landmarks face_in_middle(int quarters)
{
    const float c = (PICTURE_SIDE - 1) / 2.0f;
    fvi_landmarks l = drawn_landmarks(0, -40, 100);
    for (int i = 0; i < FVI_LANDMARKS; i++) {
        fvi_point p = l.point[i];
        for (int k = 0; k < quarters; k++)
            p = (fvi_point){-p.y_px, p.x_px};
        l.point[i] = (fvi_point){p.x_px + c, p.y_px + c};
    }
    return l;
}

static fvi_measured measured_of(const fvi_image *picture, const fvi_landmarks *landmarks)
{
    fvi_viewer *viewer = NULL;
    fvi_measured m;
    fv_error err = {0};
    fvi_pose pose = {0};
    fvi_faces faces = {.boxes = {{100, 60, 300, 340, 1}}, .n = landmarks == NULL ? 0 : 1};
    fvi_found found = {.picture = picture,
                       .scale = 1,
                       .faces = &faces,
                       .landmarks = landmarks,
                       .pose = landmarks == NULL ? NULL : &pose};
    assert_fv_ok(fvi_viewer_create(&viewer, NULL, NULL, &err), &err);
    assert_fv_ok(fvi_viewer_measure(viewer, &found, &m, &err), &err);
    fvi_viewer_destroy(&viewer);
    return m;
}

static void test_viewer__a_flat_picture(void **state)
{
    fvi_landmarks l = face_in_middle(0);
    (void)state;
    fvi_image p = split_picture(rgb8_grey(188), rgb8_grey(188), false);
    fvi_measured m = measured_of(&p, &l);
    CLOSE(m.value[FVI_Q_LUMINANCE_MEAN], 0.50289, 1.0 / 255);
    NEAR(m.value[FVI_Q_LUMINANCE_VARIANCE], 0);
    CLOSE(m.value[FVI_Q_CONTRAST], log2(1 / 0.50289) / 2, 0.01);
    NEAR(m.value[FVI_Q_ILLUMINATION_UNIFORMITY], 1);
    CLOSE(m.value[FVI_Q_LIGHT_BALANCE], 0, 1e-3);
    NEAR(m.value[FVI_Q_GLARE], 0);
    NEAR(m.value[FVI_Q_COLOURFULNESS], 0);
    m = measured_of(&p, NULL);
    CLOSE(m.value[FVI_Q_LUMINANCE_MEAN], 0.50289, 1.0 / 255);
    assert_true(isnan(m.value[FVI_Q_LIGHT_BALANCE]));
}

static void test_viewer__side_light_turns_with_the_head(void **state)
{
    (void)state;
    for (int quarters = 0; quarters < 4; quarters++) {
        fvi_landmarks l = face_in_middle(quarters);
        fvi_image p = split_picture(lit(0.4f), lit(0.1f), quarters % 2 == 1);
        fvi_measured m = measured_of(&p, &l);
        CLOSE(m.value[FVI_Q_LIGHT_BALANCE], log2((102 + 1) / (25.5 + 1)), 0.05);
        NEAR(m.value[FVI_Q_ILLUMINATION_UNIFORMITY], 0);
        p = split_picture(lit(0.4f), lit(0.1f), quarters % 2 == 0); /* from above: not a side */
        m = measured_of(&p, &l);
        CLOSE(m.value[FVI_Q_LIGHT_BALANCE], 0, 0.05);
    }
}

static void test_viewer__a_dark_face_before_a_bright_wall(void **state)
{
    fvi_landmarks l = face_in_middle(0);
    fvi_image p = split_picture(rgb8_grey(255), rgb8_grey(255), false);
    rgb8 dark = lit(0.05f);
    (void)state;
    for (int y = 20; y < 400; y++) {
        for (int x = 90; x < 310; x++)
            memcpy(&picture_rgb[3 * (y * PICTURE_SIDE + x)], &dark, 3);
    }
    fvi_measured m = measured_of(&p, &l);
    CLOSE(m.value[FVI_Q_BACKLIGHT], 3, 0.1);
    CLOSE(m.value[FVI_Q_LUMINANCE_MEAN], 0.05, 0.005);
}

/* --- what is told --- */

typedef struct told_row {
    int n;
    fvi_measure measure[3];
    float value[3];
    fv_reason_code code; /* the only one */
    int severity;
} told_row;

/* Open eyes are a gate of selfies only. */
enum { EITHER = 0 };

static const told_row told_rows[] = {
    {1, {FVI_Q_LUMINANCE_MEAN}, {0.09f}, FV_REASON_TOO_DARK, FV_ADVICE},
    {1, {FVI_Q_LUMINANCE_MEAN}, {0.01f}, FV_REASON_TOO_DARK, FV_BLOCKS},
    {2, {FVI_Q_LUMINANCE_MEAN, FVI_Q_FACE_COUNT}, {0.01f, 0}, FV_REASON_TOO_DARK, FV_BLOCKS},
    {3,
     {FVI_Q_LUMINANCE_MEAN, FVI_Q_CONTRAST, FVI_Q_NATURAL_COLOUR},
     {0.09f, 1.0f, 30},
     FV_REASON_TOO_DARK,
     FV_ADVICE},
    {2, {FVI_Q_BACKLIGHT, FVI_Q_LUMINANCE_MEAN}, {3, 0.09f}, FV_REASON_BACKLIGHT, FV_ADVICE},
    {2, {FVI_Q_BACKLIGHT, FVI_Q_LUMINANCE_MEAN}, {3, 0.01f}, FV_REASON_BACKLIGHT, FV_BLOCKS},
    {2, {FVI_Q_BACKLIGHT, FVI_Q_LIGHT_BALANCE}, {3, 3}, FV_REASON_UNEVEN_LIGHT, FV_ADVICE},
    {2, {FVI_Q_LIGHT_BALANCE, FVI_Q_LUMINANCE_MEAN}, {3, 0.09f}, FV_REASON_UNEVEN_LIGHT, FV_ADVICE},
    {3,
     {FVI_Q_LIGHT_BALANCE, FVI_Q_GLARE, FVI_Q_OVER_EXPOSURE},
     {3, 0.1f, 0.3f},
     FV_REASON_UNEVEN_LIGHT,
     FV_ADVICE},
    {1, {FVI_Q_OVER_EXPOSURE}, {0.3f}, FV_REASON_TOO_BRIGHT, FV_ADVICE},
    {3,
     {FVI_Q_OVER_EXPOSURE, FVI_Q_CONTRAST, FVI_Q_COLOURFULNESS},
     {0.8f, 0.6f, 1},
     FV_REASON_TOO_BRIGHT,
     FV_BLOCKS},
    {2, {FVI_Q_OVER_EXPOSURE, FVI_Q_FACE_COUNT}, {0.8f, 0}, FV_REASON_TOO_BRIGHT, FV_BLOCKS},
    {2, {FVI_Q_GLARE, FVI_Q_OVER_EXPOSURE}, {0.1f, 0.1f}, FV_REASON_GLARE, FV_ADVICE},
    {2, {FVI_Q_GLARE, FVI_Q_OVER_EXPOSURE}, {0.1f, 0.3f}, FV_REASON_TOO_BRIGHT, FV_ADVICE},
    {2, {FVI_Q_GLASSES_GLARE, FVI_Q_GLARE}, {0.2f, 0.1f}, FV_REASON_GLASSES_GLARE, FV_ADVICE},
    {2, {FVI_Q_CONTRAST, FVI_Q_COLOURFULNESS}, {1, 1}, FV_REASON_LOW_CONTRAST, FV_ADVICE},
    {1, {FVI_Q_CONTRAST}, {0.2f}, FV_REASON_LOW_CONTRAST, FV_BLOCKS},
    {2, {FVI_Q_CONTRAST, FVI_Q_EYES_OPEN}, {1, -1e3f}, FV_REASON_LOW_CONTRAST, EITHER},
    {2, {FVI_Q_GLASSES_GLARE, FVI_Q_EYES_OPEN}, {1, -1e3f}, FV_REASON_GLASSES_GLARE, EITHER},
    {2, {FVI_Q_OVER_EXPOSURE, FVI_Q_EYES_OPEN}, {0.3f, -1e3f}, FV_REASON_TOO_BRIGHT, EITHER},
    {3,
     {FVI_Q_MOUTH_OCCLUSION, FVI_Q_GLARE, FVI_Q_NATURAL_COLOUR},
     {1e3f, 0.1f, 30},
     FV_REASON_MOUTH_COVERED,
     FV_BLOCKS},
    {1, {FVI_Q_NATURAL_COLOUR}, {30}, FV_REASON_COLOUR_CAST, FV_ADVICE},
    {2, {FVI_Q_COLOURFULNESS, FVI_Q_NATURAL_COLOUR}, {2.5f, 30}, FV_REASON_MONOCHROME, FV_ADVICE},
    {1, {FVI_Q_COLOURFULNESS}, {0}, FV_REASON_MONOCHROME, FV_ADVICE},
};

/* Every measure where nothing is said of it. */
static fvi_seen fine(const fvi_limits_set *limits)
{
    fvi_seen seen = {.fault = FVI_DECODE_OK, .format = "JPEG"};
    for (int i = 0; i < FVI_Q_COUNT; i++) {
        double min = fmax(limits->gate[i].min, limits->advice[i].min);
        double max = fmin(limits->gate[i].max, limits->advice[i].max);
        double v = isinf(min) && isinf(max) ? 0
                   : isinf(max)             ? min + 1
                   : isinf(min)             ? max - 1
                                            : (min + max) / 2;
        seen.measured.value[i] = (float)v;
    }
    return seen;
}

static void test_reasons__one_cause_one_reason(void **state)
{
    const fvi_limits_set *sets[2] = {&fvi_selfie_limits, &fvi_record_limits};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(told_rows); i++) {
        const told_row *row = &told_rows[i];
        for (int k = 0; k < 2; k++) {
            fvi_seen seen = fine(sets[k]);
            fvi_reasons r = {.n = 0};
            fvi_explain_photo(&r, (fv_image)(FV_SELFIE + k), &seen, sets[k]);
            assert_int_equal(r.n, 0);
            for (int j = 0; j < row->n; j++)
                seen.measured.value[row->measure[j]] = row->value[j];
            fvi_explain_photo(&r, (fv_image)(FV_SELFIE + k), &seen, sets[k]);
            if (r.n != 1 || r.of[0].code != row->code ||
                (row->severity != EITHER && (int)r.of[0].severity != row->severity))
                fail_msg("row %zu, photograph %d: %u reasons, first %d, severity %d", i, k, r.n,
                         (int)r.of[0].code, (int)r.of[0].severity);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_luminance_mean__is_that_of_linear_light),
        cmocka_unit_test(test_luminance__of_skin_only),
        cmocka_unit_test(test_luminance__half_black_half_white),
        cmocka_unit_test(test_exposure__at_the_levels_of_the_standard),
        cmocka_unit_test(test_dynamic_range__of_k_equal_levels_is_log2_k),
        cmocka_unit_test(test_contrast__is_the_stops_down_from_bright_to_dark),
        cmocka_unit_test(test_uniformity__is_what_the_cheeks_share),
        cmocka_unit_test(test_uniformity__cheeks_are_where_the_standard_has_them),
        cmocka_unit_test(test_balance__is_the_stops_between_the_sides),
        cmocka_unit_test(test_balance__follows_the_middle_of_the_face),
        cmocka_unit_test(test_backlight__is_by_how_much_the_face_lacks_light),
        cmocka_unit_test(test_backlight__of_the_better_lit_half),
        cmocka_unit_test(test_backlight__the_head_itself_is_not_behind),
        cmocka_unit_test(test_backlight__cannot_be_told_where_nothing_is_around),
        cmocka_unit_test(test_glare__is_the_share_of_skin_that_shines),
        cmocka_unit_test(test_glare__on_glasses_is_not_on_skin),
        cmocka_unit_test(test_natural_colour__is_the_distance_from_skin),
        cmocka_unit_test(test_natural_colour__of_the_cheeks),
        cmocka_unit_test(test_colourfulness__of_known_mixtures),
        cmocka_unit_test(test_no_face__only_what_most_of_the_picture_shows),
        cmocka_unit_test(test_measures__nothing_is_said_of_no_skin),
        cmocka_unit_test(test_scores__at_known_points),
        cmocka_unit_test(test_viewer__a_flat_picture),
        cmocka_unit_test(test_viewer__side_light_turns_with_the_head),
        cmocka_unit_test(test_viewer__a_dark_face_before_a_bright_wall),
        cmocka_unit_test(test_reasons__one_cause_one_reason),
    };
    return cmocka_run_group_tests_name("quality_light", tests, NULL, NULL);
}
