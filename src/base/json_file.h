/* SPDX-License-Identifier: Apache-2.0 */
/* A file of the model pack in JSON, member by member. All functions return FV_OK, or FV_E_MODEL
 * with the path, the member and what is wrong with it; outputs are untouched on failure. */
#ifndef FVI_BASE_JSON_FILE_H
#define FVI_BASE_JSON_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "base/json.h"

typedef struct fvi_json_file {
    const char *path;
    fv_error *err;
} fvi_json_file;

/** The whole file, at most 1 MiB; *out is the caller's to json_decref(). Also FV_E_NOMEM. */
FV_NODISCARD fv_status fvi_json_file_read(const fvi_json_file *file, json_t **out);

/** What the caller found wrong; returns FV_E_MODEL. */
fv_status fvi_json_bad(const fvi_json_file *file, const char *where, const char *what);

/** A text that is not empty. */
FV_NODISCARD fv_status fvi_json_text(const fvi_json_file *file, const json_t *object,
                                     const char *key, char *out, size_t cap);

/** A whole number, 0 or more. */
FV_NODISCARD fv_status fvi_json_count(const fvi_json_file *file, const json_t *object,
                                      const char *key, uint64_t *out);

/** A finite number. */
FV_NODISCARD fv_status fvi_json_number(const fvi_json_file *file, const json_t *object,
                                       const char *key, double *out);

#endif
