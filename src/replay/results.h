/* SPDX-License-Identifier: Apache-2.0 */
/*
 * results.csv: the manifest's rows in the manifest's order, every column as it was, and behind them
 * what came out. Nothing in it depends on the time or the machine's speed: an interrupted run that
 * went on gives the same bytes. times.csv has the stage times, one row an image.
 */
#ifndef FVI_REPLAY_RESULTS_H
#define FVI_REPLAY_RESULTS_H

#include <jansson.h>

#include "replay/run.h"

/** How often each reason was told, and each answer given, by label. */
typedef struct fvi_tally {
    size_t n_labels;
    uint64_t (*answers)[256];
    uint64_t *reasons; /**< [label][image - 1][row of the table of reasons] */
} fvi_tally;

FV_NODISCARD fv_status fvi_tally_create(fvi_tally *t, const fvi_manifest *m, fv_error *err);
void fvi_tally_free(fvi_tally *t);

/** {"genuine": {"PASS": 12, ...}, ...}; NULL: out of memory. */
json_t *fvi_tally_answers(const fvi_tally *t, const fvi_manifest *m);

/** {"genuine": {"selfie.NO_FACE": 3, ...}, ...}; NULL: out of memory. */
json_t *fvi_tally_reasons(const fvi_tally *t, const fvi_manifest *m);

/** Writes `dir`/results.csv and counts what stands in it. */
FV_NODISCARD fv_status fvi_results_write(const fvi_run *run, const char *dir, fvi_tally *tally,
                                         fv_error *err);

/** What the times are of: "image"; "pair", both photographs together, at a service. Static. */
const char *fvi_times_of(const fvi_run *run);

/** Writes `dir`/times.csv. */
FV_NODISCARD fv_status fvi_times_write(const fvi_run *run, const char *dir, fv_error *err);

/** "selfie.NO_FACE;record.HEAD_TURNED". */
void fvi_told_text(const fvi_kept *told, uint32_t n, char *out, size_t cap);

#endif
