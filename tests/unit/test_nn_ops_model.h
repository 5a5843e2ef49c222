/* SPDX-License-Identifier: Apache-2.0 */
/* Small ONNX files for the tests, made in memory. Everything lives until the next model_begin. */
#ifndef FVI_TEST_NN_OPS_MODEL_H
#define FVI_TEST_NN_OPS_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "faceverify/bytes.h"
#include "nn/onnx.h"

/* A new model with one float input "x" of these four dimensions. */
void model_begin(int64_t opset, const int64_t dims[4]);

/* Initializers. `values` is borrowed until model_end. */
void model_floats(const char *name, const int64_t *dims, int rank, const float *values);
/* Takes bytes off the end of the last initializer of floats. */
void model_cut(size_t bytes);

void model_ints(const char *name, const int64_t *values, size_t n);

/* A node; inputs and outputs are names separated by blanks, "-" for an absent one. */
void model_node(const char *type, const char *inputs, const char *outputs);

/* Attributes of the last node. */
void attr_int(const char *name, int64_t value);
void attr_float(const char *name, float value);
void attr_text(const char *name, const char *value);
void attr_ints(const char *name, const int64_t *values, size_t n);

/* The file. The result belongs to the helper. */
fv_bytes model_end(const char *output);

/* Deterministic numbers in -1..1. */
void fill(float *x, size_t n, uint32_t seed);

/* Loads the file and runs it once; fails the test on any error. Returns how many floats came. */
size_t run_model(fv_bytes onnx, const int64_t dims[4], const char *output, bool reference,
                 const float *x, float *y, size_t cap);

#endif
