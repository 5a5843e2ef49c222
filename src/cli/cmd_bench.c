/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "cli/bench.h"
#include "cli/source.h"

typedef cli_bench_args args;

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
    OPT_PLOT,
    OPT_SERVER_PID
};

enum { RATE_MAX = 1000000, SECONDS_MAX = 86400 };

static const struct argp_option options[] = {
    {"server-pid", OPT_SERVER_PID, "PID", 0,
     "With --url: whose CPU time and memory to watch; at ipc:// it is found out", 3},
    {"concurrency", OPT_CONCURRENCY, "N", 0,
     "N requests in flight: always (closed loop), or at most (open loop). Without it, as many as "
     "processors; 256 in an open loop at a service",
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
    {"plot", OPT_PLOT, "OUT.svg", 0, "Draw the latencies as a histogram (by gnuplot)", 4},
    {0},
};

static error_t take_whole(args *a, const char *field, const char *arg, uint64_t most, uint64_t *out)
{
    if (cli_whole(arg, most, out)) return 0;
    (void)fvi_fail_field(&a->common.usage, FV_E_ARG, field, "must be a whole number, at most %llu",
                         (unsigned long long)most);
    return EINVAL;
}

/* The same, but not 0. */
static error_t take_count(args *a, const char *field, const char *arg, uint64_t most, uint64_t *out)
{
    uint64_t v = 0;
    error_t e = take_whole(a, field, arg, most, &v);
    if (e != 0) return e;
    if (v == 0) return cli_wrong(&a->common, field, "must be 1 or more");
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
    return e == 0 && a->plan.duration_us == 0
               ? cli_wrong(&a->common, "duration", "must be more than 0")
               : e;
}

static error_t take_rate(args *a, const char *arg)
{
    error_t e = take_real(a, "rate", arg, RATE_MAX, &a->plan.rate_per_s);
    a->plan.open = true;
    return e == 0 && a->plan.rate_per_s < 0.01
               ? cli_wrong(&a->common, "rate", "must be 0.01 or more")
               : e;
}

static error_t take_arrivals(args *a, const char *arg)
{
    a->plan.poisson = strcmp(arg, "poisson") == 0;
    if (a->plan.poisson || strcmp(arg, "constant") == 0) return 0;
    return cli_wrong(&a->common, "arrivals", "known: constant, poisson");
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
    case OPT_SERVER_PID:
        return take_count(a, "server_pid", arg, INT32_MAX, &a->server_pid);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static error_t check(args *a)
{
    if (a->common.help) return 0;
    if (a->server_pid != 0 && a->common.url == NULL)
        return cli_wrong(&a->common, "server_pid", "is of a service: give --url too");
    if (a->pairs != NULL && a->n_paths > 0)
        return cli_wrong(&a->common, "command_line", "give SELFIE RECORD or --pairs, not both");
    if (a->pairs == NULL && a->n_paths < 2)
        return cli_wrong(&a->common, "command_line",
                         "two photographs are needed: SELFIE RECORD, or --pairs");
    if (a->plan.poisson && !a->plan.open)
        return cli_wrong(&a->common, "arrivals", "are of the open loop: give --rate too");
    return 0;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    args *a = state->input;
    error_t e = 0;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = state->child_inputs[1] = &a->common;
        return 0;
    case ARGP_KEY_ARG:
        if (a->n_paths == 2)
            return cli_wrong(&a->common, "command_line",
                             "more than two photographs: give SELFIE RECORD only");
        a->paths[a->n_paths++] = arg;
        return 0;
    case ARGP_KEY_END:
        return check(a);
    default:
        e = parse_plan(key, arg, a);
        return e == ARGP_ERR_UNKNOWN ? parse_work(key, arg, a) : e;
    }
}

/* What was not given. */
static void set_defaults(args *a)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);

    if (!a->ends) a->plan.duration_us = 10000000;
    if (a->plan.callers > 0) return;
    a->plan.callers = processors > 0 ? (unsigned)processors : 1;
    if (a->plan.open && a->common.url != NULL) a->plan.callers = 256;
}

int cmd_bench(int argc, char **argv)
{
    static const struct argp_child children[] = {{&cli_common_argp, 0, "Settings and output:", 10},
                                                 {&cli_service_argp, 0, "A running service:", 15},
                                                 {0}};
    static const struct argp argp = {
        options,
        parse,
        "SELFIE RECORD\n--pairs CSV",
        "Puts load on the verification and measures it: throughput, latency (p50 to p99.9), CPU "
        "time and memory. In this process, or of a running service (--url).\v"
        "Without --rate the loop is closed: as soon as one request is answered the next is sent, "
        "which finds the capacity. With --rate it is open, as callers are who do not wait for each "
        "other, which finds the latency at that load.\n\n"
        "Examples:\n\n"
        "  faceverify bench selfie.jpg record.jpg\n"
        "  faceverify bench --rate 50 --arrivals poisson --duration 60 --plot latency.svg "
        "selfie.jpg record.jpg\n"
        "  faceverify bench --url ipc:///run/faceverify/ops.sock --rate 200 selfie.jpg record.jpg\n"
        "  faceverify bench --json --mix verify:8,quality:1,liveness:1 --pairs set/pairs.csv\n\n"
        "Ctrl-C ends the measurement; what was seen so far is told.\n\n"
        "Exit code:\n\n"
        "  0  done\n"
        "  2  the command line, a photograph's name or the settings are wrong\n"
        "  3  it could not run, or nothing was answered",
        children,
        NULL,
        NULL};
    args *a = calloc(1, sizeof *a); /* the cycle of operations is large */

    if (a == NULL) return EXIT_FAULT;
    a->common = cli_common_init("bench");
    a->plan = (fvi_bench_plan){.seed = 1, .warmup_us = 2000000};
    fvi_bench_work_init(&a->work);
    int code = cli_parse(&a->common, &argp, argc, argv, a);
    if (code == CLI_GO_ON) {
        set_defaults(a);
        code = cli_bench_run(a);
    }
    fvi_bench_work_free(&a->work);
    free(a);
    return code;
}
