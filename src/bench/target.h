/* SPDX-License-Identifier: Apache-2.0 */
/* What load is put on: something that answers requests, one at a time for each caller. */
#ifndef FVI_BENCH_TARGET_H
#define FVI_BENCH_TARGET_H

#include <stdbool.h>

#include "bench/work.h"
#include "wire/wire.h"

/** How a request ended. Exactly one of them for each that was sent. */
typedef enum fvi_bench_end {
    FVI_BENCH_NO_REPLY = 0, /**< the connection failed */
    FVI_BENCH_TIMEOUT,      /**< none came in time */
    FVI_BENCH_WRONG_REPLY,  /**< it is not one to this request, or cannot be read */
    FVI_BENCH_REPLY,        /**< what it says: `status` */
    FVI_BENCH_END_COUNT
} fvi_bench_end;

/* The word of a quality answer. */
#define FVI_BENCH_USABLE(usable) ((usable) != 0 ? "USABLE" : "UNUSABLE")

typedef struct fvi_bench_answer {
    fvi_bench_end end;
    fvi_answered status; /**< FVI_BENCH_REPLY */
    const char *word;    /**< status OK: what was decided, "PASS"; static */
    bool replayed;
    fv_error err; /**< where it is no answer: the cause */
} fvi_bench_answer;

typedef struct fvi_bench_target {
    const char *name; /**< "in process", or the URL */
    int pid;          /**< whose CPU time and memory are watched; 0 = nobody's */
    void *self;

    /** A caller: what one thread at a time may ask with. Not called from several threads at once.
     */
    fv_status (*open)(void *self, void **caller, fv_error *err);

    /** Sends and waits. Fills *answer, which is {0}. One thread a caller; callers run at once. */
    void (*ask)(void *caller, const fvi_bench_request *request, fvi_bench_answer *answer);

    void (*close)(void *caller);
} fvi_bench_target;

#endif
