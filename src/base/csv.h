/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Comma-separated values as RFC 4180 has them, read in pieces: memory does not grow with the file.
 * Strict, because a row that is read wrongly is a figure that is wrong: a quote within an unquoted
 * field, text after a closing quote, a NUL or bytes that are not UTF-8 are errors. A byte order
 * mark, LF for CRLF and empty lines are let pass.
 */
#ifndef FVI_BASE_CSV_H
#define FVI_BASE_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/error.h"

enum { FVI_CSV_FIELDS_MAX = 64, FVI_CSV_ROW_MAX_BYTES = 64 << 10 };

typedef struct fvi_csv fvi_csv;

/** One row; the texts live until the next call for this reader. */
typedef struct fvi_csv_row {
    size_t line; /**< of its first character, from 1 */
    size_t n;    /**< fields; 0 = the file has ended */
    const char *field[FVI_CSV_FIELDS_MAX];
} fvi_csv_row;

/** @return FV_OK, FV_E_ARG (it cannot be opened, or is no regular file), FV_E_NOMEM */
FV_NODISCARD fv_status fvi_csv_open(fvi_csv **out, const char *path, fv_error *err);
void fvi_csv_close(fvi_csv **csv);

/** @return FV_OK, or FV_E_ARG with "PATH:LINE: what is wrong" */
FV_NODISCARD fv_status fvi_csv_next(fvi_csv *csv, fvi_csv_row *row, fv_error *err);

/** Writes one field, quoted where it has to be. */
void fvi_csv_put(FILE *to, const char *text);

#endif
