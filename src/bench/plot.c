/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/gnuplot.h"
#include "bench/report.h"

enum { BARS_MAX = 60 };

static const char *const colours[FVI_BENCH_PERCENTILES] = {"#1a7f37", "#8a6d00", "#b35900",
                                                           "#c0392b", "#7d3c98"};

/* Where the bars stand. */
typedef struct axis {
    bool logarithmic;
    double from_us, to_us;
    int bars;
} axis;

static double place(const axis *a, double us)
{
    double span = a->logarithmic ? log(a->to_us / a->from_us) : a->to_us - a->from_us;
    double from = a->logarithmic ? log(us / a->from_us) : us - a->from_us;
    return from / span * a->bars;
}

static double edge_ms(const axis *a, int bar)
{
    double part = (double)bar / a->bars;
    double us = a->logarithmic ? a->from_us * pow(a->to_us / a->from_us, part)
                               : a->from_us + (a->to_us - a->from_us) * part;
    return us * 1e-3;
}

/* Bars at least four buckets wide: else some would have two and their neighbours three. */
static axis make_axis(const fvi_histogram *a, const fvi_histogram *b)
{
    uint64_t low = a->min_us, high = a->max_us;

    if (b->count > 0 && b->min_us < low) low = b->min_us;
    if (b->count > 0 && b->max_us > high) high = b->max_us;
    axis x = {.from_us = low > 0 ? (double)low : 1.0};
    x.to_us = ((double)high > x.from_us ? (double)high : x.from_us) * (1 + 4 / 128.0);
    x.logarithmic = x.to_us > 8 * x.from_us;
    double most = x.logarithmic ? log(x.to_us / x.from_us) / log(1 + 4 / 128.0)
                                : (x.to_us - x.from_us) / (x.to_us * 4 / 128.0);
    x.bars = most > BARS_MAX ? BARS_MAX : most < 1 ? 1 : (int)most;
    return x;
}

static void put_bars(FILE *to, const char *name, const axis *x, const fvi_histogram *h)
{
    uint64_t bars[BARS_MAX] = {0};

    for (size_t i = 0; i < FVI_HISTOGRAM_BUCKETS; i++) {
        if (h->buckets[i] == 0) continue;
        fvi_bucket b = fvi_histogram_bucket(i);
        double mid = ((double)b.from_us + (double)b.to_us) / 2;
        double at = place(x, mid > x->from_us ? mid : x->from_us);
        bars[at < x->bars ? (int)at : x->bars - 1] += h->buckets[i];
    }
    (void)fprintf(to, "$%s << EOD\n", name);
    for (int i = 0; i < x->bars; i++) {
        if (bars[i] > 0)
            (void)fprintf(to, "%.6g %.6g %llu\n", edge_ms(x, i), edge_ms(x, i + 1),
                          (unsigned long long)bars[i]);
    }
    (void)fputs("EOD\n", to);
}

static void put_axes(FILE *to, const fvi_bench_report *r, const axis *x, uint64_t answers)
{
    char title[200];
    const fvi_bench_plan *p = r->plan;

    if (p->open)
        (void)snprintf(title, sizeof title, "%llu answers: open loop, %g/s (%s), %s",
                       (unsigned long long)answers, p->rate_per_s,
                       p->poisson ? "Poisson" : "constant", r->target);
    else
        (void)snprintf(title, sizeof title, "%llu answers: closed loop, %u %s, %s",
                       (unsigned long long)answers, p->callers,
                       p->callers == 1 ? "caller" : "callers", r->target);
    (void)fputs(
        "set terminal svg noenhanced size 900,480 dynamic font 'sans-serif,14' background "
        "'#ffffff'\nset border 3 lc rgb '#808080'\nset tics nomirror textcolor rgb '#222222'\n"
        "set grid y lc rgb '#c0c0c0' lw 0.5\nset key outside right top\nset title ",
        to);
    fvi_gnuplot_text(to, title);
    (void)fprintf(to, "\nset xlabel 'latency from the %s, ms'\nset ylabel 'requests'\n",
                  p->open ? "time it should have been sent" : "call");
    (void)fprintf(to, "set logscale y\nset yrange [0.5:*]\nset format y '%%g'\n%s",
                  x->logarithmic ? "set logscale x\nset format x '%g'\n" : "");
    (void)fprintf(to, "set xrange [%.6g:%.6g]\n", edge_ms(x, 0), edge_ms(x, x->bars));
}

/* Upright lines: each has its figures in the key, where they cannot overlap. */
static void put_marks(FILE *to, const fvi_histogram *h)
{
    for (size_t i = 0; i < FVI_BENCH_PERCENTILES; i++) {
        double ms = (double)fvi_histogram_percentile(h, fvi_bench_percentiles[i].percent) * 1e-3;
        (void)fprintf(
            to,
            "set arrow from first %.6g, graph 0 to first %.6g, graph 1 nohead front lw 1.5 "
            "dt %zu lc rgb '%s'\n",
            ms, ms, i + 1, colours[i]);
    }
}

static void put_plot(FILE *to, const fvi_histogram *answers, const fvi_histogram *busy)
{
    (void)fputs("plot $A using 1:3:1:2:(0.5):3 with boxxyerror fs solid 0.55 lc rgb '#2f7fc2' "
                "title 'answers'",
                to);
    if (busy->count > 0)
        (void)fputs(", $B using 1:3:1:2:(0.5):3 with boxxyerror fs solid 0.55 lc rgb '#8c8c8c' "
                    "title 'BUSY'",
                    to);
    for (size_t i = 0; i < FVI_BENCH_PERCENTILES; i++) {
        double p = fvi_bench_percentiles[i].percent;
        (void)fprintf(to, ", NaN with lines lw 1.5 dt %zu lc rgb '%s' title '%s  %.4g ms'", i + 1,
                      colours[i], fvi_bench_percentiles[i].name,
                      (double)fvi_histogram_percentile(answers, p) * 1e-3);
    }
    (void)fputs("\n", to);
}

static void put_script(FILE *to, const fvi_bench_report *r, const fvi_histogram *answers)
{
    const fvi_histogram *busy = &r->result->tally.busy;
    axis x = make_axis(answers, busy);

    put_axes(to, r, &x, answers->count);
    put_bars(to, "A", &x, answers);
    if (busy->count > 0) put_bars(to, "B", &x, busy);
    put_marks(to, answers);
    put_plot(to, answers, busy);
}

/* A file for the script; NULL: none can be made. */
static FILE *new_script(fv_error *err)
{
    FILE *f = tmpfile();
    if (f == NULL) (void)fvi_fail(err, FV_E_NOMEM, "no temporary file for the plot");
    return f;
}

fv_status fvi_bench_plot_check(fv_error *err)
{
    char *svg = NULL;
    FILE *script = new_script(err);

    if (script == NULL) return FV_E_NOMEM;
    (void)fputs("set terminal svg\nplot x\n", script);
    fv_status st = fvi_gnuplot_svg(script, &svg, err);
    (void)fclose(script);
    free(svg);
    return st;
}

fv_status fvi_bench_plot(const fvi_bench_report *r, char **svg, fv_error *err)
{
    fv_status st = FV_OK;
    FILE *script = NULL;
    fvi_histogram *all = calloc(1, sizeof *all);

    if (all == NULL) return fvi_fail(err, FV_E_NOMEM, "plot");
    fvi_tally_latency(&r->result->tally, all);
    if (all->count == 0) {
        st = fvi_fail(err, FV_E_BACKEND, "nothing was answered, so there is nothing to plot");
        goto out;
    }
    script = new_script(err);
    if (script == NULL) {
        st = FV_E_NOMEM;
        goto out;
    }
    put_script(script, r, all);
    st = fvi_gnuplot_svg(script, svg, err);
out:
    if (script != NULL) (void)fclose(script);
    free(all);
    return st;
}
