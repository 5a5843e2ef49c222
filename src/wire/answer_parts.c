/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/answer_parts.h"

#include <math.h>

char *fvi_part_text(const char *s)
{
    return (char *)(s == NULL ? "" : s);
}

static void set_reason(const fv_reason *r, const fvi_hearer *hearer, char text[FVI_REASON_TEXT_CAP],
                       Faceverify__Reason *out)
{
    faceverify__reason__init(out);
    (void)fv_reason_text(r, hearer->locale, text, FVI_REASON_TEXT_CAP);
    out->code = fvi_part_text(fv_reason_name(r->code));
    out->number = (uint32_t)r->code;
    out->image = (Faceverify__Image)r->image;
    out->measure = fvi_part_text(fv_reason_measure(r->code));
    out->severity = (Faceverify__Severity)r->severity;
    out->remedy = (Faceverify__Remedy)r->remedy;
    out->text = text;
    if (!hearer->scores) return;
    FVI_SET_REAL(out, REASON, VALUE, value, r->value);
    FVI_SET_REAL(out, REASON, LIMIT, limit, r->limit);
}

void fvi_part_told(const fvi_told *told, const fvi_hearer *hearer, fvi_told_parts *out)
{
    for (uint32_t i = 0; i < told->n_reasons; i++) {
        set_reason(&told->reasons[i], hearer, out->texts[i], &out->reasons[i]);
        out->reason_list[i] = &out->reasons[i];
    }
    for (uint32_t i = 0; i < told->n_remedies; i++) {
        out->remedies[i] = (Faceverify__Remedy)told->remedies[i];
        out->remedy_texts[i] =
            fvi_part_text(fv_remedy_text_for(told->remedies[i], told->wording, hearer->locale));
    }
}

void fvi_part_photo(const fv_photo_info *p, bool scores, Faceverify__PhotoInfo *out)
{
    faceverify__photo_info__init(out);
    out->width_px = p->width_px;
    out->height_px = p->height_px;
    out->orientation = p->orientation;
    out->faces = p->faces;
    if (p->faces == 0) return;
    FVI_SET_REAL(out, PHOTO_INFO, FACE_X_PX, face_x_px, p->face_x_px);
    FVI_SET_REAL(out, PHOTO_INFO, FACE_Y_PX, face_y_px, p->face_y_px);
    FVI_SET_REAL(out, PHOTO_INFO, FACE_WIDTH_PX, face_width_px, p->face_width_px);
    FVI_SET_REAL(out, PHOTO_INFO, FACE_HEIGHT_PX, face_height_px, p->face_height_px);
    if (!scores) return;
    FVI_SET_REAL(out, PHOTO_INFO, INTER_EYE_PX, inter_eye_px, p->inter_eye_px);
    FVI_SET_REAL(out, PHOTO_INFO, YAW_DEG, yaw_deg, p->yaw_deg);
    FVI_SET_REAL(out, PHOTO_INFO, PITCH_DEG, pitch_deg, p->pitch_deg);
    FVI_SET_REAL(out, PHOTO_INFO, ROLL_DEG, roll_deg, p->roll_deg);
}

void fvi_part_timings(const fv_timings *t, Faceverify__Timings *out)
{
    faceverify__timings__init(out);
    out->decode_us = t->decode_us;
    out->detect_us = t->detect_us;
    out->landmarks_us = t->landmarks_us;
    out->pose_us = t->pose_us;
    out->quality_us = t->quality_us;
    out->liveness_us = t->liveness_us;
    out->chip_us = t->chip_us;
    out->embed_us = t->embed_us;
    out->compare_us = t->compare_us;
    out->total_us = t->total_us;
}

void fvi_part_versions(const fv_versions *v, Faceverify__Versions *out)
{
    faceverify__versions__init(out);
    out->service = fvi_part_text(v->library != NULL ? v->library : fv_version());
    out->model_pack = fvi_part_text(v->pack_name);
    out->model_pack_sha256 = fvi_part_text(v->pack_sha256);
    out->calibration_id = fvi_part_text(v->calibration_id);
}

/* A field that must be there: a number that is not known is 0. */
static float known(float v)
{
    return isfinite(v) ? v : 0.0F;
}

void fvi_part_scores(const fv_result *r, Faceverify__Scores *out)
{
    faceverify__scores__init(out);
    FVI_SET_REAL(out, SCORES, SIMILARITY, similarity, r->similarity);
    out->match_similarity = known(r->match_similarity);
    out->review_similarity = known(r->review_similarity);
    out->match_fmr = known(r->match_fmr);
    out->review_fmr = known(r->review_fmr);
    if (r->liveness == FV_LIVENESS_NOT_ASKED) return;
    FVI_SET_REAL(out, SCORES, LIVENESS_SCORE, liveness_score, r->liveness_score);
    FVI_SET_REAL(out, SCORES, LIVENESS_LIMIT, liveness_limit, r->liveness_limit);
    FVI_SET_REAL(out, SCORES, ATTACK_LIMIT, attack_limit, r->attack_limit);
    FVI_SET_REAL(out, SCORES, LIVENESS_BPCER, liveness_bpcer, r->liveness_bpcer);
}

void fvi_part_liveness_scores(const fv_liveness_result *r, Faceverify__LivenessScores *out)
{
    faceverify__liveness_scores__init(out);
    FVI_SET_REAL(out, LIVENESS_SCORES, SCORE, score, r->score);
    out->limit = known(r->limit);
    out->attack_limit = known(r->attack_limit);
    out->bpcer = known(r->bpcer);
}

void fvi_part_measure(const fv_measure *m, bool scores, Faceverify__Measure *out)
{
    faceverify__measure__init(out);
    out->name = fvi_part_text(m->name);
    out->unit = fvi_part_text(m->unit);
    out->verdict = (Faceverify__Verdict)m->verdict;
    if (!scores) return;
    FVI_SET_REAL(out, MEASURE, VALUE, value, m->value);
    FVI_SET_REAL(out, MEASURE, SCORE, score, m->score);
    FVI_SET_REAL(out, MEASURE, MIN, min, m->min);
    FVI_SET_REAL(out, MEASURE, MAX, max, m->max);
    FVI_SET_REAL(out, MEASURE, ADVISE_MIN, advise_min, m->advise_min);
    FVI_SET_REAL(out, MEASURE, ADVISE_MAX, advise_max, m->advise_max);
}
