/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "cli/progress.h"
#include "replay/calibrate.h"
#include "replay/trials.h"

typedef struct args {
    cli_common common;
    fvi_calibrate_options calibrate;
} args;

enum {
    OPT_OUT = 256,
    OPT_MANIFEST,
    OPT_ROOT,
    OPT_SET_NAME,
    OPT_REPORT,
    OPT_ID,
    OPT_THREADS,
    OPT_SEED,
    OPT_BOOTSTRAP
};

static const struct argp_option options[] = {
    {"manifest", OPT_MANIFEST, "CSV", 0,
     "A set: path_a,path_b,same[,cohort], or path,person[,cohort] to compare every image with "
     "every "
     "other one; may be given again for a further set",
     1},
    {"root", OPT_ROOT, "DIR", 0,
     "Paths of the manifest before it are relative to DIR, not to the manifest", 1},
    {"set-name", OPT_SET_NAME, "TEXT", 0, "What the calibration calls the set before it", 1},
    {"out", OPT_OUT, "FILE", 0, "The calibration, for the pack's calibration.json", 2},
    {"report", OPT_REPORT, "FILE.html", 0, "Also a page with bounds, fit and reliability", 2},
    {"id", OPT_ID, "TEXT", 0, "Its name; without it, made of set, network and date", 2},
    {"threads", OPT_THREADS, "N", 0, "Work on N threads; without it, on all processors", 3},
    {"seed", OPT_SEED, "N", 0, "Of the bounds; 1 without it", 3},
    {"bootstrap", OPT_BOOTSTRAP, "N", 0, "Draws of people behind each bound, 1000 without it", 3},
    {0},
};

static error_t take_number(args *a, int key, const char *arg)
{
    const char *field = key == OPT_THREADS ? "threads" : key == OPT_SEED ? "seed" : "bootstrap";
    uint64_t most = key == OPT_THREADS ? 256 : key == OPT_SEED ? UINT32_MAX : FVI_REPLICATES_MAX;
    uint64_t v = 0;

    if (!cli_whole(arg, most, &v) || (key == OPT_THREADS && v == 0))
        return cli_wrong(&a->common, field, "not a number, or too large");
    if (key == OPT_THREADS)
        a->calibrate.threads = (unsigned)v;
    else if (key == OPT_SEED)
        a->calibrate.seed = v;
    else
        a->calibrate.replicates = (uint32_t)v;
    return 0;
}

static error_t take_set(args *a, int key, const char *arg)
{
    fvi_calibrate_options *o = &a->calibrate;

    if (key == OPT_MANIFEST) {
        if (o->n_sets == FVI_SETS_MAX)
            return cli_wrong(&a->common, "manifest", "given more than 8 times");
        o->sets[o->n_sets++].manifest = arg;
        return 0;
    }
    if (o->n_sets == 0)
        return cli_wrong(&a->common, key == OPT_ROOT ? "root" : "set_name",
                         "comes after its --manifest");
    if (key == OPT_ROOT)
        o->sets[o->n_sets - 1].root = arg;
    else
        o->sets[o->n_sets - 1].name = arg;
    return 0;
}

static error_t check(args *a)
{
    if (a->common.help) return 0;
    if (a->calibrate.n_sets == 0)
        return cli_wrong(&a->common, "manifest", "--manifest CSV is needed");
    if (a->calibrate.out == NULL) return cli_wrong(&a->common, "out", "--out FILE is needed");
    return 0;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    args *a = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &a->common;
        return 0;
    case OPT_MANIFEST:
    case OPT_ROOT:
    case OPT_SET_NAME:
        return take_set(a, key, arg);
    case OPT_OUT:
        a->calibrate.out = arg;
        return 0;
    case OPT_REPORT:
        a->calibrate.report = arg;
        return 0;
    case OPT_ID:
        a->calibrate.id = arg;
        return 0;
    case OPT_THREADS:
    case OPT_SEED:
    case OPT_BOOTSTRAP:
        return take_number(a, key, arg);
    case ARGP_KEY_ARG:
        return cli_wrong(&a->common, "command_line",
                         "takes no argument; sets are named with --manifest");
    case ARGP_KEY_END:
        return check(a);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void print_text(const json_t *doc, const char *out)
{
    size_t i = 0, k = 0;
    json_t *c = NULL, *r = NULL;

    json_array_foreach(json_object_get(doc, "cohorts"), i, c)
    {
        (void)printf("%s: %lld people, %lld impostor pairs%s\n",
                     json_string_value(json_object_get(c, "name")),
                     (long long)json_integer_value(json_object_get(c, "people")),
                     (long long)json_integer_value(json_object_get(c, "impostor_pairs")),
                     json_is_true(json_object_get(c, "sets_policy"))
                         ? ""
                         : " (fewer than 50 people: informs only)");
        json_array_foreach(json_object_get(c, "rates"), k, r)(void)
            printf("  FMR %-7g similarity %.6f  %lld false matches, rate at most %.3g\n",
                   json_number_value(json_object_get(r, "fmr")),
                   json_number_value(json_object_get(r, "similarity")),
                   (long long)json_integer_value(json_object_get(r, "false_matches")),
                   json_number_value(json_object_get(r, "fmr_upper95")));
        const json_t *fit = json_object_get(c, "log_likelihood_ratio");
        if (fit != NULL)
            (void)printf(
                "  log-likelihood ratio %.4f x similarity %+.4f, Cllr %.4f, at best %.4f\n",
                json_number_value(json_object_get(fit, "scale")),
                json_number_value(json_object_get(fit, "offset")),
                json_number_value(json_object_get(fit, "cllr")),
                json_number_value(json_object_get(fit, "cllr_min")));
    }
    (void)printf("Calibration %s: %s\n", json_string_value(json_object_get(doc, "id")), out);
}

static int run(args *a)
{
    fv_error err = {.code = FV_OK};
    json_t *doc = NULL;
    cli_progress progress = cli_progress_begin();

    a->calibrate.engine = cli_engine_options(&a->common);
    a->calibrate.stop = cli_progress_stop();
    a->calibrate.progress = cli_progress_show;
    a->calibrate.cookie = &progress;
    fv_status st = fvi_calibrate(&a->calibrate, &doc, &err);
    cli_progress_end(&progress);
    if (st != FV_OK) {
        cli_answer failed = {.status = st, .err = err};
        return cli_fail(&a->common, &failed);
    }
    if (doc == NULL) {
        cli_error(&a->common, "interrupted; nothing was written");
        return EXIT_FAULT;
    }
    if (a->common.json) return cli_print_json(&a->common, doc, EXIT_YES);
    print_text(doc, a->calibrate.out);
    json_decref(doc);
    return cli_finish(&a->common, EXIT_YES);
}

int cmd_calibrate(int argc, char **argv)
{
    static const struct argp_child children[] = {{&cli_common_argp, 0, "Settings and output:", 10},
                                                 {0}};
    static const struct argp argp = {
        options,
        parse,
        "",
        "Measures which similarity stands for which false match rate, for each cohort, and writes "
        "the calibration that a model pack needs.\v"
        "A cohort of fewer than 50 people informs and sets no policy. No rate is given that the "
        "pairs do not support. The pack may be without a calibration, or have that of other "
        "weights.\n\n"
        "Example:\n\n"
        "  faceverify calibrate --models mypack --manifest set/people.csv --out "
        "mypack/calibration.json --report calibration.html\n\n"
        "Exit code: 0 written, 2 the command line, a manifest or the settings are wrong, 3 nothing "
        "was written (interrupted, a model, memory, the disk).",
        children,
        NULL,
        NULL};
    args a = {.common = cli_common_init("calibrate")};
    long cores = sysconf(_SC_NPROCESSORS_ONLN);

    a.calibrate.threads = cores < 1 ? 1 : cores > 256 ? 256 : (unsigned)cores;
    a.calibrate.seed = 1;
    a.calibrate.replicates = 1000;
    int code = cli_parse(&a.common, &argp, argc, argv, &a);
    return code == CLI_GO_ON ? run(&a) : code;
}
