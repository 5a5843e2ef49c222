/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "nn/eval.h"
#include "nn/kernels.h"

static int64_t int_op(fvi_op op, int64_t a, int64_t b)
{
    uint64_t ua = (uint64_t)a;
    uint64_t ub = (uint64_t)b;
    switch (op) { /* unsigned: a hostile file's overflow must have a result */
    case FVI_OP_ADD:
        return (int64_t)(ua + ub);
    case FVI_OP_SUB:
        return (int64_t)(ua - ub);
    case FVI_OP_MUL:
        return (int64_t)(ua * ub);
    default:
        return b == 0 || (b == -1 && a == INT64_MIN) ? 0 : a / b;
    }
}

static void binary_row(fvi_op op, const fvi_operands *x, const int64_t at[3], int64_t n,
                       const int64_t steps[2])
{
    const fvi_kernels *k = fvi_kernels_get(8);
    if (x->out[0].type == FVI_INT64) {
        const int64_t *a = (const int64_t *)x->in[0].data + at[0];
        const int64_t *b = (const int64_t *)x->in[1].data + at[1];
        int64_t *y = (int64_t *)x->out[0].data + at[2];
        for (int64_t i = 0; i < n; i++)
            y[i] = int_op(op, a[i * steps[0]], b[i * steps[1]]);
        return;
    }
    const float *a = (const float *)x->in[0].data + at[0];
    const float *b = (const float *)x->in[1].data + at[1];
    float *y = (float *)x->out[0].data + at[2];
    fvi_repeat r = steps[0] == 0 ? FVI_REPEAT_A : steps[1] == 0 ? FVI_REPEAT_B : FVI_REPEAT_NONE;
    k->binary(op, y, a, b, n, r);
}

static void binary(fvi_op op, const fvi_operands *x)
{
    const fvi_tensor *y = &x->out[0];
    int64_t s[2][FVI_RANK_MAX] = {{0}};
    int64_t dims[FVI_RANK_MAX];
    int64_t at[3] = {0, 0, 0};
    int64_t index[FVI_RANK_MAX] = {0};
    int rank = 0;

    fvi_broadcast_strides(&x->in[0], y->rank, s[0]);
    fvi_broadcast_strides(&x->in[1], y->rank, s[1]);
    for (int i = 0; i < y->rank; i++) { /* axes that both walk alike become one */
        int64_t d = y->dims[i];
        if (d == 1) continue;
        bool joined = rank > 0 && s[0][rank - 1] == s[0][i] * d && s[1][rank - 1] == s[1][i] * d;
        int k = joined ? rank - 1 : rank++;
        dims[k] = joined ? dims[k] * d : d;
        s[0][k] = s[0][i];
        s[1][k] = s[1][i];
    }
    if (rank == 0) {
        dims[0] = rank = 1;
        s[0][0] = s[1][0] = 1;
    }
    const int64_t steps[2] = {s[0][rank - 1], s[1][rank - 1]};
    for (;;) {
        int i = rank - 2;
        binary_row(op, x, at, dims[rank - 1], steps);
        at[2] += dims[rank - 1];
        for (; i >= 0; i--) {
            at[0] += s[0][i];
            at[1] += s[1][i];
            if (++index[i] < dims[i]) break;
            at[0] -= s[0][i] * dims[i];
            at[1] -= s[1][i] * dims[i];
            index[i] = 0;
        }
        if (i < 0) return;
    }
}

static void prelu(const fvi_operands *x)
{
    const fvi_tensor *y = &x->out[0];
    int64_t strides[FVI_RANK_MAX] = {0};
    int64_t index[FVI_RANK_MAX] = {0};
    const float *src = x->in[0].data;
    const float *slope = x->in[1].data;
    float *dst = y->data;

    fvi_broadcast_strides(&x->in[1], y->rank, strides);
    for (int64_t i = 0, at = 0; i < y->count; i++) {
        dst[i] = src[i] > 0.0f ? src[i] : src[i] * slope[at];
        for (int k = y->rank - 1; k >= 0; k--) {
            at += strides[k];
            if (++index[k] < y->dims[k]) break;
            at -= strides[k] * y->dims[k];
            index[k] = 0;
        }
    }
}

static void batchnorm(const fvi_op_args *args, const fvi_operands *x)
{
    const fvi_tensor *t = &x->in[0];
    const float *src = t->data;
    float *dst = x->out[0].data;
    int64_t pixels = t->count / t->dims[0] / t->dims[1];

    for (int64_t c = 0; c < t->dims[0] * t->dims[1]; c++) {
        int64_t k = c % t->dims[1];
        float scale = ((const float *)x->in[1].data)[k] /
                      sqrtf(((const float *)x->in[4].data)[k] + args->alpha);
        float shift = ((const float *)x->in[2].data)[k] - ((const float *)x->in[3].data)[k] * scale;
        for (int64_t p = 0; p < pixels; p++)
            *dst++ = *src++ * scale + shift;
    }
}

/* Over n elements, `step` apart. */
static void softmax_one(float *dst, const float *src, int64_t n, int64_t step)
{
    float top = src[0];
    float sum = 0.0f;
    for (int64_t i = 1; i < n; i++)
        top = src[i * step] > top ? src[i * step] : top;
    for (int64_t i = 0; i < n; i++) {
        dst[i * step] = expf(src[i * step] - top);
        sum += dst[i * step];
    }
    for (int64_t i = 0; i < n; i++)
        dst[i * step] /= sum;
}

/* softmax of two is a sigmoid of their difference: a detector has thousands of these */
static void softmax_pairs(float *dst, const float *src, int64_t pairs)
{
    const fvi_kernels *k = fvi_kernels_get(8);
    const fvi_fused sigmoid = {.act = FVI_ACT_SIGMOID};
    float part[256];
    for (int64_t i = 0; i < pairs; i += 256) {
        int64_t n = pairs - i < 256 ? pairs - i : 256;
        for (int64_t j = 0; j < n; j++)
            part[j] = src[2 * (i + j)] - src[2 * (i + j) + 1];
        k->act(part, part, n, &sigmoid);
        for (int64_t j = 0; j < n; j++) {
            dst[2 * (i + j)] = part[j];
            dst[2 * (i + j) + 1] = 1.0f - part[j];
        }
    }
}

static void softmax(const fvi_op_args *args, const fvi_operands *x)
{
    const fvi_tensor *t = &x->in[0];
    const float *src = t->data;
    float *dst = x->out[0].data;
    int64_t inner = 1;
    int64_t n = t->dims[args->axis];

    for (int i = args->axis + 1; i < t->rank; i++)
        inner *= t->dims[i];
    if (args->flat) {
        n *= inner;
        inner = 1;
    }
    int64_t outer = t->count / n / inner;
    if (n == 2 && inner == 1) {
        softmax_pairs(dst, src, outer);
        return;
    }
    for (int64_t o = 0; o < outer; o++)
        for (int64_t i = 0; i < inner; i++)
            softmax_one(dst + o * n * inner + i, src + o * n * inner + i, n, inner);
}

static void reduce_mean(const fvi_op_args *args, const fvi_operands *x)
{
    const fvi_tensor *t = &x->in[0];
    const float *src = t->data;
    float *dst = x->out[0].data;
    int64_t strides[FVI_RANK_MAX] = {0};
    int64_t index[FVI_RANK_MAX] = {0};
    int64_t step = 1;

    for (int i = t->rank - 1; i >= 0; i--) {
        if ((args->axes >> i & 1u) != 0) continue;
        strides[i] = step;
        step *= t->dims[i];
    }
    memset(dst, 0, (size_t)x->out[0].count * sizeof *dst);
    for (int64_t i = 0, at = 0; i < t->count; i++) {
        dst[at] += src[i];
        for (int k = t->rank - 1; k >= 0; k--) {
            at += strides[k];
            if (++index[k] < t->dims[k]) break;
            at -= strides[k] * t->dims[k];
            index[k] = 0;
        }
    }
    float share = (float)x->out[0].count / (float)t->count;
    for (int64_t i = 0; i < x->out[0].count; i++)
        dst[i] *= share;
}

void fvi_eval_math(fvi_op op, const fvi_op_args *args, const fvi_operands *x)
{
    const fvi_fused f = {.act = fvi_op_act(op), .alpha = args->alpha, .beta = args->beta};
    switch (op) {
    case FVI_OP_ADD:
    case FVI_OP_SUB:
    case FVI_OP_MUL:
    case FVI_OP_DIV:
        binary(op, x);
        break;
    case FVI_OP_PRELU:
        prelu(x);
        break;
    case FVI_OP_BATCHNORM:
        batchnorm(args, x);
        break;
    case FVI_OP_SOFTMAX:
        softmax(args, x);
        break;
    case FVI_OP_REDUCEMEAN:
        reduce_mean(args, x);
        break;
    default:
        fvi_kernels_get(8)->act(x->out[0].data, x->in[0].data, x->in[0].count, &f);
    }
}
