/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/quality.h"

#include <string.h>

#include "base/clock.h"

_Static_assert((int)FVI_Q_COUNT <= (int)FV_MEASURES_MAX, "a caller has no room for all measures");

const char *fv_verdict_name(fv_verdict verdict)
{
    switch (verdict) {
#define X(name, number)                                                                            \
    case FV_VERDICT_##name:                                                                        \
        return #name;
        FV_VERDICT_LIST(X)
#undef X
    }
    return "";
}

static fv_verdict verdict_of(fvi_limit gate, fvi_limit advice, float value)
{
    fvi_side side = fvi_limit_side(gate, (double)value);

    if (side == FVI_NOT_ASSESSED) return FV_VERDICT_NOT_ASSESSED;
    if (side != FVI_WITHIN) return FV_VERDICT_BLOCKS;
    return fvi_limit_side(advice, (double)value) == FVI_WITHIN ? FV_VERDICT_GOOD
                                                               : FV_VERDICT_ADVICE;
}

static void give_measures(fv_quality_result *out, const fvi_measured *measured,
                          const fvi_limits_set *limits)
{
    for (int i = 0; i < FVI_Q_COUNT; i++) {
        float value = measured->value[i];
        fvi_limit gate = limits->gate[i];
        fvi_limit advice = limits->advice[i];
        out->measures[i] = (fv_measure){.name = fvi_measures[i].name,
                                        .unit = fvi_measures[i].unit,
                                        .value = value,
                                        .score = fvi_measure_score((fvi_measure)i, value),
                                        .min = (float)gate.min,
                                        .max = (float)gate.max,
                                        .advise_min = (float)advice.min,
                                        .advise_max = (float)advice.max,
                                        .verdict = verdict_of(gate, advice, value)};
    }
    out->n_measures = FVI_Q_COUNT;
}

static fv_status measure(fv_session *session, const fvi_quality_ask *ask, fv_quality_result *out,
                         fv_error *err)
{
    fv_status st = FV_OK;
    const fvi_settings *s = &session->engine->settings;
    const fvi_limits_set *limits = ask->kind == FV_SELFIE ? &s->selfie : &s->record;
    fvi_reasons reasons = {.n = 0};
    fvi_examined seen = {.has_face = false};
    fvi_examine what = {.which = ask->kind,
                        .bytes = ask->photo,
                        .deadline = ask->deadline,
                        .timings = &out->timings,
                        .limits = limits,
                        .reasons = &reasons,
                        .no_chip = true,
                        .onlook = ask->onlook,
                        .onlooker = ask->onlooker};

    FVI_TRY(fvi_photo_examine(session, &what, &seen, err));
    out->photo = seen.info;
    out->usable = seen.has_face && !reasons.blocked[ask->kind] ? 1 : 0;
    if (seen.seen.fault == FVI_DECODE_OK) give_measures(out, &seen.seen.measured, limits);
    fvi_told told = {out->reasons, &out->n_reasons, out->remedies, &out->n_remedies};
    fvi_explain_alone(&reasons, ask->kind, out->usable == 1, &told);
out:
    fvi_wipe(&seen, sizeof seen);
    return st;
}

fv_status fvi_quality(fv_session *session, const fvi_quality_ask *ask, fv_quality_result *result,
                      fv_error *err)
{
    fv_status st = FV_OK;
    uint64_t mark = fvi_clock_us();
    fv_quality_result found = FV_QUALITY_RESULT_INIT;

    fvi_error_clear(err);
    if (session == NULL || result == NULL)
        return fvi_fail(err, FV_E_ARG, "session or result is NULL");
    if (result->struct_size < sizeof result->struct_size + sizeof result->usable)
        return fvi_fail_field(err, FV_E_ARG, "struct_size", "use FV_QUALITY_RESULT_INIT");
    if (ask->photo.data == NULL)
        return fvi_fail_field(err, FV_E_ARG, "photo", "no photograph was given");
    if (ask->kind != FV_SELFIE && ask->kind != FV_RECORD)
        return fvi_fail_field(err, FV_E_ARG, "kind", "must be FV_SELFIE or FV_RECORD");
    FVI_TRY(measure(session, ask, &found, err));
    fvi_stage(&mark, &found.timings.total_us);
    found.struct_size = result->struct_size;
    memcpy(result, &found, found.struct_size < sizeof found ? found.struct_size : sizeof found);
out:
    fvi_session_wipe(session);
    fvi_wipe(&found, sizeof found);
    return st;
}

fv_status fv_quality(fv_session *session, fv_bytes photo, fv_image kind, fv_quality_result *result,
                     fv_error *err)
{
    fvi_quality_ask ask = {.photo = photo, .kind = kind};
    return fvi_quality(session, &ask, result, err);
}
