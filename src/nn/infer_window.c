/* SPDX-License-Identifier: Apache-2.0 */
/* Conv, pooling, and the matrix products. */
#include <string.h>

#include "nn/infer.h"

/* Kernels, strides and pads above this are not a network that anybody trained. */
enum { WINDOW_MAX = 4096 };

/* lint: parameters, a list and its length are one thing */
static fv_status read_ints(const fvi_graph *g, const fvi_node *n, const char *name, int64_t *out,
                           int want, fv_error *err)
{
    const int64_t *list = NULL;
    int count = 0;
    fv_status st = fvi_infer_list(g, n, -1, name, &list, &count, err);
    if (st != FV_OK || list == NULL) return st;
    if (count != want) return fvi_node_fail(n, err, "%s must have %d numbers", name, want);
    for (int i = 0; i < want; i++) {
        if (list[i] < 0 || list[i] > WINDOW_MAX)
            return fvi_node_fail(n, err, "%s out of range", name);
        out[i] = list[i];
    }
    return FV_OK;
}

static void auto_pad(fvi_window *w, const fvi_tensor *x, bool upper)
{
    for (int i = 0; i < 2; i++) {
        int64_t size = x->dims[2 + i];
        int64_t out = (size + w->stride[i] - 1) / w->stride[i];
        int64_t span = (w->kernel[i] - 1) * w->dilation[i] + 1;
        int64_t pad = (out - 1) * w->stride[i] + span - size;
        if (pad < 0) pad = 0;
        w->pad[i] = upper ? pad / 2 : pad - pad / 2;
        w->pad[2 + i] = pad - w->pad[i];
    }
}

static fv_status read_window(fvi_graph *g, fvi_node *n, fv_error *err)
{
    fvi_window *w = &n->args.win;
    const fvi_tensor *x = fvi_infer_in(g, n, 0);
    const char *mode = fvi_infer_text(n, "auto_pad", "NOTSET");
    fv_status st = FV_OK;

    for (int i = 0; i < 2; i++) {
        w->stride[i] = w->dilation[i] = 1;
        w->pad[i] = w->pad[2 + i] = 0;
    }
    FVI_TRY(read_ints(g, n, "kernel_shape", w->kernel, 2, err));
    FVI_TRY(read_ints(g, n, "strides", w->stride, 2, err));
    FVI_TRY(read_ints(g, n, "dilations", w->dilation, 2, err));
    FVI_TRY(read_ints(g, n, "pads", w->pad, 4, err));
    for (int i = 0; i < 2; i++)
        if (w->kernel[i] < 1 || w->stride[i] < 1 || w->dilation[i] < 1)
            return fvi_node_fail(n, err, "window of size 0");
    if (strcmp(mode, "SAME_UPPER") == 0 || strcmp(mode, "SAME_LOWER") == 0)
        auto_pad(w, x, mode[5] == 'U');
    else if (strcmp(mode, "VALID") != 0 && strcmp(mode, "NOTSET") != 0)
        return fvi_node_fail(n, err, "auto_pad is not known");
out:
    return st;
}

static int64_t window_count(const fvi_window *w, int i, int64_t size, bool ceil)
{
    int64_t room = size + w->pad[i] + w->pad[2 + i] - ((w->kernel[i] - 1) * w->dilation[i] + 1);
    if (room < 0) return -1;
    int64_t count = (ceil ? room + w->stride[i] - 1 : room) / w->stride[i] + 1;
    /* A window must not begin in the padding behind the input. */
    if (ceil && (count - 1) * w->stride[i] >= size + w->pad[i]) count--;
    return count;
}

static fv_status window_out(fvi_graph *g, fvi_node *n, int64_t channels, bool ceil, fv_error *err)
{
    const fvi_tensor *x = fvi_infer_in(g, n, 0);
    fvi_window *w = &n->args.win;
    int64_t dims[4] = {x->dims[0], channels, 0, 0};
    for (int i = 0; i < 2; i++) {
        dims[2 + i] = window_count(w, i, x->dims[2 + i], ceil);
        if (ceil && dims[2 + i] > 0) { /* from here on the padding says it all */
            int64_t need = (dims[2 + i] - 1) * w->stride[i] + w->kernel[i] - x->dims[2 + i];
            if (need - w->pad[i] > w->pad[2 + i] && n->args.count_pad)
                return fvi_node_fail(n, err, "ceil_mode with count_include_pad");
        }
    }
    return fvi_infer_out(g, n, 0, dims, 4, err);
}

static fv_status infer_conv(fvi_graph *g, fvi_node *n, fv_error *err)
{
    const fvi_tensor *x = fvi_infer_in(g, n, 0);
    const fvi_tensor *w = fvi_infer_in(g, n, 1);
    const fvi_tensor *b = fvi_infer_in(g, n, 2);
    int64_t group = fvi_infer_int(n, "group", 1);

    if (w->type != FVI_FLOAT || w->data == NULL || w->rank != 4)
        return fvi_node_fail(n, err, "weights must be constant, of rank 4");
    if (group < 1 || group > x->dims[1] || x->dims[1] % group != 0 || w->dims[0] % group != 0 ||
        w->dims[1] != x->dims[1] / group)
        return fvi_node_fail(n, err, "channels, groups and weights do not fit");
    if (b != NULL && (b->type != FVI_FLOAT || b->data == NULL || b->count != w->dims[0]))
        return fvi_node_fail(n, err, "bias must be one constant for each output channel");
    n->args.group = group;
    n->args.win.kernel[0] = w->dims[2];
    n->args.win.kernel[1] = w->dims[3];
    fv_status st = read_window(g, n, err);
    if (st != FV_OK) return st;
    if (n->args.win.kernel[0] != w->dims[2] || n->args.win.kernel[1] != w->dims[3])
        return fvi_node_fail(n, err, "kernel_shape and weights do not fit");
    return window_out(g, n, w->dims[0], false, err);
}

static fv_status infer_pool(fvi_graph *g, fvi_node *n, fv_error *err)
{
    const fvi_tensor *x = fvi_infer_in(g, n, 0);
    fvi_window *w = &n->args.win;

    if (fvi_node_attr(n, "kernel_shape") == NULL) return fvi_node_fail(n, err, "no kernel_shape");
    fv_status st = read_window(g, n, err);
    if (st != FV_OK) return st;
    if (fvi_infer_int(n, "storage_order", 0) != 0)
        return fvi_node_fail(n, err, "storage_order is not supported");
    for (int i = 0; i < 2; i++)
        if (w->pad[i] >= w->kernel[i] || w->pad[2 + i] >= w->kernel[i])
            return fvi_node_fail(n, err, "padding as large as the window");
    if (n->op == FVI_OP_MAXPOOL && (w->dilation[0] != 1 || w->dilation[1] != 1))
        return fvi_node_fail(n, err, "dilations are not supported");
    n->args.count_pad = fvi_infer_int(n, "count_include_pad", 0) != 0;
    return window_out(g, n, x->dims[1], fvi_infer_int(n, "ceil_mode", 0) != 0, err);
}

fv_status fvi_infer_window(fvi_graph *g, fvi_node *n, fv_error *err)
{
    const fvi_tensor *x = fvi_infer_in(g, n, 0);
    if (x->rank != 4 || x->type != FVI_FLOAT)
        return fvi_node_fail(n, err, "input must be floats of rank 4");
    if (n->op == FVI_OP_CONV) return infer_conv(g, n, err);
    if (n->op != FVI_OP_GLOBALAVG) return infer_pool(g, n, err);
    int64_t dims[4] = {x->dims[0], x->dims[1], 1, 1};
    n->args.win =
        (fvi_window){.kernel = {x->dims[2], x->dims[3]}, .stride = {1, 1}, .dilation = {1, 1}};
    return fvi_infer_out(g, n, 0, dims, 4, err);
}

static fv_status infer_gemm(fvi_graph *g, fvi_node *n, fv_error *err)
{
    const fvi_tensor *a = fvi_infer_in(g, n, 0);
    const fvi_tensor *b = fvi_infer_in(g, n, 1);
    const fvi_tensor *c = fvi_infer_in(g, n, 2);
    fvi_op_args *args = &n->args;

    if (a->rank != 2 || b->rank != 2) return fvi_node_fail(n, err, "inputs must be matrices");
    args->trans_a = fvi_infer_int(n, "transA", 0) != 0;
    args->trans_b = fvi_infer_int(n, "transB", 0) != 0;
    args->alpha = fvi_infer_float(n, "alpha", 1.0f);
    args->beta = fvi_infer_float(n, "beta", 1.0f);
    int64_t dims[2] = {a->dims[args->trans_a ? 1 : 0], b->dims[args->trans_b ? 0 : 1]};
    if (a->dims[args->trans_a ? 0 : 1] != b->dims[args->trans_b ? 1 : 0])
        return fvi_node_fail(n, err, "shapes do not fit");
    if (c != NULL) {
        int64_t rows = c->rank > 1 ? c->dims[c->rank - 2] : 1;
        int64_t columns = c->rank > 0 ? c->dims[c->rank - 1] : 1;
        if (c->type != FVI_FLOAT || c->rank > 2 || (rows != 1 && rows != dims[0]) ||
            (columns != 1 && columns != dims[1]))
            return fvi_node_fail(n, err, "the third input does not fit");
    }
    return fvi_infer_out(g, n, 0, dims, 2, err);
}

static fv_status infer_matmul(fvi_graph *g, fvi_node *n, fv_error *err)
{
    const fvi_tensor *a = fvi_infer_in(g, n, 0);
    const fvi_tensor *b = fvi_infer_in(g, n, 1);
    int64_t dims[FVI_RANK_MAX];

    if (a->rank < 2 || b->rank < 2) return fvi_node_fail(n, err, "inputs must be matrices");
    int rank = a->rank > b->rank ? a->rank : b->rank;
    for (int i = 0; i < rank - 2; i++) {
        int64_t da = i < rank - a->rank ? 1 : a->dims[i - (rank - a->rank)];
        int64_t db = i < rank - b->rank ? 1 : b->dims[i - (rank - b->rank)];
        if (da != db && da != 1 && db != 1) return fvi_node_fail(n, err, "shapes do not fit");
        dims[i] = da > db ? da : db;
    }
    if (a->dims[a->rank - 1] != b->dims[b->rank - 2])
        return fvi_node_fail(n, err, "shapes do not fit");
    dims[rank - 2] = a->dims[a->rank - 2];
    dims[rank - 1] = b->dims[b->rank - 1];
    n->args.alpha = 1.0f;
    return fvi_infer_out(g, n, 0, dims, rank, err);
}

fv_status fvi_infer_product(fvi_graph *g, fvi_node *n, fv_error *err)
{
    if (fvi_infer_in(g, n, 0)->type != FVI_FLOAT || fvi_infer_in(g, n, 1)->type != FVI_FLOAT)
        return fvi_node_fail(n, err, "input of integers");
    return n->op == FVI_OP_GEMM ? infer_gemm(g, n, err) : infer_matmul(g, n, err);
}
