/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "bench/local.h"
#include "bench/report.h"
#include "cli/progress.h"

typedef struct args {
    cli_common common; /* first: --help and the common options find it here */
    fvi_bench_plan plan;
    fvi_bench_work work;
    const char *pairs;
    const char *plot;
    const char *paths[2];
    unsigned n_paths;
    bool ends; /* --duration or --requests was given */
} args;

enum {
    OPT_CONCURRENCY = 256,
    OPT_RATE,
    OPT_ARRIVALS,
    OPT_SEED,
    OPT_DURATION,
    OPT_REQUESTS,
    OPT_WARMUP,
    OPT_PAIRS,
    OPT_MIX,
    OPT_CHANNEL,
    OPT_DEADLINE,
    OPT_PLOT
};

enum { RATE_MAX = 1000000, SECONDS_MAX = 86400 };

static const struct argp_option options[] = {
    {"concurrency", OPT_CONCURRENCY, "N", 0,
     "N requests in flight: always (closed loop), or at most (open loop); without it, as many as "
     "processors",
     1},
    {"rate", OPT_RATE, "N", 0,
     "Open loop: N requests a second, sent at their time whether others are answered or not; "
     "latency counts from that time",
     1},
    {"arrivals", OPT_ARRIVALS, "constant|poisson", 0,
     "Open loop: evenly spaced (without it), or independent of each other", 1},
    {"seed", OPT_SEED, "N", 0, "Of the Poisson arrivals; 1 without it", 1},
    {"duration", OPT_DURATION, "S", 0, "Measure for S seconds; 10 without it and --requests", 1},
    {"requests", OPT_REQUESTS, "N", 0, "Measure N requests", 1},
    {"warmup", OPT_WARMUP, "S", 0, "First, S seconds that count for nothing; 2 without it", 1},
    {"pairs", OPT_PAIRS, "CSV", 0,
     "Photographs in turn: columns path_a (selfie) and path_b (photograph on record), as "
     "faceverify "
     "replay reads them",
     2},
    {"mix", OPT_MIX, "OP:N,...", 0,
     "What is asked how often: verify, match, liveness, quality; verify:1 without it", 2},
    {"channel", OPT_CHANNEL, "NAME", 0, "Where the person is, as in faceverify verify", 2},
    {"deadline-ms", OPT_DEADLINE, "N", 0, "Of each request, 1 to 600000", 2},
    {"plot", OPT_PLOT, "OUT.svg", 0, "Draw the latencies as a histogram (by gnuplot)", 3},
    {0},
};

static error_t wrong(args *a, const char *field, const char *text)
{
    (void)fvi_fail_field(&a->common.usage, FV_E_ARG, field, "%s", text);
    return EINVAL;
}

static error_t take_whole(args *a, const char *field, const char *arg, uint64_t most, uint64_t *out)
{
    char *end = NULL;
    errno = 0;
    unsigned long long v = strtoull(arg, &end, 10);
    if (errno != 0 || *end != '\0' || arg[0] < '0' || arg[0] > '9' || v > most) {
        (void)fvi_fail_field(&a->common.usage, FV_E_ARG, field,
                             "must be a whole number, at most %llu", (unsigned long long)most);
        return EINVAL;
    }
    *out = v;
    return 0;
}

/* The same, but not 0. */
static error_t take_count(args *a, const char *field, const char *arg, uint64_t most, uint64_t *out)
{
    uint64_t v = 0;
    error_t e = take_whole(a, field, arg, most, &v);
    if (e != 0) return e;
    if (v == 0) return wrong(a, field, "must be 1 or more");
    *out = v;
    return 0;
}

static error_t take_real(args *a, const char *field, const char *arg, double most, double *out)
{
    char *end = NULL;
    double v = strtod(arg, &end);
    bool digits = arg[0] != '\0' && arg[strspn(arg, "0123456789.")] == '\0';
    if (!digits || *end != '\0' || !(v >= 0) || v > most) {
        (void)fvi_fail_field(&a->common.usage, FV_E_ARG, field, "must be a number, at most %.0f",
                             most);
        return EINVAL;
    }
    *out = v;
    return 0;
}

static error_t take_seconds(args *a, const char *field, const char *arg, uint64_t *us)
{
    double s = 0;
    error_t e = take_real(a, field, arg, SECONDS_MAX, &s);
    if (e == 0) *us = (uint64_t)llround(s * 1e6);
    return e;
}

static error_t take_duration(args *a, const char *arg)
{
    error_t e = take_seconds(a, "duration", arg, &a->plan.duration_us);
    a->ends = true;
    return e == 0 && a->plan.duration_us == 0 ? wrong(a, "duration", "must be more than 0") : e;
}

static error_t take_rate(args *a, const char *arg)
{
    error_t e = take_real(a, "rate", arg, RATE_MAX, &a->plan.rate_per_s);
    a->plan.open = true;
    return e == 0 && a->plan.rate_per_s < 0.01 ? wrong(a, "rate", "must be 0.01 or more") : e;
}

static error_t take_arrivals(args *a, const char *arg)
{
    a->plan.poisson = strcmp(arg, "poisson") == 0;
    if (a->plan.poisson || strcmp(arg, "constant") == 0) return 0;
    return wrong(a, "arrivals", "known: constant, poisson");
}

static error_t parse_plan(int key, char *arg, args *a)
{
    uint64_t v = 0;
    error_t e = 0;

    switch (key) {
    case OPT_CONCURRENCY:
        e = take_count(a, "concurrency", arg, FVI_BENCH_CALLERS_MAX, &v);
        a->plan.callers = (unsigned)v;
        return e;
    case OPT_RATE:
        return take_rate(a, arg);
    case OPT_ARRIVALS:
        return take_arrivals(a, arg);
    case OPT_SEED:
        return take_whole(a, "seed", arg, UINT32_MAX, &a->plan.seed);
    case OPT_DURATION:
        return take_duration(a, arg);
    case OPT_REQUESTS:
        a->ends = true;
        return take_count(a, "requests", arg, UINT32_MAX, &a->plan.requests);
    case OPT_WARMUP:
        return take_seconds(a, "warmup", arg, &a->plan.warmup_us);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static error_t parse_work(int key, char *arg, args *a)
{
    uint64_t v = 0;
    error_t e = 0;

    switch (key) {
    case OPT_PAIRS:
        a->pairs = arg;
        return 0;
    case OPT_MIX:
        return fvi_bench_work_mix(&a->work, arg, &a->common.usage) == FV_OK ? 0 : EINVAL;
    case OPT_CHANNEL:
        a->work.channel = arg;
        return 0;
    case OPT_DEADLINE:
        e = take_count(a, "deadline_ms", arg, 600000, &v);
        a->work.deadline_ms = (uint32_t)v;
        return e;
    case OPT_PLOT:
        a->plot = arg;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static error_t check(args *a)
{
    if (a->common.help) return 0;
    if (a->pairs != NULL && a->n_paths > 0)
        return wrong(a, "command_line", "give SELFIE RECORD or --pairs, not both");
    if (a->pairs == NULL && a->n_paths < 2)
        return wrong(a, "command_line", "two photographs are needed: SELFIE RECORD, or --pairs");
    if (a->plan.poisson && !a->plan.open)
        return wrong(a, "arrivals", "are of the open loop: give --rate too");
    return 0;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    args *a = state->input;
    error_t e = 0;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &a->common;
        return 0;
    case ARGP_KEY_ARG:
        if (a->n_paths == 2)
            return wrong(a, "command_line", "more than two photographs: give SELFIE RECORD only");
        a->paths[a->n_paths++] = arg;
        return 0;
    case ARGP_KEY_END:
        return check(a);
    default:
        e = parse_plan(key, arg, a);
        return e == ARGP_ERR_UNKNOWN ? parse_work(key, arg, a) : e;
    }
}

static fv_status load_photos(args *a, fv_error *err)
{
    static const char *const fields[2] = {"selfie", "record_photo"};
    fv_status st = FV_OK;
    uint8_t *data[2] = {NULL, NULL};
    size_t len[2] = {0, 0};

    if (a->pairs != NULL) return fvi_bench_work_csv(&a->work, a->pairs, cli_read_photo, err);
    for (unsigned i = 0; i < 2; i++)
        FVI_TRY(cli_read_photo(a->paths[i], fields[i], &data[i], &len[i], err));
    st = fvi_bench_work_pair(&a->work, (fvi_bench_pair){{data[0], len[0]}, {data[1], len[1]}}, err);
    data[0] = data[1] = NULL;
out:
    free(data[0]);
    free(data[1]);
    return st;
}

typedef struct watcher {
    cli_progress *line;
    const fvi_bench_plan *plan;
} watcher;

static void show(void *cookie, const fvi_bench_progress *p)
{
    const watcher *w = cookie;
    char text[160], of[32] = "";
    double s = (double)p->elapsed_us * 1e-6;
    uint64_t total = p->warming ? w->plan->warmup_us : w->plan->duration_us;

    if (total > 0) (void)snprintf(of, sizeof of, " of %.0f", (double)total * 1e-6);
    if (p->warming)
        (void)snprintf(text, sizeof text, "warm-up, %.0f%s s", s, of);
    else
        (void)snprintf(text, sizeof text,
                       "%.0f%s s: %llu answered, %.1f/s, p50 %.1f, p99 %.1f ms, %llu BUSY, %llu "
                       "errors",
                       s, of, (unsigned long long)p->answered, s > 0 ? (double)p->answered / s : 0,
                       (double)p->p50_us * 1e-3, (double)p->p99_us * 1e-3,
                       (unsigned long long)p->busy, (unsigned long long)p->errors);
    cli_progress_line(w->line, text);
}

static int write_plot(const args *a, const fvi_bench_report *report)
{
    fv_error err = {.code = FV_OK};
    cli_target to = {.path = a->plot, .field = "plot"};
    char *svg = NULL;

    fv_status st = fvi_bench_plot(report, &svg, &err);
    if (st == FV_OK) st = cli_write_file(&to, (fv_bytes){(const uint8_t *)svg, strlen(svg)}, &err);
    free(svg);
    return st == FV_OK ? EXIT_YES : cli_tell_failure(&a->common, st, &err);
}

static int print(const args *a, const fvi_bench_report *report)
{
    const fvi_tally *t = &report->result->tally;
    fv_error err = {.code = FV_OK};
    int code = EXIT_YES;

    if (fvi_tally_answered(t) + fvi_tally_busy(t) == 0) {
        cli_error(&a->common, "nothing was answered%s%s", t->first_error.code != FV_OK ? ": " : "",
                  t->first_error.text);
        code = EXIT_FAULT;
    } else if (a->plot != NULL) {
        code = write_plot(a, report);
    }
    if (a->common.json) return cli_print_json(&a->common, fvi_bench_json(report), code);
    fv_status st = fvi_bench_text(report, stdout, &err);
    if (st != FV_OK) code = cli_tell_failure(&a->common, st, &err);
    return cli_finish(&a->common, code);
}

static fv_status measure(const args *a, const fvi_bench_target *target, fvi_bench_result *result,
                         fv_error *err)
{
    fv_status st = FV_OK;
    cli_progress progress = cli_progress_begin();
    watcher w = {&progress, &a->plan};
    fvi_bench_load load = {&a->plan, &a->work, target, {cli_progress_stop(), show, &w}};

    FVI_TRY(fvi_bench_try(&load, err));
    FVI_TRY(fvi_bench_run(&load, result, err));
out:
    cli_progress_end(&progress);
    return st;
}

static int run(args *a)
{
    fv_status st = FV_OK;
    fv_engine *engine = NULL;
    cli_answer failed = {.versions = FV_VERSIONS_INIT};
    fv_engine_options wanted = cli_engine_options(&a->common);
    fvi_bench_result *result = calloc(1, sizeof *result);
    int code = EXIT_FAULT;

    if (result == NULL) FVI_TRY(fvi_fail(&failed.err, FV_E_NOMEM, "result"));
    if (a->plot != NULL) FVI_TRY(fvi_bench_plot_check(&failed.err));
    FVI_TRY(load_photos(a, &failed.err));
    FVI_TRY(fv_engine_create(&engine, &wanted, &failed.err));
    FVI_TRY(fv_engine_versions(engine, &failed.versions, &failed.err));
    fvi_bench_target target = fvi_bench_local(engine);
    FVI_TRY(measure(a, &target, result, &failed.err));
    fvi_bench_report report = {target.name, &a->plan, &a->work, &failed.versions, result};
    code = print(a, &report);
out:
    failed.status = st;
    if (st != FV_OK) code = cli_fail(&a->common, &failed);
    fv_engine_destroy(&engine);
    free(result);
    return code;
}

int cmd_bench(int argc, char **argv)
{
    static const struct argp_child children[] = {{&cli_common_argp, 0, "Settings and output:", 10},
                                                 {0}};
    static const struct argp argp = {
        options,
        parse,
        "SELFIE RECORD\n--pairs CSV",
        "Puts load on the verification and measures it: throughput, latency (p50 to p99.9), CPU "
        "time and memory. In this process, with a session for each request in flight.\v"
        "Without --rate the loop is closed: as soon as one request is answered the next is sent, "
        "which finds the capacity. With --rate it is open, as callers are who do not wait for each "
        "other, which finds the latency at that load.\n\n"
        "Examples:\n\n"
        "  faceverify bench selfie.jpg record.jpg\n"
        "  faceverify bench --rate 50 --arrivals poisson --duration 60 --plot latency.svg "
        "selfie.jpg record.jpg\n"
        "  faceverify bench --json --mix verify:8,quality:1,liveness:1 --pairs set/pairs.csv\n\n"
        "Ctrl-C ends the measurement; what was seen so far is told.\n\n"
        "Exit code:\n\n"
        "  0  done\n"
        "  2  the command line, a photograph's name or the settings are wrong\n"
        "  3  it could not run, or nothing was answered",
        children,
        NULL,
        NULL};
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    args *a = calloc(1, sizeof *a); /* the cycle of operations is large */

    if (a == NULL) return EXIT_FAULT;
    a->common = cli_common_init("bench");
    a->plan = (fvi_bench_plan){
        .callers = processors > 0 ? (unsigned)processors : 1, .seed = 1, .warmup_us = 2000000};
    fvi_bench_work_init(&a->work);
    int code = cli_parse(&a->common, &argp, argc, argv, a);
    if (code == CLI_GO_ON) {
        if (!a->ends) a->plan.duration_us = 10000000;
        code = run(a);
    }
    fvi_bench_work_free(&a->work);
    free(a);
    return code;
}
