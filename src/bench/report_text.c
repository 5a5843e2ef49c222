/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/error.h"
#include "bench/report.h"

static void put_head(const fvi_bench_report *r, FILE *to)
{
    const fvi_bench_plan *p = r->plan;

    if (p->open)
        (void)fprintf(to, "Open loop, %g requests a second (%s), at most %u in flight, %s\n",
                      p->rate_per_s, p->poisson ? "Poisson" : "constant", p->callers, r->target);
    else
        (void)fprintf(to, "Closed loop, %u %s, %s\n", p->callers,
                      p->callers == 1 ? "caller" : "callers", r->target);
    (void)fprintf(to, "%.1f s after %.1f s of warm-up; %zu %s of photographs%s\n\n",
                  (double)r->result->elapsed_us * 1e-6, (double)p->warmup_us * 1e-6,
                  r->work->n_pairs, r->work->n_pairs == 1 ? "pair" : "pairs",
                  r->result->interrupted ? "; interrupted" : "");
}

static void put_count(FILE *to, const char *name, uint64_t v)
{
    (void)fprintf(to, "  %-22s %10llu\n", name, (unsigned long long)v);
}

static void put_words(const fvi_tally *t, FILE *to)
{
    char name[64];

    for (size_t i = 0; i < t->n_words; i++) {
        (void)snprintf(name, sizeof name, "  %s %s", fvi_bench_op_name(t->words[i].op),
                       t->words[i].word);
        put_count(to, name, t->words[i].count);
    }
}

static void put_errors(const fvi_tally *t, FILE *to)
{
    static const char *const ends[FVI_BENCH_REPLY] = {"  no reply", "  timed out", "  wrong reply"};
    char name[64];

    put_count(to, "errors", fvi_tally_errors(t));
    for (int i = 0; i < FVI_BENCH_REPLY; i++) {
        if (t->ends[i] > 0) put_count(to, ends[i], t->ends[i]);
    }
    for (int i = 0; i < FVI_BENCH_STATUSES; i++) {
        if (i == FVI_ANSWERED_OK || i == FVI_BUSY || t->statuses[i] == 0) continue;
        (void)snprintf(name, sizeof name, "  %s", fvi_answered_name((fvi_answered)i));
        put_count(to, name, t->statuses[i]);
    }
    if (t->first_error.code != FV_OK) (void)fprintf(to, "  the first: %s\n", t->first_error.text);
}

static void put_counts(const fvi_bench_report *r, FILE *to)
{
    const fvi_tally *t = &r->result->tally;
    double seconds = (double)r->result->elapsed_us * 1e-6;

    put_count(to, "sent", t->sent);
    (void)fprintf(to, "  %-22s %10llu  %.1f a second\n", "answered",
                  (unsigned long long)fvi_tally_answered(t),
                  seconds > 0 ? (double)fvi_tally_answered(t) / seconds : 0.0);
    put_words(t, to);
    put_count(to, "BUSY", fvi_tally_busy(t));
    put_errors(t, to);
    if (t->replayed > 0) put_count(to, "replayed", t->replayed);
    if (t->late > 0)
        (void)fprintf(to, "  %-22s %10llu  1 ms or more, by up to %.1f ms\n", "sent late",
                      (unsigned long long)t->late, (double)t->max_late_us * 1e-3);
}

static void put_latency(FILE *to, const char *name, const fvi_histogram *h)
{
    if (h->count == 0) return;
    (void)fprintf(to, "  %-10s", name);
    for (size_t i = 0; i < FVI_BENCH_PERCENTILES; i++)
        (void)fprintf(to, " %9.2f",
                      (double)fvi_histogram_percentile(h, fvi_bench_percentiles[i].percent) * 1e-3);
    (void)fprintf(to, " %9.2f %9.2f\n", (double)h->max_us * 1e-3, fvi_histogram_mean(h) * 1e-3);
}

static void put_latencies(const fvi_bench_report *r, const fvi_histogram *all, FILE *to)
{
    const fvi_tally *t = &r->result->tally;

    if (all->count == 0 && t->busy.count == 0) return;
    (void)fprintf(to, "\nLatency in ms, from the %s\n  %-10s",
                  r->plan->open ? "time it should have been sent" : "call", "");
    for (size_t i = 0; i < FVI_BENCH_PERCENTILES; i++)
        (void)fprintf(to, " %9s", fvi_bench_percentiles[i].name);
    (void)fprintf(to, " %9s %9s\n", "max", "mean");
    put_latency(to, "answers", all);
    for (int op = 0; op < FVI_BENCH_OPS; op++) {
        if (t->answered[op].count < all->count)
            put_latency(to, fvi_bench_op_name((fvi_bench_op)op), &t->answered[op]);
    }
    put_latency(to, "BUSY", &t->busy);
}

static void put_process(const fvi_watch *w, FILE *to)
{
    static const double mib = 1.0 / (1 << 20);
    uint64_t wall = w->last.at_us - w->first.at_us;

    if (w->n == 0) return;
    (void)fprintf(to, "\nProcess %d%s: %.2f processors\n", w->pid,
                  w->gone ? " (ended meanwhile)" : "",
                  wall > 0 ? (double)(w->last.cpu_us - w->first.cpu_us) / (double)wall : 0.0);
    (void)fprintf(to, "  resident memory in MiB: %.1f at first, %.1f at the end, %.1f at most\n",
                  (double)w->first.resident_bytes * mib, (double)w->last.resident_bytes * mib,
                  (double)w->max_resident_bytes * mib);
}

fv_status fvi_bench_text(const fvi_bench_report *r, FILE *to, fv_error *err)
{
    fvi_histogram *all = calloc(1, sizeof *all);

    if (all == NULL) return fvi_fail(err, FV_E_NOMEM, "report");
    fvi_tally_latency(&r->result->tally, all);
    put_head(r, to);
    put_counts(r, to);
    put_latencies(r, all, to);
    put_process(&r->result->watch, to);
    free(all);
    return FV_OK;
}
