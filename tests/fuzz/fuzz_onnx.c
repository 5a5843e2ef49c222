/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ONNX loader and executor over arbitrary files. The first byte picks the input's shape; what
 * loads is run once, unless it would take long.
 */
#include <math.h>
#include <stdlib.h>

#include "nn/onnx.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int SHAPES[4][4] = {{1, 3, 8, 8}, {1, 20, 9, 7}, {2, 1, 16, 16}, {1, 16, 1, 1}};
    static float input[2048], output[1 << 16];
    const char *names[1] = {"y"};
    fvi_onnx_model *m = NULL;
    fvi_onnx_session *s = NULL;
    fv_error err = {.code = FV_OK};

    if (size < 1) return 0;
    const int *shape = SHAPES[data[0] & 3];
    const fvi_onnx_spec spec = {.onnx = {data + 1, size - 1},
                                .input_dims = {shape[0], shape[1], shape[2], shape[3]},
                                .output_names = names,
                                .n_outputs = 1,
                                .reference = (data[0] & 4) != 0};
    fv_status st = fvi_onnx_model_create(&m, &spec, &err);
    if (st != FV_OK) {
        if (m != NULL || err.code != st || (st != FV_E_MODEL && st != FV_E_NOMEM)) abort();
        return 0;
    }
    for (size_t i = 0; i < sizeof input / sizeof *input; i++)
        input[i] = sinf((float)i);
    bool small = fvi_onnx_arena_bytes(m) < (1 << 20) &&
                 fvi_onnx_output_count(m, 0) <= sizeof output / sizeof *output;
    if (small && fvi_onnx_session_create(&s, m, NULL, &err) == FV_OK) {
        float *outputs[1] = {output};
        if (fvi_onnx_run(s, input, outputs, &err) != FV_OK) abort();
    }
    fvi_onnx_session_destroy(&s);
    fvi_onnx_model_destroy(&m);
    return 0;
}
