/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/alloc.h"

#include <stddef.h>
#include <stdlib.h>

#include "base/memory.h"

/* In front of each piece: what a wipe needs to know. */
typedef union header {
    size_t n;
    max_align_t align;
} header;

static void *give(void *self, size_t n)
{
    fvi_wire_alloc *a = self;
    header *h = n <= a->left ? malloc(sizeof *h + n) : NULL;

    if (h == NULL) {
        a->failed = true;
        return NULL;
    }
    a->left -= n;
    h->n = n;
    return h + 1;
}

static void take_back(void *self, void *p)
{
    fvi_wire_alloc *a = self;

    if (p == NULL) return;
    header *h = (header *)p - 1;
    a->left += h->n;
    fvi_wipe(p, h->n);
    free(h);
}

void fvi_wire_alloc_init(fvi_wire_alloc *a, size_t most_bytes)
{
    *a = (fvi_wire_alloc){.base = {give, take_back, a}, .left = most_bytes};
}
