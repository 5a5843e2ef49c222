/* SPDX-License-Identifier: Apache-2.0 */
#include "stats.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct place {
    double value;
    size_t index;
} place;

static void *room(size_t n, size_t each)
{
    void *p = calloc(n + 1, each);
    if (p == NULL) {
        (void)fputs("stats: out of memory\n", stderr);
        exit(3);
    }
    return p;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static int by_value(const void *a, const void *b)
{
    return ascending(&((const place *)a)->value, &((const place *)b)->value);
}

void acc_sort_values(double *v, size_t n)
{
    if (n > 1) qsort(v, n, sizeof v[0], ascending);
}

void acc_ranks(const double *v, size_t n, double *ranks)
{
    place *p = room(n, sizeof p[0]);

    for (size_t i = 0; i < n; i++)
        p[i] = (place){v[i], i};
    if (n > 1) qsort(p, n, sizeof p[0], by_value);
    for (size_t i = 0, j; i < n; i = j) {
        for (j = i + 1; j < n && p[j].value <= p[i].value;)
            j++;
        for (size_t k = i; k < j; k++)
            ranks[p[k].index] = (double)(i + 1 + j) / 2.0;
    }
    free(p);
}

double acc_auc(const double *high, size_t n_high, const double *low, size_t n_low)
{
    size_t n = n_high + n_low;
    double sum = 0.0;

    if (n_high == 0 || n_low == 0) return NAN;
    double *all = room(n, sizeof all[0]), *ranks = room(n, sizeof ranks[0]);
    memcpy(all, high, n_high * sizeof all[0]);
    memcpy(all + n_high, low, n_low * sizeof all[0]);
    acc_ranks(all, n, ranks);
    for (size_t i = 0; i < n_high; i++)
        sum += ranks[i];
    free(all);
    free(ranks);
    double least = (double)n_high * ((double)n_high + 1.0) / 2.0;
    return (sum - least) / ((double)n_high * (double)n_low);
}

double acc_spearman(const double *a, const double *b, size_t n)
{
    double *x = room(n, sizeof x[0]), *y = room(n, sizeof y[0]);
    double mean = ((double)n + 1.0) / 2.0, xx = 0.0, yy = 0.0, xy = 0.0;

    acc_ranks(a, n, x);
    acc_ranks(b, n, y);
    for (size_t i = 0; i < n; i++) {
        xx += (x[i] - mean) * (x[i] - mean);
        yy += (y[i] - mean) * (y[i] - mean);
        xy += (x[i] - mean) * (y[i] - mean);
    }
    free(x);
    free(y);
    return xx > 0.0 && yy > 0.0 ? xy / sqrt(xx * yy) : NAN;
}

double acc_quantile(const double *v, size_t n, double q)
{
    if (n == 0) return NAN;
    double at = q * (double)(n - 1);
    size_t i = (size_t)at;
    if (i + 1 >= n) return v[n - 1];
    return v[i] + (at - (double)i) * (v[i + 1] - v[i]);
}
