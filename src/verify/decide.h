/* SPDX-License-Identifier: Apache-2.0 */
/* The decision: facts in, one answer out. Pure and total; every combination is tested. */
#ifndef FVI_DECIDE_H
#define FVI_DECIDE_H

#include <stdbool.h>

#include "faceverify/verify.h"
#include "verify/age.h"

typedef enum fvi_zone {
    FVI_ZONE_NOT_COMPARED = 0,
    FVI_ZONE_BELOW,  /**< below the similarity of review_fmr */
    FVI_ZONE_REVIEW, /**< between the two */
    FVI_ZONE_MATCH,  /**< at or above the similarity of match_fmr */
    FVI_ZONE_COUNT
} fvi_zone;

typedef struct fvi_facts {
    fvi_age_gate age;
    bool selfie_blocked;
    bool record_blocked;
    fv_liveness_verdict liveness;
    fvi_zone zone;
} fvi_facts;

/**
 * Which answer the facts give. In this order: under 16; an attack; a record photograph that cannot
 * be used (a new selfie would not help); a selfie that cannot be used or judged; the comparison.
 *
 * @return FV_UNDECIDED where the facts do not decide (nothing compared though nothing stands in the
 *         way, or a value outside its enum): the caller must treat that as a defect, never as a
 * pass
 */
fv_decision fvi_decide(const fvi_facts *facts);

/** NaN is FVI_ZONE_NOT_COMPARED. */
fvi_zone fvi_zone_of(float similarity, float match_similarity, float review_similarity);

#endif
