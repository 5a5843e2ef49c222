/* SPDX-License-Identifier: Apache-2.0 */
/* Liveness without a network: where it looks, what the cues see, what the answer is. */
#include "test.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "liveness/liveness.h"
#include "liveness/parts.h"

enum { SIDE = FVI_LIVE_FRAME_PX };

/* --- where it looks --- */

static void test_square__middle_and_longer_side(void **state)
{
    fvi_box box = {100, 50, 140, 130, 1};
    fvi_live_rect r;
    (void)state;
    assert_true(fvi_live_square(&box, 1.5f, &r));
    assert_float_equal(r.x0_px, 60, 1e-4);
    assert_float_equal(r.x1_px, 180, 1e-4);
    assert_float_equal(r.y0_px, 30, 1e-4);
    assert_float_equal(r.y1_px, 150, 1e-4);
}

static void test_square__a_box_that_is_none(void **state)
{
    static const fvi_box none[] = {
        {10, 10, 10, 20, 1},        {10, 10, 20, 10, 1},           {20, 10, 10, 20, 1},
        {NAN, 10, 20, 20, 1},       {10, 10, 20, NAN, 1},          {10, 10, INFINITY, 20, 1},
        {-INFINITY, 10, 20, 20, 1}, {-FLT_MAX, 0, FLT_MAX, 10, 1}, {FLT_MAX, 0, FLT_MAX, 10, 1},
    };
    const fvi_image picture = {NULL, 100, 100, 3, 300};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(none); i++) {
        fvi_live_rect r = {1, 2, 3, 4};
        assert_false(fvi_live_square(&none[i], 1.5f, &r));
        assert_float_equal(fvi_liveness_context(&picture, &none[i]), 0.0f, 0.0f);
    }
}

static void test_clip__shrinks_to_what_the_picture_has(void **state)
{
    const fvi_image picture = {NULL, 100, 80, 3, 300};
    fvi_live_rect r = {-20, 10, 60, 90}, in;
    (void)state;
    assert_true(fvi_live_clip(&r, &picture, 8, &in));
    assert_float_equal(in.x0_px, 0, 0);
    assert_float_equal(in.y0_px, 10, 0);
    assert_float_equal(in.x1_px, 60, 0);
    assert_float_equal(in.y1_px, 80, 0);
    assert_float_equal(fvi_live_inside(&r, &picture), 60.0f / 80 * 70 / 80, 1e-6);
}

static void test_clip__nothing_or_next_to_nothing_is_left(void **state)
{
    const fvi_image picture = {NULL, 100, 80, 3, 300};
    static const fvi_live_rect out[] = {
        {-50, 10, -1, 60}, {100, 10, 150, 60}, {10, -50, 60, 0},
        {10, 81, 60, 130}, {93, 10, 150, 60},
    };
    fvi_live_rect in = {1, 2, 3, 4};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(out); i++) {
        assert_false(fvi_live_clip(&out[i], &picture, 8, &in));
        assert_float_equal(in.x1_px, 3, 0);
    }
    assert_true(fvi_live_clip(&(fvi_live_rect){92, 10, 150, 60}, &picture, 8, &in));
    assert_float_equal(fvi_live_inside(&out[0], &picture), 0, 0);
}

static void test_context__a_face_in_a_corner(void **state)
{
    const fvi_image picture = {NULL, 100, 100, 3, 300};
    (void)state;
    assert_float_equal(fvi_liveness_context(&picture, &(fvi_box){40, 40, 60, 60, 1}), 1.0f, 1e-6);
    assert_float_equal(fvi_liveness_context(&picture, &(fvi_box){-10, -10, 10, 10, 1}), 0.25f,
                       1e-6);
    /* the picture is the face: 1 / 1.5 of either side */
    assert_float_equal(fvi_liveness_context(&picture, &(fvi_box){0, 0, 100, 100, 1}), 4.0f / 9,
                       1e-6);
    assert_float_equal(fvi_liveness_context(&picture, &(fvi_box){200, 40, 220, 60, 1}), 0, 0);
    assert_float_equal(fvi_liveness_context(&picture, &(fvi_box){40, 200, 60, 220, 1}), 0, 0);
}

static void test_map__pixel_centres(void **state)
{
    fvi_affine same = fvi_live_map(&(fvi_live_rect){0, 0, 96, 96}, 96);
    fvi_affine half = fvi_live_map(&(fvi_live_rect){10, 20, 202, 116}, 96);
    (void)state;
    assert_float_equal(same.m[0], 1, 1e-6);
    assert_float_equal(same.m[2], 0, 1e-6);
    assert_float_equal(same.m[5], 0, 1e-6);
    assert_float_equal(half.m[0], 2, 1e-6);
    assert_float_equal(half.m[4], 1, 1e-6);
    assert_float_equal(half.m[2], 10.5f, 1e-5); /* between the first two of the picture's pixels */
    assert_float_equal(half.m[5], 20, 1e-5);
    assert_float_equal(half.m[1], 0, 0);
    assert_float_equal(half.m[3], 0, 0);
}

static void test_face__stays_on_the_face_where_the_square_was_cut(void **state)
{
    fvi_box box = {0, 0, 100, 100, 1};
    fvi_live_rect whole = {-25, -25, 125, 125}, cut = {0, 0, 125, 100};
    fvi_live_oval a = fvi_live_face(&box, &whole, 150), b = fvi_live_face(&box, &cut, 100);
    (void)state;
    assert_float_equal(a.x_px, 74.5f, 1e-3);
    assert_float_equal(a.y_px, 76.5f, 1e-3);
    assert_float_equal(a.rx_px, 35, 1e-3);
    assert_float_equal(a.ry_px, 45, 1e-3);
    assert_float_equal(b.x_px, 39.5f, 1e-3);
    assert_float_equal(b.y_px, 51.5f, 1e-3);
    assert_float_equal(b.rx_px, 28, 1e-3);
    assert_float_equal(b.ry_px, 45, 1e-3);
}

/* --- reducing --- */

enum { WIDE = 90, HIGH = 60, SMALL = 20 };

static uint8_t large_bytes[3 * WIDE * HIGH];
static uint8_t to_bytes[3 * SMALL * SMALL];
static size_t columns[FVI_LIVE_GRID * SMALL];
static const fvi_image large = {large_bytes, WIDE, HIGH, 3, 3 * WIDE};

static fvi_image reduced(fvi_live_rect r)
{
    fvi_image to = {to_bytes, SMALL, SMALL, 3, 3 * SMALL};
    for (size_t i = 0; i < sizeof large_bytes; i++)
        large_bytes[i] = (uint8_t)(i * 2654435761u >> 13);
    memset(to_bytes, 0xee, sizeof to_bytes);
    fvi_live_reduce(&large, &r, columns, &to);
    return to;
}

static uint8_t large_at(int x, int y, int c)
{
    x = x < 0 ? 0 : x >= WIDE ? WIDE - 1 : x;
    y = y < 0 ? 0 : y >= HIGH ? HIGH - 1 : y;
    return large_bytes[3 * (y * WIDE + x) + c];
}

static void test_reduce__as_large_is_a_copy(void **state)
{
    (void)state;
    fvi_image to = reduced((fvi_live_rect){30, 10, 50, 30});
    for (int y = 0; y < SMALL; y++) {
        for (int x = 0; x < SMALL; x++) {
            for (int c = 0; c < 3; c++)
                assert_int_equal(to.data[3 * (y * SMALL + x) + c], large_at(30 + x, 10 + y, c));
        }
    }
}

static void test_reduce__three_to_one_is_the_mean_of_nine(void **state)
{
    (void)state;
    fvi_image to = reduced((fvi_live_rect){-12, 6, 48, 66}); /* also beyond two borders */
    for (int y = 0; y < SMALL; y++) {
        for (int x = 0; x < SMALL; x++) {
            for (int c = 0; c < 3; c++) {
                int sum = 4;
                for (int k = 0; k < 9; k++)
                    sum += large_at(-12 + 3 * x + k % 3, 6 + 3 * y + k / 3, c);
                assert_int_equal(to.data[3 * (y * SMALL + x) + c], sum / 9);
            }
        }
    }
}

static void test_reduce__two_across_and_one_down(void **state)
{
    (void)state;
    fvi_image to = reduced((fvi_live_rect){10, 20, 50, 40});
    for (int y = 0; y < SMALL; y++) {
        for (int x = 0; x < SMALL; x++) {
            int sum = 1 + large_at(10 + 2 * x, 20 + y, 1) + large_at(11 + 2 * x, 20 + y, 1);
            assert_int_equal(to.data[3 * (y * SMALL + x) + 1], sum / 2);
        }
    }
}

static void test_reduce__four_to_one_is_three_of_four(void **state)
{
    static const int at[] = {0, 2, 3}; /* in the middle of each third */
    (void)state;
    fvi_image to = reduced((fvi_live_rect){5, 20, 85, 40});
    for (int y = 0; y < SMALL; y++) {
        for (int x = 0; x < SMALL; x++) {
            int sum = 1;
            for (int k = 0; k < 3; k++)
                sum += large_at(5 + 4 * x + at[k], 20 + y, 2);
            assert_int_equal(to.data[3 * (y * SMALL + x) + 2], sum / 3);
        }
    }
}

static void test_reduce__far_outside_reads_nothing_else(void **state)
{
    (void)state;
    fvi_image to = reduced((fvi_live_rect){1e6f, -1e9f, 2e6f, -1e8f});
    for (size_t i = 0; i < SMALL * SMALL; i++) {
        for (int c = 0; c < 3; c++)
            assert_int_equal(to.data[3 * i + (size_t)c], large_at(WIDE, -1, c));
    }
}

/* --- blue cast --- */

static uint8_t rgb_bytes[3 * SIDE * SIDE];
static const fvi_image rgb = {rgb_bytes, SIDE, SIDE, 3, 3 * SIDE};
static const fvi_live_oval middle = {47.5f, 47.5f, 30, 35};

static void paint(int x, int y, uint8_t r, uint8_t g, uint8_t b)
{
    uint8_t *p = rgb_bytes + 3 * (y * SIDE + x);
    p[0] = r;
    p[1] = g;
    p[2] = b;
}

static void paint_all(uint8_t r, uint8_t g, uint8_t b)
{
    for (int y = 0; y < SIDE; y++) {
        for (int x = 0; x < SIDE; x++)
            paint(x, y, r, g, b);
    }
}

static void test_blue_cast__of_a_flat_face(void **state)
{
    static const struct {
        uint8_t r, g, b;
        float want;
    } cases[] = {
        {200, 150, 130, 0}, /* skin */
        {90, 60, 45, 0},    /* dark skin */
        {128, 128, 128, 0}, /* no colour */
        {0, 0, 0, 0},
        {255, 255, 255, 0},       /* nothing to be seen */
        {80, 98, 198, 0.693147f}, /* ln(200 / 100) */
        {200, 0, 2, 0.693147f},   /* ln(4 / 2) */
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        paint_all(cases[i].r, cases[i].g, cases[i].b);
        assert_float_equal(fvi_live_blue_cast(&rgb, &middle), cases[i].want, 1e-5);
    }
}

static void test_blue_cast__the_face_alone_counts(void **state)
{
    (void)state;
    paint_all(10, 10, 250); /* sky */
    for (int y = 10; y < 86; y++) {
        for (int x = 14; x < 82; x++)
            paint(x, y, 200, 150, 130);
    }
    assert_float_equal(fvi_live_blue_cast(&rgb, &middle), 0, 0);
    paint_all(200, 150, 130);
    for (int y = 13; y < 83; y++) { /* half of a face */
        for (int x = 48; x < 96; x++)
            paint(x, y, 80, 98, 198);
    }
    float skin = logf(132.0f / 152.0f);
    assert_float_equal(fvi_live_blue_cast(&rgb, &middle), (skin + logf(2)) / 2, 0.01);
}

static void test_blue_cast__a_face_off_the_picture(void **state)
{
    const fvi_live_oval off = {-500, 10, 30, 35};
    (void)state;
    paint_all(10, 10, 250);
    assert_float_equal(fvi_live_blue_cast(&rgb, &off), 0, 0);
}

/* --- frame edges --- */

static uint8_t grey_bytes[SIDE * SIDE];
static const fvi_image grey = {grey_bytes, SIDE, SIDE, 1, SIDE};
static const fvi_live_shown all_shown = {0, 0, SIDE, SIDE};

static void fill(uint8_t v)
{
    memset(grey_bytes, v, sizeof grey_bytes);
}

/* What one step of 100 across the whole square is: 50 a pixel over two columns, against their root
 * mean square and the constant. */
static float one_step(void)
{
    float rms = sqrtf(2.0f * 94.0f * 2500.0f / (94.0f * 94.0f));
    return 50.0f / (rms + 2.0f);
}

static void test_frame__nothing_in_a_flat_picture(void **state)
{
    (void)state;
    fill(0);
    assert_float_equal(fvi_live_frame_edges(&grey, &all_shown), 0, 0);
    fill(255);
    assert_float_equal(fvi_live_frame_edges(&grey, &all_shown), 0, 0);
}

static void test_frame__a_straight_edge_on_each_side(void **state)
{
    (void)state;
    for (int side = 0; side < 4; side++) {
        fill(50);
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                int to[4] = {x, SIDE - 1 - x, y, SIDE - 1 - y};
                if (to[side] >= 16) grey_bytes[y * SIDE + x] = 150;
            }
        }
        assert_float_equal(fvi_live_frame_edges(&grey, &all_shown), one_step(), 1e-3);
    }
}

/* A step at column `at`, tilted, over the rows [from, to). */
static void step_at(float at, float tilt, int from, int to)
{
    fill(50);
    for (int y = from; y < to; y++) {
        for (int x = 0; x < SIDE; x++) {
            if ((float)x >= at + tilt * (float)(y - SIDE / 2)) grey_bytes[y * SIDE + x] = 150;
        }
    }
}

static float left_edge(float at, float tilt, int from, int to)
{
    step_at(at, tilt, from, to);
    return fvi_live_frame_edges(&grey, &all_shown);
}

static void test_frame__tilted_is_seen_too(void **state)
{
    (void)state;
    assert_true(left_edge(18, 0.2f, 0, SIDE) > 0.85f * one_step());
    assert_true(left_edge(18, -0.2f, 0, SIDE) > 0.85f * one_step());
    assert_true(left_edge(18, 0.8f, 0, SIDE) < 0.5f * one_step());
}

static void test_frame__short_crooked_or_on_the_face_is_not(void **state)
{
    (void)state;
    /* the face's own outline lies in the middle */
    assert_float_equal(left_edge(48, 0, 0, SIDE), 0, 1e-3);
    /* an edge beside half of the face only */
    step_at(16, 0, 0, SIDE);
    for (int y = 48; y < SIDE; y++)
        memset(grey_bytes + y * SIDE, 50, SIDE);
    for (int x = 0; x < SIDE; x++) { /* without a level edge under it */
        for (int y = 44; y < 52; y++)
            grey_bytes[y * SIDE + x] = x >= 16 ? (uint8_t)(150 - (y - 43) * 11) : 50;
    }
    float half = fvi_live_frame_edges(&grey, &all_shown);
    assert_true(half < 0.5f * one_step());
    /* brighter and darker than the scene in turns along the side */
    for (int y = 0; y < SIDE; y++) {
        for (int x = 0; x < SIDE; x++)
            grey_bytes[y * SIDE + x] = x >= 16 ? 100 : y / 4 % 2 == 0 ? 150 : 50;
    }
    assert_true(fvi_live_frame_edges(&grey, &all_shown) < 0.4f * one_step());
}

static void test_frame__the_pictures_own_border_is_none(void **state)
{
    (void)state;
    fill(0);
    for (int y = 0; y < SIDE; y++)
        memset(grey_bytes + y * SIDE + 16, 150, SIDE - 32); /* black beyond columns 16..79 */
    fvi_live_shown part = {16, 0, SIDE - 16, SIDE};
    assert_float_equal(fvi_live_frame_edges(&grey, &part), 0, 0);
    assert_true(fvi_live_frame_edges(&grey, &all_shown) > one_step());
    step_at(16, 0, 0, SIDE);
    fvi_live_shown half = {0, 0, SIDE, 48}; /* no line of which most is shown */
    assert_float_equal(fvi_live_frame_edges(&grey, &half), 0, 0);
    fvi_live_shown nothing = {0, 0, 0, 0};
    assert_float_equal(fvi_live_frame_edges(&grey, &nothing), 0, 0);
}

static void test_frame__noise_is_no_edge(void **state)
{
    uint32_t seed = 5;
    (void)state;
    for (size_t i = 0; i < sizeof grey_bytes; i++) {
        seed = seed * 1664525u + 1013904223u;
        grey_bytes[i] = (uint8_t)(seed >> 24);
    }
    /* four sides, each the best of some hundred lines of 43 independent slopes */
    assert_true(fvi_live_frame_edges(&grey, &all_shown) < 4 * 0.35f);
}

/* --- the answer --- */

static fvi_measured good_measured(void)
{
    fvi_measured m;
    for (int i = 0; i < FVI_Q_COUNT; i++)
        m.value[i] = NAN; /* what no row names does not matter */
    for (int i = 0; i < FVI_LIVE_ROWS; i++) {
        fvi_limit l = fvi_live_rows[i].limit;
        double v = isfinite(l.min) && isfinite(l.max) ? (l.min + l.max) / 2
                   : isfinite(l.min)                  ? l.min + 1
                                                      : l.max - 1;
        m.value[fvi_live_rows[i].measure] = (float)v;
    }
    return m;
}

static fvi_live_judged judge_band(float context, float score, const fvi_live_limits *limits,
                                  const fvi_measured *m)
{
    fvi_liveness_seen seen = {.context = context, .score = score};
    fvi_live_judged j;
    memset(&j, 0xff, sizeof j);
    fvi_liveness_judge(&seen, limits, m, &j);
    assert_true((j.n_causes > 0) == (j.verdict == FV_LIVENESS_CANNOT_JUDGE));
    return j;
}

static fvi_live_judged judge(float context, float score, float limit, const fvi_measured *m)
{
    return judge_band(context, score, &(fvi_live_limits){limit, limit}, m);
}

static void test_judge__between_the_limits_neither_is_safe(void **state)
{
    static const fvi_live_limits band = {0.5f, 0.25f};
    static const struct {
        float score;
        fv_liveness_verdict want;
    } cases[] = {{0.5f, FV_LIVENESS_LIVE},
                 {0.49999997f, FV_LIVENESS_CANNOT_JUDGE},
                 {0.3f, FV_LIVENESS_CANNOT_JUDGE},
                 {0.25f, FV_LIVENESS_CANNOT_JUDGE},
                 {0.24999999f, FV_LIVENESS_ATTACK},
                 {0, FV_LIVENESS_ATTACK},
                 {1, FV_LIVENESS_LIVE}};
    fvi_measured m = good_measured();
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        fvi_live_judged j = judge_band(1, cases[i].score, &band, &m);
        assert_int_equal(j.verdict, cases[i].want);
        if (j.n_causes == 0) continue;
        assert_int_equal(j.n_causes, 1);
        assert_int_equal(j.causes[0].why, FVI_LIVE_DOUBTFUL);
        assert_float_equal(j.causes[0].value, cases[i].score, 0);
        assert_float_equal(j.causes[0].limit, 0.5f, 0);
    }
    fvi_live_judged j = judge_band(1, 0.1f, &(fvi_live_limits){0.5f, NAN}, &m);
    assert_int_equal(j.verdict, FV_LIVENESS_CANNOT_JUDGE);
}

static void test_judge__the_score_decides_where_all_is_good(void **state)
{
    fvi_measured m = good_measured();
    (void)state;
    assert_int_equal(judge(1, 0.5f, 0.5f, &m).verdict, FV_LIVENESS_LIVE);
    assert_int_equal(judge(1, nextafterf(0.5f, 0), 0.5f, &m).verdict, FV_LIVENESS_ATTACK);
    assert_int_equal(judge(1, nextafterf(0.5f, 1), 0.5f, &m).verdict, FV_LIVENESS_LIVE);
    assert_int_equal(judge(1, 0, 0.5f, &m).verdict, FV_LIVENESS_ATTACK);
    assert_int_equal(judge(1, 0, 0, &m).verdict, FV_LIVENESS_LIVE);
}

static void test_judge__no_score_is_no_answer(void **state)
{
    fvi_measured m = good_measured();
    (void)state;
    fvi_live_judged j = judge(1, NAN, 0.5f, &m);
    assert_int_equal(j.n_causes, 1);
    assert_int_equal(j.causes[0].why, FVI_LIVE_NO_SCORE);
    assert_int_equal(judge(1, 0.9f, NAN, &m).verdict, FV_LIVENESS_CANNOT_JUDGE);
}

static void test_judge__context(void **state)
{
    fvi_measured m = good_measured();
    float least = fvi_live_context_min;
    (void)state;
    assert_int_equal(judge(least, 1, 0.5f, &m).verdict, FV_LIVENESS_LIVE);
    assert_int_equal(judge(least, 0, 0.5f, &m).verdict, FV_LIVENESS_ATTACK);
    fvi_live_judged j = judge(nextafterf(least, 0), 1, 0.5f, &m);
    assert_int_equal(j.n_causes, 1);
    assert_int_equal(j.causes[0].why, FVI_LIVE_CONTEXT);
    assert_int_equal(j.causes[0].side, FVI_BELOW);
    assert_float_equal(j.causes[0].limit, least, 0);
    assert_int_equal(judge(0, 0, 0.5f, &m).verdict, FV_LIVENESS_CANNOT_JUDGE);
    j = judge(NAN, 1, 0.5f, &m);
    assert_int_equal(j.causes[0].side, FVI_NOT_ASSESSED);
    assert_true(isnan(j.causes[0].limit));
}

static void expect(const fvi_measured *m, int row, fvi_side side)
{
    /* whatever the score */
    for (int score = 0; score < 2; score++) {
        fvi_live_judged j = judge(1, (float)score, 0.5f, m);
        if (side == FVI_WITHIN) {
            assert_int_equal(j.verdict, score ? FV_LIVENESS_LIVE : FV_LIVENESS_ATTACK);
            continue;
        }
        assert_int_equal(j.verdict, FV_LIVENESS_CANNOT_JUDGE);
        assert_int_equal(j.n_causes, 1);
        assert_int_equal(j.causes[0].why, FVI_LIVE_MEASURE);
        assert_int_equal(j.causes[0].measure, fvi_live_rows[row].measure);
        assert_int_equal(j.causes[0].side, side);
    }
}

static void test_judge__every_row_at_its_limits(void **state)
{
    (void)state;
    assert_true(FVI_LIVE_ROWS >= 4);
    for (int i = 0; i < FVI_LIVE_ROWS; i++) {
        fvi_measured m = good_measured();
        fvi_limit l = fvi_live_rows[i].limit;
        float *v = &m.value[fvi_live_rows[i].measure];
        assert_true(isfinite(l.min) || isfinite(l.max));
        expect(&m, i, FVI_WITHIN);
        *v = NAN;
        expect(&m, i, FVI_NOT_ASSESSED);
        if (isfinite(l.min)) {
            float at = (float)l.min;
            if ((double)at < l.min) at = nextafterf(at, INFINITY);
            *v = at;
            expect(&m, i, FVI_WITHIN);
            *v = nextafterf(at, -INFINITY);
            expect(&m, i, FVI_BELOW);
        }
        if (isfinite(l.max)) {
            float at = (float)l.max;
            if ((double)at > l.max) at = nextafterf(at, -INFINITY);
            *v = at;
            expect(&m, i, FVI_WITHIN);
            *v = nextafterf(at, INFINITY);
            expect(&m, i, FVI_ABOVE);
        }
    }
}

static void test_judge__all_causes_are_told(void **state)
{
    fvi_measured m;
    (void)state;
    for (int i = 0; i < FVI_Q_COUNT; i++)
        m.value[i] = NAN;
    fvi_live_judged j = judge(NAN, NAN, 0.5f, &m);
    assert_int_equal(j.n_causes, 1 + FVI_LIVE_ROWS);
    assert_int_equal(j.causes[0].why, FVI_LIVE_CONTEXT);
    for (int i = 0; i < FVI_LIVE_ROWS; i++)
        assert_int_equal(j.causes[1 + i].measure, fvi_live_rows[i].measure);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_square__middle_and_longer_side),
        cmocka_unit_test(test_square__a_box_that_is_none),
        cmocka_unit_test(test_clip__shrinks_to_what_the_picture_has),
        cmocka_unit_test(test_clip__nothing_or_next_to_nothing_is_left),
        cmocka_unit_test(test_context__a_face_in_a_corner),
        cmocka_unit_test(test_map__pixel_centres),
        cmocka_unit_test(test_face__stays_on_the_face_where_the_square_was_cut),
        cmocka_unit_test(test_reduce__as_large_is_a_copy),
        cmocka_unit_test(test_reduce__three_to_one_is_the_mean_of_nine),
        cmocka_unit_test(test_reduce__two_across_and_one_down),
        cmocka_unit_test(test_reduce__four_to_one_is_three_of_four),
        cmocka_unit_test(test_reduce__far_outside_reads_nothing_else),
        cmocka_unit_test(test_blue_cast__of_a_flat_face),
        cmocka_unit_test(test_blue_cast__the_face_alone_counts),
        cmocka_unit_test(test_blue_cast__a_face_off_the_picture),
        cmocka_unit_test(test_frame__nothing_in_a_flat_picture),
        cmocka_unit_test(test_frame__a_straight_edge_on_each_side),
        cmocka_unit_test(test_frame__tilted_is_seen_too),
        cmocka_unit_test(test_frame__short_crooked_or_on_the_face_is_not),
        cmocka_unit_test(test_frame__the_pictures_own_border_is_none),
        cmocka_unit_test(test_frame__noise_is_no_edge),
        cmocka_unit_test(test_judge__between_the_limits_neither_is_safe),
        cmocka_unit_test(test_judge__the_score_decides_where_all_is_good),
        cmocka_unit_test(test_judge__no_score_is_no_answer),
        cmocka_unit_test(test_judge__context),
        cmocka_unit_test(test_judge__every_row_at_its_limits),
        cmocka_unit_test(test_judge__all_causes_are_told),
    };
    return cmocka_run_group_tests_name("liveness", tests, NULL, NULL);
}
