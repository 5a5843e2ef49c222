/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the measures of quality are worth, on labelled photographs, on photographs of the web and
 * on degraded ones: tables (Markdown, for docs/quality.md) and the check of the figures that we
 * promise (quality.h). Exit codes: 0 as promised, 1 not, 2 usage, 3 failed, 77 no data.
 */
#define _GNU_SOURCE
#include "quality.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "quality_pool.h"
#include "quality_told.h"

enum { SKIPPED = 77, SAMPLE = 60 };

static const char usage[] =
    "usage: accuracy_quality [--models DIR] [--threads N] [--sample N] [--parts LETTERS]\n"
    "                        [--csv FILE] [DATA]\n"
    "\n"
    "  --sample N       pictures of the LFW part that are degraded (default 60)\n"
    "  --parts LETTERS  only some: l labelled sets, w the LFW part as it is, d degraded, g gates\n"
    "  --csv FILE       every measure of every picture\n"
    "  DATA             folder of the image sets (default: $FV_DATA)\n";

typedef struct options {
    const char *models, *csv, *data, *parts;
    unsigned threads;
    size_t sample;
} options;

static void take(options *o, int argc, char **argv)
{
    *o = (options){.threads = (unsigned)sysconf(_SC_NPROCESSORS_ONLN),
                   .models = FV_TEST_MODELS,
                   .parts = "lwdg",
                   .sample = SAMPLE,
                   .data = getenv("FV_DATA")};
    for (int i = 1; i < argc; i++) {
        bool more = i + 1 < argc;
        if (argv[i][0] != '-')
            o->data = argv[i];
        else if (strcmp(argv[i], "--models") == 0 && more)
            o->models = argv[++i];
        else if (strcmp(argv[i], "--csv") == 0 && more)
            o->csv = argv[++i];
        else if (strcmp(argv[i], "--parts") == 0 && more)
            o->parts = argv[++i];
        else if (strcmp(argv[i], "--threads") == 0 && more)
            o->threads = (unsigned)atoi(argv[++i]);
        else if (strcmp(argv[i], "--sample") == 0 && more)
            o->sample = (size_t)atoi(argv[++i]);
        else {
            (void)fputs(usage, stderr);
            exit(2);
        }
    }
    if (o->threads < 1 || o->threads > 64) o->threads = 1;
    if (o->sample < 1 || o->sample > 4000) o->sample = SAMPLE;
}

static fv_engine *make_engine(const char *models)
{
    char set[2048];
    fv_engine *engine = NULL;
    fv_error err = {.code = FV_OK};
    const char *overrides[] = {set};
    fv_engine_options eo = FV_ENGINE_OPTIONS_INIT;

    (void)snprintf(set, sizeof set, "models.dir=%s", models);
    eo.overrides = overrides;
    eo.n_overrides = 1;
    if (fv_engine_create(&engine, &eo, &err) != FV_OK) qual_die(err.text, "engine");
    return engine;
}

static FILE *open_csv(const char *path)
{
    FILE *f = path == NULL ? NULL : fopen(path, "w");
    if (path != NULL && f == NULL) qual_die("cannot be written", path);
    if (f == NULL) return NULL;
    (void)fputs("path,label,strength,fault", f);
    for (int m = 0; m < FVI_Q_COUNT; m++)
        (void)fprintf(f, ",%s", fvi_measures[m].name);
    (void)fputs(",first_as_selfie,first_as_record\n", f);
    return f;
}

void qual_csv(const qual_run *run, const char *path, const char *label, float strength,
              const fvi_seen *seen)
{
    if (run->csv == NULL) return;
    (void)fprintf(run->csv, "\"%s\",%s,%g,%d", path, label, (double)strength, (int)seen->fault);
    for (int m = 0; m < FVI_Q_COUNT; m++)
        (void)fprintf(run->csv, ",%.6g", (double)seen->measured.value[m]);
    (void)fprintf(run->csv, ",%s,%s\n", fv_reason_name(qual_first(run->engine, seen, FV_SELFIE)),
                  fv_reason_name(qual_first(run->engine, seen, FV_RECORD)));
}

static bool missing(const char *data)
{
    char path[4096];

    if (data == NULL) {
        (void)printf("SKIPPED: no image sets (FV_DATA or the argument names their folder)\n");
        return true;
    }
    for (int i = 0; i < 2; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", data,
                       i == 0 ? "quality/labels.csv" : "verify/lfw/pairs.csv");
        if (access(path, R_OK) == 0) continue;
        (void)printf("SKIPPED: %s is not there\n", path);
        return true;
    }
    return false;
}

static void run_parts(const qual_run *run, const char *parts)
{
    char dir[4096];

    if (strchr(parts, 'l') != NULL) qual_labels(run);
    if (strpbrk(parts, "wdg") == NULL) return;
    (void)snprintf(dir, sizeof dir, "%s/verify/lfw", run->data);
    acc_set lfw = acc_set_load(dir);
    acc_set_work(&lfw, run->engine, run->threads, NULL);
    if (strchr(parts, 'w') != NULL) qual_wild(run, &lfw);
    if (strchr(parts, 'd') != NULL) qual_degraded(run, &lfw);
    if (strchr(parts, 'g') != NULL) qual_gates(run, &lfw);
    acc_set_free(&lfw);
}

int main(int argc, char **argv)
{
    options o;

    take(&o, argc, argv);
    if (missing(o.data)) return SKIPPED;
    fv_engine *engine = make_engine(o.models);
    qual_run run = {engine, o.threads, o.sample, o.data, open_csv(o.csv)};
    run_parts(&run, o.parts);
    bool good = qual_promises();
    if (run.csv != NULL && fclose(run.csv) != 0) qual_die("could not be written", o.csv);
    fv_engine_destroy(&engine);
    (void)printf("\n%s\n", good ? "as promised" : "NOT as promised");
    return good ? 0 : 1;
}
