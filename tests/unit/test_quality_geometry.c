/* SPDX-License-Identifier: Apache-2.0 */
/* Where the face is and how the head is held, on a face whose every point is known. */
#include "test.h"

#include "quality/viewer.h"
#include "view.h"

static drawn face;

/* Eyes 100 px apart, their middle at (x, y) of a picture of w by h; the chin 175 px below. */
static const fvi_view *placed(float x, float y, int w, int h)
{
    drawn_face(&face, rgb8_grey(128));
    face.landmarks = drawn_landmarks(x, y, 100.0f);
    face.view.rgb.width_px = w;
    face.view.rgb.height_px = h;
    return &face.view;
}

static void test_geometry__distances(void **state)
{
    const fvi_view *v = placed(300, 250, 600, 1000);
    (void)state;
    assert_float_equal(fvi_q_inter_eye_distance(v), 100, 0.01);
    assert_float_equal(fvi_q_margin_left(v), 2.5, 0.001);
    assert_float_equal(fvi_q_margin_right(v), 2.5, 0.001);
    assert_float_equal(fvi_q_head_size(v), 0.175, 0.001);
    assert_float_equal(fvi_q_margin_above(v), 250.0f / 175.0f, 0.001);
    assert_float_equal(fvi_q_margin_below(v), 750.0f / 175.0f, 0.001);
    face.view.found.scale = 0.25f; /* decoded at a quarter */
    assert_float_equal(fvi_q_inter_eye_distance(v), 400, 0.04);
    assert_float_equal(fvi_q_margin_left(v), 2.5, 0.001);
}

/* Each side in turn is the narrowest. */
static void test_geometry__inside_is_the_narrowest_side(void **state)
{
    static const struct {
        float x, y;
        int w, h;
        double inside;
    } rows[] = {
        {300, 250, 600, 1000, 1.0},
        {77.5f, 250, 600, 1000, 0.5},  /* the left eye 27.5 px from the edge */
        {522.5f, 250, 600, 1000, 0.5}, /* the right one */
        {300, 52.5f, 600, 1000, 0.5},  /* 0.3 of eyes to chin above the eyes */
        {300, 250, 600, 381, 0.5},     /* 0.75 of it below */
        {300, 250, 600, 337, 0.0},     /* cut above the mouth's lower line */
        {50, 250, 600, 1000, 0.0},     /* in the eye */
        {20, 250, 600, 1000, 0.0},     /* beyond it */
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        float got = fvi_q_face_inside(placed(rows[i].x, rows[i].y, rows[i].w, rows[i].h));
        if (fabs((double)got - rows[i].inside) > 0.01)
            fail_msg("row %zu: %f, not %f", i, (double)got, rows[i].inside);
    }
}

static void test_geometry__persons_and_pose(void **state)
{
    const fvi_view *v = placed(300, 250, 600, 1000);
    (void)state;
    face.pose = (fvi_pose){11, -12, 13};
    assert_float_equal(fvi_q_head_yaw(v), 11, 0);
    assert_float_equal(fvi_q_head_pitch(v), -12, 0);
    assert_float_equal(fvi_q_head_roll(v), 13, 0);
    assert_float_equal(fvi_q_face_count(v), 1, 0);
    face.faces = (fvi_faces){.boxes = {{0, 0, 100, 100, 1}, {200, 0, 300, 100, 1}}, .n = 2};
    assert_float_equal(fvi_q_face_count(v), 2, 0);
}

static void test_geometry__without_a_face_nothing_is_taken(void **state)
{
    (void)state;
    drawn_no_face(&face, rgb8_grey(128));
    const fvi_view *v = &face.view;
    const float values[] = {
        fvi_q_inter_eye_distance(v), fvi_q_head_size(v),    fvi_q_face_inside(v),
        fvi_q_margin_left(v),        fvi_q_margin_right(v), fvi_q_margin_above(v),
        fvi_q_margin_below(v),       fvi_q_head_yaw(v),     fvi_q_head_pitch(v),
        fvi_q_head_roll(v),
    };
    for (size_t i = 0; i < ARRAY_LEN(values); i++)
        assert_true(isnan(values[i]));
    assert_float_equal(fvi_q_face_count(v), 0, 0);
}

/* Of the standard's curves, at points worked out by hand. */
static void test_geometry__scores(void **state)
{
    static const struct {
        fvi_measure measure;
        float value;
        float score;
    } rows[] = {
        {FVI_Q_FACE_COUNT, 1, 100},
        {FVI_Q_FACE_COUNT, 2, 0},
        {FVI_Q_FACE_COUNT, 0, 0},
        {FVI_Q_INTER_EYE_DISTANCE, 70, 50},
        {FVI_Q_INTER_EYE_DISTANCE, 110, 88},
        {FVI_Q_HEAD_SIZE, 0.45f, 100},
        {FVI_Q_HEAD_SIZE, 0.2f, 100},
        {FVI_Q_HEAD_SIZE, 0.55f, 24},
        {FVI_Q_FACE_INSIDE, 0.5f, 50},
        {FVI_Q_MARGIN_LEFT, 0.9f, 50},
        {FVI_Q_MARGIN_RIGHT, 1.0f, 73},
        {FVI_Q_MARGIN_ABOVE, 1.4f, 50},
        {FVI_Q_MARGIN_BELOW, 1.8f, 50},
        {FVI_Q_HEAD_YAW, 60, 25},
        {FVI_Q_HEAD_PITCH, -45, 50},
        {FVI_Q_HEAD_ROLL, 0, 100},
        {FVI_Q_HEAD_ROLL, 120, 0},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        float got = fvi_measure_score(rows[i].measure, rows[i].value);
        if (got != rows[i].score)
            fail_msg("%s %g: %g, not %g", fvi_measures[rows[i].measure].name, (double)rows[i].value,
                     (double)got, (double)rows[i].score);
    }
}

/* Whatever the measure: within 0..100 anywhere, and no score of no value. */
static void test_score__of_every_measure_is_sound(void **state)
{
    static const float values[] = {0, 0.01f, 0.5f, 1, 2, 10, 100, 255, 1e6f};
    (void)state;
    for (int m = 0; m < FVI_Q_COUNT; m++) {
        assert_true(isnan(fvi_measure_score((fvi_measure)m, NAN)));
        for (size_t i = 0; i < ARRAY_LEN(values); i++) {
            float s = fvi_measure_score((fvi_measure)m, values[i]);
            if (!(s >= 0 && s <= 100))
                fail_msg("%s at %g: %g", fvi_measures[m].name, (double)values[i], (double)s);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_geometry__distances),
        cmocka_unit_test(test_geometry__inside_is_the_narrowest_side),
        cmocka_unit_test(test_geometry__persons_and_pose),
        cmocka_unit_test(test_geometry__without_a_face_nothing_is_taken),
        cmocka_unit_test(test_geometry__scores),
        cmocka_unit_test(test_score__of_every_measure_is_sound),
    };
    return cmocka_run_group_tests_name("quality geometry", tests, NULL, NULL);
}
