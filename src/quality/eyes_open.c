/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "quality/view.h"

/* The mean of both eyes; of one, where the other is not in the picture. */
float fvi_q_eyes_open(const fvi_view *v)
{
    const float *eye = v->eye_open;
    if (isnan(eye[0])) return eye[1];
    if (isnan(eye[1])) return eye[0];
    return (eye[0] + eye[1]) / 2.0f;
}

/* The network calls narrow eyes closed sooner than it should: even odds are nothing to hold against
 * a face. */
float fvi_q_eyes_open_score(float value)
{
    return fvi_score_clamp(100.0f * fvi_sigmoid(value, -5.0f, 1.5f));
}
