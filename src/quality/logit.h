/* SPDX-License-Identifier: Apache-2.0 */
/* Logistic regressions on a few numbers about a view; the coefficients of all of them are fitted by
 * tests/accuracy/fit_cover.c. */
#ifndef FVI_QUALITY_LOGIT_H
#define FVI_QUALITY_LOGIT_H

#include "quality/view.h"

enum { FVI_LOGIT_MAX = 20 };

/** Coefficients; 0 where there are fewer numbers. */
typedef struct fvi_logit {
    float bias;
    float weight[FVI_LOGIT_MAX];
} fvi_logit;

/** What they are multiplied with. */
typedef struct fvi_clues {
    float of[FVI_LOGIT_MAX];
    bool grey; /**< the uncovered part of the face has no colour to compare with */
} fvi_clues;

/** Log odds. Pure. */
float fvi_logit_odds(const fvi_logit *model, const fvi_clues *clues);

/** Whether something covers mouth and nose. Pure; false where mouth or eyes are not in the
 *  picture. */
bool fvi_mouth_clues(const fvi_view *view, fvi_clues *out);

/** Whether glasses hide the eyes. Pure; false where the eyes are not in the picture, or hide. */
bool fvi_glasses_clues(const fvi_view *view, fvi_clues *out);

extern const fvi_logit fvi_mouth_colour;
extern const fvi_logit fvi_mouth_grey;
extern const fvi_logit fvi_glasses_tinted;

#endif
