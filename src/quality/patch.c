/* SPDX-License-Identifier: Apache-2.0 */
#include "quality/patch.h"

#include <math.h>

typedef struct span {
    int x0, y0, x1, y1; /* corners included; empty where x1 < x0 or y1 < y0 */
} span;

static int held(float v, int most)
{
    if (!(v > 0.0f)) return 0; /* also NaN */
    return v < (float)most ? (int)v : most;
}

static span span_of(const fvi_view *v, fvi_part p)
{
    if (!(p.x1_px >= 0.0f && p.y1_px >= 0.0f && p.x0_px < (float)v->grey.width_px &&
          p.y0_px < (float)v->grey.height_px))
        return (span){0, 0, -1, -1};
    return (span){held(ceilf(p.x0_px), v->grey.width_px), held(ceilf(p.y0_px), v->grey.height_px),
                  held(floorf(p.x1_px), v->grey.width_px - 1),
                  held(floorf(p.y1_px), v->grey.height_px - 1)};
}

static uint8_t at(const fvi_image *one, int x, int y)
{
    return one->data[(size_t)y * one->stride_bytes + (size_t)x];
}

static float linear(float encoded)
{
    float v = encoded / 255.0f;
    return v <= 0.04045f ? v / 12.92f : powf((v + 0.055f) / 1.055f, 2.4f);
}

static float cube_root(float t)
{
    return t > 0.008856f ? cbrtf(t) : 7.787f * t + 16.0f / 116.0f;
}

fvi_lab fvi_lab_of(float r, float g, float b)
{
    float lr = linear(r);
    float lg = linear(g);
    float lb = linear(b);
    float x = cube_root((0.4124564f * lr + 0.3575761f * lg + 0.1804375f * lb) / 0.95047f);
    float y = cube_root(0.2126729f * lr + 0.7151522f * lg + 0.0721750f * lb);
    float z = cube_root((0.0193339f * lr + 0.1191920f * lg + 0.9503041f * lb) / 1.08883f);
    return (fvi_lab){116.0f * y - 16.0f, 500.0f * (x - y), 200.0f * (y - z)};
}

float fvi_chroma_distance(fvi_lab p, fvi_lab q)
{
    return hypotf(p.a - q.a, p.b - q.b);
}

float fvi_lab_distance(fvi_lab p, fvi_lab q)
{
    return hypotf(0.5f * (p.l - q.l), fvi_chroma_distance(p, q));
}

bool fvi_patch_colour(const fvi_view *v, fvi_point c, float radius_px, fvi_lab *out)
{
    float radius = fmaxf(radius_px, 0.8f); /* one pixel at least */
    float sum[3] = {0};
    int n = 0;
    span s =
        span_of(v, (fvi_part){c.x_px - radius, c.y_px - radius, c.x_px + radius, c.y_px + radius});

    for (int y = s.y0; y <= s.y1; y++) {
        for (int x = s.x0; x <= s.x1; x++) {
            float dx = (float)x - c.x_px;
            float dy = (float)y - c.y_px;
            if (dx * dx + dy * dy > radius * radius || at(&v->inside, x, y) == 0) continue;
            const uint8_t *p = v->rgb.data + (size_t)y * v->rgb.stride_bytes + 3 * (size_t)x;
            for (int k = 0; k < 3; k++)
                sum[k] += (float)p[k];
            n++;
        }
    }
    if (n == 0 || (float)n < radius * radius - 1.0f) return false; /* of pi times that */
    *out = fvi_lab_of(sum[0] / (float)n, sum[1] / (float)n, sum[2] / (float)n);
    return true;
}

bool fvi_patch_slopes(const fvi_view *v, fvi_part part, float *along_x, float *along_y)
{
    span s = span_of(v, part);
    long sum_x = 0;
    long sum_y = 0;
    long n = 0;

    for (int y = s.y0 > 0 ? s.y0 : 1; y <= s.y1 && y + 1 < v->grey.height_px; y++) {
        const uint8_t *a = v->grey.data + (size_t)(y - 1) * v->grey.stride_bytes;
        const uint8_t *b = a + v->grey.stride_bytes;
        const uint8_t *c = b + v->grey.stride_bytes;
        for (int x = s.x0 > 0 ? s.x0 : 1; x <= s.x1 && x + 1 < v->grey.width_px; x++) {
            if (at(&v->inside, x, y) == 0) continue;
            int gx = a[x + 1] - a[x - 1] + 2 * (b[x + 1] - b[x - 1]) + c[x + 1] - c[x - 1];
            int gy = c[x - 1] - a[x - 1] + 2 * (c[x] - a[x]) + c[x + 1] - a[x + 1];
            sum_x += gx < 0 ? -gx : gx;
            sum_y += gy < 0 ? -gy : gy;
            n++;
        }
    }
    if (n == 0) return false;
    *along_x = (float)sum_x / (8.0f * (float)n);
    *along_y = (float)sum_y / (8.0f * (float)n);
    return true;
}

float fvi_patch_quantile(const fvi_view *v, fvi_part part, float share)
{
    int counts[256] = {0};
    int n = 0;
    span s = span_of(v, part);

    for (int y = s.y0; y <= s.y1; y++) {
        for (int x = s.x0; x <= s.x1; x++) {
            if (at(&v->inside, x, y) == 0) continue;
            counts[at(&v->grey, x, y)]++;
            n++;
        }
    }
    int below = 0;
    for (int i = 0; i < 256; i++) {
        below += counts[i];
        if (n > 0 && (float)below >= share * (float)n) return (float)i;
    }
    return NAN;
}

fvi_point fvi_between(const fvi_view *v, int i, int k, float share)
{
    const fvi_point a = v->at.point[i];
    const fvi_point b = v->at.point[k];
    return (fvi_point){a.x_px + share * (b.x_px - a.x_px), a.y_px + share * (b.y_px - a.y_px)};
}
