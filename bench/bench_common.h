/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FVI_BENCH_COMMON_H
#define FVI_BENCH_COMMON_H

#include <stddef.h>

/** Processor time of the calling thread, in microseconds. */
double bench_thread_us(void);

/** Of the n values, which are sorted on the way. */
double bench_median(double *v, size_t n);

/** Resident memory of this process. */
double bench_resident_mib(void);

#endif
