/* SPDX-License-Identifier: Apache-2.0 */
/* Reflections of a lamp or the sky: on skin, and on glasses. */
#include <math.h>

#include "quality/light.h"

enum {
    LEAST_VALUE = 235,  /* of the brightest channel */
    GRID_MAX = 32,      /* blocks to a side of the view */
    EYE_WIDTH_MAX = 64, /* px of the view around one eye */
    EYE_HEIGHT_MAX = 48
};

static const float MOST_SATURATION = 0.25f;
static const float OVER_NEIGHBOURS = 1.5f; /* luminance, against the skin around */
static const float OVER_SKIN = 2.0f;       /* luminance, against all skin: glasses */

/* Where a reflection hides an eye, in eye distances about its centre. */
static const float EYE_HALF_WIDTH = 0.32f;
static const float EYE_HALF_HEIGHT = 0.22f;
static const float CATCHLIGHT_HALF = 0.03f; /* what an eye itself reflects is no larger */

static bool is_white(const uint8_t *p)
{
    int most = p[0] > p[1] ? p[0] : p[1];
    int least = p[0] < p[1] ? p[0] : p[1];
    most = p[2] > most ? p[2] : most;
    least = p[2] < least ? p[2] : least;
    return most >= LEAST_VALUE && (float)(most - least) <= MOST_SATURATION * (float)most;
}

static bool near_eye(const fvi_view *v, const fvi_point eyes[2], int x, int y)
{
    for (int i = 0; i < 2; i++) {
        float dx = ((float)x - eyes[i].x_px) / (EYE_HALF_WIDTH * v->eyes_px);
        float dy = ((float)y - eyes[i].y_px) / (EYE_HALF_HEIGHT * v->eyes_px);
        if (dx * dx + dy * dy <= 1.0f) return true;
    }
    return false;
}

/* Skin by blocks of an eighth of an eye distance. */
typedef struct grid {
    int block_px;
    int width;
    int height;
    uint32_t n[GRID_MAX][GRID_MAX];
    uint32_t luma[GRID_MAX][GRID_MAX];
    float least[GRID_MAX][GRID_MAX]; /* luminance above which a pixel stands out */
} grid;

static void add_row(grid *g, const fvi_view *v, int y)
{
    const uint8_t *luma = v->luma.data + (size_t)y * v->luma.stride_bytes;
    const uint8_t *skin = v->skin.data + (size_t)y * v->skin.stride_bytes;

    for (int bx = 0; bx < g->width; bx++) {
        int end = (bx + 1) * g->block_px;
        uint32_t n = 0;
        uint32_t sum = 0;
        end = end < v->luma.width_px ? end : v->luma.width_px;
        for (int x = bx * g->block_px; x < end; x++) {
            n += skin[x] & 1u;
            sum += luma[x] & skin[x];
        }
        g->n[y / g->block_px][bx] += n;
        g->luma[y / g->block_px][bx] += sum;
    }
}

/* Against the mean of the skin of 7 by 7 blocks. */
static float least_of(const grid *g, int bx, int by)
{
    uint32_t n = 0;
    uint32_t luma = 0;

    for (int y = by < 3 ? 0 : by - 3; y <= by + 3 && y < g->height; y++) {
        for (int x = bx < 3 ? 0 : bx - 3; x <= bx + 3 && x < g->width; x++) {
            n += g->n[y][x];
            luma += g->luma[y][x];
        }
    }
    return n == 0 ? INFINITY : OVER_NEIGHBOURS * (float)luma / (float)n;
}

/* @return pixels of skin */
static uint32_t take_grid(const fvi_view *v, grid *g)
{
    uint32_t all = 0;

    *g = (grid){.block_px = (int)ceilf(v->eyes_px / 8.0f)};
    while (v->luma.width_px > GRID_MAX * g->block_px || v->luma.height_px > GRID_MAX * g->block_px)
        g->block_px++;
    g->width = (v->luma.width_px + g->block_px - 1) / g->block_px;
    g->height = (v->luma.height_px + g->block_px - 1) / g->block_px;
    for (int y = 0; y < v->luma.height_px; y++)
        add_row(g, v, y);
    for (int y = 0; y < g->height; y++) {
        for (int x = 0; x < g->width; x++) {
            all += g->n[y][x];
            g->least[y][x] = least_of(g, x, y);
        }
    }
    return all;
}

/* Share of the skin that is white and much brighter than the skin around it; what is white as a
 * whole is over-exposed and has no glare. The eyes' neighbourhood is left to glasses. */
float fvi_q_glare(const fvi_view *v)
{
    fvi_point eyes[2];
    uint32_t glare = 0;
    grid g;

    if (!v->face) return NAN;
    fvi_eyes(&v->at, &eyes[0], &eyes[1]);
    uint32_t all = take_grid(v, &g);
    for (int y = 0; y < v->luma.height_px; y++) {
        for (int x = 0; x < v->luma.width_px; x++) {
            size_t i = (size_t)y * v->luma.stride_bytes + (size_t)x;
            if (v->skin.data[i] == 0 || !is_white(v->rgb.data + 3 * i)) continue;
            float least = g.least[y / g.block_px][x / g.block_px];
            if ((float)v->luma.data[i] > least && !near_eye(v, eyes, x, y)) glare++;
        }
    }
    return all == 0 ? NAN : (float)glare / (float)all;
}

float fvi_q_glare_score(float value)
{
    return fvi_score_clamp(100.0f * (1.0f - 10.0f * value));
}

/* Around one eye: 1 where the picture is white. */
typedef struct patch {
    int width;
    int height;
    uint32_t area;
    uint8_t white[EYE_HEIGHT_MAX][EYE_WIDTH_MAX];
} patch;

static patch eye_patch(const fvi_view *v, fvi_point eye, float least_luma)
{
    float half_w = EYE_HALF_WIDTH * v->eyes_px;
    float half_h = EYE_HALF_HEIGHT * v->eyes_px;
    int x0 = (int)ceilf(eye.x_px - half_w);
    int y0 = (int)ceilf(eye.y_px - half_h);
    patch p = {.width = (int)fminf(2.0f * half_w + 1.0f, (float)EYE_WIDTH_MAX),
               .height = (int)fminf(2.0f * half_h + 1.0f, (float)EYE_HEIGHT_MAX)};

    for (int y = 0; y < p.height; y++) {
        for (int x = 0; x < p.width; x++) {
            float dx = ((float)(x0 + x) - eye.x_px) / half_w;
            float dy = ((float)(y0 + y) - eye.y_px) / half_h;
            if (dx * dx + dy * dy > 1.0f || x0 + x < 0 || y0 + y < 0 ||
                x0 + x >= v->luma.width_px || y0 + y >= v->luma.height_px)
                continue;
            size_t i = (size_t)(y0 + y) * v->luma.stride_bytes + (size_t)(x0 + x);
            p.area++;
            if (v->oval.data[i] == 0) continue; /* a turned head: what is behind it */
            p.white[y][x] =
                (float)v->luma.data[i] > least_luma && is_white(v->rgb.data + 3 * i) ? 1 : 0;
        }
    }
    return p;
}

static bool all_white(const patch *p, int x0, int y0, int side)
{
    for (int y = y0; y < y0 + side; y++) {
        for (int x = x0; x < x0 + side; x++) {
            if (p->white[y][x] == 0) return false;
        }
    }
    return true;
}

/* Share of the patch covered by white squares of that side: what is thinner does not count. */
static float white_share(patch *p, int side)
{
    uint32_t n = 0;

    for (int y = 0; y + side <= p->height; y++) {
        for (int x = 0; x + side <= p->width; x++) {
            if (p->white[y][x] == 0 || !all_white(p, x, y, side)) continue;
            for (int k = 0; k < side * side; k++) /* 2: white still, and counted */
                p->white[y + k / side][x + k % side] = 2;
        }
    }
    for (int i = 0; i < p->height * p->width; i++)
        n += p->white[i / p->width][i % p->width] == 2;
    return p->area == 0 ? NAN : (float)n / (float)p->area;
}

/* Of the eye that has more. */
float fvi_q_glasses_glare(const fvi_view *v)
{
    fvi_point eyes[2];
    float most = NAN;

    if (!v->face) return NAN;
    fvi_eyes(&v->at, &eyes[0], &eyes[1]);
    fvi_levels skin = fvi_levels_of(v, FVI_HALF_BOTH);
    float least = 255.0f * OVER_SKIN * fvi_levels_mean(&skin);
    int side = 2 * (int)lroundf(CATCHLIGHT_HALF * v->eyes_px) + 1;
    for (int i = 0; i < 2; i++) {
        patch p = eye_patch(v, eyes[i], least);
        most = fmaxf(most, white_share(&p, side)); /* NaN gives way */
    }
    return skin.sum == 0 ? NAN : most;
}

float fvi_q_glasses_glare_score(float value)
{
    return fvi_score_clamp(100.0f * (1.0f - 5.0f * value));
}
