/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "degrade.h"

static uint8_t *at(const pixels *p, int x, int y)
{
    return p->rgb + 3 * ((size_t)y * (size_t)p->width + (size_t)x);
}

static size_t size_of(const pixels *p)
{
    return 3 * (size_t)p->width * (size_t)p->height;
}

static double mean(const pixels *p)
{
    double sum = 0;
    for (size_t i = 0; i < size_of(p); i++)
        sum += p->rgb[i];
    return sum / (double)size_of(p);
}

/* Root mean square difference. */
static double apart(const pixels *a, const pixels *b)
{
    double sum = 0;
    assert_int_equal(size_of(a), size_of(b));
    for (size_t i = 0; i < size_of(a); i++)
        sum += ((double)a->rgb[i] - b->rgb[i]) * ((double)a->rgb[i] - b->rgb[i]);
    return sqrt(sum / (double)size_of(a));
}

/* Coloured, with detail of no one period, and nowhere black or white. */
static pixels scene(int width, int height)
{
    pixels p = pixels_blank(width, height, 0);
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
            uint8_t *v = at(&p, x, y);
            uint32_t place = (uint32_t)(x / 4 * 24 + y / 4);
            place = (place ^ (place >> 3)) * 2654435761U;
            int detail = (int)((place ^ (place >> 15)) * 2246822519U >> 27);
            v[0] = (uint8_t)(70 + x * 100 / width + detail);
            v[1] = (uint8_t)(60 + y * 90 / height + detail);
            v[2] = (uint8_t)(50 + (x + y) * 60 / (width + height));
        }
    }
    return p;
}

static const fvi_box face = {30, 24, 66, 72, 1};

/* Eyes level, 40 px apart, about (60, 60) and (100, 60); enough of a jaw and mouth. */
static void draw_marks(fvi_point marks[68])
{
    memset(marks, 0, 68 * sizeof marks[0]);
    for (int i = 0; i < 17; i++) {
        float t = 3.14159265f * (float)i / 16.0f;
        marks[i] = (fvi_point){80 - 45 * cosf(t), 65 + 65 * sinf(t)};
    }
    for (int i = 0; i < 4; i++)
        marks[27 + i] = (fvi_point){80, 60 + 9 * (float)i};
    for (int i = 0; i < 6; i++) {
        float t = 2.0f * 3.14159265f * (float)i / 6.0f;
        marks[36 + i] = (fvi_point){60 + 8 * cosf(t), 60 + 3 * sinf(t)};
        marks[42 + i] = (fvi_point){100 + 8 * cosf(t), 60 + 3 * sinf(t)};
    }
    for (int i = 0; i < 12; i++) {
        float t = 2.0f * 3.14159265f * (float)i / 12.0f;
        marks[48 + i] = (fvi_point){80 + 15 * cosf(t), 105 + 6 * sinf(t)};
    }
}

/* --- one strength, by a common name --- */

static void by_gamma_up(pixels *p, float s)
{
    degrade_gamma(p, 1.0f + s);
}
static void by_gamma_down(pixels *p, float s)
{
    degrade_gamma(p, 1.0f / (1.0f + s));
}
static void by_light(pixels *p, float s)
{
    degrade_exposure(p, s);
}
static void by_dark(pixels *p, float s)
{
    degrade_exposure(p, -s);
}
static void by_side(pixels *p, float s)
{
    degrade_side_light(p, &face, s);
}
static void by_backlight(pixels *p, float s)
{
    degrade_backlight(p, &face, s, s / 4.0f);
}
static void by_haze(pixels *p, float s)
{
    degrade_haze(p, s / 4.0f);
}
static void by_spot(pixels *p, float s)
{
    degrade_spot(p, (fvi_point){48, 48}, 9, 9, s / 4.0f);
}
static void by_blur(pixels *p, float s)
{
    degrade_blur(p, s);
}
static void by_motion(pixels *p, float s)
{
    degrade_motion(p, 4.0f * s, 30);
}
static void by_noise(pixels *p, float s)
{
    degrade_noise(p, 10.0f * s, 1);
}
static void by_size(pixels *p, float s)
{
    degrade_coarse(p, exp2f(s));
}
static void by_mesh(pixels *p, float s)
{
    degrade_mesh(p, 5, 20, 10.0f * s);
}
static void by_grey(pixels *p, float s)
{
    degrade_desaturate(p, s / 4.0f);
}
static void by_blue(pixels *p, float s)
{
    degrade_cast(p, DEGRADE_BLUE, s);
}
static void by_orange(pixels *p, float s)
{
    degrade_cast(p, DEGRADE_ORANGE, s);
}
static void by_green(pixels *p, float s)
{
    degrade_cast(p, DEGRADE_GREEN, s);
}

static const struct {
    const char *name;
    void (*apply)(pixels *p, float strength);
} kinds[] = {
    {"gamma up", by_gamma_up}, {"gamma down", by_gamma_down},
    {"exposure", by_light},    {"exposure down", by_dark},
    {"side light", by_side},   {"backlight", by_backlight},
    {"haze", by_haze},         {"spot", by_spot},
    {"blur", by_blur},         {"motion", by_motion},
    {"noise", by_noise},       {"size", by_size},
    {"mesh", by_mesh},         {"grey", by_grey},
    {"blue", by_blue},         {"orange", by_orange},
    {"green", by_green},
};

static void test_degrade__strength_zero_changes_nothing(void **state)
{
    pixels p = scene(96, 96);
    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
        pixels q = degrade_copy(&p);
        kinds[k].apply(&q, 0.0f);
        if (memcmp(p.rgb, q.rgb, size_of(&p)) != 0)
            fail_msg("%s at zero: %g apart", kinds[k].name, apart(&p, &q));
        free(q.rgb);
    }
    free(p.rgb);
}

static void test_degrade__more_strength_is_further_from_the_picture(void **state)
{
    pixels p = scene(96, 96);
    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
        double last = 0.0;
        for (int s = 1; s <= 4; s++) {
            pixels q = degrade_copy(&p);
            kinds[k].apply(&q, (float)s);
            double d = apart(&p, &q);
            if (!(d > last + 0.01)) fail_msg("%s at %d: %g after %g", kinds[k].name, s, d, last);
            last = d;
            free(q.rgb);
        }
    }
    free(p.rgb);
}

static void test_degrade__the_same_twice_is_the_same(void **state)
{
    pixels p = scene(96, 96);
    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
        pixels a = degrade_copy(&p), b = degrade_copy(&p);
        kinds[k].apply(&a, 2.0f);
        kinds[k].apply(&b, 2.0f);
        assert_memory_equal(a.rgb, b.rgb, size_of(&p));
        free(a.rgb);
        free(b.rgb);
    }
    free(p.rgb);
}

/* --- light --- */

static void test_degrade__transfer_is_srgb(void **state)
{
    (void)state;
    assert_float_equal(degrade_linear(0), 0.0f, 0.0f);
    assert_float_equal(degrade_linear(10), 10.0f / 255.0f / 12.92f, 1e-6f);
    assert_float_equal(degrade_linear(188), 0.5029f, 1e-4f);
    assert_float_equal(degrade_linear(255), 1.0f, 1e-6f);
    for (int v = 0; v < 256; v++)
        assert_int_equal(degrade_encoded(degrade_linear((uint8_t)v)), v);
    assert_int_equal(degrade_encoded(-1.0f), 0);
    assert_int_equal(degrade_encoded(7.0f), 255);
}

static void test_degrade__gamma_and_exposure_have_known_values(void **state)
{
    pixels p = pixels_blank(2, 2, 128);
    (void)state;
    degrade_gamma(&p, 2.0f);
    assert_int_equal(p.rgb[0], 64); /* 128^2 / 255 */
    degrade_gamma(&p, 0.5f);
    assert_int_equal(p.rgb[0], 128);
    degrade_exposure(&p, 1.0f); /* 0.2159 -> 0.4317 */
    assert_int_equal(p.rgb[0], 176);
    degrade_exposure(&p, -1.0f);
    assert_int_equal(p.rgb[0], 128);
    degrade_exposure(&p, 3.0f); /* 1.73: clipped */
    assert_int_equal(p.rgb[0], 255);
    free(p.rgb);
}

static void test_degrade__side_light_darkens_one_side_by_its_stops(void **state)
{
    pixels p = pixels_blank(96, 4, 200);
    float full = degrade_linear(200);
    (void)state;
    degrade_side_light(&p, &face, 2.0f);
    assert_int_equal(at(&p, 10, 0)[0], 200);
    assert_float_equal(degrade_linear(at(&p, 48, 0)[0]), full / 2.0f, 0.01f);
    assert_float_equal(degrade_linear(at(&p, 90, 0)[0]), full / 4.0f, 0.01f);
    for (int x = 1; x < 96; x++)
        assert_true(at(&p, x, 1)[1] <= at(&p, x - 1, 1)[1]);
    pixels q = pixels_blank(96, 4, 200);
    degrade_side_light(&q, &face, -2.0f);
    assert_int_equal(at(&q, 90, 0)[0], 200);
    assert_float_equal(degrade_linear(at(&q, 10, 0)[0]), full / 4.0f, 0.01f);
    free(p.rgb);
    free(q.rgb);
}

static void test_degrade__backlight_darkens_the_face_before_white(void **state)
{
    pixels p = pixels_blank(160, 160, 150);
    fvi_box middle = {60, 50, 100, 100, 1};
    (void)state;
    degrade_backlight(&p, &middle, 2.0f, 1.0f);
    int x[] = {68, 80, 92}; /* the whole of the face */
    for (size_t i = 0; i < 3; i++) {
        for (int y = 52; y < 100; y += 8)
            assert_float_equal(degrade_linear(at(&p, x[i], y)[0]), degrade_linear(150) / 4.0f,
                               0.01f);
    }
    assert_int_equal(at(&p, 5, 5)[0], 255);
    assert_int_equal(at(&p, 155, 60)[1], 255);
    assert_true(at(&p, 80, 155)[1] < 100); /* the chest belongs to the person */
    free(p.rgb);
}

static void test_degrade__haze_brings_every_value_closer_to_grey(void **state)
{
    pixels p = pixels_blank(1, 1, 28);
    (void)state;
    degrade_haze(&p, 0.25f);
    assert_int_equal(p.rgb[0], 53);
    degrade_haze(&p, 1.0f);
    assert_int_equal(p.rgb[0], 128);
    free(p.rgb);
}

static void test_degrade__a_spot_adds_light_that_falls_off(void **state)
{
    pixels p = pixels_blank(101, 101, 0);
    (void)state;
    degrade_spot(&p, (fvi_point){50, 50}, 20, 10, 0.5f);
    assert_float_equal(degrade_linear(at(&p, 50, 50)[0]), 0.5f, 0.005f);
    assert_float_equal(degrade_linear(at(&p, 70, 50)[1]), 0.5f * expf(-1.0f), 0.005f);
    assert_float_equal(degrade_linear(at(&p, 50, 60)[2]), 0.5f * expf(-1.0f), 0.005f);
    assert_int_equal(at(&p, 0, 0)[0], 0);
    free(p.rgb);
}

static void test_degrade__glare_lies_where_it_says(void **state)
{
    static const struct {
        degrade_shine where;
        int bright[2], dark[2];
    } cases[] = {
        {DEGRADE_SHINE_FOREHEAD, {84, 34}, {60, 90}}, {DEGRADE_SHINE_CHEEKS, {58, 82}, {84, 30}},
        {DEGRADE_SHINE_CHEEKS, {102, 82}, {80, 60}},  {DEGRADE_SHINE_LENSES, {61, 59}, {80, 90}},
        {DEGRADE_SHINE_LENSES, {101, 59}, {80, 30}},
    };
    fvi_point marks[68];
    (void)state;
    draw_marks(marks);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        pixels p = pixels_blank(160, 160, 100);
        degrade_glare(&p, marks, cases[i].where, 1.0f);
        assert_int_equal(at(&p, cases[i].bright[0], cases[i].bright[1])[0], 255);
        assert_in_range(at(&p, cases[i].dark[0], cases[i].dark[1])[0], 100, 110);
        free(p.rgb);
    }
}

/* --- focus, noise, compression, size --- */

/* Where the light of a white square (3x3, on black) went: sum in white pixels, variances beyond the
 * square's own, covariance. */
typedef struct moved {
    double sum, xx, yy, xy;
} moved;

static moved move(void (*by)(pixels *p, float a, float b), float a, float b)
{
    pixels p = pixels_blank(81, 81, 0);
    moved m = {0};
    for (int y = 39; y <= 41; y++)
        memset(at(&p, 39, y), 255, 9);
    by(&p, a, b);
    for (int y = 0; y < 81; y++) {
        for (int x = 0; x < 81; x++) {
            double v = (double)degrade_linear(at(&p, x, y)[1]);
            m.sum += v;
            m.xx += v * (x - 40) * (x - 40);
            m.yy += v * (y - 40) * (y - 40);
            m.xy += v * (x - 40) * (y - 40);
        }
    }
    m.xx = m.xx / m.sum - 2.0 / 3.0;
    m.yy = m.yy / m.sum - 2.0 / 3.0;
    m.xy /= m.sum;
    free(p.rgb);
    return m;
}

static void blur(pixels *p, float sigma, float unused)
{
    (void)unused;
    degrade_blur(p, sigma);
}

static void test_degrade__blur_keeps_the_light_and_spreads_it_by_sigma(void **state)
{
    (void)state;
    for (int s = 1; s <= 3; s++) {
        moved m = move(blur, (float)s, 0);
        assert_true(fabs(m.sum - 9.0) < 0.1);
        assert_true(fabs(m.xx - s * s) < 0.05 * s * s && fabs(m.yy - s * s) < 0.05 * s * s);
        assert_true(fabs(m.xy) < 0.01);
    }
}

static void test_degrade__blur_leaves_an_even_picture_alone(void **state)
{
    pixels p = pixels_blank(20, 30, 77), q = pixels_blank(20, 30, 77);
    (void)state;
    degrade_blur(&p, 6.0f); /* wider than the picture */
    degrade_motion(&p, 40.0f, 25.0f);
    assert_memory_equal(p.rgb, q.rgb, size_of(&p));
    free(p.rgb);
    free(q.rgb);
}

static void test_degrade__motion_spreads_along_its_angle_only(void **state)
{
    (void)state;
    moved m = move(degrade_motion, 20, 0);
    assert_true(fabs(m.sum - 9.0) < 0.1);
    assert_true(fabs(m.xx - 400.0 / 12.0) < 1.0 && fabs(m.yy) < 0.1);
    m = move(degrade_motion, 20, 90);
    assert_true(fabs(m.yy - 400.0 / 12.0) < 1.0 && fabs(m.xx) < 0.1);
    m = move(degrade_motion, 20, 30); /* bilinear sampling adds a little across */
    assert_true(fabs(m.sum - 9.0) < 0.1);
    assert_true(fabs(m.xx - 25.0) < 1.0 && fabs(m.yy - 400.0 / 48.0) < 1.0);
    assert_true(fabs(m.xy - 400.0 / 12.0 * 0.433) < 1.0); /* downwards to the right */
}

static void test_degrade__noise_has_its_sigma_and_no_bias(void **state)
{
    pixels grey = pixels_blank(200, 200, 128);
    pixels p = degrade_copy(&grey), q = degrade_copy(&grey);
    (void)state;
    degrade_noise(&p, 12.0f, 5);
    degrade_noise(&q, 12.0f, 6);
    assert_true(fabs(mean(&p) - 128.0) < 0.2);
    assert_true(fabs(apart(&p, &grey) - 12.0) < 0.2);
    assert_true(fabs(apart(&p, &q) - 12.0 * sqrt(2.0)) < 0.3); /* another seed, other noise */
    free(grey.rgb);
    free(p.rgb);
    free(q.rgb);
}

static void test_degrade__jpeg_loses_more_at_lower_quality(void **state)
{
    pixels p = scene(96, 96);
    double last = 0.0;
    (void)state;
    for (int quality = 95; quality >= 5; quality -= 30) {
        pixels q = degrade_copy(&p);
        degrade_jpeg(&q, quality);
        double d = apart(&p, &q);
        assert_true(d > last && d < 40.0);
        last = d;
        free(q.rgb);
    }
    free(p.rgb);
}

static void test_degrade__shrink_averages_areas(void **state)
{
    pixels p = pixels_blank(6, 3, 0);
    (void)state;
    for (int x = 0; x < 6; x++) {
        for (int y = 0; y < 3; y++)
            memset(at(&p, x, y), 40 * x, 3);
    }
    degrade_shrink(&p, 1.5f); /* 4 columns, each one and a half old ones wide */
    assert_int_equal(p.width, 4);
    assert_int_equal(p.height, 2);
    static const int expected[] = {13, 67, 133, 187}; /* (0 + 20) / 1.5 = 13.3, ... */
    for (int x = 0; x < 4; x++)
        assert_int_equal(at(&p, x, 1)[2], expected[x]);
    degrade_shrink(&p, 1.0f);
    assert_int_equal(p.width, 4);
    free(p.rgb);
}

static void test_degrade__coarse_keeps_size_and_mean_and_loses_detail(void **state)
{
    pixels p = scene(96, 96), q = degrade_copy(&p);
    (void)state;
    degrade_coarse(&q, 8.0f);
    assert_int_equal(q.width, 96);
    assert_int_equal(q.height, 96);
    assert_true(fabs(mean(&p) - mean(&q)) < 0.5);
    int step = 0, smooth = 0; /* the edges of the squares, 4 px apart */
    for (int x = 1; x < 96; x++) {
        step = (int)fmax(step, abs(at(&p, x, 50)[0] - at(&p, x - 1, 50)[0]));
        smooth = (int)fmax(smooth, abs(at(&q, x, 50)[0] - at(&q, x - 1, 50)[0]));
    }
    assert_true(step > 10 && smooth < 5);
    free(p.rgb);
    free(q.rgb);
}

static void test_degrade__mesh_repeats_after_its_period(void **state)
{
    pixels p = pixels_blank(80, 80, 128);
    (void)state;
    degrade_mesh(&p, 8.0f, 0.0f, 20.0f);
    assert_int_equal(at(&p, 2, 0)[0], 138); /* half the amplitude from each grating */
    assert_int_equal(at(&p, 2, 2)[0], 148);
    assert_int_equal(at(&p, 6, 6)[0], 108);
    for (int x = 0; x < 72; x++)
        assert_memory_equal(at(&p, x, 5), at(&p, x + 8, 13), 3);
    free(p.rgb);
}

/* --- colour --- */

static void test_degrade__desaturated_is_grey_of_the_same_luma(void **state)
{
    pixels p = pixels_blank(1, 1, 0);
    (void)state;
    p.rgb[0] = 200;
    p.rgb[1] = 100;
    p.rgb[2] = 50;
    degrade_desaturate(&p, 0.5f);
    assert_int_equal(p.rgb[0], 162);
    degrade_desaturate(&p, 1.0f);
    for (int c = 0; c < 3; c++)
        assert_in_range(p.rgb[c], 123, 125); /* 0.299 200 + 0.587 100 + 0.114 50 = 124.2 */
    free(p.rgb);
}

static void test_degrade__a_cast_tints_and_keeps_luminance(void **state)
{
    static const struct {
        degrade_tint tint;
        int up, down;
    } cases[] = {{DEGRADE_BLUE, 2, 0}, {DEGRADE_ORANGE, 0, 2}, {DEGRADE_GREEN, 1, 2}};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        pixels p = pixels_blank(1, 1, 120);
        degrade_cast(&p, cases[i].tint, 1.0f);
        float l[3];
        for (int c = 0; c < 3; c++)
            l[c] = degrade_linear(p.rgb[c]);
        assert_float_equal(l[cases[i].up] / l[cases[i].down], 2.0f, 0.05f); /* one stop */
        assert_float_equal(0.2126f * l[0] + 0.7152f * l[1] + 0.0722f * l[2], degrade_linear(120),
                           0.003f);
        free(p.rgb);
    }
}

/* --- things before the face --- */

static void test_degrade__covers_lie_where_they_say(void **state)
{
    static const struct {
        degrade_cover_what what;
        int covered[4][2];
        int bare[3][2];
    } cases[] = {
        {DEGRADE_GLASSES,
         {{60, 60}, {100, 60}, {48, 58}, {80, 59}},
         {{80, 105}, {80, 80}, {80, 30}}},
        {DEGRADE_MASK,
         {{80, 105}, {80, 88}, {60, 100}, {80, 125}},
         {{60, 60}, {100, 60}, {80, 30}}},
        {DEGRADE_FRINGE,
         {{80, 30}, {60, 55}, {100, 55}, {60, 20}},
         {{80, 105}, {80, 80}, {60, 80}}},
        {DEGRADE_HAND,
         {{60, 60}, {50, 80}, {60, 100}, {62, 40}},
         {{100, 60}, {105, 90}, {100, 30}}},
    };
    const degrade_cloth cloth = {{200, 20, 40}, 1.0f};
    fvi_point marks[68];
    (void)state;
    draw_marks(marks);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        pixels p = pixels_blank(160, 160, 120);
        degrade_cover(&p, marks, cases[i].what, &cloth);
        for (size_t k = 0; k < 4; k++) {
            const uint8_t *v = at(&p, cases[i].covered[k][0], cases[i].covered[k][1]);
            assert_in_range(v[0], 160, 200); /* at most a fifth shaded */
            assert_in_range(v[1], 16, 20);
            assert_in_range(v[2], 32, 40);
        }
        for (size_t k = 0; k < 3; k++)
            assert_int_equal(at(&p, cases[i].bare[k][0], cases[i].bare[k][1])[0], 120);
        assert_int_equal(at(&p, 0, 0)[0], 120);
        free(p.rgb);
    }
}

static void test_degrade__half_a_tint_lets_half_through(void **state)
{
    const degrade_cloth tint = {{20, 20, 20}, 0.5f};
    fvi_point marks[68];
    pixels p = pixels_blank(160, 160, 120);
    (void)state;
    draw_marks(marks);
    degrade_cover(&p, marks, DEGRADE_GLASSES, &tint);
    assert_int_equal(at(&p, 60, 60)[0], 70);
    free(p.rgb);
}

static void test_degrade__faces_over_the_edge_write_nothing_outside(void **state)
{
    const degrade_cloth cloth = {{0, 0, 0}, 1.0f};
    fvi_point marks[68];
    (void)state;
    draw_marks(marks);
    for (int i = 0; i < 68; i++) {
        marks[i].x_px -= 70;
        marks[i].y_px -= 60;
    }
    pixels p = pixels_blank(30, 30, 120); /* of its own memory, so that the sanitizer sees */
    for (int what = DEGRADE_GLASSES; what <= DEGRADE_HAND; what++)
        degrade_cover(&p, marks, (degrade_cover_what)what, &cloth);
    for (int where = DEGRADE_SHINE_FOREHEAD; where <= DEGRADE_SHINE_LENSES; where++)
        degrade_glare(&p, marks, (degrade_shine)where, 1.0f);
    degrade_backlight(&p, &face, 1.0f, 1.0f);
    assert_int_equal(at(&p, 29, 2)[0], 255); /* glare of the right eye, on the black lens */
    free(p.rgb);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_degrade__strength_zero_changes_nothing),
        cmocka_unit_test(test_degrade__more_strength_is_further_from_the_picture),
        cmocka_unit_test(test_degrade__the_same_twice_is_the_same),
        cmocka_unit_test(test_degrade__transfer_is_srgb),
        cmocka_unit_test(test_degrade__gamma_and_exposure_have_known_values),
        cmocka_unit_test(test_degrade__side_light_darkens_one_side_by_its_stops),
        cmocka_unit_test(test_degrade__backlight_darkens_the_face_before_white),
        cmocka_unit_test(test_degrade__haze_brings_every_value_closer_to_grey),
        cmocka_unit_test(test_degrade__a_spot_adds_light_that_falls_off),
        cmocka_unit_test(test_degrade__glare_lies_where_it_says),
        cmocka_unit_test(test_degrade__blur_keeps_the_light_and_spreads_it_by_sigma),
        cmocka_unit_test(test_degrade__blur_leaves_an_even_picture_alone),
        cmocka_unit_test(test_degrade__motion_spreads_along_its_angle_only),
        cmocka_unit_test(test_degrade__noise_has_its_sigma_and_no_bias),
        cmocka_unit_test(test_degrade__jpeg_loses_more_at_lower_quality),
        cmocka_unit_test(test_degrade__shrink_averages_areas),
        cmocka_unit_test(test_degrade__coarse_keeps_size_and_mean_and_loses_detail),
        cmocka_unit_test(test_degrade__mesh_repeats_after_its_period),
        cmocka_unit_test(test_degrade__desaturated_is_grey_of_the_same_luma),
        cmocka_unit_test(test_degrade__a_cast_tints_and_keeps_luminance),
        cmocka_unit_test(test_degrade__covers_lie_where_they_say),
        cmocka_unit_test(test_degrade__half_a_tint_lets_half_through),
        cmocka_unit_test(test_degrade__faces_over_the_edge_write_nothing_outside),
    };
    return cmocka_run_group_tests_name("degrade", tests, NULL, NULL);
}
