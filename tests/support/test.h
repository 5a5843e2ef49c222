/* SPDX-License-Identifier: Apache-2.0 */
/* cmocka with the headers that it needs first, and what every test of ours wants. */
#ifndef FVI_TEST_H
#define FVI_TEST_H

#ifndef _DEFAULT_SOURCE
#define _DEFAULT_SOURCE /* mkdtemp, setenv: this header comes first */
#endif

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "faceverify/status.h"

#define assert_fv_ok(expr, err)                                                                    \
    do {                                                                                           \
        fv_status st_ = (expr);                                                                    \
        if (st_ != FV_OK)                                                                          \
            fail_msg("%s: status %d (%s): %s", #expr, (int)st_, fv_status_text(st_), (err)->text); \
    } while (0)

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#endif
