/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/cohort.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "replay/figures.h"

bool fvi_cohort_listed(const char *list, const char *name)
{
    size_t n = strlen(name);

    while (*list != '\0') {
        size_t k = strcspn(list, ";");
        if (k == n && memcmp(list, name, n) == 0) return true;
        list += k + (list[k] == ';' ? 1 : 0);
    }
    return false;
}

static bool has_template(const fvi_cohort_pairs *c, const fvi_row *r)
{
    return c->images->worked[r->a].has_template &&
           (c->m->kind != FVI_KIND_PAIRS || c->images->worked[r->b].has_template);
}

static bool is_member(const fvi_manifest *m, const fvi_row *r, const char *cohort)
{
    if (m->cohorts.n == 0) return strcmp(cohort, "general") == 0;
    return r->cohort != FVI_TEXT_NONE &&
           fvi_cohort_listed(fvi_texts_text(&m->cohorts, r->cohort), cohort);
}

fv_status fvi_cohort_find(fvi_cohort_pairs *out, const fvi_manifest *m, const fvi_images *images,
                          const char *cohort, fv_error *err)
{
    fvi_cohort_pairs c = {.m = m, .images = images};

    c.rows = calloc(m->n_rows + 1, sizeof c.rows[0]);
    c.number = calloc((size_t)m->people.n + 1, sizeof c.number[0]);
    c.images_of = calloc((size_t)m->people.n + 1, sizeof c.images_of[0]);
    if (c.rows == NULL || c.number == NULL || c.images_of == NULL) {
        fvi_cohort_free(&c);
        return fvi_fail(err, FV_E_NOMEM, "cohort");
    }
    for (uint32_t i = 0; i < m->n_rows; i++) {
        const fvi_row *r = &m->rows[i];
        if (!is_member(m, r, cohort) || !has_template(&c, r)) continue;
        c.rows[c.n_rows++] = i;
        c.number[m->person[r->a]] = 1;
        if (m->kind == FVI_KIND_PAIRS) c.number[m->person[r->b]] = 1;
    }
    c.n_people = fvi_people_number(c.number, m->people.n);
    for (size_t k = 0; k < c.n_rows; k++)
        c.images_of[c.number[m->person[m->rows[c.rows[k]].a]]]++;
    *out = c;
    return FV_OK;
}

void fvi_cohort_free(fvi_cohort_pairs *c)
{
    free(c->rows);
    free(c->number);
    free(c->images_of);
    *c = (fvi_cohort_pairs){.n_rows = 0};
}

static float compare(const fvi_cohort_pairs *c, uint32_t a, uint32_t b)
{
    const fvi_images *im = c->images;
    return fvi_cosine(im->templates + a * im->dim, im->templates + b * im->dim, im->dim);
}

fv_status fvi_cohort_each(const fvi_cohort_pairs *c,
                          fv_status (*fn)(void *cookie, float similarity, const fvi_trial *people,
                                          bool genuine),
                          void *cookie)
{
    fv_status st = FV_OK;
    const fvi_manifest *m = c->m;

    for (size_t i = 0; i < c->n_rows; i++) {
        const fvi_row *r = &m->rows[c->rows[i]];
        fvi_trial who = {.a = c->number[m->person[r->a]]};
        if (m->kind == FVI_KIND_PAIRS) {
            who.b = c->number[m->person[r->b]];
            FVI_TRY(fn(cookie, compare(c, r->a, r->b), &who, r->label == 1));
            continue;
        }
        for (size_t k = i + 1; k < c->n_rows; k++) {
            uint32_t b = m->rows[c->rows[k]].a;
            who.b = c->number[m->person[b]];
            FVI_TRY(fn(cookie, compare(c, r->a, b), &who, who.a == who.b));
        }
    }
out:
    return st;
}

/* Impostors at or above the lowest threshold, most similar first. */
typedef struct top {
    fvi_trial *of;
    size_t n, cap;
    size_t least_bin;
    fv_error *err;
} top;

static fv_status keep_top(void *cookie, float similarity, const fvi_trial *people, bool genuine)
{
    top *t = cookie;
    if (genuine || fvi_counts_bin(similarity) < t->least_bin) return FV_OK;
    fv_status st = fvi_grow(&t->of, t->n, &t->cap, sizeof t->of[0], t->err);
    if (st == FV_OK) t->of[t->n++] = (fvi_trial){similarity, people->a, people->b};
    return st;
}

/* The weight of all impostor pairs: of listed ones one by one, of all with all by a formula. */
static double all_weight(const fvi_cohort_pairs *c, const uint32_t *weight)
{
    double sum = 0, squares = 0;

    if (c->m->kind != FVI_KIND_PAIRS) {
        for (uint32_t p = 0; p < c->n_people; p++) {
            double w = (double)weight[p] * (double)c->images_of[p];
            sum += w;
            squares += w * w;
        }
        return (sum * sum - squares) / 2.0;
    }
    for (size_t i = 0; i < c->n_rows; i++) {
        const fvi_row *r = &c->m->rows[c->rows[i]];
        if (r->label == 1) continue;
        sum += (double)weight[c->number[c->m->person[r->a]]] *
               (double)weight[c->number[c->m->person[r->b]]];
    }
    return sum;
}

static int rising(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Rates fall, thresholds rise: the walk from the most similar down meets the lowest rate first.
 * lint: parameters, rates and their number are one thing */
static void run_draw(const fvi_cohort_pairs *c, const top *t, const uint32_t *weight,
                     const fvi_seen_rate *rates, size_t n, double *shares)
{
    double all = all_weight(c, weight), sum = 0;
    size_t at = 0;

    for (size_t k = n; k > 0; k--) {
        while (at < t->n && fvi_counts_bin(t->of[at].similarity) >= rates[k - 1].bin) {
            sum += (double)weight[t->of[at].a] * (double)weight[t->of[at].b];
            at++;
        }
        shares[k - 1] = all > 0 ? sum / all : 0.0;
    }
}

fv_status fvi_cohort_bound(const fvi_cohort_pairs *c, const fvi_bootstrap *how,
                           fvi_seen_rate *rates, size_t n, fv_error *err)
{
    fv_status st = FV_OK;
    top t = {.least_bin = n > 0 ? rates[0].bin : 0, .err = err};
    double *values = calloc((size_t)how->replicates * n + 1, sizeof values[0]);
    double *shares = calloc(n + 1, sizeof shares[0]);
    uint32_t *weight = calloc((size_t)c->n_people + 1, sizeof weight[0]);

    if (values == NULL || shares == NULL || weight == NULL) {
        st = fvi_fail(err, FV_E_NOMEM, "bootstrap");
        goto out;
    }
    if (n == 0 || how->replicates == 0) goto out;
    FVI_TRY(fvi_cohort_each(c, keep_top, &t));
    fvi_trials sorted = {.impostor = t.of, .n_impostor = t.n};
    fvi_trials_sort(&sorted);
    for (uint32_t r = 0; r < how->replicates; r++) {
        fvi_bootstrap_draw(how, r, c->n_people, weight);
        run_draw(c, &t, weight, rates, n, shares);
        for (size_t k = 0; k < n; k++)
            values[k * how->replicates + r] = shares[k];
    }
    for (size_t k = 0; k < n; k++) {
        double *v = values + k * how->replicates;
        qsort(v, how->replicates, sizeof v[0], rising);
        size_t rank = (size_t)ceil(0.95 * (double)how->replicates);
        rates[k].upper95 = fmax(rates[k].upper95, v[rank > 0 ? rank - 1 : 0]);
    }
out:
    free(t.of);
    free(values);
    free(shares);
    free(weight);
    return st;
}
