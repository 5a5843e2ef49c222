/* SPDX-License-Identifier: Apache-2.0 */
#include "face/internal.h"

#include <math.h>

/* ArcFace's template for a 112x112 chip: eyes, nose tip, mouth corners (insightface,
 * recognition/arcface). */
static const fvi_point template[5] = {{38.2946f, 51.6963f},
                                      {73.5318f, 51.5014f},
                                      {56.0252f, 71.7366f},
                                      {41.5493f, 92.3655f},
                                      {70.7299f, 92.2041f}};

/*
 * In two dimensions Umeyama's solution needs no SVD: with a = sum(p . q) and b = sum(p x q) over
 * centred points p (onto) and q (from), the map q = s R p + t has s cos = a / var, s sin = b / var.
 */
bool fvi_similarity(const fvi_point *from, const fvi_point *to, size_t n, fvi_affine *out)
{
    double fx = 0, fy = 0, tx = 0, ty = 0;
    double dot = 0, cross = 0, var = 0;

    for (size_t i = 0; i < n; i++) {
        fx += (double)from[i].x_px;
        fy += (double)from[i].y_px;
        tx += (double)to[i].x_px;
        ty += (double)to[i].y_px;
    }
    fx /= (double)n;
    fy /= (double)n;
    tx /= (double)n;
    ty /= (double)n;
    for (size_t i = 0; i < n; i++) {
        double px = (double)to[i].x_px - tx, py = (double)to[i].y_px - ty;
        double qx = (double)from[i].x_px - fx, qy = (double)from[i].y_px - fy;
        dot += px * qx + py * qy;
        cross += px * qy - py * qx;
        var += px * px + py * py;
    }
    double c = dot / var;
    double s = cross / var;
    if (!isfinite(c) || !isfinite(s) || c * c + s * s < 1e-12) return false;
    out->m[0] = (float)c;
    out->m[1] = (float)-s;
    out->m[2] = (float)(fx - c * tx + s * ty);
    out->m[3] = (float)s;
    out->m[4] = (float)c;
    out->m[5] = (float)(fy - s * tx - c * ty);
    return true;
}

static fvi_point mean(const fvi_point *p, size_t n)
{
    fvi_point m = {0};
    for (size_t i = 0; i < n; i++) {
        m.x_px += p[i].x_px / (float)n;
        m.y_px += p[i].y_px / (float)n;
    }
    return m;
}

void fvi_eyes(const fvi_landmarks *landmarks, fvi_point *left, fvi_point *right)
{
    *left = mean(&landmarks->point[36], 6);
    *right = mean(&landmarks->point[42], 6);
}

float fvi_inter_eye_px(const fvi_landmarks *landmarks)
{
    fvi_point l, r;
    fvi_eyes(landmarks, &l, &r);
    return hypotf(r.x_px - l.x_px, r.y_px - l.y_px);
}

bool fvi_chip_map(const fvi_landmarks *landmarks, fvi_affine *map)
{
    fvi_point p[5];
    fvi_eyes(landmarks, &p[0], &p[1]);
    p[2] = landmarks->point[30];
    p[3] = landmarks->point[48];
    p[4] = landmarks->point[54];
    return fvi_similarity(p, template, 5, map);
}
