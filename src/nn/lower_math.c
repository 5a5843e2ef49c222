/* SPDX-License-Identifier: Apache-2.0 */
/* Products, pooling, activations, elementwise arithmetic. */
#include <math.h>
#include <string.h>

#include "nn/lower.h"

static float *panel_weights(fvi_lower *lo, const fvi_node *n, int64_t columns, int64_t inner)
{
    const float *b = fvi_lower_tensor(lo, n->in[1])->data;
    bool rows = n->op == FVI_OP_GEMM && n->args.trans_b; /* [columns][inner] in the file */
    float alpha = n->op == FVI_OP_GEMM ? n->args.alpha : 1.0f;
    int64_t panels = fvi_round_up(columns, FVI_DENSE_PANEL) / FVI_DENSE_PANEL;
    float *w = fvi_plan_floats(lo->plan, (size_t)(panels * inner * FVI_DENSE_PANEL), NULL, 0);
    if (w == NULL) return NULL;
    for (int64_t c = 0; c < columns; c++)
        for (int64_t k = 0; k < inner; k++)
            w[(c / FVI_DENSE_PANEL * inner + k) * FVI_DENSE_PANEL + c % FVI_DENSE_PANEL] =
                alpha * b[rows ? c * inner + k : k * columns + c];
    return w;
}

static float *panel_bias(fvi_lower *lo, const fvi_node *n, int64_t columns)
{
    size_t padded = (size_t)fvi_round_up(columns, FVI_DENSE_PANEL);
    float *bias = fvi_plan_floats(lo->plan, padded, NULL, 0);
    if (bias == NULL || n->op != FVI_OP_GEMM || n->n_in < 3 || n->in[2] < 0) return bias;
    const fvi_tensor *t = fvi_lower_tensor(lo, n->in[2]);
    for (int64_t c = 0; c < columns; c++)
        bias[c] = n->args.beta * ((const float *)t->data)[t->count == 1 ? 0 : c];
    return bias;
}

/* x times a constant matrix, with one constant row added. */
static bool is_dense(const fvi_lower *lo, const fvi_node *n)
{
    const fvi_tensor *a = fvi_lower_tensor(lo, n->in[0]);
    const fvi_tensor *b = fvi_lower_tensor(lo, n->in[1]);
    if (!fvi_graph_is_const(lo->graph, n->in[1]) || a->rank != 2 || b->rank != 2) return false;
    if (n->op == FVI_OP_MATMUL) return true;
    if (n->args.trans_a) return false;
    if (n->n_in < 3 || n->in[2] < 0) return true;
    const fvi_tensor *c = fvi_lower_tensor(lo, n->in[2]);
    return fvi_graph_is_const(lo->graph, n->in[2]) &&
           (c->count == 1 || c->dims[c->rank - 1] == c->count);
}

/* Elements of a plain buffer, in place. */
static fv_status act_plain(fvi_lower *lo, int buf, int64_t count, const fvi_fused *f)
{
    const fvi_step s = {.kind = FVI_STEP_ACT,
                        .in = {buf, -1},
                        .out = buf,
                        .blocks = 0,
                        .pixels = count,
                        .fused = *f};
    return f->act == FVI_ACT_NONE ? FV_OK : fvi_lower_step(lo, &s);
}

fv_status fvi_lower_product(fvi_lower *lo, const fvi_node *n)
{
    const fvi_tensor *y = fvi_lower_tensor(lo, n->out[0]);
    fv_status st = FV_OK;
    int src = 0;
    int dst = 0;

    if (!is_dense(lo, n)) {
        FVI_TRY(fvi_lower_eval(lo, n));
        FVI_TRY(fvi_lower_plain(lo, n->out[0], &dst));
        return act_plain(lo, dst, y->count, &n->fused);
    }
    int64_t inner = fvi_lower_tensor(lo, n->in[0])->dims[1];
    fvi_dense *d = fvi_pool_alloc(&lo->plan->pool, sizeof *d);
    float *w = panel_weights(lo, n, y->dims[1], inner);
    float *b = panel_bias(lo, n, y->dims[1]);
    if (d == NULL || w == NULL || b == NULL) return fvi_plan_no_memory(lo->plan, lo->err);
    *d = (fvi_dense){y->dims[0], inner, y->dims[1], w, b};
    FVI_TRY(fvi_lower_plain(lo, n->in[0], &src));
    FVI_TRY(fvi_lower_new_plain(lo, n->out[0], &dst));
    const fvi_step s = {.kind = FVI_STEP_DENSE, .in = {src, -1}, .out = dst, .u.dense = d};
    FVI_TRY(fvi_lower_step(lo, &s));
    FVI_TRY(act_plain(lo, dst, y->count, &n->fused));
out:
    return st;
}

fv_status fvi_lower_pool(fvi_lower *lo, const fvi_node *n)
{
    const fvi_tensor *x = fvi_lower_tensor(lo, n->in[0]);
    const fvi_tensor *y = fvi_lower_tensor(lo, n->out[0]);
    fvi_step s = {.kind = FVI_STEP_POOL, .in = {-1, -1}};
    fv_status st = FV_OK;
    int width = lo->plan->kernels->lanes;
    bool mean = n->op == FVI_OP_REDUCEMEAN;

    if (!fvi_is_image(x) || (mean && n->args.axes != 0xcu)) return fvi_lower_eval(lo, n);
    s.blocks = fvi_round_up(x->dims[1], width) / width;
    s.u.pool.plane = (fvi_plane){
        .blocks = s.blocks, .in = {x->dims[2], x->dims[3]}, .out = {1, 1}, .win = n->args.win};
    if (mean)
        s.u.pool.plane.win =
            (fvi_window){.kernel = {x->dims[2], x->dims[3]}, .stride = {1, 1}, .dilation = {1, 1}};
    else
        memcpy(s.u.pool.plane.out, y->dims + 2, sizeof s.u.pool.plane.out);
    s.u.pool.kind = n->op == FVI_OP_MAXPOOL ? FVI_POOL_MAX
                    : n->args.count_pad     ? FVI_POOL_AVG_PADDED
                                            : FVI_POOL_AVG;
    FVI_TRY(fvi_lower_blocked(lo, n->in[0], &s.in[0]));
    if (y->rank == 4) {
        FVI_TRY(fvi_lower_new_blocked(lo, n->out[0], &s.out));
    } else {
        s.out = fvi_plan_buf(lo->plan, (size_t)(s.blocks * width));
        if (s.out < 0) return fvi_plan_no_memory(lo->plan, lo->err);
        fvi_lower_set_plain(lo, n->out[0], s.out);
    }
    FVI_TRY(fvi_lower_step(lo, &s));
out:
    return st;
}

/* Gives `value` the buffer that `from` lies in where it is free, else a new one like it. */
static fv_status reuse(fvi_lower *lo, int from, int buf, int value, int *out)
{
    bool blocked = lo->views[from].lanes != NULL && lo->views[from].lanes[0].buf == buf;
    if (!fvi_lower_may_overwrite(lo, from, buf))
        return blocked ? fvi_lower_new_blocked(lo, value, out)
                       : fvi_lower_new_plain(lo, value, out);
    *out = buf;
    if (blocked) return fvi_lower_set_blocked(lo, value, buf);
    fvi_lower_set_plain(lo, value, buf);
    return FV_OK;
}

fv_status fvi_lower_act(fvi_lower *lo, const fvi_node *n)
{
    const fvi_tensor *x = fvi_lower_tensor(lo, n->in[0]);
    int width = lo->plan->kernels->lanes;
    fvi_step s = {.kind = FVI_STEP_ACT, .in = {-1, -1}, .pixels = x->count};
    fvi_fused f = {.act = fvi_op_act(n->op), .alpha = n->args.alpha, .beta = n->args.beta};
    fv_status st = FV_OK;
    bool blocked = lo->views[n->in[0]].lanes != NULL;

    if (f.act == FVI_ACT_PRELU) {
        const fvi_tensor *slope = fvi_lower_tensor(lo, n->in[1]);
        int axis = slope->rank - 3;
        if (!fvi_is_image(x) || axis < 0 || slope->dims[axis] != x->dims[1] ||
            slope->count != x->dims[1])
            return fvi_lower_eval(lo, n);
        f.slope = slope->data;
        blocked = true;
    }
    if (blocked) {
        FVI_TRY(fvi_lower_blocked(lo, n->in[0], &s.in[0]));
        s.blocks = fvi_round_up(x->dims[1], width) / width;
        s.pixels = fvi_pixels(x);
    } else {
        FVI_TRY(fvi_lower_plain(lo, n->in[0], &s.in[0]));
    }
    FVI_TRY(fvi_lower_fused(lo, &f, blocked ? x->dims[1] : 0, &s.fused));
    FVI_TRY(reuse(lo, n->in[0], s.in[0], n->out[0], &s.out));
    FVI_TRY(fvi_lower_step(lo, &s));
out:
    return st;
}

fv_status fvi_lower_batchnorm(fvi_lower *lo, const fvi_node *n)
{
    const fvi_tensor *x = fvi_lower_tensor(lo, n->in[0]);
    int width = lo->plan->kernels->lanes;
    fvi_step s = {.kind = FVI_STEP_AFFINE, .in = {-1, -1}};
    fv_status st = FV_OK;

    if (!fvi_is_image(x)) return fvi_lower_eval(lo, n);
    s.blocks = fvi_round_up(x->dims[1], width) / width;
    s.pixels = fvi_pixels(x);
    float *scale = fvi_plan_floats(lo->plan, (size_t)(s.blocks * width), NULL, 0);
    float *shift = fvi_plan_floats(lo->plan, (size_t)(s.blocks * width), NULL, 0);
    if (scale == NULL || shift == NULL) return fvi_plan_no_memory(lo->plan, lo->err);
    const float *p[5] = {NULL};
    for (int i = 1; i < 5; i++)
        p[i] = fvi_lower_tensor(lo, n->in[i])->data;
    for (int64_t c = 0; c < x->dims[1]; c++) {
        scale[c] = p[1][c] / sqrtf(p[4][c] + n->args.alpha);
        shift[c] = p[2][c] - p[3][c] * scale[c];
    }
    s.u.scale_shift[0] = scale;
    s.u.scale_shift[1] = shift;
    FVI_TRY(fvi_lower_blocked(lo, n->in[0], &s.in[0]));
    FVI_TRY(reuse(lo, n->in[0], s.in[0], n->out[0], &s.out));
    FVI_TRY(fvi_lower_step(lo, &s));
out:
    return st;
}

typedef enum fit { FIT_NO, FIT_FULL, FIT_CHANNEL, FIT_SCALAR } fit;

/* How operand t lies on the result y. */
static fit fit_of(const fvi_tensor *t, const fvi_tensor *y)
{
    if (t->count == 1) return FIT_SCALAR;
    if (t->rank == 4 && memcmp(t->dims, y->dims, sizeof t->dims[0] * 4) == 0) return FIT_FULL;
    int axis = t->rank - 3;
    return axis >= 0 && t->count == y->dims[1] && t->dims[axis] == y->dims[1] ? FIT_CHANNEL
                                                                              : FIT_NO;
}

static fv_status operand(fvi_lower *lo, int value, fit how, float pad, int *buf)
{
    const fvi_tensor *t = fvi_lower_tensor(lo, value);
    int width = lo->plan->kernels->lanes;
    if (how == FIT_SCALAR || !fvi_graph_is_const(lo->graph, value))
        return how == FIT_SCALAR ? fvi_lower_plain(lo, value, buf)
                                 : fvi_lower_blocked(lo, value, buf);
    if (how == FIT_FULL) {
        fv_status st = fvi_lower_plain(lo, value, buf);
        return st == FV_OK ? fvi_lower_blocked(lo, value, buf) : st;
    }
    return fvi_lower_constant(lo, t->data, (size_t)t->count, (size_t)fvi_round_up(t->count, width),
                              pad, buf);
}

static fvi_repeat repeat_of(const fit how[2])
{
    if (how[0] == FIT_FULL && how[1] == FIT_FULL) return FVI_REPEAT_NONE;
    return how[0] == FIT_FULL ? FVI_REPEAT_B : FVI_REPEAT_A;
}

/* Surplus lanes of a divisor may be 0: what they give must not reach a convolution. */
static bool may_divide_by_surplus(const fvi_lower *lo, const fvi_node *n, fit divisor)
{
    int64_t channels = fvi_lower_tensor(lo, n->out[0])->dims[1];
    if (n->op != FVI_OP_DIV || channels % lo->plan->kernels->lanes == 0) return false;
    return divisor == FIT_FULL ||
           (divisor == FIT_CHANNEL && !fvi_graph_is_const(lo->graph, n->in[1]));
}

fv_status fvi_lower_binary(fvi_lower *lo, const fvi_node *n)
{
    const fvi_tensor *y = fvi_lower_tensor(lo, n->out[0]);
    int width = lo->plan->kernels->lanes;
    fv_status st = FV_OK;
    bool blocked = lo->views[n->in[0]].lanes != NULL || lo->views[n->in[1]].lanes != NULL;
    if (!fvi_is_image(y) || !blocked) return fvi_lower_eval(lo, n);
    const fit how[2] = {fit_of(fvi_lower_tensor(lo, n->in[0]), y),
                        fit_of(fvi_lower_tensor(lo, n->in[1]), y)};
    if (how[0] == FIT_NO || how[1] == FIT_NO || (how[0] != FIT_FULL && how[1] != FIT_FULL) ||
        may_divide_by_surplus(lo, n, how[1]))
        return fvi_lower_eval(lo, n);

    int full = how[0] == FIT_FULL ? 0 : 1;
    fvi_step s = {
        .kind = FVI_STEP_BINARY_BLOCKED, .in = {-1, -1}, .u.binary = {n->op, repeat_of(how)}};
    if (how[1 - full] == FIT_SCALAR) s.kind = FVI_STEP_BINARY;
    s.blocks = fvi_round_up(y->dims[1], width) / width;
    s.pixels = fvi_pixels(y);
    FVI_TRY(operand(lo, n->in[0], how[0], 0.0f, &s.in[0]));
    FVI_TRY(operand(lo, n->in[1], how[1], 1.0f, &s.in[1]));
    FVI_TRY(reuse(lo, n->in[full], s.in[full], n->out[0], &s.out));
    FVI_TRY(fvi_lower_step(lo, &s));
out:
    return st;
}
