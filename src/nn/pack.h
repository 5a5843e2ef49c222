/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The model pack: pack.json, and the network files that it names. Every file is read once, its
 * SHA-256 compared with the pack's, and the very bytes that were hashed are what is parsed later.
 */
#ifndef FVI_NN_PACK_H
#define FVI_NN_PACK_H

#include "base/error.h"
#include "faceverify/bytes.h"

/* Y(ENUMERATOR, name in pack.json) */
#define FVI_ROLE_LIST(Y)                                                                           \
    Y(DETECT, "detect")                                                                            \
    Y(LANDMARK, "landmark")                                                                        \
    Y(EMBED, "embed")                                                                              \
    Y(LIVENESS, "liveness")                                                                        \
    Y(EYE_STATE, "eye_state")                                                                      \
    Y(HEAD_POSE, "head_pose")

typedef enum fvi_role {
#define Y(id, name) FVI_ROLE_##id,
    FVI_ROLE_LIST(Y)
#undef Y
        FVI_ROLE_COUNT
} fvi_role;

enum { FVI_PACK_OUTPUTS_MAX = 8, FVI_PACK_DIMS_MAX = 4 };

typedef struct fvi_pack_output {
    char name[64];
    int dims[FVI_PACK_DIMS_MAX];
    int n_dims;
    size_t count; /**< product of dims */
} fvi_pack_output;

typedef enum fvi_colour { FVI_COLOUR_GREY = 1, FVI_COLOUR_RGB = 3, FVI_COLOUR_BGR = 4 } fvi_colour;

/** One network. A pixel value v of channel c enters as (v - mean[c]) / deviation[c]. */
typedef struct fvi_pack_net {
    fvi_role role;
    char name[64];
    char file[128]; /**< relative to the pack's folder, without a separator */
    char sha256[65];
    char licence[64];
    char source[256];
    char input_name[64];
    int input_dims[4]; /**< N (1), C, H, W */
    fvi_colour colour;
    float mean[3];      /**< in the order of `colour` */
    float deviation[3]; /**< > 0 */
    fvi_pack_output outputs[FVI_PACK_OUTPUTS_MAX];
    size_t n_outputs;
    fv_bytes onnx; /**< the hashed bytes; owned by the pack */
} fvi_pack_net;

typedef struct fvi_pack {
    char name[64];
    char sha256[65]; /**< of pack.json, which holds the hashes of all files */
    char dir[1024];
    fvi_pack_net nets[FVI_ROLE_COUNT]; /**< by role; onnx.data == NULL where the pack has none */
} fvi_pack;

/**
 * Reads `dir`/pack.json and every file it names, and checks all hashes.
 *
 * @return FV_OK, FV_E_MODEL (text names the file and what is wrong), FV_E_NOMEM
 */
FV_NODISCARD fv_status fvi_pack_open(fvi_pack **out, const char *dir, fv_error *err);
void fvi_pack_close(fvi_pack **pack);

const char *fvi_role_name(fvi_role role);

#endif
