/* SPDX-License-Identifier: Apache-2.0 */
#include "liveness_degrade.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void darker(pixels *p, float strength, float eyes_px)
{
    (void)eyes_px;
    degrade_gamma(p, strength);
}

static void expose(pixels *p, float strength, float eyes_px)
{
    (void)eyes_px;
    degrade_exposure(p, strength);
}

static void blur(pixels *p, float strength, float eyes_px)
{
    degrade_blur(p, strength * eyes_px);
}

static void shake(pixels *p, float strength, float eyes_px)
{
    degrade_motion(p, strength * eyes_px, 30.0f);
}

static void noise(pixels *p, float strength, float eyes_px)
{
    (void)eyes_px;
    degrade_noise(p, strength, 7);
}

static void dim(pixels *p, float strength, float eyes_px)
{
    (void)eyes_px;
    degrade_exposure(p, -strength);
    degrade_noise(p, 5.0f * strength, 7);
}

/* Until the eyes are so many pixels apart. */
static void smaller(pixels *p, float strength, float eyes_px)
{
    if (eyes_px > strength) degrade_shrink(p, eyes_px / strength);
}

static void coarser(pixels *p, float strength, float eyes_px)
{
    if (eyes_px > strength) degrade_coarse(p, eyes_px / strength);
}

static void compress(pixels *p, float strength, float eyes_px)
{
    (void)eyes_px;
    degrade_jpeg(p, (int)strength);
}

static void haze(pixels *p, float strength, float eyes_px)
{
    (void)eyes_px;
    degrade_haze(p, strength);
}

static void bluer(pixels *p, float strength, float eyes_px)
{
    (void)eyes_px;
    degrade_cast(p, DEGRADE_BLUE, strength);
}

static void grey(pixels *p, float strength, float eyes_px)
{
    (void)eyes_px;
    degrade_desaturate(p, strength);
}

typedef struct harm {
    const char *name;
    void (*apply)(pixels *p, float strength, float eyes_px);
    bool promised;
    float strengths[8]; /* 0 ends them */
} harm;

static const harm harms[] = {
    {"as it is", noise, true, {1e-6f}},
    {"dark: gamma", darker, true, {1.5f, 2, 4}},
    {"dark: exposure, EV", expose, true, {-1, -2.5f, -4}},
    {"dim: -EV and noise 5 x EV", dim, true, {0.5f, 1, 3}},
    {"blur: sigma / eye distance", blur, true, {0.02f, 0.05f, 0.1f}},
    {"shake: length / eye distance", shake, true, {0.1f, 0.25f, 0.5f}},
    {"noise: sigma", noise, true, {3, 8, 25}},
    {"small: eyes apart, px", smaller, true, {35, 25, 14}},
    {"coarse: eyes apart, px", coarser, true, {35, 22, 12}},
    {"bright: exposure, EV", expose, false, {1, 2.5f}},
    {"JPEG quality", compress, false, {30, 8}},
    {"haze", haze, false, {0.4f}},
    {"blue light, stops", bluer, false, {0.5f, 1}},
    {"without colour", grey, false, {1}},
};

static liv_set copy(const liv_set *from)
{
    liv_set out = {NULL, from->n};
    out.pics = malloc(from->n * sizeof out.pics[0]);
    if (out.pics == NULL) exit(3);
    memcpy(out.pics, from->pics, from->n * sizeof out.pics[0]);
    return out;
}

/* Answers to the pictures, at the operating point asked for. */
static liv_rates answers(const liv_set *s, const fvi_live_limits *limits)
{
    liv_rates r = {.n = s->n};
    for (size_t i = 0; i < s->n; i++)
        liv_count(&r, &s->pics[i], limits);
    return r;
}

double liv_print_degraded(const liv_set *base, const fv_engine *engine, const fvi_liveness_model *m,
                          unsigned threads, FILE *csv)
{
    double worst = 0.0;

    (void)printf("  %-29s %8s", "", "strength");
    for (size_t i = 0; i < m->n_points; i++)
        (void)printf(" | at BPCER %-5g live, attack", m->points[i].bpcer);
    (void)printf(" | unreadable, of %zu\n", base->n);
    for (size_t h = 0; h < sizeof harms / sizeof harms[0]; h++) {
        for (size_t k = 0; k < 8 && harms[h].strengths[k] != 0.0f; k++) {
            liv_change change = {harms[h].apply, harms[h].strengths[k]};
            liv_set s = copy(base);
            liv_rates r = {0};
            liv_work(&s, engine, threads, &change);
            liv_score(&s, m);
            liv_write(csv, &s, harms[h].name, change.strength);
            (void)printf("  %-29s %8.4g", harms[h].name, (double)change.strength);
            for (size_t i = 0; i < m->n_points; i++) {
                fvi_live_limits limits = liv_limits(m, i);
                r = answers(&s, &limits);
                (void)printf(" | %20zu, %6zu", r.live, r.attack);
                if (harms[h].promised) worst = fmax(worst, (double)r.attack / (double)s.n);
            }
            (void)printf(" | %10zu\n", r.unreadable);
            (void)fflush(stdout);
            free(s.pics); /* the paths are base's */
        }
    }
    return worst;
}
