/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Log odds that dark or tinted glasses hide the eyes. A lens is darker than forehead and cheek or
 * of another colour, also beside and below the eye, it ends in a sharp line, and there are no lids
 * to see. Both eyes have to look like it: one may lie in the nose's shadow.
 */
#include <math.h>

#include "quality/logit.h"
#include "quality/patch.h"

enum { PER_EYE = 9 };

/* What is around the lens, in distances from eye to eye. */
static const float LENS_HALF = 0.25f;
static const float LENS_ABOVE = 0.06f;
static const float LENS_BELOW = 0.22f;

static fvi_point off(fvi_point p, float dx, float dy)
{
    return (fvi_point){p.x_px + dx, p.y_px + dy};
}

static float level(const fvi_view *v, fvi_part part, float share)
{
    return fvi_patch_quantile(v, part, share) / 2.55f;
}

/* How much lighter the picture gets at once somewhere below the eye. */
static float rim(const fvi_view *v, fvi_point eye)
{
    float e = v->eyes_px;
    float step = fmaxf(roundf(0.1f * e), 1.0f);
    float most = 0;

    for (float y = eye.y_px + 0.08f * e; y + step < eye.y_px + 0.5f * e; y += 1.0f) {
        fvi_part row = {eye.x_px - 0.15f * e, y, eye.x_px + 0.15f * e, y + 1.0f};
        fvi_part next = {row.x0_px, y + step, row.x1_px, y + step + 1.0f};
        float rise = level(v, next, 0.5f) - level(v, row, 0.5f);
        if (rise > most) most = rise;
    }
    return most;
}

static bool look_at_eye(const fvi_view *v, int first, const fvi_lab *skin, float f[PER_EYE])
{
    float e = v->eyes_px;
    fvi_point c = fvi_between(v, first, first + 3, 0.5f);
    fvi_part lens = {c.x_px - LENS_HALF * e, c.y_px - LENS_ABOVE * e, c.x_px + LENS_HALF * e,
                     c.y_px + LENS_BELOW * e};
    fvi_part lids = {c.x_px - 0.14f * e, c.y_px - 0.07f * e, c.x_px + 0.14f * e,
                     c.y_px + 0.07f * e};
    fvi_lab under, in, out;
    float x, y;

    if (!fvi_patch_colour(v, off(c, 0, 0.19f * e), 0.06f * e, &under) ||
        !fvi_patch_colour(v, off(c, -0.19f * e, 0.12f * e), 0.05f * e, &in) ||
        !fvi_patch_colour(v, off(c, 0.19f * e, 0.12f * e), 0.05f * e, &out) ||
        !fvi_patch_slopes(v, lids, &x, &y))
        return false;
    f[0] = level(v, lens, 0.5f) - skin->l;
    f[1] = level(v, lens, 0.75f) - skin->l;
    f[2] = level(v, lens, 0.9f) - skin->l;
    f[3] = under.l - skin->l;
    f[4] = (in.l + out.l) / 2.0f - skin->l;
    f[5] = fvi_chroma_distance(under, *skin);
    f[6] = rim(v, c);
    f[7] = logf(y + 1.0f);
    f[8] = logf(x + 1.0f);
    return isfinite(f[0]) && isfinite(f[1]) && isfinite(f[2]);
}

/* The skin to compare with: the darker of forehead and cheek, so that neither a white mask nor a
 * lamp above makes the eyes look dark. */
static bool find_skin(const fvi_view *v, int cheek_outer, int cheek_inner, fvi_lab *out)
{
    fvi_lab cheek;
    fvi_point brow = fvi_between(v, 21, 22, 0.5f);
    fvi_lab forehead;

    if (!fvi_patch_colour(v, fvi_between(v, cheek_outer, cheek_inner, 0.5f), 0.1f * v->eyes_px,
                          &cheek))
        return false;
    bool has =
        fvi_patch_colour(v, off(brow, 0, -0.25f * v->eyes_px), 0.12f * v->eyes_px, &forehead);
    *out = has && forehead.l < cheek.l ? forehead : cheek;
    return true;
}

bool fvi_glasses_clues(const fvi_view *v, fvi_clues *out)
{
    float eye[2][PER_EYE];
    fvi_lab skin[2];
    fvi_lab bridge;
    fvi_clues clues = {0};
    float *f = clues.of;
    float open = fvi_q_eyes_open(v);

    if (!v->face || isnan(open) || !find_skin(v, 1, 31, &skin[0]) ||
        !find_skin(v, 15, 35, &skin[1]) || !look_at_eye(v, 36, &skin[0], eye[0]) ||
        !look_at_eye(v, 42, &skin[1], eye[1]) ||
        !fvi_patch_colour(v, v->at.point[27], 0.1f * v->eyes_px, &bridge))
        return false;
    for (int i = 0; i < PER_EYE; i++)
        f[i] = (eye[0][i] + eye[1][i]) / 2.0f;
    for (int i = 0; i < 5; i++) /* of the lighter one */
        f[PER_EYE + i] = fmaxf(eye[0][i], eye[1][i]);
    f[14] = fminf(eye[0][5], eye[1][5]);
    f[15] = fminf(eye[0][6], eye[1][6]);
    f[16] = fabsf(eye[0][3] - eye[1][3]);
    f[17] = open;
    f[18] = bridge.l - (skin[0].l + skin[1].l) / 2.0f;
    f[19] = (skin[0].l + skin[1].l) / 2.0f;
    clues.grey = hypotf(skin[0].a, skin[0].b) < 2.0f && hypotf(skin[1].a, skin[1].b) < 2.0f;
    *out = clues;
    return true;
}

float fvi_q_tinted_glasses(const fvi_view *v)
{
    fvi_clues clues;
    if (!fvi_glasses_clues(v, &clues)) return NAN;
    /* without colour a hard shadow is all that speaks for glasses */
    return fvi_logit_odds(&fvi_glasses_tinted, &clues) - (clues.grey ? 2.0f : 0.0f);
}

float fvi_q_tinted_glasses_score(float value)
{
    return fvi_score_clamp(100.0f * (1.0f - fvi_sigmoid(value, 0.5f, 0.8f)));
}
