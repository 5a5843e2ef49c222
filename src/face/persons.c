/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "face/face.h"

/* Of the main face's area: a smaller one is a passer-by, a poster, a portrait on the wall. */
static const float BYSTANDER_AREA = 0.2f;
/* A weaker second box is a part of the main face, or a pattern. */
static const float BYSTANDER_SCORE = 0.8f;
/* Share of the smaller box inside the other beyond which both are one face. */
static const float NESTED = 0.5f;

static float area(const fvi_box *b)
{
    return (b->x1_px - b->x0_px) * (b->y1_px - b->y0_px);
}

static float overlap(const fvi_box *a, const fvi_box *b)
{
    float w = fminf(a->x1_px, b->x1_px) - fmaxf(a->x0_px, b->x0_px);
    float h = fminf(a->y1_px, b->y1_px) - fmaxf(a->y0_px, b->y0_px);
    if (w <= 0.0f || h <= 0.0f) return 0.0f;
    return w * h / fminf(area(a), area(b));
}

size_t fvi_face_persons(const fvi_faces *faces)
{
    size_t n = faces->n > 0 ? 1 : 0;

    if (faces->hidden) return 0;
    for (size_t i = 1; i < faces->n; i++) {
        const fvi_box *b = &faces->boxes[i];
        /* the HOG detector's scores are of another kind: what it reports counts */
        if (!faces->second_detector && b->score < BYSTANDER_SCORE) continue;
        if (area(b) < BYSTANDER_AREA * area(&faces->boxes[0])) continue;
        if (overlap(b, &faces->boxes[0]) < NESTED) n++;
    }
    return n;
}
