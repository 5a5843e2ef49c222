/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/fit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS_MAX = 100, GROUPS = 20 };

static const double SCALE_MAX = 1e4; /* beyond: the classes do not overlap */

fv_status fvi_counts_create(fvi_counts *c, fv_error *err)
{
    *c = (fvi_counts){.genuine = calloc(FVI_COUNTS_N, sizeof(uint32_t)),
                      .impostor = calloc(FVI_COUNTS_N, sizeof(uint32_t))};
    if (c->genuine != NULL && c->impostor != NULL) return FV_OK;
    fvi_counts_free(c);
    return fvi_fail(err, FV_E_NOMEM, "similarities");
}

void fvi_counts_free(fvi_counts *c)
{
    free(c->genuine);
    free(c->impostor);
    *c = (fvi_counts){.n_genuine = 0};
}

size_t fvi_counts_bin(float similarity)
{
    /* exact: 24 bits times a number of 14 */
    double k = floor((double)similarity * FVI_COUNTS_PER_UNIT) + FVI_COUNTS_PER_UNIT;
    return k < 0 ? 0 : k >= FVI_COUNTS_N ? FVI_COUNTS_N - 1 : (size_t)k;
}

void fvi_counts_add(fvi_counts *c, float similarity, bool genuine)
{
    size_t k = fvi_counts_bin(similarity);
    if (genuine) {
        c->genuine[k]++;
        c->n_genuine++;
    } else {
        c->impostor[k]++;
        c->n_impostor++;
    }
}

double fvi_counts_similarity(size_t bin)
{
    return ((double)bin - FVI_COUNTS_PER_UNIT) / FVI_COUNTS_PER_UNIT;
}

size_t fvi_counts_threshold(const fvi_counts *c, double rate, uint64_t *false_matches)
{
    uint64_t allowed = (uint64_t)floor(rate * (double)c->n_impostor + 1e-9);
    size_t k = FVI_COUNTS_N;

    *false_matches = 0;
    while (k > 0 && *false_matches + c->impostor[k - 1] <= allowed)
        *false_matches += c->impostor[--k];
    return k;
}

static double log2_1p_exp(double x)
{
    return (x > 0 ? x + log1p(exp(-x)) : log1p(exp(x))) / log(2.0);
}

/* A bin in which there is any pair. */
typedef struct level {
    double similarity;
    double genuine, impostor; /* shares of their class */
} level;

typedef struct levels {
    level *of; /* owned */
    size_t n;
} levels;

static fv_status levels_create(levels *out, const fvi_counts *c, fv_error *err)
{
    levels l = {.n = 0};

    for (size_t k = 0; k < FVI_COUNTS_N; k++)
        l.n += c->genuine[k] + c->impostor[k] > 0 ? 1 : 0;
    l.of = calloc(l.n + 1, sizeof l.of[0]);
    if (l.of == NULL) return fvi_fail(err, FV_E_NOMEM, "fit");
    l.n = 0;
    for (size_t k = 0; k < FVI_COUNTS_N; k++) {
        if (c->genuine[k] == 0 && c->impostor[k] == 0) continue;
        l.of[l.n++] =
            (level){fvi_counts_similarity(k), (double)c->genuine[k] / (double)c->n_genuine,
                    (double)c->impostor[k] / (double)c->n_impostor};
    }
    *out = l;
    return FV_OK;
}

static double cllr_of(const levels *l, double scale, double offset)
{
    double sum = 0;

    for (size_t k = 0; k < l->n; k++) {
        const level *v = &l->of[k];
        double llr = scale * v->similarity + offset;
        if (v->genuine > 0) sum += v->genuine * log2_1p_exp(-llr);
        if (v->impostor > 0) sum += v->impostor * log2_1p_exp(llr);
    }
    return 0.5 * sum;
}

/* One group of adjacent bins that share a likelihood ratio. */
typedef struct pool {
    double genuine, impostor; /* shares of their class */
} pool;

static bool falls(const pool *a, const pool *b)
{
    return a->genuine * b->impostor >= b->genuine * a->impostor;
}

static double pool_loss(const pool *p)
{
    double loss = 0;
    if (p->genuine > 0) loss += p->genuine * log2(1.0 + p->impostor / p->genuine);
    if (p->impostor > 0) loss += p->impostor * log2(1.0 + p->genuine / p->impostor);
    return loss / 2.0;
}

/* Pool adjacent violators: neighbours are joined until the ratio rises. */
static double cllr_min_of(const levels *l, pool *stack)
{
    size_t n = 0;
    double loss = 0;

    for (size_t k = 0; k < l->n; k++) {
        stack[n++] = (pool){l->of[k].genuine, l->of[k].impostor};
        while (n > 1 && falls(&stack[n - 2], &stack[n - 1])) {
            stack[n - 2].genuine += stack[n - 1].genuine;
            stack[n - 2].impostor += stack[n - 1].impostor;
            n--;
        }
    }
    for (size_t i = 0; i < n; i++)
        loss += pool_loss(&stack[i]);
    return loss;
}

/* Gradient and curvature of the loss at a line. */
typedef struct slope {
    double g0, g1, h00, h01, h11;
} slope;

static slope slope_at(const levels *l, double scale, double offset)
{
    slope d = {0};

    for (size_t k = 0; k < l->n; k++) {
        const level *v = &l->of[k];
        double s = v->similarity;
        double p = 1.0 / (1.0 + exp(-(scale * s + offset)));
        double g = v->impostor * p - v->genuine * (1.0 - p);
        double h = (v->genuine + v->impostor) * p * (1.0 - p);
        d.g0 += g;
        d.g1 += g * s;
        d.h00 += h;
        d.h01 += h * s;
        d.h11 += h * s * s;
    }
    return d;
}

/* Newton's steps, halved while they lead up; false: no line fits. */
static bool find_line(const levels *l, double *scale, double *offset)
{
    for (int step = 0; step < STEPS_MAX; step++) {
        slope d = slope_at(l, *scale, *offset);
        double det = d.h00 * d.h11 - d.h01 * d.h01;
        if (!(det > 1e-300)) return false;
        double to_offset = (d.h11 * d.g0 - d.h01 * d.g1) / det;
        double to_scale = (d.h00 * d.g1 - d.h01 * d.g0) / det;
        double t = 1.0;
        double now = cllr_of(l, *scale, *offset);
        while (t > 1e-6 && cllr_of(l, *scale - t * to_scale, *offset - t * to_offset) > now)
            t /= 2.0;
        *scale -= t * to_scale;
        *offset -= t * to_offset;
        if (fabs(*scale) > SCALE_MAX) return false;
        if (fabs(t * to_scale) < 1e-9 * fmax(1.0, fabs(*scale)) &&
            fabs(t * to_offset) < 1e-9 * fmax(1.0, fabs(*offset)))
            return true;
    }
    return false;
}

fv_status fvi_fit_counts(const fvi_counts *c, fvi_fit *out, fv_error *err)
{
    fv_status st = FV_OK;
    double scale = 0, offset = 0;
    levels l = {.n = 0};
    pool *stack = NULL;

    if (c->n_genuine == 0 || c->n_impostor == 0)
        return fvi_fail(err, FV_E_ARG, "a fit needs genuine and impostor pairs");
    FVI_TRY(levels_create(&l, c, err));
    if (!find_line(&l, &scale, &offset)) {
        st = fvi_fail(err, FV_E_ARG, "no line fits: the classes do not overlap");
        goto out;
    }
    if (scale <= 0) {
        st = fvi_fail(err, FV_E_ARG, "genuine pairs are no more alike than impostors");
        goto out;
    }
    stack = calloc(l.n + 1, sizeof stack[0]);
    if (stack == NULL) {
        st = fvi_fail(err, FV_E_NOMEM, "fit");
        goto out;
    }
    *out = (fvi_fit){scale, offset, cllr_of(&l, scale, offset), cllr_min_of(&l, stack)};
out:
    free(stack);
    free(l.of);
    return st;
}

json_t *fvi_reliability(const fvi_counts *c, const fvi_fit *fit)
{
    double weight[GROUPS] = {0}, predicted[GROUPS] = {0}, genuine[GROUPS] = {0};
    json_t *points = json_array();

    for (size_t k = 0; k < FVI_COUNTS_N; k++) {
        if (c->genuine[k] == 0 && c->impostor[k] == 0) continue;
        double p = 1.0 / (1.0 + exp(-(fit->scale * fvi_counts_similarity(k) + fit->offset)));
        double wg = (double)c->genuine[k] / (double)c->n_genuine;
        double wi = (double)c->impostor[k] / (double)c->n_impostor;
        int g = (int)(p * GROUPS);
        g = g >= GROUPS ? GROUPS - 1 : g;
        weight[g] += wg + wi;
        predicted[g] += (wg + wi) * p;
        genuine[g] += wg;
    }
    for (int g = 0; g < GROUPS; g++) {
        if (weight[g] > 0)
            (void)json_array_append_new(
                points, json_pack("[f, f]", predicted[g] / weight[g], genuine[g] / weight[g]));
    }
    return points;
}
