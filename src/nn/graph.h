/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A network as a list of nodes over values, with every shape known. Values are numbered; a node's
 * inputs come from earlier nodes, constants or the one input. Each item of a batch is computed by
 * itself: all shapes here are those of one item (a leading 1 where the network has a batch axis).
 * Creation only, one thread; nothing of it is used while a network runs.
 */
#ifndef FVI_NN_GRAPH_H
#define FVI_NN_GRAPH_H

#include <stdint.h>

#include "base/error.h"
#include "nn/kernels.h"
#include "nn/ops.h"
#include "nn/pool.h"

/** What is refused (FV_E_MODEL), whatever memory the machine has. */
enum {
    FVI_GRAPH_NODES_MAX = 8192,
    FVI_GRAPH_VALUES_MAX = 65536,
    FVI_TENSOR_ELEMENTS_MAX = 1 << 26, /**< of one tensor: 256 MiB of float */
    FVI_GRAPH_NAME_MAX = 64,           /**< of a name in an error text */
};

/** Bytes that a model's graph may take next to four times its file. */
#define FVI_GRAPH_BUDGET_BYTES ((size_t)96 << 20)

/** Multiply-adds of constant folding, so that a small file cannot cost minutes. */
#define FVI_GRAPH_FOLD_WORK_MAX ((int64_t)1 << 28)

typedef struct fvi_value {
    const char *name;
    fvi_tensor t; /**< t.data is set on constants only */
    int producer; /**< node, or -1 */
    int uses;     /**< inputs and residuals of live nodes, and graph outputs, that read it */
} fvi_value;

typedef enum fvi_attr_kind {
    FVI_ATTR_INT,
    FVI_ATTR_FLOAT,
    FVI_ATTR_TEXT,
    FVI_ATTR_INTS,
    FVI_ATTR_TENSOR
} fvi_attr_kind;

/** An attribute as in the file. */
typedef struct fvi_attr {
    const char *name;
    fvi_attr_kind kind;
    int64_t i;
    float f;
    const char *text;
    const int64_t *ints;
    size_t n_ints;
    fvi_tensor tensor;
} fvi_attr;

typedef struct fvi_node {
    const char *name;
    fvi_op op;
    int *in; /**< values; -1 where an optional input is absent */
    int n_in;
    int *out;
    int n_out;
    fvi_attr *attrs;
    int n_attrs;
    fvi_op_args args; /**< filled by inference */
    bool dead;
    /* set by fusion, on Conv, Gemm and MatMul only */
    int residual; /**< value added before the activation, or -1 */
    fvi_fused fused;
} fvi_node;

typedef struct fvi_graph {
    fvi_pool pool;
    fvi_value *values;
    int n_values;
    int cap_values;
    fvi_node *nodes;
    int n_nodes;
    int cap_nodes;
    int input;
    int *outputs;
    int n_outputs;
    int64_t opset;
    int64_t fold_work;
} fvi_graph;

/** FV_E_MODEL or FV_E_NOMEM, whichever a NULL of the pool meant. */
fv_status fvi_graph_no_memory(const fvi_graph *g, const char *what, fv_error *err);

/** FV_E_MODEL, naming the node and its operator. */
fv_status fvi_node_fail(const fvi_node *n, fv_error *err, const char *fmt, ...) FV_PRINTF(3, 4);

/** A new value without shape; its number, or -1 when the limit or memory is reached. */
int fvi_graph_value(fvi_graph *g, const char *name);

/** Elements of a shape; -1 when a dimension is below 1 or the product above the limit. */
int64_t fvi_shape_count(const int64_t *dims, int rank);

/** Sets rank, dims and count. FV_E_MODEL where the shape is not possible. */
FV_NODISCARD fv_status fvi_tensor_shape(fvi_tensor *t, fvi_type type, const int64_t *dims,
                                        int rank);

/** Memory for a constant's elements, from the pool. */
FV_NODISCARD fv_status fvi_graph_alloc(fvi_graph *g, fvi_tensor *t, fv_error *err);

/** A new float constant of the shape, zeroed; its number, or -1. */
int fvi_graph_constant(fvi_graph *g, const int64_t *dims, int rank);

bool fvi_graph_is_const(const fvi_graph *g, int value);

/** The node that alone reads the value, or -1; graph outputs count as readers. */
int fvi_graph_only_reader(const fvi_graph *g, int value);

/** All readers of `from` read `to` instead. */
void fvi_graph_replace(fvi_graph *g, int from, int to);

/** Counts fvi_value.uses anew. */
void fvi_graph_count_uses(fvi_graph *g);

/** Marks nodes dead whose results nobody reads. */
void fvi_graph_prune(fvi_graph *g);

const fvi_attr *fvi_node_attr(const fvi_node *n, const char *name);

/** Infers every shape, in order, and evaluates what depends on constants only. */
FV_NODISCARD fv_status fvi_graph_fold(fvi_graph *g, fv_error *err);

/** Rewrites the graph into fewer, larger nodes; results stay equal but for rounding. */
FV_NODISCARD fv_status fvi_graph_fuse(fvi_graph *g, fv_error *err);

void fvi_graph_free(fvi_graph *g);

#endif
