/* SPDX-License-Identifier: Apache-2.0 */
#include "nn/lower.h"

#include <string.h>

int64_t fvi_round_up(int64_t n, int64_t to)
{
    return (n + to - 1) / to * to;
}

bool fvi_is_image(const fvi_tensor *t)
{
    return t->type == FVI_FLOAT && t->rank == 4 && t->dims[0] == 1;
}

int64_t fvi_pixels(const fvi_tensor *t)
{
    return t->dims[2] * t->dims[3];
}

const fvi_tensor *fvi_lower_tensor(const fvi_lower *lo, int value)
{
    return &lo->graph->values[value].t;
}

/* Counts a value's buffers as used by it (+1), or no longer (-1). */
static void count_users(const fvi_lower *lo, int value, int by)
{
    const fvi_view *v = &lo->views[value];
    if (v->plain >= 0) lo->plan->bufs[v->plain].users += by;
    if (v->lanes == NULL) return;
    int64_t channels = fvi_lower_tensor(lo, value)->dims[1];
    for (int64_t c = 0; c < channels; c++)
        if (c == 0 || v->lanes[c].buf != v->lanes[c - 1].buf)
            lo->plan->bufs[v->lanes[c].buf].users += by;
}

fv_status fvi_lower_set_blocked(fvi_lower *lo, int value, int buf)
{
    const fvi_tensor *t = fvi_lower_tensor(lo, value);
    fvi_view *v = &lo->views[value];
    fvi_lane *lanes = fvi_pool_array(&lo->plan->pool, (size_t)t->dims[1], sizeof *lanes);
    if (lanes == NULL) return fvi_plan_no_memory(lo->plan, lo->err);
    for (int64_t c = 0; c < t->dims[1]; c++)
        lanes[c] = (fvi_lane){buf, (int32_t)c};
    count_users(lo, value, -1);
    v->lanes = lanes;
    /* Of one pixel, blocks and rows are the same thing. */
    if (fvi_pixels(t) == 1) v->plain = buf;
    count_users(lo, value, 1);
    return FV_OK;
}

void fvi_lower_set_plain(fvi_lower *lo, int value, int buf)
{
    fvi_view *v = &lo->views[value];
    count_users(lo, value, -1);
    v->plain = buf;
    count_users(lo, value, 1);
}

fv_status fvi_lower_new_blocked(fvi_lower *lo, int value, int *buf)
{
    const fvi_tensor *t = fvi_lower_tensor(lo, value);
    int64_t channels = fvi_round_up(t->dims[1], lo->plan->kernels->lanes);
    *buf = fvi_plan_buf(lo->plan, (size_t)(channels * fvi_pixels(t)));
    if (*buf < 0) return fvi_plan_no_memory(lo->plan, lo->err);
    return fvi_lower_set_blocked(lo, value, *buf);
}

fv_status fvi_lower_new_plain(fvi_lower *lo, int value, int *buf)
{
    *buf = fvi_plan_buf(lo->plan, (size_t)fvi_lower_tensor(lo, value)->count);
    if (*buf < 0) return fvi_plan_no_memory(lo->plan, lo->err);
    fvi_lower_set_plain(lo, value, *buf);
    return FV_OK;
}

/* lint: parameters, the constant is its data, length and padding */
fv_status fvi_lower_constant(fvi_lower *lo, const float *data, size_t n, size_t padded, float pad,
                             int *buf)
{
    float *copy = fvi_plan_floats(lo->plan, padded, data, n);
    *buf = copy == NULL ? -1 : fvi_plan_buf(lo->plan, padded);
    if (*buf < 0) return fvi_plan_no_memory(lo->plan, lo->err);
    for (size_t i = n; i < padded; i++)
        copy[i] = pad;
    lo->plan->bufs[*buf].constant = copy;
    return FV_OK;
}

fv_status fvi_lower_step(fvi_lower *lo, const fvi_step *step)
{
    fvi_step *s = fvi_plan_step(lo->plan, step->kind);
    if (s == NULL) return fvi_plan_no_memory(lo->plan, lo->err);
    *s = *step;
    fvi_plan_touch(lo->plan, step->in[0]);
    fvi_plan_touch(lo->plan, step->in[1]);
    fvi_plan_touch(lo->plan, step->out);
    return FV_OK;
}

static bool is_in_order(const fvi_lower *lo, int value)
{
    const fvi_lane *lanes = lo->views[value].lanes;
    int64_t channels = fvi_lower_tensor(lo, value)->dims[1];
    for (int64_t c = 0; c < channels; c++)
        if (lanes[c].buf != lanes[0].buf || lanes[c].channel != (int32_t)c) return false;
    return true;
}

int fvi_lower_one_buf(const fvi_lower *lo, int value)
{
    const fvi_lane *lanes = lo->views[value].lanes;
    const fvi_tensor *t = fvi_lower_tensor(lo, value);
    if (lanes == NULL) return -1;
    for (int64_t c = 1; c < t->dims[1]; c++)
        if (lanes[c].buf != lanes[0].buf) return -1;
    int64_t need = fvi_round_up(t->dims[1], lo->plan->kernels->lanes) * fvi_pixels(t);
    return lo->plan->bufs[lanes[0].buf].count == (size_t)need ? lanes[0].buf : -1;
}

/* Lanes that no channel fills follow their neighbour where that keeps the block whole. */
static void fill_lanes(const fvi_lane *from, int64_t channels, int width, fvi_lane *out)
{
    for (int64_t i = 0; i < fvi_round_up(channels, width); i++) {
        if (i < channels) {
            out[i] = from[i];
            continue;
        }
        out[i] = out[i - 1];
        if ((out[i].channel + 1) % width != 0) out[i].channel++;
    }
}

static fv_status gather(fvi_lower *lo, int value, int *buf)
{
    const fvi_tensor *t = fvi_lower_tensor(lo, value);
    const fvi_lane *from = lo->views[value].lanes;
    int width = lo->plan->kernels->lanes;
    int64_t n = fvi_round_up(t->dims[1], width);
    fvi_lane *lanes = fvi_pool_array(&lo->plan->pool, (size_t)n, sizeof *lanes);
    fv_status st = FV_OK;

    if (lanes == NULL) return fvi_plan_no_memory(lo->plan, lo->err);
    fill_lanes(from, t->dims[1], width, lanes);
    FVI_TRY(fvi_lower_new_blocked(lo, value, buf));
    fvi_step s = {.kind = FVI_STEP_GATHER,
                  .in = {-1, -1},
                  .out = *buf,
                  .blocks = n / width,
                  .pixels = fvi_pixels(t),
                  .u.lanes = lanes};
    FVI_TRY(fvi_lower_step(lo, &s));
    for (int64_t i = 0; i < n; i++)
        fvi_plan_touch(lo->plan, lanes[i].buf);
out:
    return st;
}

static fv_status convert(fvi_lower *lo, int value, fvi_step_kind kind, int from, int to)
{
    const fvi_tensor *t = fvi_lower_tensor(lo, value);
    const fvi_step s = {
        .kind = kind, .in = {from, -1}, .out = to, .blocks = t->dims[1], .pixels = fvi_pixels(t)};
    return fvi_lower_step(lo, &s);
}

fv_status fvi_lower_blocked(fvi_lower *lo, int value, int *buf)
{
    fv_status st = FV_OK;
    if (lo->views[value].lanes != NULL) {
        *buf = lo->views[value].lanes[0].buf;
        if (is_in_order(lo, value)) return FV_OK;
        return gather(lo, value, buf);
    }
    int plain = lo->views[value].plain;
    FVI_TRY(fvi_lower_new_blocked(lo, value, buf));
    FVI_TRY(convert(lo, value, FVI_STEP_PACK, plain, *buf));
out:
    return st;
}

fv_status fvi_lower_lanes(fvi_lower *lo, int value, const fvi_lane **lanes)
{
    int buf = 0;
    fv_status st = FV_OK;
    if (lo->views[value].lanes == NULL) st = fvi_lower_blocked(lo, value, &buf);
    *lanes = lo->views[value].lanes;
    return st;
}

static fv_status constant_of(fvi_lower *lo, int value, int *buf)
{
    const fvi_tensor *t = fvi_lower_tensor(lo, value);
    fv_status st = fvi_lower_constant(lo, t->data, (size_t)t->count, (size_t)t->count, 0.0f, buf);
    if (st == FV_OK) fvi_lower_set_plain(lo, value, *buf);
    return st;
}

fv_status fvi_lower_plain(fvi_lower *lo, int value, int *buf)
{
    fv_status st = FV_OK;
    int blocked = 0;
    *buf = lo->views[value].plain;
    if (*buf >= 0) return FV_OK;
    if (fvi_graph_is_const(lo->graph, value)) return constant_of(lo, value, buf);
    FVI_TRY(fvi_lower_blocked(lo, value, &blocked));
    *buf = lo->views[value].plain; /* of one pixel: it is that now */
    if (*buf >= 0) return FV_OK;
    FVI_TRY(fvi_lower_new_plain(lo, value, buf));
    FVI_TRY(convert(lo, value, FVI_STEP_UNPACK, blocked, *buf));
out:
    return st;
}

bool fvi_lower_may_overwrite(const fvi_lower *lo, int value, int buf)
{
    const fvi_buf *b = &lo->plan->bufs[buf];
    if (b->constant != NULL || b->is_input || lo->views[value].left != 1) return false;
    int own = 0; /* how often this value itself is counted */
    const fvi_view *v = &lo->views[value];
    if (v->plain == buf) own++;
    if (v->lanes != NULL)
        for (int64_t c = 0; c < fvi_lower_tensor(lo, value)->dims[1]; c++)
            if (v->lanes[c].buf == buf && (c == 0 || v->lanes[c - 1].buf != buf)) own++;
    return b->users == own;
}

fv_status fvi_lower_fused(fvi_lower *lo, const fvi_fused *f, int64_t channels, fvi_fused *out)
{
    *out = *f;
    if (f->act != FVI_ACT_PRELU) return FV_OK;
    size_t padded = (size_t)fvi_round_up(channels, lo->plan->kernels->lanes);
    out->slope = fvi_plan_floats(lo->plan, padded, f->slope, (size_t)channels);
    return out->slope == NULL ? fvi_plan_no_memory(lo->plan, lo->err) : FV_OK;
}

fv_status fvi_lower_eval(fvi_lower *lo, const fvi_node *n)
{
    fvi_plan *p = lo->plan;
    fv_status st = FV_OK;
    fvi_eval *e = fvi_pool_alloc(&p->pool, sizeof *e);

    if (e == NULL) return fvi_plan_no_memory(p, lo->err);
    if (n->n_in > FVI_STEP_INPUTS_MAX || n->n_out > FVI_STEP_INPUTS_MAX)
        return fvi_node_fail(n, lo->err, "more than %d operands", FVI_STEP_INPUTS_MAX);
    *e = (fvi_eval){.op = n->op, .args = n->args, .n_in = n->n_in, .n_out = n->n_out};
    for (int i = 0; i < n->n_in; i++) {
        e->in_buf[i] = -1;
        if (n->in[i] < 0) continue;
        e->in[i] = *fvi_lower_tensor(lo, n->in[i]);
        e->in[i].data = NULL;
        if (fvi_lower_tensor(lo, n->in[i])->type == FVI_INT64) {
            size_t bytes = (size_t)e->in[i].count * sizeof(int64_t);
            e->in[i].data = fvi_pool_alloc(&p->pool, bytes);
            if (e->in[i].data == NULL) return fvi_plan_no_memory(p, lo->err);
            memcpy(e->in[i].data, fvi_lower_tensor(lo, n->in[i])->data, bytes);
        } else {
            FVI_TRY(fvi_lower_plain(lo, n->in[i], &e->in_buf[i]));
        }
    }
    for (int i = 0; i < n->n_out; i++) {
        e->out_buf[i] = -1;
        e->out[i] = *fvi_lower_tensor(lo, n->out[i]);
        if (lo->views[n->out[i]].left == 0) continue;
        FVI_TRY(fvi_lower_new_plain(lo, n->out[i], &e->out_buf[i]));
    }
    const fvi_step s = {.kind = FVI_STEP_EVAL, .in = {-1, -1}, .out = -1, .u.eval = e};
    FVI_TRY(fvi_lower_step(lo, &s));
    for (int i = 0; i < n->n_in; i++)
        fvi_plan_touch(p, e->in_buf[i]);
    for (int i = 0; i < n->n_out; i++)
        fvi_plan_touch(p, e->out_buf[i]);
out:
    return st;
}

static fv_status lower_node(fvi_lower *lo, const fvi_node *n)
{
    if (lo->plan->reference) return fvi_lower_eval(lo, n);
    switch (n->op) {
    case FVI_OP_CONV:
        return fvi_lower_conv(lo, n);
    case FVI_OP_GEMM:
    case FVI_OP_MATMUL:
        return fvi_lower_product(lo, n);
    case FVI_OP_MAXPOOL:
    case FVI_OP_AVGPOOL:
    case FVI_OP_GLOBALAVG:
    case FVI_OP_REDUCEMEAN:
        return fvi_lower_pool(lo, n);
    case FVI_OP_BATCHNORM:
        return fvi_lower_batchnorm(lo, n);
    case FVI_OP_ADD:
    case FVI_OP_SUB:
    case FVI_OP_MUL:
    case FVI_OP_DIV:
        return fvi_lower_binary(lo, n);
    case FVI_OP_RESHAPE:
    case FVI_OP_FLATTEN:
    case FVI_OP_SQUEEZE:
    case FVI_OP_UNSQUEEZE:
    case FVI_OP_IDENTITY:
    case FVI_OP_DROPOUT:
    case FVI_OP_CONCAT:
    case FVI_OP_SPLIT:
    case FVI_OP_SLICE:
    case FVI_OP_SHUFFLE:
    case FVI_OP_TRANSPOSE:
        return fvi_lower_move(lo, n);
    default:
        return fvi_op_act(n->op) != FVI_ACT_NONE ? fvi_lower_act(lo, n) : fvi_lower_eval(lo, n);
    }
}

static void read_once(fvi_lower *lo, int value)
{
    if (value < 0) return;
    if (--lo->views[value].left == 0) count_users(lo, value, -1);
}

static fv_status lower_outputs(fvi_lower *lo)
{
    fvi_plan *p = lo->plan;
    const fvi_graph *g = lo->graph;
    p->outputs = fvi_pool_array(&p->pool, (size_t)g->n_outputs, sizeof *p->outputs);
    if (p->outputs == NULL) return fvi_plan_no_memory(p, lo->err);
    for (int i = 0; i < g->n_outputs; i++) {
        fv_status st = fvi_lower_plain(lo, g->outputs[i], &p->outputs[i].buf);
        if (st != FV_OK) return st;
        p->outputs[i].count = (size_t)fvi_lower_tensor(lo, g->outputs[i])->count;
    }
    p->n_outputs = g->n_outputs;
    for (int i = 0; i < p->n_outputs; i++) /* only now: the conversions above are steps */
        fvi_plan_touch(p, p->outputs[i].buf);
    return FV_OK;
}

static fv_status lower_all(fvi_lower *lo)
{
    const fvi_graph *g = lo->graph;
    fv_status st = FV_OK;

    lo->plan->input = fvi_plan_buf(lo->plan, (size_t)g->values[g->input].t.count);
    if (lo->plan->input < 0) return fvi_plan_no_memory(lo->plan, lo->err);
    lo->plan->bufs[lo->plan->input].is_input = true;
    fvi_lower_set_plain(lo, g->input, lo->plan->input);
    for (int i = 0; i < g->n_nodes; i++) {
        const fvi_node *n = &g->nodes[i];
        if (n->dead) continue;
        FVI_TRY(lower_node(lo, n));
        for (int k = 0; k < n->n_in; k++)
            read_once(lo, n->in[k]);
        read_once(lo, n->residual);
    }
    FVI_TRY(lower_outputs(lo));
out:
    return st;
}

fv_status fvi_plan_build(fvi_plan *p, const fvi_graph *g, fv_error *err)
{
    fvi_lower lo = {.plan = p, .graph = g, .err = err};
    fv_status st = FV_OK;

    lo.views = fvi_pool_array(&p->pool, (size_t)g->n_values, sizeof *lo.views);
    p->convs = fvi_pool_array(&p->pool, (size_t)g->n_nodes + 1, sizeof *p->convs);
    if (lo.views == NULL || p->convs == NULL) return fvi_plan_no_memory(p, err);
    for (int i = 0; i < g->n_values; i++)
        lo.views[i] = (fvi_view){.plain = -1, .left = g->values[i].uses};
    FVI_TRY(lower_all(&lo));
    FVI_TRY(fvi_plan_place(p, err));
out:
    return st;
}
