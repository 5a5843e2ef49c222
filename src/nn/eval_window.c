/* SPDX-License-Identifier: Apache-2.0 */
#include <float.h>
#include <math.h>
#include <stddef.h>

#include "nn/eval.h"

typedef struct plane {
    const float *src;
    int64_t height;
    int64_t width;
} plane;

static bool tap(const plane *p, int64_t y, int64_t x, float *value)
{
    if (y < 0 || x < 0 || y >= p->height || x >= p->width) return false;
    *value = p->src[y * p->width + x];
    return true;
}

static float correlate(const plane *p, const float *w, const fvi_window *win, const int64_t at[2])
{
    float sum = 0.0f;
    float v = 0.0f;
    for (int64_t ky = 0; ky < win->kernel[0]; ky++)
        for (int64_t kx = 0; kx < win->kernel[1]; kx++)
            if (tap(p, at[0] + ky * win->dilation[0], at[1] + kx * win->dilation[1], &v))
                sum += v * w[ky * win->kernel[1] + kx];
    return sum;
}

static float conv_at(const fvi_op_args *args, const fvi_operands *x, const int64_t pos[4])
{
    const fvi_tensor *in = &x->in[0];
    const fvi_tensor *w = &x->in[1];
    const fvi_window *win = &args->win;
    const int64_t per_group = w->dims[0] / args->group;
    const int64_t first = pos[1] / per_group * w->dims[1];
    const int64_t at[2] = {pos[2] * win->stride[0] - win->pad[0],
                           pos[3] * win->stride[1] - win->pad[1]};
    const int64_t size = in->dims[2] * in->dims[3];
    const int64_t taps = win->kernel[0] * win->kernel[1];
    float sum = x->n_in > 2 && x->in[2].data != NULL ? ((const float *)x->in[2].data)[pos[1]] : 0;

    for (int64_t c = 0; c < w->dims[1]; c++) {
        plane p = {(const float *)in->data + (pos[0] * in->dims[1] + first + c) * size, in->dims[2],
                   in->dims[3]};
        sum += correlate(&p, (const float *)w->data + (pos[1] * w->dims[1] + c) * taps, win, at);
    }
    return sum;
}

static float pool_at(fvi_op op, const fvi_op_args *args, const fvi_operands *x,
                     const int64_t pos[4])
{
    const fvi_tensor *in = &x->in[0];
    const fvi_window *win = &args->win;
    const plane p = {(const float *)in->data +
                         (pos[0] * in->dims[1] + pos[1]) * in->dims[2] * in->dims[3],
                     in->dims[2], in->dims[3]};
    float best = -FLT_MAX;
    float sum = 0.0f;
    float v = 0.0f;
    int64_t count = 0;
    for (int64_t ky = 0; ky < win->kernel[0]; ky++) {
        for (int64_t kx = 0; kx < win->kernel[1]; kx++) {
            if (!tap(&p, pos[2] * win->stride[0] - win->pad[0] + ky * win->dilation[0],
                     pos[3] * win->stride[1] - win->pad[1] + kx * win->dilation[1], &v))
                continue;
            best = v > best ? v : best;
            sum += v;
            count++;
        }
    }
    if (op == FVI_OP_MAXPOOL) return best;
    if (args->count_pad) count = win->kernel[0] * win->kernel[1];
    return count > 0 ? sum / (float)count : 0.0f;
}

void fvi_eval_window(fvi_op op, const fvi_op_args *args, const fvi_operands *x)
{
    const int64_t *d = x->out[0].dims;
    float *dst = x->out[0].data;
    for (int64_t i = 0; i < x->out[0].count; i++) {
        const int64_t pos[4] = {i / (d[1] * d[2] * d[3]), i / (d[2] * d[3]) % d[1], i / d[3] % d[2],
                                i % d[3]};
        dst[i] = op == FVI_OP_CONV ? conv_at(args, x, pos) : pool_at(op, args, x, pos);
    }
}

/* One matrix: a is [rows, inner] by its strides, b [inner, columns] by its. */
typedef struct product {
    const float *a;
    const float *b;
    float *y;
    int64_t rows;
    int64_t columns;
    int64_t inner;
    int64_t a_steps[2];
    int64_t b_steps[2];
} product;

static void multiply(const product *p, float alpha)
{
    for (int64_t i = 0; i < p->rows; i++) {
        for (int64_t j = 0; j < p->columns; j++) {
            float sum = 0.0f;
            for (int64_t k = 0; k < p->inner; k++)
                sum += p->a[i * p->a_steps[0] + k * p->a_steps[1]] *
                       p->b[k * p->b_steps[0] + j * p->b_steps[1]];
            p->y[i * p->columns + j] = alpha * sum;
        }
    }
}

static void gemm(const fvi_op_args *args, const fvi_operands *x)
{
    const fvi_tensor *a = &x->in[0];
    const fvi_tensor *b = &x->in[1];
    const fvi_tensor *y = &x->out[0];
    product p = {.a = a->data,
                 .b = b->data,
                 .y = y->data,
                 .rows = y->dims[0],
                 .columns = y->dims[1],
                 .inner = a->dims[args->trans_a ? 0 : 1],
                 .a_steps = {a->dims[1], 1},
                 .b_steps = {b->dims[1], 1}};
    if (args->trans_a) p.a_steps[0] = 1, p.a_steps[1] = a->dims[1];
    if (args->trans_b) p.b_steps[0] = 1, p.b_steps[1] = b->dims[1];
    multiply(&p, args->alpha);
    if (x->n_in < 3 || x->in[2].data == NULL) return;

    int64_t s[FVI_RANK_MAX] = {0};
    fvi_broadcast_strides(&x->in[2], 2, s);
    for (int64_t i = 0; i < y->count; i++)
        p.y[i] += args->beta *
                  ((const float *)x->in[2].data)[i / p.columns * s[0] + i % p.columns * s[1]];
}

static void matmul(const fvi_operands *x)
{
    const fvi_tensor *y = &x->out[0];
    int64_t sa[FVI_RANK_MAX] = {0};
    int64_t sb[FVI_RANK_MAX] = {0};
    int r = y->rank;
    const fvi_tensor *a = &x->in[0];
    const fvi_tensor *b = &x->in[1];
    int64_t size = y->dims[r - 2] * y->dims[r - 1];

    fvi_broadcast_strides(a, r, sa);
    fvi_broadcast_strides(b, r, sb);
    for (int64_t m = 0; m < y->count / size; m++) {
        product p = {.a = a->data,
                     .b = b->data,
                     .y = (float *)y->data + m * size,
                     .rows = y->dims[r - 2],
                     .columns = y->dims[r - 1],
                     .inner = a->dims[a->rank - 1],
                     .a_steps = {sa[r - 2], sa[r - 1]},
                     .b_steps = {sb[r - 2], sb[r - 1]}};
        int64_t rest = m;
        for (int i = r - 3; i >= 0; i--) {
            p.a += rest % y->dims[i] * sa[i];
            p.b += rest % y->dims[i] * sb[i];
            rest /= y->dims[i];
        }
        multiply(&p, 1.0f);
    }
}

void fvi_eval_product(fvi_op op, const fvi_op_args *args, const fvi_operands *x)
{
    if (op == FVI_OP_GEMM)
        gemm(args, x);
    else
        matmul(x);
}

static float source(const fvi_op_args *args, int axis, int64_t out, int64_t n_in, int64_t n_out)
{
    float o = (float)out;
    switch (args->coordinates) {
    case FVI_ASYMMETRIC:
        return o / args->scale[axis];
    case FVI_ALIGN_CORNERS:
        return n_out > 1 ? o * (float)(n_in - 1) / (float)(n_out - 1) : 0.0f;
    case FVI_PYTORCH_HALF_PIXEL:
        return n_out > 1 ? (o + 0.5f) / args->scale[axis] - 0.5f : 0.0f;
    default:
        return (o + 0.5f) / args->scale[axis] - 0.5f;
    }
}

static int64_t nearest(const fvi_op_args *args, float at, int64_t n)
{
    float v = 0.0f;
    switch (args->rounding) {
    case FVI_FLOOR:
        v = floorf(at);
        break;
    case FVI_CEIL:
        v = ceilf(at);
        break;
    case FVI_ROUND_PREFER_CEIL:
        v = floorf(at + 0.5f);
        break;
    default:
        v = ceilf(at - 0.5f);
    }
    return v < 0.0f ? 0 : v > (float)(n - 1) ? n - 1 : (int64_t)v;
}

static float linear(const plane *p, float fy, float fx)
{
    float v[2];
    float edge_y = fy < 0.0f ? 0.0f : fy > (float)(p->height - 1) ? (float)(p->height - 1) : fy;
    float edge_x = fx < 0.0f ? 0.0f : fx > (float)(p->width - 1) ? (float)(p->width - 1) : fx;
    int64_t y = (int64_t)edge_y;
    int64_t x = (int64_t)edge_x;
    int64_t x1 = x + 1 < p->width ? x + 1 : x;
    float dx = edge_x - (float)x;
    float dy = edge_y - (float)y;
    for (int64_t i = 0; i < 2; i++) {
        const float *row = p->src + (y + i < p->height ? y + i : y) * p->width;
        v[i] = row[x] + (row[x1] - row[x]) * dx;
    }
    return v[0] + (v[1] - v[0]) * dy;
}

void fvi_eval_resize(const fvi_op_args *args, const fvi_operands *x)
{
    const fvi_tensor *in = &x->in[0];
    const int64_t *d = x->out[0].dims;
    float *dst = x->out[0].data;
    plane p = {in->data, in->dims[2], in->dims[3]};

    for (int64_t c = 0; c < d[0] * d[1]; c++, p.src += p.height * p.width) {
        for (int64_t i = 0; i < d[2] * d[3]; i++) {
            float y = source(args, 2, i / d[3], p.height, d[2]);
            float v = source(args, 3, i % d[3], p.width, d[3]);
            *dst++ = args->linear
                         ? linear(&p, y, v)
                         : p.src[nearest(args, y, p.height) * p.width + nearest(args, v, p.width)];
        }
    }
}
