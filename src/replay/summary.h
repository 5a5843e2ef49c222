/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FVI_REPLAY_SUMMARY_H
#define FVI_REPLAY_SUMMARY_H

#include <jansson.h>

#include "replay/replay.h"
#include "replay/results.h"

/** When the run began, how long it took. */
typedef struct fvi_run_times {
    int64_t started_unix_s;
    double seconds;
} fvi_run_times;

/** All of summary.json but what a baseline adds. @return FV_OK, FV_E_NOMEM */
FV_NODISCARD fv_status fvi_summary(const fvi_run *run, const fvi_replay_options *options,
                                   const fvi_tally *tally, const fvi_run_times *times, json_t **out,
                                   fv_error *err);

/** The rows that went most wrong: genuine pairs least alike, attacks that look most live, ... */
json_t *fvi_worst(const fvi_run *run);

#endif
