/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "cli/cli.h"

const char *cli_status_name(fv_status st)
{
    switch (st) {
    case FV_OK:
        return "OK";
    case FV_E_ARG:
    case FV_E_CONFIG: /* here the settings are part of what is asked */
        return "INVALID_REQUEST";
    case FV_E_LIMIT:
        return "TOO_LARGE";
    case FV_E_TIMEOUT:
        return "DEADLINE_EXCEEDED";
    case FV_E_NOMEM:
    case FV_E_MODEL:
    case FV_E_BACKEND:
    case FV_E_INTERNAL:
        break;
    }
    return "INTERNAL";
}

/* Each set_ keeps *ok false once something failed; jansson copes with NULL values. */
static void set(json_t *o, const char *key, json_t *value, bool *ok)
{
    if (json_object_set_new(o, key, value) != 0) *ok = false;
}

static void set_text(json_t *o, const char *key, const char *text, bool *ok)
{
    set(o, key, json_string(text), ok);
}

/* Not a number = not there: protobuf's JSON mapping of an optional field that is not set. */
static void set_real(json_t *o, const char *key, float value, bool *ok)
{
    if (!isnan(value)) set(o, key, json_real((double)value), ok);
}

static json_t *reason_json(const fv_reason *r, fv_locale locale, bool *ok)
{
    json_t *o = json_object();
    char text[512];

    (void)fv_reason_text(r, locale, text, sizeof text);
    set_text(o, "code", fv_reason_name(r->code), ok);
    set(o, "number", json_integer(r->code), ok);
    set_text(o, "image", fv_image_name(r->image), ok);
    if (fv_reason_measure(r->code)[0] != '\0')
        set_text(o, "measure", fv_reason_measure(r->code), ok);
    set_real(o, "value", r->value, ok);
    set_real(o, "limit", r->limit, ok);
    set_text(o, "severity", fv_severity_name(r->severity), ok);
    set_text(o, "remedy", fv_remedy_name(r->remedy), ok);
    set_text(o, "text", text, ok);
    return o;
}

static json_t *photo_json(const fv_photo_info *p, bool *ok)
{
    json_t *o = json_object();

    set(o, "width_px", json_integer(p->width_px), ok);
    set(o, "height_px", json_integer(p->height_px), ok);
    set(o, "orientation", json_integer(p->orientation), ok);
    set(o, "faces", json_integer(p->faces), ok);
    if (p->faces == 0) return o;
    set_real(o, "face_x_px", p->face_x_px, ok);
    set_real(o, "face_y_px", p->face_y_px, ok);
    set_real(o, "face_width_px", p->face_width_px, ok);
    set_real(o, "face_height_px", p->face_height_px, ok);
    set_real(o, "inter_eye_px", p->inter_eye_px, ok);
    set_real(o, "yaw_deg", p->yaw_deg, ok);
    set_real(o, "pitch_deg", p->pitch_deg, ok);
    set_real(o, "roll_deg", p->roll_deg, ok);
    return o;
}

static json_t *timings_json(const fv_timings *t, bool *ok)
{
    json_t *o = json_object();

    set(o, "decode_us", json_integer(t->decode_us), ok);
    set(o, "detect_us", json_integer(t->detect_us), ok);
    set(o, "landmarks_us", json_integer(t->landmarks_us), ok);
    set(o, "pose_us", json_integer(t->pose_us), ok);
    set(o, "chip_us", json_integer(t->chip_us), ok);
    set(o, "embed_us", json_integer(t->embed_us), ok);
    set(o, "compare_us", json_integer(t->compare_us), ok);
    set(o, "total_us", json_integer(t->total_us), ok);
    set(o, "quality_us", json_integer(t->quality_us), ok);
    set(o, "liveness_us", json_integer(t->liveness_us), ok);
    return o;
}

static json_t *scores_json(const fv_result *r, bool *ok)
{
    json_t *o = json_object();

    set_real(o, "similarity", r->similarity, ok);
    set_real(o, "match_similarity", r->match_similarity, ok);
    set_real(o, "review_similarity", r->review_similarity, ok);
    set_real(o, "match_fmr", r->match_fmr, ok);
    set_real(o, "review_fmr", r->review_fmr, ok);
    return o;
}

static json_t *versions_json(const fv_versions *v, bool *ok)
{
    json_t *o = json_object();

    set_text(o, "service", fv_version(), ok);
    if (v->pack_name != NULL) {
        set_text(o, "model_pack", v->pack_name, ok);
        set_text(o, "model_pack_sha256", v->pack_sha256, ok);
        set_text(o, "calibration_id", v->calibration_id, ok);
    }
    return o;
}

static void add_answer(json_t *o, const cli_answer *a, fv_locale locale, bool *ok)
{
    const fv_result *r = &a->result;
    json_t *reasons = json_array();
    json_t *remedies = json_array();
    json_t *texts = json_array();

    for (uint32_t i = 0; i < r->n_reasons; i++) {
        if (json_array_append_new(reasons, reason_json(&r->reasons[i], locale, ok)) != 0)
            *ok = false;
    }
    for (uint32_t i = 0; i < r->n_remedies; i++) {
        const char *name = fv_remedy_name(r->remedies[i]);
        const char *text = fv_remedy_text(r->remedies[i], locale);
        if (json_array_append_new(remedies, json_string(name)) != 0 ||
            json_array_append_new(texts, json_string(text)) != 0)
            *ok = false;
    }
    set_text(o, "decision", fv_decision_name(r->decision), ok);
    set_text(o, "text", fv_decision_text(r->decision, locale), ok);
    set(o, "reasons", reasons, ok);
    set(o, "remedies", remedies, ok);
    set(o, "remedy_texts", texts, ok);
    set(o, "selfie", photo_json(&r->selfie, ok), ok);
    set(o, "record_photo", photo_json(&r->record, ok), ok);
    set(o, "timings", timings_json(&r->timings, ok), ok);
    set(o, "scores", scores_json(r, ok), ok);
}

json_t *cli_reply_json(const cli_answer *a, fv_locale locale)
{
    bool ok = true;
    json_t *o = json_object();

    set_text(o, "status", cli_status_name(a->status), &ok);
    if (a->status == FV_OK) {
        add_answer(o, a, locale, &ok);
    } else {
        if (a->err.field[0] != '\0') set_text(o, "field", a->err.field, &ok);
        set_text(o, "message", a->err.text[0] != '\0' ? a->err.text : fv_status_text(a->status),
                 &ok);
    }
    set(o, "versions", versions_json(&a->versions, &ok), &ok);
    if (ok) return o;
    json_decref(o);
    return NULL;
}
