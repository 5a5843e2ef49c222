/* SPDX-License-Identifier: Apache-2.0 */
/* Plain evaluation by family of operators; called by fvi_op_eval only. */
#ifndef FVI_NN_EVAL_H
#define FVI_NN_EVAL_H

#include "nn/ops.h"

void fvi_eval_window(fvi_op op, const fvi_op_args *args, const fvi_operands *x);
void fvi_eval_product(fvi_op op, const fvi_op_args *args, const fvi_operands *x);
void fvi_eval_resize(const fvi_op_args *args, const fvi_operands *x);
void fvi_eval_move(fvi_op op, const fvi_op_args *args, const fvi_operands *x);
void fvi_eval_math(fvi_op op, const fvi_op_args *args, const fvi_operands *x);

/** Strides in elements of a row-major tensor. */
void fvi_strides(const fvi_tensor *t, int64_t strides[FVI_RANK_MAX]);

/**
 * Strides of `t` when broadcast to `rank` dimensions: 0 along what is repeated. The shapes must be
 * compatible.
 */
void fvi_broadcast_strides(const fvi_tensor *t, int rank, int64_t strides[FVI_RANK_MAX]);

#endif
