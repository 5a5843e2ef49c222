/* SPDX-License-Identifier: Apache-2.0 */
/* From a chip to a template, from two templates to a similarity, from a rate to a threshold. */
#ifndef FVI_MATCH_H
#define FVI_MATCH_H

#include "base/image.h"
#include "base/memory.h"
#include "nn/nn.h"

/** The embedding network with its scratch: one thread's. */
typedef struct fvi_embedder fvi_embedder;

/** `arena` as for fvi_nn_session_create(). */
FV_NODISCARD fv_status fvi_embedder_create(fvi_embedder **out, const fvi_nn_model *embed,
                                           fvi_buffer *arena, fv_error *err);
void fvi_embedder_destroy(fvi_embedder **embedder);
void fvi_embedder_wipe(fvi_embedder *embedder);

/** Values in a template. */
size_t fvi_embedder_dim(const fvi_embedder *embedder);

/**
 * @param chip          RGB, of the network's width and height
 * @param[out] out      fvi_embedder_dim() values of unit length; untouched on failure
 * @return FV_OK, FV_E_BACKEND (the network gave no finite, non-zero vector), FV_E_NOMEM
 */
FV_NODISCARD fv_status fvi_embed(fvi_embedder *embedder, const fvi_image *chip, float *out,
                                 fv_error *err);

/** Cosine of two unit vectors, -1..1. Pure. */
float fvi_cosine(const float *a, const float *b, size_t dim);

#endif
