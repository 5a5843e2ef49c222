/* SPDX-License-Identifier: Apache-2.0 */
/* Operators that pick positions: Slice, Pad, Resize. */
#include <math.h>
#include <string.h>

#include "nn/infer.h"

static int64_t clamp(int64_t v, int64_t lo, int64_t hi)
{
    return v < lo ? lo : v > hi ? hi : v;
}

/* One axis of a slice: where it starts, and how many elements it takes. */
static int64_t slice_axis(int64_t dim, int64_t *start, int64_t end, int64_t step)
{
    /* Far values are cut before anything is added to them. */
    int64_t s = *start >= 0 ? (*start > dim ? dim : *start) : (*start < -dim ? -1 : *start + dim);
    int64_t e = end >= 0 ? (end > dim ? dim : end) : (end < -dim ? -1 : end + dim);
    if (step > 0) {
        s = clamp(s, 0, dim);
        e = clamp(e, 0, dim);
        *start = s;
        return s < e ? (e - s + step - 1) / step : 0;
    }
    s = clamp(s, -1, dim - 1);
    *start = s;
    return s > e ? (s - e - step - 1) / -step : 0;
}

static fv_status infer_slice(fvi_graph *g, fvi_node *n, fv_error *err)
{
    const fvi_tensor *x = fvi_infer_in(g, n, 0);
    const int64_t *list[4] = {NULL}; /* starts, ends, axes, steps */
    static const char *const NAMES[4] = {"starts", "ends", "axes", "steps"};
    int count[4] = {0};
    int64_t dims[FVI_RANK_MAX];

    for (int i = 0; i < 4; i++) {
        fv_status st = fvi_infer_list(g, n, i + 1, NAMES[i], &list[i], &count[i], err);
        if (st != FV_OK) return st;
        if (list[i] != NULL && count[i] != count[0]) return fvi_node_fail(n, err, "%s", NAMES[i]);
    }
    if (list[0] == NULL || list[1] == NULL || count[0] > x->rank)
        return fvi_node_fail(n, err, "starts and ends");
    memcpy(dims, x->dims, sizeof dims);
    for (int i = 0; i < x->rank; i++) {
        n->args.start[i] = 0;
        n->args.step[i] = 1;
    }
    for (int i = 0; i < count[0]; i++) {
        int axis = fvi_infer_axis(list[2] != NULL ? list[2][i] : i, x->rank);
        if (axis < 0) return fvi_node_fail(n, err, "axes");
        int64_t step = list[3] != NULL ? list[3][i] : 1;
        if (step == 0 || step > FVI_TENSOR_ELEMENTS_MAX || step < -FVI_TENSOR_ELEMENTS_MAX)
            return fvi_node_fail(n, err, "steps");
        n->args.start[axis] = list[0][i];
        n->args.step[axis] = step;
        dims[axis] = slice_axis(x->dims[axis], &n->args.start[axis], list[1][i], step);
    }
    fv_status st = fvi_infer_out(g, n, 0, dims, x->rank, err);
    if (st == FV_OK) g->values[n->out[0]].t.type = g->values[n->in[0]].t.type;
    return st;
}

static fv_status infer_pad(fvi_graph *g, fvi_node *n, fv_error *err)
{
    const fvi_tensor *x = fvi_infer_in(g, n, 0);
    const fvi_tensor *v = fvi_infer_in(g, n, 2);
    const int64_t *pads = NULL;
    int count = 0;
    int64_t dims[FVI_RANK_MAX];

    fv_status st = fvi_infer_list(g, n, 1, "pads", &pads, &count, err);
    if (st != FV_OK) return st;
    if (strcmp(fvi_infer_text(n, "mode", "constant"), "constant") != 0)
        return fvi_node_fail(n, err, "only mode constant is supported");
    if (x->type != FVI_FLOAT || count != 2 * x->rank) return fvi_node_fail(n, err, "pads");
    if (v != NULL && (v->type != FVI_FLOAT || v->data == NULL || v->count != 1))
        return fvi_node_fail(n, err, "the value must be a constant number");
    n->args.alpha = v != NULL ? *(const float *)v->data : fvi_infer_float(n, "value", 0.0f);
    for (int i = 0; i < x->rank; i++) {
        int64_t before = pads[i];
        int64_t after = pads[x->rank + i];
        if (before < 0 || after < 0 || before > FVI_TENSOR_ELEMENTS_MAX ||
            after > FVI_TENSOR_ELEMENTS_MAX)
            return fvi_node_fail(n, err, "pads out of range");
        n->args.start[i] = before;
        dims[i] = x->dims[i] + before + after;
    }
    return fvi_infer_out(g, n, 0, dims, x->rank, err);
}

typedef struct named {
    const char *name;
    int value;
} named;

static bool find_named(const named *list, int n, const char *name, int *value)
{
    for (int i = 0; i < n; i++) {
        if (strcmp(list[i].name, name) != 0) continue;
        *value = list[i].value;
        return true;
    }
    return false;
}

static bool resize_modes(fvi_graph *g, fvi_node *n)
{
    static const named COORDINATES[] = {{"half_pixel", FVI_HALF_PIXEL},
                                        {"pytorch_half_pixel", FVI_PYTORCH_HALF_PIXEL},
                                        {"asymmetric", FVI_ASYMMETRIC},
                                        {"align_corners", FVI_ALIGN_CORNERS}};
    static const named ROUNDING[] = {{"round_prefer_floor", FVI_ROUND_PREFER_FLOOR},
                                     {"round_prefer_ceil", FVI_ROUND_PREFER_CEIL},
                                     {"floor", FVI_FLOOR},
                                     {"ceil", FVI_CEIL}};
    static const named MODES[] = {{"nearest", 0}, {"linear", 1}};
    /* Before version 11 there were no such attributes. */
    const char *coordinates = g->opset < 11 ? "asymmetric" : "half_pixel";
    const char *rounding = g->opset < 11 ? "floor" : "round_prefer_floor";
    int linear = 0;
    coordinates = fvi_infer_text(n, "coordinate_transformation_mode", coordinates);
    rounding = fvi_infer_text(n, "nearest_mode", rounding);
    if (!find_named(COORDINATES, 4, coordinates, &n->args.coordinates) ||
        !find_named(ROUNDING, 4, rounding, &n->args.rounding) ||
        !find_named(MODES, 2, fvi_infer_text(n, "mode", "nearest"), &linear))
        return false;
    n->args.linear = linear != 0;
    return true;
}

static bool resize_by_scales(fvi_node *n, const fvi_tensor *x, const fvi_tensor *s, int64_t *dims)
{
    if (s == NULL || s->type != FVI_FLOAT || s->data == NULL || s->count != x->rank) return false;
    for (int i = 0; i < x->rank; i++) {
        float scale = ((const float *)s->data)[i];
        double size = floor((double)x->dims[i] * (double)scale);
        if (!(scale > 0.0f) || !(size >= 1.0) || size > FVI_TENSOR_ELEMENTS_MAX) return false;
        n->args.scale[i] = scale;
        dims[i] = (int64_t)size;
    }
    return true;
}

static bool resize_by_sizes(fvi_node *n, const fvi_tensor *x, const fvi_tensor *s, int64_t *dims)
{
    if (s == NULL || s->type != FVI_INT64 || s->data == NULL || s->count != x->rank) return false;
    for (int i = 0; i < x->rank; i++) {
        dims[i] = ((const int64_t *)s->data)[i];
        if (dims[i] < 1 || dims[i] > FVI_TENSOR_ELEMENTS_MAX) return false;
        n->args.scale[i] = (float)dims[i] / (float)x->dims[i];
    }
    return true;
}

static fv_status infer_resize(fvi_graph *g, fvi_node *n, fv_error *err)
{
    const fvi_tensor *x = fvi_infer_in(g, n, 0);
    int64_t dims[FVI_RANK_MAX];
    bool with_roi = g->opset >= 11;
    const fvi_tensor *scales = fvi_infer_in(g, n, with_roi ? 2 : 1);
    const fvi_tensor *sizes = with_roi ? fvi_infer_in(g, n, 3) : NULL;

    if (x->type != FVI_FLOAT || x->rank != 4) return fvi_node_fail(n, err, "input of rank 4 only");
    if (!resize_modes(g, n)) return fvi_node_fail(n, err, "a mode is not supported");
    bool ok =
        sizes != NULL ? resize_by_sizes(n, x, sizes, dims) : resize_by_scales(n, x, scales, dims);
    if (!ok) return fvi_node_fail(n, err, "scales or sizes");
    if (dims[0] != x->dims[0] || dims[1] != x->dims[1])
        return fvi_node_fail(n, err, "only height and width may change");
    return fvi_infer_out(g, n, 0, dims, 4, err);
}

fv_status fvi_infer_sample(fvi_graph *g, fvi_node *n, fv_error *err)
{
    if (n->op == FVI_OP_SLICE) return infer_slice(g, n, err);
    if (n->op == FVI_OP_PAD) return infer_pad(g, n, err);
    return infer_resize(g, n, err);
}
