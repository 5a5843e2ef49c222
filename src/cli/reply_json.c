/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/reply.h"

static json_t *scores_json(const fv_result *r, bool *ok)
{
    json_t *o = json_object();

    cli_set_real(o, "similarity", r->similarity, ok);
    cli_set_real(o, "match_similarity", r->match_similarity, ok);
    cli_set_real(o, "review_similarity", r->review_similarity, ok);
    cli_set_real(o, "match_fmr", r->match_fmr, ok);
    cli_set_real(o, "review_fmr", r->review_fmr, ok);
    if (r->liveness == FV_LIVENESS_NOT_ASKED) return o;
    cli_set_real(o, "liveness_score", r->liveness_score, ok);
    cli_set_real(o, "liveness_limit", r->liveness_limit, ok);
    cli_set_real(o, "attack_limit", r->attack_limit, ok);
    cli_set_real(o, "liveness_bpcer", r->liveness_bpcer, ok);
    return o;
}

static void add_answer(json_t *o, const cli_answer *a, fv_locale locale, bool *ok)
{
    const fv_result *r = &a->result;
    const cli_told told = {r->reasons, r->n_reasons, r->remedies, r->n_remedies, r->wording};

    cli_set_text(o, "decision", fv_decision_name(r->decision), ok);
    cli_set_text(o, "text", fv_decision_text(r->decision, locale), ok);
    cli_set_told(o, &told, locale, ok);
    cli_set(o, "selfie", cli_photo_json(&r->selfie, ok), ok);
    cli_set(o, "record_photo", cli_photo_json(&r->record, ok), ok);
    cli_set(o, "timings", cli_timings_json(&r->timings, ok), ok);
    cli_set(o, "scores", scores_json(r, ok), ok);
    cli_set_text(o, "liveness", fv_liveness_name(r->liveness), ok);
}

json_t *cli_reply_json(const cli_answer *a, fv_locale locale)
{
    bool ok = true;
    json_t *o = json_object();

    cli_set_text(o, "status", cli_status_name(a->status), &ok);
    if (a->status == FV_OK)
        add_answer(o, a, locale, &ok);
    else
        cli_set_failure(o, a->status, &a->err, &ok);
    return cli_finish_json(o, &a->versions, ok);
}
