/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which request is sent when. Knows no clock: the caller says what time it is, in microseconds
 * since the run began. Not thread-safe.
 */
#ifndef FVI_BENCH_SCHEDULE_H
#define FVI_BENCH_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

/** How much load, for how long. */
typedef struct fvi_bench_plan {
    bool open;         /**< sent at times of its own; else whenever a caller has its answer */
    bool poisson;      /**< open: the times are independent of each other; else evenly spaced */
    double rate_per_s; /**< open */
    uint64_t seed;     /**< of the Poisson times */
    unsigned callers;  /**< requests in flight: always (closed), or at most (open) */
    uint64_t warmup_us;
    uint64_t duration_us; /**< after the warm-up; 0 = until `requests` are through */
    uint64_t requests;    /**< after the warm-up; 0 = until `duration_us` is over */
} fvi_bench_plan;

/** One request to send. */
typedef struct fvi_ticket {
    uint64_t number; /**< from 0, warm-up included */
    uint64_t at_us;  /**< when it should be sent, which its latency counts from */
    bool measured;   /**< not part of the warm-up */
} fvi_ticket;

typedef struct fvi_schedule {
    fvi_bench_plan plan;
    uint64_t next;     /**< number of the next ticket */
    uint64_t measured; /**< how many of those given were */
    uint64_t random;
    double poisson_us; /**< time of the last */
} fvi_schedule;

void fvi_schedule_begin(fvi_schedule *s, const fvi_bench_plan *plan);

/** @return false: the run is over; *out is untouched */
bool fvi_schedule_next(fvi_schedule *s, uint64_t now_us, fvi_ticket *out);

#endif
