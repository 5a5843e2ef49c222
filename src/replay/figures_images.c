/* SPDX-License-Identifier: Apache-2.0 */
/* Figures of sets of single images: attacks and quality. */
#include <math.h>
#include <stdlib.h>

#include "replay/figures.h"

enum { BINS = 50 };

static bool in_cohort(const fvi_row *r, uint32_t cohort)
{
    return cohort == FVI_TEXT_NONE || r->cohort == cohort;
}

static bool judged(const fvi_run *run, size_t i)
{
    return run->answer[i] != FVI_ANSWER_UNREADABLE && !isnan(run->value[i]);
}

fv_status fvi_presentation_set_create(fvi_presentation_set *out, const fvi_run *run,
                                      uint32_t cohort, fv_error *err)
{
    const fvi_manifest *m = run->m;
    fvi_presentation_set s = {.n = 0};
    uint32_t *number = calloc((size_t)m->people.n + 1, sizeof number[0]);

    s.all = calloc(m->n_rows + 1, sizeof s.all[0]);
    if (s.all == NULL || number == NULL) {
        free(s.all);
        free(number);
        return fvi_fail(err, FV_E_NOMEM, "%zu presentations", m->n_rows);
    }
    for (size_t i = 0; i < m->n_rows; i++) {
        const fvi_row *r = &m->rows[i];
        if (!in_cohort(r, cohort) || !judged(run, i)) continue;
        number[m->person[r->a]] = 1;
        s.all[s.n++] =
            (fvi_presentation){run->value[i], r->label == 1 ? FVI_LIVE : r->b, m->person[r->a]};
    }
    s.n_people = fvi_people_number(number, m->people.n);
    for (size_t i = 0; i < s.n; i++)
        s.all[i].person = number[s.all[i].person];
    free(number);
    fvi_presentations_sort(s.all, s.n);
    *out = s;
    return FV_OK;
}

typedef enum ask { ASK_WRONG, ASK_CALLED_ATTACK, ASK_NOT_JUDGED } ask;

/* Which rows are asked about: live, or one species; and what counts as a hit. */
typedef struct asked {
    uint32_t cohort;
    uint32_t species; /* FVI_LIVE: bona fide */
    ask what;
} asked;

static int is_hit(const fvi_run *run, size_t i, const void *cookie)
{
    const asked *w = cookie;
    const fvi_row *r = &run->m->rows[i];

    if (!in_cohort(r, w->cohort) || (r->label == 1 ? FVI_LIVE : r->b) != w->species) return -1;
    if (w->what == ASK_NOT_JUDGED) return !judged(run, i);
    if (!judged(run, i)) return -1;
    if (w->what == ASK_CALLED_ATTACK) return run->answer[i] == FV_LIVENESS_ATTACK;
    return (run->answer[i] == FV_LIVENESS_LIVE) != (r->label == 1);
}

static fv_status add_share(const fvi_run *run, const asked *w, json_t *out, const char *name,
                           fv_error *err)
{
    fvi_share s;
    fv_status st = fvi_rows_share(run, is_hit, w, &s, err);
    if (st == FV_OK) (void)json_object_set_new(out, name, fvi_share_json(&s));
    return st;
}

static fv_status add_species(const fvi_run *run, uint32_t cohort, json_t *out, fv_error *err)
{
    fv_status st = FV_OK;

    for (uint32_t k = 0; k < run->m->species.n; k++) {
        json_t *one = json_object();
        asked w = {cohort, k, ASK_WRONG};
        (void)json_object_set_new(out, fvi_texts_text(&run->m->species, k), one);
        FVI_TRY(add_share(run, &w, one, "apcer", err));
        w.what = ASK_NOT_JUDGED;
        FVI_TRY(add_share(run, &w, one, "apnrr", err));
    }
out:
    return st;
}

static fv_status add_points(const fvi_run *run, const fvi_presentation_set *s, json_t *out,
                            fv_error *err)
{
    fv_status st = FV_OK;
    static const double rates[] = {0.05, 0.10};
    json_t *points = json_array();

    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        fvi_pad_point p = {.apcer = rates[i]};
        FVI_TRY(fvi_bpcer_at(s->all, s->n, s->n_people, &run->bootstrap, &p, err));
        (void)json_array_append_new(
            points, json_pack("{s:f, s:o, s:o}", "apcer", p.apcer, "limit",
                              isinf(p.limit) ? json_null() : json_real((double)p.limit), "bpcer",
                              fvi_share_json(&p.bpcer)));
    }
    (void)json_object_set(out, "bpcer_at_apcer", points);
out:
    json_decref(points);
    return st;
}

static json_t *bins_json(const fvi_presentation_set *s, bool live)
{
    uint64_t bins[BINS] = {0};
    json_t *a = json_array();

    for (size_t i = 0; i < s->n; i++) {
        int k = (int)floor((double)s->all[i].score * BINS);
        if ((s->all[i].species == FVI_LIVE) == live) bins[k < 0 ? 0 : k >= BINS ? BINS - 1 : k]++;
    }
    for (int k = 0; k < BINS; k++)
        (void)json_array_append_new(a, json_integer((json_int_t)bins[k]));
    return a;
}

/* The curve: the worst species' APCER against BPCER, at every score. */
static json_t *det_json(const fvi_presentation_set *s)
{
    json_t *det = json_array();
    fvi_bootstrap none = {.replicates = 0};

    for (int i = 0; i <= 60 && s->n > 0; i++) {
        fvi_pad_point p = {.apcer = pow(10.0, -(double)i / 20.0)};
        if (fvi_bpcer_at(s->all, s->n, s->n_people, &none, &p, NULL) != FV_OK) break;
        if (p.bpcer.of == 0 || p.bpcer.count == 0) continue;
        (void)json_array_append_new(det, json_pack("[f, f]", p.apcer, fvi_share_value(&p.bpcer)));
    }
    return det;
}

fv_status fvi_figures_attacks(const fvi_run *run, uint32_t cohort, json_t *out, fv_error *err)
{
    fv_status st = FV_OK;
    fvi_presentation_set s = {.n = 0};
    json_t *species = json_object();
    asked live = {cohort, FVI_LIVE, ASK_WRONG};

    FVI_TRY(fvi_presentation_set_create(&s, run, cohort, err));
    (void)json_object_set_new(out, "people", json_integer((json_int_t)s.n_people));
    (void)json_object_set_new(out, "judged", json_integer((json_int_t)s.n));
    FVI_TRY(add_share(run, &live, out, "bpcer", err));
    live.what = ASK_CALLED_ATTACK;
    FVI_TRY(add_share(run, &live, out, "called_attack", err));
    live.what = ASK_NOT_JUDGED;
    FVI_TRY(add_share(run, &live, out, "bpnrr", err));
    FVI_TRY(add_species(run, cohort, species, err));
    (void)json_object_set(out, "species", species);
    FVI_TRY(add_points(run, &s, out, err));
    (void)json_object_set_new(out, "det", det_json(&s));
    (void)json_object_set_new(out, "histogram",
                              json_pack("{s:f, s:f, s:o, s:o}", "from", 0.0, "step", 1.0 / BINS,
                                        "live", bins_json(&s, true), "spoof",
                                        bins_json(&s, false)));
out:
    free(s.all);
    json_decref(species);
    return st;
}

/* ---- quality ---- */

typedef struct label_asked {
    uint32_t cohort;
    uint32_t label;
    bool found; /* the expected reason was told, not: the photograph was refused */
} label_asked;

static int is_label_hit(const fvi_run *run, size_t i, const void *cookie)
{
    const label_asked *w = cookie;
    const fvi_row *r = &run->m->rows[i];

    if (!in_cohort(r, w->cohort) || r->label != w->label) return -1;
    return w->found ? fvi_run_told_as_expected(run, i) : run->answer[i] == 0;
}

fv_status fvi_figures_quality(const fvi_run *run, uint32_t cohort, json_t *out, fv_error *err)
{
    fv_status st = FV_OK;
    const fvi_manifest *m = run->m;
    json_t *labels = json_object();

    for (uint32_t l = 0; l < m->labels.n; l++) {
        const fvi_expected *e = &m->expected[l];
        json_t *one = json_object();
        label_asked w = {cohort, l, false};
        fvi_share s;
        (void)json_object_set_new(labels, fvi_texts_text(&m->labels, l), one);
        (void)json_object_set_new(one, "expected",
                                  json_string(e->good      ? "good"
                                              : e->ignored ? "ignore"
                                                           : "reason"));
        FVI_TRY(fvi_rows_share(run, is_label_hit, &w, &s, err));
        (void)json_object_set_new(one, "refused", fvi_share_json(&s));
        if (e->n == 0) continue;
        json_t *reasons = json_array();
        for (unsigned k = 0; k < e->n; k++)
            (void)json_array_append_new(reasons, json_string(fv_reason_name(e->reasons[k])));
        (void)json_object_set_new(one, "reasons", reasons);
        w.found = true;
        FVI_TRY(fvi_rows_share(run, is_label_hit, &w, &s, err));
        (void)json_object_set_new(one, "found", fvi_share_json(&s));
    }
    (void)json_object_set(out, "labels", labels);
out:
    json_decref(labels);
    return st;
}
