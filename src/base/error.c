/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

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

/* One line of well-formed UTF-8: a file's name may be neither, and a text may end inside a
 * character. */
static void make_line(char *text)
{
    size_t n = strlen(text);

    for (size_t i = 0; i < n;) {
        uint32_t point = 0;
        size_t len = fvi_utf8_next((const uint8_t *)text + i, n - i, &point);
        if (len == 0) text[i] = '?';
        if (len == 1 && (point < 0x20 || point == 0x7f)) text[i] = ' ';
        i += len > 0 ? len : 1;
    }
}

static void record(fv_error *err, fv_status code, const char *field, const char *fmt, va_list ap)
{
    if (err == NULL || err->code != FV_OK) return;
    err->code = code;
    (void)snprintf(err->field, sizeof err->field, "%s", field);
    if (vsnprintf(err->text, sizeof err->text, fmt, ap) < 0) err->text[0] = '\0';
    make_line(err->text);
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
