/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FVI_REPLAY_SIGNIF_H
#define FVI_REPLAY_SIGNIF_H

#include <stdint.h>

enum { FVI_MCNEMAR_EXACT_MAX = 1000 };

/**
 * Two-sided p of McNemar's test: of the trials on which two runs differ, `worse` went one way and
 * `better` the other. Up to FVI_MCNEMAR_EXACT_MAX of them by the binomial distribution,
 * min(1, 2 * P(X <= min(worse, better))) with X of worse + better throws of a coin; beyond that by
 * chi squared with continuity correction. 1 where they do not differ.
 */
double fvi_mcnemar(uint64_t worse, uint64_t better);

/** One-sided 95 % upper bound of a rate of which k in n were seen (Poisson, by Wilson and
 * Hilferty); takes the trials as independent. */
double fvi_upper95(uint64_t k, uint64_t n);

#endif
