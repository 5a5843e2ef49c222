/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/explain.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add(fvi_reasons *reasons, const fvi_reason_row *row, fv_image image, fv_reason reason)
{
    if (row->severity == FV_BLOCKS) reasons->blocked[image] = true;
    if (reasons->n == FV_REASONS_MAX) return; /* what blocks is counted all the same */
    reason.code = row->code;
    reason.image = image;
    reason.severity = row->severity;
    reason.remedy = row->remedy[image - FV_SELFIE];
    reasons->of[reasons->n++] = reason;
}

static fv_reason_code code_of_fault(fvi_decode_fault fault)
{
    switch (fault) {
    case FVI_DECODE_OK:
        return FV_REASON_NONE;
    case FVI_DECODE_EMPTY:
        return FV_REASON_IMAGE_EMPTY;
    case FVI_DECODE_NOT_PICTURE:
        return FV_REASON_NOT_A_PHOTO;
    case FVI_DECODE_UNSUPPORTED:
        return FV_REASON_UNSUPPORTED_FORMAT;
    case FVI_DECODE_TOO_LARGE:
        return FV_REASON_IMAGE_TOO_LARGE;
    case FVI_DECODE_TOO_SMALL:
        return FV_REASON_IMAGE_TOO_SMALL;
    case FVI_DECODE_TRUNCATED:
        return FV_REASON_IMAGE_TRUNCATED;
    case FVI_DECODE_CORRUPT:
        return FV_REASON_IMAGE_CORRUPT;
    }
    return FV_REASON_IMAGE_CORRUPT; /* a fault without a name is still a fault */
}

static void explain_measures(fvi_reasons *reasons, fv_image image, const fvi_measured *measured,
                             const fvi_limits_set *limits)
{
    bool no_face = measured->value[FVI_Q_FACE_COUNT] < 1.0f;

    for (size_t i = 0; i < fvi_reason_rows_n; i++) {
        const fvi_reason_row *row = &fvi_reason_rows[i];
        if (row->measure < 0) continue;
        if (no_face && row->measure != FVI_Q_FACE_COUNT) continue;
        fvi_limit limit = limits->of[row->measure];
        if (no_face) limit.min = fmax(limit.min, 1.0); /* no setting makes up for a face */
        float value = measured->value[row->measure];
        fvi_side side = fvi_limit_side(limit, (double)value);
        if (side == FVI_WITHIN || (side != row->below && side != row->above)) continue;
        float at = (float)(side == FVI_BELOW ? limit.min : limit.max);
        add(reasons, row, image, (fv_reason){.value = value, .limit = at});
    }
}

void fvi_explain_photo(fvi_reasons *reasons, fv_image image, const fvi_seen *seen,
                       const fvi_limits_set *limits)
{
    fv_reason_code code = code_of_fault(seen->fault);

    if (code == FV_REASON_NONE) {
        explain_measures(reasons, image, &seen->measured, limits);
        return;
    }
    fv_reason reason = {.value = NAN, .limit = NAN};
    (void)snprintf(reason.detail, sizeof reason.detail, "%s", seen->format);
    add(reasons, fvi_reason_row_of(code), image, reason);
}

void fvi_explain_turn(fvi_reasons *reasons, fv_image image, float turned_deg, fvi_limit limit)
{
    float at = (float)(turned_deg < 0.0f ? limit.min : limit.max);
    add(reasons, fvi_reason_row_of(FV_REASON_HEAD_TILTED), image,
        (fv_reason){.value = turned_deg, .limit = at});
}

void fvi_explain_decision(fvi_reasons *reasons, fv_decision decision)
{
    const fv_reason nothing = {.value = NAN, .limit = NAN};

    if (decision == FV_NO_MATCH)
        add(reasons, fvi_reason_row_of(FV_REASON_NOT_THE_SAME_PERSON), FV_SELFIE, nothing);
    if (decision == FV_MANUAL_REVIEW)
        add(reasons, fvi_reason_row_of(FV_REASON_SIMILARITY_UNCERTAIN), FV_SELFIE, nothing);
}

static size_t row_index(fv_reason_code code)
{
    return (size_t)(fvi_reason_row_of(code) - fvi_reason_rows);
}

static bool before(const fv_reason *a, const fv_reason *b, fv_image at_fault)
{
    if (a->severity != b->severity) return a->severity < b->severity;
    if (a->image != b->image) return a->image == at_fault;
    return row_index(a->code) < row_index(b->code);
}

static void add_remedy(fv_result *out, fv_remedy remedy, const fvi_channel *channel)
{
    if (remedy == FV_REMEDY_VISIT_COUNTER && channel->is_counter) remedy = FV_REMEDY_RENEW_ID_PHOTO;
    for (uint32_t i = 0; i < out->n_remedies; i++) {
        if (out->remedies[i] == remedy) return;
    }
    if (out->n_remedies < FV_REMEDIES_MAX) out->remedies[out->n_remedies++] = remedy;
}

void fvi_explain_finish(fvi_reasons *reasons, fv_decision decision, const fvi_channel *channel,
                        fv_result *out)
{
    fv_image at_fault = decision == FV_RECORD_PHOTO_UNUSABLE ? FV_RECORD : FV_SELFIE;

    for (uint32_t i = 1; i < reasons->n; i++) { /* insertion sort: few, and it is stable */
        fv_reason r = reasons->of[i];
        uint32_t k = i;
        for (; k > 0 && before(&r, &reasons->of[k - 1], at_fault); k--)
            reasons->of[k] = reasons->of[k - 1];
        reasons->of[k] = r;
    }
    out->n_reasons = reasons->n;
    memcpy(out->reasons, reasons->of, sizeof reasons->of);
    out->n_remedies = 0;
    if (decision == FV_PASS || decision == FV_NOT_REQUIRED) return;
    for (uint32_t i = 0; i < reasons->n && out->n_remedies < FV_REMEDIES_MAX - 1; i++) {
        bool last_resort = reasons->of[i].remedy == FV_REMEDY_VISIT_COUNTER && !channel->is_counter;
        if (!last_resort) add_remedy(out, reasons->of[i].remedy, channel);
    }
    if (!channel->is_counter || out->n_remedies == 0)
        add_remedy(out, FV_REMEDY_VISIT_COUNTER, channel);
}
