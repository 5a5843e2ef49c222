/* SPDX-License-Identifier: Apache-2.0 */
#include "calibrate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include "base/file.h"
#include "rates.h"

typedef struct cohort {
    const char *name;
    const char *set;
    char *list; /* cohorts.csv; NULL = everybody */
} cohort;

static bool member(const cohort *c, const char *path)
{
    char key[256];
    const char *id;
    size_t n = acc_identity(path, &id);

    if (c->list == NULL) return true;
    (void)snprintf(key, sizeof key, "\n%.*s,%s", (int)n, id, c->name);
    return strstr(c->list, key) != NULL;
}

static bool same_person(const char *a, const char *b)
{
    const char *x, *y;
    size_t n = acc_identity(a, &x), m = acc_identity(b, &y);
    return n == m && memcmp(x, y, n) == 0;
}

/* One-sided 95 % upper bound of a Poisson mean with k seen (Wilson-Hilferty); pairs are taken as
 * independent, which pairs that share people are not. */
static double upper95(size_t k, size_t n)
{
    double a = (double)k + 1.0;
    return a * pow(1.0 - 1.0 / (9.0 * a) + 1.6449 / (3.0 * sqrt(a)), 3.0) / (double)n;
}

static json_t *rates_of(const acc_scores *s)
{
    static const double steps[] = {1e-1, 5e-2, 2e-2, 1e-2, 5e-3, 2e-3, 1e-3, 5e-4,
                                   2e-4, 1e-4, 5e-5, 2e-5, 1e-5, 5e-6, 2e-6, 1e-6};
    json_t *rates = json_array();
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        if (steps[i] * (double)s->n < 3.0) break; /* rule of three */
        double t = ceil(acc_threshold(s, steps[i]) * 1e6) / 1e6;
        size_t k = s->n - acc_below(s, t);
        (void)json_array_append_new(
            rates, json_pack("{s:f, s:f, s:I, s:f}", "fmr", steps[i], "similarity", t,
                             "false_matches", (json_int_t)k, "fmr_upper95", upper95(k, s->n)));
    }
    return rates;
}

static json_t *cohort_json(const acc_set *set, const cohort *c)
{
    acc_scores s = {0};
    size_t people = 0, n = 0;
    size_t *who = calloc(set->n_images, sizeof who[0]);

    for (size_t i = 0; i < set->n_images; i++) {
        if (set->images[i].embedding == NULL || !member(c, set->images[i].path)) continue;
        if (n == 0 || !same_person(set->images[who[n - 1]].path, set->images[i].path)) people++;
        who[n++] = i;
    }
    for (size_t i = 0; i < n; i++) {
        const acc_image *a = &set->images[who[i]];
        for (size_t j = i + 1; j < n; j++) {
            const acc_image *b = &set->images[who[j]];
            if (!same_person(a->path, b->path))
                acc_add(&s, fvi_cosine(a->embedding, b->embedding, set->dim));
        }
    }
    acc_sort(&s);
    json_t *o = json_pack("{s:s, s:s, s:I, s:I, s:b, s:o}", "name", c->name, "set", c->set,
                          "people", (json_int_t)people, "impostor_pairs", (json_int_t)s.n,
                          "sets_policy", people >= FVI_COHORT_PEOPLE_MIN, "rates", rates_of(&s));
    free(who);
    acc_scores_free(&s);
    return o;
}

void acc_calibrate(const acc_set *lfw, const acc_set *performers, const fv_engine *engine,
                   const char *path)
{
    const fvi_pack_net *net = &engine->pack->nets[FVI_ROLE_EMBED];
    char csv[4096], id[128], date[16];
    uint8_t *list = NULL;
    size_t len = 0;
    fv_error err = {.code = FV_OK};
    time_t now = time(NULL);

    (void)snprintf(csv, sizeof csv, "%s/cohorts.csv", lfw->dir);
    if (fvi_file_read(csv, 1 << 20, FV_E_ARG, &list, &len, &err) != FV_OK) {
        (void)fprintf(stderr, "accuracy: %s\n", err.text);
        exit(3);
    }
    (void)strftime(date, sizeof date, "%Y-%m-%d", gmtime(&now));
    (void)snprintf(id, sizeof id, "lfw-%.12s-%s", net->sha256, date);
    cohort all = {"general", "LFW part, all pairs of different people", NULL};
    cohort asian = {"east_asian", "LFW part, identities of cohorts.csv among each other",
                    (char *)list};
    cohort few = {"performers", "face crops of performers, all pairs of different people", NULL};
    json_t *doc = json_pack("{s:s, s:s, s:s, s:[o,o,o]}", "id", id, "date", date, "network_sha256",
                            net->sha256, "cohorts", cohort_json(lfw, &all),
                            cohort_json(lfw, &asian), cohort_json(performers, &few));
    if (json_dump_file(doc, path, JSON_INDENT(2) | JSON_REAL_PRECISION(9)) != 0) {
        (void)fprintf(stderr, "accuracy: %s cannot be written\n", path);
        exit(3);
    }
    json_decref(doc);
    free(list);
    (void)printf("calibration %s written to %s\n", id, path);
}
