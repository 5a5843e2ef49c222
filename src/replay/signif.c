/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/signif.h"

#include <math.h>

double fvi_mcnemar(uint64_t worse, uint64_t better)
{
    uint64_t n = worse + better;
    uint64_t fewer = worse < better ? worse : better;

    if (n > FVI_MCNEMAR_EXACT_MAX) {
        double d = fabs((double)worse - (double)better);
        double chi2 = (d - 1.0) * (d - 1.0) / (double)n;
        return d <= 1.0 ? 1.0 : erfc(sqrt(chi2 / 2.0));
    }
    double term = ldexp(1.0, -(int)n); /* P(X = 0) */
    double sum = term;
    for (uint64_t k = 0; k < fewer; k++) {
        term *= (double)(n - k) / (double)(k + 1);
        sum += term;
    }
    return fmin(1.0, 2.0 * sum);
}

double fvi_upper95(uint64_t k, uint64_t n)
{
    double a = (double)k + 1.0;
    return a * pow(1.0 - 1.0 / (9.0 * a) + 1.6449 / (3.0 * sqrt(a)), 3.0) / (double)n;
}
