/* SPDX-License-Identifier: Apache-2.0 */
/* A view of a face drawn by hand, for formulas with known answers; and a drawn face's landmarks,
 * for looking at a drawn picture through the viewer. */
#ifndef FVI_TEST_VIEW_H
#define FVI_TEST_VIEW_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "quality/view.h"

/* A view and what it borrows. About 1 MB: make it static. */
typedef struct drawn {
    fvi_view view;
    fvi_faces faces;
    fvi_landmarks landmarks;
    fvi_pose pose;
    uint8_t rgb[3 * FVI_VIEW_MAX_PX];
    uint8_t one[5][FVI_VIEW_MAX_PX];
    uint8_t around[3 * FVI_AROUND_MAX_PX * FVI_AROUND_MAX_PX];
    float plane[FVI_VIEW_PLANES][FVI_VIEW_MAX_PX];
} drawn;

typedef struct rgb8 {
    uint8_t r, g, b;
} rgb8;

static inline rgb8 rgb8_grey(uint8_t v)
{
    return (rgb8){v, v, v};
}

/* n points on an ellipse about (x, y), `step` from one to the next. */
static inline void drawn_ring(fvi_point *out, int n, fvi_point middle, fvi_point radius, float step)
{
    for (int i = 0; i < n; i++) {
        float a = step * (float)i;
        out[i] =
            (fvi_point){middle.x_px + radius.x_px * cosf(a), middle.y_px + radius.y_px * sinf(a)};
    }
}

/* A symmetrical upright face: the middle between the eyes at (x, y), `eyes` px from eye to eye. */
static inline fvi_landmarks drawn_landmarks(float x, float y, float eyes)
{
    const float pi = 3.14159265f;
    fvi_landmarks l;
    fvi_point *p = l.point;

    drawn_ring(p, 17, (fvi_point){0, 0.05f}, (fvi_point){-1.05f, 1.7f}, pi / 16);
    for (int i = 0; i < 5; i++) {
        float arch = -0.33f - 0.02f * (float)(2 - abs(2 - i));
        p[17 + i] = (fvi_point){-0.85f + 0.16f * (float)i, arch};
        p[26 - i] = (fvi_point){0.85f - 0.16f * (float)i, arch};
        p[31 + i] = (fvi_point){0.15f * (float)(i - 2), 0.9f};
    }
    for (int i = 0; i < 4; i++)
        p[27 + i] = (fvi_point){0, 0.1f + 0.2f * (float)i};
    drawn_ring(p + 36, 6, (fvi_point){-0.5f, 0}, (fvi_point){-0.22f, -0.09f}, pi / 3);
    drawn_ring(p + 42, 6, (fvi_point){0.5f, 0}, (fvi_point){-0.22f, -0.09f}, pi / 3);
    drawn_ring(p + 48, 12, (fvi_point){0, 1.25f}, (fvi_point){-0.42f, -0.16f}, pi / 6);
    drawn_ring(p + 60, 8, (fvi_point){0, 1.25f}, (fvi_point){-0.32f, -0.04f}, pi / 4);
    for (int i = 0; i < FVI_LANDMARKS; i++)
        p[i] = (fvi_point){x + eyes * p[i].x_px, y + eyes * p[i].y_px};
    return l;
}

/* Sets one pixel of the view in all its kinds. */
static inline void drawn_put(drawn *d, int x, int y, rgb8 c)
{
    size_t i = (size_t)y * (size_t)d->view.rgb.width_px + (size_t)x;
    float lin = 0.2126f * fvi_linear(c.r) + 0.7152f * fvi_linear(c.g) + 0.0722f * fvi_linear(c.b);
    d->view.rgb.data[3 * i] = c.r;
    d->view.rgb.data[3 * i + 1] = c.g;
    d->view.rgb.data[3 * i + 2] = c.b;
    d->view.luma.data[i] = (uint8_t)(255.0f * lin + 0.5f);
    d->view.grey.data[i] = (uint8_t)(0.299f * c.r + 0.587f * c.g + 0.114f * c.b + 0.5f);
}

/* Rectangle of the view, x1 and y1 exclusive. */
static inline void drawn_rect(drawn *d, const int at[4], rgb8 c)
{
    for (int y = at[1]; y < at[3]; y++) {
        for (int x = at[0]; x < at[2]; x++)
            drawn_put(d, x, y, c);
    }
}

/* Makes a rectangle of the view (x1 and y1 exclusive) all there is of oval and skin. */
static inline void drawn_skin(drawn *d, const int at[4])
{
    size_t w = (size_t)d->view.skin.width_px;
    memset(d->view.skin.data, 0, w * (size_t)d->view.skin.height_px);
    for (int y = at[1]; y < at[3]; y++)
        memset(d->view.skin.data + (size_t)y * w + at[0], 255, (size_t)(at[2] - at[0]));
    memcpy(d->view.oval.data, d->view.skin.data, w * (size_t)d->view.skin.height_px);
}

static inline void drawn_around(drawn *d, rgb8 c)
{
    size_t n = (size_t)d->view.around.width_px * (size_t)d->view.around.height_px;
    for (size_t i = 0; i < n; i++)
        memcpy(d->view.around.data + 3 * i, &c, 3);
}

/*
 * A face of FVI_VIEW_EYES_PX in a full-size view of one colour; the same colour around it; the view
 * itself for its picture. Skin and oval are a rectangle of 128 x 128 about the middle of the face,
 * from x = 32 and y = 60.
 */
static inline void drawn_face(drawn *d, rgb8 c)
{
    const int w = FVI_VIEW_MAX_WIDTH_PX, h = FVI_VIEW_MAX_HEIGHT_PX;
    fvi_image *one[] = {&d->view.luma, &d->view.grey, &d->view.oval, &d->view.skin,
                        &d->view.inside};

    d->view = (fvi_view){.face = true, .eyes_px = FVI_VIEW_EYES_PX, .scale = 1, .around_scale = 1};
    d->view.rgb = (fvi_image){d->rgb, w, h, 3, 3 * (size_t)w};
    for (size_t i = 0; i < sizeof one / sizeof one[0]; i++)
        *one[i] = (fvi_image){d->one[i], w, h, 1, (size_t)w};
    for (size_t i = 0; i < FVI_VIEW_PLANES; i++)
        d->view.plane[i] = d->plane[i];
    d->landmarks = drawn_landmarks(95.5f, 85.9f, FVI_VIEW_EYES_PX);
    d->faces = (fvi_faces){.boxes = {{30, 40, 160, 200, 1}}, .n = 1};
    d->pose = (fvi_pose){0};
    d->view.at = d->landmarks;
    d->view.map = (fvi_affine){{1, 0, 0, 0, 1, 0}};
    d->view.found = (fvi_found){.picture = &d->view.rgb,
                                .scale = 1,
                                .faces = &d->faces,
                                .landmarks = &d->landmarks,
                                .pose = &d->pose};
    d->view.around_scale = (float)FVI_AROUND_MAX_PX / (float)h;
    d->view.around = (fvi_image){d->around, w * FVI_AROUND_MAX_PX / h, FVI_AROUND_MAX_PX, 3,
                                 3 * (size_t)(w * FVI_AROUND_MAX_PX / h)};
    memset(d->one[4], 255, (size_t)w * (size_t)h);
    drawn_rect(d, (const int[4]){0, 0, w, h}, c);
    drawn_skin(d, (const int[4]){32, 60, 160, 188});
    drawn_around(d, c);
}

/* The same without a face: all of it is taken for skin. */
static inline void drawn_no_face(drawn *d, rgb8 c)
{
    drawn_face(d, c);
    d->faces.n = 0;
    d->view.face = false;
    d->view.eyes_px = NAN;
    d->view.found.landmarks = NULL;
    d->view.found.pose = NULL;
    drawn_skin(d, (const int[4]){0, 0, FVI_VIEW_MAX_WIDTH_PX, FVI_VIEW_MAX_HEIGHT_PX});
}

#endif
