/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/report.h"

#include <stdlib.h>

const fvi_bench_percentile fvi_bench_percentiles[FVI_BENCH_PERCENTILES] = {
    {50, "p50", "p50_us"}, {90, "p90", "p90_us"},       {95, "p95", "p95_us"},
    {99, "p99", "p99_us"}, {99.9, "p99.9", "p99_9_us"},
};

static json_t *number(uint64_t v)
{
    return json_integer((json_int_t)v);
}

static json_t *latency_json(const fvi_histogram *h)
{
    json_t *j = json_pack("{s:o}", "count", number(h->count));

    if (h->count == 0) return j;
    (void)json_object_set_new(j, "min_us", number(h->min_us));
    (void)json_object_set_new(j, "mean_us", json_real(fvi_histogram_mean(h)));
    for (size_t i = 0; i < FVI_BENCH_PERCENTILES; i++)
        (void)json_object_set_new(
            j, fvi_bench_percentiles[i].key,
            number(fvi_histogram_percentile(h, fvi_bench_percentiles[i].percent)));
    (void)json_object_set_new(j, "max_us", number(h->max_us));
    return j;
}

static json_t *plan_json(const fvi_bench_plan *p)
{
    json_t *j = json_pack("{s:s, s:i, s:o}", "loop", p->open ? "open" : "closed", "concurrency",
                          (int)p->callers, "warmup_us", number(p->warmup_us));

    if (p->duration_us > 0) (void)json_object_set_new(j, "duration_us", number(p->duration_us));
    if (p->requests > 0) (void)json_object_set_new(j, "requests", number(p->requests));
    if (!p->open) return j;
    (void)json_object_set_new(j, "rate_per_s", json_real(p->rate_per_s));
    (void)json_object_set_new(j, "arrivals", json_string(p->poisson ? "poisson" : "constant"));
    if (p->poisson) (void)json_object_set_new(j, "seed", number(p->seed));
    return j;
}

static json_t *work_json(const fvi_bench_work *w)
{
    json_t *mix = json_object();

    for (int op = 0; op < FVI_BENCH_OPS; op++) {
        if (w->weights[op] > 0)
            (void)json_object_set_new(mix, fvi_bench_op_name((fvi_bench_op)op),
                                      number(w->weights[op]));
    }
    return json_pack("{s:o, s:o, s:o, s:s*}", "pairs", number(w->n_pairs), "photographs_bytes",
                     number(w->bytes), "mix", mix, "channel", w->channel);
}

static json_t *counts_json(const fvi_tally *t)
{
    json_t *statuses = json_object();

    for (int i = 0; i < FVI_BENCH_STATUSES; i++) {
        if (t->statuses[i] > 0)
            (void)json_object_set_new(statuses, fvi_answered_name((fvi_answered)i),
                                      number(t->statuses[i]));
    }
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "sent", number(t->sent), "answered",
        number(fvi_tally_answered(t)), "busy", number(fvi_tally_busy(t)), "errors",
        number(fvi_tally_errors(t)), "timeouts", number(t->ends[FVI_BENCH_TIMEOUT]), "no_reply",
        number(t->ends[FVI_BENCH_NO_REPLY]), "wrong_reply", number(t->ends[FVI_BENCH_WRONG_REPLY]),
        "replayed", number(t->replayed), "statuses", statuses);
}

static json_t *operations_json(const fvi_tally *t)
{
    json_t *all = json_object();

    for (int op = 0; op < FVI_BENCH_OPS; op++) {
        json_t *answers = json_object();
        for (size_t i = 0; i < t->n_words; i++) {
            if ((int)t->words[i].op == op)
                (void)json_object_set_new(answers, t->words[i].word, number(t->words[i].count));
        }
        if (t->answered[op].count > 0)
            (void)json_object_set_new(all, fvi_bench_op_name((fvi_bench_op)op),
                                      json_pack("{s:O, s:o}", "answers", answers, "latency",
                                                latency_json(&t->answered[op])));
        json_decref(answers);
    }
    return all;
}

static json_t *watch_json(const fvi_watch *w)
{
    json_t *looks = json_array();

    for (size_t i = 0; i < w->n; i++)
        (void)json_array_append_new(looks, json_pack("{s:o, s:o, s:o}", "at_us",
                                                     number(w->looks[i].at_us), "cpu_us",
                                                     number(w->looks[i].cpu_us), "resident_bytes",
                                                     number(w->looks[i].resident_bytes)));
    uint64_t wall = w->last.at_us - w->first.at_us;
    uint64_t cpu = w->last.cpu_us - w->first.cpu_us;
    return json_pack("{s:i, s:b, s:o, s:f, s:o, s:o, s:o, s:o}", "pid", w->pid, "gone",
                     (int)w->gone, "cpu_us", number(cpu), "cpu_cores",
                     wall > 0 ? (double)cpu / (double)wall : 0.0, "resident_first_bytes",
                     number(w->first.resident_bytes), "resident_last_bytes",
                     number(w->last.resident_bytes), "resident_max_bytes",
                     number(w->max_resident_bytes), "looks", looks);
}

static json_t *versions_json(const fv_versions *v)
{
    return json_pack("{s:s*, s:s*, s:s*, s:s*}", "library", v->library, "pack_name", v->pack_name,
                     "pack_sha256", v->pack_sha256, "calibration_id", v->calibration_id);
}

static void add_figures(json_t *j, const fvi_bench_result *r)
{
    const fvi_tally *t = &r->tally;
    double seconds = (double)r->elapsed_us * 1e-6;

    (void)json_object_set_new(j, "interrupted", json_boolean(r->interrupted));
    (void)json_object_set_new(j, "elapsed_us", number(r->elapsed_us));
    (void)json_object_update_new(j, counts_json(t));
    (void)json_object_set_new(
        j, "answered_per_s",
        json_real(seconds > 0 ? (double)fvi_tally_answered(t) / seconds : 0.0));
    (void)json_object_set_new(j, "late", number(t->late));
    (void)json_object_set_new(j, "late_max_us", number(t->max_late_us));
    if (t->first_error.code != FV_OK)
        (void)json_object_set_new(j, "first_error", json_string(t->first_error.text));
}

json_t *fvi_bench_json(const fvi_bench_report *r)
{
    const fvi_tally *t = &r->result->tally;
    fvi_histogram *all = calloc(1, sizeof *all);
    json_t *j = all != NULL ? json_pack("{s:s, s:o, s:o}", "target", r->target, "plan",
                                        plan_json(r->plan), "work", work_json(r->work))
                            : NULL;

    if (j == NULL) {
        free(all);
        return NULL;
    }
    fvi_tally_latency(t, all);
    add_figures(j, r->result);
    (void)json_object_set_new(j, "latency", latency_json(all));
    (void)json_object_set_new(j, "busy_latency", latency_json(&t->busy));
    (void)json_object_set_new(j, "operations", operations_json(t));
    if (r->result->watch.pid != 0)
        (void)json_object_set_new(j, "process", watch_json(&r->result->watch));
    (void)json_object_set_new(j, "versions", versions_json(r->versions));
    free(all);
    return j;
}
