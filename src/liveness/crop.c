/* SPDX-License-Identifier: Apache-2.0 */
#include "liveness/parts.h"

#include <math.h>

/* Of the face box's longer side: the oval's radii, and how far its middle lies below the box's. */
static const float OVAL_X = 0.35f;
static const float OVAL_Y = 0.45f;
static const float OVAL_DOWN = 0.02f;

static float longer_side(const fvi_box *box)
{
    return fmaxf(box->x1_px - box->x0_px, box->y1_px - box->y0_px);
}

bool fvi_live_square(const fvi_box *box, float boxes, fvi_live_rect *out)
{
    float w = box->x1_px - box->x0_px;
    float h = box->y1_px - box->y0_px;

    if (!(w > 0.0f) || !(h > 0.0f) || !isfinite(w) || !isfinite(h)) return false;
    float x = box->x0_px + w / 2.0f;
    float y = box->y0_px + h / 2.0f;
    float half = longer_side(box) * boxes / 2.0f;
    *out = (fvi_live_rect){x - half, y - half, x + half, y + half};
    return isfinite(x) && isfinite(y) && isfinite(half);
}

static fvi_live_rect within(const fvi_live_rect *r, const fvi_image *picture)
{
    return (fvi_live_rect){fmaxf(r->x0_px, 0.0f), fmaxf(r->y0_px, 0.0f),
                           fminf(r->x1_px, (float)picture->width_px),
                           fminf(r->y1_px, (float)picture->height_px)};
}

bool fvi_live_clip(const fvi_live_rect *r, const fvi_image *picture, float least_px,
                   fvi_live_rect *out)
{
    fvi_live_rect in = within(r, picture);

    if (!(in.x1_px - in.x0_px >= least_px) || !(in.y1_px - in.y0_px >= least_px)) return false;
    *out = in;
    return true;
}

float fvi_live_inside(const fvi_live_rect *r, const fvi_image *picture)
{
    fvi_live_rect in = within(r, picture);
    float w = fmaxf(in.x1_px - in.x0_px, 0.0f);
    float h = fmaxf(in.y1_px - in.y0_px, 0.0f);

    return w / (r->x1_px - r->x0_px) * (h / (r->y1_px - r->y0_px));
}

fvi_affine fvi_live_map(const fvi_live_rect *r, int side_px)
{
    float sx = (r->x1_px - r->x0_px) / (float)side_px;
    float sy = (r->y1_px - r->y0_px) / (float)side_px;

    /* pixel centres: X + 0.5 = r.x0 + (x + 0.5) sx */
    return (fvi_affine){
        {sx, 0.0f, r->x0_px + 0.5f * sx - 0.5f, 0.0f, sy, r->y0_px + 0.5f * sy - 0.5f}};
}

/* The pixel in which the k-th of n evenly spread samples of x0..x1 lies. */
static size_t sample_at(float x0, float x1, int k, int n, int size)
{
    float v = floorf(x0 + (x1 - x0) * ((float)k + 0.5f) / (float)n);
    return (size_t)fminf(fmaxf(v, 0.0f), (float)(size - 1));
}

static int grid_of(float span, int side)
{
    int n = (int)ceilf(fminf(span / (float)side, (float)FVI_LIVE_GRID));
    return n < 1 ? 1 : n;
}

/* Which pixels make one row of the reduced picture. */
typedef struct samples {
    const uint8_t *rows[FVI_LIVE_GRID];
    int n_rows;
    const size_t *columns; /* n_columns of each pixel, one after the other, in bytes */
    int n_columns;
} samples;

static void reduce_row(const samples *s, uint8_t *out, int width_px)
{
    const unsigned n = (unsigned)(s->n_rows * s->n_columns);
    const size_t *columns = s->columns;

    for (int x = 0; x < width_px; x++, columns += s->n_columns, out += 3) {
        unsigned sum[3] = {n / 2, n / 2, n / 2};
        for (int i = 0; i < s->n_rows; i++) {
            for (int k = 0; k < s->n_columns; k++) {
                const uint8_t *p = s->rows[i] + columns[k];
                sum[0] += p[0];
                sum[1] += p[1];
                sum[2] += p[2];
            }
        }
        for (int c = 0; c < 3; c++)
            out[c] = (uint8_t)(sum[c] / n);
    }
}

void fvi_live_reduce(const fvi_image *picture, const fvi_live_rect *r, size_t *columns,
                     fvi_image *out)
{
    int gx = grid_of(r->x1_px - r->x0_px, out->width_px);
    int gy = grid_of(r->y1_px - r->y0_px, out->height_px);
    samples s = {{NULL}, gy, columns, gx};

    for (int k = 0; k < gx * out->width_px; k++)
        columns[k] = 3 * sample_at(r->x0_px, r->x1_px, k, gx * out->width_px, picture->width_px);
    for (int y = 0; y < out->height_px; y++) {
        for (int i = 0; i < gy; i++) {
            size_t at =
                sample_at(r->y0_px, r->y1_px, y * gy + i, gy * out->height_px, picture->height_px);
            s.rows[i] = picture->data + at * picture->stride_bytes;
        }
        reduce_row(&s, out->data + (size_t)y * out->stride_bytes, out->width_px);
    }
}

fvi_live_oval fvi_live_face(const fvi_box *box, const fvi_live_rect *shown, int side_px)
{
    float fx = (float)side_px / (shown->x1_px - shown->x0_px);
    float fy = (float)side_px / (shown->y1_px - shown->y0_px);
    float m = longer_side(box);
    float x = (box->x0_px + box->x1_px) / 2.0f;
    float y = (box->y0_px + box->y1_px) / 2.0f + OVAL_DOWN * m;

    return (fvi_live_oval){(x - shown->x0_px) * fx - 0.5f, (y - shown->y0_px) * fy - 0.5f,
                           OVAL_X * m * fx, OVAL_Y * m * fy};
}
