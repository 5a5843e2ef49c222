/* SPDX-License-Identifier: Apache-2.0 */
#include "liveness_fit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FEATURES = FVI_LIVE_COUNT, UNKNOWNS = FEATURES + 1, SETS_MAX = 16, ROUNDS = 100 };

/* Of a set, on one side: fewer do not stand for it, and would weigh as much as hundreds do. */
enum { PICTURES_LEAST = 10 };

static const double PENALTY = 0.05; /* of each squared coefficient, per unit of weight */

/* What a model is fitted on: rows of standardised features. */
typedef struct table {
    double (*x)[UNKNOWNS]; /* the last one is 1: the intercept's */
    double *y;
    double *weight;
    size_t n;
} table;

static void *must(void *p)
{
    if (p != NULL) return p;
    (void)fputs("accuracy_liveness: out of memory\n", stderr);
    exit(3);
}

static bool taken(const liv_pic *p, const liv_choice *c)
{
    return p->readable && !p->left_out && c->takes(p, c->arg);
}

/* How many pictures each set gives to one side. */
typedef struct shares {
    const char *set[SETS_MAX];
    double n[SETS_MAX];
    size_t sets;
} shares;

static double *share_of(shares *s, const char *set)
{
    for (size_t i = 0; i < s->sets; i++) {
        if (strcmp(s->set[i], set) == 0) return &s->n[i];
    }
    if (s->sets == SETS_MAX) {
        (void)fputs("accuracy_liveness: too many sets\n", stderr);
        exit(3);
    }
    s->set[s->sets] = set;
    s->n[s->sets] = 0.0;
    return &s->n[s->sets++];
}

static size_t enough(const shares *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->sets; i++)
        n += s->n[i] >= PICTURES_LEAST;
    return n;
}

static table collect(const liv_set *s, const liv_choice *choice)
{
    shares side[2] = {{.sets = 0}, {.sets = 0}};
    table t = {must(calloc(s->n, sizeof t.x[0])), must(calloc(s->n, sizeof t.y[0])),
               must(calloc(s->n, sizeof t.weight[0])), 0};

    for (size_t i = 0; i < s->n; i++) {
        if (taken(&s->pics[i], choice)) *share_of(&side[s->pics[i].live], s->pics[i].set) += 1.0;
    }
    size_t sets[2] = {enough(&side[0]), enough(&side[1])};
    for (size_t i = 0; i < s->n && sets[0] > 0 && sets[1] > 0; i++) {
        const liv_pic *p = &s->pics[i];
        if (!taken(p, choice)) continue;
        double n = *share_of(&side[p->live], p->set);
        if (n < PICTURES_LEAST) continue;
        for (int k = 0; k < FEATURES; k++)
            t.x[t.n][k] = (double)p->seen.feature[k];
        t.x[t.n][FEATURES] = 1.0;
        t.y[t.n] = p->live ? 1.0 : 0.0;
        t.weight[t.n++] = 0.5 / ((double)sets[p->live] * n);
    }
    return t;
}

static void standardise(table *t, fvi_liveness_model *m)
{
    for (int k = 0; k < FEATURES; k++) {
        double sum = 0.0, square = 0.0;
        for (size_t i = 0; i < t->n; i++)
            sum += t->x[i][k] / (double)t->n;
        for (size_t i = 0; i < t->n; i++)
            square += (t->x[i][k] - sum) * (t->x[i][k] - sum) / (double)t->n;
        m->mean[k] = sum;
        m->deviation[k] = square > 1e-12 ? sqrt(square) : 1.0;
        for (size_t i = 0; i < t->n; i++)
            t->x[i][k] = (t->x[i][k] - sum) / m->deviation[k];
    }
}

/* a x = b by Gauss with pivots; both are spoilt, x comes out in b. */
static void solve(double a[UNKNOWNS][UNKNOWNS], double b[UNKNOWNS])
{
    for (int k = 0; k < UNKNOWNS; k++) {
        int best = k;
        for (int r = k + 1; r < UNKNOWNS; r++)
            if (fabs(a[r][k]) > fabs(a[best][k])) best = r;
        for (int c = 0; c < UNKNOWNS; c++) {
            double v = a[k][c];
            a[k][c] = a[best][c];
            a[best][c] = v;
        }
        double v = b[k];
        b[k] = b[best];
        b[best] = v;
        for (int r = 0; r < UNKNOWNS; r++) {
            if (r == k) continue;
            double f = a[r][k] / a[k][k];
            for (int c = k; c < UNKNOWNS; c++)
                a[r][c] -= f * a[k][c];
            b[r] -= f * b[k];
        }
    }
    for (int k = 0; k < UNKNOWNS; k++)
        b[k] /= a[k][k];
}

/* One step of Newton; the largest change of a coefficient. */
static double step(const table *t, const bool used[UNKNOWNS], double beta[UNKNOWNS])
{
    double h[UNKNOWNS][UNKNOWNS] = {{0.0}}, g[UNKNOWNS] = {0.0}, most = 0.0;

    for (size_t i = 0; i < t->n; i++) {
        double z = 0.0;
        for (int k = 0; k < UNKNOWNS; k++)
            z += beta[k] * t->x[i][k];
        double p = 1.0 / (1.0 + exp(-z));
        for (int k = 0; k < UNKNOWNS; k++) {
            g[k] += t->weight[i] * (t->y[i] - p) * t->x[i][k];
            for (int j = 0; j < UNKNOWNS; j++)
                h[k][j] += t->weight[i] * p * (1.0 - p) * t->x[i][k] * t->x[i][j];
        }
    }
    for (int k = 0; k < FEATURES; k++) {
        g[k] -= PENALTY * beta[k];
        h[k][k] += PENALTY;
    }
    for (int k = 0; k < UNKNOWNS; k++) {
        if (used[k]) continue;
        g[k] = 0.0;
        for (int j = 0; j < UNKNOWNS; j++)
            h[k][j] = h[j][k] = k == j ? 1.0 : 0.0;
    }
    solve(h, g);
    for (int k = 0; k < UNKNOWNS; k++) {
        beta[k] += g[k];
        most = fmax(most, fabs(g[k]));
    }
    return most;
}

bool liv_fit(const liv_set *s, const liv_choice *choice, fvi_liveness_model *out)
{
    table t = collect(s, choice);
    bool used[UNKNOWNS], again = t.n > 0;
    double beta[UNKNOWNS] = {0.0};

    for (int k = 0; k < UNKNOWNS; k++)
        used[k] = true;
    if (t.n > 0) standardise(&t, out);
    while (again) {
        again = false;
        for (int k = 0; k < UNKNOWNS; k++)
            beta[k] = 0.0;
        for (int i = 0; i < ROUNDS && step(&t, used, beta) > 1e-10; i++) {}
        for (int k = 0; k < FEATURES; k++) {
            if (beta[k] * (double)fvi_live_features[k].sense >= 0.0) continue;
            used[k] = false;
            again = true;
        }
    }
    if (t.n > 0) {
        memcpy(out->coefficient, beta, sizeof out->coefficient);
        out->intercept = beta[FEATURES];
    }
    bool good = t.n > 0;
    free(t.x);
    free(t.y);
    free(t.weight);
    return good;
}

unsigned liv_part(const liv_pic *p, unsigned parts)
{
    uint64_t h = 14695981039346656037u; /* FNV-1a */
    for (const char *c = p->person; *c != '\0'; c++)
        h = (h ^ (uint8_t)*c) * 1099511628211u;
    return (unsigned)((h ^ h >> 32) % parts);
}

bool liv_trains(const liv_pic *p)
{
    return !p->from_folder || liv_part(p, 4) == 0;
}

typedef struct fold {
    unsigned out;
} fold;

static bool not_in_fold(const liv_pic *p, const void *arg)
{
    const fold *f = arg;
    return liv_trains(p) && liv_part(p, LIV_FOLDS) != f->out;
}

void liv_score_apart(liv_set *s, const fvi_liveness_model *all)
{
    liv_score(s, all);
    for (fold f = {0}; f.out < LIV_FOLDS; f.out++) {
        fvi_liveness_model m = *all;
        liv_choice c = {not_in_fold, &f};
        if (!liv_fit(s, &c, &m)) continue;
        for (size_t i = 0; i < s->n; i++) {
            liv_pic *p = &s->pics[i];
            if (!p->readable || !liv_trains(p) || liv_part(p, LIV_FOLDS) != f.out) continue;
            p->score = (double)fvi_liveness_score(&m, p->seen.feature);
        }
    }
}
