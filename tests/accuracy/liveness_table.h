/* SPDX-License-Identifier: Apache-2.0 */
/* Figures and tables of liveness. */
#ifndef FVI_LIVENESS_TABLE_H
#define FVI_LIVENESS_TABLE_H

#include "liveness_fit.h"

typedef struct liv_auc {
    double value, low, high; /* 95 % interval, bootstrap over people; NaN: a side is missing */
    size_t live, attacks, people;
} liv_auc;

/* Of the readable pictures of a set (those left out aside), by their scores. */
liv_auc liv_auc_of(const liv_set *s, const char *set);

/* What the answers to pictures are. */
typedef struct liv_rates {
    size_t n, live, attack, doubtful, unreadable;
    size_t context, small; /* of the unreadable, by their first cause */
} liv_rates;

/* Adds one picture's answer; n is the caller's. */
void liv_count(liv_rates *r, const liv_pic *p, const fvi_live_limits *limits);

/* species NULL: the live ones. */
liv_rates liv_rates_of(const liv_set *s, const char *set, const char *species,
                       const fvi_live_limits *limits);

/* Of an operating point. */
fvi_live_limits liv_limits(const fvi_liveness_model *m, size_t point);

/* Names of the sets in order of appearance; returns how many (<= cap). */
size_t liv_sets(const liv_set *s, const char **names, size_t cap);

void liv_print_answers(const liv_set *s, const fvi_liveness_model *m);
void liv_print_model(const fvi_liveness_model *m);

/* Leave one set out and leave people out; gives the AUC of each set when it was left out. */
size_t liv_print_left_out(liv_set *s, const fvi_liveness_model *m, const char **sets,
                          double *auc_of, size_t cap);

/* 95 % upper bound of a rate of k in n (Wilson-Hilferty, one-sided). */
double liv_upper95(size_t k, size_t n);

#endif
