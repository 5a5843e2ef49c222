/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the face is dark because something behind it is bright. */
#include <math.h>

#include "quality/light.h"

/* Skin that has its light: what is behind it, be it a white wall as in ID photographs, is not held
 * against it. */
static const float LIT_SKIN = 0.40f;
/* What is as bright as this behind a face is a window or a lamp. Less counts for less (squared):
 * dark skin before a light wall is not lit from behind, nor is a picture that is dark all over. */
static const float WINDOW = 0.80f;
static const float LEAST_SHARE = 0.05f; /* of the picture must lie around the head */

/* The head with hair, in eye distances about a point below the eyes. */
static const float HEAD_BELOW = 0.35f;
static const float HEAD_HALF_WIDTH = 1.35f;
static const float HEAD_HALF_HEIGHT = 1.95f;

/* The whole picture's luminances where the head is not. */
static fvi_levels surroundings(const fvi_view *v)
{
    fvi_levels out = {.sum = 0};
    fvi_linear_table linear = fvi_linear_table_make();
    fvi_point l, r;

    fvi_eyes(v->found.landmarks, &l, &r);
    float ex = r.x_px - l.x_px;
    float ey = r.y_px - l.y_px;
    float per = 1.0f / (ex * ex + ey * ey);
    for (int y = 0; y < v->around.height_px; y++) {
        const uint8_t *p = v->around.data + (size_t)y * v->around.stride_bytes;
        for (int x = 0; x < v->around.width_px; x++, p += 3) {
            float dx = ((float)x + 0.5f) / v->around_scale - 0.5f - (l.x_px + r.x_px) / 2.0f;
            float dy = ((float)y + 0.5f) / v->around_scale - 0.5f - (l.y_px + r.y_px) / 2.0f;
            float a = (dx * ex + dy * ey) * per / HEAD_HALF_WIDTH;
            float b = ((dy * ex - dx * ey) * per - HEAD_BELOW) / HEAD_HALF_HEIGHT;
            if (a * a + b * b < 1.0f) continue;
            out.n[(int)(255.0f * fvi_luminance(&linear, p) + 0.5f)]++;
            out.sum++;
        }
    }
    return out;
}

/* Stops by which the brighter half of the face is darker than lit skin, as far as the brighter half
 * of what lies around it is a window. Clothes and hair say nothing of the light; and a face that
 * has its light on one side is not lit from behind. */
float fvi_q_backlight(const fvi_view *v)
{
    const float black = 0.5f / 255.0f;

    if (!v->face) return NAN;
    fvi_levels around = surroundings(v);
    float all = (float)v->around.width_px * (float)v->around.height_px;
    if ((float)around.sum < LEAST_SHARE * all) return NAN;
    fvi_levels_keep(&around, FVI_HALF_BRIGHTER, 0.5);
    fvi_levels skin = fvi_levels_of(v, FVI_HALF_BOTH);
    fvi_levels_keep(&skin, FVI_HALF_BRIGHTER, 0.5);
    if (skin.sum == 0) return NAN;
    float window = fminf(fvi_levels_mean(&around) / WINDOW, 1.0f);
    float behind = LIT_SKIN * window * window;
    return log2f((behind + black) / (fvi_levels_mean(&skin) + black));
}

float fvi_q_backlight_score(float value)
{
    return fvi_score_clamp(100.0f * (1.0f - fvi_sigmoid(value, 1.4f, 0.25f)));
}
