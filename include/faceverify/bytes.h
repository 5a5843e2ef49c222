/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FACEVERIFY_BYTES_H
#define FACEVERIFY_BYTES_H

#include <stddef.h>
#include <stdint.h>

/** Borrowed bytes, read only, for the duration of a call. */
typedef struct fv_bytes {
    const uint8_t *data; /**< NULL: not given */
    size_t len;
} fv_bytes;

#endif
