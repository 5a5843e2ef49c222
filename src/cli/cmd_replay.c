/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "cli/progress.h"
#include "cli/source.h"
#include "replay/replay.h"
#include "replay/trials.h"

typedef struct args {
    cli_common common;
    fvi_replay_options replay;
    fv_client_options service;
    uint32_t deadline_ms;
    char command[1024];
} args;

enum {
    OPT_OUT = 256,
    OPT_MANIFEST,
    OPT_ROOT,
    OPT_KIND,
    OPT_LABELS,
    OPT_RESUME,
    OPT_BASELINE,
    OPT_OVERLAY,
    OPT_FAIL_ON,
    OPT_JUNIT,
    OPT_THUMBNAILS,
    OPT_THREADS,
    OPT_SEED,
    OPT_BOOTSTRAP,
    OPT_DEADLINE
};

static const struct argp_option options[] = {
    {"manifest", OPT_MANIFEST, "CSV", 0, "The labelled set; paths in it are relative to it", 1},
    {"out", OPT_OUT, "DIR", 0, "Where results.csv, summary.json and report.html go", 1},
    {"root", OPT_ROOT, "DIR", 0, "Paths are relative to DIR, not to the manifest", 1},
    {"kind", OPT_KIND, "pairs|attacks|quality", 0, "Refuse a manifest of any other kind", 1},
    {"labels", OPT_LABELS, "CSV", 0,
     "What the labels of a quality set mean: label,reason with a reason's name, several with | "
     "between them, good or ignore",
     1},
    {"resume", OPT_RESUME, NULL, 0, "Go on with what was interrupted in DIR", 1},
    {"threads", OPT_THREADS, "N", 0,
     "Work on N threads; without it, on all processors. With --url, ask N requests at a time; "
     "without it, twice as many as the service has workers",
     1},
    {"seed", OPT_SEED, "N", 0, "Of the intervals; 1 without it", 1},
    {"bootstrap", OPT_BOOTSTRAP, "N", 0, "Draws behind each interval, 1000 without it; 0 = none",
     1},
    {"baseline", OPT_BASELINE, "DIR", 0, "Say what changed since the run whose results DIR has", 2},
    {"overlay", OPT_OVERLAY, "DIR", 0, "Draw the curve of the run in DIR too; may be given again",
     2},
    {"fail-on", OPT_FAIL_ON, "CONDITION", 0,
     "Exit with 1 where it holds, such as 'fnmr@1e-3>0.025'; may be given again", 2},
    {"junit", OPT_JUNIT, "FILE", 0, "Also write the conditions as JUnit XML", 2},
    {"thumbnails", OPT_THUMBNAILS, NULL, 0,
     "Put small pictures of the worst errors into the report: photographs of people then stand in "
     "it",
     2},
    {"deadline-ms", OPT_DEADLINE, "N", 0,
     "With --url: give a request up after N milliseconds, 1 to 600000; 30000 without it", 1},
    {0},
};

static error_t take_number(args *a, const char *field, const char *arg, uint64_t most,
                           uint64_t *out)
{
    if (cli_whole(arg, most, out)) return 0;
    return cli_wrong(&a->common, field, "not a number, or too large");
}

static error_t take_kind(args *a, const char *arg)
{
    for (int k = FVI_KIND_PAIRS; k <= FVI_KIND_QUALITY; k++) {
        if (strcmp(arg, fvi_kind_name((fvi_kind)k)) == 0) {
            a->replay.set.kind = (fvi_kind)k;
            return 0;
        }
    }
    return cli_wrong(&a->common, "kind", "known: pairs, attacks, quality");
}

static error_t take_listed(args *a, const char *field, const char *arg, const char **list,
                           size_t *n)
{
    if (*n == FVI_REPLAY_LISTED_MAX)
        return cli_wrong(&a->common, field, "given more than 32 times");
    list[(*n)++] = arg;
    return 0;
}

static error_t parse_numbers(int key, const char *arg, args *a)
{
    uint64_t v = 0;
    error_t e = 0;

    switch (key) {
    case OPT_THREADS:
        e = take_number(a, "threads", arg, 256, &v);
        if (e == 0 && v == 0) return cli_wrong(&a->common, "threads", "must be 1 to 256");
        a->replay.threads = a->replay.in_flight = (unsigned)v;
        return e;
    case OPT_DEADLINE:
        e = take_number(a, "deadline_ms", arg, 600000, &v);
        if (e == 0 && v == 0) return cli_wrong(&a->common, "deadline_ms", "must be 1 to 600000");
        a->deadline_ms = (uint32_t)v;
        return e;
    case OPT_SEED:
        e = take_number(a, "seed", arg, UINT32_MAX, &v);
        a->replay.seed = v;
        return e;
    default:
        e = take_number(a, "bootstrap", arg, FVI_REPLICATES_MAX, &v);
        a->replay.replicates = (uint32_t)v;
        return e;
    }
}

static error_t parse_compare(int key, const char *arg, args *a)
{
    fvi_replay_options *o = &a->replay;

    switch (key) {
    case OPT_BASELINE:
        o->baseline = arg;
        return 0;
    case OPT_OVERLAY:
        return take_listed(a, "overlay", arg, o->overlays, &o->n_overlays);
    case OPT_FAIL_ON:
        return take_listed(a, "fail_on", arg, o->fail_on, &o->n_fail_on);
    case OPT_JUNIT:
        o->junit = arg;
        return 0;
    default:
        o->thumbnails = true;
        return 0;
    }
}

static error_t check(args *a)
{
    if (a->common.help) return 0;
    if (a->replay.set.path == NULL)
        return cli_wrong(&a->common, "manifest", "--manifest CSV is needed");
    if (a->replay.out == NULL) return cli_wrong(&a->common, "out", "--out DIR is needed");
    if (a->deadline_ms > 0 && a->common.url == NULL)
        return cli_wrong(&a->common, "deadline_ms", "is for --url");
    return 0;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    args *a = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &a->common;
        state->child_inputs[1] = &a->common;
        return 0;
    case OPT_MANIFEST:
        a->replay.set.path = arg;
        return 0;
    case OPT_OUT:
        a->replay.out = arg;
        return 0;
    case OPT_ROOT:
        a->replay.set.root = arg;
        return 0;
    case OPT_LABELS:
        a->replay.set.labels = arg;
        return 0;
    case OPT_KIND:
        return take_kind(a, arg);
    case OPT_RESUME:
        a->replay.resume = true;
        return 0;
    case OPT_THREADS:
    case OPT_SEED:
    case OPT_BOOTSTRAP:
    case OPT_DEADLINE:
        return parse_numbers(key, arg, a);
    case OPT_BASELINE:
    case OPT_OVERLAY:
    case OPT_FAIL_ON:
    case OPT_JUNIT:
    case OPT_THUMBNAILS:
        return parse_compare(key, arg, a);
    case ARGP_KEY_ARG:
        return cli_wrong(&a->common, "command_line",
                         "takes no argument; the set is named with --manifest");
    case ARGP_KEY_END:
        return check(a);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static int print(const args *a, fvi_replay_outcome *o)
{
    for (size_t i = 0; i < o->n_failed; i++)
        cli_error(&a->common, "%s", o->failed[i]);
    int code = o->n_failed > 0 ? EXIT_NO : EXIT_YES;
    if (a->common.json) {
        json_t *doc = o->summary;
        o->summary = NULL;
        return cli_print_json(&a->common, doc, code);
    }
    cli_replay_text(o->summary, a->replay.out, stdout);
    return cli_finish(&a->common, code);
}

static int run(args *a)
{
    fvi_replay_outcome outcome = {.images = 0};
    fv_error err = {.code = FV_OK};
    cli_progress progress = cli_progress_begin();

    a->replay.engine = cli_engine_options(&a->common);
    a->service = cli_client_options(&a->common);
    a->service.deadline_ms = a->deadline_ms;
    a->replay.service = a->common.url != NULL ? &a->service : NULL;
    a->replay.stop = cli_progress_stop();
    a->replay.progress = cli_progress_show;
    a->replay.cookie = &progress;
    fv_status st = fvi_replay(&a->replay, &outcome, &err);
    cli_progress_end(&progress);
    int code = EXIT_FAULT;
    if (st != FV_OK) {
        cli_answer failed = {.status = st, .err = err};
        code = cli_fail(&a->common, &failed);
    } else if (outcome.stopped) {
        cli_error(&a->common, "interrupted; --resume goes on from here");
    } else {
        code = print(a, &outcome);
    }
    json_decref(outcome.summary);
    return code;
}

int cmd_replay(int argc, char **argv)
{
    static const struct argp_child children[] = {{&cli_common_argp, 0, "Settings and output:", 10},
                                                 {&cli_service_argp, 0, "A running service:", 15},
                                                 {0}};
    static const struct argp argp = {
        options,
        parse,
        "",
        "Runs a labelled set of photographs through the verification and says how often it errs: "
        "false matches and non-matches of pairs, attacks that pass, good photographs refused.\v"
        "The header of the manifest tells its kind: path_a,path_b,same (pairs: selfie, photograph "
        "on record, 1 or 0), path,label,attack,subject (live or spoof), path,label (good or the "
        "reason to expect).\n\n"
        "Examples:\n\n"
        "  faceverify replay --manifest set/pairs.csv --out run1\n"
        "  faceverify replay --manifest set/pairs.csv --out run2 --baseline run1 "
        "--fail-on 'fnmr@1e-3>0.025'\n"
        "  faceverify replay --manifest set/pairs.csv --out run1 --resume\n"
        "  faceverify replay --manifest set/pairs.csv --out run3 "
        "--url ipc:///run/faceverify/ops.sock\n\n"
        "Exit code: 0 done, 1 a condition of --fail-on holds, 2 the command line, the manifest or "
        "the settings are wrong, 3 no result (interrupted, a model, memory, the disk, the "
        "service).",
        children,
        NULL,
        NULL};
    args a = {.common = cli_common_init("replay")};
    long cores = sysconf(_SC_NPROCESSORS_ONLN);

    a.replay.threads = cores < 1 ? 1 : cores > 256 ? 256 : (unsigned)cores;
    a.replay.seed = 1;
    a.replay.replicates = 1000;
    cli_command_line(argc, argv, a.command, sizeof a.command);
    a.replay.command = a.command;
    int code = cli_parse(&a.common, &argp, argc, argv, &a);
    return code == CLI_GO_ON ? run(&a) : code;
}
