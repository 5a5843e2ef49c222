/* SPDX-License-Identifier: Apache-2.0 */
/* Part of calibrate.c: the pairs of one cohort. */
#ifndef FVI_REPLAY_COHORT_H
#define FVI_REPLAY_COHORT_H

#include "replay/fit.h"
#include "replay/images.h"
#include "replay/trials.h"

/** Images or pairs of one cohort, with their people numbered from 0 among themselves. */
typedef struct fvi_cohort_pairs {
    const fvi_manifest *m;
    const fvi_images *images;
    uint32_t *rows; /**< of the manifest; owned */
    size_t n_rows;
    uint32_t *number; /**< by person of the manifest; owned */
    uint32_t n_people;
    uint64_t *images_of; /**< by number: images with a template; people only; owned */
} fvi_cohort_pairs;

/** The rows that name the cohort. Those without a template are left out. */
FV_NODISCARD fv_status fvi_cohort_find(fvi_cohort_pairs *out, const fvi_manifest *m,
                                       const fvi_images *images, const char *cohort, fv_error *err);
void fvi_cohort_free(fvi_cohort_pairs *c);

/** Calls fn for every pair of the cohort, until it fails. */
FV_NODISCARD fv_status fvi_cohort_each(const fvi_cohort_pairs *c,
                                       fv_status (*fn)(void *cookie, float similarity,
                                                       const fvi_trial *people, bool genuine),
                                       void *cookie);

/** One rate's threshold, and how often it was seen. */
typedef struct fvi_seen_rate {
    double fmr;
    size_t bin;
    uint64_t false_matches;
    double upper95;
} fvi_seen_rate;

/** Raises each rate's upper95 to the 95th percentile over draws of people, where that is higher.
 *  `rates` highest first. */
FV_NODISCARD fv_status fvi_cohort_bound(const fvi_cohort_pairs *c, const fvi_bootstrap *how,
                                        fvi_seen_rate *rates, size_t n, fv_error *err);

/** Whether a list "a;b" has `name`; *next is set behind the first of the list. */
bool fvi_cohort_listed(const char *list, const char *name);

#endif
