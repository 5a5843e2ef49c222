/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <math.h>

#include "wire/answer.h"
#include "wire/reply_decode.h"
#include "wire_fixture.h"

static const fv_versions versions = {.struct_size = sizeof(fv_versions),
                                     .library = "1.2.3",
                                     .pack_name = "pack",
                                     .pack_sha256 = "00ff",
                                     .calibration_id = "cal"};

static const fv_timings timings = {.decode_us = 1,
                                   .detect_us = 2,
                                   .landmarks_us = 3,
                                   .pose_us = 4,
                                   .quality_us = 5,
                                   .liveness_us = 6,
                                   .chip_us = 7,
                                   .embed_us = 8,
                                   .compare_us = 9,
                                   .total_us = 1000};

static const fv_photo_info photo = {.width_px = 3000,
                                    .height_px = 4000,
                                    .orientation = 6,
                                    .faces = 1,
                                    .face_x_px = -1.5F,
                                    .face_y_px = 0.0F,
                                    .face_width_px = 900.25F,
                                    .face_height_px = 1200.0F,
                                    .inter_eye_px = 410.5F,
                                    .yaw_deg = -3.25F,
                                    .pitch_deg = NAN,
                                    .roll_deg = 0.5F};

static const fv_reason dark = {.code = FV_REASON_TOO_DARK,
                               .image = FV_SELFIE,
                               .severity = FV_BLOCKS,
                               .remedy = FV_REMEDY_ADJUST_LIGHT,
                               .value = 0.21F,
                               .limit = 0.4F};

static fv_result refused(void)
{
    fv_result r = FV_RESULT_INIT;

    r.decision = FV_RETAKE_SELFIE;
    r.n_reasons = 2;
    r.reasons[0] = dark;
    r.reasons[1] = (fv_reason){.code = FV_REASON_UNSUPPORTED_FORMAT,
                               .image = FV_RECORD,
                               .severity = FV_ADVICE,
                               .remedy = FV_REMEDY_TRY_LATER,
                               .value = NAN,
                               .limit = NAN,
                               .detail = "HEIC"};
    r.n_remedies = 2;
    r.remedies[0] = FV_REMEDY_ADJUST_LIGHT;
    r.remedies[1] = FV_REMEDY_VISIT_COUNTER;
    r.selfie = photo;
    r.timings = timings;
    r.similarity = NAN;
    r.match_similarity = 0.4375F;
    r.review_similarity = 0.375F;
    r.match_fmr = 0.0009765625F;
    r.review_fmr = 0.0078125F;
    r.liveness = FV_LIVENESS_CANNOT_JUDGE;
    r.liveness_score = 0.0F;
    r.liveness_limit = 0.75F;
    r.attack_limit = 0.25F;
    r.liveness_bpcer = 0.015625F;
    return r;
}

static fv_liveness_result attack(void)
{
    fv_liveness_result r = FV_LIVENESS_RESULT_INIT;

    r.liveness = FV_LIVENESS_ATTACK;
    r.n_reasons = 1;
    r.reasons[0] = dark;
    r.n_remedies = 1;
    r.remedies[0] = FV_REMEDY_ADJUST_LIGHT;
    r.selfie = photo;
    r.timings = timings;
    r.score = 0.125F;
    r.limit = 0.75F;
    r.attack_limit = 0.25F;
    r.bpcer = 0.015625F;
    return r;
}

static fv_quality_result measured(void)
{
    fv_quality_result r = FV_QUALITY_RESULT_INIT;

    r.usable = 1;
    r.n_measures = 2;
    r.measures[0] = (fv_measure){.name = "LUMINANCE_MEAN",
                                 .unit = "share",
                                 .value = 0.5F,
                                 .score = 88.0F,
                                 .min = 0.25F,
                                 .max = INFINITY,
                                 .advise_min = -INFINITY,
                                 .advise_max = 0.75F,
                                 .verdict = FV_VERDICT_GOOD};
    r.measures[1] = (fv_measure){.name = "HEAD_YAW",
                                 .unit = "deg",
                                 .value = NAN,
                                 .score = NAN,
                                 .min = -20.0F,
                                 .max = 20.0F,
                                 .advise_min = NAN,
                                 .advise_max = NAN,
                                 .verdict = FV_VERDICT_NOT_ASSESSED};
    r.n_reasons = 1;
    r.reasons[0] = dark;
    r.n_remedies = 1;
    r.remedies[0] = FV_REMEDY_ADJUST_LIGHT;
    r.photo = photo;
    r.timings = timings;
    return r;
}

static void encode(const fvi_wire_reply *reply, uint8_t **data, size_t *len)
{
    fv_error err = {0};
    assert_fv_ok(fvi_wire_reply_encode(reply, data, len, &err), &err);
}

static fvi_reply *decode(fv_bytes message)
{
    fv_error err = {0};
    fvi_reply *r = NULL;
    assert_fv_ok(fvi_reply_decode(message, &r, &err), &err);
    return r;
}

static void is_golden(const char *name, const fvi_wire_reply *reply)
{
    uint8_t *data = NULL;
    size_t len = 0;

    encode(reply, &data, &len);
    fvi_reply *r = decode((fv_bytes){data, len});
    assert_int_equal(fvi_reply_message(r)->status, reply->status);
    fvi_reply_destroy(&r);
    assert_null(r);
    golden_is(name, data, len);
}

static void test_wire__golden_answers(void **state)
{
    const fv_result result = refused();
    const fv_liveness_result liveness = attack();
    const fv_quality_result quality = measured();
    const fvi_wire_info info = {.channels = {"nhsa-app", "counter"},
                                .n_channels = 2,
                                .workers = 4,
                                .queue_capacity = 64,
                                .image_bytes_max = UINT64_C(1) << 40,
                                .message_bytes_max = 25000000,
                                .uptime_s = 3600};
    fvi_wire_reply reply = {.request_id = "r:1",
                            .op = FVI_OP_VERIFY,
                            .locale = FV_LOCALE_EN,
                            .scores = true,
                            .versions = &versions,
                            .result = &result,
                            .liveness = &liveness,
                            .quality = &quality,
                            .kind = FV_RECORD,
                            .info = &info};
    (void)state;

    is_golden("reply_verify_ops", &reply);
    reply.scores = false;
    reply.locale = FV_LOCALE_ZH_CN;
    reply.replayed = true;
    is_golden("reply_verify_binding", &reply);
    reply.replayed = false;
    reply.op = FVI_OP_MATCH;
    is_golden("reply_match", &reply);
    reply.op = FVI_OP_LIVENESS;
    is_golden("reply_liveness_binding", &reply);
    reply.op = FVI_OP_QUALITY;
    is_golden("reply_quality_binding", &reply);
    reply.op = FVI_OP_INFO;
    is_golden("reply_info", &reply);
    reply.locale = FV_LOCALE_EN;
    reply.scores = true;
    reply.op = FVI_OP_LIVENESS;
    is_golden("reply_liveness_ops", &reply);
    reply.op = FVI_OP_QUALITY;
    is_golden("reply_quality_ops", &reply);
}

static void test_wire__golden_failures(void **state)
{
    const fv_error wrong = {FV_E_ARG, "birth_date", "lies in the future"};
    fvi_wire_reply reply = {.request_id = "i", .status = FVI_BUSY, .retry_after_ms = 40};
    (void)state;

    is_golden("reply_busy", &reply);
    reply = (fvi_wire_reply){
        .request_id = "r:3", .status = FVI_INVALID_REQUEST, .err = &wrong, .versions = &versions};
    is_golden("reply_invalid", &reply);
}

/* Floats of a message, wherever they lie: what a caller without `scores` may see is named here. */
static void no_number(const ProtobufCMessage *m)
{
    static const char *const allowed[] = {"face_x_px", "face_y_px", "face_width_px",
                                          "face_height_px"};

    for (unsigned i = 0; i < m->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *f = &m->descriptor->fields[i];
        const char *at = (const char *)m + f->offset;
        bool oneof = (f->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;
        uint32_t which =
            oneof ? *(const uint32_t *)((const char *)m + f->quantifier_offset) : f->id;
        if (which != f->id) continue;
        if (f->type == PROTOBUF_C_TYPE_FLOAT || f->type == PROTOBUF_C_TYPE_DOUBLE) {
            bool known = false;
            for (size_t k = 0; k < ARRAY_LEN(allowed); k++)
                known = known || strcmp(f->name, allowed[k]) == 0;
            if (!known) fail_msg("%s.%s is told", m->descriptor->short_name, f->name);
        }
        if (f->type != PROTOBUF_C_TYPE_MESSAGE) continue;
        if (f->label == PROTOBUF_C_LABEL_REPEATED) {
            const size_t n = *(const size_t *)((const char *)m + f->quantifier_offset);
            for (size_t k = 0; k < n; k++)
                no_number((*(ProtobufCMessage *const *const *)at)[k]);
        } else if (*(ProtobufCMessage *const *)at != NULL) {
            no_number(*(ProtobufCMessage *const *)at);
        }
    }
}

static void test_wire__no_score_without_the_right_to_it(void **state)
{
    fv_result result = refused();
    const fv_liveness_result liveness = attack();
    const fv_quality_result quality = measured();
    const fvi_op ops[] = {FVI_OP_VERIFY, FVI_OP_MATCH, FVI_OP_LIVENESS, FVI_OP_QUALITY};
    (void)state;

    result.similarity = 0.5F;
    for (size_t i = 0; i < ARRAY_LEN(ops); i++) {
        fv_error err = {0};
        fvi_answer *a = NULL;
        const fvi_wire_reply reply = {.request_id = "x",
                                      .op = ops[i],
                                      .versions = &versions,
                                      .result = &result,
                                      .liveness = &liveness,
                                      .quality = &quality,
                                      .kind = FV_SELFIE};
        assert_fv_ok(fvi_answer_create(&a, &reply, &err), &err);
        no_number(&fvi_answer_message(a)->base);
        fvi_answer_destroy(&a);
        assert_null(a);
    }
}

static void test_wire__own_failures_are_for_operations(void **state)
{
    const fv_error why = {FV_E_MODEL, "", "/srv/models/embed.onnx: hash"};
    fvi_wire_reply reply = {.request_id = "x", .status = FVI_INTERNAL, .err = &why};
    (void)state;

    for (int scores = 0; scores < 2; scores++) {
        fv_error err = {0};
        fvi_answer *a = NULL;
        reply.scores = scores != 0;
        assert_fv_ok(fvi_answer_create(&a, &reply, &err), &err);
        const char *message = fvi_answer_message(a)->message;
        assert_true((strstr(message, "/srv") != NULL) == (scores != 0));
        assert_string_not_equal(message, "");
        fvi_answer_destroy(&a);
    }
}

static void test_wire__failures_without_a_text_get_one(void **state)
{
    const fv_error why = {.code = FV_E_TIMEOUT};
    const fvi_wire_reply reply = {
        .request_id = "", .status = FVI_DEADLINE_EXCEEDED, .err = &why, .op = FVI_OP_VERIFY};
    fv_error err = {0};
    fvi_answer *a = NULL;
    (void)state;

    assert_fv_ok(fvi_answer_create(&a, &reply, &err), &err);
    assert_string_equal(fvi_answer_message(a)->message, fv_status_text(FV_E_TIMEOUT));
    assert_int_equal(fvi_answer_message(a)->answer_case, FACEVERIFY__REPLY__ANSWER__NOT_SET);
    fvi_answer_destroy(&a);
}

static void test_wire__the_longest_reply_is_far_below_a_megabyte(void **state)
{
    fv_quality_result r = measured();
    const fvi_wire_reply reply = {.request_id = "x",
                                  .op = FVI_OP_QUALITY,
                                  .scores = true,
                                  .versions = &versions,
                                  .quality = &r,
                                  .kind = FV_SELFIE};
    uint8_t *data = NULL;
    size_t len = 0;
    (void)state;

    r.n_measures = FV_MEASURES_MAX;
    for (uint32_t i = 0; i < FV_MEASURES_MAX; i++)
        r.measures[i] = r.measures[0];
    r.n_reasons = FV_REASONS_MAX;
    for (uint32_t i = 0; i < FV_REASONS_MAX; i++)
        r.reasons[i] = dark;
    encode(&reply, &data, &len);
    assert_true(len < 20000);
    fvi_reply *back = decode((fv_bytes){data, len});
    assert_int_equal(fvi_reply_message(back)->quality->n_measures, FV_MEASURES_MAX);
    fvi_reply_destroy(&back);
    free(data);
}

static void test_wire__remedies_are_said_to_whom_the_channel_names(void **state)
{
    fv_result r = refused();
    const fvi_wire_reply reply = {
        .request_id = "x", .op = FVI_OP_VERIFY, .locale = FV_LOCALE_EN, .result = &r};
    (void)state;

    for (int w = FV_WORDING_MEMBER; w <= FV_WORDING_CLERK; w++) {
        fv_error err = {0};
        fvi_answer *a = NULL;
        r.wording = (fv_wording)w;
        assert_fv_ok(fvi_answer_create(&a, &reply, &err), &err);
        assert_string_equal(
            fvi_answer_message(a)->verify->remedy_texts[0],
            fv_remedy_text_for(FV_REMEDY_ADJUST_LIGHT, (fv_wording)w, FV_LOCALE_EN));
        fvi_answer_destroy(&a);
    }
}

static void test_wire__every_liveness_has_a_sentence(void **state)
{
    (void)state;
#define X(name, number)                                                                            \
    assert_string_not_equal(fvi_liveness_text(FV_LIVENESS_##name, FV_LOCALE_EN), "");              \
    assert_string_not_equal(fvi_liveness_text(FV_LIVENESS_##name, FV_LOCALE_ZH_CN),                \
                            fvi_liveness_text(FV_LIVENESS_##name, FV_LOCALE_EN));
    FV_LIVENESS_LIST(X)
#undef X
    assert_string_equal(fvi_liveness_text((fv_liveness_verdict)9, FV_LOCALE_EN), "");
}

static void refuse(fv_bytes message)
{
    fv_error err = {0};
    fvi_reply *r = NULL;

    assert_int_equal(fvi_reply_decode(message, &r, &err), FV_E_BACKEND);
    assert_null(r);
    assert_non_null(strstr(err.text, "what came is no reply"));
}

static void test_wire__what_is_no_reply_is_refused(void **state)
{
    (void)state;
    refuse(text_bytes("HTTP/1.1 400 Bad Request\r\n\r\n"));
    refuse((fv_bytes){(const uint8_t *)"", 0}); /* status OK, and no answer */
    refuse(text_bytes("\x0a\x02\xc3\x28\x10\x03"));
    refuse(text_bytes("\x52\x02\x3a\x01"));     /* a list cut off */
    refuse(text_bytes("\x52\x03\x3a\x01\x01")); /* a remedy without its text */
    refuse((fv_bytes){(const uint8_t *)"\x52\x02\x4a\x00\x10\x00\x10\x00", 8});
    refuse((fv_bytes){(const uint8_t *)"\x52\x00\x5a\x00", 4}); /* two answers */
}

static void test_wire__a_reply_may_be_changed_in_any_byte(void **state)
{
    static const char *const names[] = {"reply_verify_ops", "reply_quality_ops", "reply_info"};
    (void)state;

    for (size_t k = 0; k < ARRAY_LEN(names); k++) {
        golden g = golden_read(names[k]);
        for (size_t i = 0; i < 8 * g.len; i++) {
            fv_error err = {0};
            fvi_reply *r = NULL;
            g.data[i / 8] ^= (uint8_t)(1 << i % 8);
            fv_status st = fvi_reply_decode((fv_bytes){g.data, g.len}, &r, &err);
            g.data[i / 8] ^= (uint8_t)(1 << i % 8);
            assert_int_equal(r != NULL, st == FV_OK);
            fvi_reply_destroy(&r);
        }
        free(g.data);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wire__golden_answers),
        cmocka_unit_test(test_wire__golden_failures),
        cmocka_unit_test(test_wire__no_score_without_the_right_to_it),
        cmocka_unit_test(test_wire__own_failures_are_for_operations),
        cmocka_unit_test(test_wire__failures_without_a_text_get_one),
        cmocka_unit_test(test_wire__the_longest_reply_is_far_below_a_megabyte),
        cmocka_unit_test(test_wire__remedies_are_said_to_whom_the_channel_names),
        cmocka_unit_test(test_wire__every_liveness_has_a_sentence),
        cmocka_unit_test(test_wire__what_is_no_reply_is_refused),
        cmocka_unit_test(test_wire__a_reply_may_be_changed_in_any_byte),
    };
    return cmocka_run_group_tests_name("wire reply", tests, NULL, NULL);
}
