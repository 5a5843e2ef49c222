/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "faceverify.pb-c.h"
#include "wire/alloc.h"
#include "wire/request.h"
#include "wire/scan.h"

/* Beside what the message itself holds: the structs that point to it. */
enum { OVERHEAD_BYTES = 64 * 1024 };

typedef struct owned {
    fvi_wire_alloc alloc;
    Faceverify__Request *message;
} owned;

static const uint8_t nothing[1]; /* of a photograph that is there, and empty */

static fv_bytes photo(int has, ProtobufCBinaryData b)
{
    if (has == 0) return (fv_bytes){NULL, 0};
    return b.data == NULL ? (fv_bytes){nothing, 0} : (fv_bytes){b.data, b.len};
}

static fv_status take_kind(Faceverify__Image kind, fvi_wire_request *out, fv_error *err)
{
    switch (kind) {
    case FACEVERIFY__IMAGE__NO_IMAGE:
    case FACEVERIFY__IMAGE__selfie:
        out->kind = FV_SELFIE;
        return FV_OK;
    case FACEVERIFY__IMAGE__record:
        out->kind = FV_RECORD;
        return FV_OK;
    default:
        return fvi_fail_field(err, FV_E_ARG, "kind", "unknown kind; known: selfie, record");
    }
}

static fv_status take_operation(const Faceverify__Request *m, fvi_wire_request *out, fv_error *err)
{
    switch (m->operation_case) {
    case FACEVERIFY__REQUEST__OPERATION_VERIFY:
        out->birth_date = m->verify->birth_date;
        out->id_number = m->verify->id_number;
        out->selfie = photo((int)m->verify->has_selfie_case, m->verify->selfie);
        out->record = photo((int)m->verify->has_record_photo_case, m->verify->record_photo);
        return FV_OK;
    case FACEVERIFY__REQUEST__OPERATION_MATCH:
        out->selfie = photo((int)m->match->has_selfie_case, m->match->selfie);
        out->record = photo((int)m->match->has_record_photo_case, m->match->record_photo);
        return FV_OK;
    case FACEVERIFY__REQUEST__OPERATION_LIVENESS:
        out->selfie = photo((int)m->liveness->has_selfie_case, m->liveness->selfie);
        return FV_OK;
    case FACEVERIFY__REQUEST__OPERATION_QUALITY:
        out->selfie = photo((int)m->quality->has_image_case, m->quality->image);
        return take_kind(m->quality->kind, out, err);
    case FACEVERIFY__REQUEST__OPERATION_INFO:
        return FV_OK;
    default:
        return fvi_fail_field(err, FV_E_ARG, "operation",
                              "missing; known: verify, match, liveness, quality, info");
    }
}

static fv_status take_locale(const char *name, fvi_wire_request *out, fv_error *err)
{
    if (strcmp(name, "en") == 0)
        out->locale = FV_LOCALE_EN;
    else if (name[0] == '\0' || strcmp(name, "zh-CN") == 0)
        out->locale = FV_LOCALE_ZH_CN;
    else
        return fvi_fail_field(err, FV_E_ARG, "locale", "unknown locale; known: zh-CN, en");
    return FV_OK;
}

static fv_status check_texts(const fvi_wire_request *r, fv_error *err)
{
    const struct {
        const char *field, *text;
        size_t most;
    } texts[] = {
        {"channel", r->channel, FVI_CHANNEL_MAX},
        {"subject_ref", r->subject_ref, FVI_REFERENCE_MAX},
        {"consent_ref", r->consent_ref, FVI_REFERENCE_MAX},
        {"birth_date", r->birth_date, FVI_PERSON_MAX},
        {"id_number", r->id_number, FVI_PERSON_MAX},
    };

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (strlen(texts[i].text) > texts[i].most)
            return fvi_fail_field(err, FV_E_ARG, texts[i].field, "longer than %zu bytes",
                                  texts[i].most);
    }
    return FV_OK;
}

static fv_status take(const Faceverify__Request *m, fvi_wire_request *out, fv_error *err)
{
    fv_status st = FV_OK;

    if (!fvi_wire_is_request_id(m->request_id, strlen(m->request_id)))
        return fvi_fail_field(err, FV_E_ARG, "request_id",
                              "must be 1 to %d characters of A-Z a-z 0-9 . _ : -",
                              (int)FVI_REQUEST_ID_MAX);
    out->channel = m->channel;
    out->subject_ref = m->subject_ref;
    out->consent_ref = m->consent_ref;
    out->deadline_ms = m->deadline_ms;
    FVI_TRY(take_locale(m->locale, out, err));
    FVI_TRY(take_operation(m, out, err));
    FVI_TRY(check_texts(out, err));
out:
    return st;
}

static void begin(fvi_wire_request *out, const fvi_wire_peek *seen)
{
    *out = (fvi_wire_request){.op = seen->op,
                              .channel = "",
                              .subject_ref = "",
                              .consent_ref = "",
                              .birth_date = "",
                              .id_number = "",
                              .kind = FV_SELFIE};
    memcpy(out->request_id, seen->request_id, sizeof out->request_id);
}

static fv_status unpack(owned *o, fv_bytes message, fv_error *err)
{
    fvi_wire_alloc_init(&o->alloc, message.len + OVERHEAD_BYTES);
    o->message = faceverify__request__unpack(&o->alloc.base, message.len, message.data);
    if (o->message != NULL) return FV_OK;
    if (o->alloc.failed) return fvi_fail(err, FV_E_NOMEM, "a request of %zu bytes", message.len);
    return fvi_fail_field(err, FV_E_ARG, "request", "is no faceverify.Request");
}

fv_status fvi_wire_request_decode(fv_bytes message, const fvi_wire_limits *limits,
                                  fvi_wire_request *out, fv_error *err)
{
    fv_status st = FV_OK;
    fvi_wire_peek seen;
    fvi_wire_request decoded;
    fvi_scan scan = {.fields = FVI_REQUEST_FIELDS_MAX,
                     .depth = 1,
                     .bytes_max = limits->image_bytes,
                     .whole = "request",
                     .err = err};

    fvi_error_clear(err);
    fvi_wire_peek_request(message, &seen);
    begin(out, &seen);
    begin(&decoded, &seen);
    FVI_TRY(fvi_wire_scan(&faceverify__request__descriptor, message, &scan));
    owned *o = calloc(1, sizeof *o);
    if (o == NULL) return fvi_fail(err, FV_E_NOMEM, "a request");
    decoded.owned = o;
    FVI_TRY(unpack(o, message, err));
    FVI_TRY(take(o->message, &decoded, err));
    *out = decoded;
    decoded.owned = NULL; /* handed over */
out:
    fvi_wire_request_free(&decoded);
    return st;
}

void fvi_wire_request_free(fvi_wire_request *request)
{
    owned *o = request->owned;

    if (o != NULL && o->message != NULL)
        faceverify__request__free_unpacked(o->message, &o->alloc.base);
    free(o);
    fvi_wipe(request, sizeof *request);
}
