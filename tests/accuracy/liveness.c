/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Liveness on labelled sets: APCER by species and BPCER by set (ISO/IEC 30107-3), what cannot be
 * judged, sets and people left out, and genuine selfies made worse; and the check of the figures
 * that we promise. Exit codes: 0 as promised, 1 not, 77 no data.
 *
 *   accuracy_liveness [--models DIR] [--threads N] [--features CSV] [--train JSON] [--all] DATA
 *
 * --train writes the model and ends. --all: the worse selfies from many more pictures, minutes.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "liveness_degrade.h"
#include "liveness_train.h"

enum { SKIPPED = 77, SETS_MAX = 16 };

typedef struct options {
    const char *models, *features, *train, *data;
    unsigned threads;
    bool all;
} options;

static options take(int argc, char **argv)
{
    options o = {.threads = (unsigned)sysconf(_SC_NPROCESSORS_ONLN), .models = FV_TEST_MODELS};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--all") == 0)
            o.all = true;
        else if (strcmp(argv[i], "--models") == 0 && i + 1 < argc)
            o.models = argv[++i];
        else if (strcmp(argv[i], "--features") == 0 && i + 1 < argc)
            o.features = argv[++i];
        else if (strcmp(argv[i], "--train") == 0 && i + 1 < argc)
            o.train = argv[++i];
        else if (strcmp(argv[i], "--threads") == 0 && i + 1 < argc)
            o.threads = (unsigned)atoi(argv[++i]);
        else
            o.data = argv[i];
    }
    if (o.data == NULL) o.data = getenv("FV_DATA");
    if (o.threads < 1 || o.threads > 64) o.threads = 1;
    return o;
}

static void die(const char *text)
{
    (void)fprintf(stderr, "accuracy_liveness: %s\n", text);
    exit(3);
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
    if (fv_engine_create(&engine, &eo, &err) != FV_OK) die(err.text);
    return engine;
}

static liv_set load(const options *o)
{
    char path[4096];
    liv_set s = {0};
    (void)snprintf(path, sizeof path, "%s/pad/labels.csv", o->data);
    liv_add_manifest(&s, path);
    (void)snprintf(path, sizeof path, "%s/verify/lfw", o->data);
    if (access(path, R_OK) == 0) liv_add_folder(&s, path, "lfw");
    return s;
}

static void count(const liv_set *s)
{
    size_t out = 0, faceless = 0;
    for (size_t i = 0; i < s->n; i++) {
        out += s->pics[i].left_out;
        faceless += !s->pics[i].face;
    }
    (void)printf("%zu pictures; %zu without a face; %zu left out (black corners at the face)\n",
                 s->n, faceless, out);
}

/* The worse selfies of every set with live pictures that can be judged. */
static double degraded(const liv_set *s, const options *o, const fv_engine *engine,
                       const fvi_liveness_model *m, FILE *csv)
{
    const char *sets[SETS_MAX];
    size_t n = liv_sets(s, sets, SETS_MAX);
    liv_set base = {0};

    for (size_t i = 0; i < n; i++) {
        liv_auc a = liv_auc_of(s, sets[i]);
        size_t want = o->all ? 400 : 40;
        liv_sample(s, sets[i], a.live < want ? 1 : a.live / want, &base);
    }
    (void)printf("%zu genuine selfies made worse\n", base.n);
    double worst = liv_print_degraded(&base, engine, m, o->threads, csv);
    liv_free(&base);
    return worst;
}

static bool promise(bool holds, const char *what)
{
    (void)printf("  %-3s %s\n", holds ? "yes" : "NO", what);
    return holds;
}

static bool check(const liv_set *s, const fvi_liveness_model *m, const double *auc_of, double worst)
{
    static const struct {
        const char *set;
        double auc;
    } least[] = {{"nuaa", 0.99}, {"webcam", 0.95}};
    const char *sets[SETS_MAX];
    size_t n = liv_sets(s, sets, SETS_MAX);
    bool good = true;
    char text[128];

    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < 2; k++) {
            if (strcmp(sets[i], least[k].set) != 0) continue;
            (void)snprintf(text, sizeof text, "%s: AUC %.4f trained without it, at least %g",
                           sets[i], auc_of[i], least[k].auc);
            good &= promise(auc_of[i] >= least[k].auc, text);
        }
        if (strcmp(sets[i], "replay_crops") != 0) continue;
        fvi_live_limits first = liv_limits(m, 0);
        liv_rates live = liv_rates_of(s, sets[i], NULL, &first);
        liv_rates attack = liv_rates_of(s, sets[i], "replay_screen", &first);
        (void)snprintf(text, sizeof text, "%s: cannot judge %zu of %zu live, %zu of %zu attacks",
                       sets[i], live.unreadable, live.n, attack.unreadable, attack.n);
        good &= promise((double)live.unreadable >= 0.8 * (double)live.n &&
                            (double)attack.unreadable >= 0.8 * (double)attack.n,
                        text);
    }
    for (size_t i = 0; i < m->n_points; i++) {
        fvi_live_point p = liv_point(s, m->points[i].bpcer);
        (void)snprintf(text, sizeof text, "BPCER %g: limit %.6f of the file, %.6f seen now",
                       p.bpcer, m->points[i].limit, p.limit);
        good &= promise(fabs(p.limit - m->points[i].limit) <= 0.02, text);
    }
    (void)snprintf(text, sizeof text, "selfies made worse: at most %.1f %% called attack (1 %%)",
                   100.0 * worst);
    good &= promise(worst <= 0.01, text);
    return good;
}

int main(int argc, char **argv)
{
    options o = take(argc, argv);
    char path[4096];
    const char *sets[SETS_MAX];
    double auc_of[SETS_MAX];
    fv_error err = {.code = FV_OK};
    fvi_liveness_model m;

    if (o.data == NULL || access(o.data, R_OK) != 0) {
        (void)printf("SKIPPED: no image sets (FV_DATA or the argument names their folder)\n");
        return SKIPPED;
    }
    char *neutral = o.train == NULL ? NULL : liv_neutral_models(o.models);
    if (neutral != NULL) o.models = neutral;
    fv_engine *engine = make_engine(&o);
    if (neutral != NULL) liv_remove_neutral(neutral); /* all of it is loaded */
    liv_set s = load(&o);
    liv_work(&s, engine, o.threads, NULL);
    count(&s);
    FILE *csv = o.features == NULL ? NULL : fopen(o.features, "w");
    if (o.features != NULL && csv == NULL) die("the features cannot be written");
    liv_write_head(csv);
    liv_write(csv, &s, "", 0.0f);
    if (o.train != NULL) {
        liv_train(&s, engine, o.train);
        if (csv != NULL) (void)fclose(csv);
        liv_free(&s);
        fv_engine_destroy(&engine);
        return 0;
    }
    (void)snprintf(path, sizeof path, "%s/liveness.json", o.models);
    if (fvi_liveness_load(&m, path, engine->pack->nets[FVI_ROLE_LIVENESS].sha256, &err) != FV_OK)
        die(err.text);
    (void)printf("model %s: %s\n", m.id, m.sets);
    liv_print_model(&m);
    (void)printf("left out (readable pictures only)\n");
    (void)liv_print_left_out(&s, &m, sets, auc_of, SETS_MAX);
    (void)printf("answers, each picture by a model without its person\n");
    liv_print_answers(&s, &m);
    double worst = degraded(&s, &o, engine, &m, csv);
    if (csv != NULL) (void)fclose(csv);
    bool good = check(&s, &m, auc_of, worst);
    (void)printf("%s\n", good ? "as promised" : "NOT as promised");
    liv_free(&s);
    fv_engine_destroy(&engine);
    return good ? 0 : 1;
}
