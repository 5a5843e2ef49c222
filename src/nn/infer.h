/* SPDX-License-Identifier: Apache-2.0 */
/* Shape inference by family of operators; called by fvi_op_infer only. */
#ifndef FVI_NN_INFER_H
#define FVI_NN_INFER_H

#include "nn/graph.h"

FV_NODISCARD fv_status fvi_infer_window(fvi_graph *g, fvi_node *n, fv_error *err);
FV_NODISCARD fv_status fvi_infer_product(fvi_graph *g, fvi_node *n, fv_error *err);
FV_NODISCARD fv_status fvi_infer_sample(fvi_graph *g, fvi_node *n, fv_error *err);
FV_NODISCARD fv_status fvi_infer_move(fvi_graph *g, fvi_node *n, fv_error *err);
FV_NODISCARD fv_status fvi_infer_math(fvi_graph *g, fvi_node *n, fv_error *err);

/** The tensor of input i; NULL when absent. */
const fvi_tensor *fvi_infer_in(const fvi_graph *g, const fvi_node *n, int i);

/** Gives output i its shape. */
FV_NODISCARD fv_status fvi_infer_out(fvi_graph *g, fvi_node *n, int i, const int64_t *dims,
                                     int rank, fv_error *err);

/** An integer or float attribute, or `otherwise` when absent or of another kind. */
int64_t fvi_infer_int(const fvi_node *n, const char *name, int64_t otherwise);
float fvi_infer_float(const fvi_node *n, const char *name, float otherwise);
const char *fvi_infer_text(const fvi_node *n, const char *name, const char *otherwise);

/**
 * A list of integers: constant input `input` (-1: none) or attribute `name`. *list is NULL when
 * neither is there.
 */
FV_NODISCARD fv_status fvi_infer_list(const fvi_graph *g, const fvi_node *n, int input,
                                      const char *name, const int64_t **list, int *count,
                                      fv_error *err);

/** -rank..rank-1 into 0..rank-1, or -1. */
int fvi_infer_axis(int64_t axis, int rank);

#endif
