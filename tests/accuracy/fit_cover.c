/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fits the logistic regressions behind MOUTH_OCCLUSION and TINTED_GLASSES, and says how well each
 * does on the half that it was not fitted on. What is shipped is fitted on both halves.
 *
 * Masks are those of quality/masks; the LFW part wears none. Tinted glasses were picked by eye in
 * the LFW part and in quality/ (glasses.csv), and are drawn on one in seven of the LFW part. The
 * mouth's regression without colour learns from pictures made grey, and from faces under hard side
 * light.
 *
 *   fit_cover DATA > src/quality/logit_models.c
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "fit.h"

enum { P = FVI_LOGIT_MAX, MOUTH_COLOUR = 0, MOUTH_GREY, GLASSES, MODELS };

/* Ridge on standardised coefficients. */
static const double RIDGE = 3.0;
/* A picture without colour says little of the mouth: its log odds are lowered by this. */
static const double GREY_PRIOR = -4.0;

static const char *const names[MODELS] = {"fvi_mouth_colour", "fvi_mouth_grey",
                                          "fvi_glasses_tinted"};

/* What the regression without colour looks at. */
static const bool without_colour[P] = {
    [7] = true,  [8] = true,  [9] = true,  [13] = true, [15] = true,
    [16] = true, [17] = true, [18] = true, [19] = true};

typedef struct fitted {
    double bias;
    double w[P];
} fitted;

static const fvi_clues *clues_of(const fit_sample *s, int model)
{
    return model == GLASSES ? &s->glasses : &s->mouth;
}

static bool target(const fit_sample *s, int model)
{
    return model == GLASSES ? s->tinted : s->covered;
}

static double mouth_weight(const fit_sample *s, int model)
{
    if (!s->has_mouth || s->variant >= FIT_DARK || s->from == FIT_EYES) return 0;
    if (s->mouth.grey != (model == MOUTH_GREY)) return 0;
    return s->from == FIT_LFW ? 0.1 : 1;
}

static double glasses_weight(const fit_sample *s)
{
    if (!s->has_glasses || s->unclear || s->variant == FIT_GREY) return 0;
    if (s->variant == FIT_RECUT) return s->tinted ? 1 : 0.1;
    if (s->variant >= FIT_DARK) return 0.15;
    if (s->tinted || s->from != FIT_LFW) return 3;
    return 0.3;
}

/* Half -1: all. */
static double weight(const fit_sample *s, int model, int half)
{
    if (half >= 0 && (int)s->odd != half) return 0;
    return model == GLASSES ? glasses_weight(s) : mouth_weight(s, model);
}

/* Solves a x = b, symmetric and positive definite, by Cholesky; the result is in b. */
static void solve(double a[P + 1][P + 1], double b[P + 1])
{
    for (int i = 0; i <= P; i++) {
        for (int j = 0; j <= i; j++) {
            double sum = a[i][j];
            for (int k = 0; k < j; k++)
                sum -= a[i][k] * a[j][k];
            a[i][j] = i == j ? sqrt(sum) : sum / a[j][j];
        }
        for (int k = 0; k < i; k++)
            b[i] -= a[i][k] * b[k];
        b[i] /= a[i][i];
    }
    for (int i = P; i >= 0; i--) {
        for (int k = i + 1; k <= P; k++)
            b[i] -= a[k][i] * b[k];
        b[i] /= a[i][i];
    }
}

typedef struct spread {
    double mean[P];
    double deviation[P];
} spread;

static spread spread_of(const fit_samples *all, int model, int half)
{
    spread s = {0};
    double sum = 0;

    for (size_t i = 0; i < all->n; i++) {
        double w = weight(&all->of[i], model, half);
        if (w == 0) continue;
        sum += w;
        for (int k = 0; k < P; k++) {
            double x = (double)clues_of(&all->of[i], model)->of[k];
            s.mean[k] += w * x;
            s.deviation[k] += w * x * x;
        }
    }
    for (int k = 0; k < P; k++) {
        s.mean[k] /= sum;
        s.deviation[k] = sqrt(fmax(s.deviation[k] / sum - s.mean[k] * s.mean[k], 1e-12));
    }
    return s;
}

/* One sample's part in gradient and Hessian. */
/* lint: parameters, a sum is both of its sides */
static void account(const double x[P + 1], const double beta[P + 1], double w, bool y,
                    double g[P + 1], double h[P + 1][P + 1])
{
    double z = 0;
    for (int k = 0; k <= P; k++)
        z += beta[k] * x[k];
    double p = 1 / (1 + exp(-z));
    for (int k = 0; k <= P; k++) {
        g[k] += w * ((y ? 1 : 0) - p) * x[k];
        for (int j = 0; j <= k; j++)
            h[k][j] += w * fmax(p * (1 - p), 1e-9) * x[k] * x[j];
    }
}

/* Iteratively reweighted least squares. */
static fitted fit(const fit_samples *all, int model, int half)
{
    const spread s = spread_of(all, model, half);
    double beta[P + 1] = {0};
    fitted m = {0};

    for (int round = 0; round < 40; round++) {
        double h[P + 1][P + 1] = {{0}}, g[P + 1] = {0};
        for (size_t i = 0; i < all->n; i++) {
            double x[P + 1] = {[P] = 1}, w = weight(&all->of[i], model, half);
            if (w == 0) continue;
            for (int k = 0; k < P; k++) {
                bool used = model != MOUTH_GREY || without_colour[k];
                double v = (double)clues_of(&all->of[i], model)->of[k];
                x[k] = used ? (v - s.mean[k]) / s.deviation[k] : 0;
            }
            account(x, beta, w, target(&all->of[i], model), g, h);
        }
        for (int k = 0; k <= P; k++) {
            h[k][k] += k < P ? RIDGE : 1e-9;
            if (k < P) g[k] -= RIDGE * beta[k];
        }
        solve(h, g);
        for (int k = 0; k <= P; k++)
            beta[k] += g[k];
    }
    m.bias = beta[P] + (model == MOUTH_GREY ? GREY_PRIOR : 0);
    for (int k = 0; k < P; k++) {
        m.w[k] = beta[k] / s.deviation[k];
        m.bias -= m.w[k] * s.mean[k];
    }
    return m;
}

static double odds(const fitted models[MODELS], const fit_sample *s, bool glasses)
{
    const fvi_clues *c = glasses ? &s->glasses : &s->mouth;
    const fitted *m = &models[glasses ? GLASSES : c->grey ? MOUTH_GREY : MOUTH_COLOUR];
    double z = m->bias - (glasses && c->grey ? 2 : 0);
    for (int k = 0; k < P; k++)
        z += m->w[k] * (double)c->of[k];
    return z;
}

/* One row of the report: what is not covered, against what is. */
typedef struct row {
    const char *name;
    bool glasses;
    fit_source from; /* of what is not covered */
    fit_variant variant;
    fit_variant variant_yes; /* of what is covered */
    double gate;
} row;

static bool belongs(const fit_sample *s, const row *r, bool yes)
{
    if (r->glasses ? !s->has_glasses || s->unclear : !s->has_mouth) return false;
    if (target(s, r->glasses ? GLASSES : MOUTH_COLOUR) != yes) return false;
    return yes ? s->variant == r->variant_yes : s->from == r->from && s->variant == r->variant;
}

/* Each picture is judged by the models of the other half. */
static void report(const fit_samples *all, const row *r, fitted halves[2][MODELS])
{
    size_t n[2] = {0}, above[2] = {0};
    double wins = 0;
    double *v[2] = {calloc(all->n, sizeof(double)), calloc(all->n, sizeof(double))};

    if (v[0] == NULL || v[1] == NULL) fit_die("out of memory");
    for (size_t i = 0; i < all->n; i++) {
        for (int yes = 0; yes < 2; yes++) {
            if (!belongs(&all->of[i], r, yes != 0)) continue;
            double z = odds(halves[!all->of[i].odd], &all->of[i], r->glasses);
            above[yes] += z > r->gate;
            v[yes][n[yes]++] = z;
        }
    }
    for (size_t i = 0; i < n[1]; i++) {
        for (size_t k = 0; k < n[0]; k++)
            wins += v[1][i] > v[0][k] ? 1 : v[1][i] == v[0][k] ? 0.5 : 0;
    }
    (void)fprintf(stderr, "%-44s AUC %.4f; above %g: %4zu of %4zu covered, %3zu of %4zu not\n",
                  r->name, wins / ((double)n[1] * (double)n[0]), r->gate, above[1], n[1], above[0],
                  n[0]);
    free(v[0]);
    free(v[1]);
}

static void report_all(const fit_samples *all, fitted halves[2][MODELS])
{
    static const row rows[] = {
        {"masks", false, FIT_MASKS, FIT_PLAIN, FIT_PLAIN, 2.5},
        {"masks, against the LFW part", false, FIT_LFW, FIT_PLAIN, FIT_PLAIN, 2.5},
        {"masks, against open and closed eyes", false, FIT_EYES, FIT_PLAIN, FIT_PLAIN, 2.5},
        {"masks, against side light", false, FIT_LIGHT, FIT_PLAIN, FIT_PLAIN, 2.5},
        {"masks, all re-cut to 102x126", false, FIT_LFW, FIT_RECUT, FIT_RECUT, 2.5},
        {"masks, all black and white", false, FIT_LFW, FIT_GREY, FIT_GREY, 2.5},
        {"glasses picked by eye, against the LFW part", true, FIT_LFW, FIT_PLAIN, FIT_PLAIN, 2},
        {"the same re-cut", true, FIT_LFW, FIT_RECUT, FIT_RECUT, 2},
        {"glasses drawn dark", true, FIT_LFW, FIT_PLAIN, FIT_DARK, 2},
        {"glasses drawn brown", true, FIT_LFW, FIT_PLAIN, FIT_BROWN, 2},
        {"glasses drawn half transparent", true, FIT_LFW, FIT_PLAIN, FIT_HALF, 2},
        {"glasses drawn blue", true, FIT_LFW, FIT_PLAIN, FIT_BLUE, 2},
        {"glasses drawn dark, against drawn clear", true, FIT_LFW, FIT_CLEAR, FIT_DARK, 2},
        {"glasses drawn dark, against side light", true, FIT_LIGHT, FIT_PLAIN, FIT_DARK, 2},
        {"glasses drawn dark, against closed eyes", true, FIT_EYES, FIT_PLAIN, FIT_DARK, 2},
        {"glasses drawn dark, against masks", true, FIT_MASKS, FIT_PLAIN, FIT_DARK, 2},
    };
    (void)fprintf(stderr, "each half by the models of the other half\n");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        report(all, &rows[i], halves);
}

int main(int argc, char **argv)
{
    fitted halves[2][MODELS];

    if (argc != 2) fit_die("usage: fit_cover DATA > src/quality/logit_models.c");
    fit_samples all = fit_collect(argv[1], FV_TEST_MODELS, FV_GLASSES_CSV);
    for (int half = 0; half < 2; half++) {
        for (int model = 0; model < MODELS; model++)
            halves[half][model] = fit(&all, model, half);
    }
    report_all(&all, halves);
    (void)printf("/* SPDX-License-Identifier: Apache-2.0 */\n"
                 "/* Written by tests/accuracy/fit_cover.c. */\n"
                 "#include \"quality/logit.h\"\n");
    for (int model = 0; model < MODELS; model++) {
        fitted m = fit(&all, model, -1);
        (void)printf("\nconst fvi_logit %s = {\n    .bias = %#.7gf,\n    .weight = {", names[model],
                     m.bias);
        for (int k = 0; k < P; k++)
            (void)printf("%s%#.7gf", k == 0 ? "" : ", ", m.w[k] == 0 ? 0.0 : m.w[k]);
        (void)printf("},\n};\n");
    }
    free(all.of);
    return 0;
}
