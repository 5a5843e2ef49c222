/* SPDX-License-Identifier: Apache-2.0 */
/* malloc and its kin for the whole process: the C++ libraries' calls come here. glibc's own
 * functions do the work. */
#define _GNU_SOURCE
#include <errno.h>
#include <malloc.h>
#include <stddef.h>
#include <stdlib.h>

#include "arm.h"

#pragma GCC visibility push(default) /* the shared libraries must find them */
extern void *__libc_malloc(size_t n);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *p, size_t n);
extern void *__libc_memalign(size_t alignment, size_t n);

void *malloc(size_t n)
{
    if (arm_refuses(BACKENDS)) {
        errno = ENOMEM;
        return NULL;
    }
    return __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
    if (arm_refuses(BACKENDS)) {
        errno = ENOMEM;
        return NULL;
    }
    return __libc_calloc(n, size);
}

void *realloc(void *p, size_t n)
{
    if (arm_refuses(BACKENDS)) {
        errno = ENOMEM;
        return NULL;
    }
    return __libc_realloc(p, n);
}

void *memalign(size_t alignment, size_t n)
{
    if (arm_refuses(BACKENDS)) {
        errno = ENOMEM;
        return NULL;
    }
    return __libc_memalign(alignment, n);
}

void *aligned_alloc(size_t alignment, size_t n)
{
    return memalign(alignment, n);
}

int posix_memalign(void **out, size_t alignment, size_t n)
{
    void *p = memalign(alignment, n);
    if (p == NULL) return ENOMEM;
    *out = p;
    return 0;
}
#pragma GCC visibility pop
