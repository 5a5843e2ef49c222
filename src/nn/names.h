/* SPDX-License-Identifier: Apache-2.0 */
/* Names to numbers, in memory of a pool. Valid when zero. */
#ifndef FVI_NN_NAMES_H
#define FVI_NN_NAMES_H

#include "nn/pool.h"

typedef struct fvi_name {
    const char *name;
    int number;
} fvi_name;

typedef struct fvi_names {
    fvi_name *slots;
    size_t n;
    size_t cap; /**< a power of two, more than n; or 0 */
} fvi_names;

bool fvi_names_find(const fvi_names *names, const char *name, int *number);

/** False when out of memory. `name` must not be there yet, and must live as long as the names. */
bool fvi_names_add(fvi_names *names, fvi_pool *pool, const char *name, int number);

/** Gives a name that is there another number. */
void fvi_names_set(fvi_names *names, const char *name, int number);

#endif
