/* SPDX-License-Identifier: Apache-2.0 */
/* What a session holds during and after a request, seen from inside. */
#include "test.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "decode/decoder.h"
#include "face/internal.h"
#include "faceverify/verify.h"
#include "portrait.h"
#include "verify/photo.h"

static struct {
    fv_engine *engine;
    fv_session *session;
    blob selfie;
    blob record;
} fix;

static int open_all(void **state)
{
    static const char *const overrides[] = {"models.dir=" FV_TEST_MODELS};
    fv_engine_options o = FV_ENGINE_OPTIONS_INIT;
    (void)state;
    o.overrides = overrides;
    o.n_overrides = 1;
    fix.selfie = portrait_file(SELFIE_JPG);
    fix.record = portrait_file(RECORD_JPG);
    return fv_engine_create(&fix.engine, &o, NULL) == FV_OK &&
                   fv_session_create(&fix.session, fix.engine, NULL) == FV_OK
               ? 0
               : -1;
}

static int close_all(void **state)
{
    (void)state;
    fv_session_destroy(&fix.session);
    fv_engine_destroy(&fix.engine);
    free(fix.selfie.data);
    free(fix.record.data);
    return 0;
}

static bool only_zeros(const void *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (((const uint8_t *)p)[i] != 0) return false;
    }
    return true;
}

/* Buffers that held something of a photograph, and hold nothing but zeros. Up to 63 bytes at the
 * end of one are there for its rounded size only, and were never written. */
static void assert_wiped(const fv_session *s)
{
    const fvi_buffer buffers[] = {s->decoder->pixels, s->decoder->raw,     s->decoder->stream,
                                  s->facer->input,    s->facer->pixels,    s->facer->scratch,
                                  s->facer->grey,     s->subjects[0].chip, s->subjects[1].chip};
    for (size_t i = 0; i < ARRAY_LEN(buffers); i++) {
        size_t used = buffers[i].cap > 63 ? buffers[i].cap - 63 : 0;
        if (!only_zeros(buffers[i].data, used)) fail_msg("buffer %zu is not wiped", i);
        assert_int_equal(buffers[i].dirty, 0);
    }
    for (int i = 0; i < 2; i++)
        assert_true(
            only_zeros(s->subjects[i].embedding, fvi_embedder_dim(s->embedder) * sizeof(float)));
    assert_true(only_zeros(s->facer->boxes, s->facer->n_anchors * 16));
    assert_true(only_zeros(s->facer->scores, s->facer->n_anchors * 8));
}

static void test_session__is_wiped_after_every_kind_of_end(void **state)
{
    static const struct {
        const char *what;
        size_t record_len;
        uint32_t deadline_ms;
        const char *channel;
        fv_status status;
    } rows[] = {
        {"an answer", SIZE_MAX, 0, NULL, FV_OK},
        {"half a photograph", 90000, 0, NULL, FV_OK},
        {"a deadline", SIZE_MAX, 1, NULL, FV_E_TIMEOUT},
        {"an invalid request", SIZE_MAX, 0, "nobody", FV_E_ARG},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        fv_request q = FV_REQUEST_INIT;
        fv_result r = FV_RESULT_INIT;
        q.selfie = (fv_bytes){fix.selfie.data, fix.selfie.len};
        q.record = (fv_bytes){fix.record.data, fix.record.len};
        if (rows[i].record_len < q.record.len) q.record.len = rows[i].record_len;
        q.deadline_ms = rows[i].deadline_ms;
        q.channel = rows[i].channel;
        fv_status st = fv_verify(fix.session, &q, &r, NULL);
        if (st != rows[i].status) fail_msg("%s: status %d", rows[i].what, (int)st);
        assert_true(fix.session->decoder->pixels.cap >= 626 * 1200 * 3); /* it did hold pixels */
        assert_wiped(fix.session);
    }
}

static fvi_examined examine(fv_image which, fv_timings *t)
{
    blob b = which == FV_SELFIE ? fix.selfie : fix.record;
    fvi_examine what = {.which = which, .bytes = {b.data, b.len}, .timings = t};
    fvi_examined out;
    fv_error err = {0};
    memset(&out, 0xa5, sizeof out);
    assert_fv_ok(fvi_photo_examine(fix.session, &what, &out, &err), &err);
    return out;
}

static void test_examine__fills_measures_info_and_chip(void **state)
{
    fv_timings t = {.decode_us = 1000000};
    (void)state;
    fvi_examined e = examine(FV_SELFIE, &t);
    assert_int_equal(e.seen.fault, FVI_DECODE_OK);
    assert_string_equal(e.seen.format, "JPEG");
    assert_true(e.has_chip);
    for (int i = 0; i < FVI_Q_COUNT; i++) { /* a picture without motion has no direction of it */
        bool no_value = i == FVI_Q_MOTION_DIRECTION;
        assert_true(isfinite(e.seen.measured.value[i]) || no_value);
    }
    assert_float_equal(e.seen.measured.value[FVI_Q_HEAD_YAW], e.info.yaw_deg, 0);
    assert_float_equal(e.seen.measured.value[FVI_Q_HEAD_PITCH], e.info.pitch_deg, 0);
    assert_float_equal(e.seen.measured.value[FVI_Q_HEAD_ROLL], e.info.roll_deg, 0);
    assert_float_equal(e.seen.measured.value[FVI_Q_INTER_EYE_DISTANCE], e.info.inter_eye_px, 0);
    assert_float_equal(e.seen.measured.value[FVI_Q_FACE_COUNT], 1, 0);
    assert_true(t.decode_us > 1000000 && t.detect_us > 0 && t.chip_us > 0); /* added to */
    assert_false(only_zeros(fix.session->subjects[0].chip.data, 112 * 112 * 3));
    assert_true(only_zeros(fix.session->subjects[1].chip.data, 112 * 112 * 3));
    fvi_examined r = examine(FV_RECORD, &t);
    assert_true(r.has_chip);
    assert_memory_not_equal(fix.session->subjects[0].chip.data, fix.session->subjects[1].chip.data,
                            112 * 112 * 3);
    fvi_session_wipe(fix.session);
    assert_wiped(fix.session);
}

/* A picture that was decoded at part of its size is measured in the whole picture's pixels. */
static void test_examine__measures_in_the_whole_pictures_pixels(void **state)
{
    pixels p = portrait_read(SELFIE_JPG);
    pixels large = pixels_scaled(&p, 3640, 4548);
    blob b = pixels_jpeg(&large, 90);
    fv_timings t = {0};
    fvi_examine what = {.which = FV_SELFIE, .bytes = {b.data, b.len}, .timings = &t};
    fvi_examined e;
    fv_error err = {0};
    (void)state;
    assert_fv_ok(fvi_photo_examine(fix.session, &what, &e, &err), &err);
    assert_int_equal(e.info.width_px, 3640);
    assert_float_equal(e.info.inter_eye_px, 4 * 104.8f, 12.0f);
    assert_float_equal(e.info.face_x_px, 4 * 384.8f, 40.0f);
    assert_float_equal(e.info.face_width_px, 4 * 221.6f, 40.0f);
    assert_float_equal(e.seen.measured.value[FVI_Q_FACE_INSIDE], 1, 0);
    free(b.data);
    free(large.rgb);
    free(p.rgb);
    fvi_session_wipe(fix.session);
}

/* Where the landmarks leave no doubt the pose network is spared; near a limit it is asked. */
static void test_examine__pose_near_a_limit_is_the_networks(void **state)
{
    fv_timings t = {0};
    fvi_limit *yaw = &fix.engine->settings.record.gate[FVI_Q_HEAD_YAW];
    const fvi_limit shipped = *yaw;
    fvi_pose network = {NAN, NAN, NAN};
    fv_error err = {0};
    (void)state;
    *yaw = (fvi_limit){-90, 90};
    fvi_examined plain = examine(FV_RECORD, &t);
    *yaw = (fvi_limit){-8, 8};
    fvi_examined doubted = examine(FV_RECORD, &t);
    *yaw = shipped;
    pixels p = portrait_read(RECORD_JPG);
    fvi_image image = {p.rgb, p.width, p.height, 3, 3 * (size_t)p.width};
    const fv_photo_info *i = &doubted.info;
    fvi_box box = {i->face_x_px, i->face_y_px, i->face_x_px + i->face_width_px,
                   i->face_y_px + i->face_height_px, 1};
    assert_fv_ok(fvi_face_pose(fix.session->facer, &image, &box, &network, &err), &err);
    assert_float_equal(doubted.info.yaw_deg, network.yaw_deg, 0.5f);
    assert_float_equal(doubted.info.pitch_deg, network.pitch_deg, 0.5f);
    assert_true(fabsf(plain.info.yaw_deg - network.yaw_deg) > 1.0f);
    assert_float_equal(plain.info.roll_deg, doubted.info.roll_deg, 0);
    free(p.rgb);
    fvi_session_wipe(fix.session);
}

static void test_deadline__passes_when_it_has_passed(void **state)
{
    const fvi_deadline none = {0}, past = {1}, now = {fvi_clock_us()}, later = {UINT64_MAX};
    fv_error err = {0};
    (void)state;
    assert_int_equal(fvi_deadline_check(&none, "x", &err), FV_OK);
    assert_int_equal(fvi_deadline_check(&later, "x", &err), FV_OK);
    assert_int_equal(err.code, FV_OK);
    assert_int_equal(fvi_deadline_check(&past, "the test", &err), FV_E_TIMEOUT);
    assert_non_null(strstr(err.text, "the test"));
    assert_int_equal(fvi_deadline_check(&now, "x", NULL), FV_E_TIMEOUT);
}

static void test_stage__adds_and_does_not_overflow(void **state)
{
    uint64_t mark =
        0; /* the clock's beginning: longer ago than 32 bits of microseconds, or added */
    uint32_t stage = UINT32_MAX - 1;
    (void)state;
    fvi_stage(&mark, &stage);
    assert_int_equal(stage, UINT32_MAX);
    assert_true(mark > 0);
    stage = 5;
    uint64_t before = mark;
    fvi_stage(&mark, &stage);
    assert_int_equal(stage, 5 + (mark - before));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_session__is_wiped_after_every_kind_of_end),
        cmocka_unit_test(test_examine__fills_measures_info_and_chip),
        cmocka_unit_test(test_examine__measures_in_the_whole_pictures_pixels),
        cmocka_unit_test(test_examine__pose_near_a_limit_is_the_networks),
        cmocka_unit_test(test_deadline__passes_when_it_has_passed),
        cmocka_unit_test(test_stage__adds_and_does_not_overflow),
    };
    return cmocka_run_group_tests_name("photo", tests, open_all, close_all);
}
