/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FVI_NN_ONNX_TENSOR_H
#define FVI_NN_ONNX_TENSOR_H

#include "nn/graph.h"
#include "onnx.pb-c.h"

/**
 * A tensor of the file: its elements must be exactly as many as its shape says. float stays (and
 * may point into the message), int64 and int32 become int64, double becomes float. An empty tensor
 * has count 0.
 *
 * @param name  for the error text
 */
FV_NODISCARD fv_status fvi_onnx_tensor(fvi_graph *g, const Onnx__TensorProto *t, const char *name,
                                       fvi_tensor *out, fv_error *err);

#endif
