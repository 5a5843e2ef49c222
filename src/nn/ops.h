/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The operators: what each is called, takes and gives, and a plain implementation of it over
 * row-major tensors. The plain ones fold constants, serve as reference, and run what has no faster
 * form. `fvi_op_infer` (creation) checks everything; `fvi_op_eval` trusts it and cannot fail.
 */
#ifndef FVI_NN_OPS_H
#define FVI_NN_OPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum { FVI_RANK_MAX = 6 };

typedef enum fvi_type { FVI_FLOAT, FVI_INT64 } fvi_type;

typedef struct fvi_tensor {
    fvi_type type;
    int rank;
    int64_t dims[FVI_RANK_MAX];
    int64_t count; /**< product of dims; 0: shape not known yet */
    void *data;    /**< float or int64_t by type, row-major */
} fvi_tensor;

/* Z(ENUMERATOR, ONNX name, inputs at least, at most (0: any), outputs at most (0: any),
 *   attributes it may have, separated and surrounded by blanks) */
#define FVI_OP_LIST(Z)                                                                             \
    Z(CONSTANT, "Constant", 0, 0, 1, " value value_float value_int value_ints ")                   \
    Z(SHAPE, "Shape", 1, 1, 1, " ")                                                                \
    Z(GATHER, "Gather", 2, 2, 1, " axis ")                                                         \
    Z(UNSQUEEZE, "Unsqueeze", 1, 2, 1, " axes ")                                                   \
    Z(SQUEEZE, "Squeeze", 1, 2, 1, " axes ")                                                       \
    Z(RESHAPE, "Reshape", 2, 2, 1, " allowzero ")                                                  \
    Z(FLATTEN, "Flatten", 1, 1, 1, " axis ")                                                       \
    Z(IDENTITY, "Identity", 1, 1, 1, " ")                                                          \
    Z(DROPOUT, "Dropout", 1, 3, 1, " ratio seed is_test ")                                         \
    Z(CAST, "Cast", 1, 1, 1, " to ")                                                               \
    Z(TRANSPOSE, "Transpose", 1, 1, 1, " perm ")                                                   \
    Z(CONCAT, "Concat", 1, 0, 1, " axis ")                                                         \
    Z(SPLIT, "Split", 1, 2, 0, " axis split num_outputs ")                                         \
    Z(SLICE, "Slice", 1, 5, 1, " axes starts ends ")                                               \
    Z(PAD, "Pad", 1, 3, 1, " mode pads value ")                                                    \
    Z(RESIZE, "Resize", 1, 4, 1,                                                                   \
      " mode coordinate_transformation_mode nearest_mode cubic_coeff_a exclude_outside "           \
      "extrapolation_value ")                                                                      \
    Z(CONV, "Conv", 2, 3, 1, " kernel_shape strides pads dilations group auto_pad ")               \
    Z(GEMM, "Gemm", 2, 3, 1, " alpha beta transA transB ")                                         \
    Z(MATMUL, "MatMul", 2, 2, 1, " ")                                                              \
    Z(BATCHNORM, "BatchNormalization", 5, 5, 1, " epsilon momentum spatial training_mode ")        \
    Z(RELU, "Relu", 1, 1, 1, " ")                                                                  \
    Z(LEAKYRELU, "LeakyRelu", 1, 1, 1, " alpha ")                                                  \
    Z(PRELU, "PRelu", 2, 2, 1, " ")                                                                \
    Z(CLIP, "Clip", 1, 3, 1, " min max ")                                                          \
    Z(SIGMOID, "Sigmoid", 1, 1, 1, " ")                                                            \
    Z(HARDSIGMOID, "HardSigmoid", 1, 1, 1, " alpha beta ")                                         \
    Z(HARDSWISH, "HardSwish", 1, 1, 1, " ")                                                        \
    Z(TANH, "Tanh", 1, 1, 1, " ")                                                                  \
    Z(EXP, "Exp", 1, 1, 1, " ")                                                                    \
    Z(SOFTMAX, "Softmax", 1, 1, 1, " axis ")                                                       \
    Z(ADD, "Add", 2, 2, 1, " ")                                                                    \
    Z(SUB, "Sub", 2, 2, 1, " ")                                                                    \
    Z(MUL, "Mul", 2, 2, 1, " ")                                                                    \
    Z(DIV, "Div", 2, 2, 1, " ")                                                                    \
    Z(MAXPOOL, "MaxPool", 1, 1, 1,                                                                 \
      " kernel_shape strides pads dilations auto_pad ceil_mode storage_order ")                    \
    Z(AVGPOOL, "AveragePool", 1, 1, 1,                                                             \
      " kernel_shape strides pads auto_pad ceil_mode count_include_pad ")                          \
    Z(GLOBALAVG, "GlobalAveragePool", 1, 1, 1, " ")                                                \
    Z(REDUCEMEAN, "ReduceMean", 1, 2, 1, " axes keepdims noop_with_empty_axes ")                   \
    /* made by fusion only: a name that no file can hold */                                        \
    Z(SHUFFLE, "\x01shuffle", 1, 1, 1, " ")

typedef enum fvi_op {
#define Z(id, name, lo, hi, out, attrs) FVI_OP_##id,
    FVI_OP_LIST(Z)
#undef Z
        FVI_OP_COUNT
} fvi_op;

typedef enum fvi_act {
    FVI_ACT_NONE,
    FVI_ACT_RELU,
    FVI_ACT_LEAKY,       /**< x < 0: alpha x */
    FVI_ACT_PRELU,       /**< x < 0: slope[channel] x */
    FVI_ACT_CLIP,        /**< to alpha..beta */
    FVI_ACT_SIGMOID,     /**< 1 / (1 + exp(-x)) */
    FVI_ACT_HARDSIGMOID, /**< alpha x + beta, to 0..1 */
    FVI_ACT_HARDSWISH,   /**< x times (x / 6 + 1/2, to 0..1) */
    FVI_ACT_TANH,
    FVI_ACT_EXP
} fvi_act;

/** A sliding window over height and width. */
typedef struct fvi_window {
    int64_t kernel[2];
    int64_t stride[2];
    int64_t dilation[2];
    int64_t pad[4]; /**< top, left, bottom, right */
} fvi_window;

/** Attributes and constant inputs in the form that evaluation wants; which are set, by operator. */
typedef struct fvi_op_args {
    fvi_window win;
    int64_t group;
    int axis;
    int perm[FVI_RANK_MAX];
    int64_t start[FVI_RANK_MAX]; /**< Slice: first index; Pad: elements before */
    int64_t step[FVI_RANK_MAX];
    unsigned axes; /**< ReduceMean: bit i for axis i */
    float alpha;
    float beta;
    bool trans_a;
    bool trans_b;
    bool count_pad;
    bool flat;                 /**< Softmax: over axis and all after it */
    bool linear;               /**< Resize: else nearest */
    int coordinates;           /**< Resize: fvi_coordinates */
    int rounding;              /**< Resize: fvi_rounding */
    float scale[FVI_RANK_MAX]; /**< Resize: output over input */
} fvi_op_args;

typedef enum fvi_coordinates {
    FVI_HALF_PIXEL,
    FVI_PYTORCH_HALF_PIXEL,
    FVI_ASYMMETRIC,
    FVI_ALIGN_CORNERS
} fvi_coordinates;

typedef enum fvi_rounding {
    FVI_ROUND_PREFER_FLOOR,
    FVI_ROUND_PREFER_CEIL,
    FVI_FLOOR,
    FVI_CEIL
} fvi_rounding;

/** Operands of one evaluation. in[i].data is NULL where an optional input is absent. */
typedef struct fvi_operands {
    const fvi_tensor *in;
    int n_in;
    fvi_tensor *out;
    int n_out;
} fvi_operands;

struct fvi_graph;
struct fvi_node;

const char *fvi_onnx_op_name(fvi_op op);

/** By ONNX name; FVI_OP_COUNT when unknown. */
fvi_op fvi_op_find(const char *name);

/** Checks counts and attributes, fills args, gives the outputs their shapes. */
FV_NODISCARD fv_status fvi_op_infer(struct fvi_graph *g, struct fvi_node *n, fv_error *err);

/** Row-major in, row-major out; no output may overlap an input. No allocation. Thread-safe. */
void fvi_op_eval(fvi_op op, const fvi_op_args *args, const fvi_operands *x);

/** The activation that an operator is, FVI_ACT_NONE when none; PRelu is FVI_ACT_PRELU. */
fvi_act fvi_op_act(fvi_op op);

#endif
