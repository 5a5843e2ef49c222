/* SPDX-License-Identifier: Apache-2.0 */
#include "degrade.h"

#include <math.h>

enum { JAW = 17, CORNERS_MAX = 48 };

/* The face's own axes: `right` from eye to eye, `down` across it, one inter-eye distance long. */
typedef struct axes {
    fvi_point eye[2];
    fvi_point right;
    fvi_point down;
    float eyes_px;
} axes;

static fvi_point mean(const fvi_point *of, int n)
{
    fvi_point m = {0, 0};
    for (int i = 0; i < n; i++) {
        m.x_px += of[i].x_px / (float)n;
        m.y_px += of[i].y_px / (float)n;
    }
    return m;
}

static axes axes_of(const fvi_point *marks)
{
    axes a = {.eye = {mean(marks + 36, 6), mean(marks + 42, 6)}};
    a.right = (fvi_point){a.eye[1].x_px - a.eye[0].x_px, a.eye[1].y_px - a.eye[0].y_px};
    a.down = (fvi_point){-a.right.y_px, a.right.x_px};
    a.eyes_px = hypotf(a.right.x_px, a.right.y_px);
    return a;
}

static fvi_point off(const axes *a, fvi_point from, float right, float down)
{
    return (fvi_point){from.x_px + right * a->right.x_px + down * a->down.x_px,
                       from.y_px + right * a->right.y_px + down * a->down.y_px};
}

void degrade_glare(pixels *p, const fvi_point *marks, degrade_shine where, float strength)
{
    axes a = axes_of(marks);
    float r = a.eyes_px;
    fvi_point between = off(&a, a.eye[0], 0.5f, 0.0f);

    switch (where) {
    case DEGRADE_SHINE_FOREHEAD:
        degrade_spot(p, off(&a, between, 0.1f, -0.65f), 0.35f * r, 0.20f * r, strength);
        break;
    case DEGRADE_SHINE_CHEEKS:
        degrade_spot(p, off(&a, a.eye[0], -0.05f, 0.55f), 0.20f * r, 0.20f * r, strength);
        degrade_spot(p, off(&a, a.eye[1], 0.05f, 0.55f), 0.20f * r, 0.20f * r, strength);
        break;
    case DEGRADE_SHINE_LENSES:
        degrade_spot(p, off(&a, a.eye[0], 0.03f, -0.02f), 0.22f * r, 0.15f * r, strength);
        degrade_spot(p, off(&a, a.eye[1], 0.03f, -0.02f), 0.22f * r, 0.15f * r, strength);
        break;
    }
}

typedef struct shape {
    fvi_point corner[CORNERS_MAX];
    int n;
} shape;

static void corner(shape *s, fvi_point at)
{
    s->corner[s->n++] = at;
}

static bool inside(const shape *s, float x, float y)
{
    bool in = false;
    for (int i = 0, j = s->n - 1; i < s->n; j = i++) {
        const fvi_point *a = &s->corner[i], *b = &s->corner[j];
        if ((a->y_px > y) == (b->y_px > y)) continue;
        float t = (y - a->y_px) / (b->y_px - a->y_px);
        if (x < a->x_px + t * (b->x_px - a->x_px)) in = !in;
    }
    return in;
}

/* Share of a pixel that the shape covers, by 4x4 samples. */
static float coverage(const shape *s, int x, int y)
{
    int n = 0;
    for (int j = 0; j < 4; j++) {
        for (int i = 0; i < 4; i++)
            n +=
                inside(s, (float)x + ((float)i - 1.5f) / 4.0f, (float)y + ((float)j - 1.5f) / 4.0f);
    }
    return (float)n / 16.0f;
}

static fvi_box bounds(const shape *s)
{
    fvi_box b = {s->corner[0].x_px, s->corner[0].y_px, s->corner[0].x_px, s->corner[0].y_px, 0};
    for (int i = 1; i < s->n; i++) {
        b.x0_px = fminf(b.x0_px, s->corner[i].x_px);
        b.x1_px = fmaxf(b.x1_px, s->corner[i].x_px);
        b.y0_px = fminf(b.y0_px, s->corner[i].y_px);
        b.y1_px = fmaxf(b.y1_px, s->corner[i].y_px);
    }
    return b;
}

/* A fifth darker at the left and right edges, as something that curves around a head. */
static void fill(pixels *p, const shape *s, const degrade_cloth *cloth)
{
    fvi_box b = bounds(s);
    float cx = (b.x0_px + b.x1_px) / 2.0f, half = fmaxf((b.x1_px - b.x0_px) / 2.0f, 1.0f);
    int x1 = (int)fminf(b.x1_px + 1.0f, (float)p->width - 1.0f);
    int y1 = (int)fminf(b.y1_px + 1.0f, (float)p->height - 1.0f);

    for (int y = (int)fmaxf(b.y0_px - 1.0f, 0.0f); y <= y1; y++) {
        for (int x = (int)fmaxf(b.x0_px - 1.0f, 0.0f); x <= x1; x++) {
            float part = coverage(s, x, y) * cloth->opacity;
            float t = ((float)x - cx) / half;
            uint8_t *at = p->rgb + 3 * ((size_t)y * (size_t)p->width + (size_t)x);
            for (int c = 0; c < 3 && part > 0.0f; c++) {
                float v = (float)cloth->rgb[c] * (1.0f - 0.2f * fminf(t * t, 1.0f));
                at[c] = (uint8_t)lroundf((float)at[c] + part * (v - (float)at[c]));
            }
        }
    }
}

/* A lens: a rounded rectangle, 0.84 x 0.62 inter-eye distances. */
static void draw_lens(pixels *p, const axes *a, fvi_point eye, const degrade_cloth *cloth)
{
    shape s = {.n = 0};
    for (int i = 0; i < 32; i++) {
        float t = 2.0f * 3.14159265f * (float)i / 32.0f;
        float c = cosf(t), d = sinf(t);
        float x = copysignf(powf(fabsf(c), 0.6f), c), y = copysignf(powf(fabsf(d), 0.6f), d);
        corner(&s, off(a, eye, 0.42f * x, 0.06f + 0.31f * y));
    }
    fill(p, &s, cloth);
}

static void draw_glasses(pixels *p, const axes *a, const degrade_cloth *cloth)
{
    shape bridge = {.n = 0};
    corner(&bridge, off(a, a->eye[0], 0.40f, -0.06f));
    corner(&bridge, off(a, a->eye[1], -0.40f, -0.06f));
    corner(&bridge, off(a, a->eye[1], -0.40f, 0.02f));
    corner(&bridge, off(a, a->eye[0], 0.40f, 0.02f));
    fill(p, &bridge, cloth);
    draw_lens(p, a, a->eye[0], cloth);
    draw_lens(p, a, a->eye[1], cloth);
}

/* The jaw a little wider than its landmarks, which lie on the skin's edge. */
static fvi_point outward(const fvi_point *marks, int i)
{
    fvi_point m = mean(marks + 48, 12);
    return (fvi_point){m.x_px + 1.05f * (marks[i].x_px - m.x_px),
                       m.y_px + 1.05f * (marks[i].y_px - m.y_px)};
}

void degrade_cover(pixels *p, const fvi_point *marks, degrade_cover_what what,
                   const degrade_cloth *cloth)
{
    axes a = axes_of(marks);
    shape s = {.n = 0};

    switch (what) {
    case DEGRADE_GLASSES:
        draw_glasses(p, &a, cloth);
        return;
    case DEGRADE_MASK:
        for (int i = 1; i < JAW - 1; i++)
            corner(&s, outward(marks, i));
        corner(&s, marks[28]);
        break;
    case DEGRADE_FRINGE:
        corner(&s, off(&a, a.eye[0], -0.60f, -1.20f));
        corner(&s, off(&a, a.eye[1], 0.60f, -1.20f));
        corner(&s, off(&a, a.eye[1], 0.60f, 0.12f));
        corner(&s, off(&a, a.eye[0], -0.60f, 0.12f));
        break;
    case DEGRADE_HAND:
        for (int i = 8; i >= 0; i--)
            corner(&s, outward(marks, i));
        corner(&s, off(&a, a.eye[0], -0.40f, -0.90f));
        corner(&s, off(&a, a.eye[0], 0.50f, -0.90f));
        break;
    }
    fill(p, &s, cloth);
}
