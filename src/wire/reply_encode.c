/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "wire/answer.h"

fv_status fvi_wire_reply_encode(const fvi_wire_reply *reply, uint8_t **out, size_t *len,
                                fv_error *err)
{
    fv_status st = FV_OK;
    fvi_answer *answer = NULL;

    FVI_TRY(fvi_answer_create(&answer, reply, err));
    const Faceverify__Reply *m = fvi_answer_message(answer);
    size_t n = faceverify__reply__get_packed_size(m);
    uint8_t *p = malloc(n + 1); /* a reply may be of no bytes */
    if (p == NULL) {
        st = fvi_fail(err, FV_E_NOMEM, "a reply of %zu bytes", n);
        goto out;
    }
    *len = faceverify__reply__pack(m, p);
    *out = p;
out:
    fvi_answer_destroy(&answer);
    return st;
}
