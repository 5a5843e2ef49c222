/* SPDX-License-Identifier: Apache-2.0 */
/* Each operator of the ONNX executor against a straightforward loop, over shapes that do not fit
 * blocks of 8 or 16 channels, for one item and two, in its fast form and its plain one. */
#include "test.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test_nn_ops_model.h"

enum { CAP = 1 << 18 };

static float X[CAP], W[CAP], B[CAP], WANT[CAP], GOT[CAP], TMP[CAP];

/* Batch 1 and 2, fast and plain; `want` computes one item. */
typedef void (*item_fn)(const void *ctx, const float *x, float *y);

static void check_all(fv_bytes onnx, const int64_t dims[4], size_t n_out, item_fn want,
                      const void *ctx)
{
    size_t n_in = (size_t)(dims[1] * dims[2] * dims[3]);
    for (int64_t batch = 1; batch <= 2; batch++) {
        const int64_t full[4] = {batch, dims[1], dims[2], dims[3]};
        for (int64_t i = 0; i < batch; i++)
            want(ctx, X + (size_t)i * n_in, WANT + (size_t)i * n_out);
        for (int plain = 0; plain < 2; plain++) {
            for (size_t i = 0; i < CAP; i++)
                GOT[i] = NAN;
            size_t n = run_model(onnx, full, "y", plain == 1, X, GOT, CAP);
            assert_int_equal(n, n_out * (size_t)batch);
            for (size_t i = 0; i < n; i++)
                if (!(fabsf(GOT[i] - WANT[i]) <= 2e-4f * fmaxf(1.0f, fabsf(WANT[i]))))
                    fail_msg("batch %d plain %d at %zu: %g, not %g", (int)batch, plain, i,
                             (double)GOT[i], (double)WANT[i]);
        }
    }
}

/* ---- Conv ---- */

typedef struct conv_case {
    int64_t in, out, group, h, w, kh, kw, stride, pad, dilation;
    int act; /* 0 none, 1 Relu, 2 PRelu, 3 Clip, 4 Sigmoid, 5 LeakyRelu, 6 HardSigmoid, 7 HardSwish
              */
} conv_case;

static const char *const ACT[] = {NULL,      "Relu",      "PRelu",       "Clip",
                                  "Sigmoid", "LeakyRelu", "HardSigmoid", "HardSwish"};

static int64_t out_size(int64_t n, int64_t k, const conv_case *c)
{
    return (n + 2 * c->pad - (k - 1) * c->dilation - 1) / c->stride + 1;
}

static float act_of(int act, float v, float slope)
{
    switch (act) {
    case 1:
        return v > 0 ? v : 0;
    case 2:
        return v > 0 ? v : v * slope;
    case 3:
        return v < -0.25f ? -0.25f : v > 0.5f ? 0.5f : v;
    case 4:
        return 1.0f / (1.0f + expf(-v));
    case 5:
        return v > 0 ? v : v * 0.3f;
    case 6:
        return fmaxf(0.0f, fminf(1.0f, 0.2f * v + 0.5f));
    case 7:
        return v * fmaxf(0.0f, fminf(1.0f, v / 6.0f + 0.5f));
    default:
        return v;
    }
}

static void want_conv(const void *ctx, const float *x, float *y)
{
    const conv_case *c = ctx;
    int64_t oh = out_size(c->h, c->kh, c);
    int64_t ow = out_size(c->w, c->kw, c);
    int64_t gi = c->in / c->group;
    int64_t go = c->out / c->group;
    for (int64_t o = 0; o < c->out; o++)
        for (int64_t i = 0; i < oh; i++)
            for (int64_t j = 0; j < ow; j++) {
                double sum = (double)B[o];
                for (int64_t k = 0; k < gi * c->kh * c->kw; k++) {
                    int64_t ch = o / go * gi + k / (c->kh * c->kw);
                    int64_t yy = i * c->stride - c->pad + k / c->kw % c->kh * c->dilation;
                    int64_t xx = j * c->stride - c->pad + k % c->kw * c->dilation;
                    if (yy < 0 || xx < 0 || yy >= c->h || xx >= c->w) continue;
                    sum +=
                        (double)(x[(ch * c->h + yy) * c->w + xx] * W[o * gi * c->kh * c->kw + k]);
                }
                *y++ = act_of(c->act, (float)sum, TMP[o]);
            }
}

static void add_act(int act, int64_t channels)
{
    const int64_t slope[3] = {channels, 1, 1};
    if (act == 2) model_floats("slope", slope, 3, TMP);
    model_node(ACT[act], act == 2 ? "c slope" : "c", "y");
    if (act == 3) {
        attr_float("min", -0.25f);
        attr_float("max", 0.5f);
    }
    if (act == 5) attr_float("alpha", 0.3f);
}

static void check_conv(const conv_case *c)
{
    const int64_t dims[4] = {1, c->in, c->h, c->w};
    const int64_t wd[4] = {c->out, c->in / c->group, c->kh, c->kw};
    const int64_t pads[4] = {c->pad, c->pad, c->pad, c->pad};
    const int64_t strides[2] = {c->stride, c->stride};
    const int64_t dilations[2] = {c->dilation, c->dilation};
    fill(X, (size_t)(2 * c->in * c->h * c->w), 1);
    fill(W, (size_t)(wd[0] * wd[1] * wd[2] * wd[3]), 2);
    fill(B, (size_t)c->out, 3);
    fill(TMP, (size_t)c->out, 4);
    model_begin(9, dims);
    model_floats("w", wd, 4, W);
    model_floats("b", &c->out, 1, B);
    model_node("Conv", "x w b", c->act == 0 ? "y" : "c");
    attr_int("group", c->group);
    attr_ints("pads", pads, 4);
    attr_ints("strides", strides, 2);
    attr_ints("dilations", dilations, 2);
    if (c->act != 0) add_act(c->act, c->out);
    size_t n = (size_t)(c->out * out_size(c->h, c->kh, c) * out_size(c->w, c->kw, c));
    check_all(model_end("y"), dims, n, want_conv, c);
}

static void test_conv__all_shapes_agree(void **state)
{
    static const conv_case cases[] = {
        /* in out group  h  w kh kw s p d act */
        {3, 16, 1, 17, 13, 3, 3, 2, 1, 1, 1},
        {1, 5, 1, 9, 11, 3, 3, 1, 0, 1, 0},
        {2, 24, 1, 8, 8, 5, 5, 1, 2, 1, 2},
        {24, 58, 1, 7, 9, 1, 1, 1, 0, 1, 2},
        {103, 13, 1, 6, 5, 1, 1, 1, 0, 1, 3},
        {16, 32, 1, 10, 10, 1, 1, 2, 0, 1, 4},
        {13, 17, 1, 11, 7, 3, 3, 1, 1, 1, 5},
        {12, 16, 1, 30, 20, 3, 3, 1, 5, 5, 6},
        {8, 8, 1, 5, 5, 5, 5, 1, 0, 1, 7},
        {7, 9, 1, 6, 6, 2, 4, 1, 1, 1, 0},
        {40, 20, 1, 1, 1, 1, 1, 1, 0, 1, 1},
        {33, 65, 1, 1, 1, 1, 1, 1, 0, 1, 2},
        {16, 16, 1, 1, 1, 3, 3, 1, 1, 1, 4},
        {6, 6, 1, 4, 4, 3, 3, 3, 1, 1, 1},
        /* groups */
        {8, 8, 2, 6, 7, 3, 3, 1, 1, 1, 1},
        {32, 64, 2, 5, 5, 3, 3, 1, 1, 1, 2},
        {64, 32, 4, 5, 5, 1, 1, 1, 0, 1, 0},
        {12, 18, 3, 6, 6, 3, 3, 2, 1, 1, 5},
        {10, 20, 10, 6, 6, 3, 3, 1, 1, 1, 1}, /* depthwise with two outputs each */
        /* depthwise */
        {13, 13, 13, 14, 14, 3, 3, 1, 1, 1, 2},
        {64, 64, 64, 28, 28, 3, 3, 2, 1, 1, 2},
        {24, 24, 24, 7, 5, 3, 3, 1, 1, 1, 1},
        {5, 5, 5, 3, 3, 3, 3, 1, 1, 1, 3},
        {17, 17, 17, 1, 1, 3, 3, 1, 1, 1, 5},
        {32, 32, 32, 4, 4, 4, 4, 1, 0, 1, 0},
        {20, 20, 20, 7, 7, 7, 7, 1, 0, 1, 4},
        {9, 9, 9, 19, 23, 5, 5, 2, 2, 1, 6},
        {16, 16, 16, 21, 18, 3, 3, 1, 3, 3, 7},
        {18, 18, 18, 12, 40, 3, 3, 3, 0, 2, 2},
        {16, 16, 16, 9, 9, 1, 1, 2, 0, 1, 1},
        {11, 11, 11, 2, 33, 2, 3, 1, 1, 1, 2},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        check_conv(&cases[i]);
    }
}

/* ---- pooling ---- */

typedef struct pool_case {
    int64_t channels, h, w, k, stride, pad;
    int ceil_mode;
    int kind; /* 0 max, 1 average, 2 average with padding counted */
} pool_case;

static int64_t pool_size(int64_t n, const pool_case *c)
{
    int64_t room = n + 2 * c->pad - c->k;
    int64_t out = (c->ceil_mode ? room + c->stride - 1 : room) / c->stride + 1;
    if (c->ceil_mode && (out - 1) * c->stride >= n + c->pad) out--;
    return out;
}

static void want_pool(const void *ctx, const float *x, float *y)
{
    const pool_case *c = ctx;
    for (int64_t ch = 0; ch < c->channels; ch++)
        for (int64_t i = 0; i < pool_size(c->h, c); i++)
            for (int64_t j = 0; j < pool_size(c->w, c); j++) {
                float best = -FLT_MAX;
                float sum = 0;
                int64_t n = 0;
                for (int64_t k = 0; k < c->k * c->k; k++) {
                    int64_t yy = i * c->stride - c->pad + k / c->k;
                    int64_t xx = j * c->stride - c->pad + k % c->k;
                    if (yy < 0 || xx < 0 || yy >= c->h || xx >= c->w) continue;
                    float v = x[(ch * c->h + yy) * c->w + xx];
                    best = fmaxf(best, v);
                    sum += v;
                    n++;
                }
                *y++ = c->kind == 0 ? best : sum / (float)(c->kind == 2 ? c->k * c->k : n);
            }
}

static void test_pool__all_shapes_agree(void **state)
{
    static const pool_case cases[] = {
        {24, 13, 11, 3, 2, 1, 0, 0}, {16, 12, 12, 2, 2, 0, 0, 0}, {5, 7, 9, 3, 2, 0, 1, 0},
        {5, 8, 8, 3, 2, 1, 1, 1},    {17, 9, 9, 3, 1, 1, 0, 1},   {33, 6, 6, 2, 2, 0, 0, 1},
        {8, 5, 7, 3, 2, 1, 0, 2},    {1, 4, 4, 4, 1, 0, 0, 0},    {3, 10, 3, 3, 3, 1, 0, 1},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const pool_case *c = &cases[i];
        const int64_t dims[4] = {1, c->channels, c->h, c->w};
        const int64_t pads[4] = {c->pad, c->pad, c->pad, c->pad};
        const int64_t pair[2][2] = {{c->k, c->k}, {c->stride, c->stride}};
        fill(X, (size_t)(2 * c->channels * c->h * c->w), 5);
        model_begin(11, dims);
        model_node(c->kind == 0 ? "MaxPool" : "AveragePool", "x", "y");
        attr_ints("kernel_shape", pair[0], 2);
        attr_ints("strides", pair[1], 2);
        attr_ints("pads", pads, 4);
        attr_int("ceil_mode", c->ceil_mode);
        if (c->kind == 2) attr_int("count_include_pad", 1);
        size_t n = (size_t)(c->channels * pool_size(c->h, c) * pool_size(c->w, c));
        check_all(model_end("y"), dims, n, want_pool, c);
    }
}

static void want_mean(const void *ctx, const float *x, float *y)
{
    const int64_t *d = ctx;
    for (int64_t c = 0; c < d[1]; c++) {
        double sum = 0;
        for (int64_t i = 0; i < d[2] * d[3]; i++)
            sum += (double)*x++;
        y[c] = (float)(sum / (double)(d[2] * d[3]));
    }
}

static void test_mean__global_and_reduce(void **state)
{
    const int64_t dims[4] = {1, 37, 5, 9};
    const int64_t axes[2] = {2, -1};
    (void)state;
    fill(X, 2 * 37 * 45, 6);
    for (int keep = 0; keep < 3; keep++) {
        model_begin(11, dims);
        model_node(keep == 2 ? "GlobalAveragePool" : "ReduceMean", "x", "y");
        if (keep < 2) attr_ints("axes", axes, 2);
        if (keep < 2) attr_int("keepdims", keep);
        check_all(model_end("y"), dims, 37, want_mean, dims);
    }
}

/* ---- products ---- */

static void want_gemm(const void *ctx, const float *x, float *y)
{
    const int64_t *d = ctx; /* inner, columns, trans_b */
    for (int64_t j = 0; j < d[1]; j++) {
        double sum = 0;
        for (int64_t k = 0; k < d[0]; k++)
            sum += (double)(x[k] * W[d[2] != 0 ? j * d[0] + k : k * d[1] + j]);
        y[j] = (float)(0.5 * sum + 2.0 * (double)B[j]);
    }
}

static void test_gemm__transposed_or_not(void **state)
{
    const int64_t dims[4] = {1, 5, 3, 7};
    (void)state;
    for (int64_t trans = 0; trans < 2; trans++) {
        const int64_t ctx[3] = {105, 67, trans};
        const int64_t wd[2] = {trans ? 67 : 105, trans ? 105 : 67};
        const int64_t bd[1] = {67};
        fill(X, 210, 7);
        fill(W, 105 * 67, 8);
        fill(B, 67, 9);
        model_begin(9, dims);
        model_floats("w", wd, 2, W);
        model_floats("b", bd, 1, B);
        model_node("Flatten", "x", "f");
        model_node("Gemm", "f w b", "y");
        attr_float("alpha", 0.5f);
        attr_float("beta", 2.0f);
        attr_int("transB", trans);
        check_all(model_end("y"), dims, 67, want_gemm, ctx);
    }
}

static void want_matmul_norm(const void *ctx, const float *x, float *y)
{
    (void)ctx;
    for (int j = 0; j < 6; j++) {
        double sum = 0;
        for (int k = 0; k < 20; k++)
            sum += (double)(x[k] * W[k * 6 + j]);
        double v = 0.5 + (double)fabsf(TMP[18 + j]);
        y[j] = (float)((sum - (double)TMP[12 + j]) / sqrt(v + 1e-5) * (double)TMP[j] +
                       (double)TMP[6 + j]);
    }
}

static void test_matmul__with_batchnorm_folded_into_it(void **state)
{
    const int64_t dims[4] = {1, 20, 1, 1};
    const int64_t wd[2] = {20, 6};
    const int64_t six = 6;
    const int64_t shape[2] = {1, -1};
    static float variance[6];
    (void)state;
    fill(X, 40, 1);
    fill(W, 120, 2);
    fill(TMP, 24, 3);
    for (int i = 0; i < 6; i++)
        variance[i] = 0.5f + fabsf(TMP[18 + i]);
    model_begin(9, dims);
    model_ints("shape", shape, 2);
    model_floats("w", wd, 2, W);
    model_floats("g", &six, 1, TMP);
    model_floats("b", &six, 1, TMP + 6);
    model_floats("m", &six, 1, TMP + 12);
    model_floats("v", &six, 1, variance);
    model_node("Reshape", "x shape", "f");
    model_node("MatMul", "f w", "p");
    model_node("BatchNormalization", "p g b m v", "y");
    check_all(model_end("y"), dims, 6, want_matmul_norm, NULL);
}

/* ---- elementwise ---- */

static void want_binary(const void *ctx, const float *x, float *y)
{
    const int *c = ctx; /* operator, form of the constant, constant first */
    for (int i = 0; i < 19 * 35; i++) {
        float k = W[c[1] == 0 ? 0 : c[1] == 1 ? i / 35 : i];
        float a = c[2] ? k : x[i];
        float b = c[2] ? x[i] : k;
        y[i] = c[0] == 0 ? a + b : c[0] == 1 ? a - b : c[0] == 2 ? a * b : a / b;
    }
}

/* After a pool of one pixel the value is blocked, without one it is plain. */
static void check_binary(const int c[3], bool blocked)
{
    static const char *const OPS[] = {"Add", "Sub", "Mul", "Div"};
    const int64_t dims[4] = {1, 19, 5, 7};
    const int64_t full[4] = {1, 19, 5, 7};
    const int64_t channel[3] = {19, 1, 1};
    const int64_t one[2] = {1, 1};
    model_begin(9, dims);
    if (c[1] == 0)
        model_floats("k", full, 0, W);
    else
        model_floats("k", c[1] == 1 ? channel : full, c[1] == 1 ? 3 : 4, W);
    if (blocked) {
        model_node("MaxPool", "x", "p");
        attr_ints("kernel_shape", one, 2);
    }
    const char *in = blocked ? (c[2] ? "k p" : "p k") : (c[2] ? "k x" : "x k");
    model_node(OPS[c[0]], in, "y");
    check_all(model_end("y"), dims, 19 * 35, want_binary, c);
}

static void test_binary__all_operators_all_broadcasts(void **state)
{
    (void)state;
    fill(X, 2 * 19 * 35, 10);
    fill(W, 19 * 35, 11);
    for (int i = 0; i < 19 * 35; i++) { /* divisors not near 0 */
        W[i] += W[i] < 0 ? -0.5f : 0.5f;
        X[i] += X[i] < 0 ? -0.5f : 0.5f;
        X[i + 19 * 35] += X[i + 19 * 35] < 0 ? -0.5f : 0.5f;
    }
    for (int op = 0; op < 4; op++)
        for (int form = 0; form < 3; form++)
            for (int first = 0; first < 2; first++) {
                const int c[3] = {op, form, first};
                check_binary(c, false);
                check_binary(c, true);
            }
}

static void want_act(const void *ctx, const float *x, float *y)
{
    int act = *(const int *)ctx;
    for (int i = 0; i < 21 * 12; i++) {
        float v = act < 8 ? act_of(act, x[i], TMP[i / 12]) : x[i];
        y[i] = act == 8 ? tanhf(v) : act == 9 ? expf(v) : v;
    }
}

static void test_act__alone_on_plain_and_blocked(void **state)
{
    const int64_t dims[4] = {1, 21, 3, 4};
    const int64_t one[2] = {1, 1};
    (void)state;
    fill(X, 2 * 21 * 12, 12);
    fill(TMP, 21, 13);
    for (size_t i = 0; i < 2 * 21 * 12; i++)
        X[i] *= 6.0f;
    for (int act = 1; act < 10; act++) {
        for (int blocked = 0; blocked < 2; blocked++) {
            model_begin(9, dims);
            model_node(blocked ? "MaxPool" : "Identity", "x", "c");
            if (blocked) attr_ints("kernel_shape", one, 2);
            if (act < 8)
                add_act(act, 21);
            else
                model_node(act == 8 ? "Tanh" : "Exp", "c", "y");
            check_all(model_end("y"), dims, 21 * 12, want_act, &act);
        }
    }
}

static void want_softmax(const void *ctx, const float *x, float *y)
{
    const int64_t *d = ctx; /* outer, n, inner */
    for (int64_t o = 0; o < d[0]; o++)
        for (int64_t i = 0; i < d[2]; i++) {
            double sum = 0;
            for (int64_t k = 0; k < d[1]; k++)
                sum += exp((double)x[(o * d[1] + k) * d[2] + i]);
            for (int64_t k = 0; k < d[1]; k++)
                y[(o * d[1] + k) * d[2] + i] =
                    (float)(exp((double)x[(o * d[1] + k) * d[2] + i]) / sum);
        }
}

static void test_softmax__by_version_and_axis(void **state)
{
    const int64_t dims[4] = {1, 6, 5, 2};
    static const struct {
        int64_t opset, axis, shape[3];
    } cases[] = {{9, 3, {30, 2, 1}}, {13, 3, {30, 2, 1}}, {13, 1, {1, 6, 10}},
                 {13, 2, {6, 5, 2}}, {11, 1, {1, 60, 1}}, {9, 2, {6, 10, 1}}};
    (void)state;
    fill(X, 120, 14);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        model_begin(cases[i].opset, dims);
        model_node("Softmax", "x", "y");
        attr_int("axis", cases[i].axis);
        check_all(model_end("y"), dims, 60, want_softmax, cases[i].shape);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conv__all_shapes_agree),
        cmocka_unit_test(test_pool__all_shapes_agree),
        cmocka_unit_test(test_mean__global_and_reduce),
        cmocka_unit_test(test_gemm__transposed_or_not),
        cmocka_unit_test(test_matmul__with_batchnorm_folded_into_it),
        cmocka_unit_test(test_binary__all_operators_all_broadcasts),
        cmocka_unit_test(test_act__alone_on_plain_and_blocked),
        cmocka_unit_test(test_softmax__by_version_and_axis),
    };
    return cmocka_run_group_tests_name("nn_ops", tests, NULL, NULL);
}
