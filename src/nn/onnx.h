/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An ONNX network on oneDNN. The model is immutable and shared by the sessions of all threads; a
 * session belongs to one thread at a time. Each item of a batch is computed by itself: the file
 * must describe one item (a batch of 1).
 */
#ifndef FVI_NN_ONNX_H
#define FVI_NN_ONNX_H

#include <stdbool.h>

#include "base/error.h"
#include "base/memory.h"
#include "faceverify/bytes.h"

typedef struct fvi_onnx_model fvi_onnx_model;
typedef struct fvi_onnx_session fvi_onnx_session;

/** What to load. All of it is only read during fvi_onnx_model_create. */
typedef struct fvi_onnx_spec {
    fv_bytes onnx;
    const char *input_name; /**< NULL: the only input, whatever its name */
    int input_dims[4];      /**< batch, C, H, W; with batch 1 it must fit what the file says */
    const char *const *output_names;
    size_t n_outputs;
    bool reference; /**< every operator in its plain form: slow, to check results against */
} fvi_onnx_spec;

/**
 * @return FV_OK; FV_E_MODEL: corrupt, an operator or attribute that is not supported (the text
 *         names node and operator), or beyond the limits (graph.h, plan.h); FV_E_NOMEM,
 * FV_E_BACKEND
 */
FV_NODISCARD fv_status fvi_onnx_model_create(fvi_onnx_model **out, const fvi_onnx_spec *spec,
                                             fv_error *err);
void fvi_onnx_model_destroy(fvi_onnx_model **model);

/** Floats that one run writes to output i: the whole batch's. */
size_t fvi_onnx_output_count(const fvi_onnx_model *model, size_t i);

/** Multiply-adds of the convolutions and products of one item. */
double fvi_onnx_work(const fvi_onnx_model *model);

/** Bytes of activations that a session needs. */
size_t fvi_onnx_arena_bytes(const fvi_onnx_model *model);

/**
 * Cheap: no weights are copied or arranged. `model` must outlive the session.
 *
 * @param arena  where activations go: at least fvi_onnx_arena_bytes(), neither moved nor freed
 *               before the session; sessions of one thread may share it, as none keeps anything
 *               from one run to the next. NULL: the session has its own.
 */
FV_NODISCARD fv_status fvi_onnx_session_create(fvi_onnx_session **out, const fvi_onnx_model *model,
                                               fvi_buffer *arena, fv_error *err);
void fvi_onnx_session_destroy(fvi_onnx_session **session);

/**
 * One pass on the calling thread; starts no other. Allocates nothing that grows with the network
 * (oneDNN takes and returns a few hundred bytes for each convolution's list of arguments).
 *
 * @param input    prod(input_dims) floats, NCHW
 * @param outputs  by output_names; untouched unless FV_OK
 * @return FV_OK or FV_E_BACKEND
 */
FV_NODISCARD fv_status fvi_onnx_run(fvi_onnx_session *session, const float *input,
                                    float *const *outputs, fv_error *err);

/** Overwrites all activations of the last run (and whatever else a shared arena holds). */
void fvi_onnx_wipe(fvi_onnx_session *session);

#endif
