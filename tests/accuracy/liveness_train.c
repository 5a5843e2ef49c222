/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "liveness_train.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

enum { SETS_MAX = 16 };

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Bona fide pictures whose score is by a model that their person was not in. */
static bool measures(const liv_pic *p)
{
    return p->live && p->readable && !p->left_out && (!p->from_folder || !liv_trains(p));
}

fvi_live_point liv_point(const liv_set *s, double rate)
{
    fvi_live_point p = {.bpcer = rate};
    double *v = calloc(s->n + 1, sizeof v[0]);
    size_t n = 0, k = 0;

    if (v == NULL) exit(3);
    for (size_t i = 0; i < s->n; i++) {
        if (measures(&s->pics[i])) v[n++] = s->pics[i].score;
    }
    qsort(v, n, sizeof v[0], ascending);
    size_t allowed = (size_t)floor(rate * (double)n + 1e-9);
    /* rounded down: what the file says must not refuse what was counted as let through */
    p.limit = allowed < n ? floor(v[allowed] * 1e6) / 1e6 : 1.0;
    while (k < n && v[k] < p.limit)
        k++;
    p.bona_fide = n;
    p.refused = k;
    p.bpcer_upper95 = liv_upper95(k, n);
    free(v);
    return p;
}

static bool trains(const liv_pic *p, const void *arg)
{
    (void)arg;
    return liv_trains(p);
}

static json_t *features_json(const fvi_liveness_model *m)
{
    json_t *all = json_array();
    for (int k = 0; k < FVI_LIVE_COUNT; k++)
        (void)json_array_append_new(all, json_pack("{s:s, s:f, s:f, s:f}", "name",
                                                   fvi_live_features[k].name, "mean", m->mean[k],
                                                   "deviation", m->deviation[k], "coefficient",
                                                   m->coefficient[k]));
    return all;
}

static json_t *points_json(const fvi_liveness_model *m)
{
    json_t *all = json_array();
    for (size_t i = 0; i < m->n_points; i++) {
        const fvi_live_point *p = &m->points[i];
        (void)json_array_append_new(
            all, json_pack("{s:f, s:f, s:I, s:I, s:f}", "bpcer", p->bpcer, "limit", p->limit,
                           "bona_fide", (json_int_t)p->bona_fide, "refused", (json_int_t)p->refused,
                           "bpcer_upper95", p->bpcer_upper95));
    }
    return all;
}

static void describe(const liv_set *s, char *out, size_t cap)
{
    const char *sets[SETS_MAX];
    size_t n = liv_sets(s, sets, SETS_MAX), at = 0;

    for (size_t i = 0; i < n && at < cap; i++) {
        size_t live = 0, attacks = 0, fitted = 0;
        for (size_t k = 0; k < s->n; k++) {
            const liv_pic *p = &s->pics[k];
            if (!p->readable || p->left_out || strcmp(p->set, sets[i]) != 0) continue;
            *(p->live ? &live : &attacks) += 1;
            fitted += liv_trains(p);
        }
        at +=
            (size_t)snprintf(out + at, cap - at, "%s%s: %zu live, %zu attacks, %zu of them fitted",
                             i == 0 ? "" : "; ", sets[i], live, attacks, fitted);
    }
}

static void write_model(const fvi_liveness_model *m, const char *path)
{
    json_t *doc =
        json_pack("{s:s, s:s, s:s, s:s, s:o, s:f, s:o}", "id", m->id, "date", m->date,
                  "network_sha256", m->network_sha256, "sets", m->sets, "features",
                  features_json(m), "intercept", m->intercept, "operating_points", points_json(m));
    if (json_dump_file(doc, path, JSON_INDENT(2) | JSON_REAL_PRECISION(9)) != 0) {
        (void)fprintf(stderr, "accuracy_liveness: %s cannot be written\n", path);
        exit(3);
    }
    json_decref(doc);
}

static void neutral_model(const char *path)
{
    fvi_liveness_model m = {.id = "neutral", .date = "none", .sets = "none", .n_points = 1};
    fv_error err = {.code = FV_OK};
    fvi_pack *pack = NULL;
    char dir[4096];

    (void)snprintf(dir, sizeof dir, "%.*s", (int)(strrchr(path, '/') - path), path);
    if (fvi_pack_open(&pack, dir, &err) != FV_OK) {
        (void)fprintf(stderr, "accuracy_liveness: %s\n", err.text);
        exit(3);
    }
    (void)snprintf(m.network_sha256, sizeof m.network_sha256, "%s",
                   pack->nets[FVI_ROLE_LIVENESS].sha256);
    fvi_pack_close(&pack);
    for (int k = 0; k < FVI_LIVE_COUNT; k++)
        m.deviation[k] = 1.0;
    m.points[0] = (fvi_live_point){.bpcer = 1e-9, .bona_fide = UINT32_MAX};
    write_model(&m, path);
}

char *liv_neutral_models(const char *models)
{
    char real[4096], from[8192], to[8192];
    char *dir = strdup("/tmp/fv_train_XXXXXX");
    DIR *d = opendir(models);

    if (dir == NULL || d == NULL || mkdtemp(dir) == NULL || realpath(models, real) == NULL) {
        (void)fprintf(stderr, "accuracy_liveness: %s: no copy of it can be made\n", models);
        exit(3);
    }
    for (const struct dirent *e; (e = readdir(d)) != NULL;) {
        if (e->d_name[0] == '.' || strcmp(e->d_name, "liveness.json") == 0) continue;
        (void)snprintf(from, sizeof from, "%s/%s", real, e->d_name);
        (void)snprintf(to, sizeof to, "%s/%s", dir, e->d_name);
        if (symlink(from, to) != 0) exit(3);
    }
    (void)closedir(d);
    (void)snprintf(to, sizeof to, "%s/liveness.json", dir);
    neutral_model(to);
    return dir;
}

void liv_remove_neutral(char *dir)
{
    char path[8192];
    DIR *d = opendir(dir);

    for (const struct dirent *e; d != NULL && (e = readdir(d)) != NULL;) {
        (void)snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
        if (e->d_name[0] != '.') (void)unlink(path);
    }
    if (d != NULL) (void)closedir(d);
    (void)rmdir(dir);
    free(dir);
}

void liv_train(liv_set *s, const fv_engine *engine, const char *path)
{
    static const double rates[] = {1e-2, 1e-3};
    const fvi_pack_net *net = &engine->pack->nets[FVI_ROLE_LIVENESS];
    fvi_liveness_model m = {.n_points = 0};
    liv_choice all = {trains, NULL};
    time_t now = time(NULL);

    if (!liv_fit(s, &all, &m)) {
        (void)fputs("accuracy_liveness: no live pictures or no attacks to fit on\n", stderr);
        exit(3);
    }
    (void)strftime(m.date, sizeof m.date, "%Y-%m-%d", gmtime(&now));
    (void)snprintf(m.id, sizeof m.id, "liveness-%.12s-%s", net->sha256, m.date);
    (void)snprintf(m.network_sha256, sizeof m.network_sha256, "%s", net->sha256);
    describe(s, m.sets, sizeof m.sets);
    liv_score_apart(s, &m);
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        fvi_live_point p = liv_point(s, rates[i]);
        if (p.bpcer * (double)p.bona_fide >= 3.0) m.points[m.n_points++] = p;
    }
    write_model(&m, path);
    (void)printf("liveness model %s written to %s\n", m.id, path);
}
