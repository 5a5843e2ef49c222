/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "quality/texture.h"

enum {
    MIN_PIXELS = 12,
    MANY_ROWS = 96, /* of which every second tells as much */
};

/* Binomial of 5 before each halving, central differences; sums of the squared kernels. */
const double fvi_octave_noise[FVI_OCTAVES] = {0.5, 0.00925, 0.000462, 0.0000275};

typedef struct octave {
    float *data; /* packed */
    int width_px;
    int height_px;
} octave;

static float tap(float a, float b, float c, float d, float e)
{
    return (a + e + 4.0f * (b + d) + 6.0f * c) * (1.0f / 16.0f);
}

/* Every second value of a line blurred, edges repeated. */
static void halve_line(const float *in, int n, float *out)
{
    int last = n - 1;

    for (int i = 0; 2 * i < n; i++) {
        int at = 2 * i;
        if (at >= 2 && at + 2 <= last) {
            out[i] = tap(in[at - 2], in[at - 1], in[at], in[at + 1], in[at + 2]);
            continue;
        }
        int a = at < 2 ? 0 : at - 2;
        int b = at < 1 ? 0 : at - 1;
        int d = at + 1 > last ? last : at + 1;
        int e = at + 2 > last ? last : at + 2;
        out[i] = tap(in[a], in[b], in[at], in[d], in[e]);
    }
}

static int held(int v, int last)
{
    return v < 0 ? 0 : v > last ? last : v;
}

/* Blurs and halves in place, by way of a plane as large. */
static void halve(octave *o, float *by_way)
{
    int width = (o->width_px + 1) / 2;
    int height = (o->height_px + 1) / 2;
    int last = o->height_px - 1;

    for (int y = 0; y < o->height_px; y++)
        halve_line(o->data + (ptrdiff_t)y * o->width_px, o->width_px,
                   by_way + (ptrdiff_t)y * width);
    for (int y = 0; y < height; y++) {
        const float *row[5];
        for (int k = 0; k < 5; k++)
            row[k] = by_way + (ptrdiff_t)held(2 * y + k - 2, last) * width;
        float *to = o->data + (ptrdiff_t)y * width;
        for (int x = 0; x < width; x++)
            to[x] = tap(row[0][x], row[1][x], row[2][x], row[3][x], row[4][x]);
    }
    o->width_px = width;
    o->height_px = height;
}

/* Where the view reaches beyond the picture its black has an edge that is nobody's. */
static bool near_border(const fvi_view *v, int x, int y, int reach)
{
    const fvi_image *in = &v->inside;
    int x0 = held(x - reach, in->width_px - 1), x1 = held(x + reach, in->width_px - 1);
    int y0 = held(y - reach, in->height_px - 1), y1 = held(y + reach, in->height_px - 1);
    const uint8_t *top = in->data + (size_t)y0 * in->stride_bytes;
    const uint8_t *bottom = in->data + (size_t)y1 * in->stride_bytes;

    return top[x0] == 0 || top[x1] == 0 || bottom[x0] == 0 || bottom[x1] == 0;
}

/* Adds one octave's products, or not where too little of the face is left. */
static bool add_octave(const fvi_view *v, const octave *o, bool bordered, fvi_octaves *out)
{
    int k = out->n;
    int step = 1 << k;
    int skip = o->height_px > MANY_ROWS ? 2 : 1;
    size_t n = 0;
    float xx = 0.0f, xy = 0.0f, yy = 0.0f;

    for (int y = 1; y < o->height_px - 1; y += skip) {
        const float *row = o->data + (ptrdiff_t)y * o->width_px;
        const uint8_t *mask = v->oval.data + (size_t)(y * step) * v->oval.stride_bytes;
        for (int x = 1; x < o->width_px - 1; x++) {
            if (mask[x * step] == 0) continue;
            if (bordered && near_border(v, x * step, y * step, 4 * step)) continue;
            float gx = row[x + 1] - row[x - 1];
            float gy = row[x + o->width_px] - row[x - o->width_px];
            xx += gx * gx;
            xy += gx * gy;
            yy += gy * gy;
            n++;
        }
    }
    if (n < MIN_PIXELS) return false;
    double per = 1.0 / ((double)n * 4.0 * step * step);
    out->xx[k] = (double)xx * per;
    out->xy[k] = (double)xy * per;
    out->yy[k] = (double)yy * per;
    out->n++;
    return true;
}

void fvi_octaves_take(const fvi_view *v, fvi_octaves *out)
{
    octave o = {v->plane[0], v->grey.width_px, v->grey.height_px};
    size_t n = (size_t)o.width_px * (size_t)o.height_px;
    bool bordered = memchr(v->inside.data, 0, n) != NULL;

    *out = (fvi_octaves){.grain = fvi_grain(&v->grey, &v->oval)};
    for (size_t i = 0; i < n; i++)
        o.data[i] = (float)v->grey.data[i];
    while (out->n < FVI_OCTAVES && add_octave(v, &o, bordered, out)) {
        if (out->n < FVI_OCTAVES) halve(&o, v->plane[1]);
    }
}
