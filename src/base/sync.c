/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include "base/sync.h"

#include <errno.h>
#include <time.h>

/* glibc's initialisers of mutexes and conditions cannot fail with these attributes. */
void fvi_cond_init(pthread_cond_t *cond)
{
    pthread_condattr_t attr;

    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(cond, &attr);
    (void)pthread_condattr_destroy(&attr);
}

void fvi_sync_init(pthread_mutex_t *lock, pthread_cond_t *cond)
{
    (void)pthread_mutex_init(lock, NULL);
    fvi_cond_init(cond);
}

bool fvi_cond_wait_until(pthread_cond_t *cond, pthread_mutex_t *lock, uint64_t until_us)
{
    struct timespec until = {.tv_sec = (time_t)(until_us / 1000000u),
                             .tv_nsec = (long)(until_us % 1000000u) * 1000};
    return pthread_cond_timedwait(cond, lock, &until) != ETIMEDOUT;
}
