/* SPDX-License-Identifier: Apache-2.0 */
#include "nn/graph.h"

static int64_t work_of(const fvi_graph *g, const fvi_node *n)
{
    int64_t count = g->values[n->out[0]].t.count;
    for (int i = 0; i < n->n_in; i++)
        if (n->in[i] >= 0) count += g->values[n->in[i]].t.count;
    if (n->op == FVI_OP_CONV || n->op == FVI_OP_MAXPOOL || n->op == FVI_OP_AVGPOOL)
        return count * n->args.win.kernel[0] * n->args.win.kernel[1] *
               (n->op == FVI_OP_CONV ? g->values[n->in[1]].t.dims[1] : 1);
    if (n->op == FVI_OP_GEMM || n->op == FVI_OP_MATMUL) {
        const fvi_tensor *a = &g->values[n->in[0]].t;
        int64_t inner = a->dims[n->op == FVI_OP_GEMM && n->args.trans_a ? 0 : a->rank - 1];
        return count * inner;
    }
    return count;
}

static bool all_constant(const fvi_graph *g, const fvi_node *n)
{
    for (int i = 0; i < n->n_in; i++)
        if (n->in[i] >= 0 && !fvi_graph_is_const(g, n->in[i])) return false;
    return true;
}

static fv_status evaluate(fvi_graph *g, fvi_node *n, fv_error *err)
{
    enum { OPERANDS_MAX = 64 };
    fvi_tensor in[OPERANDS_MAX] = {{0}};
    fvi_tensor out[OPERANDS_MAX] = {{0}};
    fv_status st = FV_OK;

    if (n->n_in > OPERANDS_MAX || n->n_out > OPERANDS_MAX)
        return fvi_node_fail(n, err, "too many constant operands");
    g->fold_work += work_of(g, n);
    if (g->fold_work > FVI_GRAPH_FOLD_WORK_MAX)
        return fvi_node_fail(n, err, "too much to compute from constants");
    for (int i = 0; i < n->n_in; i++)
        if (n->in[i] >= 0) in[i] = g->values[n->in[i]].t;
    for (int i = 0; i < n->n_out; i++) {
        if (g->values[n->out[i]].t.count == 0) continue; /* an optional output */
        FVI_TRY(fvi_graph_alloc(g, &g->values[n->out[i]].t, err));
        out[i] = g->values[n->out[i]].t;
    }
    const fvi_operands x = {in, n->n_in, out, n->n_out};
    fvi_op_eval(n->op, &n->args, &x);
    n->dead = true;
out:
    return st;
}

static fv_status fold_node(fvi_graph *g, fvi_node *n, fv_error *err)
{
    fv_status st = fvi_op_infer(g, n, err);
    if (st != FV_OK) return st;
    if (fvi_graph_is_const(g, n->out[0])) {
        n->dead = true;
        return FV_OK;
    }
    if (all_constant(g, n)) return evaluate(g, n, err);
    if (g->values[n->out[0]].t.type != FVI_FLOAT)
        return fvi_node_fail(n, err, "integers that depend on the input");
    return FV_OK;
}

fv_status fvi_graph_fold(fvi_graph *g, fv_error *err)
{
    fvi_graph_count_uses(g);
    for (int i = 0; i < g->n_nodes; i++) {
        fv_status st = fold_node(g, &g->nodes[i], err);
        if (st != FV_OK) return st;
    }
    for (int i = 0; i < g->n_outputs; i++) {
        const fvi_value *v = &g->values[g->outputs[i]];
        if (v->t.type != FVI_FLOAT || v->t.count == 0)
            return fvi_fail(err, FV_E_MODEL, "output %.*s is not of floats", FVI_GRAPH_NAME_MAX,
                            v->name);
    }
    fvi_graph_prune(g);
    return FV_OK;
}
