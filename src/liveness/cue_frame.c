/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A photograph or a phone held to the camera has straight edges beside the face, longer than any
 * edge of a person, and much the same along their whole length.
 */
#include "liveness/parts.h"

#include <math.h>

enum {
    SIDE = FVI_LIVE_FRAME_PX,
    FIRST = 4,              /* px from the square's edge: where lines may lie ... */
    LAST = SIDE * 30 / 100, /* ... to where the face begins */
    FROM = SIDE * 28 / 100, /* along the side: the part that a line is followed over */
    TO = SIDE * 72 / 100,
    TILTS = 11,
    MARGIN = 2, /* px at the picture's border that show its edge, not the scene's */
};

static const float TILT_MOST = 0.25f;
static const float FLAT = 2.0f;       /* an edge that is none, in grey values a pixel */
static const float SAME_LEAST = 1.0f; /* below it an edge has no sign */
static const float SHOWN_LEAST = 0.9f;

const float fvi_live_frame_boxes = 2.6f;

/* The square as one of its sides sees it: `across` leads from the side to the face. */
typedef struct side_view {
    const uint8_t *origin; /* the side's first pixel */
    ptrdiff_t across;
    ptrdiff_t along;
    int across0, across1, along0, along1; /* what shows the picture, one past the last */
} side_view;

static float slope(const side_view *s, int across, int along)
{
    const uint8_t *p = s->origin + across * s->across + along * s->along;
    return (float)(p[s->across] - p[-s->across]) / 2.0f;
}

/* `lean`: how far a line has moved across where it is so far along. */
static float line(const side_view *s, int at, const int lean[TO - FROM], float rms)
{
    float sum = 0.0f;
    int n = 0, up = 0, down = 0;

    for (int along = FROM; along < TO; along++) {
        int across = at + lean[along - FROM];
        if (across < MARGIN) return 0.0f;
        if (across < s->across0 + MARGIN || across >= s->across1 - MARGIN ||
            along < s->along0 + MARGIN || along >= s->along1 - MARGIN)
            continue;
        float d = slope(s, across, along);
        sum += d;
        up += d > SAME_LEAST;
        down += d < -SAME_LEAST;
        n++;
    }
    if ((float)n < SHOWN_LEAST * (float)(TO - FROM)) return 0.0f;
    float same = (float)(up > down ? up : down) / (float)n;
    return fabsf(sum) / (float)n / rms * same;
}

static float best_line(const side_view *s, float rms)
{
    float best = 0.0f;
    int lean[TO - FROM];

    for (int i = 0; i < TILTS; i++) {
        float tilt = TILT_MOST * (2.0f * (float)i / (float)(TILTS - 1) - 1.0f);
        for (int along = FROM; along < TO; along++)
            lean[along - FROM] = (int)lroundf(tilt * (float)(along - SIDE / 2));
        for (int at = FIRST; at < LAST; at++)
            best = fmaxf(best, line(s, at, lean, rms));
    }
    return best;
}

/* Root mean square of the slopes of what is shown. */
static float mean_slope(const fvi_image *g, const fvi_live_shown *shown)
{
    double sum = 0.0;
    size_t n = 0;

    for (int y = shown->y0 + 1; y < shown->y1 - 1; y++) {
        const uint8_t *p = g->data + (size_t)y * g->stride_bytes;
        const uint8_t *above = p - g->stride_bytes;
        const uint8_t *below = p + g->stride_bytes;
        for (int x = shown->x0 + 1; x < shown->x1 - 1; x++) {
            int dx = p[x + 1] - p[x - 1];
            int dy = below[x] - above[x];
            sum += (double)(dx * dx + dy * dy) / 4.0;
            n++;
        }
    }
    return n == 0 ? 0.0f : (float)sqrt(sum / (double)n);
}

float fvi_live_frame_edges(const fvi_image *grey, const fvi_live_shown *shown)
{
    const ptrdiff_t row = (ptrdiff_t)grey->stride_bytes;
    const uint8_t *first = grey->data;
    const fvi_live_shown *s = shown;
    const side_view sides[4] = {
        {first, 1, row, s->x0, s->x1, s->y0, s->y1},
        {first + SIDE - 1, -1, row, SIDE - s->x1, SIDE - s->x0, s->y0, s->y1},
        {first, row, 1, s->y0, s->y1, s->x0, s->x1},
        {first + (SIDE - 1) * row, -row, 1, SIDE - s->y1, SIDE - s->y0, s->x0, s->x1},
    };
    float rms = mean_slope(grey, shown) + FLAT;
    float sum = 0.0f;

    for (int i = 0; i < 4; i++)
        sum += best_line(&sides[i], rms);
    return sum;
}
