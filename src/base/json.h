/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FVI_BASE_JSON_H
#define FVI_BASE_JSON_H

#include <jansson.h>

#include "base/error.h"
#include "faceverify/bytes.h"

/**
 * Parses a JSON document; *out is the caller's to json_decref(). Duplicate keys are refused.
 *
 * @param path  for the error text
 * @return FV_OK, FV_E_MODEL (text: path, line, what is wrong), FV_E_NOMEM
 */
FV_NODISCARD fv_status fvi_json_parse(const char *path, fv_bytes in, json_t **out, fv_error *err);

#endif
