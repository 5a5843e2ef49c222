/* SPDX-License-Identifier: Apache-2.0 */
#include "nn/graph.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

fv_status fvi_graph_no_memory(const fvi_graph *g, const char *what, fv_error *err)
{
    if (g->pool.exhausted)
        return fvi_fail(err, FV_E_MODEL, "%s: more memory than the limit for a model", what);
    return fvi_fail(err, FV_E_NOMEM, "%s", what);
}

fv_status fvi_node_fail(const fvi_node *n, fv_error *err, const char *fmt, ...)
{
    char text[160];
    va_list ap;
    va_start(ap, fmt);
    if (vsnprintf(text, sizeof text, fmt, ap) < 0) text[0] = '\0';
    va_end(ap);
    return fvi_fail(err, FV_E_MODEL, "node %.*s (%s): %s", FVI_GRAPH_NAME_MAX, n->name,
                    fvi_onnx_op_name(n->op), text);
}

int fvi_graph_value(fvi_graph *g, const char *name)
{
    if (g->n_values == g->cap_values) {
        if (g->cap_values >= FVI_GRAPH_VALUES_MAX) {
            g->pool.exhausted = true;
            return -1;
        }
        int cap = g->cap_values == 0 ? 256 : 2 * g->cap_values;
        fvi_value *more = fvi_pool_array(&g->pool, (size_t)cap, sizeof *more);
        if (more == NULL) return -1;
        if (g->n_values > 0) memcpy(more, g->values, (size_t)g->n_values * sizeof *more);
        g->values = more;
        g->cap_values = cap;
    }
    g->values[g->n_values] = (fvi_value){.name = name, .producer = -1};
    return g->n_values++;
}

int64_t fvi_shape_count(const int64_t *dims, int rank)
{
    int64_t count = 1;
    for (int i = 0; i < rank; i++) {
        if (dims[i] < 1 || dims[i] > FVI_TENSOR_ELEMENTS_MAX) return -1;
        count *= dims[i];
        if (count > FVI_TENSOR_ELEMENTS_MAX) return -1;
    }
    return count;
}

fv_status fvi_tensor_shape(fvi_tensor *t, fvi_type type, const int64_t *dims, int rank)
{
    if (rank < 0 || rank > FVI_RANK_MAX) return FV_E_MODEL;
    int64_t count = fvi_shape_count(dims, rank);
    if (count < 0) return FV_E_MODEL;
    t->type = type;
    t->rank = rank;
    t->count = count;
    for (int i = 0; i < rank; i++)
        t->dims[i] = dims[i];
    return FV_OK;
}

fv_status fvi_graph_alloc(fvi_graph *g, fvi_tensor *t, fv_error *err)
{
    t->data = fvi_pool_array(&g->pool, (size_t)t->count,
                             t->type == FVI_FLOAT ? sizeof(float) : sizeof(int64_t));
    return t->data == NULL ? fvi_graph_no_memory(g, "a constant", err) : FV_OK;
}

int fvi_graph_constant(fvi_graph *g, const int64_t *dims, int rank)
{
    fvi_tensor t = {0};
    if (fvi_tensor_shape(&t, FVI_FLOAT, dims, rank) != FV_OK) return -1;
    if (fvi_graph_alloc(g, &t, NULL) != FV_OK) return -1;
    int v = fvi_graph_value(g, "");
    if (v >= 0) g->values[v].t = t;
    return v;
}

bool fvi_graph_is_const(const fvi_graph *g, int value)
{
    return value >= 0 && g->values[value].t.data != NULL;
}

int fvi_graph_only_reader(const fvi_graph *g, int value)
{
    if (g->values[value].uses != 1) return -1;
    for (int i = g->values[value].producer + 1; i < g->n_nodes; i++) {
        const fvi_node *n = &g->nodes[i];
        if (n->dead) continue;
        if (n->residual == value) return i;
        for (int k = 0; k < n->n_in; k++)
            if (n->in[k] == value) return i;
    }
    return -1;
}

void fvi_graph_replace(fvi_graph *g, int from, int to)
{
    for (int i = 0; i < g->n_nodes; i++) {
        fvi_node *n = &g->nodes[i];
        if (n->residual == from) n->residual = to;
        for (int k = 0; k < n->n_in; k++)
            if (n->in[k] == from) n->in[k] = to;
    }
    for (int i = 0; i < g->n_outputs; i++)
        if (g->outputs[i] == from) g->outputs[i] = to;
    g->values[to].uses += g->values[from].uses;
    g->values[from].uses = 0;
}

void fvi_graph_count_uses(fvi_graph *g)
{
    for (int i = 0; i < g->n_values; i++)
        g->values[i].uses = 0;
    for (int i = 0; i < g->n_nodes; i++) {
        const fvi_node *n = &g->nodes[i];
        if (n->dead) continue;
        if (n->residual >= 0) g->values[n->residual].uses++;
        for (int k = 0; k < n->n_in; k++)
            if (n->in[k] >= 0) g->values[n->in[k]].uses++;
    }
    for (int i = 0; i < g->n_outputs; i++)
        g->values[g->outputs[i]].uses++;
}

static bool is_read(const fvi_graph *g, const fvi_node *n)
{
    for (int k = 0; k < n->n_out; k++)
        if (g->values[n->out[k]].uses > 0) return true;
    return false;
}

void fvi_graph_prune(fvi_graph *g)
{
    fvi_graph_count_uses(g);
    for (int i = g->n_nodes - 1; i >= 0; i--) {
        fvi_node *n = &g->nodes[i];
        if (n->dead || is_read(g, n)) continue;
        n->dead = true;
        if (n->residual >= 0) g->values[n->residual].uses--;
        for (int k = 0; k < n->n_in; k++)
            if (n->in[k] >= 0) g->values[n->in[k]].uses--;
    }
}

const fvi_attr *fvi_node_attr(const fvi_node *n, const char *name)
{
    for (int i = 0; i < n->n_attrs; i++)
        if (strcmp(n->attrs[i].name, name) == 0) return &n->attrs[i];
    return NULL;
}

void fvi_graph_free(fvi_graph *g)
{
    fvi_pool_free(&g->pool);
    *g = (fvi_graph){0};
}
