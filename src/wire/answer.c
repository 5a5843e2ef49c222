/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/answer.h"

#include <stdlib.h>

#include "wire/answer_parts.h"

typedef union body {
    Faceverify__VerifyReply verify;
    Faceverify__LivenessReply liveness;
    Faceverify__QualityReply quality;
    Faceverify__InfoReply info;
} body;

struct fvi_answer {
    Faceverify__Reply reply;
    Faceverify__Versions versions;
    body body;
    fvi_told_parts told;
    Faceverify__PhotoInfo photos[2];
    Faceverify__Timings timings;
    Faceverify__Scores scores;
    Faceverify__LivenessScores liveness_scores;
    Faceverify__Measure measures[FV_MEASURES_MAX];
    Faceverify__Measure *measure_list[FV_MEASURES_MAX];
    char *channels[FVI_CHANNELS_MAX];
};

const char *fvi_liveness_text(fv_liveness_verdict liveness, fv_locale locale)
{
    const bool en = locale == FV_LOCALE_EN;

    switch (liveness) {
    case FV_LIVENESS_NOT_ASKED:
        return en ? "Nothing was asked." : "未作判断。";
    case FV_LIVENESS_LIVE:
        return en ? "Judged to be taken of a live person." : "判断为真人拍摄。";
    case FV_LIVENESS_ATTACK:
        return en ? "It could not be confirmed that a live person took the selfie."
                  : "未能确认是本人在镜头前拍摄。";
    case FV_LIVENESS_CANNOT_JUDGE:
        return en ? "This picture does not tell whether a live person took it."
                  : "这张照片无法判断是否为真人拍摄。";
    }
    return "";
}

/* VerifyReply, LivenessReply and QualityReply name these alike. */
#define SET_TOLD(message, told, parts)                                                             \
    do {                                                                                           \
        (message)->n_reasons = (told)->n_reasons;                                                  \
        (message)->reasons = (parts)->reason_list;                                                 \
        (message)->n_remedies = (told)->n_remedies;                                                \
        (message)->remedies = (parts)->remedies;                                                   \
        (message)->n_remedy_texts = (told)->n_remedies;                                            \
        (message)->remedy_texts = (parts)->remedy_texts;                                           \
    } while (0)

static void set_verify(fvi_answer *a, const fv_result *r, const fvi_hearer *hearer)
{
    Faceverify__VerifyReply *m = &a->body.verify;
    const fvi_told told = {r->reasons, r->remedies, r->n_reasons, r->n_remedies, r->wording};

    faceverify__verify_reply__init(m);
    fvi_part_told(&told, hearer, &a->told);
    fvi_part_photo(&r->selfie, hearer->scores, &a->photos[0]);
    fvi_part_photo(&r->record, hearer->scores, &a->photos[1]);
    fvi_part_timings(&r->timings, &a->timings);
    m->decision = (Faceverify__Decision)r->decision;
    m->text = fvi_part_text(fv_decision_text(r->decision, hearer->locale));
    SET_TOLD(m, &told, &a->told);
    m->selfie = &a->photos[0];
    m->record_photo = &a->photos[1];
    m->timings = &a->timings;
    m->liveness = (Faceverify__Liveness)r->liveness;
    m->versions = a->reply.versions;
    if (!hearer->scores) return;
    fvi_part_scores(r, &a->scores);
    m->scores = &a->scores;
}

static void set_liveness(fvi_answer *a, const fv_liveness_result *r, const fvi_hearer *hearer)
{
    Faceverify__LivenessReply *m = &a->body.liveness;
    const fvi_told told = {r->reasons, r->remedies, r->n_reasons, r->n_remedies, FV_WORDING_MEMBER};

    faceverify__liveness_reply__init(m);
    fvi_part_told(&told, hearer, &a->told);
    fvi_part_photo(&r->selfie, hearer->scores, &a->photos[0]);
    fvi_part_timings(&r->timings, &a->timings);
    m->liveness = (Faceverify__Liveness)r->liveness;
    m->text = fvi_part_text(fvi_liveness_text(r->liveness, hearer->locale));
    SET_TOLD(m, &told, &a->told);
    m->selfie = &a->photos[0];
    m->timings = &a->timings;
    m->versions = a->reply.versions;
    if (!hearer->scores) return;
    fvi_part_liveness_scores(r, &a->liveness_scores);
    m->scores = &a->liveness_scores;
}

static void set_quality(fvi_answer *a, const fv_quality_result *r, const fvi_hearer *hearer,
                        fv_image kind)
{
    Faceverify__QualityReply *m = &a->body.quality;
    const fvi_told told = {r->reasons, r->remedies, r->n_reasons, r->n_remedies, FV_WORDING_MEMBER};

    faceverify__quality_reply__init(m);
    fvi_part_told(&told, hearer, &a->told);
    fvi_part_photo(&r->photo, hearer->scores, &a->photos[0]);
    fvi_part_timings(&r->timings, &a->timings);
    for (uint32_t i = 0; i < r->n_measures; i++) {
        fvi_part_measure(&r->measures[i], hearer->scores, &a->measures[i]);
        a->measure_list[i] = &a->measures[i];
    }
    m->kind = (Faceverify__Image)kind;
    m->usable = r->usable != 0;
    SET_TOLD(m, &told, &a->told);
    m->n_measures = r->n_measures;
    m->measures = a->measure_list;
    m->photo = &a->photos[0];
    m->timings = &a->timings;
    m->versions = a->reply.versions;
}

static void set_info(fvi_answer *a, const fvi_wire_info *info)
{
    Faceverify__InfoReply *m = &a->body.info;

    faceverify__info_reply__init(m);
    for (size_t i = 0; i < info->n_channels; i++)
        a->channels[i] = fvi_part_text(info->channels[i]);
    m->versions = a->reply.versions;
    m->n_channels = info->n_channels;
    m->channels = a->channels;
    m->workers = info->workers;
    m->queue_capacity = info->queue_capacity;
    m->image_bytes_max = info->image_bytes_max;
    m->message_bytes_max = info->message_bytes_max;
    m->uptime_s = info->uptime_s;
}

static void set_body(fvi_answer *a, const fvi_wire_reply *r)
{
    const fvi_hearer hearer = {r->locale, r->scores};

    switch (r->op) {
    case FVI_OP_VERIFY:
        set_verify(a, r->result, &hearer);
        a->reply.verify = &a->body.verify;
        break;
    case FVI_OP_MATCH:
        set_verify(a, r->result, &hearer);
        a->reply.match = &a->body.verify;
        break;
    case FVI_OP_LIVENESS:
        set_liveness(a, r->liveness, &hearer);
        a->reply.liveness = &a->body.liveness;
        break;
    case FVI_OP_QUALITY:
        set_quality(a, r->quality, &hearer, r->kind);
        a->reply.quality = &a->body.quality;
        break;
    case FVI_OP_INFO:
        set_info(a, r->info);
        a->reply.info = &a->body.info;
        break;
    case FVI_OP_NONE:
        break;
    }
    a->reply.answer_case = (Faceverify__Reply__AnswerCase)r->op;
}

/* What the engine says of its own failures names files and backends: not for everybody. */
static const char *message_of(const fvi_wire_reply *r)
{
    if (r->status == FVI_INTERNAL && !r->scores)
        return "the service failed; its own log says why, under this request_id";
    if (r->err == NULL) return "";
    return r->err->text[0] != '\0' ? r->err->text : fv_status_text(r->err->code);
}

fv_status fvi_answer_create(fvi_answer **out, const fvi_wire_reply *reply, fv_error *err)
{
    fvi_answer *a = calloc(1, sizeof *a);

    fvi_error_clear(err);
    if (a == NULL) return fvi_fail(err, FV_E_NOMEM, "an answer");
    faceverify__reply__init(&a->reply);
    a->reply.request_id = fvi_part_text(reply->request_id);
    a->reply.status = (Faceverify__Status)reply->status;
    a->reply.retry_after_ms = reply->retry_after_ms;
    a->reply.replayed = reply->replayed;
    if (reply->versions != NULL) {
        fvi_part_versions(reply->versions, &a->versions);
        a->reply.versions = &a->versions;
    }
    if (reply->status == FVI_ANSWERED_OK) {
        set_body(a, reply);
    } else {
        a->reply.field = fvi_part_text(reply->err != NULL ? reply->err->field : "");
        a->reply.message = fvi_part_text(message_of(reply));
    }
    *out = a;
    return FV_OK;
}

void fvi_answer_destroy(fvi_answer **answer)
{
    free(*answer);
    *answer = NULL;
}

Faceverify__Reply *fvi_answer_message(fvi_answer *answer)
{
    return &answer->reply;
}
