/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "nn/eval.h"

void fvi_strides(const fvi_tensor *t, int64_t strides[FVI_RANK_MAX])
{
    int64_t s = 1;
    for (int i = t->rank - 1; i >= 0; i--) {
        strides[i] = s;
        s *= t->dims[i];
    }
}

void fvi_broadcast_strides(const fvi_tensor *t, int rank, int64_t strides[FVI_RANK_MAX])
{
    int64_t own[FVI_RANK_MAX] = {0};
    fvi_strides(t, own);
    for (int i = 0; i < rank; i++) {
        int k = i - (rank - t->rank);
        strides[i] = k < 0 || t->dims[k] == 1 ? 0 : own[k];
    }
}

/* A box of elements to move; strides in elements of `size` bytes. */
typedef struct box {
    int rank;
    int64_t dims[FVI_RANK_MAX];
    int64_t dst_strides[FVI_RANK_MAX];
    int64_t src_strides[FVI_RANK_MAX];
    size_t size;
} box;

/* Axes that lie behind each other on both sides become one. */
static void merge_axes(box *b)
{
    int k = 0;
    for (int i = 1; i < b->rank; i++) {
        bool joined = b->dst_strides[k] == b->dst_strides[i] * b->dims[i] &&
                      b->src_strides[k] == b->src_strides[i] * b->dims[i];
        if (!joined) k++;
        b->dims[k] = joined ? b->dims[k] * b->dims[i] : b->dims[i];
        b->dst_strides[k] = b->dst_strides[i];
        b->src_strides[k] = b->src_strides[i];
    }
    if (b->rank > 0) b->rank = k + 1;
}

/* The two innermost axes; rows of a few elements are the rule, a call for each would be felt. */
static void move_rows(const box *b, char *dst, const char *src)
{
    const int64_t *n = b->dims + b->rank - 2;
    const int64_t *ds = b->dst_strides + b->rank - 2;
    const int64_t *ss = b->src_strides + b->rank - 2;
    const int64_t size = (int64_t)b->size;
    if (ds[1] == 1 && ss[1] == 1 && n[1] > 8) {
        for (int64_t r = 0; r < n[0]; r++)
            memcpy(dst + r * ds[0] * size, src + r * ss[0] * size, (size_t)(n[1] * size));
    } else if (b->size == sizeof(float)) {
        float *d = (float *)(void *)dst;
        const float *s = (const float *)(const void *)src;
        for (int64_t r = 0; r < n[0]; r++)
            for (int64_t i = 0; i < n[1]; i++)
                d[r * ds[0] + i * ds[1]] = s[r * ss[0] + i * ss[1]];
    } else {
        int64_t *d = (int64_t *)(void *)dst;
        const int64_t *s = (const int64_t *)(const void *)src;
        for (int64_t r = 0; r < n[0]; r++)
            for (int64_t i = 0; i < n[1]; i++)
                d[r * ds[0] + i * ds[1]] = s[r * ss[0] + i * ss[1]];
    }
}

/* At least two axes, the first of one element where there were fewer. */
static void two_axes(box *b)
{
    while (b->rank < 2) {
        b->dims[1] = b->rank == 0 ? 1 : b->dims[0];
        b->dst_strides[1] = b->rank == 0 ? 1 : b->dst_strides[0];
        b->src_strides[1] = b->rank == 0 ? 1 : b->src_strides[0];
        b->dims[0] = 1;
        b->dst_strides[0] = b->src_strides[0] = 0;
        b->rank = 2;
    }
}

static void move_box(box b, void *dst, const void *src)
{
    int64_t at[FVI_RANK_MAX] = {0};
    int64_t d = 0;
    int64_t s = 0;
    const int64_t size = (int64_t)b.size;

    merge_axes(&b);
    two_axes(&b);
    for (;;) {
        int i = b.rank - 3;
        move_rows(&b, (char *)dst + d * size, (const char *)src + s * size);
        for (; i >= 0; i--) {
            d += b.dst_strides[i];
            s += b.src_strides[i];
            if (++at[i] < b.dims[i]) break;
            d -= b.dst_strides[i] * b.dims[i];
            s -= b.src_strides[i] * b.dims[i];
            at[i] = 0;
        }
        if (i < 0) return;
    }
}

static size_t element_size(const fvi_tensor *t)
{
    return t->type == FVI_FLOAT ? sizeof(float) : sizeof(int64_t);
}

static box box_of(const fvi_tensor *shape, const fvi_tensor *dst, const fvi_tensor *src)
{
    box b = {.rank = shape->rank, .size = element_size(shape)};
    memcpy(b.dims, shape->dims, sizeof b.dims);
    fvi_strides(dst, b.dst_strides);
    fvi_strides(src, b.src_strides);
    return b;
}

static void *element(const fvi_tensor *t, int64_t at)
{
    return (char *)t->data + at * (int64_t)element_size(t);
}

static void transpose(const fvi_op_args *args, const fvi_tensor *x, const fvi_tensor *y)
{
    int64_t strides[FVI_RANK_MAX] = {0};
    box b = box_of(y, y, y);
    fvi_strides(x, strides);
    for (int i = 0; i < y->rank; i++)
        b.src_strides[i] = strides[args->perm[i]];
    move_box(b, y->data, x->data);
}

static void concat(const fvi_op_args *args, const fvi_operands *x)
{
    const fvi_tensor *y = &x->out[0];
    int64_t at = 0;
    for (int i = 0; i < x->n_in; i++) {
        box b = box_of(&x->in[i], y, &x->in[i]);
        move_box(b, element(y, at * b.dst_strides[args->axis]), x->in[i].data);
        at += x->in[i].dims[args->axis];
    }
}

static void split(const fvi_op_args *args, const fvi_operands *x)
{
    int64_t at = 0;
    for (int i = 0; i < x->n_out; i++) {
        box b = box_of(&x->out[i], &x->out[i], &x->in[0]);
        if (x->out[i].data != NULL) /* NULL: nobody reads this part */
            move_box(b, x->out[i].data, element(&x->in[0], at * b.src_strides[args->axis]));
        at += x->out[i].dims[args->axis];
    }
}

static void slice(const fvi_op_args *args, const fvi_tensor *x, const fvi_tensor *y)
{
    int64_t from = 0;
    box b = box_of(y, y, x);
    for (int i = 0; i < y->rank; i++) {
        from += args->start[i] * b.src_strides[i];
        b.src_strides[i] *= args->step[i];
    }
    move_box(b, y->data, element(x, from));
}

static void pad(const fvi_op_args *args, const fvi_tensor *x, const fvi_tensor *y)
{
    float *out = y->data;
    int64_t to = 0;
    box b = box_of(x, y, x);
    for (int64_t i = 0; i < y->count; i++)
        out[i] = args->alpha;
    for (int i = 0; i < y->rank; i++)
        to += args->start[i] * b.dst_strides[i];
    move_box(b, out + to, x->data);
}

static void gather(const fvi_op_args *args, const fvi_operands *x)
{
    const fvi_tensor *t = &x->in[0];
    const int64_t *index = x->in[1].data;
    size_t row = element_size(t);
    int64_t outer = 1;
    int64_t dim = t->dims[args->axis];
    char *dst = x->out[0].data;

    for (int i = 0; i < args->axis; i++)
        outer *= t->dims[i];
    for (int i = args->axis + 1; i < t->rank; i++)
        row *= (size_t)t->dims[i];
    for (int64_t o = 0; o < outer; o++) {
        for (int64_t i = 0; i < x->in[1].count; i++, dst += row) {
            int64_t k = index[i] < 0 ? index[i] + dim : index[i];
            memcpy(dst, (const char *)t->data + (size_t)(o * dim + k) * row, row);
        }
    }
}

static void cast(const fvi_tensor *x, const fvi_tensor *y)
{
    if (x->type == y->type) {
        memcpy(y->data, x->data, (size_t)x->count * element_size(x));
        return;
    }
    for (int64_t i = 0; i < x->count; i++) {
        if (x->type == FVI_INT64) {
            ((float *)y->data)[i] = (float)((const int64_t *)x->data)[i];
        } else {
            float v = ((const float *)x->data)[i];
            bool fits = v > -9.2e18f && v < 9.2e18f; /* also false for NaN */
            ((int64_t *)y->data)[i] = fits ? (int64_t)v : 0;
        }
    }
}

/* [N, C, H, W] with channel g * C/group + i to channel i * group + g. */
static void shuffle(const fvi_op_args *args, const fvi_tensor *x, const fvi_tensor *y)
{
    int64_t channels = x->dims[1];
    int64_t each = channels / args->group;
    size_t pixels = (size_t)(x->count / x->dims[0] / channels);
    for (int64_t c = 0; c < channels * x->dims[0]; c++) {
        int64_t k = c % channels;
        int64_t from = c - k + k % args->group * each + k / args->group;
        memcpy((float *)y->data + (size_t)c * pixels,
               (const float *)x->data + (size_t)from * pixels, pixels * sizeof(float));
    }
}

void fvi_eval_move(fvi_op op, const fvi_op_args *args, const fvi_operands *x)
{
    const fvi_tensor *in = &x->in[0];
    const fvi_tensor *out = &x->out[0];
    switch (op) {
    case FVI_OP_TRANSPOSE:
        transpose(args, in, out);
        break;
    case FVI_OP_CONCAT:
        concat(args, x);
        break;
    case FVI_OP_SPLIT:
        split(args, x);
        break;
    case FVI_OP_SLICE:
        slice(args, in, out);
        break;
    case FVI_OP_PAD:
        pad(args, in, out);
        break;
    case FVI_OP_GATHER:
        gather(args, x);
        break;
    case FVI_OP_CAST:
        cast(in, out);
        break;
    case FVI_OP_SHUFFLE:
        shuffle(args, in, out);
        break;
    default: /* the same elements under another shape */
        memcpy(out->data, in->data, (size_t)in->count * element_size(in));
    }
}
