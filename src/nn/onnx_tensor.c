/* SPDX-License-Identifier: Apache-2.0 */
#include "nn/onnx_tensor.h"

#include <string.h>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "raw tensor data is little-endian, and read as it is"
#endif

/* Where a tensor's elements are in the message, whichever of the two forms it uses. */
typedef struct elements {
    const void *data;
    size_t count;
    size_t size;
} elements;

static bool find_elements(const Onnx__TensorProto *t, elements *e)
{
    switch (t->data_type) {
    case ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT:
        *e = (elements){t->float_data, t->n_float_data, sizeof(float)};
        break;
    case ONNX__TENSOR_PROTO__DATA_TYPE__INT64:
        *e = (elements){t->int64_data, t->n_int64_data, sizeof(int64_t)};
        break;
    case ONNX__TENSOR_PROTO__DATA_TYPE__INT32:
        *e = (elements){t->int32_data, t->n_int32_data, sizeof(int32_t)};
        break;
    case ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE:
        *e = (elements){t->double_data, t->n_double_data, sizeof(double)};
        break;
    default:
        return false;
    }
    if (t->has_raw_data && t->raw_data.len > 0) {
        if (e->count != 0 || t->raw_data.len % e->size != 0) return false;
        e->data = t->raw_data.data;
        e->count = t->raw_data.len / e->size;
    }
    return true;
}

static void convert(const Onnx__TensorProto *t, const elements *e, fvi_tensor *out)
{
    for (size_t i = 0; i < e->count; i++) {
        if (t->data_type == ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE)
            ((float *)out->data)[i] = (float)((const double *)e->data)[i];
        else
            ((int64_t *)out->data)[i] = ((const int32_t *)e->data)[i];
    }
}

fv_status fvi_onnx_tensor(fvi_graph *g, const Onnx__TensorProto *t, const char *name,
                          fvi_tensor *out, fv_error *err)
{
    elements e = {0};
    bool external =
        t->n_external_data > 0 || t->segment != NULL ||
        (t->has_data_location && t->data_location != ONNX__TENSOR_PROTO__DATA_LOCATION__DEFAULT);

    *out = (fvi_tensor){0};
    if (external || !find_elements(t, &e))
        return fvi_fail(err, FV_E_MODEL, "tensor %.*s: its type or place is not supported",
                        FVI_GRAPH_NAME_MAX, name);
    fvi_type type = t->data_type == ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT ||
                            t->data_type == ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE
                        ? FVI_FLOAT
                        : FVI_INT64;
    if (t->n_dims == 1 && t->dims[0] == 0 && e.count == 0) {
        out->type = type;
        out->rank = 1;
        return FV_OK;
    }
    if (t->n_dims > FVI_RANK_MAX || fvi_tensor_shape(out, type, t->dims, (int)t->n_dims) != FV_OK ||
        (size_t)out->count != e.count)
        return fvi_fail(err, FV_E_MODEL, "tensor %.*s: %zu elements do not fit its shape",
                        FVI_GRAPH_NAME_MAX, name, e.count);
    if (t->data_type == ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT ||
        t->data_type == ONNX__TENSOR_PROTO__DATA_TYPE__INT64) {
        memcpy(&out->data, &e.data, sizeof out->data); /* const in the message, never written */
        return FV_OK;
    }
    fv_status st = fvi_graph_alloc(g, out, err);
    if (st == FV_OK) convert(t, &e, out);
    return st;
}
