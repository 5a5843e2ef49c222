/* SPDX-License-Identifier: Apache-2.0 */
#include "nn/ops.h"

#include <string.h>

#include "nn/eval.h"
#include "nn/graph.h"
#include "nn/infer.h"

typedef struct op_row {
    const char *name;
    int in_min;
    int in_max;
    int out_max;
    const char *attrs;
} op_row;

static const op_row ROWS[FVI_OP_COUNT] = {
#define Z(id, name, lo, hi, out, attrs) {name, lo, hi, out, attrs},
    FVI_OP_LIST(Z)
#undef Z
};

const char *fvi_onnx_op_name(fvi_op op)
{
    return ROWS[op].name;
}

fvi_op fvi_op_find(const char *name)
{
    for (int i = 0; i < FVI_OP_COUNT; i++)
        if (strcmp(ROWS[i].name, name) == 0) return (fvi_op)i;
    return FVI_OP_COUNT;
}

fvi_act fvi_op_act(fvi_op op)
{
    switch (op) {
    case FVI_OP_RELU:
        return FVI_ACT_RELU;
    case FVI_OP_LEAKYRELU:
        return FVI_ACT_LEAKY;
    case FVI_OP_PRELU:
        return FVI_ACT_PRELU;
    case FVI_OP_CLIP:
        return FVI_ACT_CLIP;
    case FVI_OP_SIGMOID:
        return FVI_ACT_SIGMOID;
    case FVI_OP_HARDSIGMOID:
        return FVI_ACT_HARDSIGMOID;
    case FVI_OP_HARDSWISH:
        return FVI_ACT_HARDSWISH;
    case FVI_OP_TANH:
        return FVI_ACT_TANH;
    case FVI_OP_EXP:
        return FVI_ACT_EXP;
    default:
        return FVI_ACT_NONE;
    }
}

static bool attr_known(const char *list, const char *name)
{
    size_t n = strlen(name);
    for (const char *p = strstr(list, name); n > 0 && p != NULL; p = strstr(p + 1, name))
        if (p > list && p[-1] == ' ' && p[n] == ' ') return true;
    return false;
}

static fv_status check_node(const fvi_graph *g, const fvi_node *n, fv_error *err)
{
    const op_row *row = &ROWS[n->op];
    if (n->n_in < row->in_min || (row->in_max > 0 && n->n_in > row->in_max))
        return fvi_node_fail(n, err, "%d inputs", n->n_in);
    if (n->n_out < 1) return fvi_node_fail(n, err, "no output");
    for (int i = row->out_max; row->out_max > 0 && i < n->n_out; i++)
        if (g->values[n->out[i]].uses > 0)
            return fvi_node_fail(n, err, "output %d is not supported", i);
    for (int i = 0; i < row->in_min; i++)
        if (n->in[i] < 0) return fvi_node_fail(n, err, "input %d is absent", i);
    for (int i = 0; i < n->n_in; i++)
        if (n->in[i] >= 0 && g->values[n->in[i]].t.count == 0)
            return fvi_node_fail(n, err, "input %d is not known", i);
    for (int i = 0; i < n->n_attrs; i++)
        if (!attr_known(row->attrs, n->attrs[i].name))
            return fvi_node_fail(n, err, "attribute %.*s is not supported", FVI_GRAPH_NAME_MAX,
                                 n->attrs[i].name);
    return FV_OK;
}

fv_status fvi_op_infer(fvi_graph *g, fvi_node *n, fv_error *err)
{
    fv_status st = check_node(g, n, err);
    if (st != FV_OK) return st;
    switch (n->op) {
    case FVI_OP_CONV:
    case FVI_OP_MAXPOOL:
    case FVI_OP_AVGPOOL:
    case FVI_OP_GLOBALAVG:
        return fvi_infer_window(g, n, err);
    case FVI_OP_GEMM:
    case FVI_OP_MATMUL:
        return fvi_infer_product(g, n, err);
    case FVI_OP_RESIZE:
    case FVI_OP_PAD:
    case FVI_OP_SLICE:
        return fvi_infer_sample(g, n, err);
    case FVI_OP_CONSTANT:
    case FVI_OP_SHAPE:
    case FVI_OP_GATHER:
    case FVI_OP_UNSQUEEZE:
    case FVI_OP_SQUEEZE:
    case FVI_OP_RESHAPE:
    case FVI_OP_FLATTEN:
    case FVI_OP_TRANSPOSE:
    case FVI_OP_CONCAT:
    case FVI_OP_SPLIT:
    case FVI_OP_CAST:
        return fvi_infer_move(g, n, err);
    default:
        return fvi_infer_math(g, n, err);
    }
}

void fvi_op_eval(fvi_op op, const fvi_op_args *args, const fvi_operands *x)
{
    switch (op) {
    case FVI_OP_CONV:
    case FVI_OP_MAXPOOL:
    case FVI_OP_AVGPOOL:
    case FVI_OP_GLOBALAVG:
        fvi_eval_window(op, args, x);
        return;
    case FVI_OP_GEMM:
    case FVI_OP_MATMUL:
        fvi_eval_product(op, args, x);
        return;
    case FVI_OP_RESIZE:
        fvi_eval_resize(args, x);
        return;
    case FVI_OP_CONSTANT:
    case FVI_OP_SHAPE:
    case FVI_OP_GATHER:
    case FVI_OP_UNSQUEEZE:
    case FVI_OP_SQUEEZE:
    case FVI_OP_RESHAPE:
    case FVI_OP_FLATTEN:
    case FVI_OP_TRANSPOSE:
    case FVI_OP_CONCAT:
    case FVI_OP_SPLIT:
    case FVI_OP_CAST:
    case FVI_OP_PAD:
    case FVI_OP_SLICE:
    case FVI_OP_IDENTITY:
    case FVI_OP_DROPOUT:
    case FVI_OP_SHUFFLE:
        fvi_eval_move(op, args, x);
        return;
    default:
        fvi_eval_math(op, args, x);
        return;
    }
}
