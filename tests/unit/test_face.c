/* SPDX-License-Identifier: Apache-2.0 */
/* The geometry of faces: nothing here needs a network. */
#include "test.h"

#include <math.h>
#include <string.h>

#include "face/face.h"
#include "face/internal.h"

static const fvi_point five[5] = {{12, 30}, {48, 28}, {31, 45}, {17, 66}, {44, 65}};

static fvi_point moved(fvi_point p, double scale, double deg, double dx, double dy)
{
    double c = scale * cos(deg * 3.14159265358979 / 180.0);
    double s = scale * sin(deg * 3.14159265358979 / 180.0);
    double x = (double)p.x_px, y = (double)p.y_px;
    return (fvi_point){(float)(c * x - s * y + dx), (float)(s * x + c * y + dy)};
}

static fvi_point through(const fvi_affine *a, fvi_point p)
{
    return (fvi_point){a->m[0] * p.x_px + a->m[1] * p.y_px + a->m[2],
                       a->m[3] * p.x_px + a->m[4] * p.y_px + a->m[5]};
}

static double squared_error(const fvi_affine *a, const fvi_point *from, const fvi_point *to)
{
    double sum = 0;
    for (int i = 0; i < 5; i++) {
        fvi_point p = through(a, to[i]);
        sum += pow((double)(p.x_px - from[i].x_px), 2) + pow((double)(p.y_px - from[i].y_px), 2);
    }
    return sum;
}

static void test_similarity__known_maps_are_found(void **state)
{
    static const struct {
        double scale, deg, dx, dy;
    } rows[] = {{1, 0, 0, 0},       {1, 0, 13, -7},    {2.5, 0, 0, 0},     {0.02, 0, 5, 5},
                {1, 90, 0, 0},      {1, -90, 3, 4},    {1, 180, 100, 100}, {3, 37, -250, 900},
                {0.4, -121, 7, 11}, {40, 3, 8000, 10}, {1, 1e-3, 0, 0}};
    (void)state;
    for (size_t r = 0; r < ARRAY_LEN(rows); r++) {
        fvi_point from[5];
        fvi_affine map = {{0}};
        for (int i = 0; i < 5; i++)
            from[i] = moved(five[i], rows[r].scale, rows[r].deg, rows[r].dx, rows[r].dy);
        assert_true(fvi_similarity(from, five, 5, &map));
        float near = (float)(2e-4 * (1.0 + rows[r].scale));
        for (int i = 0; i < 5; i++) {
            fvi_point p = through(&map, five[i]);
            assert_float_equal(p.x_px, from[i].x_px, near);
            assert_float_equal(p.y_px, from[i].y_px, near);
        }
        assert_float_equal(map.m[0], map.m[4], 0);
        assert_float_equal(map.m[1], -map.m[3], 0);
    }
}

static void test_similarity__is_the_least_of_squares_and_never_mirrors(void **state)
{
    fvi_point from[5];
    fvi_affine best = {{0}};
    (void)state;
    for (int mirror = 0; mirror < 2; mirror++) {
        for (int i = 0; i < 5; i++) {
            from[i] = moved(five[i], 1.7, 20, 40, 50);
            from[i].x_px += (float)((i * 7) % 5) - 2.0f;
            from[i].y_px += (float)((i * 3) % 5) - 2.0f;
            if (mirror == 1) from[i].x_px = 300.0f - from[i].x_px;
        }
        assert_true(fvi_similarity(from, five, 5, &best));
        assert_true(best.m[0] * best.m[4] - best.m[1] * best.m[3] > 0);
        double least = squared_error(&best, from, five);
        assert_true(least > 1.0);
        static const float steps[4][6] = {
            {1, 0, 0, 0, 1, 0}, {0, -1, 0, 1, 0, 0}, {0, 0, 1, 0, 0, 0}, {0, 0, 0, 0, 0, 1}};
        for (int k = 0; k < 8; k++) {
            fvi_affine other = best;
            float by = (k % 2 == 0 ? 1.0f : -1.0f) * (k < 4 ? 1e-2f : 0.5f);
            for (int j = 0; j < 6; j++)
                other.m[j] += by * steps[k / 2][j];
            assert_true(squared_error(&other, from, five) > least);
        }
    }
}

static void test_similarity__points_that_span_nothing_are_refused(void **state)
{
    fvi_point same[5], line[5], bad[5];
    fvi_affine map = {{7, 7, 7, 7, 7, 7}};
    (void)state;
    for (int i = 0; i < 5; i++) {
        same[i] = (fvi_point){5, 5};
        line[i] = (fvi_point){(float)i, 0};
    }
    assert_false(fvi_similarity(five, same, 5, &map));
    assert_false(fvi_similarity(same, five, 5, &map));
    assert_false(fvi_similarity(same, same, 5, &map));
    assert_false(fvi_similarity(five, five, 1, &map));
    assert_false(fvi_similarity(five, five, 0, &map));
    const float poison[] = {NAN, INFINITY, -INFINITY};
    for (size_t i = 0; i < ARRAY_LEN(poison); i++) {
        memcpy(bad, five, sizeof bad);
        bad[2].y_px = poison[i];
        assert_false(fvi_similarity(bad, five, 5, &map));
        assert_false(fvi_similarity(five, bad, 5, &map));
    }
    assert_float_equal(map.m[0], 7, 0);               /* untouched */
    assert_true(fvi_similarity(line, line, 5, &map)); /* a line does span */
}

/* Landmarks whose five points are `p`; the rest far off, where they must not matter. */
static fvi_landmarks face_of(const fvi_point p[5])
{
    fvi_landmarks l;
    for (int i = 0; i < FVI_LANDMARKS; i++)
        l.point[i] = (fvi_point){-1000.0f + (float)i, 5000.0f};
    for (int i = 0; i < 6; i++) { /* around each eye's centre */
        float dx = 3.0f * cosf((float)i * 1.0471976f), dy = 2.0f * sinf((float)i * 1.0471976f);
        l.point[36 + i] = (fvi_point){p[0].x_px + dx, p[0].y_px + dy};
        l.point[42 + i] = (fvi_point){p[1].x_px + dx, p[1].y_px + dy};
    }
    l.point[30] = p[2];
    l.point[48] = p[3];
    l.point[54] = p[4];
    return l;
}

static void test_chip_map__lands_the_five_points(void **state)
{
    static const fvi_point arcface[5] = {{38.2946f, 51.6963f},
                                         {73.5318f, 51.5014f},
                                         {56.0252f, 71.7366f},
                                         {41.5493f, 92.3655f},
                                         {70.7299f, 92.2041f}};
    static const double deg[] = {0, 15, -40, 90};
    (void)state;
    for (size_t r = 0; r < ARRAY_LEN(deg); r++) {
        fvi_point p[5], left, right;
        fvi_affine map = {{0}};
        for (int i = 0; i < 5; i++)
            p[i] = moved(arcface[i], 2.2, deg[r], 300, 200);
        fvi_landmarks l = face_of(p);
        assert_true(fvi_chip_map(&l, &map));
        for (int i = 0; i < 5; i++) {
            fvi_point q = through(&map, arcface[i]);
            assert_float_equal(q.x_px, p[i].x_px, 2e-3f);
            assert_float_equal(q.y_px, p[i].y_px, 2e-3f);
        }
        fvi_eyes(&l, &left, &right);
        assert_float_equal(left.x_px, p[0].x_px, 1e-3f);
        assert_float_equal(right.y_px, p[1].y_px, 1e-3f);
        assert_float_equal(fvi_inter_eye_px(&l), 2.2f * 35.23774f, 1e-2f);
    }
    fvi_landmarks point;
    fvi_affine map = {{0}};
    for (int i = 0; i < FVI_LANDMARKS; i++)
        point.point[i] = (fvi_point){9, 9};
    assert_false(fvi_chip_map(&point, &map));
}

/* Beside a main face of 100x100 at (0,0): who counts as a second person. */
static void test_persons__a_second_face_must_be_large_sure_and_beside(void **state)
{
    static const struct {
        const char *what;
        fvi_box box;
        size_t persons, by_hog;
    } rows[] = {
        {"a fifth of the area", {200, 0, 250, 40, 0.9f}, 2, 2},
        {"just less", {200, 0, 249.9f, 40, 0.99f}, 1, 1},
        {"larger than the main one", {200, 0, 600, 400, 0.9f}, 2, 2},
        {"barely sure", {200, 0, 300, 100, 0.8f}, 2, 2},
        {"not sure", {200, 0, 300, 100, 0.79f}, 1, 2},
        {"half inside", {50, 0, 150, 100, 0.9f}, 1, 1},
        {"less than half inside", {51, 0, 151, 100, 0.9f}, 2, 2},
        {"a small one half inside", {70, 20, 130, 80, 0.9f}, 1, 1},
        {"a part of the face", {20, 20, 80, 80, 0.9f}, 1, 1},
        {"around the face", {-50, -50, 150, 150, 0.9f}, 1, 1},
    };
    fvi_faces f = {.n = 0};
    (void)state;
    assert_int_equal(fvi_face_persons(&f), 0);
    f.boxes[0] = (fvi_box){0, 0, 100, 100, 0.7f}; /* the main one counts, sure or not */
    f.n = 1;
    assert_int_equal(fvi_face_persons(&f), 1);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        f.n = 2;
        f.boxes[1] = rows[i].box;
        f.second_detector = false;
        if (fvi_face_persons(&f) != rows[i].persons) fail_msg("%s", rows[i].what);
        f.second_detector = true;
        if (fvi_face_persons(&f) != rows[i].by_hog) fail_msg("%s, by HOG", rows[i].what);
    }
    for (size_t i = 0; i < 3; i++)
        f.boxes[1 + i] = (fvi_box){200 + 200 * (float)i, 0, 300 + 200 * (float)i, 100, 0.9f};
    f.n = 4;
    f.second_detector = false;
    assert_int_equal(fvi_face_persons(&f), 4);
}

/* A face that looks straight ahead, in units of the way between the eyes. */
static fvi_landmarks straight_face(void)
{
    fvi_landmarks l;
    for (int i = 0; i < FVI_LANDMARKS; i++)
        l.point[i] = (fvi_point){0, 0.6f};
    for (int i = 36; i < 48; i++)
        l.point[i] = (fvi_point){i < 42 ? -0.5f : 0.5f, 0};
    l.point[0] = (fvi_point){-1.1f, 0.1f};
    l.point[16] = (fvi_point){1.1f, 0.1f};
    l.point[30] = (fvi_point){0, 0.6f};
    l.point[33] = (fvi_point){0, 0.75f};
    for (int i = 48; i < 60; i++)
        l.point[i] = (fvi_point){0, 1.1f};
    return l;
}

static void test_pose_estimate__follows_the_head_whatever_its_place(void **state)
{
    (void)state;
    fvi_landmarks l = straight_face();
    fvi_pose straight = {NAN, NAN, NAN}, p = {NAN, NAN, NAN};
    assert_true(fvi_pose_estimate(&l, &straight));
    assert_true(fabsf(straight.yaw_deg) < 5 && fabsf(straight.pitch_deg) < 15);
    assert_float_equal(straight.roll_deg, 0, 1e-3f);
    l.point[30].x_px = 0.2f; /* the same on both sides would hide a wrong turn */
    l.point[0].y_px = 0.25f;
    assert_true(fvi_pose_estimate(&l, &straight));
    for (int deg = -80; deg <= 80; deg += 20) { /* turned and moved: only roll changes */
        fvi_landmarks m = l;
        for (int i = 0; i < FVI_LANDMARKS; i++)
            m.point[i] = moved(l.point[i], 80, deg, 300, 200);
        assert_true(fvi_pose_estimate(&m, &p));
        assert_float_equal(p.yaw_deg, straight.yaw_deg, 1e-2f);
        assert_float_equal(p.pitch_deg, straight.pitch_deg, 1e-2f);
        assert_float_equal(p.roll_deg, (float)deg, 1e-2f);
    }
    for (int side = -1; side <= 1; side += 2) { /* the nose goes one way, the jaw the other */
        fvi_landmarks m = l;
        m.point[30].x_px += 0.3f * (float)side;
        m.point[0].x_px -= 0.3f * (float)side;
        m.point[16].x_px -= 0.3f * (float)side;
        assert_true(fvi_pose_estimate(&m, &p));
        assert_true((p.yaw_deg - straight.yaw_deg) * (float)-side > 10);
    }
    for (int i = 0; i < FVI_LANDMARKS; i++)
        l.point[i] = (fvi_point){9, 9};
    p = (fvi_pose){1, 2, 3};
    assert_false(fvi_pose_estimate(&l, &p));
    assert_float_equal(p.pitch_deg, 2, 0);
}

enum { BOXES = 8 };

typedef struct suppress_row {
    const char *what;
    size_t n;
    float boxes[BOXES][4];
    float scores[BOXES];
    size_t cap;
    size_t kept;
    int order[BOXES];
} suppress_row;

static const suppress_row suppress_rows[] = {
    {"none", 0, {{0}}, {0}, 8, 0, {0}},
    {"best first",
     3,
     {{0, 0, 10, 10}, {20, 0, 30, 10}, {40, 0, 50, 10}},
     {0.7f, 0.95f, 0.8f},
     8,
     3,
     {1, 2, 0}},
    {"equal scores keep the network's order",
     3,
     {{0, 0, 10, 10}, {20, 0, 30, 10}, {40, 0, 50, 10}},
     {0.8f, 0.8f, 0.8f},
     8,
     3,
     {0, 1, 2}},
    {"the least score is exclusive",
     3,
     {{0, 0, 10, 10}, {20, 0, 30, 10}, {40, 0, 50, 10}},
     {0.6f, 0.60001f, 0.59f},
     8,
     1,
     {1}},
    {"overlap is dropped, the better stays",
     2,
     {{0, 0, 10, 10}, {2, 0, 12, 10}},
     {0.7f, 0.8f},
     8,
     1,
     {1}},
    /* 6 of 20 shared: IoU 0.3 = the limit, which stays; then a shade more */
    {"overlap at the limit stays", 2, {{0, 0, 13, 1}, {7, 0, 20, 1}}, {0.9f, 0.8f}, 8, 2, {0, 1}},
    {"and above it goes", 2, {{0, 0, 13, 1}, {6.99f, 0, 20, 1}}, {0.9f, 0.8f}, 8, 1, {0}},
    {"touching is not overlap", 2, {{0, 0, 10, 10}, {10, 0, 20, 10}}, {0.9f, 0.8f}, 8, 2, {0, 1}},
    {"what was dropped drops nothing",
     3,
     {{0, 0, 10, 1}, {5, 0, 15, 1}, {10, 0, 20, 1}},
     {0.9f, 0.8f, 0.7f},
     8,
     2,
     {0, 2}},
    {"the best of them, up to the cap",
     4,
     {{0, 0, 10, 10}, {20, 0, 30, 10}, {40, 0, 50, 10}, {60, 0, 70, 10}},
     {0.7f, 0.9f, 0.8f, 0.95f},
     2,
     2,
     {3, 1}},
    {"no room", 1, {{0, 0, 10, 10}}, {0.9f}, 0, 0, {0}},
    {"not a number as a score", 2, {{0, 0, 10, 10}, {20, 0, 30, 10}}, {NAN, 0.9f}, 8, 1, {1}},
    {"not numbers as corners",
     6,
     {{NAN, 0, 10, 10},
      {0, NAN, 10, 10},
      {0, 0, INFINITY, 10},
      {0, 0, 10, -INFINITY},
      {0, 0, 10, NAN},
      {0, 0, 9, 9}},
     {0.9f, 0.9f, 0.9f, 0.9f, 0.9f, 0.8f},
     8,
     1,
     {5}},
    {"empty and turned-over boxes",
     4,
     {{5, 0, 5, 10}, {0, 5, 10, 5}, {10, 0, 0, 10}, {0, 10, 10, 0}},
     {0.9f, 0.9f, 0.9f, 0.9f},
     8,
     0,
     {0}},
};

static void test_suppress__rows(void **state)
{
    (void)state;
    for (size_t r = 0; r < ARRAY_LEN(suppress_rows); r++) {
        const suppress_row *row = &suppress_rows[r];
        float scores[2 * BOXES];
        int order[BOXES];
        fvi_box out[BOXES + 1];
        memset(out, 0x55, sizeof out);
        for (int i = 0; i < BOXES; i++) {
            scores[2 * i] = 1.0f; /* the background's: never looked at */
            scores[2 * i + 1] = row->scores[i];
        }
        fvi_candidates c = {row->boxes[0], scores, row->n, 0.6f, 0.3f};
        size_t kept = fvi_suppress(&c, order, out, row->cap);
        if (kept != row->kept) fail_msg("%s: kept %zu", row->what, kept);
        for (size_t i = 0; i < kept; i++) {
            const float *b = row->boxes[row->order[i]];
            if (memcmp(&out[i], b, 4 * sizeof *b) != 0 ||
                out[i].score != row->scores[row->order[i]])
                fail_msg("%s: place %zu holds another box", row->what, i);
        }
        const uint8_t *beyond = (const uint8_t *)&out[row->cap];
        assert_int_equal(*beyond, 0x55);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_similarity__known_maps_are_found),
        cmocka_unit_test(test_similarity__is_the_least_of_squares_and_never_mirrors),
        cmocka_unit_test(test_similarity__points_that_span_nothing_are_refused),
        cmocka_unit_test(test_chip_map__lands_the_five_points),
        cmocka_unit_test(test_persons__a_second_face_must_be_large_sure_and_beside),
        cmocka_unit_test(test_pose_estimate__follows_the_head_whatever_its_place),
        cmocka_unit_test(test_suppress__rows),
    };
    return cmocka_run_group_tests_name("face", tests, NULL, NULL);
}
