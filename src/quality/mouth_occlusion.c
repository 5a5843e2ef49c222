/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Log odds that something covers mouth and nose. A mask has another colour than the bridge of the
 * nose and is all of one colour; lips are redder than the skin around them, and there is a line
 * between them. Two logistic regressions, one of them without colour; the coefficients come from
 * tests/accuracy/fit_cover.c.
 */
#include <math.h>

#include "quality/logit.h"
#include "quality/patch.h"

/* Below this chroma the bridge of the nose has no colour: black and white. */
static const float COLOURLESS = 2.0f;

typedef enum zone {
    BRIDGE,
    TIP,
    CHEEK_L,
    CHEEK_R,
    CHIN,
    PHILTRUM,
    LIP,
    LIP_UPPER,
    LIP_LOWER,
    ZONES
} zone;

typedef struct zones {
    fvi_lab of[ZONES];
    bool seen[ZONES];
} zones;

static void look_at_zones(const fvi_view *v, zones *z)
{
    const fvi_point *p = v->at.point;
    fvi_point lip = {0};
    for (int i = 0; i < 6; i++) {
        static const int inner[] = {61, 62, 63, 65, 66, 67};
        lip.x_px += p[inner[i]].x_px / 6.0f;
        lip.y_px += p[inner[i]].y_px / 6.0f;
    }
    const struct {
        fvi_point middle;
        float radius_eyes;
    } at[ZONES] = {
        [BRIDGE] = {p[27], 0.10f},
        [TIP] = {p[30], 0.08f},
        [CHEEK_L] = {fvi_between(v, 3, 48, 0.5f), 0.10f},
        [CHEEK_R] = {fvi_between(v, 13, 54, 0.5f), 0.10f},
        [CHIN] = {fvi_between(v, 57, 8, 0.5f), 0.08f},
        [PHILTRUM] = {fvi_between(v, 33, 51, 0.5f), 0.06f},
        [LIP] = {lip, 0.10f},
        [LIP_UPPER] = {fvi_between(v, 51, 62, 0.5f), 0.05f},
        [LIP_LOWER] = {fvi_between(v, 57, 66, 0.5f), 0.06f},
    };
    for (int i = 0; i < ZONES; i++)
        z->seen[i] = fvi_patch_colour(v, at[i].middle, at[i].radius_eyes * v->eyes_px, &z->of[i]);
}

static fvi_lab mean_of(const zones *z, const zone *which, int n)
{
    fvi_lab sum = {0};
    float seen = 0;
    for (int i = 0; i < n; i++) {
        if (!z->seen[which[i]]) continue;
        const fvi_lab *c = &z->of[which[i]];
        sum = (fvi_lab){sum.l + c->l, sum.a + c->a, sum.b + c->b};
        seen += 1.0f;
    }
    return (fvi_lab){sum.l / seen, sum.a / seen, sum.b / seen};
}

/* A part that the picture's edge cuts off is taken to look like the others. */
static bool complete(zones *z)
{
    static const zone low[] = {CHEEK_L, CHEEK_R, PHILTRUM, LIP};
    if (!z->seen[BRIDGE] || !z->seen[LIP] || !z->seen[PHILTRUM]) return false;
    fvi_lab mean = mean_of(z, low, 4);
    for (int i = 0; i < ZONES; i++) {
        if (z->seen[i]) continue;
        z->of[i] = i == LIP_UPPER || i == LIP_LOWER ? z->of[LIP] : mean;
        z->seen[i] = true;
    }
    return true;
}

static void compare_colours(const zones *z, float *f)
{
    static const zone low[] = {CHEEK_L, CHEEK_R, CHIN, PHILTRUM, LIP};
    static const zone lips[] = {LIP_UPPER, LIP_LOWER};
    static const zone cheeks[] = {CHEEK_L, CHEEK_R};
    static const zone around[] = {PHILTRUM, CHIN, CHEEK_L, CHEEK_R};
    const fvi_lab b = z->of[BRIDGE];
    const fvi_lab lower = mean_of(z, low, 5);
    const fvi_lab lip = mean_of(z, lips, 2);
    const fvi_lab skin = mean_of(z, around, 4);
    float spread = 0;

    for (int i = 0; i < 5; i++)
        spread += fvi_lab_distance(z->of[low[i]], lower) / 5.0f;
    f[0] = b.a;
    f[1] = b.b;
    f[2] = lower.a;
    f[3] = lower.b;
    f[4] = z->of[LIP].a - b.a;
    f[5] = z->of[PHILTRUM].b - b.b;
    f[6] = fvi_chroma_distance(z->of[CHIN], b);
    f[7] = fabsf(z->of[CHIN].l - b.l);
    f[8] = fabsf(z->of[PHILTRUM].l - b.l);
    f[9] = fabsf(mean_of(z, cheeks, 2).l - b.l);
    f[10] = fvi_lab_distance(z->of[TIP], b);
    f[11] = fminf(fvi_lab_distance(z->of[CHEEK_L], b), fvi_lab_distance(z->of[CHEEK_R], b));
    f[12] = fvi_chroma_distance(lower, b);
    f[13] = spread;
    f[14] = lip.a - skin.a;
    f[15] = lip.l - skin.l;
}

/* From the first landmark's x to the third's and from the second's y to the fourth's; in a profile
 * they may have changed places. */
static fvi_part box_of(const fvi_view *v, const int corner[4], float pad_eyes)
{
    const fvi_point *p = v->at.point;
    float pad = pad_eyes * v->eyes_px;
    return (fvi_part){fminf(p[corner[0]].x_px, p[corner[2]].x_px - 2.0f),
                      fminf(p[corner[1]].y_px, p[corner[3]].y_px - 2.0f) - pad,
                      fmaxf(p[corner[2]].x_px, p[corner[0]].x_px + 2.0f),
                      fmaxf(p[corner[3]].y_px, p[corner[1]].y_px + 2.0f) + pad};
}

/* Lids, lips and nostrils are mostly level lines: how steep the grey values are across them. */
static bool compare_lines(const fvi_view *v, float *f)
{
    static const int eye_l[4] = {36, 37, 39, 41};
    static const int eye_r[4] = {42, 43, 45, 47};
    static const int mouth[4] = {48, 51, 54, 57};
    static const int nose[4] = {31, 30, 35, 33};
    float x[4], y[4];
    fvi_part lips = box_of(v, mouth, 0.0f);
    float width = lips.x1_px - lips.x0_px;

    if (!fvi_patch_slopes(v, box_of(v, eye_l, 0.05f), &x[0], &y[0]) ||
        !fvi_patch_slopes(v, box_of(v, eye_r, 0.05f), &x[1], &y[1]) ||
        !fvi_patch_slopes(v, box_of(v, mouth, 0.05f), &x[2], &y[2]))
        return false;
    lips.x0_px += width / 4.0f;
    lips.x1_px -= width / 4.0f;
    if (!fvi_patch_slopes(v, lips, &x[3], &y[3])) return false;
    fvi_part nostrils = box_of(v, nose, 0.0f);
    nostrils.y0_px += 0.7f * (nostrils.y1_px - nostrils.y0_px);
    nostrils.y1_px += 0.06f * v->eyes_px;
    f[16] = logf(y[3] + 1.0f);
    f[17] = logf((y[3] + 1.0f) / (x[3] + 1.0f));
    f[18] = logf((y[2] + 1.0f) / ((y[0] + y[1]) / 2.0f + 1.0f));
    f[19] = fvi_patch_quantile(v, nostrils, 0.1f) / (fvi_patch_quantile(v, nostrils, 0.9f) + 4.0f);
    return isfinite(f[19]);
}

bool fvi_mouth_clues(const fvi_view *v, fvi_clues *out)
{
    zones z = {0};
    fvi_clues clues = {0};

    if (!v->face) return false;
    look_at_zones(v, &z);
    if (!complete(&z) || !compare_lines(v, clues.of)) return false;
    compare_colours(&z, clues.of);
    clues.grey = hypotf(z.of[BRIDGE].a, z.of[BRIDGE].b) < COLOURLESS;
    *out = clues;
    return true;
}

float fvi_q_mouth_occlusion(const fvi_view *v)
{
    fvi_clues clues;
    if (!fvi_mouth_clues(v, &clues)) return NAN;
    return fvi_logit_odds(clues.grey ? &fvi_mouth_grey : &fvi_mouth_colour, &clues);
}

float fvi_q_mouth_occlusion_score(float value)
{
    return fvi_score_clamp(100.0f * (1.0f - fvi_sigmoid(value, 1.0f, 0.8f)));
}
