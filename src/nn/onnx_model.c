/* SPDX-License-Identifier: Apache-2.0 */
#include "nn/onnx_model.h"

#include <stdlib.h>

#include "nn/conv.h"
#include "nn/onnx_load.h"
#include "shim/onednn.h"

enum { BATCH_MAX = 64, OUTPUTS_MAX = 64 };

/* oneDNN's blocks on this machine: 16 channels with AVX-512, 8 below. */
static int lanes_of_machine(void)
{
    switch (dnnl_get_effective_cpu_isa()) {
    case dnnl_cpu_isa_avx512_core:
    case dnnl_cpu_isa_avx512_core_vnni:
    case dnnl_cpu_isa_avx512_core_bf16:
    case dnnl_cpu_isa_avx512_core_amx:
        return 16;
    default:
        return 8;
    }
}

static fv_status check_spec(const fvi_onnx_spec *spec, fv_error *err)
{
    if (spec->n_outputs < 1 || spec->n_outputs > OUTPUTS_MAX)
        return fvi_fail(err, FV_E_MODEL, "%zu outputs", spec->n_outputs);
    if (spec->input_dims[0] < 1 || spec->input_dims[0] > BATCH_MAX)
        return fvi_fail(err, FV_E_MODEL, "a batch of %d", spec->input_dims[0]);
    return FV_OK;
}

static fv_status load_graph(fvi_graph *g, const fvi_onnx_spec *spec, fv_error *err)
{
    const int64_t dims[4] = {1, spec->input_dims[1], spec->input_dims[2], spec->input_dims[3]};
    const fvi_onnx_io io = {spec->input_name, dims, 4, spec->output_names, spec->n_outputs};
    fv_status st = FV_OK;

    FVI_TRY(fvi_onnx_load(g, spec->onnx, &io, err));
    FVI_TRY(fvi_graph_fold(g, err));
    if (!spec->reference) FVI_TRY(fvi_graph_fuse(g, err));
out:
    return st;
}

static fv_status make_plan(fvi_plan *p, const fvi_graph *g, const fvi_onnx_spec *spec,
                           fv_error *err)
{
    *p = (fvi_plan){.batch = spec->input_dims[0],
                    .reference = spec->reference,
                    .kernels = fvi_kernels_get(lanes_of_machine())};
    p->pool.budget = FVI_GRAPH_BUDGET_BYTES + 4 * spec->onnx.len;
    fvi_one_thread();
    dnnl_status_t st = fvi_dnnl_engine_create(&p->engine, dnnl_cpu, 0);
    if (st == dnnl_success)
        st = fvi_dnnl_stream_create(&p->stream, p->engine, dnnl_stream_default_flags);
    if (st == dnnl_out_of_memory) return fvi_fail(err, FV_E_NOMEM, "oneDNN: engine");
    if (st != dnnl_success) return fvi_fail(err, FV_E_BACKEND, "oneDNN: status %d", (int)st);
    return fvi_plan_build(p, g, err);
}

static double count_work(const fvi_graph *g)
{
    double work = 0.0;
    for (int i = 0; i < g->n_nodes; i++) {
        const fvi_node *n = &g->nodes[i];
        if (n->dead || (n->op != FVI_OP_CONV && n->op != FVI_OP_GEMM && n->op != FVI_OP_MATMUL))
            continue;
        const fvi_tensor *w = &g->values[n->in[1]].t;
        const fvi_tensor *y = &g->values[n->out[0]].t;
        int64_t columns = n->op == FVI_OP_CONV ? w->dims[0] : y->dims[y->rank - 1];
        work += (double)y->count * (double)w->count / (double)columns;
    }
    return work;
}

fv_status fvi_onnx_model_create(fvi_onnx_model **out, const fvi_onnx_spec *spec, fv_error *err)
{
    fvi_onnx_model *m = NULL;
    fvi_graph g = {0};
    fv_status st = FV_OK;

    FVI_TRY(check_spec(spec, err));
    m = calloc(1, sizeof *m);
    if (m == NULL) {
        st = fvi_fail(err, FV_E_NOMEM, "model");
        goto out;
    }
    FVI_TRY(load_graph(&g, spec, err));
    m->work = count_work(&g);
    FVI_TRY(make_plan(&m->plan, &g, spec, err));
    *out = m;
    m = NULL;
out:
    fvi_graph_free(&g);
    fvi_onnx_model_destroy(&m);
    return st;
}

void fvi_onnx_model_destroy(fvi_onnx_model **model)
{
    if (model == NULL || *model == NULL) return;
    fvi_plan_free(&(*model)->plan);
    free(*model);
    *model = NULL;
}

size_t fvi_onnx_output_count(const fvi_onnx_model *model, size_t i)
{
    return model->plan.outputs[i].count * (size_t)model->plan.batch;
}

double fvi_onnx_work(const fvi_onnx_model *model)
{
    return model->work;
}

size_t fvi_onnx_arena_bytes(const fvi_onnx_model *model)
{
    return model->plan.arena_bytes;
}
