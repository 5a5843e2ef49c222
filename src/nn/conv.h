/* SPDX-License-Identifier: Apache-2.0 */
/* One convolution as a oneDNN primitive. */
#ifndef FVI_NN_CONV_H
#define FVI_NN_CONV_H

#include "nn/plan.h"

/** What to build. Channels count whole blocks, but for a plain source. */
typedef struct fvi_conv_spec {
    int64_t in_channels;
    int64_t out_channels;
    int64_t groups;
    int64_t in[2];  /**< height, width */
    int64_t out[2]; /**< height, width */
    fvi_window win;
    bool plain_source;    /**< NCHW, else blocked */
    bool sum;             /**< adds to what dst holds */
    fvi_fused fused;      /**< what can be done on the way out; the rest comes after */
    const float *weights; /**< [out_channels][in_channels / groups][kernel], row-major */
    const float *bias;    /**< [out_channels]; must live as long as the plan */
} fvi_conv_spec;

/** Whether the activation can be part of the primitive. */
bool fvi_conv_can_fuse(const fvi_fused *f);

/** Adds the convolution to the plan, its weights in whatever order oneDNN likes best. */
FV_NODISCARD fv_status fvi_conv_create(fvi_plan *p, const fvi_conv_spec *spec, const fvi_conv **out,
                                       fv_error *err);

/** Keeps oneDNN to the calling thread; before anything else of it, on each thread. */
void fvi_one_thread(void);

#endif
