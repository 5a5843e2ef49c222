/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FVI_ACCURACY_RATES_H
#define FVI_ACCURACY_RATES_H

#include "images.h"

typedef struct acc_scores {
    float *v; /**< ascending after acc_sort() */
    size_t n;
    size_t cap;
} acc_scores;

void acc_add(acc_scores *s, float v);
void acc_sort(acc_scores *s);
void acc_scores_free(acc_scores *s);

/** Similarities of the set's pairs, sorted; -2 where one image has no embedding. */
void acc_collect(const acc_set *set, acc_scores *genuine, acc_scores *impostor);

/** How many are below t. */
size_t acc_below(const acc_scores *s, double t);

/** The lowest similarity at or above which no more than rate * n of the impostor scores lie. */
double acc_threshold(const acc_scores *impostor, double rate);

#endif
