/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting with a limit on the clock of fvi_clock_us(). */
#ifndef FVI_BASE_SYNC_H
#define FVI_BASE_SYNC_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/** A condition whose limits are on the monotonic clock. */
void fvi_cond_init(pthread_cond_t *cond);

/** A mutex and such a condition. */
void fvi_sync_init(pthread_mutex_t *lock, pthread_cond_t *cond);

/** Waits for the condition; false: the time is over. */
bool fvi_cond_wait_until(pthread_cond_t *cond, pthread_mutex_t *lock, uint64_t until_us);

#endif
