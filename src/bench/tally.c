/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/tally.h"

#include <string.h>

void fvi_tally_sent(fvi_tally *t, uint64_t late_us)
{
    t->sent++;
    if (late_us >= FVI_BENCH_LATE_US) t->late++;
    if (late_us > t->max_late_us) t->max_late_us = late_us;
}

static void count_word(fvi_tally *t, fvi_bench_op op, const char *word)
{
    for (size_t i = 0; i < t->n_words; i++) {
        if (t->words[i].op != op || strcmp(t->words[i].word, word) != 0) continue;
        t->words[i].count++;
        return;
    }
    if (t->n_words == FVI_BENCH_WORDS) return;
    t->words[t->n_words++] = (fvi_bench_word){op, word, 1};
}

void fvi_tally_ended(fvi_tally *t, fvi_bench_op op, const fvi_bench_answer *a, uint64_t latency_us)
{
    fvi_bench_end end = a->end;

    if (end == FVI_BENCH_REPLY && (unsigned)a->status >= FVI_BENCH_STATUSES)
        end = FVI_BENCH_WRONG_REPLY;
    t->ends[end]++;
    if (end == FVI_BENCH_REPLY) {
        t->statuses[a->status]++;
        if (a->replayed) t->replayed++;
        if (a->status == FVI_ANSWERED_OK) {
            fvi_histogram_add(&t->answered[op], latency_us);
            count_word(t, op, a->word != NULL ? a->word : "");
            return;
        }
        if (a->status == FVI_BUSY) {
            fvi_histogram_add(&t->busy, latency_us);
            return;
        }
    }
    if (t->first_error.code == FV_OK) t->first_error = a->err;
}

uint64_t fvi_tally_answered(const fvi_tally *t)
{
    return t->statuses[FVI_ANSWERED_OK];
}

uint64_t fvi_tally_busy(const fvi_tally *t)
{
    return t->statuses[FVI_BUSY];
}

uint64_t fvi_tally_errors(const fvi_tally *t)
{
    uint64_t all = 0;

    for (size_t i = 0; i < FVI_BENCH_END_COUNT; i++)
        all += t->ends[i];
    return all - fvi_tally_answered(t) - fvi_tally_busy(t);
}

void fvi_tally_latency(const fvi_tally *t, fvi_histogram *out)
{
    memset(out, 0, sizeof *out);
    for (size_t op = 0; op < FVI_BENCH_OPS; op++)
        fvi_histogram_merge(out, &t->answered[op]);
}
