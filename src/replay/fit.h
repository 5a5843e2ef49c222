/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What similarities of one cohort look like, counted in steps of one millionth, and what a
 * similarity says: the logarithm of the likelihood ratio, fitted by logistic regression with both
 * classes weighing the same.
 *
 * Cllr is the loss of such a fit in bits (0 perfect, 1 says nothing); Cllr_min the least that any
 * rising function of the similarity could have (pool adjacent violators); the difference is what
 * the straight line costs. All of it from the counts, so that twelve million pairs need no more
 * memory than a thousand.
 */
#ifndef FVI_REPLAY_FIT_H
#define FVI_REPLAY_FIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/error.h"

enum { FVI_COUNTS_PER_UNIT = 1000000, FVI_COUNTS_N = 2 * FVI_COUNTS_PER_UNIT + 1 };

/** Bin k: similarities from (k - 10^6) / 10^6 on, up to the next. */
typedef struct fvi_counts {
    uint32_t *genuine;  /**< [FVI_COUNTS_N] */
    uint32_t *impostor; /**< [FVI_COUNTS_N] */
    uint64_t n_genuine;
    uint64_t n_impostor;
} fvi_counts;

FV_NODISCARD fv_status fvi_counts_create(fvi_counts *c, fv_error *err);
void fvi_counts_free(fvi_counts *c);

/** The bin of a similarity. */
size_t fvi_counts_bin(float similarity);

/** Counts one pair; a similarity is never NaN here. */
void fvi_counts_add(fvi_counts *c, float similarity, bool genuine);

/**
 * The lowest bin at and above which no more than `rate` of the impostors lie, and how many do.
 * FVI_COUNTS_N where there is none.
 */
size_t fvi_counts_threshold(const fvi_counts *c, double rate, uint64_t *false_matches);

/** Similarity at which a bin begins. */
double fvi_counts_similarity(size_t bin);

typedef struct fvi_fit {
    double scale; /**< llr = scale * similarity + offset, natural logarithm */
    double offset;
    double cllr;
    double cllr_min;
} fvi_fit;

/** @return FV_OK, or FV_E_ARG where a class is empty, where the classes do not overlap (no finite
 *          line fits), or where genuine pairs are no more alike than impostors */
FV_NODISCARD fv_status fvi_fit_counts(const fvi_counts *c, fvi_fit *out, fv_error *err);

/** [[predicted, seen], ...]: posterior at equal priors, in twenty groups. */
json_t *fvi_reliability(const fvi_counts *c, const fvi_fit *fit);

#endif
