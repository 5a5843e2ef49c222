/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file match.h
 * The comparison alone: the same photographs, limits and thresholds as fv_verify(), without age
 * gate and liveness.
 */
#ifndef FACEVERIFY_MATCH_H
#define FACEVERIFY_MATCH_H

#include "faceverify/verify.h"

FV_BEGIN_C

/**
 * As fv_verify(), but birth_date and id_number are not looked at, and nothing is asked about
 * liveness. The decision is PASS, NO_MATCH, MANUAL_REVIEW, RETAKE_SELFIE or RECORD_PHOTO_UNUSABLE.
 */
FV_NODISCARD FV_API fv_status fv_match(fv_session *session, const fv_request *request,
                                       fv_result *result, fv_error *err);

FV_END_C
#endif
