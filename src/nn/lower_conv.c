/* SPDX-License-Identifier: Apache-2.0 */
/* Conv: by oneDNN, by the depthwise kernel, or as a product where the image is one pixel. */
#include <stdlib.h>
#include <string.h>

#include "nn/conv.h"
#include "nn/lower.h"

/* A Conv with what its lowering needs to know. */
typedef struct job {
    fvi_lower *lo;
    const fvi_node *node;
    const fvi_tensor *x;
    const fvi_tensor *w;
    const fvi_tensor *y;
    const float *bias; /* or NULL */
    int lanes;
    int64_t groups; /* of the convolution that is built */
    int residual;   /* buffer to add into, or -1 */
    bool add_after; /* the residual comes by a step of its own */
} job;

static fvi_plane plane_of(const job *j)
{
    fvi_plane p = {.blocks = fvi_round_up(j->y->dims[1], j->lanes) / j->lanes,
                   .in = {j->x->dims[2], j->x->dims[3]},
                   .out = {j->y->dims[2], j->y->dims[3]},
                   .win = j->node->args.win};
    return p;
}

fv_status fvi_lower_add(fvi_lower *lo, int dst, int src, int64_t blocks, int64_t pixels)
{
    const fvi_step s = {.kind = FVI_STEP_BINARY_BLOCKED,
                        .in = {dst, src},
                        .out = dst,
                        .blocks = blocks,
                        .pixels = pixels,
                        .u.binary = {FVI_OP_ADD, FVI_REPEAT_NONE}};
    return fvi_lower_step(lo, &s);
}

/* After the step that computes `out`: the residual, then what was not part of the step. */
static fv_status finish(const job *j, int out, const fvi_fused *late)
{
    int64_t blocks = fvi_round_up(j->y->dims[1], j->lanes) / j->lanes;
    int64_t pixels = fvi_pixels(j->y);
    fv_status st = FV_OK;
    int src = 0;
    if (j->add_after) {
        FVI_TRY(fvi_lower_blocked(j->lo, j->node->residual, &src));
        FVI_TRY(fvi_lower_add(j->lo, out, src, blocks, pixels));
    }
    if (late->act == FVI_ACT_NONE) return FV_OK;
    const fvi_step s = {.kind = FVI_STEP_ACT,
                        .in = {out, -1},
                        .out = out,
                        .blocks = blocks,
                        .pixels = pixels,
                        .fused = *late};
    FVI_TRY(fvi_lower_step(j->lo, &s));
out:
    return st;
}

static fv_status lower_depthwise(const job *j)
{
    fvi_plan *p = j->lo->plan;
    fvi_depthwise *d = fvi_pool_alloc(&p->pool, sizeof *d);
    int64_t taps = j->node->args.win.kernel[0] * j->node->args.win.kernel[1];
    int64_t channels = j->y->dims[1];
    size_t padded = (size_t)fvi_round_up(channels, j->lanes);
    float *weights = fvi_plan_floats(p, padded * (size_t)taps, NULL, 0);
    float *bias = fvi_plan_floats(p, padded, j->bias, j->bias == NULL ? 0 : (size_t)channels);
    fvi_fused f = {0};
    int src = 0;
    int dst = 0;
    fv_status st = FV_OK;

    if (d == NULL || weights == NULL || bias == NULL) return fvi_plan_no_memory(p, j->lo->err);
    for (int64_t c = 0; c < channels; c++)
        for (int64_t t = 0; t < taps; t++)
            weights[(c / j->lanes * taps + t) * j->lanes + c % j->lanes] =
                ((const float *)j->w->data)[c * taps + t];
    FVI_TRY(fvi_lower_blocked(j->lo, j->node->in[0], &src));
    FVI_TRY(fvi_lower_new_blocked(j->lo, j->node->out[0], &dst));
    FVI_TRY(fvi_lower_fused(j->lo, &j->node->fused, channels, &f));
    bool within = !j->add_after && (fvi_conv_can_fuse(&f) || f.act == FVI_ACT_PRELU);
    *d = (fvi_depthwise){.plane = plane_of(j), .weights = weights, .bias = bias};
    if (within) {
        d->fused = f;
        f = (fvi_fused){0};
    }
    const fvi_step s = {.kind = FVI_STEP_DEPTHWISE, .in = {src, -1}, .out = dst, .u.depthwise = d};
    FVI_TRY(fvi_lower_step(j->lo, &s));
    FVI_TRY(finish(j, dst, &f));
out:
    return st;
}

static fv_status lower_pixel(const job *j)
{
    fvi_plan *p = j->lo->plan;
    const float *w = j->w->data;
    int64_t outs = j->w->dims[0];
    int64_t ins = j->w->dims[1];
    int64_t panels = fvi_round_up(outs, FVI_DENSE_PANEL) / FVI_DENSE_PANEL;
    fvi_dense *d = fvi_pool_alloc(&p->pool, sizeof *d);
    float *weights = fvi_plan_floats(p, (size_t)(panels * ins * FVI_DENSE_PANEL), NULL, 0);
    float *bias = fvi_plan_floats(p, (size_t)(panels * FVI_DENSE_PANEL), j->bias,
                                  j->bias == NULL ? 0 : (size_t)outs);
    fvi_fused f = {0};
    int src = 0;
    int dst = 0;
    fv_status st = FV_OK;

    if (d == NULL || weights == NULL || bias == NULL) return fvi_plan_no_memory(p, j->lo->err);
    for (int64_t o = 0; o < outs; o++)
        for (int64_t i = 0; i < ins; i++)
            weights[(o / FVI_DENSE_PANEL * ins + i) * FVI_DENSE_PANEL + o % FVI_DENSE_PANEL] =
                w[o * ins + i];
    FVI_TRY(fvi_lower_plain(j->lo, j->node->in[0], &src));
    FVI_TRY(fvi_lower_new_blocked(j->lo, j->node->out[0], &dst));
    /* Zero weights fill the surplus lanes: they must not keep what was there before. */
    *d = (fvi_dense){.rows = 1,
                     .inner = ins,
                     .columns = fvi_round_up(outs, j->lanes),
                     .weights = weights,
                     .bias = bias};
    const fvi_step s = {.kind = FVI_STEP_DENSE, .in = {src, -1}, .out = dst, .u.dense = d};
    FVI_TRY(fvi_lower_step(j->lo, &s));
    FVI_TRY(fvi_lower_fused(j->lo, &j->node->fused, outs, &f));
    FVI_TRY(finish(j, dst, &f));
out:
    return st;
}

/*
 * Groups whose channels do not fill blocks are joined until they do, with zeros between them: the
 * fewest that are needed, all of them in the worst case.
 */
static int64_t joined_groups(const job *j)
{
    int64_t g = j->node->args.group;
    int64_t in = j->x->dims[1] / g;
    int64_t out = j->y->dims[1] / g;
    for (int64_t join = 1; join < g; join++)
        if (g % join == 0 && join * in % j->lanes == 0 && join * out % j->lanes == 0)
            return g / join;
    return 1;
}

/* Only until oneDNN has arranged them: free() it. */
static float *arrange_weights(const job *j, const fvi_conv_spec *s, const fvi_lane *lanes)
{
    const float *w = j->w->data;
    int64_t taps = s->win.kernel[0] * s->win.kernel[1];
    int64_t ins = s->in_channels / s->groups; /* of one group, as built */
    size_t n = (size_t)(s->out_channels * ins * taps);
    fvi_pool *pool = &j->lo->plan->pool;
    if (n > pool->budget / sizeof(float)) { /* oneDNN's arrangement will take as much */
        pool->exhausted = true;
        return NULL;
    }
    float *out = calloc(n, sizeof *out);
    int64_t per_group = j->w->dims[0] / j->node->args.group; /* outputs, in the file */
    if (out == NULL) return NULL;
    for (int64_t o = 0; o < j->w->dims[0]; o++) {
        for (int64_t i = 0; i < j->w->dims[1]; i++) {
            int64_t c = o / per_group * j->w->dims[1] + i;
            int64_t lane = (lanes == NULL ? c : lanes[c].channel) % ins;
            memcpy(out + (o * ins + lane) * taps, w + (o * j->w->dims[1] + i) * taps,
                   (size_t)taps * sizeof *w);
        }
    }
    return out;
}

/* The buffer to read, and how: plain where channels are few and come that way. */
static fv_status choose_source(const job *j, fvi_conv_spec *s, int *src, const fvi_lane **lanes)
{
    fvi_lower *lo = j->lo;
    int value = j->node->in[0];
    *lanes = NULL;
    s->in_channels = fvi_round_up(j->x->dims[1], j->lanes);
    if (lo->views[value].lanes == NULL && j->x->dims[1] <= 3) {
        s->plain_source = true;
        s->in_channels = j->x->dims[1];
        return fvi_lower_plain(lo, value, src);
    }
    *src = fvi_lower_one_buf(lo, value);
    if (*src >= 0 && s->groups == 1) {
        *lanes = lo->views[value].lanes; /* in any order: the weights follow it */
        return FV_OK;
    }
    return fvi_lower_blocked(lo, value, src);
}

static fv_status lower_dnnl(const job *j)
{
    fvi_plan *p = j->lo->plan;
    const fvi_lane *lanes = NULL;
    const fvi_conv *conv = NULL;
    fvi_fused late = {0};
    int src = 0;
    int dst = j->residual;
    fv_status st = FV_OK;
    const fvi_plane plane = plane_of(j);
    float *weights = NULL;
    fvi_conv_spec s = {.out_channels = fvi_round_up(j->y->dims[1], j->lanes),
                       .groups = j->groups,
                       .win = plane.win,
                       .sum = j->residual >= 0};

    memcpy(s.in, plane.in, sizeof s.in);
    memcpy(s.out, plane.out, sizeof s.out);
    FVI_TRY(choose_source(j, &s, &src, &lanes));
    FVI_TRY(fvi_lower_fused(j->lo, &j->node->fused, j->y->dims[1], &late));
    if (!j->add_after && fvi_conv_can_fuse(&late)) {
        s.fused = late;
        late = (fvi_fused){0};
    }
    s.weights = weights = arrange_weights(j, &s, lanes);
    s.bias = fvi_plan_floats(p, (size_t)s.out_channels, j->bias,
                             j->bias == NULL ? 0 : (size_t)j->y->dims[1]);
    if (s.weights == NULL || s.bias == NULL) {
        st = fvi_plan_no_memory(p, j->lo->err);
        goto out;
    }
    FVI_TRY(fvi_conv_create(p, &s, &conv, j->lo->err));
    if (dst >= 0)
        FVI_TRY(fvi_lower_set_blocked(j->lo, j->node->out[0], dst));
    else
        FVI_TRY(fvi_lower_new_blocked(j->lo, j->node->out[0], &dst));
    const fvi_step step = {.kind = FVI_STEP_CONV, .in = {src, -1}, .out = dst, .u.conv = conv};
    FVI_TRY(fvi_lower_step(j->lo, &step));
    FVI_TRY(finish(j, dst, &late));
out:
    free(weights);
    return st;
}

/* The residual can be added by the convolution itself when nobody needs it afterwards. */
static fv_status choose_residual(job *j, bool dnnl)
{
    int value = j->node->residual;
    int buf = 0;
    j->residual = -1;
    if (value < 0) return FV_OK;
    fv_status st = fvi_lower_blocked(j->lo, value, &buf);
    if (st != FV_OK) return st;
    if (dnnl && value != j->node->in[0] && fvi_lower_may_overwrite(j->lo, value, buf))
        j->residual = buf;
    else
        j->add_after = true;
    return FV_OK;
}

fv_status fvi_lower_conv(fvi_lower *lo, const fvi_node *n)
{
    job j = {.lo = lo,
             .node = n,
             .x = fvi_lower_tensor(lo, n->in[0]),
             .w = fvi_lower_tensor(lo, n->in[1]),
             .y = fvi_lower_tensor(lo, n->out[0]),
             .lanes = lo->plan->kernels->lanes};
    const fvi_window *w = &n->args.win;

    if (n->n_in > 2 && n->in[2] >= 0) j.bias = fvi_lower_tensor(lo, n->in[2])->data;
    if (!fvi_is_image(j.x)) return fvi_node_fail(n, lo->err, "a batch within the network");
    bool depthwise =
        n->args.group > 1 && n->args.group == j.x->dims[1] && j.y->dims[1] == j.x->dims[1];
    bool pixel = fvi_pixels(j.x) == 1 && fvi_pixels(j.y) == 1 && w->kernel[0] == 1 &&
                 w->kernel[1] == 1 && n->args.group == 1;
    fv_status st = choose_residual(&j, !depthwise && !pixel);
    if (st != FV_OK) return st;
    if (depthwise) return lower_depthwise(&j);
    if (pixel) return lower_pixel(&j);
    j.groups = n->args.group == 1 ? 1 : joined_groups(&j);
    return lower_dnnl(&j);
}
