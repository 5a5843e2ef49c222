/* SPDX-License-Identifier: Apache-2.0 */
/* Whole graphs: fusions that must not change a result, files that must be refused, sessions that
 * share a model. */
#include "test.h"

#include <dirent.h>
#include <malloc.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nn/onnx_session.h"
#include "test_nn_ops_model.h"

enum { CAP = 1 << 16 };

static const int64_t DIMS[4] = {1, 20, 9, 7};
static const float VARIANCE[20] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1};
static float X[CAP], W[CAP], FAST[CAP], PLAIN[CAP];

static void conv(const char *in, const char *out, int64_t stride)
{
    const int64_t pads[4] = {1, 1, 1, 1};
    const int64_t strides[2] = {stride, stride};
    model_node("Conv", in, out);
    attr_ints("pads", pads, 4);
    attr_ints("strides", strides, 2);
}

static void begin(void)
{
    const int64_t wd[4] = {20, 20, 3, 3};
    const int64_t slope[3] = {20, 1, 1};
    const int64_t channels = 20;
    fill(X, 2 * 20 * 63, 1);
    fill(W, 20 * 20 * 9, 2);
    for (int i = 0; i < 20 * 20 * 9; i++)
        W[i] *= 0.1f;
    model_begin(9, DIMS);
    model_floats("w", wd, 4, W);
    model_floats("s", slope, 3, W + 40);
    model_floats("k", slope, 3, W + 80);
    model_floats("one", &channels, 1, X + 100);
    model_floats("two", &channels, 1, X + 120);
    model_floats("var", &channels, 1, VARIANCE);
}

static void fast_is_plain(const char *output)
{
    fv_bytes onnx = model_end(output);
    for (int64_t batch = 1; batch <= 2; batch++) {
        const int64_t dims[4] = {batch, DIMS[1], DIMS[2], DIMS[3]};
        size_t n = run_model(onnx, dims, output, false, X, FAST, CAP);
        assert_int_equal(run_model(onnx, dims, output, true, X, PLAIN, CAP), n);
        for (size_t i = 0; i < n; i++)
            if (!(fabsf(FAST[i] - PLAIN[i]) <= 1e-4f * fmaxf(1.0f, fabsf(PLAIN[i]))))
                fail_msg("batch %d at %zu: %g, not %g", (int)batch, i, (double)FAST[i],
                         (double)PLAIN[i]);
    }
}

static void test_fuse__residual_that_is_read_again(void **state)
{
    (void)state;
    begin();
    conv("x w", "a", 1);
    model_node("Relu", "a", "b");
    conv("b w", "c", 1);
    model_node("Add", "b c", "d"); /* may be added in place */
    model_node("PRelu", "d s", "e");
    conv("e w", "f", 1);
    model_node("Add", "f e", "g"); /* may not: e is read below */
    model_node("Relu", "g", "h");
    conv("h w", "j", 1);
    model_node("Add", "e j", "k1"); /* may not: and here the convolution reads something else */
    model_node("Add", "k1 e", "i");
    model_node("Add", "i i", "y");
    fast_is_plain("y");
}

static void test_fuse__sum_of_two_convolutions(void **state)
{
    (void)state;
    begin();
    conv("x w", "a", 2);
    conv("x w", "b", 1);
    model_node("MaxPool", "b", "p");
    const int64_t k[2] = {3, 3}, s[2] = {2, 2}, pads[4] = {1, 1, 1, 1};
    attr_ints("kernel_shape", k, 2);
    attr_ints("strides", s, 2);
    attr_ints("pads", pads, 4);
    model_node("Add", "a p", "c");
    conv("x w", "d", 2);
    conv("x w", "e", 2);
    model_node("Add", "d e", "f");
    model_node("Add", "c f", "g");
    model_node("Clip", "g", "y");
    attr_float("min", -0.5f);
    attr_float("max", 1.5f);
    fast_is_plain("y");
}

static void test_fuse__norm_scale_and_shift_around_a_convolution(void **state)
{
    (void)state;
    begin();
    model_node("BatchNormalization", "x one two one var", "n"); /* nothing before it to fold into */
    conv("n w", "a", 1);
    model_node("BatchNormalization", "a two one two var", "b");
    model_node("Mul", "b k", "c");
    model_node("Sub", "k c", "d");
    model_node("Add", "d k", "e");
    model_node("Div", "e var4", "f");
    model_node("Sigmoid", "f", "y");
    const int64_t shape[4] = {1, 20, 1, 1};
    model_floats("var4", shape, 4, VARIANCE);
    fast_is_plain("y");
}

static void test_fuse__weights_shared_by_two_convolutions(void **state)
{
    (void)state;
    begin();
    conv("x w", "a", 1);
    model_node("BatchNormalization", "a two one two var", "b");
    conv("x w", "c", 1);
    model_node("Sub", "b c", "y");
    fast_is_plain("y");
}

static void test_fuse__squeeze_and_excite(void **state)
{
    const int64_t wd[4] = {6, 20, 1, 1}, ud[4] = {20, 6, 1, 1};
    (void)state;
    begin();
    model_floats("down", wd, 4, W);
    model_floats("up", ud, 4, W + 200);
    conv("x w", "a", 1);
    model_node("GlobalAveragePool", "a", "g");
    model_node("Conv", "g down", "h");
    model_node("Relu", "h", "i");
    model_node("Conv", "i up", "j");
    model_node("Sigmoid", "j", "k1");
    model_node("Mul", "a k1", "m");
    model_node("Add", "x m", "y");
    fast_is_plain("y");
}

/* ---- what must be refused ---- */

static fv_status create(fv_bytes onnx, const char *output, fv_error *err)
{
    fvi_onnx_model *m = NULL;
    const fvi_onnx_spec spec = {
        .onnx = onnx, .input_dims = {1, 20, 9, 7}, .output_names = &output, .n_outputs = 1};
    *err = (fv_error){0};
    fv_status st = fvi_onnx_model_create(&m, &spec, err);
    if (st != FV_OK) assert_null(m);
    fvi_onnx_model_destroy(&m);
    return st;
}

static void refused(const char *output, const char *text)
{
    fv_error err = {0};
    assert_int_equal(create(model_end(output), output, &err), FV_E_MODEL);
    if (strstr(err.text, text) == NULL) fail_msg("'%s' does not say '%s'", err.text, text);
}

static void test_load__names_what_is_not_supported(void **state)
{
    const int64_t pads[3] = {1, 1, 1};
    (void)state;
    begin();
    model_node("Quantise", "x", "y");
    refused("y", "node y: operator Quantise is not supported");
    begin();
    model_node("Relu", "x", "y");
    attr_int("colour", 1);
    refused("y", "node y (Relu): attribute colour");
    begin();
    model_node("Relu", "x", "y");
    refused("z", "no output is called z");
    begin();
    model_node("Conv", "x w", "y");
    attr_ints("pads", pads, 3);
    refused("y", "node y (Conv): pads");
    begin();
    model_node("Relu", "later", "y");
    model_node("Relu", "y", "later");
    refused("y", "later is not defined before it");
    begin();
    model_node("Relu", "x", "x");
    refused("x", "defined twice");
    begin();
    model_node("Shape", "x", "y");
    refused("y", "not of floats");
    begin();
    model_cut(4);
    model_node("Relu", "x", "y");
    refused("y", "tensor var: 19 elements do not fit its shape");
}

static void test_load__other_input_than_expected(void **state)
{
    fv_error err = {0};
    fvi_onnx_model *m = NULL;
    const char *y = "y";
    (void)state;
    begin();
    model_node("Relu", "x", "y");
    fvi_onnx_spec spec = {
        .onnx = model_end("y"), .input_dims = {1, 20, 9, 8}, .output_names = &y, .n_outputs = 1};
    assert_int_equal(fvi_onnx_model_create(&m, &spec, &err), FV_E_MODEL);
    spec.input_dims[3] = 7;
    spec.input_name = "image";
    assert_int_equal(fvi_onnx_model_create(&m, &spec, &err), FV_E_MODEL);
    spec.input_name = NULL;
    spec.input_dims[0] = 1000;
    assert_int_equal(fvi_onnx_model_create(&m, &spec, &err), FV_E_MODEL);
    spec.input_dims[0] = 1;
    spec.n_outputs = 0;
    assert_int_equal(fvi_onnx_model_create(&m, &spec, &err), FV_E_MODEL);
    assert_null(m);
}

static void test_load__sizes_beyond_the_limits(void **state)
{
    const int64_t huge[8] = {0, 0, 0, 0, 0, 0, INT64_MAX, INT64_MAX};
    const int64_t large[8] = {0, 0, 0, 0, 0, 0, 5000, 5000};
    const int64_t many[4] = {INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX};
    const int64_t product[2] = {(int64_t)1 << 32, (int64_t)1 << 32};
    (void)state;
    begin();
    model_node("Pad", "x", "y");
    attr_ints("pads", huge, 8);
    refused("y", "(Pad)");
    begin();
    model_node("Pad", "x", "y");
    attr_ints("pads", large, 8);
    refused("y", "beyond the limits");
    begin();
    model_ints("shape", many, 4);
    model_node("Reshape", "x shape", "y");
    refused("y", "shape does not fit");
    begin();
    model_ints("shape", product, 2);
    model_node("Reshape", "x shape", "y");
    refused("y", "shape does not fit");
    begin();
    const int64_t far[4] = {0, 0, 1000, 1000};
    model_node("Pad", "k", "p0"); /* a constant, so it is folded: 20 x 1000 x 1000 floats */
    attr_ints("pads", (const int64_t[6]){0, far[2], far[3], 0, 0, 0}, 6);
    model_node("Pad", "p0", "p1");
    attr_ints("pads", (const int64_t[6]){0, 1, 1, 0, 0, 0}, 6);
    model_node("Pad", "p1", "p2");
    attr_ints("pads", (const int64_t[6]){0, 1, 1, 0, 0, 0}, 6);
    refused("p2", "more memory than the limit");
    begin();
    const int64_t wide[8] = {0, 0, 0, 0, 0, 0, 900, 900};
    model_node("Pad", "x", "a");
    attr_ints("pads", wide, 8);
    model_node("Relu", "a", "b");
    model_node("Concat", "a b a", "c");
    attr_int("axis", 1);
    model_node("Concat", "c a", "y");
    attr_int("axis", 1);
    refused("y", "activations need more than");
}

static void test_load__every_cut_and_every_changed_byte(void **state)
{
    static const uint8_t CHANGES[] = {0x00, 0xff, 0x80, 0x01};
    fv_error err = {0};
    (void)state;
    const int64_t wd[4] = {2, 20, 1, 1};
    begin();
    model_begin(9, DIMS);
    model_floats("w", wd, 4, W);
    model_node("Conv", "x w", "c");
    attr_ints("strides", (const int64_t[2]){2, 2}, 2);
    model_node("Relu", "c", "y");
    fv_bytes good = model_end("y");
    assert_int_equal(create(good, "y", &err), FV_OK);
    uint8_t *copy = malloc(good.len);
    assert_non_null(copy);
    for (size_t n = 0; n < good.len; n++) {
        memcpy(copy, good.data, n);
        fv_status st = create((fv_bytes){copy, n}, "y", &err);
        assert_int_equal(st, FV_E_MODEL);
    }
    for (size_t i = 0; i < good.len; i++) {
        for (size_t k = 0; k < sizeof CHANGES; k++) {
            memcpy(copy, good.data, good.len);
            copy[i] = CHANGES[k];
            fv_status st = create((fv_bytes){copy, good.len}, "y", &err);
            assert_true(st == FV_OK || st == FV_E_MODEL);
        }
    }
    free(copy);
}

static void test_load__messages_nested_a_million_deep(void **state)
{
    /* model.graph, node, attribute, then attribute.g and node and attribute again and again; every
     * length claims what is left, built from the inside out */
    enum { SIZE = 1 << 20 };
    static const uint8_t TAGS[] = {0x32, 0x2a, 0x0a}; /* attribute.g, node.attribute, graph.node */
    uint8_t *buf = malloc(SIZE);
    fv_error err = {0};
    size_t at = SIZE;
    (void)state;
    assert_non_null(buf);
    for (int i = 0;; i++) {
        size_t len = SIZE - at;
        uint8_t tmp[8];
        size_t n = 0;
        do {
            tmp[n++] = (uint8_t)((len & 0x7f) | (len > 0x7f ? 0x80 : 0));
            len >>= 7;
        } while (len > 0);
        at -= n;
        memcpy(buf + at, tmp, n);
        buf[--at] = TAGS[i % 3];
        if (i % 3 == 2 && at <= 40) break;
    }
    uint8_t head[8] = {0x3a};
    size_t len = SIZE - at, n = 1;
    do {
        head[n++] = (uint8_t)((len & 0x7f) | (len > 0x7f ? 0x80 : 0));
        len >>= 7;
    } while (len > 0);
    assert_true(at >= n);
    memcpy(buf + at - n, head, n);
    assert_int_equal(create((fv_bytes){buf + at - n, SIZE - at + n}, "y", &err), FV_E_MODEL);
    assert_non_null(strstr(err.text, "nested too deep"));
    free(buf);
}

/* ---- sessions ---- */

static int count_threads(void)
{
    DIR *d = opendir("/proc/self/task");
    int n = 0;
    assert_non_null(d);
    for (const struct dirent *e = readdir(d); e != NULL; e = readdir(d))
        n += e->d_name[0] != '.';
    (void)closedir(d);
    return n;
}

static fvi_onnx_model *block_model(void)
{
    fvi_onnx_model *m = NULL;
    fv_error err = {0};
    const char *y = "y";
    begin();
    conv("x w", "a", 1);
    model_node("PRelu", "a s", "b");
    conv("b w", "c", 1);
    model_node("Add", "b c", "y");
    const fvi_onnx_spec spec = {
        .onnx = model_end("y"), .input_dims = {1, 20, 9, 7}, .output_names = &y, .n_outputs = 1};
    assert_fv_ok(fvi_onnx_model_create(&m, &spec, &err), &err);
    return m;
}

typedef struct worker {
    fvi_onnx_session *session;
    float y[20 * 63];
    int threads;
    fv_status status;
} worker;

static void *work(void *arg)
{
    worker *w = arg;
    float *outputs[1] = {w->y};
    w->status = FV_OK;
    for (int i = 0; i < 50 && w->status == FV_OK; i++)
        w->status = fvi_onnx_run(w->session, X, outputs, NULL);
    w->threads = count_threads();
    return NULL;
}

static void *idle(void *arg)
{
    return arg;
}

static void test_session__two_threads_share_a_model_and_start_no_other(void **state)
{
    worker w[3] = {{0}};
    pthread_t t[2];
    fv_error err = {0};
    fvi_onnx_model *m = block_model();
    (void)state;
    for (int i = 0; i < 3; i++)
        assert_fv_ok(fvi_onnx_session_create(&w[i].session, m, NULL, &err), &err);
    /* ThreadSanitizer starts one of its own with the first thread. */
    assert_int_equal(pthread_create(&t[0], NULL, idle, NULL), 0);
    assert_int_equal(pthread_join(t[0], NULL), 0);
    const int before = count_threads();
    (void)work(&w[2]);
    assert_int_equal(w[2].threads, before);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&t[i], NULL, work, &w[i]), 0);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_join(t[i], NULL), 0);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(w[i].status, FV_OK);
        assert_true(w[i].threads <= before + 2); /* the two of this test */
        assert_memory_equal(w[i].y, w[2].y, sizeof w[i].y);
        fvi_onnx_session_destroy(&w[i].session);
    }
    fvi_onnx_model_destroy(&m);
}

static void test_session__runs_leave_no_memory_behind(void **state)
{
    worker w = {0};
    fv_error err = {0};
    fvi_onnx_model *m = block_model();
    (void)state;
    assert_fv_ok(fvi_onnx_session_create(&w.session, m, NULL, &err), &err);
    (void)work(&w);
    size_t before = mallinfo2().uordblks;
    (void)work(&w);
    assert_int_equal(mallinfo2().uordblks, before);
    fvi_onnx_session_destroy(&w.session);
    fvi_onnx_model_destroy(&m);
}

static void test_session__arena_of_the_caller(void **state)
{
    worker own = {0}, lent = {0}, other = {0};
    fvi_buffer arena = {0};
    fv_error err = {0};
    fvi_onnx_model *m = block_model();
    (void)state;
    assert_int_equal(fvi_onnx_session_create(&lent.session, m, &arena, &err), FV_E_INTERNAL);
    assert_null(lent.session);
    assert_fv_ok(fvi_buffer_reserve(&arena, fvi_onnx_arena_bytes(m), NULL), &err);
    memset(arena.data, 0xff, arena.cap); /* NaN everywhere: nothing of it may reach a result */
    assert_fv_ok(fvi_onnx_session_create(&own.session, m, NULL, NULL), &err);
    assert_fv_ok(fvi_onnx_session_create(&lent.session, m, &arena, NULL), &err);
    assert_fv_ok(fvi_onnx_session_create(&other.session, m, &arena, NULL), &err);
    (void)work(&own);
    (void)work(&lent);
    (void)work(&other);
    assert_memory_equal(own.y, lent.y, sizeof own.y);
    assert_memory_equal(own.y, other.y, sizeof own.y);
    fvi_onnx_session_destroy(&own.session);
    fvi_onnx_session_destroy(&lent.session);
    fvi_onnx_session_destroy(&other.session);
    fvi_buffer_free(&arena);
    fvi_onnx_model_destroy(&m);
}

static void test_session__wipe_leaves_nothing(void **state)
{
    worker w = {0};
    fv_error err = {0};
    fvi_onnx_model *m = block_model();
    size_t used = 0;
    (void)state;
    assert_fv_ok(fvi_onnx_session_create(&w.session, m, NULL, &err), &err);
    float first[20 * 63];
    (void)work(&w);
    memcpy(first, w.y, sizeof first);
    for (size_t i = 0; i < w.session->arena->cap; i++)
        used += w.session->arena->data[i] != 0;
    assert_true(used > 1000);
    fvi_onnx_wipe(w.session);
    for (size_t i = 0; i < w.session->arena->cap; i++)
        assert_int_equal(w.session->arena->data[i], 0);
    (void)work(&w);
    assert_memory_equal(first, w.y, sizeof first);
    fvi_onnx_session_destroy(&w.session);
    fvi_onnx_model_destroy(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fuse__residual_that_is_read_again),
        cmocka_unit_test(test_fuse__sum_of_two_convolutions),
        cmocka_unit_test(test_fuse__norm_scale_and_shift_around_a_convolution),
        cmocka_unit_test(test_fuse__weights_shared_by_two_convolutions),
        cmocka_unit_test(test_fuse__squeeze_and_excite),
        cmocka_unit_test(test_load__names_what_is_not_supported),
        cmocka_unit_test(test_load__other_input_than_expected),
        cmocka_unit_test(test_load__sizes_beyond_the_limits),
        cmocka_unit_test(test_load__every_cut_and_every_changed_byte),
        cmocka_unit_test(test_load__messages_nested_a_million_deep),
        cmocka_unit_test(test_session__two_threads_share_a_model_and_start_no_other),
        cmocka_unit_test(test_session__runs_leave_no_memory_behind),
        cmocka_unit_test(test_session__arena_of_the_caller),
        cmocka_unit_test(test_session__wipe_leaves_nothing),
    };
    return cmocka_run_group_tests_name("nn_graph", tests, NULL, NULL);
}
