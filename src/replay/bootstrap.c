/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "replay/parallel.h"
#include "replay/trials.h"

static uint64_t split_mix(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

void fvi_bootstrap_draw(const fvi_bootstrap *how, uint32_t r, uint32_t n, uint32_t *weight)
{
    uint64_t state = how->seed * 1000003u + r;

    memset(weight, 0, n * sizeof weight[0]);
    for (uint32_t i = 0; i < n; i++)
        weight[((split_mix(&state) >> 32) * n) >> 32]++;
}

static int rising(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

bool fvi_bootstrap_interval(double *values, size_t n, double *low, double *high)
{
    if (n == 0) return false;
    qsort(values, n, sizeof values[0], rising);
    *low = values[(size_t)floor(0.025 * (double)n)];
    *high = values[(size_t)ceil(0.975 * (double)n) - 1];
    return true;
}

static uint64_t weight_of(const fvi_trial *t, const uint32_t *weight)
{
    return t->a == t->b ? weight[t->a] : (uint64_t)weight[t->a] * weight[t->b];
}

/* One replicate: pairs, weighted. */
typedef struct replicate {
    const fvi_trials *t;
    const uint32_t *weight;
    size_t compared;        /* impostors that were */
    uint64_t impostors;     /* their weight */
    uint64_t genuine;       /* weight of all */
    const size_t *by_rate;  /* points in the order of their thresholds, lowest first */
    fvi_error_point *found; /* by point: what this replicate gives */
} replicate;

static uint64_t weigh(const fvi_trial *trials, size_t n, const uint32_t *weight)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += weight_of(&trials[i], weight);
    return sum;
}

/* The threshold of a rate, walking on from where the next lower rate's was. */
static float walk_to(const replicate *r, double rate, size_t *at, uint64_t *passed)
{
    uint64_t allowed = (uint64_t)floor(rate * (double)r->impostors + 1e-9);

    while (*at < r->compared) {
        uint64_t w = weight_of(&r->t->impostor[*at], r->weight);
        if (*passed + w > allowed) return nextafterf(r->t->impostor[*at].similarity, 2.0f);
        *passed += w;
        (*at)++;
    }
    return -2.0f;
}

/* Weight of the trials from *at on that are at or above a threshold, walking on likewise.
 * lint: parameters, one walk */
static void count_to(const fvi_trial *trials, size_t n, float threshold, const uint32_t *weight,
                     size_t *at, uint64_t *passed)
{
    while (*at < n && trials[*at].similarity >= threshold)
        *passed += weight_of(&trials[(*at)++], weight);
}

/* Points with a rate come first, lowest rate first: their thresholds fall along the walk. */
static void run_rates(const replicate *r, const fvi_error_point *points, size_t n)
{
    size_t at = 0, g = 0;
    uint64_t passed = 0, matched = 0;

    for (size_t i = 0; i < n; i++) {
        fvi_error_point *p = &r->found[r->by_rate[i]];
        p->threshold = walk_to(r, points[r->by_rate[i]].rate, &at, &passed);
        count_to(r->t->genuine, r->t->n_genuine, p->threshold, r->weight, &g, &matched);
        p->fnmr = (fvi_share){.count = r->genuine - matched, .of = r->genuine};
    }
}

static void run_threshold(const replicate *r, const fvi_error_point *point, fvi_error_point *out)
{
    size_t at = 0, g = 0;
    uint64_t passed = 0, matched = 0;

    count_to(r->t->impostor, r->compared, point->threshold, r->weight, &at, &passed);
    count_to(r->t->genuine, r->t->n_genuine, point->threshold, r->weight, &g, &matched);
    out->fmr = (fvi_share){.count = passed, .of = r->impostors};
    out->fnmr = (fvi_share){.count = r->genuine - matched, .of = r->genuine};
}

/* What the replicates gave for each point: fnmr, then fmr, each its own column of values. */
typedef struct table {
    double *values; /* [2 * points][replicates]; NaN: nothing to count */
    size_t replicates;
} table;

static void note(const table *t, size_t column, size_t row, const fvi_share *s)
{
    if (s->of > 0) t->values[column * t->replicates + row] = fvi_share_value(s);
}

/* Those that are numbers come first; returns how many there are. */
static size_t gather(double *values, size_t n)
{
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isnan(values[i])) values[k++] = values[i];
    }
    return k;
}

static void clear(double *values, size_t n)
{
    for (size_t i = 0; i < n; i++)
        values[i] = NAN;
}

static void run_replicate(replicate *r, const fvi_error_point *points, size_t n, const table *out,
                          size_t row)
{
    size_t rates = 0;

    r->impostors = weigh(r->t->impostor, r->compared, r->weight);
    r->genuine = weigh(r->t->genuine, r->t->n_genuine, r->weight);
    while (rates < n && !isnan(points[r->by_rate[rates]].rate))
        rates++;
    if (r->impostors > 0) run_rates(r, points, rates);
    for (size_t i = 0; i < n; i++) {
        size_t k = r->by_rate[i];
        fvi_error_point *f = &r->found[k];
        if (i >= rates) {
            run_threshold(r, &points[k], f);
            note(out, 2 * k + 1, row, &f->fmr);
        }
        if (i >= rates || r->impostors > 0) note(out, 2 * k, row, &f->fnmr);
    }
}

/* Draws of people that never err never err: the rule of three knows better. */
void fvi_share_settle(fvi_share *s)
{
    double three = s->of == 0 ? 1.0 : fmin(3.0 / (double)s->of, 1.0);

    if (!s->bounded) return;
    if (s->count == 0) s->high = fmax(s->high, three);
    if (s->count == s->of) s->low = fmin(s->low, 1.0 - three);
}

static void give(fvi_error_point *points, size_t n, const table *t)
{
    for (size_t k = 0; k < n; k++) {
        fvi_share *of[2] = {&points[k].fnmr, &points[k].fmr};
        for (size_t i = 0; i < 2; i++) {
            double *values = t->values + (2 * k + i) * t->replicates;
            of[i]->bounded = fvi_bootstrap_interval(values, gather(values, t->replicates),
                                                    &of[i]->low, &of[i]->high);
            fvi_share_settle(of[i]);
        }
    }
}

/* Points by rate, lowest first, then those with a given threshold. */
static void order_points(const fvi_error_point *points, size_t n, size_t *order)
{
    for (size_t i = 0; i < n; i++) {
        size_t k = i;
        double rate = isnan(points[i].rate) ? INFINITY : points[i].rate;
        while (k > 0) {
            double before = points[order[k - 1]].rate;
            if ((isnan(before) ? INFINITY : before) <= rate) break;
            order[k] = order[k - 1];
            k--;
        }
        order[k] = i;
    }
}

/* All replicates of some points; each thread takes a part of them. */
typedef struct bounding {
    const fvi_trials *t;
    const fvi_error_point *points;
    size_t n;
    const fvi_bootstrap *how;
    const size_t *by_rate;
    size_t compared;
    table all;
    atomic_bool failed;
} bounding;

static void bound_part(void *cookie, size_t from, size_t to)
{
    bounding *b = cookie;
    fvi_error_point found[FVI_STEPS_MAX];
    uint32_t *weight = calloc((size_t)b->t->n_people + 1, sizeof weight[0]);
    replicate r = {.t = b->t,
                   .weight = weight,
                   .compared = b->compared,
                   .by_rate = b->by_rate,
                   .found = found};

    if (weight == NULL) atomic_store(&b->failed, true);
    for (size_t k = from; k < to && weight != NULL; k++) {
        fvi_bootstrap_draw(b->how, (uint32_t)k, b->t->n_people, weight);
        run_replicate(&r, b->points, b->n, &b->all, k);
    }
    free(weight);
}

fv_status fvi_points_bound(const fvi_trials *t, fvi_error_point *points, size_t n,
                           const fvi_bootstrap *how, fv_error *err)
{
    fv_status st = FV_OK;
    size_t order[FVI_STEPS_MAX];
    size_t cells = 2 * n * (size_t)how->replicates;
    bounding b = {.t = t,
                  .points = points,
                  .n = n,
                  .how = how,
                  .by_rate = order,
                  .compared = fvi_trials_compared(t->impostor, t->n_impostor),
                  .all = {.replicates = how->replicates}};

    if (how->replicates == 0 || t->n_people == 0 || n == 0) return FV_OK;
    if (n > FVI_STEPS_MAX) return fvi_fail(err, FV_E_INTERNAL, "bootstrap: too many points");
    b.all.values = malloc(cells * sizeof b.all.values[0]);
    if (b.all.values == NULL) return fvi_fail(err, FV_E_NOMEM, "bootstrap");
    clear(b.all.values, cells);
    order_points(points, n, order);
    FVI_TRY(fvi_parallel(how->threads, how->replicates, bound_part, &b, err));
    if (atomic_load(&b.failed)) {
        st = fvi_fail(err, FV_E_NOMEM, "bootstrap");
        goto out;
    }
    give(points, n, &b.all);
out:
    free(b.all.values);
    return st;
}

/* All replicates of one share. */
typedef struct sharing {
    const fvi_hit *hits;
    size_t n;
    uint32_t n_people;
    const fvi_bootstrap *how;
    double *values;
    atomic_bool failed;
} sharing;

static void share_part(void *cookie, size_t from, size_t to)
{
    sharing *s = cookie;
    uint32_t *weight = calloc((size_t)s->n_people + 1, sizeof weight[0]);

    if (weight == NULL) atomic_store(&s->failed, true);
    for (size_t r = from; r < to && weight != NULL; r++) {
        uint64_t all = 0, hit = 0;
        fvi_bootstrap_draw(s->how, (uint32_t)r, s->n_people, weight);
        for (size_t i = 0; i < s->n; i++) {
            const fvi_hit *h = &s->hits[i];
            uint64_t w = h->a == h->b ? weight[h->a] : (uint64_t)weight[h->a] * weight[h->b];
            all += w;
            hit += h->hit ? w : 0;
        }
        if (all > 0) s->values[r] = (double)hit / (double)all;
    }
    free(weight);
}

/* lint: parameters, the hits and their number are one thing */
fv_status fvi_hits_share(const fvi_hit *hits, size_t n, uint32_t n_people, const fvi_bootstrap *how,
                         fvi_share *out, fv_error *err)
{
    fv_status st = FV_OK;
    fvi_share share = {.of = n};
    sharing s = {.hits = hits, .n = n, .n_people = n_people, .how = how};

    s.values = malloc(((size_t)how->replicates + 1) * sizeof s.values[0]);
    if (s.values == NULL) return fvi_fail(err, FV_E_NOMEM, "bootstrap");
    clear(s.values, how->replicates);
    for (size_t i = 0; i < n; i++)
        share.count += hits[i].hit ? 1 : 0;
    if (n > 0 && how->replicates > 0)
        FVI_TRY(fvi_parallel(how->threads, how->replicates, share_part, &s, err));
    if (atomic_load(&s.failed)) {
        st = fvi_fail(err, FV_E_NOMEM, "bootstrap");
        goto out;
    }
    share.bounded = fvi_bootstrap_interval(s.values, gather(s.values, how->replicates), &share.low,
                                           &share.high);
    fvi_share_settle(&share);
    *out = share;
out:
    free(s.values);
    return st;
}
