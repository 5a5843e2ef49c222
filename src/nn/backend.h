/* SPDX-License-Identifier: Apache-2.0 */
/* What a backend gives to nn.c. Each keeps its own structs behind the two pointers. */
#ifndef FVI_NN_BACKEND_H
#define FVI_NN_BACKEND_H

#include <stdbool.h>

#include "nn/nn.h"

typedef struct fvi_nn_ops {
    /**
     * What all sessions share, e.g. prepacked weights; NULL where there is nothing to share. `net`
     * outlives it.
     */
    fv_status (*model_create)(void **out, const fvi_pack_net *net, fv_error *err);
    void (*model_destroy)(void *model);

    /** `model` is what model_create gave, or NULL; called by many threads at once. */
    fv_status (*session_create)(void **out, const void *model, const fvi_pack_net *net,
                                fvi_buffer *arena, fv_error *err);
    void (*session_destroy)(void *session); /**< wipes first; NULL-safe */

    /** As fvi_nn_run. */
    fv_status (*run)(void *session, const fvi_pack_net *net, const float *input,
                     float *const *outputs, fv_error *err);

    /** As fvi_nn_wipe. */
    void (*wipe)(void *session);

    /** As fvi_nn_arena_bytes; NULL: 0. */
    size_t (*arena_bytes)(const void *model);

    /** model_create has checked the shapes: no pass is needed to find out. */
    bool shapes_are_known;
} fvi_nn_ops;

extern const fvi_nn_ops fvi_nn_ops_onednn;
extern const fvi_nn_ops fvi_nn_ops_opencv;

#endif
