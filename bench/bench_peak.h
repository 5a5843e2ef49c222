/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FVI_BENCH_PEAK_H
#define FVI_BENCH_PEAK_H

/** GFLOP/s of one oneDNN sgemm of 512 x 512 x 512 on the calling thread; 0 on failure. */
double bench_peak_gflops(void);

#endif
