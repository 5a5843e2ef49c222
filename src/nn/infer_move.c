/* SPDX-License-Identifier: Apache-2.0 */
/* Operators that move elements without changing them. */
#include <string.h>

#include "nn/infer.h"

static void keep_type(fvi_graph *g, const fvi_node *n)
{
    for (int i = 0; i < n->n_out; i++)
        g->values[n->out[i]].t.type = g->values[n->in[0]].t.type;
}

static fv_status infer_constant(fvi_graph *g, fvi_node *n, fv_error *err)
{
    fvi_tensor *t = &g->values[n->out[0]].t;
    fv_status st = FV_OK;
    if (n->n_attrs != 1) return fvi_node_fail(n, err, "one attribute is needed");
    const fvi_attr *a = &n->attrs[0];
    if (a->kind == FVI_ATTR_TENSOR) {
        *t = a->tensor;
        return FV_OK;
    }
    int64_t count = a->kind == FVI_ATTR_INTS ? (int64_t)a->n_ints : 1;
    if (a->kind == FVI_ATTR_TEXT ||
        fvi_tensor_shape(t, FVI_INT64, &count, a->kind == FVI_ATTR_INTS ? 1 : 0) != FV_OK)
        return fvi_node_fail(n, err, "value is not supported");
    if (a->kind == FVI_ATTR_FLOAT) t->type = FVI_FLOAT;
    FVI_TRY(fvi_graph_alloc(g, t, err));
    if (a->kind == FVI_ATTR_FLOAT)
        *(float *)t->data = a->f;
    else if (a->kind == FVI_ATTR_INT)
        *(int64_t *)t->data = a->i;
    else
        memcpy(t->data, a->ints, a->n_ints * sizeof *a->ints);
out:
    return st;
}

static fv_status infer_shape(fvi_graph *g, fvi_node *n, fv_error *err)
{
    const fvi_tensor x = *fvi_infer_in(g, n, 0);
    int64_t rank = x.rank;
    fvi_tensor *t = &g->values[n->out[0]].t;
    if (fvi_tensor_shape(t, FVI_INT64, &rank, 1) != FV_OK)
        return fvi_node_fail(n, err, "shape of a scalar");
    fv_status st = fvi_graph_alloc(g, t, err);
    if (st == FV_OK) memcpy(t->data, x.dims, (size_t)rank * sizeof *x.dims);
    return st;
}

static fv_status infer_gather(fvi_graph *g, fvi_node *n, fv_error *err)
{
    const fvi_tensor *x = fvi_infer_in(g, n, 0);
    const fvi_tensor *idx = fvi_infer_in(g, n, 1);
    int64_t dims[2 * FVI_RANK_MAX];
    int rank = 0;

    if (idx->type != FVI_INT64 || idx->data == NULL)
        return fvi_node_fail(n, err, "indices must be constant integers");
    int axis = n->args.axis = fvi_infer_axis(fvi_infer_int(n, "axis", 0), x->rank);
    if (axis < 0) return fvi_node_fail(n, err, "axis out of range");
    for (int64_t i = 0; i < idx->count; i++) {
        int64_t v = ((const int64_t *)idx->data)[i];
        if (v < -x->dims[axis] || v >= x->dims[axis])
            return fvi_node_fail(n, err, "index out of range");
    }
    for (int i = 0; i < axis; i++)
        dims[rank++] = x->dims[i];
    for (int i = 0; i < idx->rank; i++)
        dims[rank++] = idx->dims[i];
    for (int i = axis + 1; i < x->rank; i++)
        dims[rank++] = x->dims[i];
    return fvi_infer_out(g, n, 0, dims, rank, err);
}

static fv_status infer_unsqueeze(fvi_graph *g, fvi_node *n, fv_error *err)
{
    const fvi_tensor *x = fvi_infer_in(g, n, 0);
    const int64_t *axes = NULL;
    int n_axes = 0;
    int64_t dims[FVI_RANK_MAX];
    unsigned fresh = 0;

    fv_status st = fvi_infer_list(g, n, 1, "axes", &axes, &n_axes, err);
    if (st != FV_OK) return st;
    int rank = n_axes > FVI_RANK_MAX ? FVI_RANK_MAX + 1 : x->rank + n_axes;
    if (n_axes == 0 || rank > FVI_RANK_MAX) return fvi_node_fail(n, err, "axes");
    for (int i = 0; i < n_axes; i++) {
        int axis = fvi_infer_axis(axes[i], rank);
        if (axis < 0 || (fresh >> axis & 1u) != 0) return fvi_node_fail(n, err, "axes");
        fresh |= 1u << axis;
    }
    for (int i = 0, k = 0; i < rank; i++)
        dims[i] = (fresh >> i & 1u) != 0 ? 1 : x->dims[k++];
    return fvi_infer_out(g, n, 0, dims, rank, err);
}

static fv_status infer_squeeze(fvi_graph *g, fvi_node *n, fv_error *err)
{
    const fvi_tensor *x = fvi_infer_in(g, n, 0);
    const int64_t *axes = NULL;
    int n_axes = 0;
    int64_t dims[FVI_RANK_MAX];
    unsigned gone = 0;
    int rank = 0;

    fv_status st = fvi_infer_list(g, n, 1, "axes", &axes, &n_axes, err);
    if (st != FV_OK) return st;
    for (int i = 0; i < n_axes; i++) {
        int axis = fvi_infer_axis(axes[i], x->rank);
        if (axis < 0 || x->dims[axis] != 1) return fvi_node_fail(n, err, "axes");
        gone |= 1u << axis;
    }
    for (int i = 0; i < x->rank; i++) {
        bool drop = axes == NULL ? x->dims[i] == 1 : (gone >> i & 1u) != 0;
        if (!drop) dims[rank++] = x->dims[i];
    }
    return fvi_infer_out(g, n, 0, dims, rank, err);
}

static fv_status infer_reshape(fvi_graph *g, fvi_node *n, fv_error *err)
{
    const fvi_tensor *x = fvi_infer_in(g, n, 0);
    const int64_t *want = NULL;
    int rank = 0;
    int64_t dims[FVI_RANK_MAX];
    int64_t known = 1;
    int rest = -1;

    fv_status st = fvi_infer_list(g, n, 1, "shape", &want, &rank, err);
    if (st != FV_OK) return st;
    if (rank > FVI_RANK_MAX) return fvi_node_fail(n, err, "rank %d", rank);
    for (int i = 0; i < rank; i++) {
        dims[i] = want[i];
        if (want[i] == 0 && i < x->rank) dims[i] = x->dims[i];
        if (want[i] == -1) {
            if (rest >= 0) return fvi_node_fail(n, err, "two dimensions of -1");
            rest = i;
            dims[i] = 1;
        }
        if (dims[i] < 1 || dims[i] > x->count) return fvi_node_fail(n, err, "shape does not fit");
        known *= dims[i];
        if (known > x->count) return fvi_node_fail(n, err, "shape does not fit");
    }
    if (rest >= 0) dims[rest] = x->count / known;
    if (known * (rest >= 0 ? dims[rest] : 1) != x->count)
        return fvi_node_fail(n, err, "shape does not fit");
    return fvi_infer_out(g, n, 0, dims, rank, err);
}

static fv_status infer_flatten(fvi_graph *g, fvi_node *n, fv_error *err)
{
    const fvi_tensor *x = fvi_infer_in(g, n, 0);
    int64_t axis = fvi_infer_int(n, "axis", 1);
    int64_t dims[2] = {1, 1};
    if (axis < -(int64_t)x->rank || axis > x->rank) return fvi_node_fail(n, err, "axis");
    if (axis < 0) axis += x->rank;
    for (int i = 0; i < x->rank; i++)
        dims[i < axis ? 0 : 1] *= x->dims[i];
    return fvi_infer_out(g, n, 0, dims, 2, err);
}

static fv_status infer_transpose(fvi_graph *g, fvi_node *n, fv_error *err)
{
    const fvi_tensor *x = fvi_infer_in(g, n, 0);
    const int64_t *perm = NULL;
    int n_perm = 0;
    int64_t dims[FVI_RANK_MAX];
    unsigned seen = 0;

    fv_status st = fvi_infer_list(g, n, -1, "perm", &perm, &n_perm, err);
    if (st != FV_OK) return st;
    if (perm != NULL && n_perm != x->rank) return fvi_node_fail(n, err, "perm");
    for (int i = 0; i < x->rank; i++) {
        int64_t p = perm != NULL ? perm[i] : x->rank - 1 - i;
        if (p < 0 || p >= x->rank || (seen >> p & 1u) != 0) return fvi_node_fail(n, err, "perm");
        seen |= 1u << p;
        n->args.perm[i] = (int)p;
        dims[i] = x->dims[p];
    }
    return fvi_infer_out(g, n, 0, dims, x->rank, err);
}

static fv_status infer_concat(fvi_graph *g, fvi_node *n, fv_error *err)
{
    const fvi_tensor *x = fvi_infer_in(g, n, 0);
    int64_t dims[FVI_RANK_MAX];
    int axis = n->args.axis = fvi_infer_axis(fvi_infer_int(n, "axis", 1), x->rank);

    if (axis < 0) return fvi_node_fail(n, err, "axis out of range");
    memcpy(dims, x->dims, sizeof dims);
    for (int k = 1; k < n->n_in; k++) {
        const fvi_tensor *y = fvi_infer_in(g, n, k);
        if (y == NULL || y->rank != x->rank || y->type != x->type)
            return fvi_node_fail(n, err, "inputs do not fit");
        for (int i = 0; i < x->rank; i++)
            if (i != axis && y->dims[i] != x->dims[i])
                return fvi_node_fail(n, err, "inputs do not fit");
        dims[axis] += y->dims[axis]; /* each <= 2^26, and fewer than 2^31 of them */
    }
    return fvi_infer_out(g, n, 0, dims, x->rank, err);
}

static fv_status infer_split(fvi_graph *g, fvi_node *n, fv_error *err)
{
    const fvi_tensor x = *fvi_infer_in(g, n, 0);
    const int64_t *parts = NULL;
    int n_parts = 0;
    int64_t sum = 0;
    int axis = n->args.axis = fvi_infer_axis(fvi_infer_int(n, "axis", 0), x.rank);

    fv_status st = fvi_infer_list(g, n, 1, "split", &parts, &n_parts, err);
    if (st != FV_OK) return st;
    if (axis < 0) return fvi_node_fail(n, err, "axis out of range");
    if (parts != NULL && n_parts != n->n_out) return fvi_node_fail(n, err, "number of parts");
    int64_t even = (x.dims[axis] + n->n_out - 1) / n->n_out;
    for (int i = 0; i < n->n_out; i++) {
        int64_t dims[FVI_RANK_MAX];
        memcpy(dims, x.dims, sizeof dims);
        dims[axis] = parts != NULL ? parts[i] : even;
        if (parts == NULL && i == n->n_out - 1) dims[axis] = x.dims[axis] - sum;
        if (dims[axis] < 1 || dims[axis] > x.dims[axis] - sum)
            return fvi_node_fail(n, err, "parts do not fit");
        sum += dims[axis];
        st = fvi_infer_out(g, n, i, dims, x.rank, err);
        if (st != FV_OK) return st;
    }
    return sum == x.dims[axis] ? FV_OK : fvi_node_fail(n, err, "parts do not fit");
}

static fv_status infer_cast(fvi_graph *g, fvi_node *n, fv_error *err)
{
    const fvi_tensor *x = fvi_infer_in(g, n, 0);
    int64_t to = fvi_infer_int(n, "to", 0);
    if (to != 1 && to != 6 && to != 7) return fvi_node_fail(n, err, "type is not supported");
    fv_status st = fvi_infer_out(g, n, 0, x->dims, x->rank, err);
    if (st == FV_OK) g->values[n->out[0]].t.type = to == 1 ? FVI_FLOAT : FVI_INT64;
    return st;
}

fv_status fvi_infer_move(fvi_graph *g, fvi_node *n, fv_error *err)
{
    static fv_status (*const BY_OP[FVI_OP_COUNT])(fvi_graph *, fvi_node *, fv_error *) = {
        [FVI_OP_CONSTANT] = infer_constant, [FVI_OP_SHAPE] = infer_shape,
        [FVI_OP_GATHER] = infer_gather,     [FVI_OP_UNSQUEEZE] = infer_unsqueeze,
        [FVI_OP_SQUEEZE] = infer_squeeze,   [FVI_OP_RESHAPE] = infer_reshape,
        [FVI_OP_FLATTEN] = infer_flatten,   [FVI_OP_TRANSPOSE] = infer_transpose,
        [FVI_OP_CONCAT] = infer_concat,     [FVI_OP_SPLIT] = infer_split,
        [FVI_OP_CAST] = infer_cast,
    };
    fv_status st = BY_OP[n->op](g, n, err);
    if (st == FV_OK && n->op != FVI_OP_CONSTANT && n->op != FVI_OP_SHAPE && n->op != FVI_OP_CAST)
        keep_type(g, n);
    return st;
}
