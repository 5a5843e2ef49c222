/* SPDX-License-Identifier: Apache-2.0 */
/* The fusion's coefficients, from features that fvi_liveness_take() saw. */
#ifndef FVI_LIVENESS_FIT_H
#define FVI_LIVENESS_FIT_H

#include "liveness_set.h"

/* Whether a picture may train a model. */
typedef struct liv_choice {
    bool (*takes)(const liv_pic *p, const void *arg);
    const void *arg;
} liv_choice;

/*
 * Logistic regression on standardised features, by Newton's method, with an L2 penalty; a feature
 * whose coefficient comes out against its sense is left at 0 and the others fitted again. Every set
 * with ten pictures or more weighs the same within live and within attack, and live the same as
 * attack, whatever their numbers. Only readable pictures that were not left out. Deterministic.
 *
 * Sets mean, deviation, coefficient and intercept of *out. False where live or attack is missing.
 */
bool liv_fit(const liv_set *s, const liv_choice *choice, fvi_liveness_model *out);

/* 0..parts-1, the same for all pictures of a person. */
unsigned liv_part(const liv_pic *p, unsigned parts);

/* Of pictures that stand in no manifest one person in four trains; the others only measure. */
bool liv_trains(const liv_pic *p);

enum { LIV_FOLDS = 9 };

/* The score of each picture by a model that was fitted without its person: for those that train, by
 * one of LIV_FOLDS models that each leave a share of the people out; for the others by `all`. */
void liv_score_apart(liv_set *s, const fvi_liveness_model *all);

#endif
