/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <dirent.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "shim/opencv.h"

enum { GUARD = 0x5a, PAD_BYTES = 5 };

/* A picture with guard bytes after each row; pix_check() looks whether they are still there. */
static fvi_image pix_new(int w, int h, int channels)
{
    fvi_image i = {NULL, w, h, channels, (size_t)(w * channels) + PAD_BYTES};
    i.data = malloc(i.stride_bytes * (size_t)h);
    assert_non_null(i.data);
    memset(i.data, GUARD, i.stride_bytes * (size_t)h);
    return i;
}

static uint8_t *at(const fvi_image *i, int x, int y, int c)
{
    return i->data + (size_t)y * i->stride_bytes + (size_t)(x * i->channels + c);
}

/* Smooth enough for bilinear weights in steps of 1/32 to stay within one level. */
static void pix_fill(fvi_image *i)
{
    for (int y = 0; y < i->height_px; y++)
        for (int x = 0; x < i->width_px; x++)
            for (int c = 0; c < i->channels; c++)
                *at(i, x, y, c) = (uint8_t)(120 + 60 * sin(0.21 * x + c) + 50 * cos(0.17 * y - c));
}

static void pix_check(const fvi_image *i)
{
    for (int y = 0; y < i->height_px; y++)
        for (int k = 0; k < PAD_BYTES; k++)
            assert_int_equal(
                i->data[(size_t)y * i->stride_bytes + (size_t)(i->width_px * i->channels + k)],
                GUARD);
}

static void assert_near(int got, double want, double tolerance, int x, int y)
{
    if (fabs(got - want) > tolerance) fail_msg("at %d,%d: %d, expected %.2f", x, y, got, want);
}

static double clamped(const fvi_image *i, int x, int y, int c)
{
    x = x < 0 ? 0 : x >= i->width_px ? i->width_px - 1 : x;
    y = y < 0 ? 0 : y >= i->height_px ? i->height_px - 1 : y;
    return *at(i, x, y, c);
}

static double or_black(const fvi_image *i, int x, int y, int c)
{
    return x < 0 || y < 0 || x >= i->width_px || y >= i->height_px ? 0.0 : *at(i, x, y, c);
}

typedef double pixel_fn(const fvi_image *i, int x, int y, int c);

static double bilinear(const fvi_image *i, pixel_fn *pixel, double x, double y, int c)
{
    const int x0 = (int)floor(x);
    const int y0 = (int)floor(y);
    const double fx = x - x0;
    const double fy = y - y0;
    return (1 - fy) * ((1 - fx) * pixel(i, x0, y0, c) + fx * pixel(i, x0 + 1, y0, c)) +
           fy * ((1 - fx) * pixel(i, x0, y0 + 1, c) + fx * pixel(i, x0 + 1, y0 + 1, c));
}

/* How much of pixel p lies in [a, b). */
static double share(int p, double a, double b)
{
    const double lo = a > p ? a : p;
    const double hi = b < p + 1 ? b : p + 1;
    return hi > lo ? hi - lo : 0.0;
}

static double area(const fvi_image *i, double sx, double sy, const int xyc[3])
{
    double sum = 0.0;
    for (int y = 0; y < i->height_px; y++) {
        const double wy = share(y, xyc[1] * sy, (xyc[1] + 1) * sy);
        for (int x = 0; wy > 0.0 && x < i->width_px; x++)
            sum += wy * share(x, xyc[0] * sx, (xyc[0] + 1) * sx) * *at(i, x, y, xyc[2]);
    }
    return sum / (sx * sy);
}

static void check_resize(int w, int h, int to_w, int to_h, int channels)
{
    fvi_image src = pix_new(w, h, channels);
    fvi_image dst = pix_new(to_w, to_h, channels);
    const double sx = (double)w / to_w;
    const double sy = (double)h / to_h;
    const bool smaller = to_w <= w && to_h <= h;
    fv_error err = {0};

    pix_fill(&src);
    assert_fv_ok(fvi_cv_resize(&src, &dst, &err), &err);
    for (int y = 0; y < to_h; y++)
        for (int x = 0; x < to_w; x++)
            for (int c = 0; c < channels; c++) {
                const double want = smaller ? area(&src, sx, sy, (int[3]){x, y, c})
                                            : bilinear(&src, clamped, (x + 0.5) * sx - 0.5,
                                                       (y + 0.5) * sy - 0.5, c);
                assert_near(*at(&dst, x, y, c), want, 1.01, x, y);
            }
    pix_check(&src);
    pix_check(&dst);
    free(src.data);
    free(dst.data);
}

static void test_resize__agrees_with_the_definition(void **state)
{
    static const struct {
        int w, h, to_w, to_h;
    } cases[] = {
        {64, 48, 16, 12}, {64, 48, 24, 17}, {64, 48, 64, 48}, {30, 20, 64, 48}, {64, 48, 63, 48},
        {64, 48, 7, 48},  {20, 48, 20, 99}, {5, 5, 1, 1},     {1, 1, 9, 4},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        check_resize(cases[i].w, cases[i].h, cases[i].to_w, cases[i].to_h, 1);
        check_resize(cases[i].w, cases[i].h, cases[i].to_w, cases[i].to_h, 3);
    }
}

static void test_resize__averages_the_side_that_shrinks_while_the_other_grows(void **state)
{
    fvi_image src = pix_new(64, 10, 1);
    fvi_image dst = pix_new(8, 20, 1);
    fv_error err = {0};
    (void)state;

    /* Black and white columns: an average is 127 or 128 everywhere, a bilinear sample is not. */
    for (int y = 0; y < 10; y++)
        for (int x = 0; x < 64; x++)
            *at(&src, x, y, 0) = x % 4 < 2 ? 255 : 0;
    assert_fv_ok(fvi_cv_resize(&src, &dst, &err), &err);
    for (int y = 0; y < 20; y++)
        for (int x = 0; x < 8; x++)
            assert_near(*at(&dst, x, y, 0), 127.5, 1.01, x, y);
    pix_check(&dst);
    free(src.data);
    free(dst.data);
}

static void check_warp(const float m[6], int border, int channels, double tolerance)
{
    fvi_image src = pix_new(40, 30, channels);
    fvi_image dst = pix_new(33, 37, channels);
    fv_error err = {0};

    pix_fill(&src);
    assert_fv_ok(fvi_cv_warp(&src, m, border, &dst, &err), &err);
    for (int y = 0; y < 37; y++)
        for (int x = 0; x < 33; x++)
            for (int c = 0; c < channels; c++) {
                const double sx = (double)m[0] * x + (double)m[1] * y + (double)m[2];
                const double sy = (double)m[3] * x + (double)m[4] * y + (double)m[5];
                const double want = bilinear(&src, border == 0 ? or_black : clamped, sx, sy, c);
                assert_near(*at(&dst, x, y, c), want, tolerance, x, y);
            }
    pix_check(&src);
    pix_check(&dst);
    free(src.data);
    free(dst.data);
}

static void test_warp__agrees_with_the_definition(void **state)
{
    static const float turn[6] = {0.9f, -0.3f, 4.25f, 0.3f, 0.9f, -3.5f};
    static const float identity[6] = {1, 0, 0, 0, 1, 0};
    static const float shift[6] = {1, 0, -5, 0, 1, 7};
    (void)state;
    for (int channels = 1; channels <= 3; channels += 2) {
        check_warp(identity, 0, channels, 0.0);
        check_warp(shift, 0, channels, 0.0);
        check_warp(shift, 1, channels, 0.0);
        check_warp(turn, 1, channels, 2.0);
        check_warp(turn, 0, channels, 8.0); /* 1/32 px of 240 levels, at the black edge */
    }
}

static void test_grey__is_bt601(void **state)
{
    fvi_image src = pix_new(31, 9, 3);
    fvi_image dst = pix_new(31, 9, 1);
    fv_error err = {0};
    (void)state;

    for (int y = 0; y < 9; y++)
        for (int x = 0; x < 31; x++)
            for (int c = 0; c < 3; c++)
                *at(&src, x, y, c) = (uint8_t)(x * 31 + y * 77 + c * 101);
    assert_fv_ok(fvi_cv_grey(&src, &dst, &err), &err);
    for (int y = 0; y < 9; y++)
        for (int x = 0; x < 31; x++)
            assert_near(*at(&dst, x, y, 0),
                        0.299 * *at(&src, x, y, 0) + 0.587 * *at(&src, x, y, 1) +
                            0.114 * *at(&src, x, y, 2),
                        1.0, x, y);
    pix_check(&dst);
    free(src.data);
    free(dst.data);
}

static void test_images__wrong_arguments_are_refused_and_dst_left_alone(void **state)
{
    static const float m[6] = {1, 0, 0, 0, 1, 0};
    static const float not_finite[6] = {1, 0, 0, 0, NAN, 0};
    uint8_t a[300] = {0};
    uint8_t b[300];
    fvi_image src = {a, 10, 10, 3, 30};
    fvi_image dst = {b, 10, 10, 3, 30};
    fvi_image grey = {b, 10, 10, 1, 10};
    fvi_image smaller = {b, 9, 10, 1, 10};
    fvi_image no_data = {NULL, 10, 10, 3, 30};
    fvi_image no_width = {b, 0, 10, 3, 30};
    fvi_image no_height = {b, 10, -1, 3, 30};
    fvi_image two = {b, 10, 10, 2, 30};
    fvi_image stride = {b, 10, 10, 3, 29};
    fvi_image inside = {a + 60, 10, 8, 3, 30};
    fvi_image *bad[] = {NULL, &grey, &no_data, &no_width, &no_height, &two, &stride, &inside};
    (void)state;

    memset(b, GUARD, sizeof b);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        fv_error err = {0};
        assert_int_equal(fvi_cv_resize(&src, bad[i], &err), FV_E_ARG);
        assert_string_not_equal(err.text, "");
        assert_int_equal(fvi_cv_resize(bad[i], &dst, NULL), bad[i] == &inside ? FV_OK : FV_E_ARG);
        memset(b, GUARD, sizeof b);
        assert_int_equal(fvi_cv_warp(&src, m, 0, bad[i], NULL), FV_E_ARG);
        if (bad[i] != &grey) assert_int_equal(fvi_cv_grey(&src, bad[i], NULL), FV_E_ARG);
    }
    assert_int_equal(fvi_cv_grey(&src, &dst, NULL), FV_E_ARG);
    assert_int_equal(fvi_cv_grey(&src, &smaller, NULL), FV_E_ARG);
    assert_int_equal(fvi_cv_warp(&src, NULL, 0, &dst, NULL), FV_E_ARG);
    assert_int_equal(fvi_cv_warp(&src, not_finite, 0, &dst, NULL), FV_E_ARG);
    assert_int_equal(fvi_cv_warp(&src, m, 2, &dst, NULL), FV_E_ARG);
    for (size_t i = 0; i < sizeof b; i++)
        assert_int_equal(b[i], GUARD);
}

static fv_bytes read_model(const char *file)
{
    char path[512];
    uint8_t *p = NULL;
    size_t n = 0;
    fv_error err = {0};
    (void)snprintf(path, sizeof path, "%s/%s", FV_TEST_MODELS, file);
    assert_fv_ok(fvi_file_read(path, 16 << 20, FV_E_MODEL, &p, &n, &err), &err);
    return (fv_bytes){p, n};
}

/* A copy of the network in which one operator has a name that nobody knows. */
static fv_bytes with_unknown_operator(fv_bytes onnx)
{
    uint8_t *p = malloc(onnx.len);
    size_t hits = 0;

    assert_non_null(p);
    memcpy(p, onnx.data, onnx.len);
    for (size_t i = 0; i + 7 < onnx.len; i++) {
        if (memcmp(p + i, "MaxPool", 7) != 0) continue;
        p[i] = 'W';
        hits++;
    }
    assert_true(hits > 0);
    return (fv_bytes){p, onnx.len};
}

static void test_net__what_is_no_network_is_refused_in_silence(void **state)
{
    fv_bytes eye = read_model("eye_state_24.onnx");
    fv_bytes unknown = with_unknown_operator(eye);
    uint8_t garbage[4096];
    const fv_bytes bad[] = {unknown,
                            {NULL, 0},
                            {garbage, 0},
                            {garbage, sizeof garbage},
                            {eye.data, 1},
                            {eye.data, 100},
                            {eye.data, eye.len / 2},
                            {eye.data, eye.len - 1}};
    FILE *said = tmpfile();
    (void)state;

    assert_non_null(said);
    for (size_t i = 0; i < sizeof garbage; i++)
        garbage[i] = (uint8_t)(i * 197 + 31);
    (void)fflush(stderr);
    const int old = dup(2);
    assert_true(old >= 0 && dup2(fileno(said), 2) == 2);
    fv_status st[ARRAY_LEN(bad)];
    fv_error err[ARRAY_LEN(bad)] = {{0}};
    fvi_cv_net *net = NULL;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        st[i] = fvi_cv_net_create(&net, bad[i], &err[i]);
    (void)fflush(stderr);
    assert_true(dup2(old, 2) == 2 && close(old) == 0);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_true(st[i] == FV_E_MODEL || st[i] == FV_E_BACKEND);
        assert_string_not_equal(err[i].text, "");
    }
    assert_null(net);
    assert_int_equal(fvi_cv_net_create(NULL, eye, NULL), FV_E_ARG);
    assert_int_equal(lseek(fileno(said), 0, SEEK_END), 0);
    (void)fclose(said);
    fvi_cv_net_destroy(NULL);
    fvi_cv_net_destroy(&net);
    fvi_cv_net_wipe(NULL);
    free((void *)unknown.data);
    free((void *)eye.data);
}

static size_t count_threads(void)
{
    size_t n = 0;
    DIR *d = opendir("/proc/self/task");
    assert_non_null(d);
    for (const struct dirent *e = readdir(d); e != NULL; e = readdir(d))
        n += e->d_name[0] != '.';
    (void)closedir(d);
    return n;
}

static void test_net__bad_runs_are_refused_and_outputs_left_alone(void **state)
{
    fv_bytes eye = read_model("eye_state_24.onnx");
    float input[24 * 24] = {0};
    float out[8] = {7, 7, 7, 7, 7, 7, 7, 7};
    const char *name = "output";
    const char *other = "no_such_output";
    float *outputs[] = {out};
    size_t counts[] = {2};
    size_t wrong[] = {3};
    const fvi_cv_run good = {"input", input, {1, 1, 24, 24}, &name, outputs, counts, 1};
    fvi_cv_run runs[8];
    fvi_cv_net *net = NULL;
    fv_error err = {0};
    const size_t threads = count_threads();
    (void)state;

    assert_fv_ok(fvi_cv_net_create(&net, eye, &err), &err);
    for (size_t i = 0; i < ARRAY_LEN(runs); i++)
        runs[i] = good;
    runs[0].output_counts = wrong;
    runs[1].output_names = &other;
    runs[2].input = NULL;
    runs[3].n_outputs = 0;
    runs[4].n_outputs = 9;
    runs[5].input_dims[2] = 0;
    runs[6].input_dims[1] = 3;
    runs[7].input_name = "no_such_input";
    for (size_t i = 0; i < ARRAY_LEN(runs); i++) {
        fv_error why = {0};
        const fv_status st = fvi_cv_net_run(net, &runs[i], &why);
        if (i == 0) assert_int_equal(st, FV_E_MODEL);
        if (i >= 2 && i <= 5) assert_int_equal(st, FV_E_ARG);
        assert_int_not_equal(st, FV_OK);
        assert_string_not_equal(why.text, "");
        for (size_t k = 0; k < ARRAY_LEN(out); k++)
            assert_float_equal(out[k], 7.0f, 0.0f);
    }
    assert_int_equal(fvi_cv_net_run(NULL, &good, NULL), FV_E_ARG);
    assert_int_equal(fvi_cv_net_run(net, NULL, NULL), FV_E_ARG);
    assert_fv_ok(fvi_cv_net_run(net, &good, &err), &err); /* it recovers */
    assert_true(out[0] != 7.0f && out[1] != 7.0f);
    assert_float_equal(out[2], 7.0f, 0.0f);
    assert_int_equal(fvi_cv_threads(), 1);
    assert_int_equal(count_threads(), threads);
    fvi_cv_net_destroy(&net);
    free((void *)eye.data);
}

static void test_spectrum__of_waves_is_where_they_are(void **state)
{
    enum { SIDE = 64 };
    static const int waves[][2] = {{0, 0}, {5, 0}, {0, 7}, {9, 20}, {31, 50}};
    static float in[SIDE * SIDE], out[2 * SIDE * SIDE];
    fv_error err = {0};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(waves); i++) {
        int u = waves[i][0], v = waves[i][1];
        for (int y = 0; y < SIDE; y++)
            for (int x = 0; x < SIDE; x++)
                in[y * SIDE + x] = (float)(3.0 * cos(2.0 * M_PI * (u * x + v * y) / SIDE + 0.4));
        assert_fv_ok(fvi_cv_spectrum(in, SIDE, out, &err), &err);
        bool level = u == 0 && v == 0; /* a constant is one bin, a wave is two */
        double expected = level ? 3.0 * cos(0.4) * SIDE * SIDE : 1.5 * SIDE * SIDE;
        for (int b = 0; b < SIDE * SIDE; b++) {
            bool here = b == v * SIDE + u || b == (SIDE - v) % SIDE * SIDE + (SIDE - u) % SIDE;
            double size = hypot(out[2 * b], out[2 * b + 1]);
            if (fabs(size - (here ? expected : 0.0)) > 0.1) fail_msg("wave %zu, bin %d", i, b);
        }
        double angle = atan2(out[2 * (v * SIDE + u) + 1], out[2 * (v * SIDE + u)]);
        assert_true(fabs(angle - (level ? 0.0 : 0.4)) < 1e-3);
    }
}

static void test_spectrum__wrong_arguments_are_refused(void **state)
{
    float in[4] = {1, 2, 3, 4}, out[8];
    fv_error err = {0};
    (void)state;
    assert_int_equal(fvi_cv_spectrum(NULL, 2, out, &err), FV_E_ARG);
    assert_int_equal(fvi_cv_spectrum(in, 2, NULL, NULL), FV_E_ARG);
    assert_int_equal(fvi_cv_spectrum(in, 1, out, NULL), FV_E_ARG);
    assert_int_equal(fvi_cv_spectrum(in, 1025, out, NULL), FV_E_ARG);
    assert_int_equal(fvi_cv_spectrum(in, 2, out, NULL), FV_OK);
    assert_float_equal(out[0], 10.0f, 1e-5);
}

static void test_version__is_there(void **state)
{
    (void)state;
    assert_true(fvi_cv_version()[0] >= '4');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_resize__agrees_with_the_definition),
        cmocka_unit_test(test_resize__averages_the_side_that_shrinks_while_the_other_grows),
        cmocka_unit_test(test_warp__agrees_with_the_definition),
        cmocka_unit_test(test_grey__is_bt601),
        cmocka_unit_test(test_images__wrong_arguments_are_refused_and_dst_left_alone),
        cmocka_unit_test(test_net__what_is_no_network_is_refused_in_silence),
        cmocka_unit_test(test_net__bad_runs_are_refused_and_outputs_left_alone),
        cmocka_unit_test(test_spectrum__of_waves_is_where_they_are),
        cmocka_unit_test(test_spectrum__wrong_arguments_are_refused),
        cmocka_unit_test(test_version__is_there),
    };
    return cmocka_run_group_tests_name("shim_opencv", tests, NULL, NULL);
}
