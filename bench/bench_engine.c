/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The networks of a pack in the ONNX executor and in OpenCV DNN, one thread, in turns, so that a
 * busy moment of the machine hits both. One JSON line for each figure; medians of the calling
 * thread's processor time, which other programs stretch less than the time on the wall.
 *
 *     bench_engine MODELS_DIR [ROUNDS]
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "bench_common.h"
#include "bench_peak.h"
#include "nn/onnx.h"
#include "nn/pack.h"
#include "shim/opencv.h"

enum { ROUNDS_MAX = 1000, SESSIONS = 8, KINDS = 3, ONNX = 0, OPENCV = 1, PAIR = 2 };

/* How often one verify runs each network: selfie and record, both eyes of both. */
static const int PER_VERIFY[FVI_ROLE_COUNT] = {
    [FVI_ROLE_DETECT] = 2,   [FVI_ROLE_LANDMARK] = 2,  [FVI_ROLE_EMBED] = 2,
    [FVI_ROLE_LIVENESS] = 1, [FVI_ROLE_EYE_STATE] = 4, [FVI_ROLE_HEAD_POSE] = 2,
};

typedef struct net {
    const fvi_pack_net *pack;
    fvi_onnx_model *model;
    fvi_onnx_model *pair_model; /* a batch of two */
    fvi_onnx_session *session;
    fvi_onnx_session *pair_session;
    fvi_cv_net *cv;
    float *input; /* two items */
    float *outputs[FVI_PACK_OUTPUTS_MAX];
    double us[KINDS][ROUNDS_MAX];
    double median_us[KINDS];
} net;

static net nets[FVI_ROLE_COUNT];
static fv_error err;

static fv_status make_model(const fvi_pack_net *p, int batch, fvi_onnx_model **out)
{
    const char *names[FVI_PACK_OUTPUTS_MAX];
    fvi_onnx_spec spec = {.onnx = p->onnx,
                          .input_name = p->input_name,
                          .output_names = names,
                          .n_outputs = p->n_outputs};
    for (size_t i = 0; i < p->n_outputs; i++)
        names[i] = p->outputs[i].name;
    memcpy(spec.input_dims, p->input_dims, sizeof spec.input_dims);
    spec.input_dims[0] = batch;
    return fvi_onnx_model_create(out, &spec, &err);
}

static fv_status make_buffers(net *n)
{
    const int *d = n->pack->input_dims;
    size_t count = 2 * (size_t)d[1] * (size_t)d[2] * (size_t)d[3];
    uint32_t seed = 1;
    n->input = malloc(count * sizeof(float));
    if (n->input == NULL) return FV_E_NOMEM;
    for (size_t i = 0; i < count; i++) {
        seed = seed * 1664525u + 1013904223u;
        n->input[i] = (float)(seed >> 8) / 16777216.0f;
    }
    for (size_t i = 0; i < n->pack->n_outputs; i++) {
        n->outputs[i] = malloc(2 * n->pack->outputs[i].count * sizeof(float));
        if (n->outputs[i] == NULL) return FV_E_NOMEM;
    }
    return FV_OK;
}

static fv_status run_kind(net *n, int kind)
{
    const fvi_pack_net *p = n->pack;
    const char *names[FVI_PACK_OUTPUTS_MAX];
    size_t counts[FVI_PACK_OUTPUTS_MAX];
    if (kind == ONNX) return fvi_onnx_run(n->session, n->input, n->outputs, &err);
    if (kind == PAIR) return fvi_onnx_run(n->pair_session, n->input, n->outputs, &err);
    for (size_t i = 0; i < p->n_outputs; i++) {
        names[i] = p->outputs[i].name;
        counts[i] = p->outputs[i].count;
    }
    fvi_cv_run run = {.input_name = p->input_name,
                      .input = n->input,
                      .output_names = names,
                      .outputs = n->outputs,
                      .output_counts = counts,
                      .n_outputs = p->n_outputs};
    memcpy(run.input_dims, p->input_dims, sizeof run.input_dims);
    return fvi_cv_net_run(n->cv, &run, &err);
}

static fv_status time_all(int rounds)
{
    fv_status st = FV_OK;
    for (int r = 0; r < rounds; r++) {
        for (int k = 0; k < FVI_ROLE_COUNT * KINDS; k++) {
            net *n = &nets[k / KINDS];
            int inner = n->pack->role == FVI_ROLE_EYE_STATE ? 10 : 2;
            FVI_TRY(run_kind(n, k % KINDS)); /* caches as after its own kind */
            double t = bench_thread_us();
            for (int i = 0; i < inner; i++)
                FVI_TRY(run_kind(n, k % KINDS));
            n->us[k % KINDS][r] = (bench_thread_us() - t) / inner;
        }
    }
    for (int k = 0; k < FVI_ROLE_COUNT * KINDS; k++) {
        net *n = &nets[k / KINDS];
        n->median_us[k % KINDS] = bench_median(n->us[k % KINDS], (size_t)rounds);
    }
out:
    return st;
}

static void print_pair(const char *name, double onnx_us, double opencv_us)
{
    (void)printf("{\"name\": \"%s\", \"onednn_ms\": %.3f, \"opencv_ms\": %.3f, \"ratio\": %.2f}\n",
                 name, onnx_us * 1e-3, opencv_us * 1e-3, opencv_us / onnx_us);
}

static void print_times(double peak)
{
    double sum[2] = {0.0, 0.0};
    double verify[2] = {0.0, 0.0};
    for (int i = 0; i < FVI_ROLE_COUNT; i++) {
        const net *n = &nets[i];
        print_pair(fvi_role_name(n->pack->role), n->median_us[ONNX], n->median_us[OPENCV]);
        for (int k = 0; k < 2; k++) {
            sum[k] += n->median_us[k];
            verify[k] += PER_VERIFY[n->pack->role] * n->median_us[k];
        }
    }
    print_pair("all_networks", sum[0], sum[1]);
    print_pair("verify_networks", verify[0], verify[1]);
    for (int i = 0; i < FVI_ROLE_COUNT; i++) {
        double gflops = 2e-3 * fvi_onnx_work(nets[i].model) / nets[i].median_us[ONNX];
        (void)printf("{\"name\": \"%s_share\", \"gflops\": %.1f, \"peak_gflops\": %.1f, "
                     "\"share\": %.2f, \"batch2_ms_each\": %.3f}\n",
                     fvi_role_name(nets[i].pack->role), gflops, peak, gflops / peak,
                     nets[i].median_us[PAIR] * 0.5e-3);
    }
}

typedef struct worker {
    fvi_onnx_session *session;
    const float *input;
    float output[512];
    int runs;
    fv_status status;
} worker;

static void *work(void *arg)
{
    worker *w = arg;
    float *outputs[1] = {w->output};
    for (int i = 0; i < w->runs && w->status == FV_OK; i++)
        w->status = fvi_onnx_run(w->session, w->input, outputs, NULL);
    return NULL;
}

/* Embeddings a second on one thread and on two. */
static fv_status time_threads(void)
{
    const net *n = &nets[FVI_ROLE_EMBED];
    worker w[2] = {{0}};
    double rate[2] = {0.0, 0.0};
    fv_status st = FV_OK;
    for (int i = 0; i < 2; i++) {
        w[i] = (worker){.input = n->input, .runs = 200};
        FVI_TRY(fvi_onnx_session_create(&w[i].session, n->model, NULL, &err));
    }
    for (int threads = 1; threads <= 2; threads++) {
        pthread_t other;
        uint64_t t = fvi_clock_us();
        if (threads == 2 && pthread_create(&other, NULL, work, &w[1]) != 0) st = FV_E_NOMEM;
        if (st != FV_OK) goto out;
        (void)work(&w[0]);
        if (threads == 2) (void)pthread_join(other, NULL);
        rate[threads - 1] = threads * 200 / ((double)(fvi_clock_us() - t) * 1e-6);
    }
    (void)printf("{\"name\": \"embed_threads\", \"one_per_s\": %.1f, \"two_per_s\": %.1f, "
                 "\"ratio\": %.2f}\n",
                 rate[0], rate[1], rate[1] / rate[0]);
out:
    for (int i = 0; i < 2; i++)
        fvi_onnx_session_destroy(&w[i].session);
    return st;
}

/* Before anything of OpenCV is made: the engine's own memory. */
static fv_status print_memory(void)
{
    fvi_onnx_session *s[SESSIONS][FVI_ROLE_COUNT] = {{NULL}};
    fvi_buffer arenas[SESSIONS] = {{0}};
    size_t bytes = 0;
    fv_status st = FV_OK;
    for (int i = 0; i < FVI_ROLE_COUNT; i++)
        if (fvi_onnx_arena_bytes(nets[i].model) > bytes)
            bytes = fvi_onnx_arena_bytes(nets[i].model);
    for (int k = 0; k < SESSIONS; k++)
        FVI_TRY(fvi_buffer_reserve(&arenas[k], bytes, &err));
    for (int k = 0; k < SESSIONS; k++)
        for (int i = 0; i < FVI_ROLE_COUNT; i++) {
            FVI_TRY(fvi_onnx_session_create(&s[k][i], nets[i].model, &arenas[k], &err));
            FVI_TRY(fvi_onnx_run(s[k][i], nets[i].input, nets[i].outputs, &err));
        }
    (void)printf("{\"name\": \"memory\", \"sessions\": %d, \"resident_mib\": %.1f}\n", SESSIONS,
                 bench_resident_mib());
out:
    for (int k = 0; k < SESSIONS; k++)
        for (int i = 0; i < FVI_ROLE_COUNT; i++)
            fvi_onnx_session_destroy(&s[k][i]);
    for (int k = 0; k < SESSIONS; k++)
        fvi_buffer_free(&arenas[k]);
    return st;
}

static fv_status start(fvi_pack **pack, const char *dir)
{
    fv_status st = FV_OK;
    uint64_t t = fvi_clock_us();
    FVI_TRY(fvi_pack_open(pack, dir, &err));
    for (int i = 0; i < FVI_ROLE_COUNT; i++) {
        nets[i].pack = &(*pack)->nets[i];
        FVI_TRY(make_model(nets[i].pack, 1, &nets[i].model));
    }
    (void)printf("{\"name\": \"start\", \"ms\": %.1f}\n", (double)(fvi_clock_us() - t) * 1e-3);
    for (int i = 0; i < FVI_ROLE_COUNT; i++)
        FVI_TRY(make_buffers(&nets[i]));
    FVI_TRY(print_memory());
    for (int i = 0; i < FVI_ROLE_COUNT; i++) {
        FVI_TRY(make_model(nets[i].pack, 2, &nets[i].pair_model));
        FVI_TRY(fvi_onnx_session_create(&nets[i].session, nets[i].model, NULL, &err));
        FVI_TRY(fvi_onnx_session_create(&nets[i].pair_session, nets[i].pair_model, NULL, &err));
        FVI_TRY(fvi_cv_net_create(&nets[i].cv, nets[i].pack->onnx, &err));
    }
out:
    return st;
}

static void finish(fvi_pack **pack)
{
    for (int i = 0; i < FVI_ROLE_COUNT; i++) {
        fvi_onnx_session_destroy(&nets[i].session);
        fvi_onnx_session_destroy(&nets[i].pair_session);
        fvi_onnx_model_destroy(&nets[i].model);
        fvi_onnx_model_destroy(&nets[i].pair_model);
        fvi_cv_net_destroy(&nets[i].cv);
        free(nets[i].input);
        for (size_t k = 0; k < FVI_PACK_OUTPUTS_MAX; k++)
            free(nets[i].outputs[k]);
    }
    fvi_pack_close(pack);
}

int main(int argc, char **argv)
{
    fvi_pack *pack = NULL;
    fv_status st = FV_OK;
    long rounds = argc > 2 ? strtol(argv[2], NULL, 10) : 40;
#ifndef NDEBUG
    (void)fputs("bench_engine: not a release build\n", stderr);
    return EXIT_FAILURE;
#endif
    if (argc < 2 || rounds < 1 || rounds > ROUNDS_MAX) {
        (void)fputs("usage: bench_engine MODELS_DIR [ROUNDS]\n", stderr);
        return EXIT_FAILURE;
    }
    FVI_TRY(start(&pack, argv[1]));
    double peak = bench_peak_gflops();
    FVI_TRY(time_all((int)rounds));
    double after = bench_peak_gflops();
    print_times(after > peak ? after : peak);
    FVI_TRY(time_threads());
out:
    if (st != FV_OK) (void)fprintf(stderr, "bench_engine: %s: %s\n", fv_status_text(st), err.text);
    finish(&pack);
    return st == FV_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
