/* SPDX-License-Identifier: Apache-2.0 */
/* gnuplot as a child process: no shell, the script on its standard input. */
#ifndef FVI_BASE_GNUPLOT_H
#define FVI_BASE_GNUPLOT_H

#include <stdio.h>

#include "base/error.h"

/**
 * Runs a script that draws one SVG on standard output.
 *
 * @param script    read from its beginning; a file of its own, not a pipe
 * @param[out] svg  the caller's to free()
 * @return FV_OK; FV_E_BACKEND (gnuplot is not installed, failed, or drew no SVG), FV_E_NOMEM
 */
FV_NODISCARD fv_status fvi_gnuplot_svg(FILE *script, char **svg, fv_error *err);

/** Writes `text` as a quoted string: nothing in it that gnuplot would take for anything but
 *  letters. */
void fvi_gnuplot_text(FILE *script, const char *text);

#endif
