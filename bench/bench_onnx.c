/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any one network on the 112x112 chip, in the executor and in OpenCV DNN, in turns: agreement,
 * time, and the share of this machine's sgemm peak.
 *
 *     bench_onnx FILE OUTPUT_NAME [ROUNDS]
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "bench_common.h"
#include "bench_peak.h"
#include "nn/onnx.h"
#include "shim/opencv.h"

enum { ROUNDS_MAX = 100, CHANNELS = 3, SIDE_PX = 112, OUTPUT_MAX = 4096, FILE_MAX = 1 << 30 };

typedef struct bench {
    fvi_onnx_model *model;
    fvi_onnx_session *session;
    fvi_cv_net *cv;
    const char *output_name;
    float input[CHANNELS * SIDE_PX * SIDE_PX];
    float ours[OUTPUT_MAX];
    float theirs[OUTPUT_MAX];
    double us[2][ROUNDS_MAX];
} bench;

static bench b;
static fv_error err;

static fv_status load(const char *path)
{
    fv_status st = FV_OK;
    uint8_t *bytes = NULL;
    size_t len = 0;
    fvi_onnx_spec spec = {.input_dims = {1, CHANNELS, SIDE_PX, SIDE_PX},
                          .output_names = &b.output_name,
                          .n_outputs = 1};

    FVI_TRY(fvi_file_read(path, FILE_MAX, FV_E_MODEL, &bytes, &len, &err));
    spec.onnx = (fv_bytes){bytes, len};
    double t = bench_thread_us();
    FVI_TRY(fvi_onnx_model_create(&b.model, &spec, &err));
    (void)printf("{\"name\": \"create\", \"ms\": %.1f}\n", (bench_thread_us() - t) * 1e-3);
    if (fvi_onnx_output_count(b.model, 0) > OUTPUT_MAX) {
        st = fvi_fail(&err, FV_E_MODEL, "more than %d outputs", OUTPUT_MAX);
        goto out;
    }
    FVI_TRY(fvi_onnx_session_create(&b.session, b.model, NULL, &err));
    FVI_TRY(fvi_cv_net_create(&b.cv, spec.onnx, &err));
out:
    free(bytes);
    return st;
}

static fv_status run(int kind, const char *input_name)
{
    float *ours[] = {b.ours};
    float *theirs[] = {b.theirs};
    size_t count = fvi_onnx_output_count(b.model, 0);
    fvi_cv_run r = {.input_name = input_name,
                    .input = b.input,
                    .input_dims = {1, CHANNELS, SIDE_PX, SIDE_PX},
                    .output_names = &b.output_name,
                    .outputs = theirs,
                    .output_counts = &count,
                    .n_outputs = 1};
    return kind == 0 ? fvi_onnx_run(b.session, b.input, ours, &err)
                     : fvi_cv_net_run(b.cv, &r, &err);
}

static fv_status measure(int rounds)
{
    fv_status st = FV_OK;
    for (int i = 0; i < rounds; i++) {
        for (int kind = 0; kind < 2; kind++) {
            FVI_TRY(run(kind, ""));
            double t = bench_thread_us();
            FVI_TRY(run(kind, ""));
            b.us[kind][i] = bench_thread_us() - t;
        }
    }
out:
    return st;
}

static void print(int rounds, double peak)
{
    double ours = bench_median(b.us[0], (size_t)rounds);
    double theirs = bench_median(b.us[1], (size_t)rounds);
    double gflops = 2e-3 * fvi_onnx_work(b.model) / ours;
    double ab = 0, aa = 0, bb = 0;

    for (size_t i = 0; i < fvi_onnx_output_count(b.model, 0); i++) {
        ab += (double)b.ours[i] * (double)b.theirs[i];
        aa += (double)b.ours[i] * (double)b.ours[i];
        bb += (double)b.theirs[i] * (double)b.theirs[i];
    }
    (void)printf(
        "{\"name\": \"network\", \"onednn_ms\": %.2f, \"opencv_ms\": %.2f, \"ratio\": %.2f, "
        "\"gflops\": %.1f, \"peak_gflops\": %.1f, \"share\": %.2f, \"cosine\": %.6f}\n",
        ours * 1e-3, theirs * 1e-3, theirs / ours, gflops, peak, gflops / peak, ab / sqrt(aa * bb));
}

int main(int argc, char **argv)
{
    fv_status st = FV_OK;
    long rounds = argc > 3 ? strtol(argv[3], NULL, 10) : 5;
    uint32_t seed = 1;

    if (argc < 3 || rounds < 1 || rounds > ROUNDS_MAX) {
        (void)fputs("usage: bench_onnx FILE OUTPUT_NAME [ROUNDS]\n", stderr);
        return EXIT_FAILURE;
    }
    b.output_name = argv[2];
    for (size_t i = 0; i < sizeof b.input / sizeof b.input[0]; i++) {
        seed = seed * 1664525u + 1013904223u;
        b.input[i] = (float)(seed >> 8) / 8388608.0f - 1.0f;
    }
    FVI_TRY(load(argv[1]));
    double peak = bench_peak_gflops();
    FVI_TRY(measure((int)rounds));
    double after = bench_peak_gflops();
    print((int)rounds, after > peak ? after : peak);
out:
    if (st != FV_OK) (void)fprintf(stderr, "bench_onnx: %s: %s\n", fv_status_text(st), err.text);
    fvi_cv_net_destroy(&b.cv);
    fvi_onnx_session_destroy(&b.session);
    fvi_onnx_model_destroy(&b.model);
    return st == FV_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
