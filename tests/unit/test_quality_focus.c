/* SPDX-License-Identifier: Apache-2.0 */
/* Focus and file: drawn pictures with known answers. */
#include "test.h"

#include "quality/texture.h"
#include "view.h"

static const float PI = 3.14159265f;
static drawn d;

static uint32_t next(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static float uniform(uint32_t *seed)
{
    return ((float)next(seed) + 0.5f) / 16777216.0f;
}

static float normal(uint32_t *seed)
{
    float r = sqrtf(-2.0f * logf(uniform(seed)));
    return r * cosf(2.0f * PI * uniform(seed));
}

static uint8_t byte_of(float v)
{
    return (uint8_t)(v < 0.0f ? 0.0f : v > 255.0f ? 255.0f : v + 0.5f);
}

/* What a drawn texture has been through. */
typedef struct lens {
    float contrast;
    float defocus_px;
    float motion_px;
    float motion_deg;
    float noise;
} lens;

static float passed(const lens *l, float f, float angle)
{
    float defocus = 2.0f * PI * PI * f * f * l->defocus_px * l->defocus_px;
    float x = PI * f * l->motion_px * cosf(angle - l->motion_deg * PI / 180.0f);
    return expf(-defocus) * (fabsf(x) < 1e-3f ? 1.0f : sinf(x) / x);
}

/* Waves of every direction, as strong at each frequency as faces have them (energies of gradients
 * fall as (s^2 + t)^-0.8), and two and a half times as strong up and down as across. The same
 * waves each time. */
static void draw_texture(const lens *l)
{
    enum { WAVES = 400 };
    static float sum[FVI_VIEW_MAX_PX];
    uint32_t seed = 12345;
    int w = d.view.rgb.width_px, h = d.view.rgb.height_px;

    memset(sum, 0, sizeof sum);
    for (int i = 0; i < WAVES; i++) {
        float f = 0.004f * powf(0.6f / 0.004f, ((float)i + 0.5f) / WAVES);
        float angle = PI * fmodf(0.618034f * (float)i, 1.0f), phase = 2.0f * PI * uniform(&seed);
        float a =
            l->contrast * sqrtf(1.0f - 0.86f * cosf(2.0f * angle) + 0.7f * cosf(4.0f * angle));
        a *= powf(f, -0.2f) * passed(l, f, angle);
        if (fabsf(a) < 1e-5f) continue;
        for (int y = 0; y < h; y++) {
            for (int x = 0; x < w; x++) {
                float at = (float)x * cosf(angle) + (float)y * sinf(angle);
                sum[y * w + x] += a * cosf(2.0f * PI * f * at + phase);
            }
        }
    }
    for (int i = 0; i < w * h; i++)
        drawn_put(&d, i % w, i / w, rgb8_grey(byte_of(128.0f + sum[i] + l->noise * normal(&seed))));
}

static void draw_face_texture(const lens *l)
{
    drawn_face(&d, rgb8_grey(128));
    draw_texture(l);
}

static void draw_noise(uint8_t grey, float sigma, uint32_t seed)
{
    for (int y = 0; y < d.view.rgb.height_px; y++) {
        for (int x = 0; x < d.view.rgb.width_px; x++)
            drawn_put(&d, x, y, rgb8_grey(byte_of(grey + 0.3f * (float)x + sigma * normal(&seed))));
    }
}

static float sharpness_px(const lens *l)
{
    draw_face_texture(l);
    return 0.18739f / fvi_q_sharpness(&d.view);
}

static void test_sharpness__finds_the_blur_that_was_drawn(void **state)
{
    static const float sigmas[] = {1.5f, 2.5f, 4.0f, 6.0f};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(sigmas); i++) {
        float found = sharpness_px(&(lens){.contrast = 1.2f, .defocus_px = sigmas[i]});
        assert_float_equal(found / sigmas[i], 0.85f, 0.1f); /* faces differ: there it is 1 */
    }
}

static void test_sharpness__contrast_is_not_blur(void **state)
{
    (void)state;
    float full = sharpness_px(&(lens){.contrast = 1.6f, .defocus_px = 2.0f});
    float faint = sharpness_px(&(lens){.contrast = 0.2f, .defocus_px = 2.0f});
    assert_float_equal(faint / full, 1.0f, 0.08f);
}

static void test_sharpness__noise_is_not_detail(void **state)
{
    (void)state;
    float clean = sharpness_px(&(lens){.contrast = 1.2f, .defocus_px = 3.0f});
    float noisy = sharpness_px(&(lens){.contrast = 1.2f, .defocus_px = 3.0f, .noise = 10.0f});
    assert_float_equal(noisy / clean, 1.0f, 0.2f);
}

static void test_sharpness__nothing_to_see_is_not_assessed(void **state)
{
    (void)state;
    drawn_face(&d, rgb8_grey(90));
    assert_true(isnan(fvi_q_sharpness(&d.view)));
    assert_true(isnan(fvi_q_motion_blur(&d.view)));
    draw_noise(90, 25.0f, 3); /* and a slope */
    assert_true(isnan(fvi_q_sharpness(&d.view)));
    drawn_skin(&d, (const int[4]){40, 60, 43, 63}); /* too little of it */
    draw_texture(&(lens){.contrast = 1.2f});
    assert_true(isnan(fvi_q_sharpness(&d.view)));
}

static void test_sharpness__only_the_face_counts(void **state)
{
    (void)state;
    float alone = sharpness_px(&(lens){.contrast = 1.2f, .defocus_px = 3.0f});
    for (int y = 0; y < 40; y++) { /* a sharp background */
        for (int x = 0; x < d.view.rgb.width_px; x++)
            drawn_put(&d, x, y, rgb8_grey((x / 2 + y / 2) % 2 == 0 ? 20 : 230));
    }
    assert_float_equal(0.18739f / fvi_q_sharpness(&d.view), alone, 0.05f * alone);
}

static void test_sharpness__the_picture_s_border_is_no_edge(void **state)
{
    const int border = 60;
    (void)state;
    draw_face_texture(&(lens){.contrast = 1.2f, .defocus_px = 4.0f});
    drawn_skin(&d, (const int[4]){border, 60, 160, 188});
    float within = fvi_q_sharpness(&d.view);
    drawn_rect(&d, (const int[4]){0, 0, border, FVI_VIEW_MAX_HEIGHT_PX}, rgb8_grey(0));
    for (int y = 0; y < FVI_VIEW_MAX_HEIGHT_PX; y++)
        memset(d.view.inside.data + (size_t)y * d.view.inside.stride_bytes, 0, (size_t)border);
    assert_float_equal(fvi_q_sharpness(&d.view) / within, 1.0f, 0.15f);
}

/* A bright soft stripe down the cheek, as of a window. */
static void add_stripe(int x0, int width, float light)
{
    for (int y = 100; y < 180; y++) {
        for (int x = x0; x < x0 + width; x++) {
            float own = d.view.rgb.data[3 * (y * d.view.rgb.width_px + x)];
            float t = ((float)(x - x0) + 0.5f) / (float)width;
            drawn_put(&d, x, y, rgb8_grey(byte_of(own + light * sinf(PI * t) * sinf(PI * t))));
        }
    }
}

static void test_sharpness__a_strong_shade_does_not_decide(void **state)
{
    (void)state;
    draw_face_texture(&(lens){.contrast = 0.6f, .defocus_px = 1.5f});
    float plain = fvi_q_sharpness(&d.view);
    add_stripe(120, 32, 90.0f);
    assert_float_equal(fvi_q_sharpness(&d.view) / plain, 1.0f, 0.25f);
    assert_true(fvi_q_motion_blur(&d.view) < 2.0f);
}

static float turn_between(float a, float b)
{
    float by = fmodf(fabsf(a - b), 180.0f);
    return fminf(by, 180.0f - by);
}

static void test_motion__length_and_direction_as_drawn(void **state)
{
    static const float angles[] = {0.0f, 35.0f, 70.0f, 90.0f, 130.0f, 165.0f};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(angles); i++) {
        lens l = {
            .contrast = 1.2f, .defocus_px = 1.0f, .motion_px = 14.0f, .motion_deg = angles[i]};
        draw_face_texture(&l);
        float found = fvi_q_motion_blur(&d.view);
        if (!(found > 7.5f && found < 19.0f)) fail_msg("%g deg: %g px", angles[i], found);
        float turn = turn_between(fvi_q_motion_direction(&d.view), angles[i]);
        if (!(turn < 8.0f)) fail_msg("%g deg: %g off", angles[i], turn);
    }
}

static void test_motion__grows_with_its_length(void **state)
{
    static const float lengths[] = {5.0f, 8.0f, 12.0f, 18.0f, 26.0f, 36.0f};
    float last = 0.0f;
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
        draw_face_texture(&(lens){.contrast = 1.2f, .motion_px = lengths[i], .motion_deg = 20.0f});
        float found = fvi_q_motion_blur(&d.view);
        assert_true(found > last);
        last = found;
    }
}

static void test_motion__defocus_is_none(void **state)
{
    static const float sigmas[] = {0.5f, 1.5f, 3.0f, 5.0f, 8.0f};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(sigmas); i++) {
        draw_face_texture(&(lens){.contrast = 1.2f, .defocus_px = sigmas[i]});
        assert_true(fvi_q_motion_blur(&d.view) < 2.0f);
        assert_true(isnan(fvi_q_motion_direction(&d.view)));
    }
}

static void test_motion__is_told_of_faces_only(void **state)
{
    (void)state;
    drawn_no_face(&d, rgb8_grey(128));
    draw_texture(&(lens){.contrast = 1.2f, .defocus_px = 1.0f, .motion_px = 20.0f});
    assert_true(fvi_q_sharpness(&d.view) < 0.15f);
    assert_true(isnan(fvi_q_motion_blur(&d.view)));
    assert_true(isnan(fvi_q_motion_direction(&d.view)));
}

static void test_motion__direction_is_the_picture_s(void **state)
{
    (void)state;
    draw_face_texture(
        &(lens){.contrast = 1.2f, .defocus_px = 1.0f, .motion_px = 14.0f, .motion_deg = 20.0f});
    float c = cosf(30.0f * PI / 180.0f), s = sinf(30.0f * PI / 180.0f);
    d.view.map = (fvi_affine){{c, -s, 0, s, c, 0}}; /* the head is tilted clockwise by 30 */
    assert_float_equal(turn_between(fvi_q_motion_direction(&d.view), 50.0f), 0.0f, 8.0f);
    d.view.map = (fvi_affine){{c, s, 0, -s, c, 0}};
    float direction = fvi_q_motion_direction(&d.view);
    assert_true(turn_between(direction, 170.0f) < 8.0f);
    assert_true(direction >= 0.0f && direction < 180.0f);
}

static void test_noise__sigma_as_drawn(void **state)
{
    static const float sigmas[] = {2.0f, 6.0f, 15.0f, 30.0f};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(sigmas); i++) {
        drawn_face(&d, rgb8_grey(0));
        draw_noise(90, sigmas[i], 7);
        assert_float_equal(fvi_q_noise(&d.view) / sigmas[i], 1.0f, 0.12f);
        drawn_no_face(&d, rgb8_grey(0));
        draw_noise(90, sigmas[i], 8);
        assert_float_equal(fvi_q_noise(&d.view) / sigmas[i], 1.0f, 0.2f);
    }
}

static void test_noise__shades_and_edges_are_none(void **state)
{
    (void)state;
    drawn_face(&d, rgb8_grey(0));
    for (int y = 0; y < d.view.rgb.height_px; y++) {
        for (int x = 0; x < d.view.rgb.width_px; x++)
            drawn_put(&d, x, y, rgb8_grey((uint8_t)(x / 2 + (y % 16 < 8 ? 20 : 120))));
    }
    assert_true(fvi_q_noise(&d.view) < 0.5f);
}

static void test_noise__of_the_picture_not_of_the_view(void **state)
{
    enum { SIDE = 768 };
    static uint8_t rgb[3 * SIDE * SIDE];
    uint32_t seed = 3;
    (void)state;
    for (size_t i = 0; i < SIDE * SIDE; i++) {
        bool face = i % SIDE > FVI_VIEW_MAX_WIDTH_PX || i / SIDE > FVI_VIEW_MAX_HEIGHT_PX;
        memset(rgb + 3 * i, byte_of(128.0f + (face ? 12.0f * normal(&seed) : 0.0f)), 3);
    }
    fvi_image picture = {rgb, SIDE, SIDE, 3, 3 * SIDE};
    drawn_face(&d, rgb8_grey(128)); /* as reduced: smooth */
    d.landmarks = drawn_landmarks(4.0f * 95.5f, 4.0f * 85.9f, 4.0f * FVI_VIEW_EYES_PX);
    d.view.found.picture = &picture;
    d.view.map = (fvi_affine){{4, 0, 1.5f, 0, 4, 1.5f}};
    assert_float_equal(fvi_q_noise(&d.view), 12.0f, 1.2f);
}

static void test_grain__needs_pixels_that_are_not_clipped(void **state)
{
    (void)state;
    drawn_face(&d, rgb8_grey(255));
    assert_true(isnan(fvi_q_noise(&d.view)));
    drawn_face(&d, rgb8_grey(0));
    assert_true(isnan(fvi_q_noise(&d.view)));
    drawn_face(&d, rgb8_grey(100));
    assert_float_equal(fvi_q_noise(&d.view), 0.0f, 0.1f);
}

/* Blocks of one grey each, `step` apart from every neighbour. */
static void draw_blocks(int side, int dx, int dy, int step)
{
    for (int y = 0; y < d.view.rgb.height_px; y++) {
        for (int x = 0; x < d.view.rgb.width_px; x++) {
            bool odd = ((x + dx) / side + (y + dy) / side) % 2 != 0;
            drawn_put(&d, x, y, rgb8_grey((uint8_t)(odd ? 120 + step : 120)));
        }
    }
}

static void test_compression__step_across_blocks_as_drawn(void **state)
{
    static const struct {
        int side, dx, dy, step;
        float scale;
    } rows[] = {{8, 0, 0, 3, 1.0f},   {8, 3, 5, 3, 1.0f},  {8, 7, 1, 11, 1.0f}, {4, 0, 0, 5, 0.5f},
                {4, 3, 2, 5, 0.501f}, {2, 0, 0, 4, 0.25f}, {2, 1, 1, 4, 0.249f}};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        drawn_face(&d, rgb8_grey(0));
        draw_blocks(rows[i].side, rows[i].dx, rows[i].dy, rows[i].step);
        d.view.found.scale = rows[i].scale;
        assert_float_equal(fvi_q_compression_artifacts(&d.view), (float)rows[i].step, 0.001f);
    }
}

static void test_compression__other_patterns_are_none(void **state)
{
    (void)state;
    drawn_face(&d, rgb8_grey(0));
    draw_blocks(5, 0, 0, 20); /* not the size of JPEG's */
    assert_true(fvi_q_compression_artifacts(&d.view) < 1.0f);
    draw_noise(90, 10.0f, 5);
    assert_true(fvi_q_compression_artifacts(&d.view) < 0.5f);
    draw_blocks(8, 0, 0, 9);
    d.view.found.scale = 0.125f; /* a block is a pixel */
    assert_true(isnan(fvi_q_compression_artifacts(&d.view)));
}

static void add_grating(float period_px, float deg, float amplitude)
{
    float c = cosf(deg * PI / 180.0f), s = sinf(deg * PI / 180.0f);

    for (int y = 0; y < d.view.rgb.height_px; y++) {
        for (int x = 0; x < d.view.rgb.width_px; x++) {
            float at = 2.0f * PI * ((float)x * c + (float)y * s) / period_px;
            uint8_t own = d.view.rgb.data[3 * (y * d.view.rgb.width_px + x)];
            drawn_put(&d, x, y, rgb8_grey(byte_of(own + amplitude * sinf(at))));
        }
    }
}

static float mesh_over_noise(float period_px, float deg, float amplitude)
{
    drawn_face(&d, rgb8_grey(0));
    draw_noise(90, 4.0f, 11);
    add_grating(period_px, deg, amplitude);
    return fvi_q_printed_mesh(&d.view);
}

/* A period that at no slant falls on the grid of JPEG blocks, where none is looked for. */
static void test_mesh__found_at_any_slant(void **state)
{
    static const float angles[] = {0.0f, 4.0f, 20.0f, 45.0f, 70.0f, 90.0f, 110.0f, 155.0f};
    (void)state;
    float none = mesh_over_noise(5.0f, 0.0f, 0.0f);
    assert_true(none < 15.0f);
    for (size_t i = 0; i < ARRAY_LEN(angles); i++) {
        float faint = mesh_over_noise(4.9f, angles[i], 4.0f);
        float strong = mesh_over_noise(4.9f, angles[i], 16.0f);
        if (!(faint > none + 5.0f))
            fail_msg("%g deg: %g, %g without", (double)angles[i], (double)faint, (double)none);
        assert_float_equal(strong - faint, 12.0f, 3.0f); /* four times the amplitude */
    }
}

static void test_mesh__jpeg_blocks_and_edges_are_none(void **state)
{
    (void)state;
    drawn_face(&d, rgb8_grey(0));
    draw_noise(90, 4.0f, 11);
    drawn_rect(&d, (const int[4]){90, 0, 140, 150}, rgb8_grey(250));
    assert_true(fvi_q_printed_mesh(&d.view) < 15.0f);
    draw_noise(90, 4.0f, 11);
    add_grating(8.0f, 0.0f, 20.0f); /* what blocks look like: on the axes, at eighths */
    add_grating(4.0f, 90.0f, 20.0f);
    add_grating(8.0f / sqrtf(2.0f), 45.0f, 20.0f);
    assert_true(fvi_q_printed_mesh(&d.view) < 15.0f);
}

static void test_mesh__needs_room(void **state)
{
    uint8_t rgb[3 * 50 * 50] = {0};
    fvi_image picture = {rgb, 50, 50, 3, 150};
    (void)state;
    drawn_face(&d, rgb8_grey(0));
    d.view.found.picture = &picture;
    assert_true(isnan(fvi_q_printed_mesh(&d.view)));
}

static void test_scores__fall_from_good_to_bad(void **state)
{
    static const struct {
        float (*score)(float);
        float good, middle, bad;
    } rows[] = {{fvi_q_sharpness_score, 0.18f, 0.07f, 0.02f},
                {fvi_q_motion_blur_score, 0.0f, 6.6f, 24.0f},
                {fvi_q_noise_score, 0.5f, 8.8f, 40.0f},
                {fvi_q_compression_artifacts_score, 0.0f, 2.2f, 9.0f},
                {fvi_q_printed_mesh_score, 10.0f, 20.0f, 35.0f}};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        assert_in_range((int)rows[i].score(rows[i].good), 94, 100);
        assert_in_range((int)rows[i].score(rows[i].middle), 48, 52);
        assert_in_range((int)rows[i].score(rows[i].bad), 0, 10);
        assert_true(isnan(rows[i].score(NAN)));
    }
    assert_float_equal(fvi_q_motion_direction_score(77.0f), 100.0f, 0.0f);
    assert_true(isnan(fvi_q_motion_direction_score(NAN)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sharpness__finds_the_blur_that_was_drawn),
        cmocka_unit_test(test_sharpness__contrast_is_not_blur),
        cmocka_unit_test(test_sharpness__noise_is_not_detail),
        cmocka_unit_test(test_sharpness__nothing_to_see_is_not_assessed),
        cmocka_unit_test(test_sharpness__only_the_face_counts),
        cmocka_unit_test(test_sharpness__the_picture_s_border_is_no_edge),
        cmocka_unit_test(test_sharpness__a_strong_shade_does_not_decide),
        cmocka_unit_test(test_motion__length_and_direction_as_drawn),
        cmocka_unit_test(test_motion__grows_with_its_length),
        cmocka_unit_test(test_motion__defocus_is_none),
        cmocka_unit_test(test_motion__is_told_of_faces_only),
        cmocka_unit_test(test_motion__direction_is_the_picture_s),
        cmocka_unit_test(test_noise__sigma_as_drawn),
        cmocka_unit_test(test_noise__shades_and_edges_are_none),
        cmocka_unit_test(test_noise__of_the_picture_not_of_the_view),
        cmocka_unit_test(test_grain__needs_pixels_that_are_not_clipped),
        cmocka_unit_test(test_compression__step_across_blocks_as_drawn),
        cmocka_unit_test(test_compression__other_patterns_are_none),
        cmocka_unit_test(test_mesh__found_at_any_slant),
        cmocka_unit_test(test_mesh__jpeg_blocks_and_edges_are_none),
        cmocka_unit_test(test_mesh__needs_room),
        cmocka_unit_test(test_scores__fall_from_good_to_bad),
    };
    return cmocka_run_group_tests_name("quality_focus", tests, NULL, NULL);
}
