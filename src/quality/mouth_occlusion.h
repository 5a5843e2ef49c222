/* SPDX-License-Identifier: Apache-2.0 */
/* What MOUTH_OCCLUSION is computed from, for the program that fits it (tests/accuracy/fit_mask.c).
 */
#ifndef FVI_QUALITY_MOUTH_OCCLUSION_H
#define FVI_QUALITY_MOUTH_OCCLUSION_H

#include "quality/view.h"

enum { FVI_MOUTH_FEATURES = 20 };

/** Coefficients of one logistic regression. */
typedef struct fvi_mouth_model {
    float bias;
    float weight[FVI_MOUTH_FEATURES];
} fvi_mouth_model;

typedef struct fvi_mouth_seen {
    float feature[FVI_MOUTH_FEATURES];
    bool grey; /**< the uncovered part of the face has no colour to compare with */
} fvi_mouth_seen;

extern const fvi_mouth_model fvi_mouth_colour;
extern const fvi_mouth_model fvi_mouth_grey;

extern const char *const fvi_mouth_feature_names[FVI_MOUTH_FEATURES];

/** Pure; false where the mouth or the eyes are not in the picture. */
bool fvi_mouth_look(const fvi_view *view, fvi_mouth_seen *out);

#endif
