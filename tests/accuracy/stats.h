/* SPDX-License-Identifier: Apache-2.0 */
/* Rank statistics. No value may be NaN. Running out of memory ends the program. */
#ifndef FVI_ACCURACY_STATS_H
#define FVI_ACCURACY_STATS_H

#include <stddef.h>

/** Ranks 1..n; equal values share the mean of theirs. */
void acc_ranks(const double *v, size_t n, double *ranks);

/** Area under the ROC curve: how often a value of `high` is above one of `low`, equal ones counted
 *  half. NaN where one of them is empty. */
double acc_auc(const double *high, size_t n_high, const double *low, size_t n_low);

/** Spearman's rank correlation, with ties. NaN where n < 2 or all values of one side are equal. */
double acc_spearman(const double *a, const double *b, size_t n);

/** The value below which a share `q` (0..1) of v lies, interpolated (Hyndman and Fan's type 7);
 *  v ascending. NaN where n is 0. */
double acc_quantile(const double *v, size_t n, double q);

/** Sorts ascending. */
void acc_sort_values(double *v, size_t n);

#endif
