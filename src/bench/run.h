/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Puts load on a target and measures it.
 *
 * Latency counts from the time a request should have been sent, not from when a caller was free to
 * send it: a target that stalls is charged for every request that had to wait meanwhile. In the
 * closed loop both are the same.
 */
#ifndef FVI_BENCH_RUN_H
#define FVI_BENCH_RUN_H

#include <stdatomic.h>

#include "bench/process.h"
#include "bench/schedule.h"
#include "bench/tally.h"

enum { FVI_BENCH_CALLERS_MAX = 1024 };

/** How far a run is. */
typedef struct fvi_bench_progress {
    bool warming;
    uint64_t elapsed_us; /**< of the warm-up, or since its end */
    uint64_t sent, answered, busy, errors;
    uint64_t p50_us, p99_us;
} fvi_bench_progress;

/** Who looks on. {0} is valid: nobody. */
typedef struct fvi_bench_observer {
    const atomic_bool *stop; /**< set from outside: no more requests, those in flight end */
    void (*progress)(void *cookie, const fvi_bench_progress *now); /**< a few times a second */
    void *cookie;
} fvi_bench_observer;

/** Large: not for the stack. */
typedef struct fvi_bench_result {
    bool interrupted;
    uint64_t elapsed_us; /**< from the end of the warm-up to the last end of a request */
    fvi_tally tally;     /**< without the warm-up */
    fvi_watch watch;     /**< likewise */
} fvi_bench_result;

typedef struct fvi_bench_load {
    const fvi_bench_plan *plan;
    const fvi_bench_work *work;
    const fvi_bench_target *target;
    fvi_bench_observer observer;
} fvi_bench_load;

/**
 * One request of each operation that is asked, before the run: what is wrong with all of them is
 * better said once.
 *
 * @return FV_OK: each got an answer, or BUSY; else why the first that did not was refused
 */
FV_NODISCARD fv_status fvi_bench_try(const fvi_bench_load *load, fv_error *err);

/**
 * Opens the callers, runs, closes them.
 *
 * @param[out] out  {0} beforehand; what was measured, also when it was interrupted
 * @return FV_OK, also where no request was answered; FV_E_ARG (no such process to watch),
 *         FV_E_NOMEM, or what the target's open() returns
 */
FV_NODISCARD fv_status fvi_bench_run(const fvi_bench_load *load, fvi_bench_result *out,
                                     fv_error *err);

#endif
