/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/explain.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add(fvi_reasons *reasons, const fvi_reason_row *row, fv_image image, fv_reason reason)
{
    if (reason.severity == FV_BLOCKS) reasons->blocked[image] = true;
    if (reasons->n == FVI_REASONS_CAP) return; /* what blocks is counted all the same */
    reason.code = row->code;
    reason.image = image;
    reason.remedy = row->remedy[image - FV_SELFIE];
    reasons->of[reasons->n++] = reason;
}

/* A reason that no measure stands behind. */
static fv_reason plain(const fvi_reason_row *row)
{
    return (fv_reason){.severity = row->severity, .value = NAN, .limit = NAN};
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

/* On which side of a range, if that side of the row's measure gives its reason; else within. */
static fvi_side side_told(const fvi_reason_row *row, fvi_limit limit, float value)
{
    fvi_side side = fvi_limit_side(limit, (double)value);
    return side == row->below || side == row->above ? side : FVI_WITHIN;
}

static void explain_measure(fvi_reasons *reasons, fv_image image, const fvi_reason_row *row,
                            const fvi_limit limits[2], float value)
{
    static const fv_severity severities[2] = {FV_BLOCKS, FV_ADVICE};

    for (int i = 0; i < 2; i++) {
        fvi_side side = side_told(row, limits[i], value);
        if (side == FVI_WITHIN) continue;
        float at = (float)(side == FVI_BELOW ? limits[i].min : limits[i].max);
        add(reasons, row, image,
            (fv_reason){.severity = severities[i], .value = value, .limit = at});
        return;
    }
}

/* A gate that cannot be held against anything is not passed. */
static void explain_gaps(fvi_reasons *reasons, fv_image image, const fvi_measured *measured,
                         const fvi_limits_set *limits)
{
    for (int i = 0; i < FVI_Q_COUNT; i++) {
        if (!isnan(measured->value[i]) || !fvi_limit_is_set(limits->gate[i])) continue;
        const fvi_reason_row *row = fvi_reason_row_of(FV_REASON_NOT_ASSESSED);
        add(reasons, row, image, plain(row));
        return;
    }
}

static bool explains(const fv_reason *cause, const fv_reason *symptom)
{
    static const fv_reason_code pairs[][2] = {
#define A(cause, symptom) {FV_REASON_##cause, FV_REASON_##symptom},
#include "verify/absorbs.def"
#undef A
    };
    for (size_t p = 0; p < sizeof pairs / sizeof pairs[0]; p++) {
        if (cause->code == pairs[p][0] && symptom->code == pairs[p][1]) return true;
    }
    return false;
}

/* Each cause takes the place of its symptoms in the same photograph. */
static void absorb(fvi_reasons *reasons, fv_image image)
{
    bool gone[FVI_REASONS_CAP] = {false};
    uint32_t kept = 0;
    bool raised = true;

    while (raised) { /* a cause may itself be a symptom: what blocks must not be lost on the way */
        raised = false;
        for (uint32_t i = 0; i < reasons->n; i++) {
            for (uint32_t k = 0; k < reasons->n; k++) {
                fv_reason *cause = &reasons->of[i];
                const fv_reason *symptom = &reasons->of[k];
                if (cause->image != image || symptom->image != image) continue;
                if (!explains(cause, symptom)) continue;
                gone[k] = true;
                if (symptom->severity != FV_BLOCKS || cause->severity == FV_BLOCKS) continue;
                cause->severity = FV_BLOCKS;
                raised = true;
            }
        }
    }
    for (uint32_t i = 0; i < reasons->n; i++) {
        if (!gone[i]) reasons->of[kept++] = reasons->of[i];
    }
    reasons->n = kept;
}

static void explain_measures(fvi_reasons *reasons, fv_image image, const fvi_measured *measured,
                             const fvi_limits_set *limits)
{
    bool no_face = measured->value[FVI_Q_FACE_COUNT] < 1.0f;

    for (size_t i = 0; i < fvi_reason_rows_n; i++) {
        const fvi_reason_row *row = &fvi_reason_rows[i];
        if (row->measure < 0) continue;
        fvi_limit of[2] = {limits->gate[row->measure], limits->advice[row->measure]};
        if (no_face && row->measure == FVI_Q_FACE_COUNT)
            of[0].min = fmax(of[0].min, 1.0); /* no setting makes up for a face */
        explain_measure(reasons, image, row, of, measured->value[row->measure]);
    }
    if (!no_face) explain_gaps(reasons, image, measured, limits);
    absorb(reasons, image);
}

void fvi_explain_photo(fvi_reasons *reasons, fv_image image, const fvi_seen *seen,
                       const fvi_limits_set *limits)
{
    fv_reason_code code = code_of_fault(seen->fault);

    if (code == FV_REASON_NONE) {
        explain_measures(reasons, image, &seen->measured, limits);
        return;
    }
    fv_reason reason = plain(fvi_reason_row_of(code));
    (void)snprintf(reason.detail, sizeof reason.detail, "%s", seen->format);
    add(reasons, fvi_reason_row_of(code), image, reason);
}

void fvi_explain_turn(fvi_reasons *reasons, fv_image image, float turned_deg, fvi_limit limit)
{
    float at = (float)(turned_deg < 0.0f ? limit.min : limit.max);
    add(reasons, fvi_reason_row_of(FV_REASON_HEAD_TILTED), image,
        (fv_reason){.severity = FV_BLOCKS, .value = turned_deg, .limit = at});
}

static size_t row_index(fv_reason_code code)
{
    return (size_t)(fvi_reason_row_of(code) - fvi_reason_rows);
}

/* What is wrong with a photograph that was compared may be why the answer is no. */
static void add_doubt(fvi_reasons *reasons, fv_image image)
{
    const fvi_reason_row *row = fvi_reason_row_of(FV_REASON_COMPARISON_DOUBTFUL);
    const fv_reason *first = NULL;

    for (uint32_t i = 0; i < reasons->n; i++) {
        const fv_reason *r = &reasons->of[i];
        if (r->image != image || r->severity != FV_ADVICE) continue;
        if (first == NULL || row_index(r->code) < row_index(first->code)) first = r;
    }
    if (first == NULL) return;
    fv_remedy remedy = first->remedy;
    add(reasons, row, image, plain(row));
    reasons->of[reasons->n - 1].remedy = remedy;
}

void fvi_explain_decision(fvi_reasons *reasons, fv_decision decision)
{
    const fvi_reason_row *row = NULL;

    if (decision == FV_NO_MATCH) row = fvi_reason_row_of(FV_REASON_NOT_THE_SAME_PERSON);
    if (decision == FV_MANUAL_REVIEW) row = fvi_reason_row_of(FV_REASON_SIMILARITY_UNCERTAIN);
    if (row == NULL) return;
    add_doubt(reasons, FV_SELFIE);
    add_doubt(reasons, FV_RECORD);
    add(reasons, row, FV_SELFIE, plain(row));
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

/* The comparison's own word comes after what can be tried at once. */
static bool is_of_comparison(const fv_reason *r)
{
    return r->code == FV_REASON_NOT_THE_SAME_PERSON || r->code == FV_REASON_SIMILARITY_UNCERTAIN;
}

static bool is_told(const fv_reason *r, fv_decision decision, fv_image at_fault)
{
    bool refused_for_photograph =
        decision == FV_RETAKE_SELFIE || decision == FV_RECORD_PHOTO_UNUSABLE;
    return r->severity == FV_BLOCKS || !refused_for_photograph || r->image == at_fault;
}

/* The comparison's own words are told beside what files and measures give. */
static bool is_counted(const fv_reason *r)
{
    return !is_of_comparison(r) && r->code != FV_REASON_COMPARISON_DOUBTFUL;
}

/*
 * In order, the first FVI_TOLD_MAX that files and measures give; the last place is the other
 * photograph's where that one cannot be used either.
 */
static void choose(const fvi_reasons *sorted, fv_decision decision, fv_image at_fault,
                   fv_result *out)
{
    uint32_t last = 0, n = 0, other = FVI_REASONS_CAP;
    bool told[FVI_REASONS_CAP] = {false};

    for (uint32_t i = 0; i < sorted->n; i++) {
        const fv_reason *r = &sorted->of[i];
        if (!is_told(r, decision, at_fault)) continue;
        told[i] = !is_counted(r) || n < FVI_TOLD_MAX;
        if (!is_counted(r)) continue;
        if (other == FVI_REASONS_CAP && r->image != at_fault && r->severity == FV_BLOCKS) other = i;
        if (told[i]) last = i;
        n++;
    }
    if (other < FVI_REASONS_CAP && !told[other]) {
        told[last] = false;
        told[other] = true;
    }
    for (uint32_t i = 0; i < sorted->n && out->n_reasons < FV_REASONS_MAX; i++) {
        if (told[i]) out->reasons[out->n_reasons++] = sorted->of[i];
    }
}

static void list_remedies(fv_result *out, const fvi_channel *channel)
{
    for (int late = 0; late < 2; late++) {
        for (uint32_t i = 0; i < out->n_reasons && out->n_remedies < FV_REMEDIES_MAX - 1; i++) {
            const fv_reason *r = &out->reasons[i];
            bool last_resort = r->remedy == FV_REMEDY_VISIT_COUNTER && !channel->is_counter;
            if (is_of_comparison(r) == (late == 1) && !last_resort)
                add_remedy(out, r->remedy, channel);
        }
    }
    if (!channel->is_counter || out->n_remedies == 0)
        add_remedy(out, FV_REMEDY_VISIT_COUNTER, channel);
}

static uint32_t rank(const fvi_remedy_order *first, fv_remedy remedy)
{
    uint32_t i = 0;
    while (i < first->n && first->of[i] != remedy)
        i++;
    return i;
}

/* What the channel tells first comes forward; the counter stays last. */
static void order_remedies(fv_result *out, const fvi_remedy_order *first)
{
    for (uint32_t i = 1; i < out->n_remedies; i++) { /* insertion sort: few, and it is stable */
        fv_remedy remedy = out->remedies[i];
        uint32_t k = i;
        for (; k > 0 && rank(first, remedy) < rank(first, out->remedies[k - 1]); k--)
            out->remedies[k] = out->remedies[k - 1];
        out->remedies[k] = remedy;
    }
}

void fvi_explain_finish(fvi_reasons *reasons, fv_decision decision, const fvi_channel *channel,
                        fv_result *out)
{
    fv_image at_fault = decision == FV_RECORD_PHOTO_UNUSABLE ? FV_RECORD : FV_SELFIE;

    out->n_reasons = 0;
    out->n_remedies = 0;
    if (decision == FV_PASS || decision == FV_NOT_REQUIRED) return;
    for (uint32_t i = 1; i < reasons->n; i++) { /* insertion sort: few, and it is stable */
        fv_reason r = reasons->of[i];
        uint32_t k = i;
        for (; k > 0 && before(&r, &reasons->of[k - 1], at_fault); k--)
            reasons->of[k] = reasons->of[k - 1];
        reasons->of[k] = r;
    }
    choose(reasons, decision, at_fault, out);
    list_remedies(out, channel);
    order_remedies(out, &channel->first);
}

void fvi_explain_alone(fvi_reasons *reasons, fv_image image, bool usable, const fvi_told *out)
{
    static const fvi_channel anywhere = {.name = ""};
    fv_result told = FV_RESULT_INIT;

    if (reasons->n > 0)
        fvi_explain_finish(reasons,
                           image == FV_SELFIE ? FV_RETAKE_SELFIE : FV_RECORD_PHOTO_UNUSABLE,
                           &anywhere, &told);
    if (usable && told.n_remedies > 0 &&
        told.remedies[told.n_remedies - 1] == FV_REMEDY_VISIT_COUNTER)
        told.n_remedies--;
    memcpy(out->reasons, told.reasons, sizeof told.reasons);
    memcpy(out->remedies, told.remedies, sizeof told.remedies);
    *out->n_reasons = told.n_reasons;
    *out->n_remedies = told.n_remedies;
}

/* Which reason a measure gives on a side; LIVENESS_UNCLEAR where none does. */
static const fvi_reason_row *row_of_measure(fvi_measure measure, fvi_side side)
{
    for (size_t i = 0; i < fvi_reason_rows_n; i++) {
        const fvi_reason_row *row = &fvi_reason_rows[i];
        if (row->measure == (int)measure && (row->below == side || row->above == side) &&
            side != FVI_WITHIN)
            return row;
    }
    return fvi_reason_row_of(FV_REASON_LIVENESS_UNCLEAR);
}

static const fvi_reason_row *row_of_cause(const fvi_live_cause *cause)
{
    if (cause->why == FVI_LIVE_CONTEXT) return fvi_reason_row_of(FV_REASON_LITTLE_CONTEXT);
    if (cause->why == FVI_LIVE_MEASURE) return row_of_measure(cause->measure, cause->side);
    return fvi_reason_row_of(FV_REASON_LIVENESS_UNCLEAR);
}

/* What was advice for a comparison stands in the way of liveness. */
static void add_cause(fvi_reasons *reasons, const fvi_live_cause *cause)
{
    const fvi_reason_row *row = row_of_cause(cause);
    fv_reason reason = {.severity = FV_BLOCKS, .value = cause->value, .limit = cause->limit};

    for (uint32_t i = 0; i < reasons->n; i++) {
        fv_reason *r = &reasons->of[i];
        if (r->code != row->code || r->image != FV_SELFIE) continue;
        r->severity = FV_BLOCKS;
        r->limit = reason.limit;
        reasons->blocked[FV_SELFIE] = true;
        return;
    }
    if (row->measure < 0) reason.value = reason.limit = NAN;
    add(reasons, row, FV_SELFIE, reason);
}

void fvi_explain_liveness(fvi_reasons *reasons, const fvi_live_judged *judged)
{
    const fvi_reason_row *attack = fvi_reason_row_of(FV_REASON_ATTACK_SUSPECTED);

    if (judged->verdict == FV_LIVENESS_ATTACK) add(reasons, attack, FV_SELFIE, plain(attack));
    for (size_t i = 0; i < judged->n_causes; i++)
        add_cause(reasons, &judged->causes[i]);
    absorb(reasons, FV_SELFIE);
}
