/* SPDX-License-Identifier: Apache-2.0 */
/* Genuine selfies made worse: what liveness then says. */
#ifndef FVI_LIVENESS_DEGRADE_H
#define FVI_LIVENESS_DEGRADE_H

#include "liveness_table.h"

/* Prints, for every kind and strength of harm, how many of the live pictures in `base` are then
 * called live, attack, or cannot be judged. Returns the most that any promised strength had called
 * attack, as a share of `base`. */
double liv_print_degraded(const liv_set *base, const fv_engine *engine, const fvi_liveness_model *m,
                          unsigned threads, FILE *csv);

#endif
