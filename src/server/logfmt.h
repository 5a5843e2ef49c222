/* SPDX-License-Identifier: Apache-2.0 */
/* Part of reqlog.c: key=value pairs in a line of bounded length. */
#ifndef FVI_SERVER_LOGFMT_H
#define FVI_SERVER_LOGFMT_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum { FVI_LOGFMT_MAX = 4096 }; /* PIPE_BUF: what a pipe takes whole or not at all */

/** {0} is an empty line. What does not fit is left out, whole pairs at a time. */
typedef struct fvi_logfmt {
    size_t len;
    char data[FVI_LOGFMT_MAX];
} fvi_logfmt;

/**
 * Nothing where value is NULL or "". Quoted where it has to be; control characters, those that turn
 * the direction of writing, and what is not UTF-8 are written as \uNNNN.
 *
 * @param key  a word; static
 * @param cap  the most bytes of the value as written, without its quotes; a longer one ends in
 * "..."
 */
void fvi_logfmt_text(fvi_logfmt *line, const char *key, const char *value, size_t cap);

/** For values that need no quotes: numbers and our own words. */
void fvi_logfmt_plain(fvi_logfmt *line, const char *key, const char *fmt, ...) FV_PRINTF(3, 4);

#endif
