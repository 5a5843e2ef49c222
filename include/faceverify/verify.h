/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file verify.h
 * The verification step: two photographs in, a decision with its reasons out.
 */
#ifndef FACEVERIFY_VERIFY_H
#define FACEVERIFY_VERIFY_H

#include <stdint.h>

#include "faceverify/bytes.h"
#include "faceverify/engine.h"
#include "faceverify/reason.h"
#include "faceverify/status.h"

FV_BEGIN_C

/* X(NAME, number). Zero is not an answer, so a forgotten result can never pass. */
#define FV_DECISION_LIST(X)                                                                        \
    X(UNDECIDED, 0)             /* no call has succeeded on this result */                         \
    X(PASS, 1)                  /* the same person */                                              \
    X(NOT_REQUIRED, 2)          /* under 16: no photograph was looked at */                        \
    X(RETAKE_SELFIE, 3)         /* the selfie cannot be used; free, take another */                \
    X(LIVENESS_REFUSED, 4)      /* an attack is suspected; counts as an attempt */                 \
    X(NO_MATCH, 5)              /* not the same person; counts as an attempt */                    \
    X(RECORD_PHOTO_UNUSABLE, 6) /* the photograph on record cannot be used */                      \
    X(MANUAL_REVIEW, 7)         /* neither answer is safe: a person must look */                   \
    X(TOO_MANY_ATTEMPTS, 8)

typedef enum fv_decision {
#define X(name, number) FV_##name = number,
    FV_DECISION_LIST(X)
#undef X
} fv_decision;

/** "RETAKE_SELFIE"; "" for an unknown number. Static, thread-safe. */
FV_API const char *fv_decision_name(fv_decision decision);

/** One sentence for the member; "" for an unknown number. Static, thread-safe. */
FV_API const char *fv_decision_text(fv_decision decision, fv_locale locale);

/* X(NAME, number). What liveness says of a selfie. */
#define FV_LIVENESS_LIST(X)                                                                        \
    X(NOT_ASKED, 0)                                                                                \
    X(LIVE, 1)                                                                                     \
    X(ATTACK, 2)       /* a picture of a picture is suspected */                                   \
    X(CANNOT_JUDGE, 3) /* too dark, too blurred, too small, too little around the face */

typedef enum fv_liveness_verdict {
#define X(name, number) FV_LIVENESS_##name = number,
    FV_LIVENESS_LIST(X)
#undef X
} fv_liveness_verdict;

/** "CANNOT_JUDGE"; "" for an unknown number. Static, thread-safe. */
FV_API const char *fv_liveness_name(fv_liveness_verdict liveness);

/** What is asked. Initialise with FV_REQUEST_INIT; everything is borrowed for the call. */
typedef struct fv_request {
    uint32_t struct_size; /**< set by FV_REQUEST_INIT; lets the struct grow */
    uint32_t deadline_ms; /**< budget from the call on, at most the channel's; 0 = the channel's, or
                               the configured one */
    fv_bytes selfie;      /**< JPEG or PNG */
    fv_bytes record;      /**< JPEG or PNG: the photograph that the police hold */
    const char *birth_date; /**< "YYYY-MM-DD", or NULL */
    const char *id_number;  /**< resident ID number, 18 or 15 characters, or NULL. No copy outlives
                                 the call; the caller's own is the caller's to wipe */
    const char *channel; /**< "nhsa-app", "alipay", "wechat", "zheliban" or "counter": its profile
                              holds (docs/channels.md); NULL = none in particular */
    int64_t now_unix_s;  /**< the time that ages are reckoned at; 0 = the system's clock */
} fv_request;

#define FV_REQUEST_INIT                                                                            \
    {                                                                                              \
        sizeof(fv_request), 0, {NULL, 0}, {NULL, 0}, NULL, NULL, NULL, 0                           \
    }

/** What was seen in one photograph. */
typedef struct fv_photo_info {
    uint32_t width_px; /**< upright, of the whole picture; 0 = not decoded */
    uint32_t height_px;
    uint32_t orientation; /**< EXIF, 1..8 */
    uint32_t faces;       /**< that count as a person in the picture */
    float face_x_px;      /**< the face's box in the whole picture, upright */
    float face_y_px;
    float face_width_px;
    float face_height_px;
    float inter_eye_px; /**< from pupil to pupil, in the whole picture; NaN = no face */
    float yaw_deg;      /**< head pose; NaN = not taken */
    float pitch_deg;
    float roll_deg;
} fv_photo_info;

/** Microseconds, both photographs together; 0 = the stage did not run. */
typedef struct fv_timings {
    uint32_t decode_us;
    uint32_t detect_us;
    uint32_t landmarks_us;
    uint32_t pose_us;
    uint32_t quality_us;
    uint32_t liveness_us;
    uint32_t chip_us;
    uint32_t embed_us;
    uint32_t compare_us;
    uint32_t total_us; /**< of the whole call, all else included */
} fv_timings;

enum { FV_REASONS_MAX = 16, FV_REMEDIES_MAX = 8 };

/** The answer. Plain data, nothing to free. Initialise with FV_RESULT_INIT. */
typedef struct fv_result {
    uint32_t struct_size; /**< set by FV_RESULT_INIT; lets the struct grow */
    fv_decision decision;
    uint32_t n_reasons;
    uint32_t n_remedies;
    fv_reason reasons[FV_REASONS_MAX];   /**< what explains most comes first */
    fv_remedy remedies[FV_REMEDIES_MAX]; /**< in the order to try them, each once */
    fv_photo_info selfie;
    fv_photo_info record;
    fv_timings timings;
    /* For operations and QA only: a caller who shows these to members helps attackers to climb. */
    float similarity;        /**< cosine, -1..1; NaN = not compared */
    float match_similarity;  /**< at or above: PASS */
    float review_similarity; /**< at or above, but below match_similarity: MANUAL_REVIEW */
    float match_fmr;         /**< the false match rate that match_similarity stands for */
    float review_fmr;
    float liveness_score; /**< 0..1, higher = more live; NaN = not taken */
    float liveness_limit; /**< at or above: live; NaN = liveness is not asked for */
    float attack_limit;   /**< below: an attack; between the two neither answer is safe */
    float liveness_bpcer; /**< the share of bona fide selfies that liveness_limit refuses */
    fv_liveness_verdict liveness;
    fv_wording wording; /**< of the channel: for fv_remedy_text_for() */
} fv_result;

#ifdef __cplusplus
#define FV_RESULT_INIT                                                                             \
    [] {                                                                                           \
        fv_result result_{};                                                                       \
        result_.struct_size = sizeof result_;                                                      \
        return result_;                                                                            \
    }()
#else
#define FV_RESULT_INIT                                                                             \
    {                                                                                              \
        .struct_size = sizeof(fv_result)                                                           \
    }
#endif

/**
 * The whole step: age gate, both photographs, comparison, decision, reasons.
 *
 * A refusal is an answer: the call returns FV_OK. On any other status *result is untouched, so it
 * still reads FV_UNDECIDED. Pictures, chips and templates are wiped from the session before the
 * call returns.
 *
 * @param session      used by one thread at a time
 * @param request      see fv_request; photographs may be missing only where the age is under 16
 * @param[out] result  FV_RESULT_INIT beforehand
 * @param[out] err     detail on failure; may be NULL. Names the field for FV_E_ARG
 * @return FV_OK; FV_E_ARG (the request is invalid), FV_E_TIMEOUT, FV_E_BACKEND, FV_E_NOMEM,
 *         FV_E_INTERNAL
 */
FV_NODISCARD FV_API fv_status fv_verify(fv_session *session, const fv_request *request,
                                        fv_result *result, fv_error *err);

FV_END_C
#endif
