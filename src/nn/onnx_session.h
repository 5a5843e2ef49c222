/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FVI_NN_ONNX_SESSION_H
#define FVI_NN_ONNX_SESSION_H

#include "base/memory.h"
#include "nn/onnx.h"
#include "nn/plan.h"

enum { FVI_CALL_SRC, FVI_CALL_DST, FVI_CALL_SCRATCHPAD, FVI_CALL_MEMORIES };

/** One convolution's operands in this session's arena. */
typedef struct fvi_call {
    dnnl_memory_t memory[FVI_CALL_MEMORIES];
    dnnl_exec_arg_t args[5];
    int n_args;
    bool reads_input;
} fvi_call;

struct fvi_onnx_session {
    const fvi_plan *plan;
    fvi_buffer own; /**< the arena where the caller gave none */
    fvi_buffer *arena;
    dnnl_stream_t stream;
    fvi_call *calls; /**< by fvi_conv.number */
};

#endif
