/* SPDX-License-Identifier: Apache-2.0 */
/* Liveness with its network, on portraits; and with a network that says what it is told to. */
#include "test.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "faceverify/liveness.h"
#include "liveness/internal.h"
#include "portrait.h"
#include "verify/engine.h"

/* Replaces the pass of the network: link with -Wl,--wrap=fvi_nn_run */
static struct {
    bool on;
    fv_status status;
    float scores[3];
    int passes;
} net;

fv_status __real_fvi_nn_run(fvi_nn_session *session, const float *input, float *const *outputs,
                            fv_error *err);
fv_status __wrap_fvi_nn_run(fvi_nn_session *session, const float *input, float *const *outputs,
                            fv_error *err);

fv_status __wrap_fvi_nn_run(fvi_nn_session *session, const float *input, float *const *outputs,
                            fv_error *err)
{
    net.passes++;
    if (!net.on) return __real_fvi_nn_run(session, input, outputs, err);
    if (net.status != FV_OK) return net.status;
    memcpy(outputs[0], net.scores, sizeof net.scores);
    return FV_OK;
}

static struct {
    fv_engine *engine;
    fv_session *session;
    fvi_liveness_model model;
    fvi_liver *liver;
} fix;

static int open_all(void **state)
{
    static const char *const overrides[] = {"models.dir=" FV_TEST_MODELS};
    fv_engine_options o = FV_ENGINE_OPTIONS_INIT;
    (void)state;
    o.overrides = overrides;
    o.n_overrides = 1;
    if (fv_engine_create(&fix.engine, &o, NULL) != FV_OK ||
        fv_session_create(&fix.session, fix.engine, NULL) != FV_OK)
        return -1;
    const fvi_nn_model *network = fix.engine->models[FVI_ROLE_LIVENESS];
    return fvi_liveness_load(&fix.model, FV_TEST_MODELS "/liveness.json",
                             fix.engine->pack->nets[FVI_ROLE_LIVENESS].sha256, NULL) == FV_OK &&
                   fvi_liver_create(&fix.liver, network, &fix.model, NULL, NULL) == FV_OK
               ? 0
               : -1;
}

static int close_all(void **state)
{
    (void)state;
    fvi_liver_destroy(&fix.liver);
    fv_session_destroy(&fix.session);
    fv_engine_destroy(&fix.engine);
    return 0;
}

static fvi_image view(const pixels *p)
{
    return (fvi_image){p->rgb, p->width, p->height, 3, 3 * (size_t)p->width};
}

static fvi_box face_of(const fvi_image *image)
{
    fvi_faces faces;
    fv_error err = {0};
    net.on = false;
    assert_fv_ok(fvi_face_detect(fix.session->facer, image, false, &faces, &err), &err);
    assert_true(faces.n > 0);
    return faces.boxes[0];
}

static fvi_liveness_seen take(const fvi_image *image, const fvi_box *box)
{
    fvi_liveness_seen seen;
    fv_error err = {0};
    assert_fv_ok(fvi_liveness_take(fix.liver, image, box, &seen, &err), &err);
    return seen;
}

static void test_take__portraits_are_live_at_every_point(void **state)
{
    static const char *const names[] = {SELFIE_JPG, RECORD_JPG, OTHER_JPG};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        pixels p = portrait_read(names[i]);
        fvi_image image = view(&p);
        fvi_box box = face_of(&image);
        fvi_liveness_seen seen = take(&image, &box);
        assert_true(seen.context >= fvi_live_context_min);
        assert_float_equal(seen.context, fvi_liveness_context(&image, &box), 0);
        for (size_t k = 0; k < fix.model.n_points; k++)
            assert_true((double)seen.score >= fix.model.points[k].limit);
        free(p.rgb);
    }
}

static void test_answer__portraits_can_be_judged_and_are_live(void **state)
{
    static const char *const names[] = {SELFIE_JPG, RECORD_JPG, OTHER_JPG};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        fv_liveness_result result = FV_LIVENESS_RESULT_INIT;
        fv_error err = {0};
        blob file = portrait_file(names[i]);
        assert_fv_ok(fv_liveness(fix.session, (fv_bytes){file.data, file.len}, &result, &err),
                     &err);
        if (result.liveness != FV_LIVENESS_LIVE)
            fail_msg("%s: %s, %s", names[i], fv_liveness_name(result.liveness),
                     fv_reason_name(result.reasons[0].code));
        free(file.data);
    }
}

static void test_take__a_tight_cut_has_no_context(void **state)
{
    (void)state;
    pixels p = portrait_read(SELFIE_JPG);
    fvi_image image = view(&p);
    fvi_box box = face_of(&image);
    pixels cut = pixels_cut(&p, (int)box.x0_px, (int)box.y0_px, (int)(box.x1_px - box.x0_px),
                            (int)(box.y1_px - box.y0_px));
    fvi_image tight = view(&cut);
    fvi_box whole = {0, 0, (float)cut.width, (float)cut.height, 1};
    fvi_liveness_seen seen = take(&tight, &whole);
    assert_true(seen.context < fvi_live_context_min);
    free(cut.rgb);
    free(p.rgb);
}

static void test_take__one_pass_and_the_log_odds_of_its_scores(void **state)
{
    static const struct {
        float scores[3];
        float want;
    } cases[] = {
        {{2, 1, 0}, 2 - 1.3132617f},                                          /* ln(e + 1) */
        {{0, 0, 0}, -0.6931472f},    {{-3, 4, -90}, -7}, {{1e30f, 0, 0}, 12}, /* held */
        {{-400, 400, 0}, -12},
    };
    (void)state;
    pixels p = pixels_blank(200, 200, 90);
    fvi_image image = view(&p);
    fvi_box box = {60, 60, 140, 140, 1};
    net.on = true;
    net.status = FV_OK;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        memcpy(net.scores, cases[i].scores, sizeof net.scores);
        net.passes = 0;
        fvi_liveness_seen seen = take(&image, &box);
        assert_int_equal(net.passes, 1);
        assert_float_equal(seen.feature[FVI_LIVE_NETWORK], cases[i].want, 1e-5);
        assert_float_equal(seen.feature[FVI_LIVE_BLUE_CAST], 0, 0);
        assert_float_equal(seen.feature[FVI_LIVE_FRAME_EDGES], 0, 0);
        assert_float_equal(seen.score, fvi_liveness_score(&fix.model, seen.feature), 0);
    }
    net.on = false;
    free(p.rgb);
}

/* A card around the face: its colour and its edges. */
static void test_take__cues_reach_the_features(void **state)
{
    (void)state;
    pixels p = pixels_blank(400, 400, 40);
    pixels card = pixels_blank(190, 240, 200);
    for (size_t i = 0; i < 190 * 240; i++)
        memcpy(card.rgb + 3 * i, (const uint8_t[]){60, 80, 120}, 3);
    pixels_paste(&p, &card, 105, 80);
    fvi_image image = view(&p);
    fvi_box box = {140, 130, 260, 270, 1};
    net.on = true;
    net.status = FV_OK;
    memcpy(net.scores, (const float[]){1, 0, 0}, sizeof net.scores);
    fvi_liveness_seen seen = take(&image, &box);
    assert_float_equal(seen.feature[FVI_LIVE_BLUE_CAST], logf(122.0f / 82.0f), 0.01);
    assert_true(seen.feature[FVI_LIVE_FRAME_EDGES] > 4.0f);
    net.on = false;
    free(card.rgb);
    free(p.rgb);
}

static void test_take__a_box_that_is_none(void **state)
{
    static const fvi_box none[] = {
        {10, 10, 10, 20, 1}, {NAN, 0, 20, 20, 1}, {500, 500, 550, 550, 1}, {-90, 10, -60, 40, 1}};
    (void)state;
    pixels p = pixels_blank(200, 200, 90);
    fvi_image image = view(&p);
    net.passes = 0;
    for (size_t i = 0; i < ARRAY_LEN(none); i++) {
        fvi_liveness_seen seen = take(&image, &none[i]);
        assert_float_equal(seen.context, 0, 0);
        assert_true(isnan(seen.score));
        for (int k = 0; k < FVI_LIVE_COUNT; k++)
            assert_true(isnan(seen.feature[k]));
    }
    assert_int_equal(net.passes, 0);
    free(p.rgb);
}

static void test_take__a_failure_leaves_the_output_alone(void **state)
{
    static const struct {
        fv_status net;
        float scores[3];
        fv_status want;
    } cases[] = {
        {FV_E_NOMEM, {0}, FV_E_NOMEM},
        {FV_OK, {0, NAN, 0}, FV_E_BACKEND},
        {FV_OK, {INFINITY, 0, 0}, FV_E_BACKEND},
    };
    (void)state;
    pixels p = pixels_blank(200, 200, 90);
    fvi_image image = view(&p);
    fvi_box box = {60, 60, 140, 140, 1};
    net.on = true;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        fvi_liveness_seen seen, before;
        fv_error err = {0};
        memset(&seen, 0x5a, sizeof seen);
        before = seen;
        net.status = cases[i].net;
        memcpy(net.scores, cases[i].scores, sizeof net.scores);
        assert_int_equal(fvi_liveness_take(fix.liver, &image, &box, &seen, &err), cases[i].want);
        assert_memory_equal(&seen, &before, sizeof seen);
    }
    net.on = false;
    free(p.rgb);
}

static void test_take__without_a_fusion_there_is_no_score(void **state)
{
    fvi_liver *bare = NULL;
    fv_error err = {0};
    fvi_liveness_seen seen;
    (void)state;
    pixels p = portrait_read(SELFIE_JPG);
    fvi_image image = view(&p);
    fvi_box box = face_of(&image);
    assert_fv_ok(fvi_liver_create(&bare, fix.engine->models[FVI_ROLE_LIVENESS], NULL, NULL, &err),
                 &err);
    assert_fv_ok(fvi_liveness_take(bare, &image, &box, &seen, &err), &err);
    assert_true(isnan(seen.score));
    assert_true(isfinite(seen.feature[FVI_LIVE_NETWORK]));
    fvi_liver_destroy(&bare);
    assert_null(bare);
    fvi_liver_destroy(&bare);
    free(p.rgb);
}

static void test_create__another_kind_of_network_is_refused(void **state)
{
    static const fvi_role others[] = {FVI_ROLE_DETECT, FVI_ROLE_LANDMARK, FVI_ROLE_EYE_STATE,
                                      FVI_ROLE_HEAD_POSE};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        fvi_liver *l = NULL;
        fv_error err = {0};
        assert_int_equal(
            fvi_liver_create(&l, fix.engine->models[others[i]], &fix.model, NULL, &err),
            FV_E_MODEL);
        assert_null(l);
    }
}

static bool only_zeros(const void *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (((const uint8_t *)p)[i] != 0) return false;
    }
    return true;
}

static void test_wipe__nothing_of_the_picture_stays(void **state)
{
    (void)state;
    pixels p = portrait_read(SELFIE_JPG);
    fvi_image image = view(&p);
    fvi_box box = face_of(&image);
    const fvi_liver *l = fix.liver;
    for (int round = 0; round < 2; round++) {
        (void)take(&image, &box);
        const fvi_buffer *buffers[] = {&l->input, &l->pixels, &l->scratch};
        for (size_t i = 0; i < ARRAY_LEN(buffers); i++) {
            assert_non_null(buffers[i]->data);
            assert_false(only_zeros(buffers[i]->data, buffers[i]->dirty));
        }
        assert_false(only_zeros(l->raw, l->n_raw * sizeof l->raw[0]));
        fvi_liver_wipe(fix.liver);
        for (size_t i = 0; i < ARRAY_LEN(buffers); i++)
            assert_true(only_zeros(buffers[i]->data, buffers[i]->cap & ~(size_t)63));
        assert_true(only_zeros(l->raw, l->n_raw * sizeof l->raw[0]));
    }
    free(p.rgb);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_take__portraits_are_live_at_every_point),
        cmocka_unit_test(test_answer__portraits_can_be_judged_and_are_live),
        cmocka_unit_test(test_take__a_tight_cut_has_no_context),
        cmocka_unit_test(test_take__one_pass_and_the_log_odds_of_its_scores),
        cmocka_unit_test(test_take__cues_reach_the_features),
        cmocka_unit_test(test_take__a_box_that_is_none),
        cmocka_unit_test(test_take__a_failure_leaves_the_output_alone),
        cmocka_unit_test(test_take__without_a_fusion_there_is_no_score),
        cmocka_unit_test(test_create__another_kind_of_network_is_refused),
        cmocka_unit_test(test_wipe__nothing_of_the_picture_stays),
    };
    return cmocka_run_group_tests_name("liveness network", tests, open_all, close_all);
}
