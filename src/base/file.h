/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FVI_BASE_FILE_H
#define FVI_BASE_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/**
 * Reads a whole regular file into fresh memory; *out is the caller's to free(). A NUL follows the
 * last byte. `code` is the status that a failure is reported with (a missing model is FV_E_MODEL, a
 * missing configuration FV_E_CONFIG); memory running out stays FV_E_NOMEM.
 *
 * @param max_bytes  larger files are refused before they are read
 */
FV_NODISCARD fv_status fvi_file_read(const char *path, size_t max_bytes, fv_status code,
                                     uint8_t **out, size_t *len, fv_error *err);

#endif
