/* SPDX-License-Identifier: Apache-2.0 */
/* What a run has shown, for programs and for people. */
#ifndef FVI_BENCH_REPORT_H
#define FVI_BENCH_REPORT_H

#include <stdio.h>

#include <jansson.h>

#include "bench/run.h"

/** A run and what was asked of it. Everything is borrowed. */
typedef struct fvi_bench_report {
    const char *target;
    const fvi_bench_plan *plan;
    const fvi_bench_work *work;
    const fv_versions *versions;
    const fvi_bench_result *result;
} fvi_bench_report;

/** One document; its fields: docs/performance.md. NULL: out of memory. */
json_t *fvi_bench_json(const fvi_bench_report *report);

/** A table. */
fv_status fvi_bench_text(const fvi_bench_report *report, FILE *to, fv_error *err);

/**
 * The latency of answers as a histogram: an SVG of its own, made by gnuplot.
 *
 * @param[out] svg  the caller's to free()
 * @return FV_OK; FV_E_BACKEND (gnuplot is missing or failed, or nothing was answered), FV_E_NOMEM
 */
FV_NODISCARD fv_status fvi_bench_plot(const fvi_bench_report *report, char **svg, fv_error *err);

/** Whether there will be one, before it takes a run to find out. */
FV_NODISCARD fv_status fvi_bench_plot_check(fv_error *err);

/** What is told of latencies: 50, 90, 95, 99, 99.9. */
enum { FVI_BENCH_PERCENTILES = 5 };
typedef struct fvi_bench_percentile {
    double percent;
    const char *name; /**< "p99.9" */
    const char *key;  /**< "p99_9_us" */
} fvi_bench_percentile;
extern const fvi_bench_percentile fvi_bench_percentiles[FVI_BENCH_PERCENTILES];

#endif
