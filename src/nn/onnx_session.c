/* SPDX-License-Identifier: Apache-2.0 */
#include "nn/onnx_session.h"

#include <stdlib.h>
#include <string.h>

#include "nn/conv.h"
#include "nn/onnx_model.h"
#include "shim/onednn.h"

/* What a step may touch while it runs. */
typedef struct context {
    fvi_onnx_session *session;
    const fvi_plan *plan;
    const float *input;
} context;

static const float *read_at(const context *c, int buf, int64_t item)
{
    const fvi_buf *b = &c->plan->bufs[buf];
    if (b->constant != NULL) return b->constant;
    size_t at = b->count * (size_t)item;
    if (b->is_input) return c->input + at;
    return (const float *)(const void *)(c->session->arena->data + b->offset) + at;
}

static float *write_at(const context *c, int buf, int64_t item)
{
    const fvi_buf *b = &c->plan->bufs[buf];
    return (float *)(void *)(c->session->arena->data + b->offset) + b->count * (size_t)item;
}

static dnnl_status_t run_conv(const context *c, const fvi_step *s)
{
    fvi_call *k = &c->session->calls[s->u.conv->number];
    if (k->reads_input) {
        void *input = NULL; /* oneDNN's memory takes no const; it is not written */
        memcpy(&input, &c->input, sizeof input);
        dnnl_status_t st = dnnl_memory_set_data_handle(k->memory[FVI_CALL_SRC], input);
        if (st != dnnl_success) return st;
    }
    return fvi_dnnl_primitive_execute(s->u.conv->primitive, c->session->stream, k->n_args, k->args);
}

static void run_eval(const context *c, const fvi_eval *e, int64_t item)
{
    fvi_tensor in[FVI_STEP_INPUTS_MAX];
    fvi_tensor out[FVI_STEP_INPUTS_MAX];
    for (int i = 0; i < e->n_in; i++) {
        in[i] = e->in[i];
        if (e->in_buf[i] < 0) continue;
        const float *p = read_at(c, e->in_buf[i], item);
        memcpy(&in[i].data, &p, sizeof p); /* inputs are only read */
    }
    for (int i = 0; i < e->n_out; i++) {
        out[i] = e->out[i];
        out[i].data = e->out_buf[i] < 0 ? NULL : write_at(c, e->out_buf[i], item);
    }
    const fvi_operands x = {in, e->n_in, out, e->n_out};
    fvi_op_eval(e->op, &e->args, &x);
}

static void run_gather(const context *c, const fvi_step *s, int64_t item)
{
    const int width = c->plan->kernels->lanes;
    const float *lanes[FVI_LANES_MAX];
    float *dst = write_at(c, s->out, item);
    for (int64_t b = 0; b < s->blocks; b++, dst += s->pixels * width) {
        for (int l = 0; l < width; l++) {
            const fvi_lane *from = &s->u.lanes[b * width + l];
            lanes[l] = read_at(c, from->buf, item) + from->channel / width * s->pixels * width +
                       from->channel % width;
        }
        c->plan->kernels->gather(dst, lanes, s->pixels);
    }
}

static void run_act(const context *c, const fvi_step *s, int64_t item)
{
    const fvi_kernels *k = c->plan->kernels;
    const float *src = read_at(c, s->in[0], item);
    float *dst = write_at(c, s->out, item);
    int64_t n = s->blocks > 0 ? s->blocks * s->pixels * k->lanes : s->pixels;
    if (s->fused.act != FVI_ACT_PRELU) {
        k->act(dst, src, n, &s->fused);
        return;
    }
    if (dst != src) memcpy(dst, src, (size_t)n * sizeof *dst);
    k->act_blocked(dst, s->blocks, s->pixels, &s->fused);
}

static void run_binary(const context *c, const fvi_step *s, int64_t item)
{
    const fvi_kernels *k = c->plan->kernels;
    const float *a = read_at(c, s->in[0], item);
    const float *b = read_at(c, s->in[1], item);
    float *dst = write_at(c, s->out, item);
    const int64_t size[2] = {s->blocks, s->pixels};
    if (s->kind == FVI_STEP_BINARY)
        k->binary(s->u.binary.op, dst, a, b, size[0] * size[1] * k->lanes, s->u.binary.repeat);
    else
        k->binary_blocked(s->u.binary.op, dst, a, b, size, s->u.binary.repeat);
}

static void run_item(const context *c, const fvi_step *s, int64_t item)
{
    const fvi_kernels *k = c->plan->kernels;
    const int64_t size[2] = {s->blocks, s->pixels};
    const float *src = s->in[0] < 0 ? NULL : read_at(c, s->in[0], item);
    float *dst = s->out < 0 ? NULL : write_at(c, s->out, item);
    switch (s->kind) {
    case FVI_STEP_DEPTHWISE:
        k->depthwise(s->u.depthwise, dst, src);
        break;
    case FVI_STEP_DENSE:
        k->dense(s->u.dense, dst, src);
        break;
    case FVI_STEP_POOL:
        k->pool(&s->u.pool.plane, s->u.pool.kind, dst, src);
        break;
    case FVI_STEP_ACT:
        run_act(c, s, item);
        break;
    case FVI_STEP_BINARY:
    case FVI_STEP_BINARY_BLOCKED:
        run_binary(c, s, item);
        break;
    case FVI_STEP_AFFINE:
        k->affine(dst, src, s->u.scale_shift, size);
        break;
    case FVI_STEP_GATHER:
        run_gather(c, s, item);
        break;
    case FVI_STEP_PACK:
        fvi_pack(dst, src, k->lanes, s->blocks, s->pixels);
        break;
    case FVI_STEP_UNPACK:
        fvi_unpack(dst, src, k->lanes, s->blocks, s->pixels);
        break;
    case FVI_STEP_UNPACK_LAST:
        fvi_unpack_last(dst, src, k->lanes, s->blocks, s->pixels);
        break;
    case FVI_STEP_EVAL:
        run_eval(c, s->u.eval, item);
        break;
    case FVI_STEP_CONV: /* runs the whole batch at once */
        break;
    }
}

fv_status fvi_onnx_run(fvi_onnx_session *session, const float *input, float *const *outputs,
                       fv_error *err)
{
    const fvi_plan *p = session->plan;
    const context c = {session, p, input};

    fvi_one_thread();
    if (session->arena->dirty < p->arena_bytes) session->arena->dirty = p->arena_bytes;
    for (int i = 0; i < p->n_steps; i++) {
        const fvi_step *s = &p->steps[i];
        if (s->kind == FVI_STEP_CONV) {
            dnnl_status_t st = run_conv(&c, s);
            if (st == dnnl_out_of_memory) return fvi_fail(err, FV_E_NOMEM, "oneDNN");
            if (st != dnnl_success)
                return fvi_fail(err, FV_E_BACKEND, "oneDNN: status %d", (int)st);
            continue;
        }
        for (int64_t item = 0; item < p->batch; item++)
            run_item(&c, s, item);
    }
    for (int i = 0; i < p->n_outputs; i++)
        for (int64_t item = 0; item < p->batch; item++)
            memcpy(outputs[i] + (size_t)item * p->outputs[i].count,
                   read_at(&c, p->outputs[i].buf, item), p->outputs[i].count * sizeof(float));
    return FV_OK;
}

static dnnl_status_t make_memory(fvi_onnx_session *s, const dnnl_memory_desc_t *md, void *at,
                                 dnnl_memory_t *out)
{
    return fvi_dnnl_memory_create(out, md, s->plan->engine, at);
}

static dnnl_status_t make_call(fvi_onnx_session *s, const fvi_step *step)
{
    const fvi_plan *p = s->plan;
    const fvi_conv *conv = step->u.conv;
    const fvi_buf *src = &p->bufs[step->in[0]];
    fvi_call *k = &s->calls[conv->number];
    size_t scratch = (p->scratchpad_bytes + 63) / 64 * 64;
    void *from = src->constant == NULL ? s->arena->data + src->offset : NULL;

    if (src->constant != NULL) memcpy(&from, &src->constant, sizeof from);
    k->reads_input = src->is_input;
    if (src->is_input) from = DNNL_MEMORY_NONE;
    dnnl_status_t st = make_memory(s, &conv->src, from, &k->memory[FVI_CALL_SRC]);
    if (st == dnnl_success)
        st = make_memory(s, &conv->dst, s->arena->data + p->bufs[step->out].offset,
                         &k->memory[FVI_CALL_DST]);
    if (st == dnnl_success && dnnl_memory_desc_get_size(&conv->scratchpad) > 0)
        st = make_memory(s, &conv->scratchpad, s->arena->data + p->arena_bytes - scratch,
                         &k->memory[FVI_CALL_SCRATCHPAD]);
    k->args[0] = (dnnl_exec_arg_t){DNNL_ARG_SRC, k->memory[FVI_CALL_SRC]};
    k->args[1] = (dnnl_exec_arg_t){DNNL_ARG_WEIGHTS, conv->weights};
    k->args[2] = (dnnl_exec_arg_t){DNNL_ARG_BIAS, conv->bias};
    k->args[3] = (dnnl_exec_arg_t){DNNL_ARG_DST, k->memory[FVI_CALL_DST]};
    k->args[4] = (dnnl_exec_arg_t){DNNL_ARG_SCRATCHPAD, k->memory[FVI_CALL_SCRATCHPAD]};
    k->n_args = k->memory[FVI_CALL_SCRATCHPAD] == NULL ? 4 : 5;
    return st;
}

static fv_status fill_session(fvi_onnx_session *s, fv_error *err)
{
    const fvi_plan *p = s->plan;
    fv_status st = FV_OK;

    if (s->arena == &s->own) FVI_TRY(fvi_buffer_reserve(&s->own, p->arena_bytes, err));
    if (s->arena->cap < p->arena_bytes)
        return fvi_fail(err, FV_E_INTERNAL, "an arena of %zu bytes, %zu are needed", s->arena->cap,
                        p->arena_bytes);
    s->calls = calloc((size_t)p->n_convs + 1, sizeof *s->calls);
    if (s->calls == NULL) return fvi_fail(err, FV_E_NOMEM, "session");
    dnnl_status_t ds = fvi_dnnl_stream_create(&s->stream, p->engine, dnnl_stream_default_flags);
    for (int i = 0; ds == dnnl_success && i < p->n_steps; i++)
        if (p->steps[i].kind == FVI_STEP_CONV) ds = make_call(s, &p->steps[i]);
    if (ds == dnnl_out_of_memory)
        st = fvi_fail(err, FV_E_NOMEM, "oneDNN: session");
    else if (ds != dnnl_success)
        st = fvi_fail(err, FV_E_BACKEND, "oneDNN: status %d", (int)ds);
out:
    return st;
}

fv_status fvi_onnx_session_create(fvi_onnx_session **out, const fvi_onnx_model *model,
                                  fvi_buffer *arena, fv_error *err)
{
    fvi_onnx_session *s = calloc(1, sizeof *s);
    fv_status st = FV_OK;
    if (s == NULL) return fvi_fail(err, FV_E_NOMEM, "session");
    s->plan = &model->plan;
    s->arena = arena == NULL ? &s->own : arena;
    fvi_one_thread();
    FVI_TRY(fill_session(s, err));
    *out = s;
    s = NULL;
out:
    fvi_onnx_session_destroy(&s);
    return st;
}

void fvi_onnx_session_destroy(fvi_onnx_session **session)
{
    if (session == NULL || *session == NULL) return;
    fvi_onnx_session *s = *session;
    for (int i = 0; s->calls != NULL && i < s->plan->n_convs; i++)
        for (int m = 0; m < FVI_CALL_MEMORIES; m++)
            (void)dnnl_memory_destroy(s->calls[i].memory[m]);
    if (s->stream != NULL) (void)dnnl_stream_destroy(s->stream);
    fvi_buffer_free(&s->own);
    free(s->calls);
    free(s);
    *session = NULL;
}

void fvi_onnx_wipe(fvi_onnx_session *session)
{
    fvi_buffer_wipe(session->arena);
}
