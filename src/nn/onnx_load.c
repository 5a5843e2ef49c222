/* SPDX-License-Identifier: Apache-2.0 */
#include "nn/onnx_load.h"

#include <string.h>

#include "nn/names.h"
#include "nn/onnx_tensor.h"
#include "nn/onnx_wire.h"
#include "onnx.pb-c.h"

enum {
    DEPTH_MAX = 8, /* model, graph, node, attribute, tensor, segment: no subgraphs */
    OPSET_MIN = 7,
    OPSET_MAX = 21,
    NAME = FVI_GRAPH_NAME_MAX
};

typedef struct loader {
    fvi_graph *g;
    fvi_names names; /* of values; -1 where an empty tensor stands for "absent" */
    fv_error *err;
} loader;

static fv_status define(loader *ld, const char *name, int *value)
{
    int found = 0;
    if (fvi_names_find(&ld->names, name, &found))
        return fvi_fail(ld->err, FV_E_MODEL, "value %.*s is defined twice", NAME, name);
    const char *copy = fvi_pool_text(&ld->g->pool, name, strlen(name));
    *value = copy == NULL ? -1 : fvi_graph_value(ld->g, copy);
    if (*value < 0 || !fvi_names_add(&ld->names, &ld->g->pool, copy, *value))
        return fvi_graph_no_memory(ld->g, "values", ld->err);
    return FV_OK;
}

static fv_status load_initializer(loader *ld, const Onnx__TensorProto *t)
{
    const char *name = t->name == NULL ? "" : t->name;
    fvi_tensor tensor = {0};
    int value = 0;
    fv_status st = fvi_onnx_tensor(ld->g, t, name, &tensor, ld->err);
    if (st == FV_OK) st = define(ld, name, &value);
    if (st == FV_OK && tensor.count == 0) fvi_names_set(&ld->names, name, -1);
    if (st == FV_OK) ld->g->values[value].t = tensor;
    return st;
}

static bool dims_fit(const Onnx__ValueInfoProto *in, const fvi_onnx_io *io)
{
    const Onnx__TypeProto *type = in->type;
    if (type == NULL || type->value_case != ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE) return false;
    const Onnx__TypeProto__Tensor *t = type->tensor_type;
    if (t->elem_type != ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT) return false;
    if (t->shape == NULL) return true;
    if (t->shape->n_dim != (size_t)io->input_rank) return false;
    for (size_t i = 0; i < t->shape->n_dim; i++) {
        const Onnx__TensorShapeProto__Dimension *d = t->shape->dim[i];
        if (d->value_case == ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE &&
            d->dim_value > 0 && d->dim_value != io->input_dims[i])
            return false;
    }
    return true;
}

static fv_status load_input(loader *ld, const Onnx__GraphProto *graph, const fvi_onnx_io *io)
{
    int known = 0;
    ld->g->input = -1;
    for (size_t i = 0; i < graph->n_input; i++) {
        const Onnx__ValueInfoProto *in = graph->input[i];
        const char *name = in->name == NULL ? "" : in->name;
        if (fvi_names_find(&ld->names, name, &known)) continue; /* an initializer */
        if (ld->g->input >= 0) return fvi_fail(ld->err, FV_E_MODEL, "more than one input");
        if (io->input_name != NULL && strcmp(io->input_name, name) != 0)
            return fvi_fail(ld->err, FV_E_MODEL, "the input is called %.*s, not %.*s", NAME, name,
                            NAME, io->input_name);
        if (!dims_fit(in, io))
            return fvi_fail(ld->err, FV_E_MODEL, "the input %.*s has another shape or type", NAME,
                            name);
        fv_status st = define(ld, name, &ld->g->input);
        if (st != FV_OK) return st;
        if (fvi_tensor_shape(&ld->g->values[ld->g->input].t, FVI_FLOAT, io->input_dims,
                             io->input_rank) != FV_OK)
            return fvi_fail(ld->err, FV_E_MODEL, "the input's shape is beyond the limits");
    }
    if (ld->g->input < 0) return fvi_fail(ld->err, FV_E_MODEL, "no input");
    return FV_OK;
}

static fv_status load_attr(loader *ld, const Onnx__AttributeProto *a, const fvi_node *n,
                           fvi_attr *out)
{
    fvi_pool *pool = &ld->g->pool;
    const char *name = a->name == NULL ? "" : a->name;
    *out = (fvi_attr){.name = fvi_pool_text(pool, name, strlen(name)), .i = a->i, .f = a->f};
    if (out->name == NULL) return fvi_graph_no_memory(ld->g, "attributes", ld->err);
    switch (a->type) {
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT:
        out->kind = FVI_ATTR_INT;
        return FV_OK;
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT:
        out->kind = FVI_ATTR_FLOAT;
        return FV_OK;
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRING:
        out->kind = FVI_ATTR_TEXT;
        out->text = fvi_pool_text(pool, a->s.data == NULL ? "" : (const char *)a->s.data, a->s.len);
        return out->text == NULL ? fvi_graph_no_memory(ld->g, "attributes", ld->err) : FV_OK;
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS: {
        int64_t *ints = fvi_pool_array(pool, a->n_ints, sizeof *ints);
        if (ints == NULL) return fvi_graph_no_memory(ld->g, "attributes", ld->err);
        if (a->n_ints > 0) memcpy(ints, a->ints, a->n_ints * sizeof *ints);
        out->kind = FVI_ATTR_INTS;
        out->ints = ints;
        out->n_ints = a->n_ints;
        return FV_OK;
    }
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TENSOR:
        out->kind = FVI_ATTR_TENSOR;
        if (a->t == NULL) break;
        return fvi_onnx_tensor(ld->g, a->t, n->name, &out->tensor, ld->err);
    default:
        break;
    }
    return fvi_node_fail(n, ld->err, "attribute %.*s is of a kind that is not supported", NAME,
                         name);
}

static fv_status load_operands(loader *ld, const Onnx__NodeProto *p, fvi_node *n)
{
    fvi_pool *pool = &ld->g->pool;
    if (p->n_input > FVI_GRAPH_VALUES_MAX || p->n_output > FVI_GRAPH_VALUES_MAX)
        return fvi_node_fail(n, ld->err, "too many operands");
    n->in = fvi_pool_array(pool, p->n_input, sizeof *n->in);
    n->out = fvi_pool_array(pool, p->n_output, sizeof *n->out);
    n->attrs = fvi_pool_array(pool, p->n_attribute, sizeof *n->attrs);
    if (n->in == NULL || n->out == NULL || n->attrs == NULL)
        return fvi_graph_no_memory(ld->g, "nodes", ld->err);
    n->n_in = (int)p->n_input;
    n->n_out = (int)p->n_output;
    n->n_attrs = (int)p->n_attribute;
    for (int i = 0; i < n->n_in; i++) {
        n->in[i] = -1;
        if (p->input[i][0] == '\0') continue;
        if (!fvi_names_find(&ld->names, p->input[i], &n->in[i])) /* or defined later: a cycle */
            return fvi_node_fail(n, ld->err, "input %.*s is not defined before it", NAME,
                                 p->input[i]);
    }
    for (int i = 0; i < n->n_attrs; i++) {
        fv_status st = load_attr(ld, p->attribute[i], n, &n->attrs[i]);
        if (st != FV_OK) return st;
    }
    return FV_OK;
}

static fv_status load_outputs_of(loader *ld, const Onnx__NodeProto *p, fvi_node *n, int number)
{
    for (int i = 0; i < n->n_out; i++) {
        const char *name = p->output[i];
        fv_status st = FV_OK;
        if (name[0] == '\0') {
            n->out[i] = fvi_graph_value(ld->g, "");
            if (n->out[i] < 0) st = fvi_graph_no_memory(ld->g, "values", ld->err);
        } else {
            st = define(ld, name, &n->out[i]);
        }
        if (st != FV_OK) return st;
        ld->g->values[n->out[i]].producer = number;
    }
    return FV_OK;
}

/* An empty constant is how exporters write "no such input". */
static bool is_absent(const fvi_node *n)
{
    return n->op == FVI_OP_CONSTANT && n->n_attrs == 1 && n->attrs[0].kind == FVI_ATTR_TENSOR &&
           n->attrs[0].tensor.count == 0;
}

static fv_status load_node(loader *ld, const Onnx__NodeProto *p)
{
    fvi_graph *g = ld->g;
    fvi_node *n = &g->nodes[g->n_nodes];
    const char *type = p->op_type == NULL ? "" : p->op_type;
    const char *name = p->name != NULL && p->name[0] != '\0' ? p->name
                       : p->n_output > 0                     ? p->output[0]
                                                             : "";
    *n = (fvi_node){.op = fvi_op_find(type), .residual = -1};
    bool foreign = p->domain != NULL && p->domain[0] != '\0' && strcmp(p->domain, "ai.onnx") != 0;
    if (n->op == FVI_OP_COUNT || foreign || n->op == FVI_OP_SHUFFLE)
        return fvi_fail(ld->err, FV_E_MODEL, "node %.*s: operator %.*s%s%.*s is not supported",
                        NAME, name, NAME, foreign ? p->domain : "", foreign ? "." : "", NAME, type);
    n->name = fvi_pool_text(&g->pool, name, strlen(name));
    if (n->name == NULL) return fvi_graph_no_memory(g, "nodes", ld->err);
    fv_status st = load_operands(ld, p, n);
    if (st == FV_OK) st = load_outputs_of(ld, p, n, g->n_nodes);
    if (st != FV_OK) return st;
    if (is_absent(n)) {
        fvi_names_set(&ld->names, p->output[0], -1);
        return FV_OK; /* leaves the node out */
    }
    g->n_nodes++;
    return FV_OK;
}

static fv_status load_outputs(loader *ld, const fvi_onnx_io *io)
{
    fvi_graph *g = ld->g;
    g->outputs = fvi_pool_array(&g->pool, io->n_outputs, sizeof *g->outputs);
    if (g->outputs == NULL) return fvi_graph_no_memory(g, "outputs", ld->err);
    for (size_t i = 0; i < io->n_outputs; i++) {
        if (!fvi_names_find(&ld->names, io->output_names[i], &g->outputs[i]) || g->outputs[i] < 0)
            return fvi_fail(ld->err, FV_E_MODEL, "no output is called %.*s", NAME,
                            io->output_names[i]);
    }
    g->n_outputs = (int)io->n_outputs;
    return FV_OK;
}

static fv_status load_opset(loader *ld, const Onnx__ModelProto *m)
{
    ld->g->opset = 0;
    for (size_t i = 0; i < m->n_opset_import; i++) {
        const Onnx__OperatorSetIdProto *o = m->opset_import[i];
        if (o->domain == NULL || o->domain[0] == '\0' || strcmp(o->domain, "ai.onnx") == 0)
            ld->g->opset = o->version;
    }
    if (ld->g->opset < OPSET_MIN || ld->g->opset > OPSET_MAX)
        return fvi_fail(ld->err, FV_E_MODEL, "operator set %lld, not %d to %d",
                        (long long)ld->g->opset, OPSET_MIN, OPSET_MAX);
    return FV_OK;
}

static fv_status load_model(loader *ld, const Onnx__ModelProto *m, const fvi_onnx_io *io)
{
    fvi_graph *g = ld->g;
    const Onnx__GraphProto *graph = m->graph;
    fv_status st = FV_OK;

    if (graph == NULL) return fvi_fail(ld->err, FV_E_MODEL, "no graph");
    if (graph->n_node > FVI_GRAPH_NODES_MAX || graph->n_initializer > FVI_GRAPH_VALUES_MAX)
        return fvi_fail(ld->err, FV_E_MODEL, "%zu nodes, %zu initializers", graph->n_node,
                        graph->n_initializer);
    if (graph->n_sparse_initializer > 0)
        return fvi_fail(ld->err, FV_E_MODEL, "sparse initializers are not supported");
    g->nodes = fvi_pool_array(&g->pool, graph->n_node, sizeof *g->nodes);
    if (g->nodes == NULL) return fvi_graph_no_memory(g, "nodes", ld->err);
    g->cap_nodes = (int)graph->n_node;
    FVI_TRY(load_opset(ld, m));
    for (size_t i = 0; i < graph->n_initializer; i++)
        FVI_TRY(load_initializer(ld, graph->initializer[i]));
    FVI_TRY(load_input(ld, graph, io));
    for (size_t i = 0; i < graph->n_node; i++)
        FVI_TRY(load_node(ld, graph->node[i]));
    FVI_TRY(load_outputs(ld, io));
out:
    return st;
}

static void *pool_alloc(void *pool, size_t n)
{
    return fvi_pool_alloc(pool, n);
}

static void pool_keep(void *pool, void *p)
{
    (void)pool;
    (void)p;
}

fv_status fvi_onnx_load(fvi_graph *g, fv_bytes onnx, const fvi_onnx_io *io, fv_error *err)
{
    loader ld = {.g = g, .err = err};
    const size_t share = SIZE_MAX / 8;
    fv_status st = FV_OK;

    if (onnx.data == NULL || onnx.len == 0) return fvi_fail(err, FV_E_MODEL, "an empty file");
    *g = (fvi_graph){.pool.budget = FVI_GRAPH_BUDGET_BYTES};
    g->pool.budget += 4 * (onnx.len < share ? onnx.len : share);
    if (!fvi_wire_is_shallow(&onnx__model_proto__descriptor, onnx, DEPTH_MAX))
        return fvi_fail(err, FV_E_MODEL, "not an ONNX file, or messages nested too deep");
    /* The message lives in the graph's pool and is never freed by itself. */
    ProtobufCAllocator memory = {
        .alloc = pool_alloc, .free = pool_keep, .allocator_data = &g->pool};
    const Onnx__ModelProto *m = onnx__model_proto__unpack(&memory, onnx.len, onnx.data);
    if (m == NULL) {
        if (g->pool.exhausted || g->pool.out_of_memory)
            return fvi_graph_no_memory(g, "the file", err);
        return fvi_fail(err, FV_E_MODEL, "not an ONNX file");
    }
    FVI_TRY(load_model(&ld, m, io));
out:
    return st;
}
