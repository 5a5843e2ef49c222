/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/decide.h"

#include <math.h>

fvi_zone fvi_zone_of(float similarity, float match_similarity, float review_similarity)
{
    if (isnan(similarity) || isnan(match_similarity) || isnan(review_similarity))
        return FVI_ZONE_NOT_COMPARED;
    if (similarity >= match_similarity) return FVI_ZONE_MATCH;
    if (similarity >= review_similarity) return FVI_ZONE_REVIEW;
    return FVI_ZONE_BELOW;
}

static bool known(const fvi_facts *f)
{
    return (unsigned)f->age <= FVI_AGE_16_OR_OVER &&
           (unsigned)f->liveness <= FV_LIVENESS_CANNOT_JUDGE && (unsigned)f->zone < FVI_ZONE_COUNT;
}

fv_decision fvi_decide(const fvi_facts *f)
{
    if (!known(f)) return FV_UNDECIDED;
    if (f->age == FVI_AGE_UNDER_16) return FV_NOT_REQUIRED;
    if (f->liveness == FV_LIVENESS_ATTACK) return FV_LIVENESS_REFUSED;
    if (f->record_blocked) return FV_RECORD_PHOTO_UNUSABLE;
    if (f->selfie_blocked || f->liveness == FV_LIVENESS_CANNOT_JUDGE) return FV_RETAKE_SELFIE;
    switch (f->zone) {
    case FVI_ZONE_MATCH:
        return FV_PASS;
    case FVI_ZONE_REVIEW:
        return FV_MANUAL_REVIEW;
    case FVI_ZONE_BELOW:
        return FV_NO_MATCH;
    case FVI_ZONE_NOT_COMPARED:
    case FVI_ZONE_COUNT:
        break;
    }
    return FV_UNDECIDED;
}
