/* SPDX-License-Identifier: Apache-2.0 */
#include "face/face.h"

#include <math.h>

#include "shim/opencv.h"

typedef struct rect {
    int x0, y0, x1, y1; /* x1, y1 exclusive */
} rect;

static fvi_point apply(const fvi_affine *a, float x, float y)
{
    return (fvi_point){a->m[0] * x + a->m[1] * y + a->m[2], a->m[3] * x + a->m[4] * y + a->m[5]};
}

static int clamp_int(float v, int lo, int hi)
{
    if (!(v > (float)lo)) return lo; /* also NaN */
    if (v > (float)hi) return hi;
    return (int)v;
}

/* The part of the picture that the output reads, with a margin for the filter. */
static rect needed(const fvi_image *image, const fvi_affine *map, const fvi_image *out,
                   float margin)
{
    float w = (float)(out->width_px - 1);
    float h = (float)(out->height_px - 1);
    fvi_point c[4] = {apply(map, 0, 0), apply(map, w, 0), apply(map, 0, h), apply(map, w, h)};
    float x0 = c[0].x_px, x1 = x0, y0 = c[0].y_px, y1 = y0;

    for (int i = 1; i < 4; i++) {
        x0 = fminf(x0, c[i].x_px);
        x1 = fmaxf(x1, c[i].x_px);
        y0 = fminf(y0, c[i].y_px);
        y1 = fmaxf(y1, c[i].y_px);
    }
    return (rect){clamp_int(floorf(x0 - margin), 0, image->width_px),
                  clamp_int(floorf(y0 - margin), 0, image->height_px),
                  clamp_int(ceilf(x1 + margin) + 1.0f, 0, image->width_px),
                  clamp_int(ceilf(y1 + margin) + 1.0f, 0, image->height_px)};
}

static fvi_image view(const fvi_image *image, rect r)
{
    fvi_image v = *image;
    v.data += (size_t)r.y0 * image->stride_bytes + (size_t)r.x0 * (size_t)image->channels;
    v.width_px = r.x1 - r.x0;
    v.height_px = r.y1 - r.y0;
    return v;
}

static fv_status shrink(fvi_buffer *scratch, const fvi_image *part, float by, fvi_image *small,
                        fv_error *err)
{
    fv_status st = FV_OK;
    size_t bytes = 0;
    int w = (int)lroundf((float)part->width_px / by);
    int h = (int)lroundf((float)part->height_px / by);

    small->width_px = w > 1 ? w : 1;
    small->height_px = h > 1 ? h : 1;
    small->channels = part->channels;
    small->stride_bytes = (size_t)small->width_px * (size_t)part->channels;
    if (!fvi_mul_size(small->stride_bytes, (size_t)small->height_px, &bytes))
        return fvi_fail(err, FV_E_INTERNAL, "sample: size overflow");
    FVI_TRY(fvi_buffer_reserve(scratch, bytes, err));
    small->data = scratch->data;
    FVI_TRY(fvi_cv_resize(part, small, err));
out:
    return st;
}

fv_status fvi_sample(fvi_buffer *scratch, const fvi_image *image, const fvi_affine *map,
                     fvi_image *out, fv_error *err)
{
    fv_status st = FV_OK;
    float step_x = hypotf(map->m[0], map->m[3]); /* source pixels per output pixel */
    float step_y = hypotf(map->m[1], map->m[4]);
    fvi_affine m = *map;
    fvi_image small = {0};
    const fvi_image *src = image;

    for (int i = 0; i < 6; i++) {
        if (!isfinite(m.m[i])) return fvi_fail(err, FV_E_INTERNAL, "sample: map is not finite");
    }
    if (step_x > 2.0f || step_y > 2.0f) {
        float by = fmaxf(step_x, step_y);
        rect r = needed(image, map, out, 2.0f * by);
        if (r.x1 > r.x0 && r.y1 > r.y0) {
            fvi_image part = view(image, r);
            FVI_TRY(shrink(scratch, &part, by, &small, err));
            float fx = (float)part.width_px / (float)small.width_px;
            float fy = (float)part.height_px / (float)small.height_px;
            /* pixel centres: X = (x + 0.5) f - 0.5 + origin */
            for (int i = 0; i < 3; i++) {
                m.m[i] /= fx;
                m.m[i + 3] /= fy;
            }
            m.m[2] += (0.5f - (float)r.x0) / fx - 0.5f;
            m.m[5] += (0.5f - (float)r.y0) / fy - 0.5f;
            src = &small;
        }
    }
    FVI_TRY(fvi_cv_warp(src, m.m, 0, out, err));
out:
    return st;
}
