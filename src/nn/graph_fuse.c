/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "nn/graph.h"

static const fvi_tensor *tensor(const fvi_graph *g, int value)
{
    return &g->values[value].t;
}

/* The node that makes input i of n, if nothing else reads it. */
static fvi_node *sole_source(fvi_graph *g, const fvi_node *n, int i)
{
    int v = n->in[i];
    if (v < 0 || g->values[v].uses != 1 || g->values[v].producer < 0) return NULL;
    fvi_node *p = &g->nodes[g->values[v].producer];
    return p->dead ? NULL : p;
}

/* `n` takes over what `source` computes, and gives it under its own name; source is gone. */
static void take_over(fvi_graph *g, fvi_node *n, fvi_node *source)
{
    int *out = n->out;
    *n = (fvi_node){.name = source->name,
                    .op = source->op,
                    .in = source->in,
                    .n_in = source->n_in,
                    .attrs = source->attrs,
                    .n_attrs = source->n_attrs,
                    .args = source->args,
                    .residual = source->residual,
                    .fused = source->fused,
                    .out = out,
                    .n_out = 1};
    g->values[out[0]].producer = (int)(n - g->nodes);
    g->values[source->out[0]].uses = 0;
    source->dead = true;
}

static void drop_identity(fvi_graph *g, fvi_node *n)
{
    if (n->op != FVI_OP_IDENTITY && n->op != FVI_OP_DROPOUT) return;
    fvi_graph_replace(g, n->out[0], n->in[0]);
    g->values[n->in[0]].uses--;
    n->dead = true;
}

static bool is_linear(const fvi_graph *g, const fvi_node *n)
{
    if (n == NULL || n->residual >= 0 || n->fused.act != FVI_ACT_NONE) return false;
    if (n->op == FVI_OP_CONV) return true;
    if (n->op != FVI_OP_GEMM && n->op != FVI_OP_MATMUL) return false;
    if (!fvi_graph_is_const(g, n->in[1]) || tensor(g, n->in[1])->rank != 2) return false;
    if (n->op == FVI_OP_MATMUL) return tensor(g, n->out[0])->rank == 2;
    if (n->n_in < 3 || n->in[2] < 0) return true;
    return fvi_graph_is_const(g, n->in[2]) &&
           tensor(g, n->in[2])->count == tensor(g, n->out[0])->dims[1];
}

/* What follows a linear node, by channel: y scale + shift. */
typedef struct affine {
    float *scale;
    float *shift;
    int64_t channels;
} affine;

static fv_status affine_alloc(fvi_graph *g, int64_t channels, affine *a, fv_error *err)
{
    a->channels = channels;
    a->scale = fvi_pool_array(&g->pool, (size_t)channels, sizeof *a->scale);
    a->shift = fvi_pool_array(&g->pool, (size_t)channels, sizeof *a->shift);
    if (a->scale == NULL || a->shift == NULL) return fvi_graph_no_memory(g, "fusion", err);
    return FV_OK;
}

static void affine_of_batchnorm(const fvi_graph *g, const fvi_node *n, affine *a)
{
    const float *p[5] = {NULL};
    for (int i = 1; i < 5; i++)
        p[i] = tensor(g, n->in[i])->data;
    for (int64_t c = 0; c < a->channels; c++) {
        a->scale[c] = p[1][c] / sqrtf(p[4][c] + n->args.alpha);
        a->shift[c] = p[2][c] - p[3][c] * a->scale[c];
    }
}

/* Whether t holds one number for each channel of x, or one for all. */
static bool by_channel(const fvi_tensor *t, const fvi_tensor *x)
{
    if (t->type != FVI_FLOAT || t->rank > x->rank) return false;
    if (t->count == 1) return true;
    int axis = t->rank - (x->rank - 1); /* where t has x's axis 1 */
    return axis >= 0 && t->count == x->dims[1] && t->dims[axis] == x->dims[1];
}

static void affine_of_binary(const fvi_graph *g, const fvi_node *n, int constant, affine *a)
{
    const fvi_tensor *t = tensor(g, n->in[constant]);
    const float *v = t->data;
    for (int64_t c = 0; c < a->channels; c++) {
        float k = v[t->count == 1 ? 0 : c];
        bool product = n->op == FVI_OP_MUL || n->op == FVI_OP_DIV;
        a->scale[c] = n->op == FVI_OP_MUL ? k : n->op == FVI_OP_DIV ? 1.0f / k : 1.0f;
        if (n->op == FVI_OP_SUB && constant == 0) a->scale[c] = -1.0f;
        a->shift[c] = product ? 0.0f : n->op == FVI_OP_SUB && constant == 1 ? -k : k;
    }
}

static void scale_weights(const fvi_node *n, const fvi_tensor *w, float *out, const affine *a)
{
    const float *in = w->data;
    bool rows = n->op == FVI_OP_CONV || (n->op == FVI_OP_GEMM && n->args.trans_b);
    int64_t row = w->count / w->dims[0];
    float alpha = n->op == FVI_OP_GEMM ? n->args.alpha : 1.0f;
    for (int64_t i = 0; i < w->count; i++)
        out[i] = in[i] * alpha * a->scale[rows ? i / row : i % row];
}

/* Puts the affine into the weights and the bias of a linear node; both become fresh constants. */
static fv_status fold_affine(fvi_graph *g, fvi_node *n, const affine *a, fv_error *err)
{
    const fvi_tensor w = *tensor(g, n->in[1]);
    int weights = fvi_graph_constant(g, w.dims, w.rank);
    int bias = fvi_graph_constant(g, &a->channels, 1);
    int *in = fvi_pool_array(&g->pool, 3, sizeof *in);
    if (weights < 0 || bias < 0 || in == NULL) return fvi_graph_no_memory(g, "fusion", err);

    scale_weights(n, &w, g->values[weights].t.data, a);
    const float *old = n->n_in > 2 && n->in[2] >= 0 ? tensor(g, n->in[2])->data : NULL;
    float beta = n->op == FVI_OP_GEMM ? n->args.beta : 1.0f;
    float *shift = g->values[bias].t.data;
    for (int64_t c = 0; c < a->channels; c++)
        shift[c] = (old != NULL ? old[c] * beta * a->scale[c] : 0.0f) + a->shift[c];

    in[0] = n->in[0];
    in[1] = weights;
    in[2] = bias;
    n->in = in;
    n->n_in = 3;
    if (n->op != FVI_OP_CONV) {
        bool trans_a = n->op == FVI_OP_GEMM && n->args.trans_a;
        bool trans_b = n->op == FVI_OP_GEMM && n->args.trans_b;
        n->op = FVI_OP_GEMM;
        n->args =
            (fvi_op_args){.alpha = 1.0f, .beta = 1.0f, .trans_a = trans_a, .trans_b = trans_b};
    }
    return FV_OK;
}

/* Which input of a binary node is a constant by channel, the other being a linear node's; or -1. */
static int constant_side(fvi_graph *g, const fvi_node *n)
{
    if (n->op != FVI_OP_ADD && n->op != FVI_OP_SUB && n->op != FVI_OP_MUL && n->op != FVI_OP_DIV)
        return -1;
    for (int c = 0; c < 2; c++) {
        if (c == 0 && n->op == FVI_OP_DIV) continue;
        if (!fvi_graph_is_const(g, n->in[c]) || !is_linear(g, sole_source(g, n, 1 - c))) continue;
        const fvi_tensor *x = tensor(g, n->in[1 - c]);
        if (by_channel(tensor(g, n->in[c]), x) && x->count == tensor(g, n->out[0])->count &&
            x->rank == tensor(g, n->out[0])->rank)
            return c;
    }
    return -1;
}

static fv_status fuse_affine(fvi_graph *g, fvi_node *n, fv_error *err)
{
    affine a = {0};
    int side = constant_side(g, n);
    bool norm = n->op == FVI_OP_BATCHNORM && is_linear(g, sole_source(g, n, 0));
    fv_status st = FV_OK;

    if (side < 0 && !norm) return FV_OK;
    fvi_node *source = sole_source(g, n, norm ? 0 : 1 - side);
    FVI_TRY(affine_alloc(g, tensor(g, n->out[0])->dims[1], &a, err));
    if (norm)
        affine_of_batchnorm(g, n, &a);
    else
        affine_of_binary(g, n, side, &a);
    FVI_TRY(fold_affine(g, source, &a, err));
    take_over(g, n, source);
out:
    return st;
}

static bool same_dims(const fvi_tensor *a, const fvi_tensor *b)
{
    return a->rank == b->rank && memcmp(a->dims, b->dims, (size_t)a->rank * sizeof a->dims[0]) == 0;
}

static void fuse_sum(fvi_graph *g, fvi_node *n)
{
    int pick = -1;
    if (n->op != FVI_OP_ADD || !same_dims(tensor(g, n->in[0]), tensor(g, n->in[1]))) return;
    for (int i = 0; i < 2; i++) {
        const fvi_node *s = sole_source(g, n, i);
        if (s == NULL || s->op != FVI_OP_CONV || !is_linear(g, s)) continue;
        if (fvi_graph_is_const(g, n->in[1 - i])) continue;
        /* Of two convolutions the later one adds: the other's result is then already there. */
        if (pick < 0 || g->values[n->in[i]].producer > g->values[n->in[pick]].producer) pick = i;
    }
    if (pick < 0) return;
    int other = n->in[1 - pick];
    take_over(g, n, sole_source(g, n, pick));
    n->residual = other;
}

static void fuse_act(fvi_graph *g, fvi_node *n)
{
    fvi_act act = fvi_op_act(n->op);
    if (act == FVI_ACT_NONE) return;
    fvi_node *s = sole_source(g, n, 0);
    if (s == NULL || s->fused.act != FVI_ACT_NONE) return;
    bool gemm = s->op == FVI_OP_GEMM && is_linear(g, s);
    if (s->op != FVI_OP_CONV && !gemm) return;
    fvi_fused f = {.act = act, .alpha = n->args.alpha, .beta = n->args.beta};
    if (act == FVI_ACT_PRELU) {
        const fvi_tensor *slope = tensor(g, n->in[1]);
        if (!by_channel(slope, tensor(g, n->in[0])) || (gemm && slope->count != 1)) return;
        f.slope = slope->data;
        if (slope->count == 1) f = (fvi_fused){.act = FVI_ACT_LEAKY, .alpha = f.slope[0]};
    }
    take_over(g, n, s);
    n->fused = f;
}

/* Reshape to groups, swap, reshape back: a permutation of channels. */
static void fuse_shuffle(fvi_graph *g, fvi_node *n)
{
    if (n->op != FVI_OP_RESHAPE) return;
    const fvi_node *t = sole_source(g, n, 0);
    if (t == NULL || t->op != FVI_OP_TRANSPOSE) return;
    const fvi_node *r = sole_source(g, t, 0);
    if (r == NULL || r->op != FVI_OP_RESHAPE) return;
    const fvi_tensor *x = tensor(g, r->in[0]);
    const fvi_tensor *m = tensor(g, r->out[0]);
    const int *p = t->args.perm;
    if (x->rank != 4 || m->rank != 5 || !same_dims(x, tensor(g, n->out[0]))) return;
    if (m->dims[0] != x->dims[0] || m->dims[1] * m->dims[2] != x->dims[1] ||
        m->dims[3] != x->dims[2] || m->dims[4] != x->dims[3])
        return;
    if (p[0] != 0 || p[1] != 2 || p[2] != 1 || p[3] != 3 || p[4] != 4) return;
    n->op = FVI_OP_SHUFFLE;
    n->args.group = m->dims[1];
    n->in[0] = r->in[0];
    n->n_in = 1;
}

fv_status fvi_graph_fuse(fvi_graph *g, fv_error *err)
{
    for (int i = 0; i < g->n_nodes; i++)
        if (!g->nodes[i].dead) drop_identity(g, &g->nodes[i]);
    fvi_graph_prune(g);
    for (int i = 0; i < g->n_nodes; i++) {
        fvi_node *n = &g->nodes[i];
        if (n->dead) continue;
        fv_status st = fuse_affine(g, n, err);
        if (st != FV_OK) return st;
    }
    fvi_graph_prune(g);
    for (int i = 0; i < g->n_nodes; i++) {
        fvi_node *n = &g->nodes[i];
        if (n->dead) continue;
        fuse_shuffle(g, n);
        fuse_sum(g, n);
        fuse_act(g, n);
    }
    fvi_graph_prune(g);
    return FV_OK;
}
