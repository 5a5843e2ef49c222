/* SPDX-License-Identifier: Apache-2.0 */
/* ONNX file to graph. Nothing in the file is trusted. */
#ifndef FVI_NN_ONNX_LOAD_H
#define FVI_NN_ONNX_LOAD_H

#include "faceverify/bytes.h"
#include "nn/graph.h"

/** What the caller knows of the network. */
typedef struct fvi_onnx_io {
    const char *input_name; /**< NULL: the only input */
    const int64_t *input_dims;
    int input_rank;
    const char *const *output_names;
    size_t n_outputs;
} fvi_onnx_io;

/**
 * Fills an empty graph; constants point into memory of the graph, not into `onnx`.
 *
 * @return FV_OK, FV_E_MODEL, FV_E_NOMEM; free the graph in any case
 */
FV_NODISCARD fv_status fvi_onnx_load(fvi_graph *g, fv_bytes onnx, const fvi_onnx_io *io,
                                     fv_error *err);

#endif
