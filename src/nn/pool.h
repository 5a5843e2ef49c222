/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory that is given back all at once, within a budget: whatever a hostile file claims, no more
 * than the budget is ever asked of the system. One thread.
 */
#ifndef FVI_NN_POOL_H
#define FVI_NN_POOL_H

#include <stdbool.h>
#include <stddef.h>

typedef struct fvi_pool_block fvi_pool_block;

typedef struct fvi_pool {
    fvi_pool_block *blocks;
    size_t budget;      /**< bytes that may still be taken from the system */
    bool out_of_memory; /**< the machine had none left */
    bool exhausted;     /**< an allocation was refused because of the budget */
} fvi_pool;

/** 64-byte aligned, zeroed; NULL when the budget (then `exhausted`) or the system has no more. */
void *fvi_pool_alloc(fvi_pool *pool, size_t n);

/** n * size, checked; as above. */
void *fvi_pool_array(fvi_pool *pool, size_t n, size_t size);

/** A copy of at most n characters, NUL-terminated. */
char *fvi_pool_text(fvi_pool *pool, const char *text, size_t n);

/** Gives everything back; the pool is then empty, and has no budget. */
void fvi_pool_free(fvi_pool *pool);

#endif
