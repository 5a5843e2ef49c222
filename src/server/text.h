/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FVI_SERVER_TEXT_H
#define FVI_SERVER_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/** A text that grows. {0} is an empty one. */
typedef struct fvi_text {
    char *data; /**< NUL-terminated once something was added; the owner's to free() */
    size_t len;
    size_t cap;
    bool failed; /**< memory ran out: nothing is added any more */
} fvi_text;

void fvi_text_add(fvi_text *text, const char *fmt, ...) FV_PRINTF(2, 3);

#endif
