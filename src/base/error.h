/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FVI_BASE_ERROR_H
#define FVI_BASE_ERROR_H

#include "faceverify/status.h"

FV_BEGIN_C

/* Needs `fv_status st` and a label `out:`. The one control macro of the tree. */
#define FVI_TRY(expr)                                                                              \
    do {                                                                                           \
        st = (expr);                                                                               \
        if (st != FV_OK) goto out;                                                                 \
    } while (0)

/**
 * Records a failure and returns its code. Control characters in the text become spaces (backends
 * put newlines into theirs). err may be NULL; one that already holds a failure is left alone.
 */
fv_status fvi_fail(fv_error *err, fv_status code, const char *fmt, ...) FV_NOEXCEPT FV_PRINTF(3, 4);

/** The same for a request: names the field that is at fault. */
fv_status fvi_fail_field(fv_error *err, fv_status code, const char *field, const char *fmt,
                         ...) FV_NOEXCEPT FV_PRINTF(4, 5);

/** Forgets what err held; err may be NULL. */
void fvi_error_clear(fv_error *err) FV_NOEXCEPT;

FV_END_C
#endif
