/* SPDX-License-Identifier: Apache-2.0 */
/* JPEG's blocks, seen on the picture's own grid: steps across block borders against steps within.
 */
#include <math.h>

#include "quality/texture.h"

enum {
    BLOCK_PX = 8,
    HALF_PX = 128,  /* of the part looked at, at most */
    MIN_BLOCKS = 3, /* along either side */
    MAX_STEP = 24,  /* levels: what is more is the picture's own edge */
};

/* Sums of the steps to the right and downwards, by the place in the block. */
typedef struct steps {
    unsigned sum[2][BLOCK_PX];
    unsigned n[2][BLOCK_PX];
} steps;

static void take_row(const fvi_image *part, int y, int grey[2 * HALF_PX])
{
    const uint8_t *p = part->data + (size_t)y * part->stride_bytes;

    for (int x = 0; x < part->width_px; x++, p += part->channels)
        grey[x] =
            part->channels == 1 ? p[0] : (19595 * p[0] + 38470 * p[1] + 7471 * p[2] + 32768) >> 16;
}

static unsigned step_of(int a, int b)
{
    int d = a < b ? b - a : a - b;
    return (unsigned)(d < MAX_STEP ? d : MAX_STEP);
}

static void take_steps(const fvi_image *part, int period, steps *s)
{
    int rows[2][2 * HALF_PX];

    take_row(part, 0, rows[0]);
    for (int y = 0; y + 1 < part->height_px; y++) {
        const int *row = rows[y % 2], *next = rows[(y + 1) % 2];
        unsigned down = 0, n = (unsigned)(part->width_px - 1);
        take_row(part, y + 1, rows[(y + 1) % 2]);
        for (int x = 0; x < part->width_px - 1; x++) {
            s->sum[0][x & (period - 1)] += step_of(row[x], row[x + 1]);
            s->n[0][x & (period - 1)]++;
            down += step_of(row[x], next[x]);
        }
        s->sum[1][y & (period - 1)] += down;
        s->n[1][y & (period - 1)] += n;
    }
}

/* How much larger the steps at one place of the block are than at the others: where a crop or a
 * turn has put the grid is not known, so it is the place with the largest. */
static double excess(const steps *s, int axis, int period)
{
    double largest = 0.0, sum = 0.0;

    for (int i = 0; i < period; i++) {
        double mean = (double)s->sum[axis][i] / s->n[axis][i];
        sum += mean;
        if (mean > largest) largest = mean;
    }
    return largest - (sum - largest) / (period - 1);
}

/* A JPEG decoded at a half has blocks of 4; it is decoded at powers of two. */
static int period_of(float scale)
{
    int period = BLOCK_PX;
    while (period > 1 && (float)period > 1.42f * (float)BLOCK_PX * scale)
        period /= 2;
    return period;
}

float fvi_q_compression_artifacts(const fvi_view *v)
{
    int period = period_of(v->found.scale);
    fvi_point middle = {(float)v->rgb.width_px / 2.0f, (float)v->rgb.height_px / 2.0f};
    fvi_point across = {(float)v->rgb.width_px, (float)v->rgb.height_px / 2.0f};
    fvi_point at = fvi_view_to_picture(v, middle);
    fvi_point edge = fvi_view_to_picture(v, across);
    float half = hypotf(edge.x_px - at.x_px, edge.y_px - at.y_px);
    fvi_image part = fvi_patch(v->found.picture, at, fminf(half, (float)HALF_PX));
    steps s = {0};

    if (period < 2) return NAN; /* a block is a pixel */
    if (part.width_px < MIN_BLOCKS * BLOCK_PX || part.height_px < MIN_BLOCKS * BLOCK_PX) return NAN;
    take_steps(&part, period, &s);
    return (float)((excess(&s, 0, period) + excess(&s, 1, period)) / 2.0);
}

float fvi_q_compression_artifacts_score(float value)
{
    return fvi_score_clamp(200.0f * (1.0f - fvi_sigmoid(value, 0.0f, 2.0f)));
}
