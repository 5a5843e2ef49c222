/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Head pose from the landmarks alone: enough to tell that a head is far from any limit, which
 * spares the pose network for nearly all photographs (docs/performance.md has the agreement).
 *
 * Coordinates: origin midway between the eyes, x along the line of the eyes, y down the face.
 */
#include "face/face.h"

#include <math.h>

typedef struct frame {
    fvi_point origin;
    float ux, uy; /* along the line of the eyes */
} frame;

static fvi_point place(const frame *f, const fvi_point *p)
{
    float dx = p->x_px - f->origin.x_px;
    float dy = p->y_px - f->origin.y_px;
    return (fvi_point){dx * f->ux + dy * f->uy, dy * f->ux - dx * f->uy};
}

static float mouth_y(const frame *f, const fvi_landmarks *l)
{
    float y = 0.0f;
    for (int i = 48; i < 60; i++)
        y += place(f, &l->point[i]).y_px / 12.0f;
    return y;
}

bool fvi_pose_estimate(const fvi_landmarks *l, fvi_pose *out)
{
    fvi_point left, right;
    fvi_eyes(l, &left, &right);
    float dx = right.x_px - left.x_px;
    float dy = right.y_px - left.y_px;
    float eyes = hypotf(dx, dy);
    frame f = {
        {(left.x_px + right.x_px) / 2.0f, (left.y_px + right.y_px) / 2.0f}, dx / eyes, dy / eyes};
    fvi_point jaw_l = place(&f, &l->point[0]);
    fvi_point jaw_r = place(&f, &l->point[16]);
    fvi_point tip = place(&f, &l->point[30]);
    fvi_point base = place(&f, &l->point[33]);
    float down = mouth_y(&f, l);

    /* How far the eyes' middle is from the jaw's, how far the nose's tip is from the eyes' middle.
     */
    float jaw = (jaw_l.x_px + jaw_r.x_px) / (jaw_r.x_px - jaw_l.x_px);
    float nose = tip.x_px / eyes;
    /* Heights in units of the way from the eyes to the mouth. */
    float tip_y = tip.y_px / down;
    float jaw_y = (jaw_l.y_px + jaw_r.y_px) / (2.0f * down);
    float septum = (base.y_px - tip.y_px) / down;

    /* Least squares against the pose network on half of 7,820 photographs (degrees). */
    fvi_pose p = {52.5f * jaw - 13.7f * nose - 0.9f,
                  -12.7f * tip_y + 25.6f * jaw_y + 44.0f * septum - 9.2f,
                  atan2f(dy, dx) * 57.29578f};
    if (!isfinite(p.yaw_deg) || !isfinite(p.pitch_deg) || !isfinite(p.roll_deg)) return false;
    *out = p;
    return true;
}
