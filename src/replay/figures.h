/* SPDX-License-Identifier: Apache-2.0 */
/* The figures of a run as JSON: what summary.json holds and the report shows. */
#ifndef FVI_REPLAY_FIGURES_H
#define FVI_REPLAY_FIGURES_H

#include <jansson.h>

#include "replay/pad.h"
#include "replay/run.h"

/** The pairs of a set, or of one cohort, with their people numbered from 0 among themselves. */
typedef struct fvi_trial_set {
    fvi_trials t; /**< sorted; owned */
    size_t unreadable;
} fvi_trial_set;

/** `cohort` FVI_TEXT_NONE: all. Pairs with a file that could not be read are left out. */
FV_NODISCARD fv_status fvi_trial_set_create(fvi_trial_set *out, const fvi_run *run, uint32_t cohort,
                                            fv_error *err);
void fvi_trial_set_free(fvi_trial_set *set);

/** Presentations that were judged, sorted, people likewise. */
typedef struct fvi_presentation_set {
    fvi_presentation *all;
    size_t n;
    uint32_t n_people;
} fvi_presentation_set;

FV_NODISCARD fv_status fvi_presentation_set_create(fvi_presentation_set *out, const fvi_run *run,
                                                   uint32_t cohort, fv_error *err);

/** {"count", "of", "value", "low", "high"}; null where there is none. */
json_t *fvi_share_json(const fvi_share *s);

/** How many rows that `counts` has an opinion of (1, 0; -1: none) hit, with the interval over their
 *  people. */
FV_NODISCARD fv_status fvi_rows_share(const fvi_run *run,
                                      int (*counts)(const fvi_run *run, size_t row,
                                                    const void *cookie),
                                      const void *cookie, fvi_share *out, fv_error *err);

/** Figures of all rows, and of each cohort. @return FV_OK or FV_E_NOMEM; *out is the caller's */
FV_NODISCARD fv_status fvi_figures(const fvi_run *run, json_t **out, fv_error *err);

/** Part of fvi_figures(). */
FV_NODISCARD fv_status fvi_figures_pairs(const fvi_run *run, uint32_t cohort, json_t *out,
                                         fv_error *err);
FV_NODISCARD fv_status fvi_figures_attacks(const fvi_run *run, uint32_t cohort, json_t *out,
                                           fv_error *err);
FV_NODISCARD fv_status fvi_figures_quality(const fvi_run *run, uint32_t cohort, json_t *out,
                                           fv_error *err);

/** Numbers the people that are used from 0, in their order. `of` by person: whether it is used;
 *  becomes the number. Returns how many there are. */
uint32_t fvi_people_number(uint32_t *of, uint32_t n);

#endif
