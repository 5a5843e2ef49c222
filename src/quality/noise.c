/* SPDX-License-Identifier: Apache-2.0 */
/* Grain, at the picture's own pixels: reducing the face to the view would average it away. */
#include <math.h>

#include "quality/texture.h"

enum {
    LEVELS = 1024, /* of |response|; more is as many */
    MIN_COUNT = 24,
    DARKEST = 3, /* clipped beyond */
    BRIGHTEST = 252,
    MANY_PX = 96, /* across: a quarter of them tells as much */
    GRID = 3,
    MAX_HALF_PX = 32,
    MIN_HALF_PX = 5,
};

static int grey_of(const uint8_t *p, int channels)
{
    if (channels == 1) return p[0];
    return (19595 * p[0] + 38470 * p[1] + 7471 * p[2] + 32768) >> 16;
}

static const uint8_t *row_of(const fvi_image *image, int y)
{
    return image->data + (size_t)y * image->stride_bytes;
}

/* 1 -2 1 / -2 4 -2 / 1 -2 1: blind to planes and to straight edges along the axes. */
static int response(const fvi_image *image, int x, int y)
{
    int c = image->channels, sum = 0;
    static const int weight[3] = {1, -2, 1};

    for (int k = -1; k <= 1; k++) {
        const uint8_t *p = row_of(image, y + k) + (ptrdiff_t)(x - 1) * c;
        sum += weight[k + 1] * (grey_of(p, c) - 2 * grey_of(p + c, c) + grey_of(p + 2 * c, c));
    }
    return sum < 0 ? -sum : sum;
}

/* Between whole numbers: value v stands for v - 0.5 .. v + 0.5, 0 for 0 .. 0.5. */
static float median_of(const unsigned histogram[LEVELS], unsigned n)
{
    float half = (float)n / 2.0f, below = 0.0f;

    for (int v = 0; v < LEVELS; v++) {
        float here = (float)histogram[v];
        if (below + here >= half) {
            float share = (half - below) / here;
            return v == 0 ? 0.5f * share : (float)v - 0.5f + share;
        }
        below += here;
    }
    return (float)LEVELS;
}

float fvi_grain(const fvi_image *image, const fvi_image *mask)
{
    unsigned histogram[LEVELS] = {0};
    unsigned n = 0;
    int step = image->width_px > MANY_PX ? 2 : 1;

    for (int y = 1; y < image->height_px - 1; y += step) {
        for (int x = 1; x < image->width_px - 1; x += step) {
            if (mask != NULL && row_of(mask, y)[x] == 0) continue;
            int own = grey_of(row_of(image, y) + (ptrdiff_t)x * image->channels, image->channels);
            if (own < DARKEST || own > BRIGHTEST) continue;
            int r = response(image, x, y);
            histogram[r < LEVELS ? r : LEVELS - 1]++;
            n++;
        }
    }
    /* the kernel's squares sum to 36; half of a normal distribution lies within 0.6745 sigma */
    return n < MIN_COUNT ? NAN : median_of(histogram, n) / (6.0f * 0.6745f);
}

static int held(float v, int most)
{
    return !(v > 0.0f) ? 0 : v > (float)most ? most : (int)v;
}

fvi_image fvi_patch(const fvi_image *picture, fvi_point middle, float half)
{
    fvi_image p = *picture;
    int x0 = held(middle.x_px - half + 0.5f, picture->width_px);
    int x1 = held(middle.x_px + half + 0.5f, picture->width_px);
    int y0 = held(middle.y_px - half + 0.5f, picture->height_px);
    int y1 = held(middle.y_px + half + 0.5f, picture->height_px);

    p.data += (size_t)y0 * p.stride_bytes + (size_t)x0 * (size_t)p.channels;
    p.width_px = x1 - x0;
    p.height_px = y1 - y0;
    return p;
}

fvi_point fvi_view_to_picture(const fvi_view *v, fvi_point at)
{
    const float *m = v->map.m;
    return (fvi_point){m[0] * at.x_px + m[1] * at.y_px + m[2],
                       m[3] * at.x_px + m[4] * at.y_px + m[5]};
}

static fvi_point between(const fvi_point *a, const fvi_point *b)
{
    return (fvi_point){(a->x_px + b->x_px) / 2.0f, (a->y_px + b->y_px) / 2.0f};
}

/* The smoothest of the places has the least of its own texture. */
static float least_grain(const fvi_view *v, const fvi_point *at, int n, float half)
{
    float least = NAN;

    for (int i = 0; i < n; i++) {
        fvi_image patch = fvi_patch(v->found.picture, fvi_view_to_picture(v, at[i]), half);
        least = fminf(least, fvi_grain(&patch, NULL)); /* fminf prefers numbers to NaN */
    }
    return least;
}

static float held_half(float half)
{
    return fminf(fmaxf(half, (float)MIN_HALF_PX), (float)MAX_HALF_PX);
}

static float grain_of_face(const fvi_view *v)
{
    const fvi_point *p = v->at.point;
    fvi_point l, r;

    fvi_eyes(&v->at, &l, &r);
    fvi_point cheek_l = between(&l, &p[48]);
    fvi_point cheek_r = between(&r, &p[54]);
    fvi_point forehead = between(&p[19], &p[24]);
    forehead.y_px -= 0.3f * v->eyes_px;
    fvi_point at[] = {cheek_l, cheek_r, forehead};
    return least_grain(v, at, 3, held_half(0.2f * fvi_inter_eye_px(v->found.landmarks)));
}

static float grain_of_picture(const fvi_view *v)
{
    fvi_point at[GRID * GRID];
    const fvi_image *p = v->found.picture;
    int shorter = p->width_px < p->height_px ? p->width_px : p->height_px;

    for (int i = 0; i < GRID * GRID; i++)
        at[i] = (fvi_point){(float)(v->rgb.width_px * (i % GRID + 1)) / (GRID + 1),
                            (float)(v->rgb.height_px * (i / GRID + 1)) / (GRID + 1)};
    return least_grain(v, at, GRID * GRID, held_half((float)shorter / 10.0f));
}

float fvi_q_noise(const fvi_view *v)
{
    return v->face ? grain_of_face(v) : grain_of_picture(v);
}

float fvi_q_noise_score(float value)
{
    return fvi_score_clamp(200.0f * (1.0f - fvi_sigmoid(value, 0.0f, 8.0f)));
}
