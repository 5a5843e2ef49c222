/* SPDX-License-Identifier: Apache-2.0 */
/* Detection, landmarks, pose and chip with the shipped networks, on a real portrait. */
#include "test.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "face/face.h"
#include "face/internal.h"
#include "match/match.h"
#include "portrait.h"

static struct {
    fvi_pack *pack;
    fvi_nn_model *models[FVI_ROLE_COUNT];
    fvi_facer *facer;
    pixels selfie;
} fix;

static fvi_image view(const pixels *p)
{
    return (fvi_image){p->rgb, p->width, p->height, 3, 3 * (size_t)p->width};
}

static int open_all(void **state)
{
    fv_error err = {0};
    (void)state;
    fix.selfie = portrait_read(SELFIE_JPG);
    if (fvi_pack_open(&fix.pack, FV_TEST_MODELS, &err) != FV_OK) return -1;
    for (int i = 0; i < FVI_ROLE_COUNT; i++) {
        if (fvi_nn_model_create(&fix.models[i], &fix.pack->nets[i], FVI_NN_OPENCV, &err) != FV_OK)
            return -1;
    }
    fvi_face_models m = {fix.models[FVI_ROLE_DETECT], fix.models[FVI_ROLE_LANDMARK],
                         fix.models[FVI_ROLE_HEAD_POSE]};
    return fvi_facer_create(&fix.facer, &m, NULL, &err) == FV_OK ? 0 : -1;
}

static int close_all(void **state)
{
    (void)state;
    fvi_facer_destroy(&fix.facer);
    assert_null(fix.facer);
    for (int i = 0; i < FVI_ROLE_COUNT; i++)
        fvi_nn_model_destroy(&fix.models[i]);
    fvi_pack_close(&fix.pack);
    free(fix.selfie.rgb);
    return 0;
}

static fvi_faces detect(const pixels *p, bool record)
{
    fvi_image image = view(p);
    fvi_faces f = {.n = 99};
    fv_error err = {0};
    assert_fv_ok(fvi_face_detect(fix.facer, &image, record, &f, &err), &err);
    return f;
}

static fvi_landmarks landmarks(const pixels *p, const fvi_box *box)
{
    fvi_image image = view(p);
    fvi_landmarks l;
    fv_error err = {0};
    assert_fv_ok(fvi_face_landmarks(fix.facer, &image, box, &l, &err), &err);
    return l;
}

static fvi_pose pose(const pixels *p, const fvi_box *box)
{
    fvi_image image = view(p);
    fvi_pose out = {NAN, NAN, NAN};
    fv_error err = {0};
    assert_fv_ok(fvi_face_pose(fix.facer, &image, box, &out, &err), &err);
    return out;
}

static void assert_box(const fvi_box *b, const float want[4], float near, const char *what)
{
    const float got[4] = {b->x0_px, b->y0_px, b->x1_px, b->y1_px};
    for (int i = 0; i < 4; i++) {
        if (fabsf(got[i] - want[i]) > near)
            fail_msg("%s: %.1f,%.1f,%.1f,%.1f, not %.1f,%.1f,%.1f,%.1f", what, (double)got[0],
                     (double)got[1], (double)got[2], (double)got[3], (double)want[0],
                     (double)want[1], (double)want[2], (double)want[3]);
    }
}

static const float known[4] = {384.8f, 79.0f, 606.3f, 409.4f};

/* However the picture is set into the network's frame, the box comes back to the same place. */
static void test_detect__box_comes_back_from_any_frame(void **state)
{
    static const struct {
        const char *what;
        int x, y, width, height, shrink;
        float near;
    } rows[] = {
        {"as it is", 0, 0, 910, 1137, 1, 3},
        {"padded to 9:16", -40, -240, 990, 1760, 1, 14},
        {"padded to 16:9", -500, 0, 2000, 1125, 1, 14},
        {"the head alone, wide", 100, 0, 800, 600, 1, 14},
        {"a strip", 300, -300, 400, 1400, 1, 14},
        {"a third", 0, 0, 910, 1137, 3, 12},
        {"a tenth", 0, 0, 910, 1137, 10, 25},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        pixels cut = pixels_cut(&fix.selfie, rows[i].x, rows[i].y, rows[i].width, rows[i].height);
        pixels p = pixels_scaled(&cut, cut.width / rows[i].shrink, cut.height / rows[i].shrink);
        fvi_faces f = detect(&p, false);
        assert_int_equal(f.n, 1);
        assert_false(f.second_detector);
        assert_true(f.boxes[0].score > 0.9f && f.boxes[0].score <= 1.0f);
        fvi_box b = f.boxes[0];
        float by = (float)rows[i].shrink;
        b.x0_px = b.x0_px * by + (float)rows[i].x;
        b.x1_px = b.x1_px * by + (float)rows[i].x;
        b.y0_px = b.y0_px * by + (float)rows[i].y;
        b.y1_px = b.y1_px * by + (float)rows[i].y;
        assert_box(&b, known, rows[i].near, rows[i].what);
        free(p.rgb);
        free(cut.rgb);
    }
}

/* A face that fills the picture. In the last two the network sees none until the picture is set
 * into a wider frame. */
static void test_detect__a_face_that_fills_the_picture(void **state)
{
    static const struct {
        const char *name;
        int x, y, width, height, deg, inset;
    } rows[] = {
        {SELFIE_JPG, 385, 79, 221, 330, 0, 0},
        {SELFIE_JPG, 385, 79, 221, 330, 0, 40},
        {RECORD_JPG, 203, 240, 259, 378, 40, 80},
        {OTHER_JPG, 441, 171, 271, 384, 80, 0},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        pixels whole = portrait_read(rows[i].name);
        pixels turned =
            pixels_turned(&whole, (float)rows[i].deg, (float)(rows[i].x + rows[i].width / 2),
                          (float)(rows[i].y + rows[i].height / 2));
        int in = rows[i].inset;
        pixels p = pixels_cut(&turned, rows[i].x + in, rows[i].y + in, rows[i].width - 2 * in,
                              rows[i].height - 2 * in);
        fvi_faces f = detect(&p, false);
        if (f.n != 1) fail_msg("row %zu: %zu faces", i, f.n);
        free(p.rgb);
        free(turned.rgb);
        free(whole.rgb);
    }
}

/* The main face is large and central, not merely the best scored. */
static void test_detect__main_face_first(void **state)
{
    pixels scene = pixels_blank(1600, 900, 128);
    pixels head = pixels_cut(&fix.selfie, 330, 0, 340, 480);
    pixels small = pixels_scaled(&head, 170, 240);
    pixels other = portrait_read(OTHER_JPG);
    pixels second = pixels_cut(&other, 370, 100, 420, 560);
    pixels noise = pixels_noise(420, 560, 3);
    int outscored = 0;
    (void)state;
    for (size_t i = 0; i < 3 * 420 * 560; i++) /* so that the small one may have the better score */
        second.rgb[i] = (uint8_t)((noise.rgb[i] * 64 + second.rgb[i] * 36) / 100);
    for (int left = 0; left < 2; left++) {
        memset(scene.rgb, 128, 3 * 1600 * 900);
        pixels_paste(&scene, &second, 600, 150);
        pixels_paste(&scene, &small, left == 1 ? 60 : 1350, 100);
        fvi_faces f = detect(&scene, false);
        assert_int_equal(f.n, 2);
        float x = (f.boxes[0].x0_px + f.boxes[0].x1_px) / 2.0f;
        assert_true(x > 650 && x < 950);
        assert_true(f.boxes[1].x1_px < 400 || f.boxes[1].x0_px > 1200);
        outscored += f.boxes[0].score < f.boxes[1].score ? 1 : 0;
    }
    assert_true(outscored > 0);
    free(noise.rgb);
    free(second.rgb);
    free(other.rgb);
    free(small.rgb);
    free(head.rgb);
    free(scene.rgb);
}

static void test_detect__none_and_the_second_detector(void **state)
{
    pixels blank = pixels_blank(300, 400, 90);
    (void)state;
    fvi_faces f = detect(&blank, false);
    assert_int_equal(f.n, 0);
    f = detect(&blank, true);
    assert_int_equal(f.n, 0);
    assert_false(f.second_detector);
    assert_int_equal(fix.facer->grey.cap > 0, 1); /* it was asked */
    free(blank.rgb);
    fvi_image grey = {fix.selfie.rgb, 300, 300, 1, 300};
    fv_error err = {0};
    assert_int_equal(fvi_face_detect(fix.facer, &grey, false, &f, &err), FV_E_INTERNAL);
}

static void test_landmarks__lie_on_the_face(void **state)
{
    fvi_point left, right;
    (void)state;
    fvi_faces f = detect(&fix.selfie, false);
    fvi_landmarks l = landmarks(&fix.selfie, &f.boxes[0]);
    fvi_eyes(&l, &left, &right);
    assert_float_equal(fvi_inter_eye_px(&l), 104.8f, 3.0f);
    assert_true(left.x_px > 420 && left.x_px < 460 && right.x_px > 525 && right.x_px < 565);
    assert_true(fabsf(left.y_px - right.y_px) < 8);
    assert_true(l.point[8].y_px > 350 && l.point[8].y_px < 430); /* chin */
    assert_true(l.point[30].y_px > left.y_px + 20 && l.point[30].y_px < l.point[57].y_px);
    /* the same box, the same picture elsewhere: the landmarks go along */
    pixels p = pixels_cut(&fix.selfie, -57, -31, 1000, 1200);
    fvi_box b = f.boxes[0];
    b.x0_px += 57;
    b.x1_px += 57;
    b.y0_px += 31;
    b.y1_px += 31;
    fvi_landmarks m = landmarks(&p, &b);
    for (int i = 0; i < FVI_LANDMARKS; i++) {
        assert_float_equal(m.point[i].x_px - 57, l.point[i].x_px, 0.5f);
        assert_float_equal(m.point[i].y_px - 31, l.point[i].y_px, 0.5f);
    }
    free(p.rgb);
}

static void test_pose__turns_with_the_picture(void **state)
{
    (void)state;
    fvi_faces f = detect(&fix.selfie, false);
    fvi_pose upright = pose(&fix.selfie, &f.boxes[0]);
    assert_true(fabsf(upright.yaw_deg) < 12 && fabsf(upright.roll_deg) < 6);
    for (int deg = -20; deg <= 20; deg += 40) {
        pixels p = pixels_turned(&fix.selfie, (float)deg, 495, 245);
        fvi_faces g = detect(&p, false);
        fvi_pose turned = pose(&p, &g.boxes[0]);
        assert_float_equal(turned.roll_deg - upright.roll_deg, (float)deg, 7.0f);
        free(p.rgb);
    }
    /* in the mirror yaw and roll change sides */
    pixels record = portrait_read(RECORD_JPG);
    pixels mirror = pixels_stored(&record, 2);
    fvi_faces a = detect(&record, true);
    fvi_faces b = detect(&mirror, true);
    fvi_pose one = pose(&record, &a.boxes[0]);
    fvi_pose two = pose(&mirror, &b.boxes[0]);
    assert_true(one.yaw_deg > 8); /* he looks to the picture's left */
    assert_float_equal(one.yaw_deg, -two.yaw_deg, 6.0f);
    assert_float_equal(one.pitch_deg, two.pitch_deg, 6.0f);
    free(mirror.rgb);
    free(record.rgb);
}

static void test_chip__is_the_face_on_the_template(void **state)
{
    uint8_t px[112 * 112 * 3];
    fvi_image chip = {px, 112, 112, 3, 336};
    fvi_image image = view(&fix.selfie);
    fv_error err = {0};
    fvi_affine map = {{0}};
    (void)state;
    fvi_faces f = detect(&fix.selfie, false);
    fvi_landmarks l = landmarks(&fix.selfie, &f.boxes[0]);
    assert_fv_ok(fvi_face_chip(fix.facer, &image, &l, &chip, &err), &err);
    assert_true(fvi_chip_map(&l, &map));
    for (int y = 8; y < 104; y += 4) { /* against the mean of the pixels that it covers */
        for (int x = 8; x < 104; x += 4) {
            double sum = 0;
            for (int k = 0; k < 25; k++) {
                float u = (float)x + (float)(k % 5 - 2) / 5.0f;
                float v = (float)y + (float)(k / 5 - 2) / 5.0f;
                int sx = (int)lroundf(map.m[0] * u + map.m[1] * v + map.m[2]);
                int sy = (int)lroundf(map.m[3] * u + map.m[4] * v + map.m[5]);
                sum += fix.selfie.rgb[3 * (sy * fix.selfie.width + sx) + 1];
            }
            assert_true(fabs(px[3 * (y * 112 + x) + 1] - sum / 25) < 40);
        }
    }
    chip.width_px = 111;
    assert_int_equal(fvi_face_chip(fix.facer, &image, &l, &chip, &err), FV_E_INTERNAL);
    chip.width_px = 112;
    for (int i = 0; i < FVI_LANDMARKS; i++)
        l.point[i] = (fvi_point){5, 5};
    fvi_error_clear(&err);
    assert_int_equal(fvi_face_chip(fix.facer, &image, &l, &chip, &err), FV_E_BACKEND);
}

static bool only_zeros(const void *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (((const uint8_t *)p)[i] != 0) return false;
    }
    return true;
}

static void test_facer__wipe_leaves_zeros(void **state)
{
    (void)state;
    fvi_faces f = detect(&fix.selfie, true);
    (void)landmarks(&fix.selfie, &f.boxes[0]);
    const fvi_buffer *used[] = {&fix.facer->input, &fix.facer->pixels, &fix.facer->scratch};
    for (size_t i = 0; i < ARRAY_LEN(used); i++) {
        assert_true(used[i]->cap > 0);
        assert_false(only_zeros(used[i]->data, used[i]->cap));
    }
    fvi_facer_wipe(fix.facer);
    for (size_t i = 0; i < ARRAY_LEN(used); i++)
        assert_true(only_zeros(used[i]->data, used[i]->cap - 63)); /* the rest: rounding */
    assert_true(fix.facer->grey.cap > 63);
    assert_true(only_zeros(fix.facer->grey.data, fix.facer->grey.cap - 63));
    assert_true(only_zeros(fix.facer->boxes, fix.facer->n_anchors * 16));
    assert_true(only_zeros(fix.facer->scores, fix.facer->n_anchors * 8));
}

static void test_facer__networks_in_the_wrong_place_are_refused(void **state)
{
    static const fvi_role places[][3] = {
        {FVI_ROLE_LANDMARK, FVI_ROLE_LANDMARK, FVI_ROLE_HEAD_POSE},
        {FVI_ROLE_HEAD_POSE, FVI_ROLE_LANDMARK, FVI_ROLE_HEAD_POSE},
        {FVI_ROLE_DETECT, FVI_ROLE_DETECT, FVI_ROLE_HEAD_POSE},
        {FVI_ROLE_DETECT, FVI_ROLE_EMBED, FVI_ROLE_HEAD_POSE},
        {FVI_ROLE_DETECT, FVI_ROLE_LANDMARK, FVI_ROLE_LANDMARK},
        {FVI_ROLE_DETECT, FVI_ROLE_LANDMARK, FVI_ROLE_DETECT},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        fvi_face_models m = {fix.models[places[i][0]], fix.models[places[i][1]],
                             fix.models[places[i][2]]};
        fvi_facer *f = NULL;
        fv_error err = {0};
        assert_int_equal(fvi_facer_create(&f, &m, NULL, &err), FV_E_MODEL);
        assert_null(f);
        assert_true(strlen(err.text) > 0);
    }
    fvi_facer *none = NULL;
    fvi_facer_destroy(NULL);
    fvi_facer_destroy(&none);
}

static void test_embed__gives_a_unit_vector_and_checks_its_chip(void **state)
{
    fvi_embedder *e = NULL;
    fv_error err = {0};
    uint8_t px[112 * 112 * 3];
    fvi_image chip = {px, 112, 112, 3, 336};
    float a[512], b[512];
    (void)state;
    assert_int_equal(fvi_embedder_create(&e, fix.models[FVI_ROLE_LANDMARK], NULL, &err),
                     FV_E_MODEL);
    fvi_error_clear(&err);
    assert_int_equal(fvi_embedder_create(&e, fix.models[FVI_ROLE_DETECT], NULL, &err), FV_E_MODEL);
    assert_null(e);
    fvi_error_clear(&err);
    assert_fv_ok(fvi_embedder_create(&e, fix.models[FVI_ROLE_EMBED], NULL, &err), &err);
    assert_int_equal(fvi_embedder_dim(e), 512);
    for (size_t i = 0; i < sizeof px; i++)
        px[i] = (uint8_t)(i * 31 / 7);
    assert_fv_ok(fvi_embed(e, &chip, a, &err), &err);
    fvi_embedder_wipe(e);
    assert_fv_ok(fvi_embed(e, &chip, b, &err), &err);
    assert_memory_equal(a, b, sizeof a);
    double norm = 0;
    for (int i = 0; i < 512; i++)
        norm += (double)a[i] * (double)a[i];
    assert_true(fabs(norm - 1.0) < 1e-5);
    assert_float_equal(fvi_cosine(a, a, 512), 1, 1e-6f);
    assert_true(fvi_cosine(a, a, 512) <= 1.0f);
    chip.height_px = 111;
    b[0] = 77;
    assert_int_equal(fvi_embed(e, &chip, b, &err), FV_E_INTERNAL);
    assert_float_equal(b[0], 77, 0);
    chip = (fvi_image){px, 112, 112, 1, 112};
    assert_int_equal(fvi_embed(e, &chip, b, &err), FV_E_INTERNAL);
    fvi_embedder_destroy(&e);
    fvi_embedder_destroy(&e);
    fvi_embedder_destroy(NULL);
}

static void test_cosine__is_held_to_its_range(void **state)
{
    const float x[2] = {1, 0}, y[2] = {0, 1}, minus[2] = {-1, 0}, over[2] = {1.0001f, 0};
    (void)state;
    assert_float_equal(fvi_cosine(x, y, 2), 0, 0);
    assert_float_equal(fvi_cosine(x, minus, 2), -1, 0);
    assert_float_equal(fvi_cosine(over, over, 2), 1, 0);
    assert_float_equal(fvi_cosine(over, minus, 2), -1, 0);
    assert_float_equal(fvi_cosine(x, y, 1), 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_detect__box_comes_back_from_any_frame),
        cmocka_unit_test(test_detect__a_face_that_fills_the_picture),
        cmocka_unit_test(test_detect__main_face_first),
        cmocka_unit_test(test_detect__none_and_the_second_detector),
        cmocka_unit_test(test_landmarks__lie_on_the_face),
        cmocka_unit_test(test_pose__turns_with_the_picture),
        cmocka_unit_test(test_chip__is_the_face_on_the_template),
        cmocka_unit_test(test_facer__wipe_leaves_zeros),
        cmocka_unit_test(test_facer__networks_in_the_wrong_place_are_refused),
        cmocka_unit_test(test_embed__gives_a_unit_vector_and_checks_its_chip),
        cmocka_unit_test(test_cosine__is_held_to_its_range),
    };
    return cmocka_run_group_tests_name("face_net", tests, open_all, close_all);
}
