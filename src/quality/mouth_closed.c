/* SPDX-License-Identifier: Apache-2.0 */
/* After ISO/IEC 29794-5: how far the lips are apart, as a share of the way from eyes to chin. */
#include <math.h>

#include "quality/view.h"

float fvi_q_mouth_closed(const fvi_view *v)
{
    static const int inner[3][2] = {{61, 67}, {62, 66}, {63, 65}};
    const fvi_point *p = v->at.point;
    fvi_point l, r;
    float apart = 0;

    if (!v->face) return NAN;
    fvi_eyes(&v->at, &l, &r);
    float t = hypotf(p[8].x_px - (l.x_px + r.x_px) / 2.0f, p[8].y_px - (l.y_px + r.y_px) / 2.0f);
    for (int i = 0; i < 3; i++) {
        const fvi_point a = p[inner[i][0]];
        const fvi_point b = p[inner[i][1]];
        apart = fmaxf(apart, hypotf(a.x_px - b.x_px, a.y_px - b.y_px));
    }
    return t > 0.0f ? apart / t : NAN;
}

float fvi_q_mouth_closed_score(float value)
{
    return fvi_score_clamp(100.0f * (1.0f - fvi_sigmoid(value, 0.2f, 0.06f)));
}
