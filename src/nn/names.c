/* SPDX-License-Identifier: Apache-2.0 */
#include "nn/names.h"

#include <stdint.h>
#include <string.h>

/* FNV-1a. Colliding names cost a search through at most FVI_GRAPH_VALUES_MAX slots. */
static size_t hash(const char *name)
{
    uint64_t h = 14695981039346656037u;
    for (; *name != '\0'; name++)
        h = (h ^ (uint8_t)*name) * 1099511628211u;
    return (size_t)(h ^ h >> 32);
}

static fvi_name *slot_of(const fvi_names *names, const char *name)
{
    size_t i = hash(name) & (names->cap - 1);
    while (names->slots[i].name != NULL && strcmp(names->slots[i].name, name) != 0)
        i = (i + 1) & (names->cap - 1);
    return &names->slots[i];
}

bool fvi_names_find(const fvi_names *names, const char *name, int *number)
{
    if (names->cap == 0) return false;
    const fvi_name *s = slot_of(names, name);
    if (s->name == NULL) return false;
    *number = s->number;
    return true;
}

static bool grow(fvi_names *names, fvi_pool *pool)
{
    fvi_names more = {.n = names->n, .cap = names->cap == 0 ? 256 : 2 * names->cap};
    more.slots = fvi_pool_array(pool, more.cap, sizeof *more.slots);
    if (more.slots == NULL) return false;
    for (size_t i = 0; i < names->cap; i++)
        if (names->slots[i].name != NULL) *slot_of(&more, names->slots[i].name) = names->slots[i];
    *names = more;
    return true;
}

bool fvi_names_add(fvi_names *names, fvi_pool *pool, const char *name, int number)
{
    if (2 * names->n >= names->cap && !grow(names, pool)) return false;
    *slot_of(names, name) = (fvi_name){name, number};
    names->n++;
    return true;
}

void fvi_names_set(fvi_names *names, const char *name, int number)
{
    slot_of(names, name)->number = number;
}
