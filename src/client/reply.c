/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "client/client.h"

#define X(name, number)                                                                            \
    static_assert((int)FV_SERVICE_##name == (int)FACEVERIFY__STATUS__##name,                       \
                  "fv_service_status is the proto's Status");
FV_SERVICE_LIST(X)
#undef X

void fv_client_reply_destroy(fv_client_reply **reply)
{
    if (reply == NULL || *reply == NULL) return;
    fvi_reply_destroy(&(*reply)->decoded);
    free(*reply);
    *reply = NULL;
}

Faceverify__Reply *fvi_client_message(fv_client_reply *reply)
{
    return reply->message;
}

fv_service_status fv_client_reply_status(const fv_client_reply *reply)
{
    return (fv_service_status)reply->message->status;
}

const char *fv_client_reply_request_id(const fv_client_reply *reply)
{
    return reply->message->request_id;
}

const char *fv_client_reply_field(const fv_client_reply *reply)
{
    return reply->message->field;
}

const char *fv_client_reply_message(const fv_client_reply *reply)
{
    return reply->message->message;
}

int fv_client_reply_replayed(const fv_client_reply *reply)
{
    return reply->message->replayed;
}

uint32_t fv_client_reply_retry_after_ms(const fv_client_reply *reply)
{
    return reply->message->retry_after_ms;
}

/* What the answers tell alike. */
typedef struct told {
    const char *text;
    size_t n_reasons;
    Faceverify__Reason **reasons;
    size_t n_remedies;
    const Faceverify__Remedy *remedies;
    char **remedy_texts;
} told;

#define TOLD(m, sentence)                                                                          \
    (told)                                                                                         \
    {                                                                                              \
        (sentence), (m)->n_reasons, (m)->reasons, (m)->n_remedies, (m)->remedies,                  \
            (m)->remedy_texts                                                                      \
    }

static told told_of(const Faceverify__Reply *m)
{
    switch (m->answer_case) {
    case FACEVERIFY__REPLY__ANSWER_VERIFY:
    case FACEVERIFY__REPLY__ANSWER_MATCH:
        return TOLD(m->verify, m->verify->text);
    case FACEVERIFY__REPLY__ANSWER_LIVENESS:
        return TOLD(m->liveness, m->liveness->text);
    case FACEVERIFY__REPLY__ANSWER_QUALITY:
        return TOLD(m->quality, "");
    default:
        return (told){.text = ""};
    }
}

const char *fv_client_reply_text(const fv_client_reply *reply)
{
    return told_of(reply->message).text;
}

const char *fv_client_reply_reason_text(const fv_client_reply *reply, uint32_t i)
{
    const told t = told_of(reply->message);
    return i < t.n_reasons ? t.reasons[i]->text : "";
}

const char *fv_client_reply_remedy_text(const fv_client_reply *reply, uint32_t i)
{
    const told t = told_of(reply->message);
    return i < t.n_remedies ? t.remedy_texts[i] : "";
}

/* An optional number; `has` is the number of its field where it is there. */
static float real(uint32_t has, float v)
{
    return has != 0 ? v : NAN;
}

#define REAL(m, field) real((uint32_t)(m)->has_##field##_case, (m)->field)

static void take_photo(const Faceverify__PhotoInfo *m, fv_photo_info *out)
{
    *out = (fv_photo_info){.inter_eye_px = NAN, .yaw_deg = NAN, .pitch_deg = NAN, .roll_deg = NAN};
    if (m == NULL) return;
    *out = (fv_photo_info){.width_px = m->width_px,
                           .height_px = m->height_px,
                           .orientation = m->orientation,
                           .faces = m->faces,
                           .face_x_px = REAL(m, face_x_px),
                           .face_y_px = REAL(m, face_y_px),
                           .face_width_px = REAL(m, face_width_px),
                           .face_height_px = REAL(m, face_height_px),
                           .inter_eye_px = REAL(m, inter_eye_px),
                           .yaw_deg = REAL(m, yaw_deg),
                           .pitch_deg = REAL(m, pitch_deg),
                           .roll_deg = REAL(m, roll_deg)};
}

static void take_timings(const Faceverify__Timings *m, fv_timings *out)
{
    *out = (fv_timings){0};
    if (m == NULL) return;
    *out = (fv_timings){.decode_us = m->decode_us,
                        .detect_us = m->detect_us,
                        .landmarks_us = m->landmarks_us,
                        .pose_us = m->pose_us,
                        .quality_us = m->quality_us,
                        .liveness_us = m->liveness_us,
                        .chip_us = m->chip_us,
                        .embed_us = m->embed_us,
                        .compare_us = m->compare_us,
                        .total_us = m->total_us};
}

/* Cut to what the structs hold; the texts of all are told by fv_client_reply_..._text(). */
static void take_told(const told *t, fv_reason *reasons, uint32_t *n_reasons, fv_remedy *remedies,
                      uint32_t *n_remedies)
{
    *n_reasons = (uint32_t)(t->n_reasons < FV_REASONS_MAX ? t->n_reasons : FV_REASONS_MAX);
    for (uint32_t i = 0; i < *n_reasons; i++) {
        const Faceverify__Reason *m = t->reasons[i];
        reasons[i] = (fv_reason){.code = (fv_reason_code)m->number,
                                 .image = (fv_image)m->image,
                                 .severity = (fv_severity)m->severity,
                                 .remedy = (fv_remedy)m->remedy,
                                 .value = REAL(m, value),
                                 .limit = REAL(m, limit)};
    }
    *n_remedies = (uint32_t)(t->n_remedies < FV_REMEDIES_MAX ? t->n_remedies : FV_REMEDIES_MAX);
    for (uint32_t i = 0; i < *n_remedies; i++)
        remedies[i] = (fv_remedy)t->remedies[i];
}

static fv_status copy_out(void *out, size_t out_size, const void *from, size_t size, fv_error *err)
{
    if (out_size < sizeof(uint32_t))
        return fvi_fail(err, FV_E_ARG, "the result is not initialised");
    size_t n = out_size < size ? out_size : size;
    memcpy((char *)out + sizeof(uint32_t), (const char *)from + sizeof(uint32_t),
           n - sizeof(uint32_t)); /* struct_size comes first, and stays */
    return FV_OK;
}

static void take_scores(const Faceverify__Scores *m, fv_result *out)
{
    out->similarity = out->match_similarity = out->review_similarity = NAN;
    out->match_fmr = out->review_fmr = NAN;
    out->liveness_score = out->liveness_limit = out->attack_limit = out->liveness_bpcer = NAN;
    if (m == NULL) return;
    out->similarity = REAL(m, similarity);
    out->match_similarity = m->match_similarity;
    out->review_similarity = m->review_similarity;
    out->match_fmr = m->match_fmr;
    out->review_fmr = m->review_fmr;
    out->liveness_score = REAL(m, liveness_score);
    out->liveness_limit = REAL(m, liveness_limit);
    out->attack_limit = REAL(m, attack_limit);
    out->liveness_bpcer = REAL(m, liveness_bpcer);
}

static fv_status no_answer(fv_error *err)
{
    return fvi_fail(err, FV_E_ARG, "there is no such answer in the reply");
}

fv_status fv_client_reply_result(const fv_client_reply *reply, fv_result *out, fv_error *err)
{
    const Faceverify__Reply *m = reply->message;
    fv_result r = FV_RESULT_INIT;

    fvi_error_clear(err);
    if (m->answer_case != FACEVERIFY__REPLY__ANSWER_VERIFY &&
        m->answer_case != FACEVERIFY__REPLY__ANSWER_MATCH)
        return no_answer(err);
    const told t = told_of(m);
    r.decision = (fv_decision)m->verify->decision;
    take_told(&t, r.reasons, &r.n_reasons, r.remedies, &r.n_remedies);
    take_photo(m->verify->selfie, &r.selfie);
    take_photo(m->verify->record_photo, &r.record);
    take_timings(m->verify->timings, &r.timings);
    take_scores(m->verify->scores, &r);
    r.liveness = (fv_liveness_verdict)m->verify->liveness;
    return copy_out(out, out->struct_size, &r, sizeof r, err);
}

fv_status fv_client_reply_liveness(const fv_client_reply *reply, fv_liveness_result *out,
                                   fv_error *err)
{
    const Faceverify__Reply *m = reply->message;
    fv_liveness_result r = FV_LIVENESS_RESULT_INIT;

    fvi_error_clear(err);
    if (m->answer_case != FACEVERIFY__REPLY__ANSWER_LIVENESS) return no_answer(err);
    const told t = told_of(m);
    const Faceverify__LivenessScores *s = m->liveness->scores;
    r.liveness = (fv_liveness_verdict)m->liveness->liveness;
    take_told(&t, r.reasons, &r.n_reasons, r.remedies, &r.n_remedies);
    take_photo(m->liveness->selfie, &r.selfie);
    take_timings(m->liveness->timings, &r.timings);
    r.score = s != NULL ? REAL(s, score) : NAN;
    r.limit = s != NULL ? s->limit : NAN;
    r.attack_limit = s != NULL ? s->attack_limit : NAN;
    r.bpcer = s != NULL ? s->bpcer : NAN;
    return copy_out(out, out->struct_size, &r, sizeof r, err);
}

fv_status fv_client_reply_quality(const fv_client_reply *reply, fv_quality_result *out,
                                  fv_error *err)
{
    const Faceverify__Reply *m = reply->message;
    fv_quality_result r = FV_QUALITY_RESULT_INIT;

    fvi_error_clear(err);
    if (m->answer_case != FACEVERIFY__REPLY__ANSWER_QUALITY) return no_answer(err);
    const told t = told_of(m);
    const Faceverify__QualityReply *q = m->quality;
    r.usable = q->usable ? 1 : 0;
    r.n_measures = (uint32_t)(q->n_measures < FV_MEASURES_MAX ? q->n_measures : FV_MEASURES_MAX);
    for (uint32_t i = 0; i < r.n_measures; i++) {
        const Faceverify__Measure *s = q->measures[i];
        r.measures[i] = (fv_measure){.name = s->name,
                                     .unit = s->unit,
                                     .value = REAL(s, value),
                                     .score = REAL(s, score),
                                     .min = REAL(s, min),
                                     .max = REAL(s, max),
                                     .advise_min = REAL(s, advise_min),
                                     .advise_max = REAL(s, advise_max),
                                     .verdict = (fv_verdict)s->verdict};
    }
    take_told(&t, r.reasons, &r.n_reasons, r.remedies, &r.n_remedies);
    take_photo(q->photo, &r.photo);
    take_timings(q->timings, &r.timings);
    return copy_out(out, out->struct_size, &r, sizeof r, err);
}

static const char *told_or_null(const char *text)
{
    return text[0] != '\0' ? text : NULL;
}

fv_status fv_client_reply_versions(const fv_client_reply *reply, fv_versions *out, fv_error *err)
{
    const Faceverify__Versions *m = reply->message->versions;
    fv_versions v = FV_VERSIONS_INIT;

    fvi_error_clear(err);
    if (m != NULL) {
        v.library = told_or_null(m->service);
        v.pack_name = told_or_null(m->model_pack);
        v.pack_sha256 = told_or_null(m->model_pack_sha256);
        v.calibration_id = told_or_null(m->calibration_id);
    }
    return copy_out(out, out->struct_size, &v, sizeof v, err);
}

fv_status fv_client_reply_service(const fv_client_reply *reply, fv_client_service *out,
                                  fv_error *err)
{
    const Faceverify__Reply *m = reply->message;

    fvi_error_clear(err);
    if (m->answer_case != FACEVERIFY__REPLY__ANSWER_INFO) return no_answer(err);
    const fv_client_service s = {.workers = m->info->workers,
                                 .queue_capacity = m->info->queue_capacity,
                                 .uptime_s = m->info->uptime_s,
                                 .image_bytes_max = m->info->image_bytes_max,
                                 .message_bytes_max = m->info->message_bytes_max};
    return copy_out(out, out->struct_size, &s, sizeof s, err);
}
