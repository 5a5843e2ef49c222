/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <dirent.h>
#include <math.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nn/nn.h"

#ifdef __has_feature
#define HAS(feature) __has_feature(feature)
#else
#define HAS(feature) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || HAS(address_sanitizer) ||     \
    HAS(thread_sanitizer)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

static fvi_pack *pack;

/* A network with its input and room for its outputs. */
typedef struct pass {
    const fvi_pack_net *net;
    fvi_nn_model *model;
    fvi_nn_session *session;
    float *input;
    float *outputs[FVI_PACK_OUTPUTS_MAX];
} pass;

static size_t pixels_of(const fvi_pack_net *net)
{
    return (size_t)net->input_dims[1] * (size_t)net->input_dims[2] * (size_t)net->input_dims[3];
}

static void fill_noise(const fvi_pack_net *net, float *input)
{
    const size_t n = pixels_of(net);
    uint8_t *px = malloc(n);
    uint32_t x = 1;

    assert_non_null(px);
    for (size_t i = 0; i < n; i++) {
        x = x * 1664525u + 1013904223u;
        px[i] = (uint8_t)(x >> 24);
    }
    const fvi_image image = {px, net->input_dims[3], net->input_dims[2], net->input_dims[1],
                             (size_t)net->input_dims[3] * (size_t)net->input_dims[1]};
    fvi_nn_fill(net, &image, input);
    free(px);
}

static pass pass_new(fvi_role role)
{
    pass p = {.net = &pack->nets[role]};
    fv_error err = {0};

    assert_fv_ok(fvi_nn_model_create(&p.model, p.net, FVI_NN_OPENCV, &err), &err);
    assert_fv_ok(fvi_nn_session_create(&p.session, p.model, NULL, &err), &err);
    p.input = malloc(pixels_of(p.net) * sizeof(float));
    assert_non_null(p.input);
    fill_noise(p.net, p.input);
    for (size_t i = 0; i < p.net->n_outputs; i++) {
        p.outputs[i] = calloc(p.net->outputs[i].count, sizeof(float));
        assert_non_null(p.outputs[i]);
    }
    return p;
}

static void pass_free(pass *p)
{
    fvi_nn_session_destroy(&p->session);
    fvi_nn_model_destroy(&p->model);
    assert_null(p->session);
    assert_null(p->model);
    for (size_t i = 0; i < p->net->n_outputs; i++)
        free(p->outputs[i]);
    free(p->input);
}

static void assert_same_outputs(const pass *a, const pass *b)
{
    for (size_t i = 0; i < a->net->n_outputs; i++)
        assert_memory_equal(a->outputs[i], b->outputs[i], a->net->outputs[i].count * sizeof(float));
}

static size_t count_threads(void)
{
    size_t n = 0;
    DIR *d = opendir("/proc/self/task");
    assert_non_null(d);
    for (const struct dirent *e = readdir(d); e != NULL; e = readdir(d))
        n += e->d_name[0] != '.';
    (void)closedir(d);
    return n;
}

/* What ONNX Runtime 1.x says of the same input, within a ten-thousandth of the output's range. */
static const struct {
    fvi_role role;
    size_t output;
    size_t at[3];
    float value[3];
    float tolerance;
} expected[] = {
    {FVI_ROLE_DETECT, 0, {0, 8840, 17679}, {0.00521394f, 0.378465f, 1.25708f}, 0.000153f},
    {FVI_ROLE_DETECT, 1, {0, 4420, 8839}, {0.918059f, 0.931046f, 0.0417489f}, 9.93e-05f},
    {FVI_ROLE_LANDMARK, 0, {0, 68, 135}, {0.164626f, 0.631218f, 0.656591f}, 7.33e-05f},
    {FVI_ROLE_EMBED, 0, {0, 256, 511}, {-0.151627f, 0.0427375f, -0.02292f}, 5.01e-05f},
    {FVI_ROLE_LIVENESS, 0, {0, 1, 2}, {4.21257f, -0.886102f, -3.32642f}, 0.000754f},
    {FVI_ROLE_EYE_STATE, 0, {0, 1, 1}, {9.62119f, -9.53034f, -9.53034f}, 0.00192f},
    {FVI_ROLE_HEAD_POSE, 0, {0, 33, 65}, {-3.32077f, -5.42178f, -3.34593f}, 0.00137f},
    {FVI_ROLE_HEAD_POSE, 1, {0, 33, 65}, {-2.28348f, -0.309932f, -2.35542f}, 0.00341f},
    {FVI_ROLE_HEAD_POSE, 2, {0, 33, 65}, {-2.43995f, 4.06677f, -2.16856f}, 0.000989f},
};

static void test_run__agrees_with_another_runtime(void **state)
{
    size_t checked = 0;
    (void)state;

    for (int r = 0; r < FVI_ROLE_COUNT; r++) {
        pass p = pass_new((fvi_role)r);
        fv_error err = {0};
        assert_ptr_equal(fvi_nn_net(p.session), p.net);
        assert_fv_ok(fvi_nn_run(p.session, p.input, p.outputs, &err), &err);
        for (size_t i = 0; i < p.net->n_outputs; i++)
            for (size_t k = 0; k < p.net->outputs[i].count; k++)
                assert_true(isfinite(p.outputs[i][k]));
        for (size_t e = 0; e < ARRAY_LEN(expected); e++) {
            if ((int)expected[e].role != r) continue;
            for (size_t k = 0; k < 3; k++, checked++)
                assert_float_equal(p.outputs[expected[e].output][expected[e].at[k]],
                                   expected[e].value[k], expected[e].tolerance);
        }
        pass_free(&p);
    }
    assert_int_equal(checked, 3 * ARRAY_LEN(expected));
}

static void test_run__is_the_same_in_every_session_also_after_a_wipe(void **state)
{
    (void)state;
    for (int r = 0; r < FVI_ROLE_COUNT; r++) {
        pass a = pass_new((fvi_role)r);
        pass b = pass_new((fvi_role)r);
        fv_error err = {0};
        assert_fv_ok(fvi_nn_run(a.session, a.input, a.outputs, &err), &err);
        memset(b.input, 0, pixels_of(b.net) * sizeof(float));
        assert_fv_ok(fvi_nn_run(b.session, b.input, b.outputs, &err), &err);
        fvi_nn_wipe(b.session);
        fvi_nn_wipe(b.session);
        fill_noise(b.net, b.input);
        assert_fv_ok(fvi_nn_run(b.session, b.input, b.outputs, &err), &err);
        assert_same_outputs(&a, &b);
        pass_free(&a);
        pass_free(&b);
    }
    fvi_nn_wipe(NULL);
    fvi_nn_session_destroy(NULL);
    fvi_nn_model_destroy(NULL);
}

typedef struct job {
    const fvi_nn_model *model;
    pass *work;
    fv_status st;
} job;

static void *run_job(void *arg)
{
    job *j = arg;
    fvi_nn_session *s = NULL;

    j->st = fvi_nn_session_create(&s, j->model, NULL, NULL);
    for (int i = 0; i < 3 && j->st == FV_OK; i++)
        j->st = fvi_nn_run(s, j->work->input, j->work->outputs, NULL);
    fvi_nn_session_destroy(&s);
    return NULL;
}

static void test_run__two_threads_of_one_model_do_not_touch_each_other(void **state)
{
    (void)state;
    for (int r = 0; r < FVI_ROLE_COUNT; r++) {
        pass alone = pass_new((fvi_role)r);
        pass work[2] = {pass_new((fvi_role)r), pass_new((fvi_role)r)};
        job jobs[2];
        pthread_t threads[2];
        fv_error err = {0};
        assert_fv_ok(fvi_nn_run(alone.session, alone.input, alone.outputs, &err), &err);
        for (int i = 0; i < 2; i++) {
            jobs[i] = (job){alone.model, &work[i], FV_E_INTERNAL};
            assert_int_equal(pthread_create(&threads[i], NULL, run_job, &jobs[i]), 0);
        }
        for (int i = 0; i < 2; i++) {
            assert_int_equal(pthread_join(threads[i], NULL), 0);
            assert_int_equal(jobs[i].st, FV_OK);
            assert_same_outputs(&alone, &work[i]);
            pass_free(&work[i]);
        }
        pass_free(&alone);
    }
}

static void test_run__starts_no_thread(void **state)
{
    const size_t before = count_threads();
    (void)state;
    for (int r = 0; r < FVI_ROLE_COUNT; r++) {
        pass p = pass_new((fvi_role)r);
        fv_error err = {0};
        assert_fv_ok(fvi_nn_run(p.session, p.input, p.outputs, &err), &err);
        assert_int_equal(count_threads(), before);
        pass_free(&p);
    }
}

#if !SANITIZED
/* How often memory, apart from the stack, holds the n_bytes of `what`. */
static size_t count_in_memory(const float *what, size_t n_bytes)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[512];
    size_t hits = 0;

    assert_non_null(maps);
    while (fgets(line, sizeof line, maps) != NULL) {
        unsigned long from = 0;
        unsigned long to = 0;
        char mode[8] = "";
        if (sscanf(line, "%lx-%lx %7s", &from, &to, mode) != 3) continue;
        if (strncmp(mode, "rw", 2) != 0 || strstr(line, "[stack") != NULL) continue;
        for (unsigned long p = from; p + n_bytes <= to; p += sizeof(float))
            hits += memcmp((const void *)p, what, n_bytes) == 0;
    }
    (void)fclose(maps);
    return hits;
}

static void test_wipe__leaves_neither_input_nor_output(void **state)
{
    (void)state;
    for (int r = 0; r < FVI_ROLE_COUNT; r++) {
        pass p = pass_new((fvi_role)r);
        const size_t n = pixels_of(p.net);
        const size_t n_out = p.net->outputs[0].count;
        const size_t take = n_out < 16 ? n_out : 16;
        float in[16];
        float out[16];
        fv_error err = {0};
        for (size_t i = 0; i < n; i++)
            p.input[i] = p.input[i] * 0.731f + 0.003f; /* no other test's freed memory has this */
        assert_fv_ok(fvi_nn_run(p.session, p.input, p.outputs, &err), &err);
        memcpy(in, p.input + n / 2, sizeof in);
        memcpy(out, p.outputs[0] + (n_out - take) / 2, take * sizeof(float));
        memset(p.input, 0, n * sizeof(float));
        memset(p.outputs[0], 0, n_out * sizeof(float));
        assert_true(count_in_memory(in, sizeof in) > 0); /* or the search does not work */
        assert_true(count_in_memory(out, take * sizeof(float)) > 0);
        fvi_nn_wipe(p.session);
        assert_int_equal(count_in_memory(in, sizeof in), 0);
        assert_int_equal(count_in_memory(out, take * sizeof(float)), 0);
        pass_free(&p);
    }
}
#endif

static void refuse(const fvi_pack_net *net, bool model_fault)
{
    fvi_nn_model *m = NULL;
    fvi_nn_session *s = NULL;
    fv_error err = {0};

    fv_status st = fvi_nn_model_create(&m, net, FVI_NN_OPENCV, &err);
    if (st == FV_OK) st = fvi_nn_session_create(&s, m, NULL, &err);
    if (model_fault) assert_int_equal(st, FV_E_MODEL);
    assert_true(st == FV_E_MODEL || st == FV_E_BACKEND);
    assert_non_null(strstr(err.text, net->file));
    assert_null(s);
    fvi_nn_model_destroy(&m);
}

static void test_create__a_network_that_is_not_as_the_pack_says_is_refused(void **state)
{
    static const uint8_t garbage[] = "this is not a network";
    const fvi_pack_net *good = &pack->nets[FVI_ROLE_HEAD_POSE];
    fvi_pack_net net = *good;
    fvi_nn_model *m = NULL;
    (void)state;

    net.outputs[2].count = 65;
    refuse(&net, true);
    net = *good;
    net.outputs[0].count = 67;
    refuse(&net, true);
    net = *good;
    (void)snprintf(net.outputs[1].name, sizeof net.outputs[1].name, "nothing");
    refuse(&net, false);
    net = *good;
    net.input_dims[1] = 1;
    refuse(&net, false);
    net = *good;
    net.onnx = (fv_bytes){garbage, sizeof garbage};
    refuse(&net, false);
    net.onnx = (fv_bytes){NULL, 0};
    assert_int_equal(fvi_nn_model_create(&m, &net, FVI_NN_OPENCV, NULL), FV_E_MODEL);
    assert_int_equal(fvi_nn_model_create(&m, good, (fvi_nn_backend)77, NULL), FV_E_ARG);
    assert_null(m);
}

static void test_fill__puts_channels_where_the_network_wants_them(void **state)
{
    /* 2 x 2, RGB, one byte of padding a row */
    uint8_t px[] = {10, 20, 30, 40, 50, 60, 255, 70, 80, 90, 100, 110, 120, 255};
    const fvi_image rgb = {px, 2, 2, 3, 7};
    const fvi_image grey = {px, 2, 2, 1, 7};
    static const float want_rgb[] = {0, 30, 60, 90, 9, 24, 39, 54, 7, 17, 27, 37};
    static const float want_bgr[] = {20, 50, 80, 110, 9, 24, 39, 54, 0.0f, 10, 20, 30};
    static const float want_grey[] = {0, 10, 60, 70};
    fvi_pack_net net = {.input_dims = {1, 3, 2, 2},
                        .colour = FVI_COLOUR_RGB,
                        .mean = {10, 2, 9},
                        .deviation = {1, 2, 3}};
    float got[12];
    (void)state;

    fvi_nn_fill(&net, &rgb, got);
    for (size_t i = 0; i < 12; i++)
        assert_float_equal(got[i], want_rgb[i], 0.0f);
    net.colour = FVI_COLOUR_BGR;
    net.mean[2] = 10;
    net.deviation[2] = 3;
    fvi_nn_fill(&net, &rgb, got);
    for (size_t i = 0; i < 8; i++)
        assert_float_equal(got[i], want_bgr[i], 0.0f);
    for (size_t i = 8; i < 12; i++)
        assert_float_equal(got[i], want_bgr[i], 1e-5f);
    net.colour = FVI_COLOUR_GREY;
    net.input_dims[1] = 1;
    fvi_nn_fill(&net, &grey, got);
    for (size_t i = 0; i < 4; i++)
        assert_float_equal(got[i], want_grey[i], 0.0f);
}

static int open_pack(void **state)
{
    (void)state;
    return fvi_pack_open(&pack, FV_TEST_MODELS, NULL) == FV_OK ? 0 : -1;
}

static int close_pack(void **state)
{
    (void)state;
    fvi_pack_close(&pack);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_run__agrees_with_another_runtime),
        cmocka_unit_test(test_run__is_the_same_in_every_session_also_after_a_wipe),
        cmocka_unit_test(test_run__two_threads_of_one_model_do_not_touch_each_other),
        cmocka_unit_test(test_run__starts_no_thread),
#if !SANITIZED
        cmocka_unit_test(test_wipe__leaves_neither_input_nor_output),
#endif
        cmocka_unit_test(test_create__a_network_that_is_not_as_the_pack_says_is_refused),
        cmocka_unit_test(test_fill__puts_channels_where_the_network_wants_them),
    };
    return cmocka_run_group_tests_name("nn", tests, open_pack, close_pack);
}
