/* SPDX-License-Identifier: Apache-2.0 */
/* From what was measured to reasons and remedies. Pure. */
#ifndef FVI_EXPLAIN_H
#define FVI_EXPLAIN_H

#include "decode/decode.h"
#include "faceverify/verify.h"
#include "liveness/liveness.h"
#include "quality/quality.h"
#include "verify/channel.h"

/** One photograph as the explanation sees it. */
typedef struct fvi_seen {
    fvi_decode_fault fault;
    char format[8];
    fvi_measured measured;
} fvi_seen;

enum {
    FVI_REASONS_CAP = 64, /**< found in both photographs together */
    FVI_TOLD_MAX = 3,     /**< told of them, besides what the comparison says of itself */
};

/** Reasons found so far, in no order yet. */
typedef struct fvi_reasons {
    fv_reason of[FVI_REASONS_CAP];
    uint32_t n;
    bool blocked[FV_RECORD + 1]; /**< by image: some reason of it blocks */
} fvi_reasons;

/** Adds every reason that one photograph gives: one for each cause (verify/absorbs.def). */
void fvi_explain_photo(fvi_reasons *reasons, fv_image image, const fvi_seen *seen,
                       const fvi_limits_set *limits);

/** Adds that a photograph lies turned by so many degrees, which blocks it. */
void fvi_explain_turn(fvi_reasons *reasons, fv_image image, float turned_deg, fvi_limit limit);

/** Adds what the comparison itself says, where the decision rests on it. */
void fvi_explain_decision(fvi_reasons *reasons, fv_decision decision);

/**
 * Orders the reasons (what blocks first, then those of the photograph that the decision faults,
 * then as the table has them), keeps the FVI_TOLD_MAX that explain most, and lists the remedies,
 * each once: those of channel->first before the others, then as the reasons have them, and last the
 * channel that remains. A PASS has none of either.
 */
void fvi_explain_finish(fvi_reasons *reasons, fv_decision decision, const fvi_channel *channel,
                        fv_result *out);

/** What one photograph alone gives to its caller. */
typedef struct fvi_told {
    fv_reason *reasons; /**< FV_REASONS_MAX */
    uint32_t *n_reasons;
    fv_remedy *remedies; /**< FV_REMEDIES_MAX */
    uint32_t *n_remedies;
} fvi_told;

/**
 * As fvi_explain_finish(), where no decision is made, of one photograph: what blocks it and what is
 * advice. Where it is fine as it is (`usable`) nobody is sent to the counter.
 */
void fvi_explain_alone(fvi_reasons *reasons, fv_image image, bool usable, const fvi_told *out);

/** Adds why a selfie is no live person's, or cannot be told to be. */
void fvi_explain_liveness(fvi_reasons *reasons, const fvi_live_judged *judged);

/** One row of reasons.def. */
typedef struct fvi_reason_row {
    const char *name;
    fv_reason_code code;
    int measure; /**< an fvi_measure, or -1 */
    fvi_side below;
    fvi_side above;         /**< the sides that give this reason; FVI_WITHIN = none */
    fv_severity severity;   /**< 0: the limits of the measure decide */
    fv_remedy remedy[2];    /**< selfie, record */
    const char *text[2][2]; /**< by image (selfie, record), by locale (zh-CN, en) */
} fvi_reason_row;

extern const fvi_reason_row fvi_reason_rows[];
extern const size_t fvi_reason_rows_n;

/** NULL for a code that is not in the table. */
const fvi_reason_row *fvi_reason_row_of(fv_reason_code code);

#endif
