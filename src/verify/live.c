/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/live.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"

fv_status fvi_live_onlook(void *self, fv_session *session, const fvi_sight *sight, fv_error *err)
{
    fv_status st = FV_OK;
    fvi_live *l = self;
    const fvi_found *found = sight->found;
    fvi_liveness_seen seen = {.score = NAN};
    fvi_live_judged judged;
    uint64_t mark = fvi_clock_us();

    if (found->landmarks == NULL || l->reasons->blocked[FV_SELFIE]) goto out;
    FVI_TRY(fvi_deadline_check(&l->deadline, "liveness", err));
    FVI_TRY(fvi_liveness_take(session->liver, found->picture, &found->faces->boxes[0], &seen, err));
    fvi_liveness_judge(&seen, l->limits, sight->measured, &judged);
    fvi_explain_liveness(l->reasons, &judged);
    l->verdict = judged.verdict;
    l->score = seen.score;
    fvi_stage(&mark, &l->timings->liveness_us);
out:
    fvi_wipe(&seen, sizeof seen);
    return st;
}

static fv_status judge(fv_session *session, fv_bytes selfie, fvi_deadline deadline,
                       fv_liveness_result *out, fv_error *err)
{
    fv_status st = FV_OK;
    const fv_engine *e = session->engine;
    fvi_reasons reasons = {.n = 0};
    fvi_live live = {.reasons = &reasons,
                     .deadline = deadline,
                     .timings = &out->timings,
                     .limits = &e->policy.live_limits,
                     .score = NAN};
    fvi_examined seen = {.has_face = false};
    fvi_examine what = {.which = FV_SELFIE,
                        .bytes = selfie,
                        .deadline = deadline,
                        .timings = &out->timings,
                        .limits = &e->settings.selfie,
                        .reasons = &reasons,
                        .no_chip = true,
                        .onlook = fvi_live_onlook,
                        .onlooker = &live};

    FVI_TRY(fvi_photo_examine(session, &what, &seen, err));
    if (live.verdict == FV_LIVENESS_NOT_ASKED) live.verdict = FV_LIVENESS_CANNOT_JUDGE;
    out->liveness = live.verdict;
    out->score = live.score;
    out->limit = e->policy.live_limits.live;
    out->attack_limit = e->policy.live_limits.attack;
    out->bpcer = (float)e->policy.liveness_bpcer;
    out->selfie = seen.info;
    fvi_told told = {out->reasons, &out->n_reasons, out->remedies, &out->n_remedies};
    fvi_explain_alone(&reasons, FV_SELFIE, live.verdict == FV_LIVENESS_LIVE, &told);
out:
    return st;
}

fv_status fvi_liveness(fv_session *session, fv_bytes selfie, fvi_deadline deadline,
                       fv_liveness_result *result, fv_error *err)
{
    fv_status st = FV_OK;
    uint64_t mark = fvi_clock_us();
    fv_liveness_result found = FV_LIVENESS_RESULT_INIT;

    fvi_error_clear(err);
    if (session == NULL || result == NULL)
        return fvi_fail(err, FV_E_ARG, "session or result is NULL");
    if (result->struct_size < sizeof result->struct_size + sizeof result->liveness)
        return fvi_fail_field(err, FV_E_ARG, "struct_size", "use FV_LIVENESS_RESULT_INIT");
    if (selfie.data == NULL) return fvi_fail_field(err, FV_E_ARG, "selfie", "no selfie was given");
    if (session->liver == NULL)
        return fvi_fail(err, FV_E_MODEL, "the model pack has no liveness network");
    FVI_TRY(judge(session, selfie, deadline, &found, err));
    fvi_stage(&mark, &found.timings.total_us);
    found.struct_size = result->struct_size;
    memcpy(result, &found, found.struct_size < sizeof found ? found.struct_size : sizeof found);
out:
    fvi_session_wipe(session);
    fvi_wipe(&found, sizeof found);
    return st;
}

fv_status fv_liveness(fv_session *session, fv_bytes selfie, fv_liveness_result *result,
                      fv_error *err)
{
    return fvi_liveness(session, selfie, (fvi_deadline){0}, result, err);
}
