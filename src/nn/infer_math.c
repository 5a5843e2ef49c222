/* SPDX-License-Identifier: Apache-2.0 */
#include <float.h>
#include <string.h>

#include "nn/infer.h"

static fv_status same_shape(fvi_graph *g, fvi_node *n, fv_error *err)
{
    const fvi_tensor *x = fvi_infer_in(g, n, 0);
    return fvi_infer_out(g, n, 0, x->dims, x->rank, err);
}

/* Shape of a op b by the rules of broadcasting; false when they do not fit. */
static bool broadcast(const fvi_tensor *a, const fvi_tensor *b, int64_t *dims, int *rank)
{
    *rank = a->rank > b->rank ? a->rank : b->rank;
    for (int i = 0; i < *rank; i++) {
        int ia = i - (*rank - a->rank);
        int ib = i - (*rank - b->rank);
        int64_t da = ia >= 0 ? a->dims[ia] : 1;
        int64_t db = ib >= 0 ? b->dims[ib] : 1;
        if (da != db && da != 1 && db != 1) return false;
        dims[i] = da > db ? da : db;
    }
    return true;
}

static fv_status infer_binary(fvi_graph *g, fvi_node *n, fv_error *err)
{
    const fvi_tensor *a = fvi_infer_in(g, n, 0);
    const fvi_tensor *b = fvi_infer_in(g, n, 1);
    int64_t dims[FVI_RANK_MAX];
    int rank = 0;

    if (a->type != b->type) return fvi_node_fail(n, err, "inputs of different types");
    if (!broadcast(a, b, dims, &rank)) return fvi_node_fail(n, err, "shapes do not fit");
    fv_status st = fvi_infer_out(g, n, 0, dims, rank, err);
    if (st == FV_OK) g->values[n->out[0]].t.type = fvi_infer_in(g, n, 0)->type;
    return st;
}

static fv_status infer_prelu(fvi_graph *g, fvi_node *n, fv_error *err)
{
    const fvi_tensor *x = fvi_infer_in(g, n, 0);
    const fvi_tensor *s = fvi_infer_in(g, n, 1);
    int64_t dims[FVI_RANK_MAX];
    int rank = 0;

    if (s->type != FVI_FLOAT || s->data == NULL)
        return fvi_node_fail(n, err, "the slope must be constant");
    if (!broadcast(x, s, dims, &rank) || rank != x->rank ||
        memcmp(dims, x->dims, (size_t)rank * sizeof *dims) != 0)
        return fvi_node_fail(n, err, "the slope does not fit");
    return same_shape(g, n, err);
}

static fv_status clip_bound(const fvi_graph *g, const fvi_node *n, int input, float *bound,
                            fv_error *err)
{
    const fvi_tensor *t = fvi_infer_in(g, n, input);
    if (t == NULL) return FV_OK;
    if (t->type != FVI_FLOAT || t->data == NULL || t->count != 1)
        return fvi_node_fail(n, err, "bounds must be constant numbers");
    *bound = *(const float *)t->data;
    return FV_OK;
}

static fv_status infer_clip(fvi_graph *g, fvi_node *n, fv_error *err)
{
    n->args.alpha = fvi_infer_float(n, "min", -FLT_MAX);
    n->args.beta = fvi_infer_float(n, "max", FLT_MAX);
    fv_status st = clip_bound(g, n, 1, &n->args.alpha, err);
    if (st == FV_OK) st = clip_bound(g, n, 2, &n->args.beta, err);
    if (st == FV_OK) st = same_shape(g, n, err);
    return st;
}

static fv_status infer_batchnorm(fvi_graph *g, fvi_node *n, fv_error *err)
{
    const fvi_tensor *x = fvi_infer_in(g, n, 0);
    if (x->rank < 2) return fvi_node_fail(n, err, "input of rank %d", x->rank);
    if (fvi_infer_int(n, "training_mode", 0) != 0 || fvi_infer_int(n, "spatial", 1) != 1)
        return fvi_node_fail(n, err, "only inference over channels is supported");
    for (int i = 1; i < 5; i++) {
        const fvi_tensor *t = fvi_infer_in(g, n, i);
        if (t->type != FVI_FLOAT || t->data == NULL || t->count != x->dims[1])
            return fvi_node_fail(n, err, "input %d must be one constant for each channel", i);
    }
    n->args.alpha = fvi_infer_float(n, "epsilon", 1e-5f);
    return same_shape(g, n, err);
}

static fv_status infer_softmax(fvi_graph *g, fvi_node *n, fv_error *err)
{
    const fvi_tensor *x = fvi_infer_in(g, n, 0);
    n->args.flat = g->opset < 13;
    n->args.axis = fvi_infer_axis(fvi_infer_int(n, "axis", n->args.flat ? 1 : -1), x->rank);
    if (n->args.axis < 0) return fvi_node_fail(n, err, "axis out of range");
    return same_shape(g, n, err);
}

static fv_status infer_mean(fvi_graph *g, fvi_node *n, fv_error *err)
{
    const fvi_tensor *x = fvi_infer_in(g, n, 0);
    int64_t dims[FVI_RANK_MAX];
    const int64_t *axes = NULL;
    int n_axes = 0;
    int rank = 0;
    bool keep = fvi_infer_int(n, "keepdims", 1) != 0;

    fv_status st = fvi_infer_list(g, n, 1, "axes", &axes, &n_axes, err);
    if (st != FV_OK) return st;
    n->args.axes = 0;
    for (int i = 0; i < n_axes; i++) {
        int axis = fvi_infer_axis(axes[i], x->rank);
        if (axis < 0) return fvi_node_fail(n, err, "axis out of range");
        n->args.axes |= 1u << axis;
    }
    if (n_axes == 0 && fvi_infer_int(n, "noop_with_empty_axes", 0) == 0)
        n->args.axes = (1u << x->rank) - 1;
    for (int i = 0; i < x->rank; i++) {
        if ((n->args.axes >> i & 1u) == 0)
            dims[rank++] = x->dims[i];
        else if (keep)
            dims[rank++] = 1;
    }
    return fvi_infer_out(g, n, 0, dims, rank, err);
}

static void act_constants(fvi_node *n)
{
    fvi_op_args *a = &n->args;
    a->alpha = fvi_infer_float(n, "alpha", n->op == FVI_OP_HARDSIGMOID ? 0.2f : 0.01f);
    a->beta = fvi_infer_float(n, "beta", 0.5f);
}

fv_status fvi_infer_math(fvi_graph *g, fvi_node *n, fv_error *err)
{
    const fvi_tensor *x = fvi_infer_in(g, n, 0);

    if (n->op == FVI_OP_IDENTITY || n->op == FVI_OP_DROPOUT) {
        fv_status st = same_shape(g, n, err);
        if (st == FV_OK) g->values[n->out[0]].t.type = fvi_infer_in(g, n, 0)->type;
        return st;
    }
    if (n->op == FVI_OP_ADD || n->op == FVI_OP_SUB || n->op == FVI_OP_MUL || n->op == FVI_OP_DIV)
        return infer_binary(g, n, err);
    if (x->type != FVI_FLOAT) return fvi_node_fail(n, err, "input of integers");
    switch (n->op) {
    case FVI_OP_PRELU:
        return infer_prelu(g, n, err);
    case FVI_OP_CLIP:
        return infer_clip(g, n, err);
    case FVI_OP_BATCHNORM:
        return infer_batchnorm(g, n, err);
    case FVI_OP_SOFTMAX:
        return infer_softmax(g, n, err);
    case FVI_OP_REDUCEMEAN:
        return infer_mean(g, n, err);
    default:
        act_constants(n);
        return same_shape(g, n, err);
    }
}
