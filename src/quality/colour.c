/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the face has the colours of a face. */
#include <math.h>

#include "quality/light.h"

/* Less than this is what JPEG leaves of a black-and-white picture. */
static const float GREY_BELOW = 2.0f;

/* CIE L*a*b* under D65, a and b only. */
typedef struct chroma {
    float a;
    float b;
} chroma;

static float lab_curve(float t)
{
    const float d = 6.0f / 29.0f;
    return t > d * d * d ? cbrtf(t) : t / (3.0f * d * d) + 4.0f / 29.0f;
}

static chroma lab_of(const uint8_t *p)
{
    float r = fvi_linear(p[0]);
    float g = fvi_linear(p[1]);
    float b = fvi_linear(p[2]);
    float x = lab_curve((0.412453f * r + 0.357580f * g + 0.180423f * b) / 0.950456f);
    float y = lab_curve(0.212671f * r + 0.715160f * g + 0.072169f * b);
    float z = lab_curve((0.019334f * r + 0.119193f * g + 0.950227f * b) / 1.088754f);
    return (chroma){500.0f * (x - y), 200.0f * (y - z)};
}

/* Skin, says the standard: a in 5..25, b in 5..35. From there; negative within, from its edge. */
static float from_skin(float a, float b)
{
    float da = fmaxf(5.0f - a, a - 25.0f);
    float db = fmaxf(5.0f - b, b - 35.0f);
    return da < 0.0f && db < 0.0f ? fmaxf(da, db) : hypotf(fmaxf(da, 0.0f), fmaxf(db, 0.0f));
}

/* How far the cheeks' mean a*, b* are from those of skin, after ISO/IEC 29794-5. A picture without
 * colour has no cast. */
float fvi_q_natural_colour(const fvi_view *v)
{
    fvi_square at[2];
    chroma sum = {0, 0};
    float n = 0.0f;

    if (!fvi_cheeks(v, at) || !(fvi_q_colourfulness(v) >= GREY_BELOW)) return NAN;
    for (int i = 0; i < 2; i++) {
        for (int y = at[i].y0; y < at[i].y1; y++) {
            for (int x = at[i].x0; x < at[i].x1; x++) {
                size_t k = (size_t)y * v->inside.stride_bytes + (size_t)x;
                if (v->inside.data[k] == 0) continue;
                chroma c = lab_of(v->rgb.data + 3 * k);
                sum.a += c.a;
                sum.b += c.b;
                n += 1.0f;
            }
        }
    }
    if (n < 32.0f) return NAN;
    return from_skin(sum.a / n, sum.b / n);
}

float fvi_q_natural_colour_score(float value)
{
    return isnan(value)
               ? value
               : fvi_score_clamp(200.0f * (1.0f - fvi_sigmoid(fmaxf(value, 0.0f), 0.0f, 10.0f)));
}

/* Colourfulness after Hasler and Suesstrunk (2003) within the outline of the face. */
float fvi_q_colourfulness(const fvi_view *v)
{
    size_t pixels = (size_t)v->rgb.width_px * (size_t)v->rgb.height_px;
    const uint8_t *p = v->rgb.data;
    int64_t n = 0, rg = 0, yb = 0, rg2 = 0, yb2 = 0;

    for (size_t i = 0; i < pixels; i++, p += 3) {
        if (v->oval.data[i] == 0) continue;
        int d = p[0] - p[1];
        int e = p[0] + p[1] - 2 * p[2]; /* twice yellow-blue */
        n++;
        rg += d;
        yb += e;
        rg2 += (int64_t)d * d;
        yb2 += (int64_t)e * e;
    }
    if (n == 0) return NAN;
    double all = (double)n;
    double mean_rg = (double)rg / all;
    double mean_yb = (double)yb / (2.0 * all);
    double var =
        (double)rg2 / all - mean_rg * mean_rg + (double)yb2 / (4.0 * all) - mean_yb * mean_yb;
    return (float)(sqrt(fmax(var, 0.0)) + 0.3 * hypot(mean_rg, mean_yb));
}

float fvi_q_colourfulness_score(float value)
{
    return fvi_score_clamp(100.0f * fvi_sigmoid(value, 8.0f, 2.0f));
}
