/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/figures.h"

#include <math.h>
#include <stdlib.h>

json_t *fvi_share_json(const fvi_share *s)
{
    json_t *o = json_pack("{s:I, s:I}", "count", (json_int_t)s->count, "of", (json_int_t)s->of);
    double v = fvi_share_value(s);

    (void)json_object_set_new(o, "value", isnan(v) ? json_null() : json_real(v));
    (void)json_object_set_new(o, "low", s->bounded ? json_real(s->low) : json_null());
    (void)json_object_set_new(o, "high", s->bounded ? json_real(s->high) : json_null());
    return o;
}

uint32_t fvi_people_number(uint32_t *of, uint32_t n)
{
    uint32_t next = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (of[i] != 0) of[i] = next++;
    }
    return next;
}

fv_status fvi_rows_share(const fvi_run *run,
                         int (*counts)(const fvi_run *run, size_t row, const void *cookie),
                         const void *cookie, fvi_share *out, fv_error *err)
{
    fv_status st = FV_OK;
    const fvi_manifest *m = run->m;
    fvi_hit *hits = calloc(m->n_rows + 1, sizeof hits[0]);
    uint32_t *number = calloc((size_t)m->people.n + 1, sizeof number[0]);
    size_t n = 0;

    if (hits == NULL || number == NULL) {
        st = fvi_fail(err, FV_E_NOMEM, "%zu rows", m->n_rows);
        goto out;
    }
    for (size_t i = 0; i < m->n_rows; i++) {
        const fvi_row *r = &m->rows[i];
        int c = run->answer[i] == FVI_ANSWER_UNREADABLE ? -1 : counts(run, i, cookie);
        if (c < 0) continue;
        uint32_t a = m->person[r->a];
        uint32_t b = m->kind == FVI_KIND_PAIRS ? m->person[r->b] : a;
        number[a] = number[b] = 1;
        hits[n++] = (fvi_hit){a, b, c == 1};
    }
    uint32_t people = fvi_people_number(number, m->people.n);
    for (size_t i = 0; i < n; i++) {
        hits[i].a = number[hits[i].a];
        hits[i].b = number[hits[i].b];
    }
    FVI_TRY(fvi_hits_share(hits, n, people, &run->bootstrap, out, err));
out:
    free(hits);
    free(number);
    return st;
}

static fv_status of_cohort(const fvi_run *run, uint32_t cohort, json_t *out, fv_error *err)
{
    switch (run->m->kind) {
    case FVI_KIND_PAIRS:
        return fvi_figures_pairs(run, cohort, out, err);
    case FVI_KIND_ATTACKS:
        return fvi_figures_attacks(run, cohort, out, err);
    case FVI_KIND_QUALITY:
        return fvi_figures_quality(run, cohort, out, err);
    case FVI_KIND_PEOPLE:
    case FVI_KIND_ANY:
        break;
    }
    return fvi_fail(err, FV_E_INTERNAL, "a set of this kind is not replayed");
}

fv_status fvi_figures(const fvi_run *run, json_t **out, fv_error *err)
{
    fv_status st = FV_OK;
    json_t *all = json_object();
    json_t *cohorts = json_object();

    FVI_TRY(of_cohort(run, FVI_TEXT_NONE, all, err));
    for (uint32_t c = 0; c < run->m->cohorts.n; c++) {
        json_t *one = json_object();
        (void)json_object_set_new(cohorts, fvi_texts_text(&run->m->cohorts, c), one);
        FVI_TRY(of_cohort(run, c, one, err));
    }
    if (run->m->cohorts.n > 0) (void)json_object_set(all, "cohorts", cohorts);
    *out = json_incref(all);
out:
    json_decref(cohorts);
    json_decref(all);
    return st;
}
