/* SPDX-License-Identifier: Apache-2.0 */
/* Operators that move elements: mostly a matter of saying where they already are. */
#include <string.h>

#include "nn/lower.h"

static fv_status set_lanes(fvi_lower *lo, int value, fvi_lane *lanes)
{
    int64_t channels = fvi_lower_tensor(lo, value)->dims[1];
    lo->views[value].lanes = lanes;
    for (int64_t c = 0; c < channels; c++)
        if (c == 0 || lanes[c].buf != lanes[c - 1].buf) lo->plan->bufs[lanes[c].buf].users++;
    return FV_OK;
}

static fvi_lane *new_lanes(fvi_lower *lo, int value)
{
    size_t n = (size_t)fvi_lower_tensor(lo, value)->dims[1];
    return fvi_pool_array(&lo->plan->pool, n, sizeof(fvi_lane));
}

static fv_status lower_reshape(fvi_lower *lo, const fvi_node *n)
{
    const fvi_tensor *x = fvi_lower_tensor(lo, n->in[0]);
    const fvi_tensor *y = fvi_lower_tensor(lo, n->out[0]);
    int buf = 0;
    fv_status st = FV_OK;
    bool same = x->rank == y->rank && memcmp(x->dims, y->dims, sizeof x->dims[0] * 4) == 0;
    if (same && fvi_is_image(x) && lo->views[n->in[0]].lanes != NULL) {
        fvi_lane *lanes = new_lanes(lo, n->out[0]);
        if (lanes == NULL) return fvi_plan_no_memory(lo->plan, lo->err);
        memcpy(lanes, lo->views[n->in[0]].lanes, (size_t)x->dims[1] * sizeof *lanes);
        return set_lanes(lo, n->out[0], lanes);
    }
    FVI_TRY(fvi_lower_plain(lo, n->in[0], &buf));
    fvi_lower_set_plain(lo, n->out[0], buf);
out:
    return st;
}

static bool any_blocked(const fvi_lower *lo, const fvi_node *n)
{
    bool any = false;
    for (int i = 0; i < n->n_in; i++) {
        if (n->in[i] < 0) continue;
        if (fvi_graph_is_const(lo->graph, n->in[i]) && n->op == FVI_OP_CONCAT) return false;
        any = any || lo->views[n->in[i]].lanes != NULL;
    }
    return any;
}

static fv_status lower_concat(fvi_lower *lo, const fvi_node *n)
{
    fvi_lane *lanes = new_lanes(lo, n->out[0]);
    int64_t at = 0;
    if (lanes == NULL) return fvi_plan_no_memory(lo->plan, lo->err);
    for (int i = 0; i < n->n_in; i++) {
        const fvi_lane *from = NULL;
        fv_status st = fvi_lower_lanes(lo, n->in[i], &from);
        if (st != FV_OK) return st;
        size_t channels = (size_t)fvi_lower_tensor(lo, n->in[i])->dims[1];
        memcpy(lanes + at, from, channels * sizeof *lanes);
        at += (int64_t)channels;
    }
    return set_lanes(lo, n->out[0], lanes);
}

/* Output i has channels first, first + step, ... of the input. */
static fv_status pick_lanes(fvi_lower *lo, const fvi_node *n, int i, int64_t first, int64_t step)
{
    int value = n->out[i];
    const fvi_lane *from = lo->views[n->in[0]].lanes;
    if (lo->views[value].left == 0) return FV_OK;
    fvi_lane *lanes = new_lanes(lo, value);
    if (lanes == NULL) return fvi_plan_no_memory(lo->plan, lo->err);
    for (int64_t c = 0; c < fvi_lower_tensor(lo, value)->dims[1]; c++)
        lanes[c] = from[first + c * step];
    return set_lanes(lo, value, lanes);
}

static fv_status lower_split(fvi_lower *lo, const fvi_node *n)
{
    int64_t first = 0;
    for (int i = 0; i < n->n_out; i++) {
        fv_status st = pick_lanes(lo, n, i, first, 1);
        if (st != FV_OK) return st;
        first += fvi_lower_tensor(lo, n->out[i])->dims[1];
    }
    return FV_OK;
}

static fv_status lower_shuffle(fvi_lower *lo, const fvi_node *n)
{
    int64_t channels = fvi_lower_tensor(lo, n->out[0])->dims[1];
    int64_t each = channels / n->args.group;
    const fvi_lane *from = lo->views[n->in[0]].lanes;
    fvi_lane *lanes = new_lanes(lo, n->out[0]);
    if (lanes == NULL) return fvi_plan_no_memory(lo->plan, lo->err);
    for (int64_t c = 0; c < channels; c++)
        lanes[c] = from[c % n->args.group * each + c / n->args.group];
    return set_lanes(lo, n->out[0], lanes);
}

static bool only_channels(const fvi_node *n, const fvi_tensor *x, const fvi_tensor *y)
{
    for (int i = 0; i < 4; i++)
        if (i != 1 && (x->dims[i] != y->dims[i] || n->args.start[i] != 0 || n->args.step[i] != 1))
            return false;
    return true;
}

static fv_status lower_transpose(fvi_lower *lo, const fvi_node *n)
{
    static const int LAST[4] = {0, 2, 3, 1};
    const fvi_tensor *x = fvi_lower_tensor(lo, n->in[0]);
    fvi_step s = {.kind = FVI_STEP_UNPACK_LAST,
                  .in = {-1, -1},
                  .blocks = x->dims[1],
                  .pixels = fvi_pixels(x)};
    fv_status st = FV_OK;
    if (memcmp(n->args.perm, LAST, sizeof LAST) != 0) return fvi_lower_eval(lo, n);
    FVI_TRY(fvi_lower_blocked(lo, n->in[0], &s.in[0]));
    FVI_TRY(fvi_lower_new_plain(lo, n->out[0], &s.out));
    FVI_TRY(fvi_lower_step(lo, &s));
out:
    return st;
}

fv_status fvi_lower_move(fvi_lower *lo, const fvi_node *n)
{
    const fvi_tensor *x = fvi_lower_tensor(lo, n->in[0]);
    const fvi_tensor *y = fvi_lower_tensor(lo, n->out[0]);
    bool image = fvi_is_image(x) && fvi_is_image(y) && any_blocked(lo, n);

    switch (n->op) {
    case FVI_OP_CONCAT:
        if (image && n->args.axis == 1) return lower_concat(lo, n);
        break;
    case FVI_OP_SPLIT:
        if (image && n->args.axis == 1) return lower_split(lo, n);
        break;
    case FVI_OP_SHUFFLE:
        if (image) return lower_shuffle(lo, n);
        break;
    case FVI_OP_SLICE:
        if (image && only_channels(n, x, y))
            return pick_lanes(lo, n, 0, n->args.start[1], n->args.step[1]);
        break;
    case FVI_OP_TRANSPOSE:
        if (fvi_is_image(x) && any_blocked(lo, n)) return lower_transpose(lo, n);
        break;
    default:
        return lower_reshape(lo, n);
    }
    return fvi_lower_eval(lo, n);
}
