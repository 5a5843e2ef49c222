/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is this a selfie of a person, or a picture of a picture? From one photograph: one pass of the
 * liveness network and a few cues that can be looked at, fused by a logistic regression. Never for
 * a photograph on record, which is a photograph.
 */
#ifndef FVI_LIVENESS_H
#define FVI_LIVENESS_H

#include <stdint.h>

#include "base/image.h"
#include "base/memory.h"
#include "faceverify/verify.h"
#include "nn/nn.h"
#include "quality/quality.h"

typedef enum fvi_live_feature {
#define F(id, ...) FVI_LIVE_##id,
#include "liveness/features.def"
#undef F
    FVI_LIVE_COUNT
} fvi_live_feature;

typedef struct fvi_live_feature_info {
    const char *name; /**< "NETWORK" */
    int sense;        /**< 1 or -1 */
    float lo;
    float hi;
} fvi_live_feature_info;

/** The table, by feature. */
extern const fvi_live_feature_info fvi_live_features[FVI_LIVE_COUNT];

enum { FVI_LIVE_POINTS_MAX = 8 };

/** The score limit that refuses a stated share of bona fide selfies (BPCER, ISO/IEC 30107-3). */
typedef struct fvi_live_point {
    double bpcer;         /**< the rate asked for */
    double limit;         /**< at or above: live */
    uint64_t bona_fide;   /**< selfies that it was measured on, none of them in the fit */
    uint64_t refused;     /**< of these */
    double bpcer_upper95; /**< upper end of the 95 % interval of the rate that was seen */
} fvi_live_point;

/** The fusion. Immutable once loaded. */
typedef struct fvi_liveness_model {
    char id[64];
    char date[16];
    char network_sha256[65];
    char sets[256]; /**< what it was fitted and measured on */
    double mean[FVI_LIVE_COUNT];
    double deviation[FVI_LIVE_COUNT]; /**< > 0 */
    double coefficient[FVI_LIVE_COUNT];
    double intercept;
    fvi_live_point points[FVI_LIVE_POINTS_MAX]; /**< bpcer falling, limit never rising */
    size_t n_points;
} fvi_liveness_model;

/**
 * Reads and checks `path`.
 *
 * Refused, with FV_E_MODEL and a text that says why: a model for another network than
 * `network_sha256`; features other than features.def's, or in another order; a coefficient against
 * its feature's sense; a rate that its bona fide selfies do not support (rule of three: below 3 /
 * bona_fide) or that more were refused than; limits that rise as the rate falls.
 */
FV_NODISCARD fv_status fvi_liveness_load(fvi_liveness_model *out, const char *path,
                                         const char *network_sha256, fv_error *err);

/** A score at or above `live` is live, below `attack` an attack; between, neither answer is safe.
 */
typedef struct fvi_live_limits {
    float live;
    float attack; /**< <= live */
} fvi_live_limits;

/**
 * Live: the limit of the nearest operating point that is not above `bpcer`. Attack: half the odds
 * of the lowest point's limit, whatever the channel: a stricter one asks the living to try again,
 * and does not call them attackers.
 *
 * @return FV_OK, or FV_E_CONFIG where no point is as low as `bpcer`: limits are measured, not
 *         extrapolated
 */
FV_NODISCARD fv_status fvi_liveness_limits(const fvi_liveness_model *model, double bpcer,
                                           fvi_live_limits *out, fv_error *err);

/** What was seen of one selfie. Plain data. */
typedef struct fvi_liveness_seen {
    float feature[FVI_LIVE_COUNT];
    float context; /**< 0..1: how much of the square around the face, half as wide again as its box,
                        lies in the picture */
    float reduced; /**< pixels of the picture, along a side, in one of what the network was shown;
                        below 1 counts as 1 */
    float score;   /**< 0..1, higher = more live; NaN = not taken */
} fvi_liveness_seen;

/** From features to a score, 0..1; NaN where one is. Pure. */
float fvi_liveness_score(const fvi_liveness_model *model, const float feature[FVI_LIVE_COUNT]);

/** The liveness network with its scratch: one thread's. */
typedef struct fvi_liver fvi_liver;

/** Both models must outlive it. `fusion` NULL: features are taken, no score. `arena` as for
 *  fvi_nn_session_create(). */
FV_NODISCARD fv_status fvi_liver_create(fvi_liver **out, const fvi_nn_model *network,
                                        const fvi_liveness_model *fusion, fvi_buffer *arena,
                                        fv_error *err);
void fvi_liver_destroy(fvi_liver **liver);

/** Overwrites every pixel and activation within reach. */
void fvi_liver_wipe(fvi_liver *liver);

/** fvi_liveness_seen.context of a face, without a pass of the network; 0 for a box that is none.
 *  Pure. */
float fvi_liveness_context(const fvi_image *picture, const fvi_box *box);

/**
 * One pass of the network, and the cues.
 *
 * @param picture   RGB, the selfie
 * @param box       of its main face
 * @param[out] out  untouched on failure. Where the box is none (no area, off the picture): context
 *                  0, all else NaN
 * @return FV_OK, FV_E_BACKEND, FV_E_NOMEM
 */
FV_NODISCARD fv_status fvi_liveness_take(fvi_liver *liver, const fvi_image *picture,
                                         const fvi_box *box, fvi_liveness_seen *out, fv_error *err);

/** Why a selfie cannot be judged. */
typedef enum fvi_live_why {
    FVI_LIVE_CONTEXT = 1, /**< too little of the picture around the face */
    FVI_LIVE_MEASURE,     /**< `measure` is outside the range in which liveness can be judged */
    FVI_LIVE_DOUBTFUL,    /**< the score lies between the limits */
    FVI_LIVE_NO_SCORE,    /**< none was taken */
} fvi_live_why;

typedef struct fvi_live_cause {
    fvi_live_why why;
    fvi_measure measure; /**< FVI_LIVE_MEASURE only, else FVI_Q_COUNT */
    fvi_side side;       /**< BELOW, ABOVE, or NOT_ASSESSED: the value is missing */
    float value;         /**< context, the measure, or the score */
    float limit;         /**< NaN where the value is missing */
} fvi_live_cause;

/** Least context with which liveness is judged. */
extern const float fvi_live_context_min;

/** A row of judge.def. */
typedef struct fvi_live_row {
    fvi_measure measure;
    bool of_network; /**< the limit is of what the network is shown, not of the picture */
    fvi_limit limit;
} fvi_live_row;

enum {
    FVI_LIVE_ROWS = 0
#define J(measure, at, min, max) +1
#include "liveness/judge.def"
#undef J
};

extern const fvi_live_row fvi_live_rows[FVI_LIVE_ROWS];

enum { FVI_LIVE_CAUSES_MAX = FVI_LIVE_ROWS + 2 }; /* context, and doubtful or no score */

typedef struct fvi_live_judged {
    fv_liveness_verdict verdict; /**< LIVE, ATTACK or CANNOT_JUDGE */
    size_t n_causes;             /**< > 0 where and only where CANNOT_JUDGE */
    fvi_live_cause causes[FVI_LIVE_CAUSES_MAX];
} fvi_live_judged;

/**
 * The answer. Whatever makes the selfie unreadable comes first and alone: then no score makes it an
 * attack, nor live. A missing value is never good. Pure.
 */
void fvi_liveness_judge(const fvi_liveness_seen *seen, const fvi_live_limits *limits,
                        const fvi_measured *measured, fvi_live_judged *out);

#endif
