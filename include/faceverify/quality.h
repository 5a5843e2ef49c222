/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file quality.h
 * One photograph measured: what it is like, what is wrong with it, what the member can do. Cheap
 * enough for a live preview.
 */
#ifndef FACEVERIFY_QUALITY_H
#define FACEVERIFY_QUALITY_H

#include "faceverify/verify.h"

FV_BEGIN_C

/* X(NAME, number). How a measure stands to its limits. */
#define FV_VERDICT_LIST(X)                                                                         \
    X(NOT_ASSESSED, 0) /* could not be taken on this photograph */                                 \
    X(GOOD, 1)         /* nothing to say */                                                        \
    X(ADVICE, 2)       /* good enough to compare, but may be why the answer is no */               \
    X(BLOCKS, 3)       /* the photograph is not used */

typedef enum fv_verdict {
#define X(name, number) FV_VERDICT_##name = number,
    FV_VERDICT_LIST(X)
#undef X
} fv_verdict;

/** "GOOD"; "" for an unknown number. Static, thread-safe. */
FV_API const char *fv_verdict_name(fv_verdict verdict);

/** One measure of one photograph. What each is: docs/quality.md. */
typedef struct fv_measure {
    const char *name; /**< "INTER_EYE_DISTANCE"; static */
    const char *unit; /**< "px"; static */
    float value;      /**< in its unit; NaN = not assessed */
    float score;      /**< 0..100, higher = better; NaN likewise */
    float min;        /**< the gate, inclusive; an infinity = no limit on that side */
    float max;
    float advise_min; /**< the range of which nothing is said, likewise */
    float advise_max;
    fv_verdict verdict;
} fv_measure;

enum { FV_MEASURES_MAX = 64 };

/** The answer. Plain data, nothing to free. Initialise with FV_QUALITY_RESULT_INIT. */
typedef struct fv_quality_result {
    uint32_t struct_size; /**< set by FV_QUALITY_RESULT_INIT; lets the struct grow */
    uint32_t usable;      /**< 1: fv_verify() would compare it; 0: it would refuse */
    uint32_t n_measures;  /**< 0 where the file could not be decoded */
    uint32_t n_reasons;
    uint32_t n_remedies;
    fv_measure measures[FV_MEASURES_MAX]; /**< in the order of the table, always all of them */
    fv_reason reasons[FV_REASONS_MAX];    /**< what explains most comes first; at most three */
    fv_remedy remedies[FV_REMEDIES_MAX];  /**< in the order to try them, each once */
    fv_photo_info photo;
    fv_timings timings;
} fv_quality_result;

#ifdef __cplusplus
#define FV_QUALITY_RESULT_INIT                                                                     \
    [] {                                                                                           \
        fv_quality_result result_{};                                                               \
        result_.struct_size = sizeof result_;                                                      \
        return result_;                                                                            \
    }()
#else
#define FV_QUALITY_RESULT_INIT                                                                     \
    {                                                                                              \
        .struct_size = sizeof(fv_quality_result)                                                   \
    }
#endif

/**
 * Measures one photograph as `kind`, with that kind's limits.
 *
 * A photograph that cannot be used, or not even decoded, is an answer: FV_OK with reasons. On any
 * other status *result is untouched. Pictures are wiped from the session before the call returns.
 *
 * @param session      used by one thread at a time
 * @param photo        JPEG or PNG, borrowed for the call
 * @param kind         FV_SELFIE or FV_RECORD
 * @param[out] result  FV_QUALITY_RESULT_INIT beforehand
 * @param[out] err     detail on failure; may be NULL
 * @return FV_OK; FV_E_ARG, FV_E_BACKEND, FV_E_NOMEM, FV_E_INTERNAL
 */
FV_NODISCARD FV_API fv_status fv_quality(fv_session *session, fv_bytes photo, fv_image kind,
                                         fv_quality_result *result, fv_error *err);

FV_END_C
#endif
