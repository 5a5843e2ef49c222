/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Latencies in bounded memory, after the High Dynamic Range histogram: 128 buckets to each
 * doubling, so that every value is known to 1/128 (0.79 %) however small or large, and to the
 * microsecond below 256. Not thread-safe; two are added together by fvi_histogram_merge().
 */
#ifndef FVI_BENCH_HISTOGRAM_H
#define FVI_BENCH_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

enum {
    FVI_HISTOGRAM_BITS = 36, /**< values from 2^36 us (19 hours) on share the last bucket */
    FVI_HISTOGRAM_BUCKETS = (FVI_HISTOGRAM_BITS - 8) * 128 + 256,
};

/** {0} is valid and empty. */
typedef struct fvi_histogram {
    uint64_t count;
    uint64_t sum_us;
    uint64_t min_us; /**< exact, as max_us; 0 while it is empty */
    uint64_t max_us;
    uint64_t buckets[FVI_HISTOGRAM_BUCKETS];
} fvi_histogram;

void fvi_histogram_add(fvi_histogram *h, uint64_t us);

/** Adds what `from` has seen. */
void fvi_histogram_merge(fvi_histogram *into, const fvi_histogram *from);

/**
 * The value that `percent` of 100 of all values do not exceed (the nearest rank): never below the
 * exact one, at most 1/128 above it, never above max_us. 0 while it is empty.
 */
uint64_t fvi_histogram_percentile(const fvi_histogram *h, double percent);

/** NaN while it is empty. */
double fvi_histogram_mean(const fvi_histogram *h);

/** Values that a bucket counts: from .. to, inclusive. */
typedef struct fvi_bucket {
    uint64_t from_us;
    uint64_t to_us;
} fvi_bucket;

fvi_bucket fvi_histogram_bucket(size_t index);

#endif
