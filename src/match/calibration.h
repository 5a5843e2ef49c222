/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a similarity means: for each cohort that was measured, the similarity at which a false match
 * rate was seen, on how many people and pairs. Made for one embedding network (by its SHA-256) and
 * useless for any other.
 */
#ifndef FVI_CALIBRATION_H
#define FVI_CALIBRATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum { FVI_COHORTS_MAX = 16, FVI_RATES_MAX = 32, FVI_COHORT_PEOPLE_MIN = 50 };

typedef struct fvi_rate {
    double fmr;        /**< the rate asked for */
    double similarity; /**< the lowest at which no more than that share of pairs matched falsely */
    uint64_t false_matches;
    double fmr_upper95; /**< upper end of the 95 % interval of the rate that was seen */
} fvi_rate;

typedef struct fvi_cohort {
    char name[64];
    char set[128];
    uint64_t people;
    uint64_t impostor_pairs;
    bool sets_policy; /**< false: reported only (fewer than FVI_COHORT_PEOPLE_MIN people) */
    fvi_rate rates[FVI_RATES_MAX]; /**< fmr falling, similarity never falling */
    size_t n_rates;
} fvi_cohort;

typedef struct fvi_calibration {
    char id[64];
    char date[16];
    char network_sha256[65];
    fvi_cohort cohorts[FVI_COHORTS_MAX];
    size_t n_cohorts;
} fvi_calibration;

/**
 * Reads and checks `path`.
 *
 * Refused, with FV_E_MODEL and a text that says why: a calibration of another network than
 * `network_sha256`; a rate that its cohort's pairs do not support (rule of three: below 3 / pairs);
 * similarities that fall as the rate falls; a cohort too small to set policy that claims to.
 */
FV_NODISCARD fv_status fvi_calibration_load(fvi_calibration *out, const char *path,
                                            const char *network_sha256, fv_error *err);

/**
 * The similarity that keeps every policy cohort at or below `fmr`: each cohort's at its nearest
 * measured rate that is not above `fmr`, and of those the highest.
 *
 * @param[out] cohort  which one it came from; may be NULL
 * @return FV_OK, or FV_E_CONFIG where some policy cohort has no rate that low: thresholds are
 *         measured, not extrapolated
 */
FV_NODISCARD fv_status fvi_calibration_similarity(const fvi_calibration *c, double fmr,
                                                  float *similarity, const fvi_cohort **cohort,
                                                  fv_error *err);

#endif
