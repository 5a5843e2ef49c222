/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FVI_BASE_CLOCK_H
#define FVI_BASE_CLOCK_H

#include <stdint.h>

/** Monotonic time in microseconds; only differences mean anything. Thread-safe. */
uint64_t fvi_clock_us(void);

/** Seconds since 1970-01-01 UTC. Thread-safe. */
int64_t fvi_clock_unix_s(void);

#endif
