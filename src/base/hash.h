/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FVI_BASE_HASH_H
#define FVI_BASE_HASH_H

#include <stddef.h>

#include "base/error.h"

/** SHA-256 of n bytes as 64 lower-case hexadecimal digits and a NUL. Thread-safe. */
FV_NODISCARD fv_status fvi_sha256_hex(const void *data, size_t n, char hex[65], fv_error *err);

#endif
