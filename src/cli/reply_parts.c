/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/reply.h"

#include <math.h>

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

void cli_set(json_t *o, const char *key, json_t *value, bool *ok)
{
    if (json_object_set_new(o, key, value) != 0) *ok = false;
}

void cli_set_text(json_t *o, const char *key, const char *text, bool *ok)
{
    cli_set(o, key, json_string(text), ok);
}

void cli_set_real(json_t *o, const char *key, float value, bool *ok)
{
    if (isfinite(value)) cli_set(o, key, json_real((double)value), ok);
}

static json_t *reason_json(const fv_reason *r, fv_locale locale, bool *ok)
{
    json_t *o = json_object();
    char text[512];

    (void)fv_reason_text(r, locale, text, sizeof text);
    cli_set_text(o, "code", fv_reason_name(r->code), ok);
    cli_set(o, "number", json_integer(r->code), ok);
    cli_set_text(o, "image", fv_image_name(r->image), ok);
    if (fv_reason_measure(r->code)[0] != '\0')
        cli_set_text(o, "measure", fv_reason_measure(r->code), ok);
    cli_set_real(o, "value", r->value, ok);
    cli_set_real(o, "limit", r->limit, ok);
    cli_set_text(o, "severity", fv_severity_name(r->severity), ok);
    cli_set_text(o, "remedy", fv_remedy_name(r->remedy), ok);
    cli_set_text(o, "text", text, ok);
    return o;
}

json_t *cli_photo_json(const fv_photo_info *p, bool *ok)
{
    json_t *o = json_object();

    cli_set(o, "width_px", json_integer(p->width_px), ok);
    cli_set(o, "height_px", json_integer(p->height_px), ok);
    cli_set(o, "orientation", json_integer(p->orientation), ok);
    cli_set(o, "faces", json_integer(p->faces), ok);
    if (p->faces == 0) return o;
    cli_set_real(o, "face_x_px", p->face_x_px, ok);
    cli_set_real(o, "face_y_px", p->face_y_px, ok);
    cli_set_real(o, "face_width_px", p->face_width_px, ok);
    cli_set_real(o, "face_height_px", p->face_height_px, ok);
    cli_set_real(o, "inter_eye_px", p->inter_eye_px, ok);
    cli_set_real(o, "yaw_deg", p->yaw_deg, ok);
    cli_set_real(o, "pitch_deg", p->pitch_deg, ok);
    cli_set_real(o, "roll_deg", p->roll_deg, ok);
    return o;
}

json_t *cli_timings_json(const fv_timings *t, bool *ok)
{
    json_t *o = json_object();

    cli_set(o, "decode_us", json_integer(t->decode_us), ok);
    cli_set(o, "detect_us", json_integer(t->detect_us), ok);
    cli_set(o, "landmarks_us", json_integer(t->landmarks_us), ok);
    cli_set(o, "pose_us", json_integer(t->pose_us), ok);
    cli_set(o, "chip_us", json_integer(t->chip_us), ok);
    cli_set(o, "embed_us", json_integer(t->embed_us), ok);
    cli_set(o, "compare_us", json_integer(t->compare_us), ok);
    cli_set(o, "total_us", json_integer(t->total_us), ok);
    cli_set(o, "quality_us", json_integer(t->quality_us), ok);
    cli_set(o, "liveness_us", json_integer(t->liveness_us), ok);
    return o;
}

static json_t *versions_json(const fv_versions *v, bool *ok)
{
    json_t *o = json_object();

    cli_set_text(o, "service", fv_version(), ok);
    if (v->pack_name != NULL) {
        cli_set_text(o, "model_pack", v->pack_name, ok);
        cli_set_text(o, "model_pack_sha256", v->pack_sha256, ok);
        cli_set_text(o, "calibration_id", v->calibration_id, ok);
    }
    return o;
}

void cli_set_told(json_t *o, const cli_told *told, fv_locale locale, bool *ok)
{
    json_t *reasons = json_array();
    json_t *remedies = json_array();
    json_t *texts = json_array();

    for (uint32_t i = 0; i < told->n_reasons; i++) {
        json_t *reason = reason_json(&told->reasons[i], locale, ok);
        if (json_array_append_new(reasons, reason) != 0) *ok = false;
    }
    for (uint32_t i = 0; i < told->n_remedies; i++) {
        const char *name = fv_remedy_name(told->remedies[i]);
        const char *text = fv_remedy_text_for(told->remedies[i], told->wording, locale);
        if (json_array_append_new(remedies, json_string(name)) != 0 ||
            json_array_append_new(texts, json_string(text)) != 0)
            *ok = false;
    }
    cli_set(o, "reasons", reasons, ok);
    cli_set(o, "remedies", remedies, ok);
    cli_set(o, "remedy_texts", texts, ok);
}

void cli_set_failure(json_t *o, fv_status status, const fv_error *err, bool *ok)
{
    if (err->field[0] != '\0') cli_set_text(o, "field", err->field, ok);
    cli_set_text(o, "message", err->text[0] != '\0' ? err->text : fv_status_text(status), ok);
}

json_t *cli_finish_json(json_t *o, const fv_versions *versions, bool ok)
{
    cli_set(o, "versions", versions_json(versions, &ok), &ok);
    if (ok) return o;
    json_decref(o);
    return NULL;
}
