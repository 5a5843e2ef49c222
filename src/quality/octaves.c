/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "quality/texture.h"

enum {
    MIN_PIXELS = 12,
    MANY_ROWS = 96, /* of which every second tells as much */
    CELL_PX = 32,
    MIN_CELL_PX = 8,
    CELLS_ACROSS = FVI_VIEW_MAX_WIDTH_PX / MIN_CELL_PX + 1,
    CELLS_DOWN = FVI_VIEW_MAX_HEIGHT_PX / MIN_CELL_PX + 1,
    CELLS = CELLS_ACROSS * CELLS_DOWN,
    REFERENCE = 2, /* the octave whose energy weighs the cells */
};

/* Binomial of 5 before each halving, central differences; sums of the squared kernels. */
const double fvi_octave_noise[FVI_OCTAVES] = {0.5, 0.00925, 0.000462, 0.0000275};

static const float CELL_EYES = 0.5f; /* a cell is no wider */
static const float LITTLE = 0.25f;   /* of the mean energy */

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

/* Sums of one cell of the view at one octave. */
typedef struct cell {
    float xx;
    float xy;
    float yy;
    float n;
} cell;

/* One octave on its way into cells. */
typedef struct scan {
    const fvi_view *view;
    octave octave;
    bool bordered; /* the view reaches beyond the picture */
    int step;      /* view pixels per pixel of the octave */
    int side_px;
} scan;

static bool counts(const scan *s, int x, int y)
{
    const fvi_image *oval = &s->view->oval;
    int vx = x * s->step, vy = y * s->step;

    if (oval->data[(size_t)vy * oval->stride_bytes + (size_t)vx] == 0) return false;
    return !s->bordered || !near_border(s->view, vx, vy, 4 * s->step);
}

static void add_row(const scan *s, int y, cell *row_of_cells)
{
    const octave *o = &s->octave;
    const float *row = o->data + (ptrdiff_t)y * o->width_px;
    int in_cell = s->side_px / s->step;

    for (int x0 = 0; x0 < o->width_px; x0 += in_cell, row_of_cells++) {
        int end = x0 + in_cell < o->width_px - 1 ? x0 + in_cell : o->width_px - 1;
        cell sum = {0};
        for (int x = x0 < 1 ? 1 : x0; x < end; x++) {
            if (!counts(s, x, y)) continue;
            float gx = row[x + 1] - row[x - 1];
            float gy = row[x + o->width_px] - row[x - o->width_px];
            sum.xx += gx * gx;
            sum.xy += gx * gy;
            sum.yy += gy * gy;
            sum.n += 1.0f;
        }
        row_of_cells->xx += sum.xx;
        row_of_cells->xy += sum.xy;
        row_of_cells->yy += sum.yy;
        row_of_cells->n += sum.n;
    }
}

/* Fills one octave's cells; false where too little of the face is left. */
static bool add_octave(const scan *s, cell *cells)
{
    int skip = s->octave.height_px > MANY_ROWS ? 2 : 1;
    float n = 0.0f;

    memset(cells, 0, CELLS * sizeof *cells);
    for (int y = 1; y < s->octave.height_px - 1; y += skip)
        add_row(s, y, cells + y * s->step / s->side_px * CELLS_ACROSS);
    for (int i = 0; i < CELLS; i++)
        n += cells[i].n;
    return n >= MIN_PIXELS;
}

/* Each cell weighs by the inverse of its energy at the reference octave and a little. */
static void weigh(const cell *cells, const cell *reference, float little, int k, fvi_octaves *out)
{
    double xx = 0.0, xy = 0.0, yy = 0.0, n = 0.0;

    for (int i = 0; i < CELLS; i++) {
        const cell *c = &cells[i], *r = &reference[i];
        if (r->n < 1.0f || c->n < 1.0f) continue;
        double weight = 1.0 / (double)((r->xx + r->yy) / r->n + little);
        xx += weight * (double)c->xx;
        xy += weight * (double)c->xy;
        yy += weight * (double)c->yy;
        n += weight * (double)c->n;
    }
    double step = (double)(1 << k);
    double per = n > 0.0 ? 1.0 / (n * 4.0 * step * step) : 0.0;
    out->xx[k] = xx * per;
    out->xy[k] = xy * per;
    out->yy[k] = yy * per;
}

static float mean_energy(const cell *cells)
{
    float sum = 0.0f, n = 0.0f;

    for (int i = 0; i < CELLS; i++) {
        sum += cells[i].xx + cells[i].yy;
        n += cells[i].n;
    }
    return sum / fmaxf(n, 1.0f);
}

/* A power of two, so that every octave has whole pixels in it. */
static int cell_side_px(float eyes_px)
{
    int side = CELL_PX;
    while (side > MIN_CELL_PX && (float)side > CELL_EYES * eyes_px)
        side /= 2;
    return side;
}

void fvi_octaves_take(const fvi_view *v, fvi_octaves *out)
{
    cell cells[FVI_OCTAVES][CELLS];
    scan s = {.view = v,
              .octave = {v->plane[0], v->grey.width_px, v->grey.height_px},
              .step = 1,
              .side_px = cell_side_px(v->eyes_px)};
    size_t n = (size_t)v->grey.width_px * (size_t)v->grey.height_px;

    *out = (fvi_octaves){.grain = fvi_grain(&v->grey, &v->oval)};
    s.bordered = memchr(v->inside.data, 0, n) != NULL;
    for (size_t i = 0; i < n; i++)
        s.octave.data[i] = (float)v->grey.data[i];
    while (out->n < FVI_OCTAVES && add_octave(&s, cells[out->n])) {
        if (++out->n == FVI_OCTAVES) break;
        halve(&s.octave, v->plane[1]);
        s.step *= 2;
    }
    const cell *reference = cells[out->n > REFERENCE ? REFERENCE : 0];
    if (out->n == 0) return;
    float little = LITTLE * mean_energy(reference) + 1e-3f;
    for (int k = 0; k < out->n; k++)
        weigh(cells[k], reference, little, k, out);
}
