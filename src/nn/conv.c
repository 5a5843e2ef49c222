/* SPDX-License-Identifier: Apache-2.0 */
#include "nn/conv.h"

#include <string.h>

#include "shim/onednn.h"

/* libgomp's, which libdnnl runs on; its header belongs to one compiler only. */
void omp_set_num_threads(int n);

void fvi_one_thread(void)
{
    omp_set_num_threads(1);
}

bool fvi_conv_can_fuse(const fvi_fused *f)
{
    return f->act == FVI_ACT_RELU || f->act == FVI_ACT_LEAKY || f->act == FVI_ACT_CLIP;
}

static dnnl_status_t make_attr(const fvi_conv_spec *s, dnnl_primitive_attr_t *attr)
{
    dnnl_post_ops_t ops = NULL;
    dnnl_status_t st = fvi_dnnl_primitive_attr_create(attr);
    if (st == dnnl_success)
        st = dnnl_primitive_attr_set_scratchpad_mode(*attr, dnnl_scratchpad_mode_user);
    if (st == dnnl_success) st = fvi_dnnl_post_ops_create(&ops);
    if (st == dnnl_success && s->sum) st = fvi_dnnl_post_ops_append_sum(ops, 1.0f);
    if (st == dnnl_success && s->fused.act == FVI_ACT_CLIP)
        st = fvi_dnnl_post_ops_append_eltwise(ops, 1.0f, dnnl_eltwise_clip, s->fused.alpha,
                                              s->fused.beta);
    else if (st == dnnl_success && fvi_conv_can_fuse(&s->fused))
        st = fvi_dnnl_post_ops_append_eltwise(ops, 1.0f, dnnl_eltwise_relu,
                                              s->fused.act == FVI_ACT_LEAKY ? s->fused.alpha : 0.0f,
                                              0.0f);
    if (st == dnnl_success) st = fvi_dnnl_primitive_attr_set_post_ops(*attr, ops);
    (void)dnnl_post_ops_destroy(ops);
    return st;
}

static dnnl_status_t make_image(dnnl_memory_desc_t *md, int64_t batch, int64_t channels,
                                const int64_t size[2], dnnl_format_tag_t tag)
{
    const dnnl_dims_t dims = {batch, channels, size[0], size[1]};
    return dnnl_memory_desc_init_by_tag(md, 4, dims, dnnl_f32, tag);
}

static dnnl_status_t make_weights(dnnl_memory_desc_t *md, const fvi_conv_spec *s, bool any)
{
    const int64_t *k = s->win.kernel;
    if (s->groups == 1) {
        const dnnl_dims_t dims = {s->out_channels, s->in_channels, k[0], k[1]};
        return dnnl_memory_desc_init_by_tag(md, 4, dims, dnnl_f32,
                                            any ? dnnl_format_tag_any : dnnl_oihw);
    }
    const dnnl_dims_t dims = {s->groups, s->out_channels / s->groups, s->in_channels / s->groups,
                              k[0], k[1]};
    return dnnl_memory_desc_init_by_tag(md, 5, dims, dnnl_f32,
                                        any ? dnnl_format_tag_any : dnnl_goihw);
}

static dnnl_status_t make_primitive(const fvi_plan *p, const fvi_conv_spec *s, fvi_conv *c,
                                    dnnl_memory_desc_t *packed)
{
    const fvi_window *w = &s->win;
    const dnnl_dims_t strides = {w->stride[0], w->stride[1]};
    const dnnl_dims_t dilates = {w->dilation[0] - 1, w->dilation[1] - 1};
    const dnnl_dims_t before = {w->pad[0], w->pad[1]};
    const dnnl_dims_t after = {w->pad[2], w->pad[3]};
    const dnnl_dims_t bias_dims = {s->out_channels};
    const dnnl_format_tag_t blocked = p->kernels->lanes == 16 ? dnnl_nChw16c : dnnl_nChw8c;
    dnnl_memory_desc_t weights;
    dnnl_memory_desc_t bias;
    dnnl_convolution_desc_t desc;
    dnnl_primitive_attr_t attr = NULL;
    dnnl_primitive_desc_t pd = NULL;

    dnnl_status_t st = make_attr(s, &attr);
    if (st == dnnl_success)
        st = make_image(&c->src, p->batch, s->in_channels, s->in,
                        s->plain_source ? dnnl_nchw : blocked);
    if (st == dnnl_success) st = make_image(&c->dst, p->batch, s->out_channels, s->out, blocked);
    if (st == dnnl_success) st = make_weights(&weights, s, true);
    if (st == dnnl_success)
        st = dnnl_memory_desc_init_by_tag(&bias, 1, bias_dims, dnnl_f32, dnnl_x);
    if (st == dnnl_success)
        st = dnnl_dilated_convolution_forward_desc_init(
            &desc, dnnl_forward_inference, dnnl_convolution_direct, &c->src, &weights, &bias,
            &c->dst, strides, dilates, before, after);
    if (st == dnnl_success) st = fvi_dnnl_primitive_desc_create(&pd, &desc, attr, p->engine, NULL);
    if (st == dnnl_success) {
        *packed = *dnnl_primitive_desc_query_md(pd, dnnl_query_weights_md, 0);
        c->scratchpad = *dnnl_primitive_desc_query_md(pd, dnnl_query_scratchpad_md, 0);
        st = fvi_dnnl_primitive_create(&c->primitive, pd);
    }
    (void)dnnl_primitive_desc_destroy(pd);
    (void)dnnl_primitive_attr_destroy(attr);
    return st;
}

static dnnl_status_t reorder(const fvi_plan *p, dnnl_memory_t from, dnnl_memory_t to)
{
    const dnnl_memory_desc_t *a = NULL;
    const dnnl_memory_desc_t *b = NULL;
    dnnl_primitive_desc_t pd = NULL;
    dnnl_primitive_t r = NULL;
    const dnnl_exec_arg_t args[2] = {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}};

    dnnl_status_t st = dnnl_memory_get_memory_desc(from, &a);
    if (st == dnnl_success) st = dnnl_memory_get_memory_desc(to, &b);
    if (st == dnnl_success)
        st = fvi_dnnl_reorder_primitive_desc_create(&pd, a, p->engine, b, p->engine, NULL);
    if (st == dnnl_success) st = fvi_dnnl_primitive_create(&r, pd);
    if (st == dnnl_success) st = fvi_dnnl_primitive_execute(r, p->stream, 2, args);
    if (st == dnnl_success) st = fvi_dnnl_stream_wait(p->stream);
    (void)dnnl_primitive_destroy(r);
    (void)dnnl_primitive_desc_destroy(pd);
    return st;
}

/* Weights into the order of `packed`, in `to`; the bias stays where it is. */
static dnnl_status_t pack_weights(const fvi_plan *p, const fvi_conv_spec *s, fvi_conv *c,
                                  const dnnl_memory_desc_t *packed, void *to)
{
    dnnl_memory_desc_t plain;
    dnnl_memory_desc_t bias_md;
    const dnnl_dims_t bias_dims = {s->out_channels};
    dnnl_memory_t from = NULL;
    void *weights = NULL;
    void *bias = NULL;

    /* oneDNN's memory takes no const; neither is written. */
    memcpy(&weights, &s->weights, sizeof weights);
    memcpy(&bias, &s->bias, sizeof bias);
    dnnl_status_t st = make_weights(&plain, s, false);
    if (st == dnnl_success) st = fvi_dnnl_memory_create(&from, &plain, p->engine, weights);
    if (st == dnnl_success) st = fvi_dnnl_memory_create(&c->weights, packed, p->engine, to);
    if (st == dnnl_success) st = reorder(p, from, c->weights);
    if (st == dnnl_success)
        st = dnnl_memory_desc_init_by_tag(&bias_md, 1, bias_dims, dnnl_f32, dnnl_x);
    if (st == dnnl_success) st = fvi_dnnl_memory_create(&c->bias, &bias_md, p->engine, bias);
    (void)dnnl_memory_destroy(from);
    return st;
}

fv_status fvi_conv_create(fvi_plan *p, const fvi_conv_spec *spec, const fvi_conv **out,
                          fv_error *err)
{
    dnnl_memory_desc_t packed = {0};
    fvi_conv *c = fvi_pool_alloc(&p->pool, sizeof *c);
    if (c == NULL) return fvi_plan_no_memory(p, err);
    c->number = p->n_convs;
    p->convs[p->n_convs++] = c; /* from here on fvi_plan_free releases it */

    dnnl_status_t st = make_primitive(p, spec, c, &packed);
    if (st == dnnl_success) {
        void *to = fvi_pool_alloc(&p->pool, dnnl_memory_desc_get_size(&packed));
        if (to == NULL) return fvi_plan_no_memory(p, err);
        st = pack_weights(p, spec, c, &packed, to);
    }
    if (st == dnnl_out_of_memory) return fvi_fail(err, FV_E_NOMEM, "oneDNN");
    if (st != dnnl_success)
        return fvi_fail(err, FV_E_MODEL, "oneDNN has no such convolution (status %d)", (int)st);
    size_t scratch = dnnl_memory_desc_get_size(&c->scratchpad);
    if (scratch > p->scratchpad_bytes) p->scratchpad_bytes = scratch;
    *out = c;
    return FV_OK;
}
