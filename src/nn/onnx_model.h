/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FVI_NN_ONNX_MODEL_H
#define FVI_NN_ONNX_MODEL_H

#include "nn/onnx.h"
#include "nn/plan.h"

struct fvi_onnx_model {
    fvi_plan plan;
    double work;
};

#endif
