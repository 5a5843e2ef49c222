/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file liveness.h
 * Is this a selfie of a person, or of a picture of one? Passive: from one photograph. What it does
 * not stop: docs/threat-model.md.
 */
#ifndef FACEVERIFY_LIVENESS_H
#define FACEVERIFY_LIVENESS_H

#include "faceverify/verify.h"

FV_BEGIN_C

/** The answer. Plain data, nothing to free. Initialise with FV_LIVENESS_RESULT_INIT. */
typedef struct fv_liveness_result {
    uint32_t struct_size; /**< set by FV_LIVENESS_RESULT_INIT; lets the struct grow */
    fv_liveness_verdict liveness;
    uint32_t n_reasons;
    uint32_t n_remedies;
    fv_reason reasons[FV_REASONS_MAX];   /**< what explains most comes first; at most three */
    fv_remedy remedies[FV_REMEDIES_MAX]; /**< in the order to try them, each once */
    fv_photo_info selfie;
    fv_timings timings;
    /* For operations and QA only: a caller who shows these to members helps attackers to climb. */
    float score;        /**< 0..1, higher = more live; NaN = not taken */
    float limit;        /**< at or above: LIVE */
    float attack_limit; /**< below: ATTACK; between the two neither answer is safe */
    float bpcer;        /**< the share of bona fide selfies that limit refuses (ISO/IEC 30107-3) */
} fv_liveness_result;

#ifdef __cplusplus
#define FV_LIVENESS_RESULT_INIT                                                                    \
    [] {                                                                                           \
        fv_liveness_result result_{};                                                              \
        result_.struct_size = sizeof result_;                                                      \
        return result_;                                                                            \
    }()
#else
#define FV_LIVENESS_RESULT_INIT                                                                    \
    {                                                                                              \
        .struct_size = sizeof(fv_liveness_result)                                                  \
    }
#endif

/**
 * Judges one selfie. A photograph on record must never be given: it is a photograph.
 *
 * A selfie that cannot be judged, or not even decoded, is FV_LIVENESS_CANNOT_JUDGE with reasons and
 * FV_OK, never an attack. On any other status *result is untouched. Pictures are wiped from the
 * session before the call returns.
 *
 * @param session      used by one thread at a time
 * @param selfie       JPEG or PNG, borrowed for the call
 * @param[out] result  FV_LIVENESS_RESULT_INIT beforehand
 * @param[out] err     detail on failure; may be NULL
 * @return FV_OK; FV_E_ARG, FV_E_BACKEND, FV_E_NOMEM, FV_E_INTERNAL
 */
FV_NODISCARD FV_API fv_status fv_liveness(fv_session *session, fv_bytes selfie,
                                          fv_liveness_result *result, fv_error *err);

FV_END_C
#endif
