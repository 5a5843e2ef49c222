/* SPDX-License-Identifier: Apache-2.0 */
#include "quality/logit.h"

float fvi_logit_odds(const fvi_logit *model, const fvi_clues *clues)
{
    float odds = model->bias;
    for (int i = 0; i < FVI_LOGIT_MAX; i++)
        odds += model->weight[i] * clues->of[i];
    return odds;
}
