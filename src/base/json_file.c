/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json_file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

enum { FILE_MAX_BYTES = 1 << 20 };

fv_status fvi_json_file_read(const fvi_json_file *f, json_t **out)
{
    fv_status st = FV_OK;
    uint8_t *bytes = NULL;
    size_t len = 0;

    FVI_TRY(fvi_file_read(f->path, FILE_MAX_BYTES, FV_E_MODEL, &bytes, &len, f->err));
    FVI_TRY(fvi_json_parse(f->path, (fv_bytes){bytes, len}, out, f->err));
out:
    free(bytes);
    return st;
}

fv_status fvi_json_bad(const fvi_json_file *f, const char *where, const char *what)
{
    return fvi_fail(f->err, FV_E_MODEL, "%s: %s: %s", f->path, where, what);
}

fv_status fvi_json_text(const fvi_json_file *f, const json_t *o, const char *key, char *out,
                        size_t cap)
{
    const char *s = json_string_value(json_object_get(o, key));

    if (s == NULL || s[0] == '\0' || strlen(s) >= cap)
        return fvi_json_bad(f, key, "a text is missing, empty or too long");
    memcpy(out, s, strlen(s) + 1);
    return FV_OK;
}

fv_status fvi_json_count(const fvi_json_file *f, const json_t *o, const char *key, uint64_t *out)
{
    const json_t *v = json_object_get(o, key);

    if (!json_is_integer(v) || json_integer_value(v) < 0)
        return fvi_json_bad(f, key, "a whole number is missing or negative");
    *out = (uint64_t)json_integer_value(v);
    return FV_OK;
}

fv_status fvi_json_number(const fvi_json_file *f, const json_t *o, const char *key, double *out)
{
    const json_t *v = json_object_get(o, key);

    if (!json_is_number(v)) return fvi_json_bad(f, key, "a number is missing");
    if (!isfinite(json_number_value(v))) return fvi_json_bad(f, key, "not a finite number");
    *out = json_number_value(v);
    return FV_OK;
}
