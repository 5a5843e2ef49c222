/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/pad.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int falling(const void *a, const void *b)
{
    float x = ((const fvi_presentation *)a)->score, y = ((const fvi_presentation *)b)->score;
    return (x < y) - (x > y);
}

void fvi_presentations_sort(fvi_presentation *all, size_t n)
{
    if (n > 0) qsort(all, n, sizeof all[0], falling);
}

/* One count over the presentations, each with its person's weight. */
typedef struct count {
    const fvi_presentation *all;
    size_t n;
    const uint32_t *weight; /* NULL: one each */
    uint64_t *total;        /* by species */
    uint64_t *passed;       /* by species */
    size_t n_species;
} count;

static uint64_t weight_of(const count *c, size_t i)
{
    return c->weight == NULL ? 1 : c->weight[c->all[i].person];
}

/* Down from the highest score, until some species would have let too many pass. */
static float limit_of(const count *c, double apcer)
{
    memset(c->total, 0, c->n_species * sizeof c->total[0]);
    memset(c->passed, 0, c->n_species * sizeof c->passed[0]);
    for (size_t i = 0; i < c->n; i++) {
        if (c->all[i].species != FVI_LIVE) c->total[c->all[i].species] += weight_of(c, i);
    }
    for (size_t i = 0; i < c->n; i++) {
        uint32_t s = c->all[i].species;
        if (s == FVI_LIVE) continue;
        c->passed[s] += weight_of(c, i);
        if (c->passed[s] > (uint64_t)floor(apcer * (double)c->total[s] + 1e-9))
            return nextafterf(c->all[i].score, 2.0f);
    }
    return -INFINITY;
}

static fvi_share refused(const count *c, float limit)
{
    fvi_share s = {0};
    for (size_t i = 0; i < c->n; i++) {
        if (c->all[i].species != FVI_LIVE) continue;
        s.of += weight_of(c, i);
        s.count += c->all[i].score < limit ? weight_of(c, i) : 0;
    }
    return s;
}

/* lint: parameters, the presentations and their number are one thing */
fv_status fvi_bpcer_at(const fvi_presentation *all, size_t n, uint32_t n_people,
                       const fvi_bootstrap *how, fvi_pad_point *out, fv_error *err)
{
    fv_status st = FV_OK;
    count c = {.all = all, .n = n};
    size_t k = 0;
    double *values = calloc((size_t)how->replicates + 1, sizeof values[0]);
    uint32_t *weight = calloc((size_t)n_people + 1, sizeof weight[0]);

    for (size_t i = 0; i < n; i++) {
        if (all[i].species != FVI_LIVE && all[i].species >= c.n_species)
            c.n_species = (size_t)all[i].species + 1;
    }
    c.total = calloc(c.n_species + 1, sizeof c.total[0]);
    c.passed = calloc(c.n_species + 1, sizeof c.passed[0]);
    if (values == NULL || weight == NULL || c.total == NULL || c.passed == NULL) {
        st = fvi_fail(err, FV_E_NOMEM, "bootstrap");
        goto out;
    }
    out->limit = limit_of(&c, out->apcer);
    out->bpcer = refused(&c, out->limit);
    c.weight = weight;
    for (uint32_t r = 0; r < how->replicates; r++) {
        fvi_bootstrap_draw(how, r, n_people, weight);
        fvi_share s = refused(&c, limit_of(&c, out->apcer));
        if (s.of > 0) values[k++] = fvi_share_value(&s);
    }
    out->bpcer.bounded = fvi_bootstrap_interval(values, k, &out->bpcer.low, &out->bpcer.high);
    fvi_share_settle(&out->bpcer);
out:
    free(c.total);
    free(c.passed);
    free(values);
    free(weight);
    return st;
}
