/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* qsort_r */
#include "face/face.h"

#include <math.h>
#include <stdlib.h>

static int by_score(const void *a, const void *b, void *scores)
{
    const float *s = scores;
    int i = *(const int *)a;
    int j = *(const int *)b;
    float x = s[2 * i + 1];
    float y = s[2 * j + 1];
    if (x != y) return x > y ? -1 : 1;
    return i < j ? -1 : 1; /* a total order, so that equal scores come out the same everywhere */
}

static float iou(const fvi_box *a, const fvi_box *b)
{
    float w = fminf(a->x1_px, b->x1_px) - fmaxf(a->x0_px, b->x0_px);
    float h = fminf(a->y1_px, b->y1_px) - fmaxf(a->y0_px, b->y0_px);
    if (w <= 0.0f || h <= 0.0f) return 0.0f;
    float area_a = (a->x1_px - a->x0_px) * (a->y1_px - a->y0_px);
    float area_b = (b->x1_px - b->x0_px) * (b->y1_px - b->y0_px);
    return w * h / (area_a + area_b - w * h);
}

static bool usable(const fvi_box *b)
{
    return isfinite(b->x0_px) && isfinite(b->y0_px) && isfinite(b->x1_px) && isfinite(b->y1_px) &&
           b->x1_px > b->x0_px && b->y1_px > b->y0_px;
}

size_t fvi_suppress(const fvi_candidates *in, int *order, fvi_box *out, size_t cap)
{
    size_t n = 0;
    size_t kept = 0;

    for (size_t i = 0; i < in->n; i++) {
        if (in->scores[2 * i + 1] > in->min_score) order[n++] = (int)i; /* NaN is not above */
    }
    qsort_r(order, n, sizeof order[0], by_score, (void *)(uintptr_t)in->scores);
    for (size_t k = 0; k < n && kept < cap; k++) {
        const float *c = &in->boxes[4 * order[k]];
        fvi_box b = {c[0], c[1], c[2], c[3], in->scores[2 * order[k] + 1]};
        bool keep = usable(&b);
        for (size_t j = 0; keep && j < kept; j++)
            keep = iou(&b, &out[j]) <= in->max_iou;
        if (keep) out[kept++] = b;
    }
    return kept;
}
