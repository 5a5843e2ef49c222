/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/histogram.h"

#include <math.h>

enum { SUB_BITS = 7, SUB = 1 << SUB_BITS };

/* The top eight bits of a value choose its bucket: SUB of them to each position of the top bit. */
static size_t index_of(uint64_t us)
{
    unsigned shift = 0;

    if (us >> FVI_HISTOGRAM_BITS != 0) return FVI_HISTOGRAM_BUCKETS - 1;
    while (us >> shift >= 2 * SUB)
        shift++;
    return (size_t)shift * SUB + (size_t)(us >> shift);
}

fvi_bucket fvi_histogram_bucket(size_t index)
{
    unsigned shift = index < 2 * SUB ? 0 : (unsigned)(index / SUB) - 1;
    uint64_t top = (uint64_t)index - (uint64_t)shift * SUB;

    return (fvi_bucket){top << shift, ((top + 1) << shift) - 1};
}

void fvi_histogram_add(fvi_histogram *h, uint64_t us)
{
    if (h->count == 0 || us < h->min_us) h->min_us = us;
    if (us > h->max_us) h->max_us = us;
    h->count++;
    h->sum_us += us;
    h->buckets[index_of(us)]++;
}

void fvi_histogram_merge(fvi_histogram *into, const fvi_histogram *from)
{
    if (from->count == 0) return;
    if (into->count == 0 || from->min_us < into->min_us) into->min_us = from->min_us;
    if (from->max_us > into->max_us) into->max_us = from->max_us;
    into->count += from->count;
    into->sum_us += from->sum_us;
    for (size_t i = 0; i < FVI_HISTOGRAM_BUCKETS; i++)
        into->buckets[i] += from->buckets[i];
}

uint64_t fvi_histogram_percentile(const fvi_histogram *h, double percent)
{
    uint64_t seen = 0;
    /* less a part in 10^12: 99.9 % of 1000 is rank 999, whatever the product rounds to */
    double rank = ceil((double)h->count * percent / 100.0 * (1.0 - 1e-12));

    for (size_t i = 0; i < FVI_HISTOGRAM_BUCKETS; i++) {
        seen += h->buckets[i];
        if (h->buckets[i] == 0 || (double)seen < rank) continue;
        uint64_t to = fvi_histogram_bucket(i).to_us;
        if (to > h->max_us || i == FVI_HISTOGRAM_BUCKETS - 1) return h->max_us;
        return to;
    }
    return h->max_us;
}

double fvi_histogram_mean(const fvi_histogram *h)
{
    return h->count > 0 ? (double)h->sum_us / (double)h->count : (double)NAN;
}
