/* SPDX-License-Identifier: Apache-2.0 */
/* Operators that move or pick elements, and the fusions over them; each result is compared with
 * indices worked out in the test, for one item and two, fast and plain. */
#include "test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "test_nn_ops_model.h"

enum { CAP = 1 << 16, C = 20, H = 3, P = 5, N = C * H * P };

static const int64_t DIMS[4] = {1, C, H, P};
static float X[CAP], GOT[CAP], W[CAP];

/* The element of one item's input that output element i is; -1: the value `other`. */
typedef int64_t (*source_fn)(int64_t i);

static void check(const char *output, size_t count, source_fn from, float other)
{
    fv_bytes onnx = model_end(output);
    for (int64_t batch = 1; batch <= 2; batch++) {
        const int64_t dims[4] = {batch, C, H, P};
        for (int plain = 0; plain < 2; plain++) {
            memset(GOT, 0xff, sizeof GOT);
            size_t n = run_model(onnx, dims, output, plain == 1, X, GOT, CAP);
            assert_int_equal(n, count * (size_t)batch);
            for (size_t i = 0; i < n; i++) {
                int64_t s = from((int64_t)(i % count));
                float want = s < 0 ? other : X[(int64_t)(i / count) * N + s];
                if (GOT[i] != want)
                    fail_msg("batch %d plain %d at %zu: %g, not %g", (int)batch, plain, i,
                             (double)GOT[i], (double)want);
            }
        }
    }
}

/* Begins a model whose value "v" equals the input; blocked, when asked for. */
static void begin(int64_t opset, bool blocked)
{
    const int64_t one[2] = {1, 1};
    fill(X, 2 * N, 77);
    model_begin(opset, DIMS);
    model_node(blocked ? "MaxPool" : "Identity", "x", "v");
    if (blocked) attr_ints("kernel_shape", one, 2);
}

static int64_t of_shuffle(int64_t i)
{
    int64_t c = i / (H * P);
    return (c % 4 * (C / 4) + c / 4) * H * P + i % (H * P);
}

static void test_shuffle__reshape_transpose_reshape(void **state)
{
    const int64_t groups[5] = {1, 4, C / 4, H, P};
    const int64_t back[4] = {1, -1, H, P};
    const int64_t perm[5] = {0, 2, 1, 3, 4};
    (void)state;
    for (int blocked = 0; blocked < 2; blocked++) {
        begin(9, blocked == 1);
        model_ints("g", groups, 5);
        model_ints("b", back, 4);
        model_node("Reshape", "v g", "r");
        model_node("Transpose", "r", "t");
        attr_ints("perm", perm, 5);
        model_node("Reshape", "t b", "y");
        check("y", N, of_shuffle, 0);
    }
}

static int64_t of_split_concat(int64_t i)
{
    int64_t c = i / (H * P);
    int64_t from = c < 9 ? 11 + c : c < 16 ? 4 + c - 9 : c - 16;
    return from * H * P + i % (H * P);
}

static void test_split_concat__parts_in_another_order(void **state)
{
    const int64_t parts[3] = {4, 7, 9};
    (void)state;
    for (int blocked = 0; blocked < 2; blocked++) {
        for (int64_t opset = 9; opset <= 13; opset += 4) {
            begin(opset, blocked == 1);
            if (opset == 13) model_ints("parts", parts, 3);
            model_node("Split", opset == 13 ? "v parts" : "v", "a b c");
            attr_int("axis", 1);
            if (opset < 13) attr_ints("split", parts, 3);
            model_node("Concat", "c b a", "y");
            attr_int("axis", 1);
            check("y", N, of_split_concat, 0);
        }
    }
}

static int64_t of_last(int64_t i)
{
    return i % C * H * P + i / C;
}

static int64_t of_swapped(int64_t i)
{
    int64_t c = i / (H * P);
    return c * H * P + i % H * P + i / H % P;
}

static void test_transpose__channels_last_and_any(void **state)
{
    const int64_t last[4] = {0, 2, 3, 1};
    const int64_t swapped[4] = {0, 1, 3, 2};
    (void)state;
    for (int blocked = 0; blocked < 2; blocked++) {
        begin(9, blocked == 1);
        model_node("Transpose", "v", "y");
        attr_ints("perm", last, 4);
        check("y", N, of_last, 0);
        begin(9, blocked == 1);
        model_node("Transpose", "v", "y");
        attr_ints("perm", swapped, 4);
        check("y", N, of_swapped, 0);
    }
}

static int64_t of_slice(int64_t i) /* channels 17, 14, .. 2; columns 1..3 */
{
    int64_t c = 17 - 3 * (i / (H * 3));
    return (c * H + i / 3 % H) * P + 1 + i % 3;
}

static int64_t of_channels(int64_t i) /* 3, 5, .. 19 */
{
    return (3 + 2 * (i / (H * P))) * H * P + i % (H * P);
}

static void test_slice__steps_negative_and_far_bounds(void **state)
{
    const int64_t starts[2] = {-3, 1}, ends[2] = {1, -1}, axes[2] = {1, -1}, steps[2] = {-3, 1};
    const int64_t from = 3, to = INT64_MAX, axis = 1, two = 2;
    (void)state;
    for (int blocked = 0; blocked < 2; blocked++) {
        begin(10, blocked == 1);
        model_ints("s", starts, 2);
        model_ints("e", ends, 2);
        model_ints("a", axes, 2);
        model_ints("t", steps, 2);
        model_node("Slice", "v s e a t", "y");
        check("y", 6 * H * 3, of_slice, 0);
        begin(10, blocked == 1);
        model_ints("s", &from, 1);
        model_ints("e", &to, 1);
        model_ints("a", &axis, 1);
        model_ints("t", &two, 1);
        model_node("Slice", "v s e a t", "y");
        check("y", 9 * H * P, of_channels, 0);
    }
}

static int64_t of_pad(int64_t i)
{
    int64_t w = i % (P + 3) - 1;
    int64_t h = i / (P + 3) % (H + 2) - 2;
    int64_t c = i / ((P + 3) * (H + 2));
    return w < 0 || w >= P || h < 0 || h >= H ? -1 : (c * H + h) * P + w;
}

static void test_pad__by_version(void **state)
{
    const int64_t pads[8] = {0, 0, 2, 1, 0, 0, 0, 2};
    const int64_t none[1] = {1};
    const float value = 0.75f;
    (void)state;
    for (int64_t opset = 9; opset <= 11; opset += 2) {
        begin(opset, true);
        model_floats("value", none, 0, &value);
        if (opset == 11) model_ints("pads", pads, 8);
        model_node("Pad", opset == 11 ? "v pads value" : "v", "y");
        if (opset < 11) {
            attr_ints("pads", pads, 8);
            attr_float("value", value);
        }
        check("y", (size_t)C * (H + 2) * (P + 3), of_pad, value);
    }
}

static int64_t of_doubled(int64_t i)
{
    int64_t w = i % (2 * P) / 2;
    int64_t h = i / (2 * P) % (2 * H) / 2;
    return (i / (4 * H * P) * H + h) * P + w;
}

static void test_resize__nearest_doubles(void **state)
{
    const float scales[4] = {1, 1, 2, 2};
    const int64_t four = 4, zero = 0;
    const int64_t sizes[4] = {1, C, 2 * H, 2 * P};
    (void)state;
    for (int form = 0; form < 3; form++) {
        begin(form == 0 ? 10 : 11, true);
        model_floats("scales", &four, 1, scales);
        model_floats("empty", &zero, 1, scales);
        model_ints("sizes", sizes, 4);
        model_node("Resize",
                   form == 0   ? "v scales"
                   : form == 1 ? "v empty scales"
                               : "v - empty sizes",
                   "y");
        attr_text("mode", "nearest");
        if (form == 1) attr_text("coordinate_transformation_mode", "asymmetric");
        if (form == 1) attr_text("nearest_mode", "floor");
        check("y", 4 * N, of_doubled, 0);
    }
}

static void test_resize__linear_is_between_its_neighbours(void **state)
{
    const float scales[4] = {1, 1, 2, 2};
    const int64_t four = 4;
    (void)state;
    begin(11, true);
    model_floats("scales", &four, 1, scales);
    model_node("Resize", "v - scales", "y");
    attr_text("mode", "linear");
    fv_bytes onnx = model_end("y");
    assert_int_equal(run_model(onnx, DIMS, "y", false, X, GOT, CAP), 4 * N);
    for (int i = 0; i < 4 * N; i++) {
        int w = i % (2 * P), h = i / (2 * P) % (2 * H), c = i / (4 * H * P);
        float fy = fmaxf(0.0f, fminf(H - 1, ((float)h + 0.5f) / 2 - 0.5f));
        float fx = fmaxf(0.0f, fminf(P - 1, ((float)w + 0.5f) / 2 - 0.5f));
        int y0 = (int)fy, x0 = (int)fx;
        int y1 = y0 + 1 < H ? y0 + 1 : y0, x1 = x0 + 1 < P ? x0 + 1 : x0;
        const float *p = X + c * H * P;
        float a = p[y0 * P + x0] * (1 - (fx - (float)x0)) + p[y0 * P + x1] * (fx - (float)x0);
        float b = p[y1 * P + x0] * (1 - (fx - (float)x0)) + p[y1 * P + x1] * (fx - (float)x0);
        assert_float_equal(GOT[i], a * (1 - (fy - (float)y0)) + b * (fy - (float)y0), 1e-5);
    }
}

static int64_t same(int64_t i)
{
    return i;
}

static void test_reshape__folded_from_shape_arithmetic(void **state)
{
    const int64_t zero[1] = {0}, rest[1] = {-1}, axes[1] = {0};
    (void)state;
    for (int blocked = 0; blocked < 2; blocked++) {
        begin(9, blocked == 1);
        model_ints("zero", zero, 1);
        model_ints("rest", rest, 1);
        model_node("Shape", "v", "s");
        model_node("Gather", "s zero", "n");
        model_node("Squeeze", "n", "n0");
        model_node("Unsqueeze", "n0", "n1");
        attr_ints("axes", axes, 1);
        model_node("Concat", "n1 rest", "shape");
        attr_int("axis", 0);
        model_node("Reshape", "v shape", "f");
        model_node("Unsqueeze", "f", "u");
        attr_ints("axes", axes, 1);
        model_node("Squeeze", "u", "q");
        attr_ints("axes", axes, 1);
        model_node("Flatten", "q", "y");
        check("y", N, same, 0);
    }
}

/* Each unit as in ShuffleNet, then a convolution that sums a channel with its right neighbour. */
static int64_t unit_source(int64_t c, int depth)
{
    if (depth == 0) return c;
    int64_t mixed = c % 2 * (C / 2) + c / 2; /* before the shuffle */
    return unit_source(mixed, depth - 1);
}

static void test_views__convolution_over_split_and_shuffled_channels(void **state)
{
    const int64_t groups[5] = {1, 2, C / 2, H, P}, back[4] = {1, C, H, P};
    const int64_t perm[5] = {0, 2, 1, 3, 4};
    const int64_t wd[4] = {C / 2, C / 2, 1, 1};
    (void)state;
    for (int i = 0; i < C / 2; i++)
        for (int k = 0; k < C / 2; k++)
            W[i * (C / 2) + k] = k == i ? 1.0f : k == (i + 1) % (C / 2) ? 0.5f : 0.0f;
    begin(9, true);
    model_ints("g", groups, 5);
    model_ints("b", back, 4);
    model_floats("w", wd, 4, W);
    model_node("Reshape", "v g", "r1");
    model_node("Transpose", "r1", "t1");
    attr_ints("perm", perm, 5);
    model_node("Reshape", "t1 b", "s1");
    model_node("Reshape", "s1 g", "r2");
    model_node("Transpose", "r2", "t2");
    attr_ints("perm", perm, 5);
    model_node("Reshape", "t2 b", "s2");
    model_node("Split", "s2", "left right");
    attr_int("axis", 1);
    model_node("Conv", "right w", "c");
    model_node("Concat", "left c", "y");
    attr_int("axis", 1);
    fv_bytes onnx = model_end("y");
    for (int plain = 0; plain < 2; plain++) {
        assert_int_equal(run_model(onnx, DIMS, "y", plain == 1, X, GOT, CAP), N);
        for (int i = 0; i < N; i++) {
            int64_t c = i / (H * P), p = i % (H * P), k = c - C / 2;
            float want = X[unit_source(c, 2) * H * P + p];
            if (k >= 0) want += 0.5f * X[unit_source(C / 2 + (k + 1) % (C / 2), 2) * H * P + p];
            assert_float_equal(GOT[i], want, 1e-5);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shuffle__reshape_transpose_reshape),
        cmocka_unit_test(test_split_concat__parts_in_another_order),
        cmocka_unit_test(test_transpose__channels_last_and_any),
        cmocka_unit_test(test_slice__steps_negative_and_far_bounds),
        cmocka_unit_test(test_pad__by_version),
        cmocka_unit_test(test_resize__nearest_doubles),
        cmocka_unit_test(test_resize__linear_is_between_its_neighbours),
        cmocka_unit_test(test_reshape__folded_from_shape_arithmetic),
        cmocka_unit_test(test_views__convolution_over_split_and_shuffled_channels),
    };
    return cmocka_run_group_tests_name("nn_ops_move", tests, NULL, NULL);
}
