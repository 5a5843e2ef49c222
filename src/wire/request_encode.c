/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "faceverify.pb-c.h"
#include "wire/wire.h"

typedef union operation {
    Faceverify__VerifyRequest verify;
    Faceverify__MatchRequest match;
    Faceverify__LivenessRequest liveness;
    Faceverify__QualityRequest quality;
    Faceverify__InfoRequest info;
} operation;

/* protobuf-c only reads what it packs, and its types do not say so. */
static char *text(const char *s)
{
    return (char *)(s == NULL ? "" : s);
}

static ProtobufCBinaryData bytes(fv_bytes b)
{
    return (ProtobufCBinaryData){b.len, (uint8_t *)b.data};
}

#define SET_PHOTO(message, NAME, FIELD, field, photo)                                              \
    do {                                                                                           \
        if ((photo).data == NULL) break;                                                           \
        (message)->has_##field##_case = FACEVERIFY__##NAME##__HAS_##FIELD##_##FIELD;               \
        (message)->field = bytes(photo);                                                           \
    } while (0)

static void set_verify(const fvi_wire_request *r, Faceverify__VerifyRequest *m)
{
    faceverify__verify_request__init(m);
    m->birth_date = text(r->birth_date);
    m->id_number = text(r->id_number);
    SET_PHOTO(m, VERIFY_REQUEST, SELFIE, selfie, r->selfie);
    SET_PHOTO(m, VERIFY_REQUEST, RECORD_PHOTO, record_photo, r->record);
}

static bool set_operation(const fvi_wire_request *r, Faceverify__Request *m, operation *op)
{
    m->operation_case = (Faceverify__Request__OperationCase)r->op;
    switch (r->op) {
    case FVI_OP_VERIFY:
        set_verify(r, &op->verify);
        m->verify = &op->verify;
        return true;
    case FVI_OP_MATCH:
        faceverify__match_request__init(&op->match);
        SET_PHOTO(&op->match, MATCH_REQUEST, SELFIE, selfie, r->selfie);
        SET_PHOTO(&op->match, MATCH_REQUEST, RECORD_PHOTO, record_photo, r->record);
        m->match = &op->match;
        return true;
    case FVI_OP_LIVENESS:
        faceverify__liveness_request__init(&op->liveness);
        SET_PHOTO(&op->liveness, LIVENESS_REQUEST, SELFIE, selfie, r->selfie);
        m->liveness = &op->liveness;
        return true;
    case FVI_OP_QUALITY:
        faceverify__quality_request__init(&op->quality);
        SET_PHOTO(&op->quality, QUALITY_REQUEST, IMAGE, image, r->selfie);
        op->quality.kind = (Faceverify__Image)r->kind;
        m->quality = &op->quality;
        return true;
    case FVI_OP_INFO:
        faceverify__info_request__init(&op->info);
        m->info = &op->info;
        return true;
    case FVI_OP_NONE:
        break;
    }
    return false;
}

fv_status fvi_wire_request_encode(const fvi_wire_request *request, uint8_t **out, size_t *len,
                                  fv_error *err)
{
    Faceverify__Request m = FACEVERIFY__REQUEST__INIT;
    operation op;

    fvi_error_clear(err);
    if (!set_operation(request, &m, &op))
        return fvi_fail_field(err, FV_E_ARG, "operation", "there is no operation %d",
                              (int)request->op);
    m.request_id = text(request->request_id);
    m.channel = text(request->channel);
    m.subject_ref = text(request->subject_ref);
    m.consent_ref = text(request->consent_ref);
    m.deadline_ms = request->deadline_ms;
    m.locale = text(request->locale == FV_LOCALE_EN ? "en" : "zh-CN");
    size_t n = faceverify__request__get_packed_size(&m);
    uint8_t *p = malloc(n);
    if (p == NULL) return fvi_fail(err, FV_E_NOMEM, "a request of %zu bytes", n);
    *len = faceverify__request__pack(&m, p);
    *out = p;
    return FV_OK;
}
