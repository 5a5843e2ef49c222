/* SPDX-License-Identifier: Apache-2.0 */
#include "nn/infer.h"

const fvi_tensor *fvi_infer_in(const fvi_graph *g, const fvi_node *n, int i)
{
    return i < n->n_in && n->in[i] >= 0 ? &g->values[n->in[i]].t : NULL;
}

/* lint: parameters, a shape is its dimensions and their number */
fv_status fvi_infer_out(fvi_graph *g, fvi_node *n, int i, const int64_t *dims, int rank,
                        fv_error *err)
{
    fvi_tensor *t = &g->values[n->out[i]].t;
    if (fvi_tensor_shape(t, FVI_FLOAT, dims, rank) != FV_OK)
        return fvi_node_fail(n, err, "the output's shape is beyond the limits");
    return FV_OK;
}

int64_t fvi_infer_int(const fvi_node *n, const char *name, int64_t otherwise)
{
    const fvi_attr *a = fvi_node_attr(n, name);
    return a != NULL && a->kind == FVI_ATTR_INT ? a->i : otherwise;
}

float fvi_infer_float(const fvi_node *n, const char *name, float otherwise)
{
    const fvi_attr *a = fvi_node_attr(n, name);
    return a != NULL && a->kind == FVI_ATTR_FLOAT ? a->f : otherwise;
}

const char *fvi_infer_text(const fvi_node *n, const char *name, const char *otherwise)
{
    const fvi_attr *a = fvi_node_attr(n, name);
    return a != NULL && a->kind == FVI_ATTR_TEXT ? a->text : otherwise;
}

/* lint: parameters, a list and its length are one thing */
fv_status fvi_infer_list(const fvi_graph *g, const fvi_node *n, int input, const char *name,
                         const int64_t **list, int *count, fv_error *err)
{
    const fvi_tensor *t = input >= 0 ? fvi_infer_in(g, n, input) : NULL;
    const fvi_attr *a = fvi_node_attr(n, name);

    *list = NULL;
    *count = 0;
    if (t != NULL) {
        if (t->type != FVI_INT64 || t->data == NULL || t->rank > 1)
            return fvi_node_fail(n, err, "%s must be constant integers", name);
        *list = t->data;
        *count = (int)t->count;
    } else if (a != NULL) {
        if (a->kind != FVI_ATTR_INTS) return fvi_node_fail(n, err, "%s must be integers", name);
        if (a->n_ints > FVI_GRAPH_VALUES_MAX) return fvi_node_fail(n, err, "%s is too long", name);
        *list = a->ints;
        *count = (int)a->n_ints;
    }
    return FV_OK;
}

int fvi_infer_axis(int64_t axis, int rank)
{
    if (axis < -(int64_t)rank || axis >= rank) return -1;
    return (int)(axis < 0 ? axis + rank : axis);
}
