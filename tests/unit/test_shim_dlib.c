/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "shim/dlib.h"

enum { SIDE = 200 };

static uint8_t pixels[SIDE * SIDE];

static fvi_image picture(int w, int h)
{
    return (fvi_image){pixels, w, h, 1, SIDE};
}

static void fill_noise(void)
{
    uint32_t x = 12345;
    for (size_t i = 0; i < sizeof pixels; i++) {
        x = x * 1664525u + 1013904223u;
        pixels[i] = (uint8_t)(x >> 24);
    }
}

static int create(void **state)
{
    fvi_hog *hog = NULL;
    if (fvi_hog_create(&hog, NULL) != FV_OK) return -1;
    *state = hog;
    return 0;
}

static int destroy(void **state)
{
    fvi_hog *hog = *state;
    fvi_hog_destroy(&hog);
    return hog == NULL ? 0 : -1;
}

static void test_hog__finds_nothing_where_there_is_nothing(void **state)
{
    static const struct {
        int w, h;
    } sizes[] = {{SIDE, SIDE}, {SIDE, 1}, {1, SIDE}, {1, 1}, {79, 81}};

    for (int noise = 0; noise < 2; noise++) {
        if (noise != 0) fill_noise();
        for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
            fvi_image grey = picture(sizes[i].w, sizes[i].h);
            fv_error err = {0};
            fvi_box box = {.score = -7.0f};
            size_t n = 99;
            assert_fv_ok(fvi_hog_run(*state, &grey, &box, 1, &n, &err), &err);
            assert_int_equal(n, 0);
            assert_float_equal(box.score, -7.0f, 0.0f);
        }
    }
}

static void test_hog__wrong_arguments_are_refused_and_outputs_left_alone(void **state)
{
    fvi_image good = picture(SIDE, SIDE);
    fvi_image colour = {pixels, SIDE / 3, SIDE, 3, SIDE};
    fvi_image no_data = {NULL, SIDE, SIDE, 1, SIDE};
    fvi_image flat = picture(SIDE, 0);
    fvi_image narrow_stride = {pixels, SIDE, SIDE, 1, SIDE - 1};
    const fvi_image *bad[] = {NULL, &colour, &no_data, &flat, &narrow_stride};
    fvi_box box = {.score = -7.0f};
    size_t n = 99;

    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        fv_error err = {0};
        assert_int_equal(fvi_hog_run(*state, bad[i], &box, 1, &n, &err), FV_E_ARG);
        assert_string_not_equal(err.text, "");
    }
    assert_int_equal(fvi_hog_run(NULL, &good, &box, 1, &n, NULL), FV_E_ARG);
    assert_int_equal(fvi_hog_run(*state, &good, NULL, 1, &n, NULL), FV_E_ARG);
    assert_int_equal(fvi_hog_run(*state, &good, &box, 1, NULL, NULL), FV_E_ARG);
    assert_int_equal(n, 99);
    assert_float_equal(box.score, -7.0f, 0.0f);
    assert_int_equal(fvi_hog_create(NULL, NULL), FV_E_ARG);
    fvi_hog_destroy(NULL);
}

static void test_hog__no_room_for_boxes_is_allowed(void **state)
{
    fvi_image grey = picture(SIDE, SIDE);
    size_t n = 99;
    fv_error err = {0};

    assert_fv_ok(fvi_hog_run(*state, &grey, NULL, 0, &n, &err), &err);
    assert_int_equal(n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hog__finds_nothing_where_there_is_nothing),
        cmocka_unit_test(test_hog__wrong_arguments_are_refused_and_outputs_left_alone),
        cmocka_unit_test(test_hog__no_room_for_boxes_is_allowed),
    };
    return cmocka_run_group_tests_name("shim_dlib", tests, create, destroy);
}
