/* SPDX-License-Identifier: Apache-2.0 */
/* The text of pack.json into structs; reads no file. */
#ifndef FVI_NN_PACK_PARSE_H
#define FVI_NN_PACK_PARSE_H

#include "nn/pack.h"

/** Networks of a pack in the order of the file. */
typedef struct fvi_pack_list {
    char name[64];
    fvi_pack_net nets[FVI_ROLE_COUNT]; /**< onnx.data is NULL */
    size_t n_nets;
} fvi_pack_list;

/**
 * Strict: an unknown, missing or repeated key, a wrong type or a value out of range is refused.
 *
 * @param path  what the text is called in error texts
 * @param[out] out  plain data; untouched on failure
 * @return FV_OK, FV_E_MODEL (text: path, then line or key), FV_E_NOMEM
 */
FV_NODISCARD fv_status fvi_pack_parse(fvi_pack_list *out, const char *path, fv_bytes json,
                                      fv_error *err);

#endif
