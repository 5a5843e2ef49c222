/* SPDX-License-Identifier: Apache-2.0 */
/* What changed since an earlier run over the same rows. */
#ifndef FVI_REPLAY_BASELINE_H
#define FVI_REPLAY_BASELINE_H

#include <jansson.h>

#include "replay/run.h"

/**
 * Compares with the results.csv and summary.json of an earlier run, row by row.
 *
 * Figures side by side on the rows that both have, with McNemar's p on the same rows: a figure that
 * both runs reach by chance alone shows a large p. FNMR at a rate: each run at its own threshold of
 * that rate.
 *
 * @return FV_OK, FV_E_ARG (no such run; of another kind), FV_E_NOMEM; *out is the caller's
 */
FV_NODISCARD fv_status fvi_baseline_compare(const fvi_run *run, const char *dir, json_t **out,
                                            fv_error *err);

/** Reads `dir`/summary.json. */
FV_NODISCARD fv_status fvi_summary_load(const char *dir, json_t **out, fv_error *err);

#endif
