/* SPDX-License-Identifier: Apache-2.0 */
#include "nn/pool.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { ALIGNMENT = 64, BLOCK_BYTES = 1 << 16 };

/* `used` counts from the block's own start. */
struct fvi_pool_block {
    fvi_pool_block *next;
    size_t used;
    size_t size;
};

static fvi_pool_block *add_block(fvi_pool *pool, size_t n)
{
    size_t size = n + ALIGNMENT;
    if (size < BLOCK_BYTES && pool->budget >= BLOCK_BYTES) size = BLOCK_BYTES;
    if (size > pool->budget) {
        pool->exhausted = true;
        return NULL;
    }
    fvi_pool_block *b = aligned_alloc(ALIGNMENT, size);
    if (b == NULL) {
        pool->out_of_memory = true;
        return NULL;
    }
    pool->budget -= size;
    *b = (fvi_pool_block){.used = ALIGNMENT, .size = size};
    /* A block of its own for something large must not hide the free end of the first block. */
    if (size > BLOCK_BYTES && pool->blocks != NULL) {
        b->next = pool->blocks->next;
        pool->blocks->next = b;
    } else {
        b->next = pool->blocks;
        pool->blocks = b;
    }
    return b;
}

void *fvi_pool_alloc(fvi_pool *pool, size_t n)
{
    if (n > SIZE_MAX / 2) {
        pool->exhausted = true;
        return NULL;
    }
    n = (n + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (n == 0) n = ALIGNMENT;
    fvi_pool_block *b = pool->blocks;
    if (b == NULL || b->size - b->used < n) b = add_block(pool, n);
    if (b == NULL) return NULL;
    void *p = (uint8_t *)b + b->used;
    b->used += n;
    memset(p, 0, n);
    return p;
}

void *fvi_pool_array(fvi_pool *pool, size_t n, size_t size)
{
    size_t bytes = 0;
    if (!fvi_mul_size(n, size, &bytes)) {
        pool->exhausted = true;
        return NULL;
    }
    return fvi_pool_alloc(pool, bytes);
}

char *fvi_pool_text(fvi_pool *pool, const char *text, size_t n)
{
    size_t len = 0;
    while (len < n && text[len] != '\0')
        len++;
    char *copy = fvi_pool_alloc(pool, len + 1);
    if (copy != NULL) memcpy(copy, text, len);
    return copy;
}

void fvi_pool_free(fvi_pool *pool)
{
    fvi_pool_block *b = pool->blocks;
    while (b != NULL) {
        fvi_pool_block *next = b->next;
        free(b);
        b = next;
    }
    *pool = (fvi_pool){0};
}
