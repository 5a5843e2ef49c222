/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include "replay/calibrate.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "replay/calibrate_report.h"
#include "replay/cohort.h"
#include "replay/machine.h"
#include "replay/outfile.h"
#include "replay/signif.h"

typedef struct work {
    const fvi_calibrate_options *options;
    const fvi_calibration_set *set;
    fv_engine *engine;
    fvi_manifest *m;
    fvi_images images;
    fvi_crew crew;
    fvi_counts counts;
    json_t *cohorts;
    size_t policy; /* cohorts that set it */
} work;

static fv_status count_pair(void *cookie, float similarity, const fvi_trial *people, bool genuine)
{
    (void)people;
    fvi_counts_add(cookie, similarity, genuine);
    return FV_OK;
}

static size_t find_rates(const fvi_counts *c, fvi_seen_rate rates[FVI_RATES_MAX])
{
    static const double steps[] = {1e-1, 5e-2, 2e-2, 1e-2, 5e-3, 2e-3, 1e-3, 5e-4,
                                   2e-4, 1e-4, 5e-5, 2e-5, 1e-5, 5e-6, 2e-6, 1e-6};
    size_t n = 0;

    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        fvi_seen_rate r = {.fmr = steps[i]};
        if (!fvi_rate_supported(r.fmr, c->n_impostor)) break;
        r.bin = fvi_counts_threshold(c, r.fmr, &r.false_matches);
        if (r.bin >= FVI_COUNTS_N) break; /* impostors as alike as can be: no threshold helps */
        r.upper95 = fvi_upper95(r.false_matches, c->n_impostor);
        rates[n++] = r;
    }
    return n;
}

static json_t *rates_json(const fvi_seen_rate *rates, size_t n)
{
    json_t *a = json_array();
    for (size_t i = 0; i < n; i++)
        (void)json_array_append_new(
            a, json_pack("{s:f, s:f, s:I, s:f}", "fmr", rates[i].fmr, "similarity",
                         fvi_counts_similarity(rates[i].bin), "false_matches",
                         (json_int_t)rates[i].false_matches, "fmr_upper95", rates[i].upper95));
    return a;
}

static fv_status add_fit(const work *w, json_t *cohort, fv_error *err)
{
    fvi_fit fit;
    fv_error why = {.code = FV_OK};
    fv_status st = fvi_fit_counts(&w->counts, &fit, &why);

    if (st == FV_E_NOMEM) return fvi_fail(err, st, "%s", why.text);
    if (st != FV_OK) return FV_OK; /* impostors alone, or nothing between the classes: no fit */
    (void)json_object_set_new(cohort, "log_likelihood_ratio",
                              json_pack("{s:f, s:f, s:f, s:f}", "scale", fit.scale, "offset",
                                        fit.offset, "cllr", fit.cllr, "cllr_min", fit.cllr_min));
    (void)json_object_set_new(cohort, "reliability", fvi_reliability(&w->counts, &fit));
    return FV_OK;
}

static const char *file_name(const fvi_calibration_set *s)
{
    const char *slash = strrchr(s->manifest, '/');
    return slash == NULL ? s->manifest : slash + 1;
}

static const char *set_name(const fvi_calibration_set *s)
{
    return s->name != NULL ? s->name : file_name(s);
}

static fv_status check_new(const work *w, const char *cohort, fv_error *err)
{
    size_t i = 0;
    json_t *c = NULL;

    json_array_foreach(w->cohorts, i, c)
    {
        if (strcmp(json_string_value(json_object_get(c, "name")), cohort) == 0)
            return fvi_fail(err, FV_E_ARG, "cohort '%s' is in two sets", cohort);
    }
    if (json_array_size(w->cohorts) >= FVI_COHORTS_MAX)
        return fvi_fail(err, FV_E_ARG, "more than %d cohorts", FVI_COHORTS_MAX);
    if (strlen(cohort) >= sizeof((fvi_cohort *)0)->name ||
        strlen(set_name(w->set)) >= sizeof((fvi_cohort *)0)->set)
        return fvi_fail(err, FV_E_ARG, "the name of cohort '%.60s' or of its set is too long",
                        cohort);
    return FV_OK;
}

static fv_status add_cohort(work *w, const char *name, fv_error *err)
{
    fv_status st = FV_OK;
    fvi_cohort_pairs c = {.n_rows = 0};
    fvi_seen_rate rates[FVI_RATES_MAX];
    fvi_bootstrap how = {w->options->seed, w->options->replicates, 1};

    FVI_TRY(check_new(w, name, err));
    FVI_TRY(fvi_cohort_find(&c, w->m, &w->images, name, err));
    fvi_counts_free(&w->counts);
    FVI_TRY(fvi_counts_create(&w->counts, err));
    FVI_TRY(fvi_cohort_each(&c, count_pair, &w->counts));
    size_t n = find_rates(&w->counts, rates);
    if (n == 0) {
        st =
            fvi_fail(err, FV_E_ARG, "cohort '%s': %llu impostor pairs support no rate (30 for 0.1)",
                     name, (unsigned long long)w->counts.n_impostor);
        goto out;
    }
    FVI_TRY(fvi_cohort_bound(&c, &how, rates, n, err));
    bool policy = c.n_people >= FVI_COHORT_PEOPLE_MIN;
    json_t *o = json_pack(
        "{s:s, s:s, s:s, s:I, s:I, s:I, s:b, s:o}", "name", name, "set", set_name(w->set),
        "manifest_sha256", w->m->sha256, "people", (json_int_t)c.n_people, "impostor_pairs",
        (json_int_t)w->counts.n_impostor, "genuine_pairs", (json_int_t)w->counts.n_genuine,
        "sets_policy", (int)policy, "rates", rates_json(rates, n));
    if (json_array_append_new(w->cohorts, o) != 0) {
        st = fvi_fail(err, FV_E_NOMEM, "cohort");
        goto out;
    }
    w->policy += policy ? 1 : 0;
    FVI_TRY(add_fit(w, o, err));
out:
    fvi_cohort_free(&c);
    return st;
}

/* Every name in the set's lists "a;b", in order of appearance. */
static fv_status cohort_names(const fvi_manifest *m, fvi_texts *names, fv_error *err)
{
    fv_status st = FV_OK;
    uint32_t id = 0;

    if (m->cohorts.n == 0) FVI_TRY(fvi_texts_add(names, "general", &id, err));
    for (uint32_t i = 0; i < m->cohorts.n; i++) {
        const char *list = fvi_texts_text(&m->cohorts, i);
        while (*list != '\0') {
            char name[256];
            size_t k = strcspn(list, ";");
            (void)snprintf(name, sizeof name, "%.*s", (int)(k < 255 ? k : 255), list);
            if (k > 0) FVI_TRY(fvi_texts_add(names, name, &id, err));
            list += k + (list[k] == ';' ? 1 : 0);
        }
    }
out:
    return st;
}

static bool stopped(const work *w)
{
    return w->options->stop != NULL && atomic_load(w->options->stop);
}

static fv_status work_set(work *w, fv_error *err)
{
    fv_status st = FV_OK;
    fvi_texts names = {0};
    fvi_manifest_options o = {.path = w->set->manifest, .root = w->set->root};

    FVI_TRY(fvi_manifest_load(&w->m, &o, err));
    if (w->m->kind != FVI_KIND_PAIRS && w->m->kind != FVI_KIND_PEOPLE) {
        st = fvi_fail(err, FV_E_ARG,
                      "%s: calibration needs pairs (path_a,path_b,same) or people (path,person)",
                      w->set->manifest);
        goto out;
    }
    FVI_TRY(fvi_images_create(&w->images, w->m, FVI_TASK_TEMPLATE, w->engine, err));
    FVI_TRY(fvi_images_work(&w->images, w->m, FVI_TASK_TEMPLATE, NULL, &w->crew, err));
    if (stopped(w)) goto out;
    FVI_TRY(cohort_names(w->m, &names, err));
    for (uint32_t i = 0; i < names.n && !stopped(w); i++)
        FVI_TRY(add_cohort(w, fvi_texts_text(&names, i), err));
out:
    fvi_texts_free(&names);
    fvi_images_free(&w->images);
    fvi_manifest_free(&w->m);
    return st;
}

static json_t *make_doc(const work *w)
{
    const fvi_pack_net *net = &w->engine->pack->nets[FVI_ROLE_EMBED];
    char id[64], now[32], stem[40];

    fvi_time_text(fvi_clock_unix_s(), now);
    now[10] = '\0';
    (void)snprintf(stem, sizeof stem, "%.24s", file_name(&w->options->sets[0]));
    stem[strcspn(stem, ". ,")] = '\0';
    if (w->options->id != NULL)
        (void)snprintf(id, sizeof id, "%s", w->options->id);
    else
        (void)snprintf(id, sizeof id, "%s-%.12s-%.10s", stem, net->sha256, now);
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:O}", "id", id, "date", now, "network", net->name,
                     "network_sha256", net->sha256, "library", FV_VERSION, "cohorts", w->cohorts);
}

/* The file holds what the loader needs; the groups of the reliability plot are the report's. */
static fv_status write_file(const work *w, json_t *doc, fv_error *err)
{
    fv_status st = FV_OK;
    fvi_outfile f = {.to = NULL};
    fvi_calibration *check = calloc(1, sizeof *check);
    json_t *copy = json_deep_copy(doc), *c = NULL;
    size_t i = 0;

    if (check == NULL || copy == NULL) {
        st = fvi_fail(err, FV_E_NOMEM, "calibration");
        goto out;
    }
    json_array_foreach(json_object_get(copy, "cohorts"), i, c)(void)
        json_object_del(c, "reliability");
    FVI_TRY(fvi_outfile_open(&f, NULL, w->options->out, err));
    (void)json_dumpf(copy, f.to, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
    (void)fputc('\n', f.to);
    if (fflush(f.to) != 0) {
        st = fvi_fail(err, FV_E_ARG, "%s: cannot be written", w->options->out);
        goto out;
    }
    /* before it takes the place of one that works */
    FVI_TRY(fvi_calibration_load(check, f.temporary, w->engine->pack->nets[FVI_ROLE_EMBED].sha256,
                                 err));
    FVI_TRY(fvi_outfile_commit(&f, err));
out:
    fvi_outfile_drop(&f);
    json_decref(copy);
    free(check);
    return st;
}

static fv_status run_all(work *w, json_t **out, fv_error *err)
{
    fv_status st = FV_OK;
    json_t *doc = NULL;
    const fvi_calibrate_options *o = w->options;

    FVI_TRY(fvi_engine_create_uncalibrated(&w->engine, &o->engine, err));
    w->crew.engine = w->engine;
    for (size_t i = 0; i < o->n_sets && !stopped(w); i++) {
        w->set = &o->sets[i];
        FVI_TRY(work_set(w, err));
    }
    if (stopped(w)) goto out;
    if (w->policy == 0) {
        st = fvi_fail(err, FV_E_ARG,
                      "no cohort has %d people: smaller ones inform, they set no policy",
                      (int)FVI_COHORT_PEOPLE_MIN);
        goto out;
    }
    doc = make_doc(w);
    if (doc == NULL) {
        st = fvi_fail(err, FV_E_NOMEM, "calibration");
        goto out;
    }
    FVI_TRY(write_file(w, doc, err));
    if (o->report != NULL) FVI_TRY(fvi_calibrate_report(doc, o->report, err));
    *out = json_incref(doc);
out:
    json_decref(doc);
    return st;
}

fv_status fvi_calibrate(const fvi_calibrate_options *options, json_t **doc, fv_error *err)
{
    work w = {.options = options, .cohorts = json_array()};

    *doc = NULL;
    if (options->id != NULL && strlen(options->id) >= sizeof((fvi_calibration *)0)->id)
        return fvi_fail(err, FV_E_ARG, "the id is too long");
    w.crew = (fvi_crew){.threads = options->threads,
                        .stop = options->stop,
                        .progress = options->progress,
                        .cookie = options->cookie};
    fv_status st = run_all(&w, doc, err);
    fvi_counts_free(&w.counts);
    json_decref(w.cohorts);
    fv_engine_destroy(&w.engine);
    return st;
}
