/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plots as SVG to stand inside a page, drawn by gnuplot where it is installed. Black becomes the
 * page's own text colour, so that a plot is legible on light and on dark.
 */
#ifndef FVI_REPLAY_PLOT_H
#define FVI_REPLAY_PLOT_H

#include <stdbool.h>
#include <stdio.h>

#include <jansson.h>

#include "base/error.h"

enum { FVI_SERIES_MAX = 10 };

/** One line or row of bars. */
typedef struct fvi_series {
    const char *name;
    const json_t *points; /**< curves: [[x, y], ...]; bars: [y, y, ...] */
} fvi_series;

typedef struct fvi_plot {
    const char *title; /**< for those who cannot see it */
    const char *x;
    const char *y;
    bool curves;         /**< both axes logarithmic; else bars, each series scaled to its sum */
    bool diagonal;       /**< linear axes, and the line x = y: reliability */
    double from, step;   /**< bars: where the first begins, how wide each is */
    const double *marks; /**< upright lines */
    size_t n_marks;
    fvi_series series[FVI_SERIES_MAX];
    size_t n_series;
    unsigned number; /**< within the page: makes its identifiers its own */
} fvi_plot;

/**
 * Writes the plot, or where gnuplot is missing or fails a sentence that says so.
 *
 * @return FV_OK also then; FV_E_NOMEM
 */
FV_NODISCARD fv_status fvi_plot_put(FILE *to, const fvi_plot *plot, fv_error *err);

#endif
