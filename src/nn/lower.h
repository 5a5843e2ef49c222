/* SPDX-License-Identifier: Apache-2.0 */
/* Graph to plan: what the operators' lowerings share. */
#ifndef FVI_NN_LOWER_H
#define FVI_NN_LOWER_H

#include "nn/plan.h"

/** Where a value lies; it may be there in both forms. */
typedef struct fvi_view {
    int plain;       /**< buffer, or -1 */
    fvi_lane *lanes; /**< for each channel, or NULL */
    int left;        /**< how often it will still be read */
} fvi_view;

typedef struct fvi_lower {
    fvi_plan *plan;
    const fvi_graph *graph;
    fvi_view *views; /**< by value */
    fv_error *err;
} fvi_lower;

int64_t fvi_round_up(int64_t n, int64_t to);

/** [1, C, H, W]: what can be blocked. */
bool fvi_is_image(const fvi_tensor *t);
int64_t fvi_pixels(const fvi_tensor *t);
const fvi_tensor *fvi_lower_tensor(const fvi_lower *lo, int value);

/** The value row-major; adds a step when it only is blocked. */
FV_NODISCARD fv_status fvi_lower_plain(fvi_lower *lo, int value, int *buf);

/** The value blocked, channel c in lane c of one buffer; adds a step where needed. */
FV_NODISCARD fv_status fvi_lower_blocked(fvi_lower *lo, int value, int *buf);

/** Only gives the value lanes: packs when it only is plain. */
FV_NODISCARD fv_status fvi_lower_lanes(fvi_lower *lo, int value, const fvi_lane **lanes);

/** The one buffer that all lanes are in when it has no more than the channels need; or -1. */
int fvi_lower_one_buf(const fvi_lower *lo, int value);

/** A fresh buffer for the value, blocked (channel c in lane c) or plain. */
FV_NODISCARD fv_status fvi_lower_new_blocked(fvi_lower *lo, int value, int *buf);
FV_NODISCARD fv_status fvi_lower_new_plain(fvi_lower *lo, int value, int *buf);

/** The value lies in an existing buffer. */
FV_NODISCARD fv_status fvi_lower_set_blocked(fvi_lower *lo, int value, int buf);
void fvi_lower_set_plain(fvi_lower *lo, int value, int buf);

/** Whether the buffer may be overwritten by the node that reads `value` now, for the last time. */
bool fvi_lower_may_overwrite(const fvi_lower *lo, int value, int buf);

/** A constant, plain; with `blocked`, one number for each channel padded to whole blocks. */
FV_NODISCARD fv_status fvi_lower_constant(fvi_lower *lo, const float *data, size_t n, size_t padded,
                                          float pad, int *buf);

/** Adds a step, and says which buffers it uses. */
FV_NODISCARD fv_status fvi_lower_step(fvi_lower *lo, const fvi_step *step);

/** The fused activation with its slope padded to whole blocks. */
FV_NODISCARD fv_status fvi_lower_fused(fvi_lower *lo, const fvi_fused *f, int64_t channels,
                                       fvi_fused *out);

FV_NODISCARD fv_status fvi_lower_conv(fvi_lower *lo, const fvi_node *n);
FV_NODISCARD fv_status fvi_lower_product(fvi_lower *lo, const fvi_node *n);
FV_NODISCARD fv_status fvi_lower_pool(fvi_lower *lo, const fvi_node *n);
FV_NODISCARD fv_status fvi_lower_act(fvi_lower *lo, const fvi_node *n);
FV_NODISCARD fv_status fvi_lower_binary(fvi_lower *lo, const fvi_node *n);
FV_NODISCARD fv_status fvi_lower_batchnorm(fvi_lower *lo, const fvi_node *n);
FV_NODISCARD fv_status fvi_lower_move(fvi_lower *lo, const fvi_node *n);
FV_NODISCARD fv_status fvi_lower_eval(fvi_lower *lo, const fvi_node *n);

/** Computes dst = dst + src or src0 + src1, blocked. */
FV_NODISCARD fv_status fvi_lower_add(fvi_lower *lo, int dst, int src, int64_t blocks,
                                     int64_t pixels);

#endif
