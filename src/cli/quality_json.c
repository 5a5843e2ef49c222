/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/photos.h"
#include "cli/reply.h"

static json_t *measure_json(const fv_measure *m, bool *ok)
{
    json_t *o = json_object();

    cli_set_text(o, "name", m->name, ok);
    cli_set_real(o, "value", m->value, ok);
    cli_set_text(o, "unit", m->unit, ok);
    cli_set_real(o, "score", m->score, ok);
    cli_set_real(o, "min", m->min, ok);
    cli_set_real(o, "max", m->max, ok);
    cli_set_real(o, "advise_min", m->advise_min, ok);
    cli_set_real(o, "advise_max", m->advise_max, ok);
    cli_set_text(o, "verdict", fv_verdict_name(m->verdict), ok);
    return o;
}

static void add_answer(json_t *o, const cli_photo *photo, fv_locale locale, bool *ok)
{
    const fv_quality_result *r = &photo->quality;
    const cli_told told = {r->reasons, r->n_reasons, r->remedies, r->n_remedies, FV_WORDING_MEMBER};
    json_t *measures = json_array();

    for (uint32_t i = 0; i < r->n_measures; i++) {
        if (json_array_append_new(measures, measure_json(&r->measures[i], ok)) != 0) *ok = false;
    }
    cli_set(o, "usable", json_boolean(r->usable), ok);
    cli_set_told(o, &told, locale, ok);
    cli_set(o, "measures", measures, ok);
    cli_set(o, "photo", cli_photo_json(&r->photo, ok), ok);
    cli_set(o, "timings", cli_timings_json(&r->timings, ok), ok);
}

json_t *cli_quality_json(const cli_photo *photo, fv_locale locale)
{
    bool ok = true;
    json_t *o = json_object();

    cli_set_text(o, "status", cli_status_name(photo->status), &ok);
    if (photo->status != FV_OK) cli_set_failure(o, photo->status, &photo->err, &ok);
    cli_set_text(o, "image", photo->image, &ok);
    cli_set_text(o, "kind", fv_image_name(photo->kind), &ok);
    if (photo->status == FV_OK) add_answer(o, photo, locale, &ok);
    return cli_finish_json(o, &photo->versions, ok);
}
