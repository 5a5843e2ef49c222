/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A graph made ready to run: steps over buffers. Values of rank 4 live either row-major ("plain")
 * or blocked (kernels.h); where a channel of a blocked value lies is written down channel by
 * channel, so that Concat, Split and channel shuffles move nothing until a convolution needs its
 * channels side by side.
 *
 * The plan is immutable once built and shared by all sessions. Each buffer has one place in a
 * session's arena; buffers whose lives do not overlap share memory. Each item of a batch has its
 * own copy of a buffer, one after the other.
 */
#ifndef FVI_NN_PLAN_H
#define FVI_NN_PLAN_H

#include <dnnl.h>

#include "nn/graph.h"
#include "nn/kernels.h"

/** Bytes of one session's arena above which a model is refused (FV_E_MODEL). */
#define FVI_ARENA_BYTES_MAX ((size_t)256 << 20)

enum { FVI_STEP_INPUTS_MAX = 64 };

typedef struct fvi_buf {
    size_t count;          /**< floats of one item */
    const float *constant; /**< not in the arena, the same for all items */
    bool is_input;         /**< the caller's input */
    int first;             /**< step that writes it */
    int last;              /**< last step that uses it */
    size_t offset;         /**< bytes into the arena */
    int users;             /**< building: values that lie in it and will still be read */
} fvi_buf;

typedef enum fvi_step_kind {
    FVI_STEP_CONV,
    FVI_STEP_DEPTHWISE,
    FVI_STEP_DENSE,
    FVI_STEP_POOL,
    FVI_STEP_ACT,
    FVI_STEP_BINARY,         /**< all operands alike, or one is a single number */
    FVI_STEP_BINARY_BLOCKED, /**< one operand may be one number for each channel */
    FVI_STEP_AFFINE,
    FVI_STEP_GATHER,
    FVI_STEP_PACK,
    FVI_STEP_UNPACK,
    FVI_STEP_UNPACK_LAST,
    FVI_STEP_EVAL
} fvi_step_kind;

/** A convolution by oneDNN; src, dst and scratchpad memory belong to the session. */
typedef struct fvi_conv {
    dnnl_primitive_t primitive;
    dnnl_memory_t weights;
    dnnl_memory_t bias;
    dnnl_memory_desc_t src;
    dnnl_memory_desc_t dst;
    dnnl_memory_desc_t scratchpad;
    int number; /**< which of the plan's convolutions */
} fvi_conv;

/** Where a lane of a gathered block comes from. */
typedef struct fvi_lane {
    int buf;
    int32_t channel; /**< counted in lanes from the buffer's start */
} fvi_lane;

typedef struct fvi_eval {
    fvi_op op;
    fvi_op_args args;
    fvi_tensor in[FVI_STEP_INPUTS_MAX]; /**< data is set where constant */
    int in_buf[FVI_STEP_INPUTS_MAX];    /**< -1 where constant or absent */
    int n_in;
    fvi_tensor out[FVI_STEP_INPUTS_MAX];
    int out_buf[FVI_STEP_INPUTS_MAX]; /**< -1 where nobody reads it */
    int n_out;
} fvi_eval;

typedef struct fvi_step {
    fvi_step_kind kind;
    int in[2]; /**< buffers, or -1 */
    int out;
    int64_t blocks;  /**< of `out`, where it is blocked; PACK and UNPACK: channels */
    int64_t pixels;  /**< of `out`, where it is blocked; else elements */
    fvi_fused fused; /**< in place afterwards (DEPTHWISE: within) */
    union {
        const fvi_conv *conv;
        const fvi_depthwise *depthwise;
        const fvi_dense *dense;
        struct {
            fvi_plane plane;
            fvi_pool_kind kind;
        } pool;
        struct {
            fvi_op op;
            fvi_repeat repeat;
        } binary;
        const float *scale_shift[2];
        const fvi_lane *lanes; /**< blocks x lanes of them */
        const fvi_eval *eval;
    } u;
} fvi_step;

typedef struct fvi_plan_output {
    int buf;
    size_t count;
} fvi_plan_output;

typedef struct fvi_plan {
    fvi_pool pool;
    const fvi_kernels *kernels;
    int64_t batch;
    bool reference; /**< every operator by its plain form: to check the others against */
    dnnl_engine_t engine;
    dnnl_stream_t stream; /**< for creation only */
    fvi_buf *bufs;
    int n_bufs;
    int cap_bufs;
    fvi_step *steps;
    int n_steps;
    int cap_steps;
    int input;
    fvi_plan_output *outputs;
    int n_outputs;
    const fvi_conv **convs;
    int n_convs;
    size_t scratchpad_bytes; /**< the largest of all; sits at the arena's end */
    size_t arena_bytes;
} fvi_plan;

/** Builds the plan of a folded and fused graph. Nothing points into the graph afterwards. */
FV_NODISCARD fv_status fvi_plan_build(fvi_plan *p, const fvi_graph *g, fv_error *err);
void fvi_plan_free(fvi_plan *p);

/** A new buffer of `count` floats an item; -1 when out of memory. */
int fvi_plan_buf(fvi_plan *p, size_t count);

/** A new step, zeroed; NULL when out of memory. Buffers' lives are extended by fvi_plan_touch. */
fvi_step *fvi_plan_step(fvi_plan *p, fvi_step_kind kind);

/** The last step uses the buffer. */
void fvi_plan_touch(fvi_plan *p, int buf);

/** Gives every buffer its place. */
FV_NODISCARD fv_status fvi_plan_place(fvi_plan *p, fv_error *err);

/** FV_E_MODEL or FV_E_NOMEM. */
fv_status fvi_plan_no_memory(const fvi_plan *p, fv_error *err);

/** floats of the pool, copied from `src` where not NULL, padded with zeros to n. */
float *fvi_plan_floats(fvi_plan *p, size_t n, const float *src, size_t n_src);

#endif
