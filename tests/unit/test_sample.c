/* SPDX-License-Identifier: Apache-2.0 */
/* fvi_sample against a sampler that is written to be read. */
#include "test.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "face/face.h"

enum { SIDE = 60 };

typedef struct picture {
    uint8_t px[SIDE * SIDE * 3];
    fvi_image image;
} picture;

static uint8_t smooth(int x, int y, int c)
{
    return (uint8_t)(120.0 + 60.0 * sin(x * 0.11 + c) + 50.0 * cos(y * 0.07 + 2 * c));
}

static uint8_t value(int x, int y, int c, bool checkerboard)
{
    if (!checkerboard) return smooth(x, y, c);
    return (x + y) % 2 == 0 ? 0 : 255;
}

static void picture_make(picture *p, int channels, bool checkerboard)
{
    p->image = (fvi_image){p->px, SIDE, SIDE, channels, (size_t)(SIDE * channels)};
    for (int y = 0; y < SIDE; y++) {
        for (int x = 0; x < SIDE; x++) {
            for (int c = 0; c < channels; c++)
                p->px[(y * SIDE + x) * channels + c] = value(x, y, c, checkerboard);
        }
    }
}

static double source(const fvi_image *s, int x, int y, int c)
{
    if (x < 0 || y < 0 || x >= s->width_px || y >= s->height_px) return 0;
    return s->data[(size_t)y * s->stride_bytes + (size_t)(x * s->channels + c)];
}

static double bilinear(const fvi_image *s, double x, double y, int c)
{
    int x0 = (int)floor(x), y0 = (int)floor(y);
    double u = x - x0, v = y - y0;
    return (1 - v) * ((1 - u) * source(s, x0, y0, c) + u * source(s, x0 + 1, y0, c)) +
           v * ((1 - u) * source(s, x0, y0 + 1, c) + u * source(s, x0 + 1, y0 + 1, c));
}

static void sample(const fvi_image *from, const fvi_affine *map, fvi_image *to)
{
    fvi_buffer scratch = {0};
    fv_error err = {0};
    assert_fv_ok(fvi_sample(&scratch, from, map, to, &err), &err);
    fvi_buffer_free(&scratch);
}

static void test_sample__agrees_with_bilinear_where_nothing_shrinks(void **state)
{
    static const fvi_affine maps[] = {
        {{1, 0, 0, 0, 1, 0}},                 /* the same */
        {{1, 0, 7, 0, 1, -4}},                /* shifted by whole pixels */
        {{1, 0, 0.5f, 0, 1, 0.25f}},          /* by parts of one */
        {{0.5f, 0, -0.25f, 0, 0.5f, -0.25f}}, /* twice as large */
        {{1.9f, 0, 0.45f, 0, 1.9f, 0.45f}},   /* smaller, but not by 2 */
        {{0.8f, -0.6f, 20, 0.6f, 0.8f, -5}},  /* turned */
        {{0, -1, 59, 1, 0, 0}},               /* by a quarter */
        {{1, 0, 400, 0, 1, 0}},               /* all outside */
        {{1, 0, -30, 0, 1, -30}},             /* three quarters outside */
    };
    picture p;
    uint8_t out[40 * 40 * 3];
    (void)state;
    for (int channels = 1; channels <= 3; channels += 2) {
        picture_make(&p, channels, false);
        fvi_image to = {out, 40, 40, channels, (size_t)(40 * channels)};
        for (size_t r = 0; r < ARRAY_LEN(maps); r++) {
            const float *m = maps[r].m;
            memset(out, 99, sizeof out);
            sample(&p.image, &maps[r], &to);
            for (int i = 0; i < 40 * 40 * channels; i++) {
                int c = i % channels, x = i / channels % 40, y = i / channels / 40;
                double u = (double)m[0] * x + (double)m[1] * y + (double)m[2];
                double v = (double)m[3] * x + (double)m[4] * y + (double)m[5];
                double expected = bilinear(&p.image, u, v, c);
                /* OpenCV places samples to 1/32 px: at the picture's edge that is worth 1/32 of
                 * the step to black */
                bool edge = u < 0 || v < 0 || u > SIDE - 1 || v > SIDE - 1;
                if (fabs(out[i] - expected) > (edge ? 8.5 : 2.0))
                    fail_msg("map %zu, channel %d at (%d,%d): %d, not %.1f", r, c, x, y, out[i],
                             expected);
            }
        }
    }
}

/* Mean over the part of `s` that output pixel (x, y) stands for. */
static double area_mean(const fvi_image *s, double x0, double y0, double step, int c)
{
    double sum = 0;
    int n = 0;
    for (double v = y0 + 0.05; v < y0 + step; v += 0.1) {
        for (double u = x0 + 0.05; u < x0 + step; u += 0.1, n++)
            sum += source(s, (int)floor(u), (int)floor(v), c);
    }
    return sum / n;
}

static void test_sample__by_3_is_the_mean_of_nine(void **state)
{
    picture p;
    uint8_t out[20 * 20 * 3];
    fvi_image to = {out, 20, 20, 3, 60};
    const fvi_affine map = {{3, 0, 1, 0, 3, 1}}; /* pixel centres: (x + 0.5) 3 - 0.5 */
    double worst = 0;
    (void)state;
    picture_make(&p, 3, false);
    sample(&p.image, &map, &to);
    for (int i = 0; i < 20 * 20 * 3; i++) {
        int c = i % 3, x = i / 3 % 20, y = i / 60;
        worst = fmax(worst, fabs(out[i] - area_mean(&p.image, 3.0 * x, 3.0 * y, 3.0, c)));
    }
    assert_true(worst <= 1.0);
}

static void test_sample__reduction_does_not_alias(void **state)
{
    /* A checkerboard of single pixels is grey from afar, whatever the step and place. */
    static const float steps[] = {2.01f, 2.5f, 3, 3.7f, 4, 5.5f, 7, 9.3f};
    picture p;
    uint8_t out[5 * 5];
    (void)state;
    picture_make(&p, 1, true);
    for (size_t r = 0; r < ARRAY_LEN(steps); r++) {
        fvi_image to = {out, 5, 5, 1, 5};
        const fvi_affine map = {{steps[r], 0, 6.3f, 0, steps[r], 7.1f}};
        sample(&p.image, &map, &to);
        for (size_t i = 0; i < sizeof out; i++) {
            if (abs(out[i] - 128) > 24) fail_msg("step %f: %d", (double)steps[r], out[i]);
        }
    }
}

static void test_sample__reduction_keeps_its_place(void **state)
{
    /* The centre of gravity of a bright square must not move by half a pixel. */
    static const float steps[] = {2.1f, 3, 4.4f, 6};
    static uint8_t px[200 * 200];
    fvi_image image = {px, 200, 200, 1, 200};
    (void)state;
    for (int y = 80; y < 120; y++)
        memset(&px[y * 200 + 70], 255, 40);
    for (size_t r = 0; r < ARRAY_LEN(steps); r++) {
        uint8_t out[48 * 48];
        fvi_image to = {out, 48, 48, 1, 48};
        const fvi_affine map = {{steps[r], 0, 30, 0, steps[r], 45}};
        double sx = 0, sy = 0, sum = 0;
        sample(&image, &map, &to);
        for (int i = 0; i < 48 * 48; i++) {
            sum += out[i];
            sx += (double)out[i] * (i % 48);
            sy += (double)out[i] * (i / 48);
        }
        assert_true(sum > 0);
        assert_float_equal((float)(sx / sum) * steps[r] + 30.0f, 89.5f, 0.25f);
        assert_float_equal((float)(sy / sum) * steps[r] + 45.0f, 99.5f, 0.25f);
        double area = sum / 255.0 * (double)(steps[r] * steps[r]);
        assert_true(fabs(area - 1600.0) < 60.0);
    }
}

static void test_sample__turned_reduction_agrees_with_small_steps(void **state)
{
    picture p;
    uint8_t out[16 * 16 * 3];
    fvi_image to = {out, 16, 16, 3, 48};
    const fvi_affine map = {{2.4f, -1.8f, 22, 1.8f, 2.4f, -4}}; /* 3, turned */
    (void)state;
    picture_make(&p, 3, false);
    sample(&p.image, &map, &to);
    for (int i = 0; i < 16 * 16 * 3; i++) {
        int c = i % 3, x = i / 3 % 16, y = i / 48;
        double sum = 0;
        bool outside = false;
        for (int k = 0; k < 81; k++) {
            double a = x + (k % 9 - 4) / 9.0, b = y + (k / 9 - 4) / 9.0;
            double u = 2.4 * a - 1.8 * b + 22, v = 1.8 * a + 2.4 * b - 4;
            outside |= u < 3 || v < 3 || u > SIDE - 4 || v > SIDE - 4;
            sum += bilinear(&p.image, u, v, c);
        }
        if (!outside && fabs(out[i] - sum / 81) > 4.0)
            fail_msg("(%d,%d): %d, not %.1f", x, y, out[i], sum / 81);
    }
}

static void test_sample__outside_is_black_when_reduced(void **state)
{
    static const fvi_affine far[] = {{{4, 0, 500, 0, 4, 0}},
                                     {{4, 0, -500, 0, 4, 0}},
                                     {{4, 0, 0, 0, 4, 1e6f}},
                                     {{4, 0, 0, 0, 4, -1e9f}},
                                     {{1e9f, 0, 5e8f, 0, 1e9f, 5e8f}}};
    picture p;
    uint8_t out[10 * 10 * 3];
    (void)state;
    picture_make(&p, 3, false);
    for (size_t r = 0; r < ARRAY_LEN(far); r++) {
        fvi_image to = {out, 10, 10, 3, 30};
        memset(out, 99, sizeof out);
        sample(&p.image, &far[r], &to);
        for (size_t i = 0; i < sizeof out; i++) {
            if (out[i] != 0) fail_msg("map %zu: %d at %zu", r, out[i], i);
        }
    }
}

static void test_sample__a_map_that_is_not_finite_is_a_defect(void **state)
{
    const float poison[] = {NAN, INFINITY, -INFINITY};
    picture p;
    uint8_t out[10 * 10 * 3];
    fvi_buffer scratch = {0};
    (void)state;
    picture_make(&p, 3, false);
    for (int k = 0; k < 6; k++) {
        for (size_t i = 0; i < ARRAY_LEN(poison); i++) {
            fvi_affine map = {{1, 0, 0, 0, 1, 0}};
            fvi_image to = {out, 10, 10, 3, 30};
            fv_error err = {0};
            map.m[k] = poison[i];
            memset(out, 99, sizeof out);
            assert_int_equal(fvi_sample(&scratch, &p.image, &map, &to, &err), FV_E_INTERNAL);
            assert_int_equal(err.code, FV_E_INTERNAL);
            for (size_t j = 0; j < sizeof out; j++)
                assert_int_equal(out[j], 99);
        }
    }
    fvi_buffer_free(&scratch);
}

static void test_sample__reads_within_a_stride(void **state)
{
    /* A view of the middle of a picture: what lies beside it must not leak in. */
    static uint8_t px[100 * 300];
    uint8_t out[20 * 20 * 3];
    fvi_image part = {px + 30 * 300 + 90, 40, 40, 3, 300};
    fvi_image to = {out, 20, 20, 3, 60};
    (void)state;
    memset(px, 255, sizeof px);
    for (int y = 0; y < 40; y++)
        memset(part.data + y * 300, 10, 120);
    sample(&part, &(fvi_affine){{3, 0, -10, 0, 3, -10}}, &to);
    for (size_t i = 0; i < sizeof out; i++)
        assert_true(out[i] <= 10);
    assert_int_equal(out[(10 * 20 + 10) * 3], 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sample__agrees_with_bilinear_where_nothing_shrinks),
        cmocka_unit_test(test_sample__by_3_is_the_mean_of_nine),
        cmocka_unit_test(test_sample__reduction_does_not_alias),
        cmocka_unit_test(test_sample__reduction_keeps_its_place),
        cmocka_unit_test(test_sample__turned_reduction_agrees_with_small_steps),
        cmocka_unit_test(test_sample__outside_is_black_when_reduced),
        cmocka_unit_test(test_sample__a_map_that_is_not_finite_is_a_defect),
        cmocka_unit_test(test_sample__reads_within_a_stride),
    };
    return cmocka_run_group_tests_name("sample", tests, NULL, NULL);
}
