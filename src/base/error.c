/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *fv_status_text(fv_status code)
{
    switch (code) {
#define X(name, num, text)                                                                         \
    case FV_##name:                                                                                \
        return text;
        FV_STATUS_LIST(X)
#undef X
    }
    return "unknown status";
}

void fvi_error_clear(fv_error *err)
{
    if (err != NULL) *err = (fv_error){.code = FV_OK};
}

static void record(fv_error *err, fv_status code, const char *field, const char *fmt, va_list ap)
{
    if (err == NULL || err->code != FV_OK) return;
    err->code = code;
    (void)snprintf(err->field, sizeof err->field, "%s", field);
    if (vsnprintf(err->text, sizeof err->text, fmt, ap) < 0) err->text[0] = '\0';
    for (char *c = err->text; *c != '\0'; c++) {
        if ((unsigned char)*c < 0x20 || *c == 0x7f) *c = ' ';
    }
}

fv_status fvi_fail(fv_error *err, fv_status code, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    record(err, code, "", fmt, ap);
    va_end(ap);
    return code;
}

fv_status fvi_fail_field(fv_error *err, fv_status code, const char *field, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    record(err, code, field, fmt, ap);
    va_end(ap);
    return code;
}
