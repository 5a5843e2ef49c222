/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FVI_REPLAY_DIGEST_H
#define FVI_REPLAY_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/** SHA-256 of a file of any size, read in pieces: 64 lower-case hexadecimal digits and a NUL. */
FV_NODISCARD fv_status fvi_digest_file(const char *path, char hex[65], fv_error *err);

/** FNV-1a, 64 bits: tells a torn record from a whole one, nothing more. */
uint64_t fvi_digest_quick(const void *data, size_t n);

#endif
