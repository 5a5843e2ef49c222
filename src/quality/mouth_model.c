/* SPDX-License-Identifier: Apache-2.0 */
/* Written by tests/accuracy/fit_mask.c. */
#include "quality/mouth_occlusion.h"

const fvi_mouth_model fvi_mouth_colour = {
    .bias = 1.526135f,
    .weight = {0.05140866f, 0.03932908f, -0.2056203f,  -0.1552718f,   -0.0661818f,
               0.1031494f,  0.08022885f, 0.03145994f,  -0.001540318f, 0.02458782f,
               0.07548396f, 0.05482643f, -0.02013353f, 0.1552351f,    -0.1085454f,
               0.02385001f, -1.592243f,  -2.657443f,   1.483079f,     3.46309f},
};
const fvi_mouth_model fvi_mouth_grey = {
    .bias = -8.427856f,
    .weight = {0.000000f,  0.000000f,   0.000000f,  0.000000f,  0.000000f,   0.000000f, 0.1655608f,
               0.0777833f, -0.0285801f, 0.0316536f, 0.000000f,  0.000000f,   0.000000f, 0.03031842f,
               0.000000f,  0.01682427f, -1.21509f,  -1.418251f, -0.5485972f, 6.823804f},
};
