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
