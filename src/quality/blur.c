/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How wide the face's edges are, whatever their contrast. In faces the energy of the gradient seen
 * through a further blur of variance t falls as (s^2 + t)^-p, where s is the blur that the picture
 * has already (p is about 0.8, less for upright edges, more for level ones: fitted to
 * photographs). s is found from how the energy falls over the octaves, white noise taken off, each
 * octave weighing less the more of it was noise. Contrast and brightness cancel. Done along 16
 * directions it tells motion from defocus: motion widens edges along one direction and leaves those
 * across.
 */
#include <math.h>

#include "quality/texture.h"

enum { WIDTHS = 72, DIRECTIONS = 16 };

static const float PI = 3.14159265f;
static const float LEAST_PX = 0.25f; /* widths tried, a geometric row */
static const float MOST_PX = 24.0f;

/* Variance of the octaves' own blur: binomials and central difference. */
static const float OCTAVE_BLUR[FVI_OCTAVES] = {0.33f, 2.33f, 10.33f, 42.33f};
static const float MODEL_ERROR = 0.05f; /* of a log energy */
static const float NOISE_ERROR = 0.5f;  /* of what was taken off for noise */
static const float ROUNDING = 1.0f / 12.0f;

typedef struct widths {
    float log_of[WIDTHS][FVI_OCTAVES]; /* log(s^2 + t) */
} widths;

static float width_px(float at)
{
    return LEAST_PX * powf(MOST_PX / LEAST_PX, at / (float)(WIDTHS - 1));
}

static void tabulate(widths *w)
{
    for (int i = 0; i < WIDTHS; i++) {
        float s = width_px((float)i);
        for (int k = 0; k < FVI_OCTAVES; k++)
            w->log_of[i][k] = logf(s * s + OCTAVE_BLUR[k]);
    }
}

/* Weighted spread of what a width does not explain. */
static float misfit(const float log_energy[], const float weight[], const float log_of[], float p)
{
    float sum = 0.0f, mean = 0.0f, spread = 0.0f;

    for (int k = 0; k < FVI_OCTAVES; k++) {
        mean += weight[k] * (log_energy[k] + p * log_of[k]);
        sum += weight[k];
    }
    mean /= sum;
    for (int k = 0; k < FVI_OCTAVES; k++) {
        float d = log_energy[k] + p * log_of[k] - mean;
        spread += weight[k] * d * d;
    }
    return spread;
}

/* The width that explains the energies best; energies of n octaves, and what noise added. */
static float fit_px(const widths *w, const double energy[], const double noise[], int n, float p)
{
    float log_energy[FVI_OCTAVES] = {0}, weight[FVI_OCTAVES] = {0}, cost[WIDTHS];
    int best = 0;

    for (int k = 0; k < n; k++) {
        double own = fmax(energy[k] - noise[k], 1e-3 * energy[k] + 1e-9);
        float doubt = NOISE_ERROR * (float)(noise[k] / own);
        log_energy[k] = (float)log(own);
        weight[k] = 1.0f / (MODEL_ERROR * MODEL_ERROR + doubt * doubt);
    }
    for (int i = 0; i < WIDTHS; i++) {
        cost[i] = misfit(log_energy, weight, w->log_of[i], p);
        if (cost[i] < cost[best]) best = i;
    }
    float at = (float)best;
    if (best > 0 && best < WIDTHS - 1) { /* lowest point of the parabola through three */
        float bend = cost[best - 1] - 2.0f * cost[best] + cost[best + 1];
        if (bend > 0.0f) at += 0.5f * (cost[best - 1] - cost[best + 1]) / bend;
    }
    return width_px(at);
}

static float fit_all(const widths *w, const fvi_octaves *o, double noise_var)
{
    double energy[FVI_OCTAVES], noise[FVI_OCTAVES];

    for (int k = 0; k < o->n; k++) {
        energy[k] = o->xx[k] + o->yy[k];
        noise[k] = 2.0 * noise_var * fvi_octave_noise[k];
    }
    return fit_px(w, energy, noise, o->n, 0.80f);
}

/* Energies of the gradient's part in one direction. */
typedef struct side {
    double energy[FVI_OCTAVES];
    double noise[FVI_OCTAVES];
} side;

static side side_of(const fvi_octaves *o, double noise_var, float angle)
{
    side s = {{0}, {0}};
    double c = (double)cosf(angle), n = (double)sinf(angle);

    for (int k = 0; k < o->n; k++) {
        s.energy[k] = c * c * o->xx[k] + 2.0 * c * n * o->xy[k] + n * n * o->yy[k];
        s.noise[k] = noise_var * fvi_octave_noise[k];
    }
    return s;
}

static float width_along(const widths *w, const fvi_octaves *o, double noise_var, float angle)
{
    side s = side_of(o, noise_var, angle);
    return fit_px(w, s.energy, s.noise, o->n, 0.81f - 0.15f * cosf(2.0f * angle));
}

/* Log energy without noise, held where little but noise is left. */
static float log_own(const side *s, int k)
{
    double own = fmax(s->energy[k] - s->noise[k], 0.0);
    return (float)log(own + 0.3 * s->noise[k] + 1e-6);
}

/*
 * What motion takes from the finest octave along its direction and not across, against what the
 * third one shows of the face's own build; less what faces have on average (fitted: motion of 12
 * pixels and more against defocus).
 */
static float one_sided(const fvi_octaves *o, double noise_var, float angle)
{
    side along = side_of(o, noise_var, angle);
    side across = side_of(o, noise_var, angle + PI / 2.0f);
    float fine = log_own(&across, 0) - log_own(&along, 0);
    float coarse = log_own(&across, 2) - log_own(&along, 2);
    return fine - 0.57f * coarse - 0.32f * cosf(2.0f * angle) - 0.11f * cosf(4.0f * angle);
}

static float modulo(float a, float n)
{
    float r = fmodf(a, n);
    return r < 0.0f ? r + n : r;
}

static void find_motion(const fvi_octaves *o, double noise_var, const widths *w, fvi_blur *out)
{
    float by[DIRECTIONS];
    int best = 0;

    for (int i = 0; i < DIRECTIONS; i++) {
        by[i] = one_sided(o, noise_var, PI * (float)i / (float)DIRECTIONS);
        if (by[i] > by[best]) best = i;
    }
    float before = by[(best + DIRECTIONS - 1) % DIRECTIONS];
    float after = by[(best + 1) % DIRECTIONS];
    float bend = before - 2.0f * by[best] + after;
    float at = (float)best + (bend < 0.0f ? 0.5f * (before - after) / bend : 0.0f);
    float angle = PI * at / (float)DIRECTIONS;
    out->one_sided = by[best];
    out->along_px = width_along(w, o, noise_var, angle);
    out->across_px = width_along(w, o, noise_var, angle + PI / 2.0f);
    out->direction_deg = angle * 180.0f / PI;
}

/* Whether there is texture, and not noise alone: in the coarsest octave and, where blur is read, in
 * the second. */
static bool is_readable(const fvi_octaves *o, double noise_var)
{
    int last = o->n - 1;

    return o->n >= 3 &&
           o->xx[last] + o->yy[last] > 4.0 * noise_var * fvi_octave_noise[last] + 1e-3 &&
           o->xx[1] + o->yy[1] > 4.0 * noise_var * fvi_octave_noise[1];
}

bool fvi_blur_take(const fvi_view *v, fvi_blur *out)
{
    fvi_octaves o;
    widths w;

    fvi_octaves_take(v, &o);
    float grain = isnan(o.grain) ? 0.0f : o.grain;
    double noise_var = (double)fmaxf(grain * grain, ROUNDING);
    if (!is_readable(&o, noise_var)) return false;
    tabulate(&w);
    find_motion(&o, noise_var, &w, out);
    out->mean_px = fit_all(&w, &o, noise_var);
    float turned_deg = atan2f(v->map.m[3], v->map.m[0]) * 180.0f / PI;
    out->direction_deg = modulo(out->direction_deg + turned_deg, 180.0f);
    return true;
}

/* A Gaussian passes half of the contrast at this many cycles per pixel and sigma. */
static const float HALF_AT = 0.18739f;

float fvi_q_sharpness(const fvi_view *v)
{
    fvi_blur blur;
    return fvi_blur_take(v, &blur) ? HALF_AT / blur.mean_px : NAN;
}

float fvi_q_sharpness_score(float value)
{
    return fvi_score_clamp(100.0f * fvi_sigmoid(value, 0.07f, 0.02f));
}

/* A uniform movement of length L has a standard deviation of L / sqrt(12), of which edges that are
 * not quite square to it show two thirds (fitted). */
static const float LENGTH = 1.5f * 3.4641f;
static const float LEAST_MORE = 0.05f; /* where the widths do not differ the rest still tells */

static float motion_of(const fvi_blur *b)
{
    float sure = fvi_sigmoid(b->one_sided, 0.38f, 0.06f);
    float more = b->along_px * b->along_px - b->across_px * b->across_px;
    return sure * LENGTH * sqrtf(fmaxf(more, LEAST_MORE));
}

float fvi_q_motion_blur(const fvi_view *v)
{
    fvi_blur blur;
    return v->face && fvi_blur_take(v, &blur) ? motion_of(&blur) : NAN; /* fitted to faces alone */
}

float fvi_q_motion_blur_score(float value)
{
    return fvi_score_clamp(200.0f * (1.0f - fvi_sigmoid(value, 0.0f, 6.0f)));
}

static const float TELLING_PX = 5.5f; /* what is shorter may be none, and has no direction */

float fvi_q_motion_direction(const fvi_view *v)
{
    fvi_blur blur;
    if (!v->face || !fvi_blur_take(v, &blur) || motion_of(&blur) < TELLING_PX) return NAN;
    return blur.direction_deg;
}

/* No direction is better than another. */
float fvi_q_motion_direction_score(float value)
{
    return isnan(value) ? value : 100.0f;
}
