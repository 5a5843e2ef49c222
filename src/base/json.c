/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"

#include <stdbool.h>

fv_status fvi_json_parse(const char *path, fv_bytes in, json_t **out, fv_error *err)
{
    json_error_t why;
    json_t *root = json_loadb((const char *)in.data, in.len, JSON_REJECT_DUPLICATES, &why);

    if (root == NULL) {
        /* jansson 2.14 calls a token "invalid" when it had no memory for it. The same bytes that
         * are good the second time were good the first. */
        json_error_t again;
        json_t *second = json_loadb((const char *)in.data, in.len, JSON_REJECT_DUPLICATES, &again);
        bool good = second != NULL;
        json_decref(second);
        if (good || why.text[0] == '\0' || json_error_code(&why) == json_error_out_of_memory)
            return fvi_fail(err, FV_E_NOMEM, "%s", path);
        return fvi_fail(err, FV_E_MODEL, "%s:%d: %s", path, why.line, why.text);
    }
    *out = root;
    return FV_OK;
}
