/* SPDX-License-Identifier: Apache-2.0 */
#include "rates.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

void acc_add(acc_scores *s, float v)
{
    if (s->n == s->cap) {
        s->cap = s->cap == 0 ? 4096 : 2 * s->cap;
        s->v = realloc(s->v, s->cap * sizeof s->v[0]);
        if (s->v == NULL) {
            (void)fputs("accuracy: out of memory\n", stderr);
            exit(3);
        }
    }
    s->v[s->n++] = v;
}

static int ascending(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

void acc_sort(acc_scores *s)
{
    qsort(s->v, s->n, sizeof s->v[0], ascending);
}

void acc_scores_free(acc_scores *s)
{
    free(s->v);
    *s = (acc_scores){0};
}

void acc_collect(const acc_set *set, acc_scores *genuine, acc_scores *impostor)
{
    for (size_t i = 0; i < set->n_pairs; i++) {
        const float *a = set->images[set->pairs[i].a].embedding;
        const float *b = set->images[set->pairs[i].b].embedding;
        float v = a == NULL || b == NULL ? -2.0f : fvi_cosine(a, b, set->dim);
        acc_add(set->pairs[i].same ? genuine : impostor, v);
    }
    acc_sort(genuine);
    acc_sort(impostor);
}

size_t acc_below(const acc_scores *s, double t)
{
    size_t lo = 0, hi = s->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if ((double)s->v[mid] < t)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

double acc_threshold(const acc_scores *impostor, double rate)
{
    size_t allowed = (size_t)floor(rate * (double)impostor->n + 1e-9);
    if (allowed >= impostor->n) return -1.0;
    /* just above the best score that must not match */
    return (double)nextafterf(impostor->v[impostor->n - 1 - allowed], 2.0f);
}
