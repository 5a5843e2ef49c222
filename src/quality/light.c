/* SPDX-License-Identifier: Apache-2.0 */
#include "quality/light.h"

#include <math.h>

static uint32_t kept(fvi_levels *l, int level, uint32_t left)
{
    if (l->n[level] > left) l->n[level] = left;
    return left - l->n[level];
}

void fvi_levels_keep(fvi_levels *l, fvi_half half, double share)
{
    uint32_t left = (uint32_t)lround(share * (double)l->sum);

    if (half == FVI_HALF_BOTH) return;
    l->sum = left;
    for (int i = 0; i < 256; i++)
        left = kept(l, half == FVI_HALF_DARKER ? i : 255 - i, left);
}

fvi_levels fvi_levels_within(const fvi_view *v, const fvi_image *mask)
{
    fvi_levels l = {.sum = 0};
    size_t n = (size_t)v->luma.height_px * v->luma.stride_bytes;

    for (size_t i = 0; i < n; i++)
        l.n[v->luma.data[i]] += mask->data[i] & 1u;
    for (int i = 0; i < 256; i++)
        l.sum += l.n[i];
    return l;
}

fvi_levels fvi_levels_of(const fvi_view *v, fvi_half half)
{
    fvi_levels l = fvi_levels_within(v, &v->skin);

    if (!v->face) fvi_levels_keep(&l, half, 0.5);
    return l;
}

float fvi_levels_mean(const fvi_levels *l)
{
    double sum = 0.0;

    for (int i = 0; i < 256; i++)
        sum += (double)i * (double)l->n[i];
    return l->sum == 0 ? NAN : (float)(sum / (255.0 * (double)l->sum));
}

float fvi_levels_quantile(const fvi_levels *l, double share)
{
    double below = 0.0;

    if (l->sum == 0) return NAN;
    for (int i = 0; i < 255; i++) {
        below += (double)l->n[i];
        if (below >= share * (double)l->sum) return (float)i / 255.0f;
    }
    return 1.0f;
}

fvi_linear_table fvi_linear_table_make(void)
{
    fvi_linear_table t;

    for (int i = 0; i < 256; i++)
        t.of[i] = fvi_linear((uint8_t)i);
    return t;
}

static int within(float v, int most)
{
    int n = (int)lroundf(v);
    return n < 0 ? 0 : n > most ? most : n;
}

bool fvi_cheeks(const fvi_view *v, fvi_square out[2])
{
    const fvi_point *at = v->at.point;
    fvi_point eye[2];

    if (!v->face) return false;
    fvi_eyes(&v->at, &eye[0], &eye[1]);
    float mouth_y = (at[48].y_px + at[54].y_px) / 2.0f;
    float eyes_y = (eye[0].y_px + eye[1].y_px) / 2.0f;
    float half = 0.15f * v->eyes_px;
    float y = (eyes_y + mouth_y) / 2.0f;
    for (int i = 0; i < 2; i++) {
        fvi_square s = {
            within(eye[i].x_px - half, v->rgb.width_px), within(y - half, v->rgb.height_px),
            within(eye[i].x_px + half, v->rgb.width_px), within(y + half, v->rgb.height_px)};
        if ((float)((s.x1 - s.x0) * (s.y1 - s.y0)) < 2.0f * half * half) return false;
        out[i] = s;
    }
    return true;
}
