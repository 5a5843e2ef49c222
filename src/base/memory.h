/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FVI_BASE_MEMORY_H
#define FVI_BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

FV_BEGIN_C

/** Overwrites n bytes with zeros; never optimised away. p may be NULL when n is 0. */
void fvi_wipe(void *p, size_t n) FV_NOEXCEPT;

/** a * b into *out; false (and *out untouched) when it does not fit. */
bool fvi_mul_size(size_t a, size_t b, size_t *out) FV_NOEXCEPT;

/**
 * Memory that a session keeps between requests: grows to the largest request seen, is wiped after
 * each, 64-byte aligned. {0} is a valid empty buffer.
 */
typedef struct fvi_buffer {
    uint8_t *data;
    size_t cap;   /**< bytes that may be used */
    size_t dirty; /**< bytes that may hold something private: what a wipe overwrites */
} fvi_buffer;

/**
 * Makes at least n bytes usable, and marks them dirty. What was in the buffer is lost (and wiped)
 * when it has to grow. On FV_E_NOMEM the buffer is as it was.
 */
FV_NODISCARD fv_status fvi_buffer_reserve(fvi_buffer *b, size_t n, fv_error *err) FV_NOEXCEPT;

/** Overwrites what was used since the last wipe; keeps the memory. */
void fvi_buffer_wipe(fvi_buffer *b) FV_NOEXCEPT;

/** Wipes and frees; the buffer is then empty and usable again. */
void fvi_buffer_free(fvi_buffer *b) FV_NOEXCEPT;

FV_END_C
#endif
