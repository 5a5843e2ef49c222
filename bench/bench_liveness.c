/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Liveness of one selfie, all of it, against one pass of its network alone: in turns, one thread.
 * One JSON line.
 *
 *     bench_liveness MODELS_DIR [ROUNDS]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench_common.h"
#include "face/face.h"
#include "liveness/liveness.h"
#include "nn/pack.h"
#include "portrait.h"

enum { ROUNDS_MAX = 1000, SIDES = 3 };

static fv_error err;

typedef struct setup {
    fvi_pack *pack;
    fvi_nn_model *model;
    fvi_nn_session *net;
    fvi_liveness_model fusion;
    fvi_liver *liver;
    float *input;
    float *scores;
} setup;

static fv_status open_all(setup *s, const char *dir)
{
    fv_status st = FV_OK;
    char path[1100];

    (void)snprintf(path, sizeof path, "%s/liveness.json", dir);
    FVI_TRY(fvi_pack_open(&s->pack, dir, &err));
    const fvi_pack_net *net = &s->pack->nets[FVI_ROLE_LIVENESS];
    FVI_TRY(fvi_nn_model_create(&s->model, net, FVI_NN_ONEDNN, &err));
    FVI_TRY(fvi_nn_session_create(&s->net, s->model, NULL, &err));
    FVI_TRY(fvi_liveness_load(&s->fusion, path, net->sha256, &err));
    FVI_TRY(fvi_liver_create(&s->liver, s->model, &s->fusion, NULL, &err));
    s->input = calloc(3 * (size_t)net->input_dims[2] * (size_t)net->input_dims[3], sizeof(float));
    s->scores = calloc(net->outputs[0].count, sizeof(float));
    if (s->input == NULL || s->scores == NULL) st = fvi_fail(&err, FV_E_NOMEM, "bench");
out:
    return st;
}

static void close_all(setup *s)
{
    free(s->input);
    free(s->scores);
    fvi_liver_destroy(&s->liver);
    fvi_nn_session_destroy(&s->net);
    fvi_nn_model_destroy(&s->model);
    fvi_pack_close(&s->pack);
}

/* The demo's portrait, of a phone's size; its face's box as the detector gives it. */
static fv_status compare(setup *s, const fvi_image *selfie, const fvi_box *box, size_t rounds)
{
    static double pass[ROUNDS_MAX], whole[ROUNDS_MAX];
    fv_status st = FV_OK;
    fvi_liveness_seen seen = {.score = 0.0f};

    for (size_t i = 0; i < rounds + rounds / 10; i++) {
        size_t at = i < rounds ? i : i - rounds; /* the first ones warm up, and are overwritten */
        double t = bench_thread_us();
        FVI_TRY(fvi_nn_run(s->net, s->input, (float *[]){s->scores}, &err));
        pass[at] = bench_thread_us() - t;
        t = bench_thread_us();
        FVI_TRY(fvi_liveness_take(s->liver, selfie, box, &seen, &err));
        whole[at] = bench_thread_us() - t;
    }
    double one = bench_median(pass, rounds);
    double all = bench_median(whole, rounds);
    (void)printf(
        "{\"name\": \"liveness\", \"width_px\": %d, \"pass_ms\": %.3f, \"whole_ms\": %.3f, "
        "\"ratio\": %.3f, \"score\": %.4f}\n",
        selfie->width_px, one * 1e-3, all * 1e-3, all / one, (double)seen.score);
out:
    return st;
}

int main(int argc, char **argv)
{
    static const float sizes[SIDES] = {0.35f, 1.0f, 3.0f};
    fv_status st = FV_OK;
    setup s = {0};
    long rounds = argc > 2 ? strtol(argv[2], NULL, 10) : 100;
#ifndef NDEBUG
    (void)fputs("bench_liveness: not a release build\n", stderr);
    return EXIT_FAILURE;
#endif
    if (argc < 2 || rounds < 1 || rounds > ROUNDS_MAX) {
        (void)fputs("usage: bench_liveness MODELS_DIR [ROUNDS]\n", stderr);
        return EXIT_FAILURE;
    }
    pixels p = portrait_read(SELFIE_JPG);
    FVI_TRY(open_all(&s, argv[1]));
    for (int i = 0; i < SIDES; i++) {
        float f = sizes[i];
        pixels q = pixels_scaled(&p, (int)((float)p.width * f), (int)((float)p.height * f));
        fvi_image selfie = {q.rgb, q.width, q.height, 3, 3 * (size_t)q.width};
        fvi_box box = {385 * f, 79 * f, 606 * f, 409 * f, 1.0f};
        st = compare(&s, &selfie, &box, (size_t)rounds);
        free(q.rgb);
        if (st != FV_OK) break;
    }
out:
    if (st != FV_OK) (void)fprintf(stderr, "bench_liveness: %s\n", err.text);
    close_all(&s);
    free(p.rgb);
    return st == FV_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
