/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which similarity stands for which false match rate, for the embedding network of a pack: the
 * pack's calibration.json (match/calibration.h reads it). From sets of pairs, or of people: then
 * every image is compared with every other one of its cohort.
 */
#ifndef FVI_REPLAY_CALIBRATE_H
#define FVI_REPLAY_CALIBRATE_H

#include <jansson.h>

#include "match/calibration.h"
#include "replay/images.h"

enum { FVI_SETS_MAX = 8 };

/** One labelled set. A cohort column may name several, with ";" between them; without one all rows
 *  are of the cohort "general". */
typedef struct fvi_calibration_set {
    const char *manifest;
    const char *root; /**< NULL: the manifest's own folder */
    const char *name; /**< what the calibration calls the set; NULL: the manifest's file name */
} fvi_calibration_set;

typedef struct fvi_calibrate_options {
    fvi_calibration_set sets[FVI_SETS_MAX];
    size_t n_sets;
    fv_engine_options engine; /**< its pack may be without a calibration */
    const char *out;          /**< the file */
    const char *report;       /**< HTML; or NULL */
    const char *id;           /**< NULL: made of set, network and date */
    unsigned threads;
    uint64_t seed;
    uint32_t replicates; /**< 0: bounds as if pairs were independent */
    const atomic_bool *stop;
    void (*progress)(void *cookie, const fvi_progress *progress);
    void *cookie;
} fvi_calibrate_options;

/**
 * Works the sets and writes the calibration; what is written was read back by the loader.
 *
 * A rate's bound fmr_upper95 is the higher of two: one-sided 95 % with pairs taken as independent
 * (Poisson), and the 95th percentile over draws of people.
 *
 * @param[out] doc  what was written, with what the report adds; the caller's; NULL where stopped
 * @return FV_OK, FV_E_ARG (sets; no cohort of FVI_COHORT_PEOPLE_MIN people; nothing to write to),
 *         FV_E_CONFIG, FV_E_MODEL, FV_E_BACKEND, FV_E_NOMEM
 */
FV_NODISCARD fv_status fvi_calibrate(const fvi_calibrate_options *options, json_t **doc,
                                     fv_error *err);

#endif
