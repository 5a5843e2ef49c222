/* SPDX-License-Identifier: Apache-2.0 */
#include "quality/view.h"

#include <math.h>

float fvi_linear(uint8_t encoded)
{
    float v = (float)encoded / 255.0f;
    return v <= 0.04045f ? v / 12.92f : powf((v + 0.055f) / 1.055f, 2.4f);
}

float fvi_sigmoid(float x, float x0, float w)
{
    return 1.0f / (1.0f + expf((x0 - x) / w));
}

float fvi_score_clamp(float score)
{
    if (isnan(score)) return score;
    return fminf(fmaxf(roundf(score), 0.0f), 100.0f);
}
