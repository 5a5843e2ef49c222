/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Accuracy on a set of labelled pairs: FTA, FNMR at stated FMR (ISO/IEC 19795-1), with counts, and
 * the check of the figures that we promise. Exit codes: 0 as promised, 1 not, 77 no data.
 *
 *   accuracy [--models DIR] [--threads N] [--csv FILE] [--recut] DATA
 */
#define _GNU_SOURCE
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "images.h"
#include "rates.h"
#include "recut.h"

enum { SKIPPED = 77 };

static const char *measure_name(int m)
{
    return fvi_measures[m].name;
}

static void write_csv(const acc_set *s, const char *path)
{
    FILE *f = fopen(path, "w");
    if (f == NULL) return;
    (void)fputs("path,fault", f);
    for (int m = 0; m < FVI_Q_COUNT; m++)
        (void)fprintf(f, ",%s", measure_name(m));
    for (size_t k = 0; k < s->dim; k++)
        (void)fprintf(f, ",e%zu", k);
    (void)fputc('\n', f);
    for (size_t i = 0; i < s->n_images; i++) {
        const acc_image *im = &s->images[i];
        (void)fprintf(f, "%s,%d", im->path, (int)im->seen.fault);
        for (int m = 0; m < FVI_Q_COUNT; m++)
            (void)fprintf(f, ",%.5g", (double)im->seen.measured.value[m]);
        for (size_t k = 0; k < s->dim; k++)
            (void)fprintf(f, ",%.7g", im->embedding == NULL ? 0.0 : (double)im->embedding[k]);
        (void)fputc('\n', f);
    }
    (void)fclose(f);
}

static size_t count_faceless(const acc_set *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n_images; i++) {
        if (s->images[i].embedding != NULL) continue;
        n++;
        if (n <= 20) (void)printf("  no face: %s\n", s->images[i].path);
    }
    return n;
}

/* Prints the table of one set; returns FNMR at 1e-3 and 1e-4. A pair with an image that could not
 * be acquired is a failed genuine comparison, and no false match. */
static void report(const acc_set *s, const char *name, double fnmr[2])
{
    static const double rates[] = {1e-2, 1e-3, 1e-4};
    acc_scores g = {0}, i = {0};
    size_t faceless = count_faceless(s);

    acc_collect(s, &g, &i);
    (void)printf("%s: %zu images, %zu without a face; %zu genuine pairs, %zu impostor pairs\n",
                 name, s->n_images, faceless, g.n, i.n);
    if (s->n_left_out > 0)
        (void)printf("  left out: %zu rows of pairs.csv that are not three fields\n",
                     s->n_left_out);
    for (size_t k = 0; k < 3; k++) {
        double t = acc_threshold(&i, rates[k]);
        size_t missed = acc_below(&g, t);
        double rate = (double)missed / (double)g.n;
        (void)printf("  FMR %-6g (%zu of %zu) at similarity %.4f: FNMR %.2f %% (%zu of %zu)\n",
                     rates[k], i.n - acc_below(&i, t), i.n, t, 100.0 * rate, missed, g.n);
        if (k > 0) fnmr[k - 1] = rate;
    }
    acc_scores_free(&g);
    acc_scores_free(&i);
}

typedef struct options {
    const char *models, *csv, *data;
    unsigned threads;
    bool recut;
} options;

static options take(int argc, char **argv)
{
    options o = {.threads = (unsigned)sysconf(_SC_NPROCESSORS_ONLN), .models = FV_TEST_MODELS};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--recut") == 0)
            o.recut = true;
        else if (strcmp(argv[i], "--models") == 0 && i + 1 < argc)
            o.models = argv[++i];
        else if (strcmp(argv[i], "--csv") == 0 && i + 1 < argc)
            o.csv = argv[++i];
        else if (strcmp(argv[i], "--threads") == 0 && i + 1 < argc)
            o.threads = (unsigned)atoi(argv[++i]);
        else
            o.data = argv[i];
    }
    if (o.data == NULL) o.data = getenv("FV_DATA");
    if (o.threads < 1 || o.threads > 64) o.threads = 1;
    return o;
}

static fv_engine *make_engine(const options *o)
{
    char set[2048];
    fv_engine *engine = NULL;
    fv_error err = {.code = FV_OK};
    const char *overrides[] = {set};
    fv_engine_options eo = FV_ENGINE_OPTIONS_INIT;

    (void)snprintf(set, sizeof set, "models.dir=%s", o->models);
    eo.overrides = overrides;
    eo.n_overrides = 1;
    if (fv_engine_create(&engine, &eo, &err) != FV_OK) {
        (void)fprintf(stderr, "accuracy: %s\n", err.text);
        exit(3);
    }
    return engine;
}

int main(int argc, char **argv)
{
    options o = take(argc, argv);
    char dir[4096];
    double fnmr[2] = {1, 1}, other[2];

    if (o.data == NULL || access(o.data, R_OK) != 0) {
        (void)printf("SKIPPED: no image sets (FV_DATA or the argument names their folder)\n");
        return SKIPPED;
    }
    fv_engine *engine = make_engine(&o);
    (void)snprintf(dir, sizeof dir, "%s/verify/lfw", o.data);
    acc_set lfw = acc_set_load(dir);
    acc_set_work(&lfw, engine, o.threads, o.recut ? acc_recut : NULL);
    if (o.csv != NULL) write_csv(&lfw, o.csv);
    report(&lfw, o.recut ? "LFW part, re-cut to 102x126" : "LFW part", fnmr);
    size_t faceless = count_faceless(&lfw);
    bool good = o.recut ? (double)faceless <= 0.01 * (double)lfw.n_images
                        : faceless == 0 && fnmr[0] <= 0.025 && fnmr[1] <= 0.055;

    char performers[4096];
    (void)snprintf(performers, sizeof performers, "%s/verify/performers", o.data);
    if (access(performers, R_OK) == 0 && !o.recut) {
        acc_set p = acc_set_load(performers);
        acc_set_work(&p, engine, o.threads, NULL);
        report(&p, "performers (15 people: informs only)", other);
        acc_set_free(&p);
    }
    (void)printf("%s\n", good ? "as promised" : "NOT as promised");
    acc_set_free(&lfw);
    fv_engine_destroy(&engine);
    return good ? 0 : 1;
}
