/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "onnx.pb-c.h"
#include "test_nn_ops_model.h"

enum { MAX = 64, INTS = 64 };

static Onnx__ModelProto model;
static Onnx__GraphProto graph;
static Onnx__OperatorSetIdProto opset_id, *opset_list[1];
static Onnx__NodeProto nodes[MAX], *node_list[MAX];
static Onnx__AttributeProto attrs[MAX][8], *attr_list[MAX][8];
static Onnx__TensorProto tensors[MAX], *tensor_list[MAX];
static int64_t tensor_dims[MAX][6];
static int64_t attr_values[MAX][8][INTS];
static char *operands[MAX][2][16];
static char words[MAX * 4][64];
static size_t n_words;
static Onnx__ValueInfoProto input, *input_list[1], output_info, *output_list[1];
static Onnx__TypeProto input_type;
static Onnx__TypeProto__Tensor input_tensor;
static Onnx__TensorShapeProto input_shape;
static Onnx__TensorShapeProto__Dimension input_dims[4], *input_dim_list[4];
static uint8_t *file;

static char *word(const char *text, size_t n)
{
    assert_true(n_words < MAX * 4 && n < 64);
    char *w = words[n_words++];
    memcpy(w, text, n);
    w[n] = '\0';
    return w;
}

void model_begin(int64_t opset, const int64_t dims[4])
{
    n_words = 0;
    onnx__model_proto__init(&model);
    onnx__graph_proto__init(&graph);
    onnx__operator_set_id_proto__init(&opset_id);
    onnx__value_info_proto__init(&input);
    onnx__value_info_proto__init(&output_info);
    onnx__type_proto__init(&input_type);
    onnx__type_proto__tensor__init(&input_tensor);
    onnx__tensor_shape_proto__init(&input_shape);
    model.has_ir_version = 1;
    model.ir_version = 6;
    model.graph = &graph;
    opset_id.has_version = 1;
    opset_id.version = opset;
    opset_list[0] = &opset_id;
    model.opset_import = opset_list;
    model.n_opset_import = 1;
    input.name = word("x", 1);
    input.type = &input_type;
    input_type.value_case = ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE;
    input_type.tensor_type = &input_tensor;
    input_tensor.has_elem_type = 1;
    input_tensor.elem_type = ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT;
    input_tensor.shape = &input_shape;
    for (int i = 0; i < 4; i++) {
        onnx__tensor_shape_proto__dimension__init(&input_dims[i]);
        input_dims[i].value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;
        input_dims[i].dim_value = dims[i];
        input_dim_list[i] = &input_dims[i];
    }
    input_shape.dim = input_dim_list;
    input_shape.n_dim = 4;
    input_list[0] = &input;
    graph.input = input_list;
    graph.n_input = 1;
    graph.node = node_list;
    graph.initializer = tensor_list;
}

static Onnx__TensorProto *tensor(const char *name, const int64_t *dims, int rank)
{
    size_t i = graph.n_initializer++;
    assert_true(i < MAX);
    onnx__tensor_proto__init(&tensors[i]);
    tensors[i].name = word(name, strlen(name));
    memcpy(tensor_dims[i], dims, (size_t)rank * sizeof *dims);
    tensors[i].dims = tensor_dims[i];
    tensors[i].n_dims = (size_t)rank;
    tensors[i].has_data_type = 1;
    tensor_list[i] = &tensors[i];
    return &tensors[i];
}

void model_floats(const char *name, const int64_t *dims, int rank, const float *values)
{
    size_t n = sizeof(float);
    for (int i = 0; i < rank; i++)
        n *= (size_t)dims[i];
    Onnx__TensorProto *t = tensor(name, dims, rank);
    t->data_type = ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT;
    t->has_raw_data = 1;
    t->raw_data.len = n;
    memcpy(&t->raw_data.data, &values, sizeof values);
}

void model_cut(size_t bytes)
{
    tensors[graph.n_initializer - 1].raw_data.len -= bytes;
}

void model_ints(const char *name, const int64_t *values, size_t n)
{
    int64_t dims = (int64_t)n;
    Onnx__TensorProto *t = tensor(name, &dims, 1);
    t->data_type = ONNX__TENSOR_PROTO__DATA_TYPE__INT64;
    t->n_int64_data = n;
    memcpy(&t->int64_data, &values, sizeof values);
}

static size_t split(const char *list, char **out)
{
    size_t n = 0;
    while (*list != '\0') {
        size_t len = strcspn(list, " ");
        assert_true(n < 16);
        out[n++] = word(list, len == 1 && *list == '-' ? 0 : len);
        list += len + (list[len] == ' ');
    }
    return n;
}

void model_node(const char *type, const char *inputs, const char *outputs)
{
    size_t i = graph.n_node++;
    assert_true(i < MAX);
    onnx__node_proto__init(&nodes[i]);
    nodes[i].op_type = word(type, strlen(type));
    nodes[i].input = operands[i][0];
    nodes[i].n_input = split(inputs, operands[i][0]);
    nodes[i].output = operands[i][1];
    nodes[i].n_output = split(outputs, operands[i][1]);
    nodes[i].attribute = attr_list[i];
    node_list[i] = &nodes[i];
}

static Onnx__AttributeProto *attr(const char *name, Onnx__AttributeProto__AttributeType type)
{
    size_t i = graph.n_node - 1;
    size_t k = nodes[i].n_attribute++;
    assert_true(k < 8);
    Onnx__AttributeProto *a = &attrs[i][k];
    onnx__attribute_proto__init(a);
    a->name = word(name, strlen(name));
    a->has_type = 1;
    a->type = type;
    attr_list[i][k] = a;
    return a;
}

void attr_int(const char *name, int64_t value)
{
    Onnx__AttributeProto *a = attr(name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT);
    a->has_i = 1;
    a->i = value;
}

void attr_float(const char *name, float value)
{
    Onnx__AttributeProto *a = attr(name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT);
    a->has_f = 1;
    a->f = value;
}

void attr_text(const char *name, const char *value)
{
    Onnx__AttributeProto *a = attr(name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRING);
    a->has_s = 1;
    a->s.len = strlen(value);
    a->s.data = (uint8_t *)word(value, strlen(value));
}

void attr_ints(const char *name, const int64_t *values, size_t n)
{
    Onnx__AttributeProto *a = attr(name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS);
    int64_t *copy = attr_values[graph.n_node - 1][nodes[graph.n_node - 1].n_attribute - 1];
    assert_true(n <= INTS);
    memcpy(copy, values, n * sizeof *values);
    a->n_ints = n;
    a->ints = copy;
}

fv_bytes model_end(const char *output)
{
    output_info.name = word(output, strlen(output));
    output_list[0] = &output_info;
    graph.output = output_list;
    graph.n_output = 1;
    free(file);
    file = malloc(onnx__model_proto__get_packed_size(&model));
    assert_non_null(file);
    return (fv_bytes){file, onnx__model_proto__pack(&model, file)};
}

void fill(float *x, size_t n, uint32_t seed)
{
    for (size_t i = 0; i < n; i++) {
        seed = seed * 1664525u + 1013904223u;
        x[i] = (float)(seed >> 8) / 8388608.0f - 1.0f;
    }
}

/* lint: parameters, a whole run in one call keeps each test a line */
size_t run_model(fv_bytes onnx, const int64_t dims[4], const char *output, bool reference,
                 const float *x, float *y, size_t cap)
{
    fvi_onnx_model *m = NULL;
    fvi_onnx_session *s = NULL;
    fv_error err = {0};
    const fvi_onnx_spec spec = {
        .onnx = onnx,
        .input_name = "x",
        .input_dims = {(int)dims[0], (int)dims[1], (int)dims[2], (int)dims[3]},
        .output_names = &output,
        .n_outputs = 1,
        .reference = reference};
    assert_fv_ok(fvi_onnx_model_create(&m, &spec, &err), &err);
    assert_fv_ok(fvi_onnx_session_create(&s, m, NULL, &err), &err);
    size_t n = fvi_onnx_output_count(m, 0);
    assert_true(n <= cap);
    float *outputs[1] = {y};
    assert_fv_ok(fvi_onnx_run(s, x, outputs, &err), &err);
    /* A second run meets the first one's leftovers in the arena. */
    assert_fv_ok(fvi_onnx_run(s, x, outputs, &err), &err);
    fvi_onnx_session_destroy(&s);
    fvi_onnx_model_destroy(&m);
    return n;
}
