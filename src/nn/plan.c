/* SPDX-License-Identifier: Apache-2.0 */
#include "nn/plan.h"

#include <stdlib.h>
#include <string.h>

fv_status fvi_plan_no_memory(const fvi_plan *p, fv_error *err)
{
    if (p->pool.exhausted)
        return fvi_fail(err, FV_E_MODEL, "weights: more memory than the limit for a model");
    return fvi_fail(err, FV_E_NOMEM, "weights");
}

/* Doubles *list when it is full. */
static bool grow(fvi_pool *pool, void **list, int n, int *cap, size_t size)
{
    if (n < *cap) return true;
    int more = *cap == 0 ? 64 : 2 * *cap;
    void *fresh = fvi_pool_array(pool, (size_t)more, size);
    if (fresh == NULL) return false;
    if (n > 0) memcpy(fresh, *list, (size_t)n * size);
    *list = fresh;
    *cap = more;
    return true;
}

int fvi_plan_buf(fvi_plan *p, size_t count)
{
    void *list = p->bufs;
    if (!grow(&p->pool, &list, p->n_bufs, &p->cap_bufs, sizeof *p->bufs)) return -1;
    p->bufs = list;
    p->bufs[p->n_bufs] = (fvi_buf){.count = count, .first = -1, .last = -1};
    return p->n_bufs++;
}

fvi_step *fvi_plan_step(fvi_plan *p, fvi_step_kind kind)
{
    void *list = p->steps;
    if (!grow(&p->pool, &list, p->n_steps, &p->cap_steps, sizeof *p->steps)) return NULL;
    p->steps = list;
    p->steps[p->n_steps] = (fvi_step){.kind = kind, .in = {-1, -1}, .out = -1};
    return &p->steps[p->n_steps++];
}

void fvi_plan_touch(fvi_plan *p, int buf)
{
    if (buf < 0) return;
    fvi_buf *b = &p->bufs[buf];
    if (b->first < 0) b->first = p->n_steps - 1;
    b->last = p->n_steps - 1;
}

float *fvi_plan_floats(fvi_plan *p, size_t n, const float *src, size_t n_src)
{
    float *f = fvi_pool_array(&p->pool, n, sizeof *f);
    if (f != NULL && src != NULL) memcpy(f, src, n_src * sizeof *f);
    return f;
}

static size_t buf_bytes(const fvi_plan *p, const fvi_buf *b)
{
    size_t bytes = b->count * (size_t)p->batch * sizeof(float);
    return (bytes + 63) / 64 * 64;
}

typedef struct placed {
    const fvi_plan *plan;
    int *order;
    int n;
} placed;

static bool lives_overlap(const fvi_buf *a, const fvi_buf *b)
{
    return a->first <= b->last && b->first <= a->last;
}

/* The lowest place that is free for all of the buffer's life, above everything it collides with
 * there. `order` holds what is placed, by offset. */
static size_t find_place(const placed *done, const fvi_buf *b)
{
    size_t at = 0;
    size_t need = buf_bytes(done->plan, b);
    for (int i = 0; i < done->n; i++) {
        const fvi_buf *o = &done->plan->bufs[done->order[i]];
        if (!lives_overlap(o, b)) continue;
        if (at + need <= o->offset) break;
        size_t end = o->offset + buf_bytes(done->plan, o);
        if (end > at) at = end;
    }
    return at;
}

static void insert(placed *done, int buf)
{
    int i = done->n++;
    const fvi_buf *bufs = done->plan->bufs;
    for (; i > 0 && bufs[done->order[i - 1]].offset > bufs[buf].offset; i--)
        done->order[i] = done->order[i - 1];
    done->order[i] = buf;
}

typedef struct sized {
    size_t bytes;
    int buf;
} sized;

static int larger_first(const void *a, const void *b)
{
    const sized *x = a;
    const sized *y = b;
    if (x->bytes != y->bytes) return x->bytes < y->bytes ? 1 : -1;
    return x->buf - y->buf;
}

fv_status fvi_plan_place(fvi_plan *p, fv_error *err)
{
    placed done = {.plan = p, .order = fvi_pool_array(&p->pool, (size_t)p->n_bufs, sizeof(int))};
    sized *list = fvi_pool_array(&p->pool, (size_t)p->n_bufs, sizeof *list);
    int n = 0;
    size_t end = 0;
    if (done.order == NULL || list == NULL) return fvi_plan_no_memory(p, err);
    for (int i = 0; i < p->n_bufs; i++)
        if (p->bufs[i].constant == NULL && !p->bufs[i].is_input && p->bufs[i].first >= 0)
            list[n++] = (sized){buf_bytes(p, &p->bufs[i]), i};
    qsort(list, (size_t)n, sizeof *list, larger_first);
    for (int i = 0; i < n; i++) {
        fvi_buf *b = &p->bufs[list[i].buf];
        b->offset = find_place(&done, b);
        insert(&done, list[i].buf);
        if (b->offset + list[i].bytes > end) end = b->offset + list[i].bytes;
        if (end > FVI_ARENA_BYTES_MAX)
            return fvi_fail(err, FV_E_MODEL, "activations need more than %zu MiB",
                            FVI_ARENA_BYTES_MAX >> 20);
    }
    p->arena_bytes = end + (p->scratchpad_bytes + 63) / 64 * 64;
    if (p->arena_bytes > FVI_ARENA_BYTES_MAX)
        return fvi_fail(err, FV_E_MODEL, "activations need more than %zu MiB",
                        FVI_ARENA_BYTES_MAX >> 20);
    return FV_OK;
}

void fvi_plan_free(fvi_plan *p)
{
    for (int i = 0; i < p->n_convs; i++) {
        (void)dnnl_primitive_destroy(p->convs[i]->primitive);
        (void)dnnl_memory_destroy(p->convs[i]->weights);
        (void)dnnl_memory_destroy(p->convs[i]->bias);
    }
    if (p->stream != NULL) (void)dnnl_stream_destroy(p->stream);
    if (p->engine != NULL) (void)dnnl_engine_destroy(p->engine);
    fvi_pool_free(&p->pool);
    *p = (fvi_plan){0};
}
