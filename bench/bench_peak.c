/* SPDX-License-Identifier: Apache-2.0 */
#include "bench_peak.h"

#include <stdlib.h>

#include <dnnl.h>

#include "base/clock.h"

enum { N = 512, REPEATS = 8 };

double bench_peak_gflops(void)
{
    const size_t bytes = (size_t)N * N * sizeof(float);
    float *a = aligned_alloc(64, bytes);
    float *b = aligned_alloc(64, bytes);
    float *c = aligned_alloc(64, bytes);
    double best = 0.0;

    for (int i = 0; a != NULL && b != NULL && i < N * N; i++)
        a[i] = b[i] = (float)(i % 7) - 3.0f;
    for (int r = 0; a != NULL && b != NULL && c != NULL && r < REPEATS; r++) {
        uint64_t t = fvi_clock_us();
        if (dnnl_sgemm('N', 'N', N, N, N, 1.0f, a, N, b, N, 0.0f, c, N) != dnnl_success) break;
        double us = (double)(fvi_clock_us() - t);
        double gflops = 2.0 * N * N * N / us * 1e-3;
        if (gflops > best) best = gflops;
    }
    free(a);
    free(b);
    free(c);
    return best;
}
