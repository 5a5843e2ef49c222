/* SPDX-License-Identifier: Apache-2.0 */
#define _DEFAULT_SOURCE /* explicit_bzero */
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 64 };

void fvi_wipe(void *p, size_t n)
{
    if (n > 0) explicit_bzero(p, n);
}

bool fvi_mul_size(size_t a, size_t b, size_t *out)
{
    if (a != 0 && b > SIZE_MAX / a) return false;
    *out = a * b;
    return true;
}

fv_status fvi_buffer_reserve(fvi_buffer *b, size_t n, fv_error *err)
{
    if (n > b->cap) {
        if (n > SIZE_MAX - ALIGNMENT)
            return fvi_fail(err, FV_E_NOMEM, "buffer of %zu bytes cannot exist", n);
        size_t cap = (n + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        uint8_t *p = aligned_alloc(ALIGNMENT, cap);
        if (p == NULL) return fvi_fail(err, FV_E_NOMEM, "buffer of %zu bytes", cap);
        fvi_buffer_free(b);
        b->data = p;
        b->cap = cap;
    }
    if (n > b->dirty) b->dirty = n;
    return FV_OK;
}

void fvi_buffer_wipe(fvi_buffer *b)
{
    fvi_wipe(b->data, b->dirty);
    b->dirty = 0;
}

void fvi_buffer_free(fvi_buffer *b)
{
    fvi_buffer_wipe(b);
    free(b->data);
    *b = (fvi_buffer){0};
}
