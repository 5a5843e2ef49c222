/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Share of the face's parts that do not look like its skin: hair over forehead and eyes, a hand, a
 * scarf. Hands have the face's own colour and pass; a beard or a hard shadow may count. Reported,
 * and advice at most.
 */
#include <math.h>
#include <stdlib.h>

#include "quality/patch.h"

enum { ZONES = 11 };

/* Beyond this distance in colour a part is none of the skin. */
static const float OTHER = 20.0f;
/* Fewer parts in the picture than this say nothing. */
static const int LEAST_ZONES = 6;

static int by_value(const void *a, const void *b)
{
    float x = *(const float *)a;
    float y = *(const float *)b;
    return (x > y) - (x < y);
}

static float median(float *v, int n)
{
    qsort(v, (size_t)n, sizeof v[0], by_value);
    return n % 2 != 0 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2.0f;
}

static fvi_point above(const fvi_view *v, int brow)
{
    fvi_point p = v->at.point[brow];
    return (fvi_point){p.x_px, p.y_px - 0.28f * v->eyes_px};
}

static int colours(const fvi_view *v, fvi_lab out[ZONES])
{
    const fvi_point at[ZONES] = {
        above(v, 18),
        above(v, 20),
        above(v, 23),
        above(v, 25),
        v->at.point[27],
        v->at.point[30],
        fvi_between(v, 1, 31, 0.5f),
        fvi_between(v, 15, 35, 0.5f),
        fvi_between(v, 3, 48, 0.5f),
        fvi_between(v, 13, 54, 0.5f),
        fvi_between(v, 57, 8, 0.5f),
    };
    int n = 0;
    for (int i = 0; i < ZONES; i++)
        n += fvi_patch_colour(v, at[i], 0.09f * v->eyes_px, &out[n]);
    return n;
}

float fvi_q_face_occlusion(const fvi_view *v)
{
    fvi_lab c[ZONES];
    float part[3][ZONES];
    int other = 0;

    if (!v->face) return NAN;
    int n = colours(v, c);
    if (n < LEAST_ZONES) return NAN;
    for (int i = 0; i < n; i++) {
        part[0][i] = c[i].l;
        part[1][i] = c[i].a;
        part[2][i] = c[i].b;
    }
    const fvi_lab skin = {median(part[0], n), median(part[1], n), median(part[2], n)};
    for (int i = 0; i < n; i++)
        other += fvi_lab_distance(c[i], skin) > OTHER;
    return (float)other / (float)n;
}

float fvi_q_face_occlusion_score(float value)
{
    return fvi_score_clamp(100.0f * (1.0f - value));
}
