/* SPDX-License-Identifier: Apache-2.0 */
/* How much light there is on the face: what its luminances are, wherever they lie. After
 * ISO/IEC 29794-5. */
#include <math.h>

#include "quality/light.h"

enum {
    DARK_LEVEL = 25,   /* at most: under-exposed */
    BRIGHT_LEVEL = 247 /* at least: over-exposed */
};

float fvi_q_luminance_mean(const fvi_view *v)
{
    fvi_levels l = fvi_levels_of(v, FVI_HALF_BRIGHTER);
    return fvi_levels_mean(&l);
}

float fvi_q_luminance_mean_score(float value)
{
    float s = fvi_sigmoid(value, 0.2f, 0.05f) * (1.0f - fvi_sigmoid(value, 0.8f, 0.05f));
    return fvi_score_clamp(100.0f * s);
}

float fvi_q_luminance_variance(const fvi_view *v)
{
    fvi_levels l = fvi_levels_of(v, FVI_HALF_BOTH);
    double mean = (double)fvi_levels_mean(&l);
    double sum = 0.0;

    for (int i = 0; i < 256; i++) {
        double d = (double)i / 255.0 - mean;
        sum += d * d * (double)l.n[i];
    }
    return l.sum == 0 ? NAN : (float)(sum / (double)l.sum);
}

float fvi_q_luminance_variance_score(float value)
{
    float v = 60.0f * value;
    return fvi_score_clamp(100.0f * sinf(3.14159265f * v / (v + 1.0f)));
}

static float share(const fvi_levels *l, int first, int last)
{
    uint32_t n = 0;

    for (int i = first; i <= last; i++)
        n += l->n[i];
    return l->sum == 0 ? NAN : (float)n / (float)l->sum;
}

float fvi_q_under_exposure(const fvi_view *v)
{
    fvi_levels l = fvi_levels_of(v, FVI_HALF_BRIGHTER);
    return share(&l, 0, DARK_LEVEL);
}

/* The standard's: still 96 where three quarters of the face are near black. Limits are set on the
 * share itself. */
float fvi_q_under_exposure_score(float value)
{
    return fvi_score_clamp(120.0f * (0.832f - fvi_sigmoid(value, 0.92f, 0.05f)));
}

float fvi_q_over_exposure(const fvi_view *v)
{
    fvi_levels l = fvi_levels_of(v, FVI_HALF_DARKER);
    return share(&l, BRIGHT_LEVEL, 255);
}

float fvi_q_over_exposure_score(float value)
{
    return fvi_score_clamp(1.0f / (value + 0.01f));
}

float fvi_q_dynamic_range(const fvi_view *v)
{
    fvi_levels l = fvi_levels_of(v, FVI_HALF_BOTH);
    double bits = 0.0;

    for (int i = 0; i < 256; i++) {
        double p = (double)l.n[i] / (double)l.sum;
        if (l.n[i] > 0) bits -= p * log2(p);
    }
    return l.sum == 0 ? NAN : (float)bits;
}

float fvi_q_dynamic_range_score(float value)
{
    return fvi_score_clamp(12.5f * value);
}

/*
 * Stops from the darkest of the face, eyes and mouth included, to the middle between its brightest
 * and white. A veil over the picture lifts what should be dark; the same face in less light has
 * brightest and darkest alike lower, which this hardly sees. The standard's entropy is 5.4 bits
 * behind a veil that leaves a quarter of the contrast, and as low on one in a hundred good
 * pictures. Near black (2 levels) there is no light.
 */
float fvi_q_contrast(const fvi_view *v)
{
    fvi_levels l = fvi_levels_within(v, &v->oval);
    float black = 2.0f / 255.0f;

    if (l.sum == 0) return NAN;
    float brightest = (fvi_levels_quantile(&l, 0.98) + black) / (1.0f + black);
    float darkest = (fvi_levels_quantile(&l, 0.02) + black) / (1.0f + black);
    return log2f(sqrtf(brightest) / darkest);
}

float fvi_q_contrast_score(float value)
{
    return fvi_score_clamp(100.0f * fvi_sigmoid(value, 2.0f, 0.25f));
}
