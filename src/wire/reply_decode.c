/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/reply_decode.h"

#include <stdlib.h>

#include "wire/alloc.h"
#include "wire/scan.h"

/* A QualityReply with all measures has 700 fields; structs are larger than what they stand for. */
enum { FIELDS_MAX = 4096, OVERHEAD_BYTES = 1 << 20, DEPTH = 3 };

struct fvi_reply {
    fvi_wire_alloc alloc;
    Faceverify__Reply *message;
};

#define HAS_ITS_TEXTS(m) ((m)->n_remedies == (m)->n_remedy_texts)

static bool is_whole(const Faceverify__Reply *m)
{
    switch (m->answer_case) {
    case FACEVERIFY__REPLY__ANSWER_VERIFY:
    case FACEVERIFY__REPLY__ANSWER_MATCH:
        return HAS_ITS_TEXTS(m->verify);
    case FACEVERIFY__REPLY__ANSWER_LIVENESS:
        return HAS_ITS_TEXTS(m->liveness);
    case FACEVERIFY__REPLY__ANSWER_QUALITY:
        return HAS_ITS_TEXTS(m->quality);
    case FACEVERIFY__REPLY__ANSWER_INFO:
        return true;
    default:
        return m->status != FACEVERIFY__STATUS__OK;
    }
}

fv_status fvi_reply_decode(fv_bytes message, fvi_reply **out, fv_error *err)
{
    fv_status st = FV_OK;
    fv_error why = {.code = FV_OK};
    fvi_scan scan = {
        .fields = FIELDS_MAX, .depth = DEPTH, .bytes_max = 0, .whole = "reply", .err = &why};
    fvi_reply *r = NULL;

    fvi_error_clear(err);
    if (fvi_wire_scan(&faceverify__reply__descriptor, message, &scan) != FV_OK)
        return fvi_fail(err, FV_E_BACKEND, "what came is no reply: %s %s", why.field, why.text);
    r = calloc(1, sizeof *r);
    if (r == NULL) return fvi_fail(err, FV_E_NOMEM, "a reply");
    fvi_wire_alloc_init(&r->alloc, message.len + OVERHEAD_BYTES);
    r->message = faceverify__reply__unpack(&r->alloc.base, message.len, message.data);
    if (r->message == NULL && r->alloc.failed)
        st = fvi_fail(err, FV_E_NOMEM, "a reply of %zu bytes", message.len);
    else if (r->message == NULL || !is_whole(r->message))
        st = fvi_fail(err, FV_E_BACKEND, "what came is no reply");
    if (st == FV_OK) {
        *out = r;
        r = NULL;
    }
    fvi_reply_destroy(&r);
    return st;
}

void fvi_reply_destroy(fvi_reply **reply)
{
    fvi_reply *r = *reply;

    if (r == NULL) return;
    if (r->message != NULL) faceverify__reply__free_unpacked(r->message, &r->alloc.base);
    free(r);
    *reply = NULL;
}

Faceverify__Reply *fvi_reply_message(fvi_reply *reply)
{
    return reply->message;
}
