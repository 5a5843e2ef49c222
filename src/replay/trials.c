/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/trials.h"

#include <math.h>
#include <stdlib.h>

static int falling(const void *a, const void *b)
{
    float x = ((const fvi_trial *)a)->similarity;
    float y = ((const fvi_trial *)b)->similarity;
    if (isnan(x) || isnan(y)) return (isnan(x) ? 1 : 0) - (isnan(y) ? 1 : 0);
    return (x < y) - (x > y);
}

void fvi_trials_sort(fvi_trials *t)
{
    if (t->n_genuine > 0) qsort(t->genuine, t->n_genuine, sizeof t->genuine[0], falling);
    if (t->n_impostor > 0) qsort(t->impostor, t->n_impostor, sizeof t->impostor[0], falling);
}

/* How many of the sorted trials are at or above a threshold. */
static size_t at_or_above(const fvi_trial *trials, size_t n, float threshold)
{
    size_t lo = 0, hi = n;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (trials[mid].similarity >= threshold) /* false for NaN */
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

size_t fvi_trials_compared(const fvi_trial *trials, size_t n)
{
    return at_or_above(trials, n, -INFINITY);
}

double fvi_share_value(const fvi_share *s)
{
    return s->of == 0 ? NAN : (double)s->count / (double)s->of;
}

bool fvi_rate_supported(double rate, size_t n)
{
    return rate * (double)n >= 3.0 - 1e-9;
}

size_t fvi_rate_steps(size_t n, double steps[FVI_STEPS_MAX])
{
    static const double all[] = {1e-2, 5e-3, 2e-3, 1e-3, 5e-4, 2e-4, 1e-4, 5e-5,
                                 2e-5, 1e-5, 5e-6, 2e-6, 1e-6, 5e-7, 2e-7, 1e-7};
    size_t k = 0;

    while (k < sizeof all / sizeof all[0] && fvi_rate_supported(all[k], n)) {
        steps[k] = all[k];
        k++;
    }
    return k;
}

static uint64_t allowed_of(double rate, uint64_t n)
{
    return (uint64_t)floor(rate * (double)n + 1e-9);
}

float fvi_threshold_of(const fvi_trials *t, double rate)
{
    size_t n = fvi_trials_compared(t->impostor, t->n_impostor);
    uint64_t allowed = allowed_of(rate, n);

    if (allowed >= n) return -2.0f;
    return nextafterf(t->impostor[allowed].similarity, 2.0f);
}

void fvi_point_at(const fvi_trials *t, float threshold, fvi_error_point *out)
{
    *out = (fvi_error_point){
        .rate = NAN,
        .threshold = threshold,
        .fmr = {.count = at_or_above(t->impostor, t->n_impostor, threshold),
                .of = fvi_trials_compared(t->impostor, t->n_impostor)},
        .fnmr = {.count = t->n_genuine - at_or_above(t->genuine, t->n_genuine, threshold),
                 .of = t->n_genuine}};
}
