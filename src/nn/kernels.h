/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loops over floats that oneDNN has no fast form of, each compiled for several instruction sets and
 * chosen once at run time. "Blocked" is oneDNN's nChw8c or nChw16c: blocks of `lanes` channels, in
 * each block the pixels row by row, in each pixel its lanes; channels are rounded up to whole
 * blocks, and what the surplus lanes hold is finite but has no meaning. One item of a batch at a
 * time. Nothing allocates or fails; all is thread-safe.
 */
#ifndef FVI_NN_KERNELS_H
#define FVI_NN_KERNELS_H

#include "nn/ops.h"

enum { FVI_LANES_MAX = 16, FVI_DENSE_PANEL = 64 };

/** What is done to a result where it stands. */
typedef struct fvi_fused {
    fvi_act act;
    float alpha;
    float beta;
    const float *slope; /**< FVI_ACT_PRELU: for each channel, padded to whole blocks; else NULL */
} fvi_fused;

typedef struct fvi_plane {
    int64_t blocks;
    int64_t in[2];  /**< height, width */
    int64_t out[2]; /**< height, width */
    fvi_window win;
} fvi_plane;

/** Depthwise convolution. */
typedef struct fvi_depthwise {
    fvi_plane plane;
    const float *weights; /**< [blocks][kernel height][kernel width][lanes] */
    const float *bias;    /**< [blocks][lanes] */
    fvi_fused fused;      /**< any but the costly: NONE, RELU, LEAKY, PRELU, CLIP */
} fvi_depthwise;

typedef enum fvi_pool_kind { FVI_POOL_MAX, FVI_POOL_AVG, FVI_POOL_AVG_PADDED } fvi_pool_kind;

/** y[j] = bias[j] + sum over k of x[k] w[k][j]. */
typedef struct fvi_dense {
    int64_t rows;
    int64_t inner;
    int64_t columns;
    const float *weights; /**< [panels][inner][FVI_DENSE_PANEL], the last panel zero-padded */
    const float *bias;    /**< [panels][FVI_DENSE_PANEL] */
} fvi_dense;

/** Which of a binary operator's operands repeats. */
typedef enum fvi_repeat { FVI_REPEAT_NONE, FVI_REPEAT_A, FVI_REPEAT_B } fvi_repeat;

typedef struct fvi_kernels {
    int lanes; /**< 8 or 16 */

    /** dst[i] = act(src[i]), any act but PRELU; dst may be src. */
    void (*act)(float *dst, const float *src, int64_t n, const fvi_fused *f);
    /** Blocked, in place; any act. */
    void (*act_blocked)(float *x, int64_t blocks, int64_t pixels, const fvi_fused *f);
    /** Add, Sub, Mul, Div of n elements; the repeated operand is one number. dst may be a or b. */
    void (*binary)(fvi_op op, float *dst, const float *a, const float *b, int64_t n, fvi_repeat r);
    /** Blocked; the repeated operand holds one number for each channel. dst may be a or b. */
    void (*binary_blocked)(fvi_op op, float *dst, const float *a, const float *b,
                           const int64_t size[2], fvi_repeat r);
    /** Blocked: dst = src scale[channel] + shift[channel]; dst may be src. */
    void (*affine)(float *dst, const float *src, const float *const scale_shift[2],
                   const int64_t size[2]);
    void (*depthwise)(const fvi_depthwise *p, float *dst, const float *src);
    void (*pool)(const fvi_plane *p, fvi_pool_kind kind, float *dst, const float *src);
    void (*dense)(const fvi_dense *p, float *dst, const float *src);
    /** One block whose lane l comes from lanes[l], lanes[l] + `lanes`, ... */
    void (*gather)(float *dst, const float *const *lanes, int64_t pixels);
} fvi_kernels;

/** The kernels whose blocks have `lanes` channels, for this processor. */
const fvi_kernels *fvi_kernels_get(int lanes);

/** NCHW into blocked; surplus lanes become 0. */
void fvi_pack(float *dst, const float *src, int lanes, int64_t channels, int64_t pixels);

/** Blocked into NCHW. */
void fvi_unpack(float *dst, const float *src, int lanes, int64_t channels, int64_t pixels);

/** Blocked into NHWC. */
void fvi_unpack_last(float *dst, const float *src, int lanes, int64_t channels, int64_t pixels);

#endif
