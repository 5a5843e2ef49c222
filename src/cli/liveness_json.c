/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/photos.h"
#include "cli/reply.h"

static json_t *scores_json(const fv_liveness_result *r, bool *ok)
{
    json_t *o = json_object();

    cli_set_real(o, "score", r->score, ok);
    cli_set_real(o, "limit", r->limit, ok);
    cli_set_real(o, "attack_limit", r->attack_limit, ok);
    cli_set_real(o, "bpcer", r->bpcer, ok);
    return o;
}

static void add_answer(json_t *o, const fv_liveness_result *r, fv_locale locale, bool *ok)
{
    const cli_told told = {r->reasons, r->n_reasons, r->remedies, r->n_remedies, FV_WORDING_MEMBER};

    cli_set_text(o, "liveness", fv_liveness_name(r->liveness), ok);
    cli_set_text(o, "text", cli_liveness_sentence(r->liveness, locale), ok);
    cli_set_told(o, &told, locale, ok);
    cli_set(o, "selfie", cli_photo_json(&r->selfie, ok), ok);
    cli_set(o, "timings", cli_timings_json(&r->timings, ok), ok);
    cli_set(o, "scores", scores_json(r, ok), ok);
}

json_t *cli_liveness_json(const cli_photo *photo, fv_locale locale)
{
    bool ok = true;
    json_t *o = json_object();

    cli_set_text(o, "status", cli_status_name(photo->status), &ok);
    if (photo->status != FV_OK) cli_set_failure(o, photo->status, &photo->err, &ok);
    cli_set_text(o, "image", photo->image, &ok);
    if (photo->status == FV_OK) add_answer(o, &photo->liveness, locale, &ok);
    return cli_finish_json(o, &photo->versions, ok);
}
