/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>

#include "match/calibration.h"
#include "replay/figures.h"

enum { DET_PER_DECADE = 24, DET_MAX = 400, BINS = 100 };

static bool in_cohort(const fvi_row *r, uint32_t cohort)
{
    return cohort == FVI_TEXT_NONE || r->cohort == cohort;
}

static bool counts(const fvi_run *run, size_t i, uint32_t cohort)
{
    return in_cohort(&run->m->rows[i], cohort) && run->answer[i] != FVI_ANSWER_UNREADABLE;
}

static fv_status fill(fvi_trial_set *s, const fvi_run *run, uint32_t cohort, fv_error *err)
{
    const fvi_manifest *m = run->m;
    uint32_t *number = calloc((size_t)m->people.n + 1, sizeof number[0]);

    if (number == NULL) return fvi_fail(err, FV_E_NOMEM, "people");
    for (size_t i = 0; i < m->n_rows; i++) {
        if (counts(run, i, cohort))
            number[m->person[m->rows[i].a]] = number[m->person[m->rows[i].b]] = 1;
    }
    s->t.n_people = fvi_people_number(number, m->people.n);
    s->t.n_genuine = s->t.n_impostor = 0;
    for (size_t i = 0; i < m->n_rows; i++) {
        const fvi_row *r = &m->rows[i];
        if (!counts(run, i, cohort)) continue;
        fvi_trial t = {run->value[i], number[m->person[r->a]], number[m->person[r->b]]};
        if (r->label == 1)
            s->t.genuine[s->t.n_genuine++] = t;
        else
            s->t.impostor[s->t.n_impostor++] = t;
    }
    free(number);
    fvi_trials_sort(&s->t);
    return FV_OK;
}

fv_status fvi_trial_set_create(fvi_trial_set *out, const fvi_run *run, uint32_t cohort,
                               fv_error *err)
{
    fv_status st = FV_OK;
    fvi_trial_set s = {.unreadable = 0};

    for (size_t i = 0; i < run->m->n_rows; i++) {
        const fvi_row *r = &run->m->rows[i];
        if (!in_cohort(r, cohort)) continue;
        s.unreadable += run->answer[i] == FVI_ANSWER_UNREADABLE ? 1 : 0;
        *(r->label == 1 ? &s.t.n_genuine : &s.t.n_impostor) += 1;
    }
    s.t.genuine = calloc(s.t.n_genuine + 1, sizeof s.t.genuine[0]);
    s.t.impostor = calloc(s.t.n_impostor + 1, sizeof s.t.impostor[0]);
    if (s.t.genuine == NULL || s.t.impostor == NULL) {
        st = fvi_fail(err, FV_E_NOMEM, "%zu pairs", run->m->n_rows);
        goto out;
    }
    FVI_TRY(fill(&s, run, cohort, err));
    *out = s;
    s = (fvi_trial_set){.unreadable = 0};
out:
    fvi_trial_set_free(&s);
    return st;
}

void fvi_trial_set_free(fvi_trial_set *set)
{
    free(set->t.genuine);
    free(set->t.impostor);
    *set = (fvi_trial_set){.unreadable = 0};
}

static json_t *point_json(const fvi_error_point *p)
{
    json_t *o = json_object();
    if (!isnan(p->rate)) (void)json_object_set_new(o, "rate", json_real(p->rate));
    (void)json_object_set_new(o, "similarity", json_real((double)p->threshold));
    (void)json_object_set_new(o, "fmr", fvi_share_json(&p->fmr));
    (void)json_object_set_new(o, "fnmr", fvi_share_json(&p->fnmr));
    return o;
}

/* All points get their intervals from the same replicates: those of the rates, then the two of the
 * policy. */
static fv_status add_points(const fvi_run *run, const fvi_trials *t, json_t *out, fv_error *err)
{
    fv_status st = FV_OK;
    double steps[FVI_STEPS_MAX];
    fvi_error_point p[FVI_STEPS_MAX + 2];
    size_t n = fvi_rate_steps(fvi_trials_compared(t->impostor, t->n_impostor), steps);
    json_t *rates = json_array();

    for (size_t i = 0; i < n; i++) {
        fvi_point_at(t, fvi_threshold_of(t, steps[i]), &p[i]);
        p[i].rate = steps[i];
    }
    fvi_point_at(t, run->held.match_similarity, &p[n]);
    fvi_point_at(t, run->held.review_similarity, &p[n + 1]);
    FVI_TRY(fvi_points_bound(t, p, n + 2, &run->bootstrap, err));
    for (size_t i = 0; i < n; i++)
        (void)json_array_append_new(rates, point_json(&p[i]));
    (void)json_object_set(out, "at_rates", rates);
    (void)json_object_set_new(
        out, "at_policy",
        json_pack("{s:o, s:o}", "match", point_json(&p[n]), "review", point_json(&p[n + 1])));
out:
    json_decref(rates);
    return st;
}

/* FNMR over FMR, where either changes on a logarithmic grid. */
static json_t *det_json(const fvi_trials *t)
{
    json_t *det = json_array();
    size_t n = fvi_trials_compared(t->impostor, t->n_impostor);
    uint64_t last = UINT64_MAX;

    if (n == 0 || t->n_genuine == 0) return det;
    for (int i = 0; i < DET_MAX; i++) {
        double rate = pow(10.0, -(double)i / DET_PER_DECADE);
        if (rate * (double)n < 1.0 - 1e-9) break;
        fvi_error_point p;
        fvi_point_at(t, fvi_threshold_of(t, rate), &p);
        if (p.fmr.count == last || p.fmr.count == 0) continue;
        last = p.fmr.count;
        (void)json_array_append_new(
            det, json_pack("[f, f]", fvi_share_value(&p.fmr), fvi_share_value(&p.fnmr)));
    }
    return det;
}

static json_t *bins_json(const fvi_trial *trials, size_t n)
{
    uint64_t bins[BINS] = {0};
    json_t *a = json_array();

    for (size_t i = 0; i < n; i++) {
        if (isnan(trials[i].similarity)) continue;
        int k = (int)floor(((double)trials[i].similarity + 1.0) / 2.0 * BINS);
        bins[k < 0 ? 0 : k >= BINS ? BINS - 1 : k]++;
    }
    for (int k = 0; k < BINS; k++)
        (void)json_array_append_new(a, json_integer((json_int_t)bins[k]));
    return a;
}

typedef struct wanted {
    uint32_t cohort;
    uint32_t label;
    fv_decision decision;
} wanted;

static int is_answer(const fvi_run *run, size_t row, const void *cookie)
{
    const wanted *w = cookie;
    const fvi_row *r = &run->m->rows[row];
    if (!in_cohort(r, w->cohort) || r->label != w->label) return -1;
    return run->answer[row] == w->decision;
}

static fv_status add_answers(const fvi_run *run, uint32_t cohort, json_t *out, fv_error *err)
{
    fv_status st = FV_OK;
    static const struct {
        const char *name;
        uint32_t label;
        fv_decision decision;
    } of[] = {{"pass", 1, FV_PASS},
              {"review", 1, FV_MANUAL_REVIEW},
              {"false_no_match", 1, FV_NO_MATCH},
              {"false_pass", 0, FV_PASS},
              {"false_review", 0, FV_MANUAL_REVIEW}};

    for (size_t i = 0; i < sizeof of / sizeof of[0]; i++) {
        wanted w = {cohort, of[i].label, of[i].decision};
        fvi_share s;
        FVI_TRY(fvi_rows_share(run, is_answer, &w, &s, err));
        (void)json_object_set_new(out, of[i].name, fvi_share_json(&s));
    }
out:
    return st;
}

fv_status fvi_figures_pairs(const fvi_run *run, uint32_t cohort, json_t *out, fv_error *err)
{
    fv_status st = FV_OK;
    fvi_trial_set s = {.unreadable = 0};

    FVI_TRY(fvi_trial_set_create(&s, run, cohort, err));
    const fvi_trials *t = &s.t;
    (void)json_object_update_new(
        out,
        json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:b}", "people", (json_int_t)t->n_people,
                  "genuine_pairs", (json_int_t)t->n_genuine, "impostor_pairs",
                  (json_int_t)t->n_impostor, "unreadable_pairs", (json_int_t)s.unreadable,
                  "genuine_not_compared",
                  (json_int_t)(t->n_genuine - fvi_trials_compared(t->genuine, t->n_genuine)),
                  "impostor_not_compared",
                  (json_int_t)(t->n_impostor - fvi_trials_compared(t->impostor, t->n_impostor)),
                  "informs_only", (int)(t->n_people < FVI_COHORT_PEOPLE_MIN)));
    FVI_TRY(add_points(run, t, out, err));
    FVI_TRY(add_answers(run, cohort, out, err));
    (void)json_object_set_new(out, "det", det_json(t));
    (void)json_object_set_new(out, "histogram",
                              json_pack("{s:f, s:f, s:o, s:o}", "from", -1.0, "step", 2.0 / BINS,
                                        "genuine", bins_json(t->genuine, t->n_genuine), "impostor",
                                        bins_json(t->impostor, t->n_impostor)));
out:
    fvi_trial_set_free(&s);
    return st;
}
