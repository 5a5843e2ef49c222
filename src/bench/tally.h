/* SPDX-License-Identifier: Apache-2.0 */
/* What came of the requests. Not thread-safe. */
#ifndef FVI_BENCH_TALLY_H
#define FVI_BENCH_TALLY_H

#include "bench/histogram.h"
#include "bench/target.h"

enum { FVI_BENCH_STATUSES = FVI_INTERNAL + 1, FVI_BENCH_WORDS = 32, FVI_BENCH_LATE_US = 1000 };

/** How often an operation was answered so. */
typedef struct fvi_bench_word {
    fvi_bench_op op;
    const char *word;
    uint64_t count;
} fvi_bench_word;

/** {0} is valid and empty. Large: not for the stack. */
typedef struct fvi_tally {
    uint64_t sent;
    uint64_t late; /**< of these: FVI_BENCH_LATE_US or more after their time */
    uint64_t max_late_us;
    uint64_t ends[FVI_BENCH_END_COUNT];
    uint64_t statuses[FVI_BENCH_STATUSES]; /**< of the replies */
    uint64_t replayed;
    fvi_bench_word words[FVI_BENCH_WORDS];
    size_t n_words;
    fv_error first_error;                  /**< the cause of the first that was neither answered
                                                nor BUSY */
    fvi_histogram answered[FVI_BENCH_OPS]; /**< latency of replies with status OK */
    fvi_histogram busy;                    /**< of BUSY replies */
} fvi_tally;

/** A request goes out, late_us after its time. */
void fvi_tally_sent(fvi_tally *t, uint64_t late_us);

/** It ended, latency_us after its time. */
void fvi_tally_ended(fvi_tally *t, fvi_bench_op op, const fvi_bench_answer *answer,
                     uint64_t latency_us);

uint64_t fvi_tally_answered(const fvi_tally *t);
uint64_t fvi_tally_busy(const fvi_tally *t);

/** Everything else that ended. */
uint64_t fvi_tally_errors(const fvi_tally *t);

/** Latency of all operations together. */
void fvi_tally_latency(const fvi_tally *t, fvi_histogram *out);

#endif
