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

static int grey_at(const fvi_image *image, int x, int y)
{
    const uint8_t *p =
        image->data + (size_t)y * image->stride_bytes + (size_t)x * (size_t)image->channels;
    if (image->channels == 1) return p[0];
    return (19595 * p[0] + 38470 * p[1] + 7471 * p[2] + 32768) >> 16;
}

typedef struct steps {
    double sum[2][BLOCK_PX]; /* across upright, level borders, by the place in the block */
    unsigned n[2][BLOCK_PX];
} steps;

static void add_step(steps *s, int axis, int place, int a, int b)
{
    int d = a < b ? b - a : a - b;
    s->sum[axis][place] += d < MAX_STEP ? d : MAX_STEP;
    s->n[axis][place]++;
}

static void take_steps(const fvi_image *part, int period, steps *s)
{
    for (int y = 0; y + 1 < part->height_px; y++) {
        for (int x = 0; x + 1 < part->width_px; x++) {
            int own = grey_at(part, x, y);
            add_step(s, 0, x % period, own, grey_at(part, x + 1, y));
            add_step(s, 1, y % period, own, grey_at(part, x, y + 1));
        }
    }
}

/* How much larger the steps at one place of the block are than at the others: where a crop or a
 * turn has put the grid is not known, so it is the place with the largest. */
static double excess(const steps *s, int axis, int period)
{
    double largest = 0.0, sum = 0.0;

    for (int i = 0; i < period; i++) {
        double mean = s->sum[axis][i] / s->n[axis][i];
        sum += mean;
        if (mean > largest) largest = mean;
    }
    return largest - (sum - largest) / (period - 1);
}

/* A JPEG decoded at a half has blocks of 4. */
static int period_of(float scale)
{
    int p = (int)lroundf((float)BLOCK_PX * scale);
    return p < 1 ? 1 : p > BLOCK_PX ? BLOCK_PX : p;
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
