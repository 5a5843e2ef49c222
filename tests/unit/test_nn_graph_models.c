/* SPDX-License-Identifier: Apache-2.0 */
/* Every network of the pack gives what OpenCV DNN gives, for one item and for two, on noise and on
 * faces. */
#include "test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nn/nn.h"
#include "nn/onnx.h"
#include "nn/pack.h"
#include "portrait.h"
#include "shim/opencv.h"

enum { INPUT_MAX = 2 * 3 * 240 * 320, OUTPUT_MAX = 2 * 4420 * 4 };

static float input[INPUT_MAX];
static float ours[FVI_PACK_OUTPUTS_MAX][OUTPUT_MAX], theirs[FVI_PACK_OUTPUTS_MAX][OUTPUT_MAX];

/* Noise, and something with edges and slopes as a picture has them. */
static void make_input(const fvi_pack_net *p, int kind, float *x)
{
    uint32_t seed = 7;
    for (int c = 0; c < p->input_dims[1]; c++)
        for (int h = 0; h < p->input_dims[2]; h++)
            for (int w = 0; w < p->input_dims[3]; w++) {
                seed = seed * 1664525u + 1013904223u;
                double v = kind == 0 ? (double)(seed >> 24)
                                     : 127.0 + 90.0 * sin(0.13 * h + c) * cos(0.09 * w) +
                                           (w > h ? 30.0 : -30.0);
                *x++ = ((float)v - p->mean[c]) / p->deviation[c];
            }
}

static void run_opencv(const fvi_pack_net *p, size_t item, size_t items)
{
    const char *names[FVI_PACK_OUTPUTS_MAX];
    size_t counts[FVI_PACK_OUTPUTS_MAX];
    float *outputs[FVI_PACK_OUTPUTS_MAX];
    size_t count = (size_t)(p->input_dims[1] * p->input_dims[2] * p->input_dims[3]);
    fvi_cv_net *net = NULL;
    fv_error err = {0};
    assert_true(count * items <= INPUT_MAX);
    for (size_t i = 0; i < p->n_outputs; i++) {
        names[i] = p->outputs[i].name;
        counts[i] = p->outputs[i].count;
        assert_true(counts[i] * items <= OUTPUT_MAX);
        outputs[i] = theirs[i] + item * counts[i];
    }
    fvi_cv_run run = {.input_name = p->input_name,
                      .input = input + item * count,
                      .output_names = names,
                      .outputs = outputs,
                      .output_counts = counts,
                      .n_outputs = p->n_outputs};
    memcpy(run.input_dims, p->input_dims, sizeof run.input_dims);
    assert_fv_ok(fvi_cv_net_create(&net, p->onnx, &err), &err);
    assert_fv_ok(fvi_cv_net_run(net, &run, &err), &err);
    fvi_cv_net_destroy(&net);
}

static void run_ours(const fvi_pack_net *p, size_t items)
{
    const char *names[FVI_PACK_OUTPUTS_MAX];
    float *outputs[FVI_PACK_OUTPUTS_MAX];
    fvi_onnx_model *m = NULL;
    fvi_onnx_session *s = NULL;
    fv_error err = {0};
    fvi_onnx_spec spec = {.onnx = p->onnx,
                          .input_name = p->input_name,
                          .output_names = names,
                          .n_outputs = p->n_outputs};
    for (size_t i = 0; i < p->n_outputs; i++) {
        names[i] = p->outputs[i].name;
        outputs[i] = ours[i];
    }
    memcpy(spec.input_dims, p->input_dims, sizeof spec.input_dims);
    spec.input_dims[0] = (int)items;
    assert_fv_ok(fvi_onnx_model_create(&m, &spec, &err), &err);
    assert_fv_ok(fvi_onnx_session_create(&s, m, NULL, &err), &err);
    assert_fv_ok(fvi_onnx_run(s, input, outputs, &err), &err);
    fvi_onnx_session_destroy(&s);
    fvi_onnx_model_destroy(&m);
}

static void compare(const fvi_pack_net *p, size_t i, size_t item)
{
    size_t n = p->outputs[i].count;
    const float *a = ours[i] + item * n;
    const float *b = theirs[i] + item * n;
    double lo = INFINITY, hi = -INFINITY, worst = 0, ab = 0, aa = 0, bb = 0;
    for (size_t k = 0; k < n; k++) {
        lo = fmin(lo, (double)b[k]);
        hi = fmax(hi, (double)b[k]);
        double d = fabs((double)(a[k] - b[k]));
        worst = d <= worst ? worst : d; /* a NaN becomes the worst */
        ab += (double)(a[k] * b[k]);
        aa += (double)(a[k] * a[k]);
        bb += (double)(b[k] * b[k]);
    }
    if (!(worst <= 1e-3 * (hi - lo)))
        fail_msg("%s %s: %g of a range of %g", p->name, p->outputs[i].name, worst, hi - lo);
    if (p->role == FVI_ROLE_EMBED) assert_true(ab / sqrt(aa * bb) >= 0.9999);
    if (p->role == FVI_ROLE_LANDMARK) assert_true(worst * 64 <= 0.05);
}

static void test_models__agree_with_opencv(void **state)
{
    fvi_pack *pack = NULL;
    fv_error err = {0};
    (void)state;
    assert_fv_ok(fvi_pack_open(&pack, FV_TEST_MODELS, &err), &err);
    for (int r = 0; r < FVI_ROLE_COUNT; r++) {
        const fvi_pack_net *p = &pack->nets[r];
        size_t count = (size_t)(p->input_dims[1] * p->input_dims[2] * p->input_dims[3]);
        assert_non_null(p->onnx.data);
        for (size_t item = 0; item < 2; item++) {
            make_input(p, (int)item, input + item * count);
            run_opencv(p, item, 2);
        }
        for (size_t items = 1; items <= 2; items++) {
            run_ours(p, items);
            for (size_t k = 0; k < items * p->n_outputs; k++)
                compare(p, k % p->n_outputs, k / p->n_outputs);
        }
    }
    fvi_pack_close(&pack);
}

/* A real face as the network sees it: the part of a portrait about it, in the network's size. */
typedef struct face {
    const char *file;
    int x, y, side;
} face;

static void fill_face(const fvi_pack_net *p, const face *f, float *x)
{
    pixels whole = portrait_read(f->file);
    pixels cut = pixels_cut(&whole, f->x, f->y, f->side, f->side);
    pixels small = pixels_scaled(&cut, p->input_dims[3], p->input_dims[2]);
    size_t area = (size_t)small.width * (size_t)small.height;
    int channels = p->input_dims[1];

    if (channels == 1) {
        for (size_t i = 0; i < area; i++)
            small.rgb[i] = (uint8_t)((299 * small.rgb[3 * i] + 587 * small.rgb[3 * i + 1] +
                                      114 * small.rgb[3 * i + 2]) /
                                     1000);
    }
    fvi_image image = {small.rgb, small.width, small.height, channels,
                       (size_t)(small.width * channels)};
    fvi_nn_fill(p, &image, x);
    free(whole.rgb);
    free(cut.rgb);
    free(small.rgb);
}

static void test_models__agree_with_opencv_on_faces(void **state)
{
    static const face faces[] = {{SELFIE_JPG, 330, 80, 330},  /* whole face */
                                 {OTHER_JPG, 385, 170, 390},  /* another */
                                 {SELFIE_JPG, 400, 190, 80},  /* about an eye */
                                 {RECORD_JPG, 60, 100, 500}}; /* with its surroundings */
    fvi_pack *pack = NULL;
    fv_error err = {0};
    (void)state;
    assert_fv_ok(fvi_pack_open(&pack, FV_TEST_MODELS, &err), &err);
    for (int r = 0; r < FVI_ROLE_COUNT; r++) {
        for (size_t k = 0; k < ARRAY_LEN(faces); k++) {
            const fvi_pack_net *p = &pack->nets[r];
            fill_face(p, &faces[k], input);
            run_opencv(p, 0, 1);
            run_ours(p, 1);
            for (size_t i = 0; i < p->n_outputs; i++)
                compare(p, i, 0);
        }
    }
    fvi_pack_close(&pack);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_models__agree_with_opencv),
        cmocka_unit_test(test_models__agree_with_opencv_on_faces),
    };
    return cmocka_run_group_tests_name("nn_graph_models", tests, NULL, NULL);
}
