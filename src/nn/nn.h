/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Running a network of the pack. The model is immutable and shared by all threads; a session holds
 * the activations and belongs to one thread at a time.
 */
#ifndef FVI_NN_H
#define FVI_NN_H

#include "base/image.h"
#include "base/memory.h"
#include "nn/pack.h"

typedef enum fvi_nn_backend {
    FVI_NN_ONEDNN = 0, /**< our own executor */
    FVI_NN_OPENCV = 1, /**< the reference; for machines where oneDNN has no fast kernels */
} fvi_nn_backend;

typedef struct fvi_nn_model fvi_nn_model;
typedef struct fvi_nn_session fvi_nn_session;

/** `net` must outlive the model. */
FV_NODISCARD fv_status fvi_nn_model_create(fvi_nn_model **out, const fvi_pack_net *net,
                                           fvi_nn_backend backend, fv_error *err);
void fvi_nn_model_destroy(fvi_nn_model **model);

/** Bytes of activations that a session of the model works in; 0 where the backend keeps its own. */
size_t fvi_nn_arena_bytes(const fvi_nn_model *model);

/**
 * `model` must outlive the session.
 *
 * @param arena  where activations go: at least fvi_nn_arena_bytes(), neither moved nor freed before
 *               the session. Sessions of one thread may share it: none keeps anything from one run
 *               to the next. NULL: the session takes its own.
 */
FV_NODISCARD fv_status fvi_nn_session_create(fvi_nn_session **out, const fvi_nn_model *model,
                                             fvi_buffer *arena, fv_error *err);
void fvi_nn_session_destroy(fvi_nn_session **session);

/** What the network takes and gives. */
const fvi_pack_net *fvi_nn_net(const fvi_nn_session *session);

/**
 * One pass on the calling thread.
 *
 * @param input    prod(input_dims) floats, NCHW, preprocessed
 * @param outputs  outputs[i] takes net->outputs[i].count floats, in the pack's order; untouched
 *                 unless FV_OK
 * @return FV_OK, FV_E_MODEL (the network gives other shapes than the pack says), FV_E_BACKEND,
 *         FV_E_NOMEM
 */
FV_NODISCARD fv_status fvi_nn_run(fvi_nn_session *session, const float *input,
                                  float *const *outputs, fv_error *err);

/** Overwrites whatever of the last input and activations the backend lets us reach. */
void fvi_nn_wipe(fvi_nn_session *session);

/**
 * Pixels to the network's input: channel order, mean and deviation as the pack says.
 *
 * @param image  exactly the network's width and height; grey or RGB as the network wants (RGB for
 *               RGB and BGR)
 */
void fvi_nn_fill(const fvi_pack_net *net, const fvi_image *image, float *input);

#endif
