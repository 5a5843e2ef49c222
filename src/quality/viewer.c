/* SPDX-License-Identifier: Apache-2.0 */
#include "quality/viewer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "quality/eye_reader.h"
#include "shim/opencv.h"

enum {
    PIXELS_BYTES = FVI_VIEW_MAX_PX * (3 + 5),
    AROUND_BYTES = 3 * FVI_AROUND_MAX_PX * FVI_AROUND_MAX_PX
};

/* The view's frame, in distances from eye to eye. */
static const float WIDTH_EYES = 3.0f;
static const float HEIGHT_EYES = 3.4f;
static const float EYE_LINE_EYES = 1.35f;

struct fvi_viewer {
    fvi_buffer pixels; /* rgb, luma, grey, oval, skin, inside */
    fvi_buffer around;
    fvi_buffer planes;
    fvi_buffer scratch; /* shrunk part of a picture */
    fvi_eye_reader *eyes;
    float linear[256];
};

fv_status fvi_viewer_create(fvi_viewer **out, const fvi_nn_model *eye_state, fvi_buffer *arena,
                            fv_error *err)
{
    fv_status st = FV_OK;
    fvi_viewer *w = calloc(1, sizeof *w);

    if (w == NULL) return fvi_fail(err, FV_E_NOMEM, "viewer");
    for (int i = 0; i < 256; i++)
        w->linear[i] = fvi_linear((uint8_t)i);
    FVI_TRY(fvi_buffer_reserve(&w->pixels, PIXELS_BYTES, err));
    FVI_TRY(fvi_buffer_reserve(&w->around, AROUND_BYTES, err));
    FVI_TRY(fvi_buffer_reserve(&w->planes, FVI_VIEW_PLANES * FVI_VIEW_MAX_PX * sizeof(float), err));
    if (eye_state != NULL) FVI_TRY(fvi_eye_reader_create(&w->eyes, eye_state, arena, err));
    *out = w;
    w = NULL;
out:
    fvi_viewer_destroy(&w);
    return st;
}

void fvi_viewer_destroy(fvi_viewer **viewer)
{
    if (viewer == NULL || *viewer == NULL) return;
    fvi_viewer *w = *viewer;
    fvi_buffer_free(&w->pixels);
    fvi_buffer_free(&w->around);
    fvi_buffer_free(&w->planes);
    fvi_buffer_free(&w->scratch);
    fvi_eye_reader_destroy(&w->eyes);
    free(w);
    *viewer = NULL;
}

void fvi_viewer_wipe(fvi_viewer *w)
{
    fvi_buffer_wipe(&w->pixels);
    fvi_buffer_wipe(&w->around);
    fvi_buffer_wipe(&w->planes);
    fvi_buffer_wipe(&w->scratch);
    if (w->eyes != NULL) fvi_eye_reader_wipe(w->eyes);
}

static fvi_image packed(uint8_t *data, int width_px, int height_px, int channels)
{
    return (fvi_image){data, width_px, height_px, channels, (size_t)width_px * (size_t)channels};
}

static int at_least_one(float v, int most)
{
    int n = (int)lroundf(v);
    return n < 1 ? 1 : n > most ? most : n;
}

static void lay_out(fvi_viewer *w, fvi_view *v, int width_px, int height_px)
{
    uint8_t *p = w->pixels.data;
    fvi_image *one[] = {&v->luma, &v->grey, &v->oval, &v->skin, &v->inside};
    size_t area = (size_t)width_px * (size_t)height_px;

    v->rgb = packed(p, width_px, height_px, 3);
    for (size_t i = 0; i < sizeof one / sizeof one[0]; i++)
        *one[i] = packed(p + (3 + i) * area, width_px, height_px, 1);
    for (size_t i = 0; i < FVI_VIEW_PLANES; i++)
        v->plane[i] = (float *)(void *)w->planes.data + i * (size_t)FVI_VIEW_MAX_PX;
}

/* From view pixels to the picture's: eyes level, at their places in the frame. */
static bool face_map(fvi_view *v)
{
    fvi_point l, r;
    const fvi_landmarks *at = v->found.landmarks;

    fvi_eyes(at, &l, &r);
    float dx = r.x_px - l.x_px;
    float dy = r.y_px - l.y_px;
    float eyes = hypotf(dx, dy);
    if (!(eyes >= 2.0f) || !isfinite(eyes)) return false;
    v->eyes_px = fminf(eyes, (float)FVI_VIEW_EYES_PX);
    float a = dx / v->eyes_px;
    float b = dy / v->eyes_px;
    float cx = v->eyes_px * WIDTH_EYES / 2.0f - 0.5f;
    float cy = v->eyes_px * EYE_LINE_EYES - 0.5f;
    v->map = (fvi_affine){{a, -b, (l.x_px + r.x_px) / 2.0f - a * cx + b * cy, b, a,
                           (l.y_px + r.y_px) / 2.0f - b * cx - a * cy}};
    float back = 1.0f / (a * a + b * b);
    for (int i = 0; i < FVI_LANDMARKS; i++) {
        float x = at->point[i].x_px - v->map.m[2];
        float y = at->point[i].y_px - v->map.m[5];
        v->at.point[i] = (fvi_point){(a * x + b * y) * back, (a * y - b * x) * back};
    }
    v->scale = v->found.scale * v->eyes_px / eyes;
    return true;
}

static void whole_map(fvi_view *v, int *width_px, int *height_px)
{
    const fvi_image *p = v->found.picture;
    float s = fminf((float)FVI_VIEW_MAX_WIDTH_PX / (float)p->width_px,
                    (float)FVI_VIEW_MAX_HEIGHT_PX / (float)p->height_px);
    s = fminf(s, 1.0f);
    *width_px = at_least_one((float)p->width_px * s, FVI_VIEW_MAX_WIDTH_PX);
    *height_px = at_least_one((float)p->height_px * s, FVI_VIEW_MAX_HEIGHT_PX);
    float sx = (float)p->width_px / (float)*width_px;
    float sy = (float)p->height_px / (float)*height_px;
    v->map = (fvi_affine){{sx, 0, sx / 2.0f - 0.5f, 0, sy, sy / 2.0f - 0.5f}};
    v->scale = v->found.scale / fmaxf(sx, sy);
    v->eyes_px = NAN;
}

static void mark_inside(fvi_view *v)
{
    const fvi_affine *m = &v->map;
    float w = (float)v->found.picture->width_px - 0.5f;
    float h = (float)v->found.picture->height_px - 0.5f;

    for (int y = 0; y < v->inside.height_px; y++) {
        for (int x = 0; x < v->inside.width_px; x++) {
            float px = m->m[0] * (float)x + m->m[1] * (float)y + m->m[2];
            float py = m->m[3] * (float)x + m->m[4] * (float)y + m->m[5];
            bool in = px >= -0.5f && py >= -0.5f && px <= w && py <= h;
            v->inside.data[(size_t)y * v->inside.stride_bytes + (size_t)x] = in ? 255 : 0;
        }
    }
}

static void take_luma(const fvi_viewer *w, fvi_view *v)
{
    size_t n = (size_t)v->rgb.width_px * (size_t)v->rgb.height_px;
    const uint8_t *p = v->rgb.data;

    for (size_t i = 0; i < n; i++, p += 3) {
        float y = 0.2126f * w->linear[p[0]] + 0.7152f * w->linear[p[1]] + 0.0722f * w->linear[p[2]];
        v->luma.data[i] = (uint8_t)(255.0f * y + 0.5f);
    }
}

/* A point moved towards another by a share of the way. */
static fvi_point towards(fvi_point p, fvi_point to, float share)
{
    return (fvi_point){p.x_px + share * (to.x_px - p.x_px), p.y_px + share * (to.y_px - p.y_px)};
}

/* The jaw, drawn in a little so that no background is within, and the forehead above the brows. */
static fv_status draw_oval(fvi_view *v, fv_error *err)
{
    fvi_point outline[17 + 10];
    const fvi_point *at = v->at.point;
    const fvi_point nose = at[30];

    for (int i = 0; i < 17; i++)
        outline[i] = towards(at[i], nose, 0.08f);
    for (int i = 0; i < 10; i++) { /* brows, from the right one's end to the left one's */
        fvi_point p = at[26 - i];
        float up = i == 0 || i == 9 ? 0.12f : i == 1 || i == 8 ? 0.30f : 0.42f;
        p.y_px -= up * v->eyes_px;
        outline[17 + i] = towards(p, nose, 0.04f);
    }
    memset(v->oval.data, 0, (size_t)v->oval.height_px * v->oval.stride_bytes);
    return fvi_cv_fill(&v->oval, outline, sizeof outline / sizeof outline[0], 255, err);
}

/* Clears what a group of landmarks encloses, enlarged about its middle. */
/* lint: parameters, a group is its first point and their number */
static fv_status clear_group(fvi_view *v, int first, int n, float wider, float higher,
                             fv_error *err)
{
    fvi_point p[12];
    fvi_point middle = {0};

    for (int i = 0; i < n; i++) {
        middle.x_px += v->at.point[first + i].x_px / (float)n;
        middle.y_px += v->at.point[first + i].y_px / (float)n;
    }
    for (int i = 0; i < n; i++) {
        float dx = v->at.point[first + i].x_px - middle.x_px;
        float dy = v->at.point[first + i].y_px - middle.y_px;
        /* lids and lips that touch still have a height: of a tenth of an eye distance */
        float pad = copysignf(higher * v->eyes_px, dy);
        p[i] = (fvi_point){middle.x_px + wider * dx, middle.y_px + wider * dy + pad};
    }
    return fvi_cv_fill(&v->skin, p, (size_t)n, 0, err);
}

static fv_status clear_brow(fvi_view *v, int first, fv_error *err)
{
    fvi_point p[10];
    float half = 0.10f * v->eyes_px;

    for (int i = 0; i < 5; i++) {
        fvi_point b = v->at.point[first + i];
        p[i] = (fvi_point){b.x_px, b.y_px - half};
        p[9 - i] = (fvi_point){b.x_px, b.y_px + half};
    }
    return fvi_cv_fill(&v->skin, p, 10, 0, err);
}

static fv_status draw_skin(fvi_view *v, fv_error *err)
{
    fv_status st = FV_OK;
    size_t n = (size_t)v->skin.height_px * v->skin.stride_bytes;

    FVI_TRY(draw_oval(v, err));
    for (size_t i = 0; i < n; i++)
        v->oval.data[i] &= v->inside.data[i];
    memcpy(v->skin.data, v->oval.data, n);
    FVI_TRY(clear_group(v, 36, 6, 1.35f, 0.06f, err));
    FVI_TRY(clear_group(v, 42, 6, 1.35f, 0.06f, err));
    FVI_TRY(clear_brow(v, 17, err));
    FVI_TRY(clear_brow(v, 22, err));
    FVI_TRY(clear_group(v, 31, 5, 1.2f, 0.06f, err));
    FVI_TRY(clear_group(v, 48, 12, 1.15f, 0.03f, err));
out:
    return st;
}

static fv_status look_around(fvi_viewer *w, fvi_view *v, fv_error *err)
{
    const fvi_image *p = v->found.picture;
    int longer = p->width_px > p->height_px ? p->width_px : p->height_px;
    float s = fminf((float)FVI_AROUND_MAX_PX / (float)longer, 1.0f);

    v->around_scale = s;
    v->around = packed(w->around.data, at_least_one((float)p->width_px * s, FVI_AROUND_MAX_PX),
                       at_least_one((float)p->height_px * s, FVI_AROUND_MAX_PX), 3);
    return fvi_cv_resize(p, &v->around, err);
}

fv_status fvi_viewer_look(fvi_viewer *w, const fvi_found *found, fvi_view *out, fv_error *err)
{
    fv_status st = FV_OK;
    fvi_view v = {.found = *found};
    int width = 0;
    int height = 0;

    FVI_TRY(fvi_buffer_reserve(&w->pixels, PIXELS_BYTES, err));
    FVI_TRY(fvi_buffer_reserve(&w->around, AROUND_BYTES, err));
    FVI_TRY(fvi_buffer_reserve(&w->planes, FVI_VIEW_PLANES * FVI_VIEW_MAX_PX * sizeof(float), err));
    v.face = found->landmarks != NULL && face_map(&v);
    if (v.face) {
        width = at_least_one(v.eyes_px * WIDTH_EYES, FVI_VIEW_MAX_WIDTH_PX);
        height = at_least_one(v.eyes_px * HEIGHT_EYES, FVI_VIEW_MAX_HEIGHT_PX);
    } else {
        whole_map(&v, &width, &height);
    }
    lay_out(w, &v, width, height);
    FVI_TRY(fvi_sample(&w->scratch, found->picture, &v.map, &v.rgb, err));
    FVI_TRY(fvi_cv_grey(&v.rgb, &v.grey, err));
    mark_inside(&v);
    take_luma(w, &v);
    if (v.face) {
        FVI_TRY(draw_skin(&v, err));
    } else {
        memset(v.oval.data, 255, (size_t)height * v.oval.stride_bytes);
        memset(v.skin.data, 255, (size_t)height * v.skin.stride_bytes);
    }
    FVI_TRY(look_around(w, &v, err));
    v.eye_open[0] = v.eye_open[1] = NAN;
    if (w->eyes != NULL) FVI_TRY(fvi_eye_read(w->eyes, &v, err));
    *out = v;
out:
    return st;
}

fv_status fvi_viewer_measure(fvi_viewer *w, const fvi_found *found, fvi_measured *out,
                             fv_error *err)
{
    fv_status st = FV_OK;
    fvi_view v;

    FVI_TRY(fvi_viewer_look(w, found, &v, err));
#define Q(id, key, unit, fn, ...) out->value[FVI_Q_##id] = fvi_q_##fn(&v);
#include "quality/measures.def"
#undef Q
out:
    return st;
}

float fvi_measure_score(fvi_measure measure, float value)
{
    switch (measure) {
#define Q(id, key, unit, fn, ...)                                                                  \
    case FVI_Q_##id:                                                                               \
        return fvi_q_##fn##_score(value);
#include "quality/measures.def"
#undef Q
    case FVI_Q_COUNT:
        break;
    }
    return NAN;
}
