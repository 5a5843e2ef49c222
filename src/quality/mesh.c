/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A printed security mesh or a screen's moire: a peak in the spectrum of the face that stands
 * alone. Hair and edges give broad ridges, noise gives none, and JPEG's blocks give peaks on the
 * axes and at multiples of an eighth of the sampling rate, where none is looked for.
 */
#include <math.h>

#include "quality/texture.h"
#include "shim/opencv.h"

enum {
    SIDE_PX = 128,
    SMALL_SIDE_PX = 64, /* where the face or the picture does not fill the other */
    NEAR = 2,           /* bins that a windowed sine fills to either side */
    FAR = 5,            /* its neighbourhood */
};

static const float SLOWEST = 0.07f; /* cycles per pixel: what is slower is the face */
static const float PI = 3.14159265f;

static float grey_at(const fvi_image *image, int x, int y)
{
    const uint8_t *p =
        image->data + (size_t)y * image->stride_bytes + (size_t)x * (size_t)image->channels;
    if (image->channels == 1) return (float)p[0];
    return 0.299f * (float)p[0] + 0.587f * (float)p[1] + 0.114f * (float)p[2];
}

/* The square's grey values without their mean, fading out towards its edges (Hann). */
static void windowed(const fvi_image *image, int x0, int y0, int side, float *out)
{
    float window[SIDE_PX];
    float sum = 0.0f;

    for (int i = 0; i < side; i++)
        window[i] = 0.5f - 0.5f * cosf(2.0f * PI * ((float)i + 0.5f) / (float)side);
    for (int y = 0; y < side; y++) {
        for (int x = 0; x < side; x++)
            sum += out[y * side + x] = grey_at(image, x0 + x, y0 + y);
    }
    float mean = sum / (float)(side * side);
    for (int y = 0; y < side; y++) {
        for (int x = 0; x < side; x++)
            out[y * side + x] = (out[y * side + x] - mean) * window[x] * window[y];
    }
}

/* FAR columns of log power stand to the left of u = 0, so that it has a neighbourhood. */
static int columns_of(int side)
{
    return side / 2 + FAR;
}

/* Log power of the half plane: columns from u = -FAR, rows from v = -side/2. */
static void log_power(const float *spectrum, int side, float *out)
{
    for (int v = 0; v < side; v++) {
        const float *row = spectrum + (ptrdiff_t)2 * side * ((v + side / 2) % side);
        for (int x = 0; x < columns_of(side); x++) {
            int u = (x - FAR + side) % side;
            float re = row[2 * u], im = row[2 * u + 1];
            *out++ = logf(re * re + im * im + 1.0f);
        }
    }
}

/* sums[(y, x)] of all above and to the left, one row and column more than the values have. */
static void sum_up(const float *values, int width, int height, float *sums)
{
    int w = width + 1;

    for (int x = 0; x < w; x++)
        sums[x] = 0.0f;
    for (int y = 0; y < height; y++) {
        float row = 0.0f;
        sums[(y + 1) * w] = 0.0f;
        for (int x = 0; x < width; x++) {
            row += values[y * width + x];
            sums[(y + 1) * w + x + 1] = sums[y * w + x + 1] + row;
        }
    }
}

static float box(const float *sums, int width, const int at[2], int reach)
{
    int w = width + 1;
    int x0 = at[0] - reach, x1 = at[0] + reach + 1, y0 = at[1] - reach, y1 = at[1] + reach + 1;
    return sums[y1 * w + x1] - sums[y0 * w + x1] - sums[y1 * w + x0] + sums[y0 * w + x0];
}

/* Within a bin of a multiple of an eighth. */
static bool on_grid(int u, int v, int side)
{
    int eighth = side / 8;
    int du = (u + 1) % eighth, dv = (v + side + 1) % eighth;
    return du <= 2 && dv <= 2;
}

/* Mean of the bins at NEAR + 1 to FAR before and after, `step` apart. */
static float along_line(const float *at, int step)
{
    float sum = 0.0f;

    for (int k = NEAR + 1; k <= FAR; k++)
        sum += at[k * step] + at[-k * step];
    return sum / (2.0f * (FAR - NEAR));
}

typedef struct plane {
    const float *power;
    const float *sums;
    int side;
} plane;

/* How much a bin stands above the mean log power about it; near an axis, where level and upright
 * edges make a ridge, above that too. */
static float height_of(const plane *p, int u, int v)
{
    const float ring = (float)((2 * FAR + 1) * (2 * FAR + 1) - (2 * NEAR + 1) * (2 * NEAR + 1));
    int width = columns_of(p->side);
    const int at[2] = {u + FAR, v + p->side / 2};
    const float *here = p->power + at[1] * width + at[0];
    float about = (box(p->sums, width, at, FAR) - box(p->sums, width, at, NEAR)) / ring;

    if (v >= -NEAR && v <= NEAR) about = fmaxf(about, along_line(here, 1));
    if (u <= NEAR) about = fmaxf(about, along_line(here, width));
    return *here - about;
}

static float highest(const plane *p)
{
    int end = p->side / 2 - FAR;
    float slowest = SLOWEST * (float)p->side;
    float most = 0.0f;

    for (int v = -end; v < end; v++) {
        for (int u = 0; u < end; u++) {
            if ((float)(u * u + v * v) < slowest * slowest || on_grid(u, v, p->side)) continue;
            most = fmaxf(most, height_of(p, u, v));
        }
    }
    return most;
}

static int held(int v, int most)
{
    return v < 0 ? 0 : v > most ? most : v;
}

float fvi_q_printed_mesh(const fvi_view *v)
{
    const fvi_image *p = v->found.picture;
    fvi_point middle = {(float)v->rgb.width_px / 2.0f, (float)v->rgb.height_px * 0.55f};
    fvi_point at = fvi_view_to_picture(v, middle);
    int shorter = p->width_px < p->height_px ? p->width_px : p->height_px;
    float face = v->face ? 2.2f * fvi_inter_eye_px(v->found.landmarks) : (float)shorter;
    int side = face >= (float)SIDE_PX && shorter >= SIDE_PX ? SIDE_PX : SMALL_SIDE_PX;

    if (shorter < side) return NAN;
    int x0 = held((int)at.x_px - side / 2, p->width_px - side);
    int y0 = held((int)at.y_px - side / 2, p->height_px - side);
    windowed(p, x0, y0, side, v->plane[0]);
    if (fvi_cv_spectrum(v->plane[0], side, v->plane[1], NULL) != FV_OK) return NAN;
    log_power(v->plane[1], side, v->plane[0]);
    sum_up(v->plane[0], columns_of(side), side, v->plane[1]);
    return highest(&(plane){v->plane[0], v->plane[1], side}) * 10.0f / logf(10.0f);
}

float fvi_q_printed_mesh_score(float value)
{
    return fvi_score_clamp(100.0f * (1.0f - fvi_sigmoid(value, 20.0f, 3.0f)));
}
