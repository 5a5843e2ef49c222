/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/scan.h"

#include <string.h>

#include "base/utf8.h"
#include "base/walk.h"

/* Members of a real oneof exclude each other; a field with a oneof of its own does not care. */
static uint64_t excludes(const ProtobufCMessageDescriptor *type, const ProtobufCFieldDescriptor *f)
{
    uint64_t mask = UINT64_C(1) << (f->id & 63);

    if (f->label == PROTOBUF_C_LABEL_REPEATED) return 0;
    if ((f->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) == 0) return mask;
    for (unsigned i = 0; i < type->n_fields; i++) {
        const ProtobufCFieldDescriptor *other = &type->fields[i];
        if ((other->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0 &&
            other->quantifier_offset == f->quantifier_offset)
            mask |= UINT64_C(1) << (other->id & 63);
    }
    return mask;
}

static fv_status scan_text(const ProtobufCFieldDescriptor *f, fv_bytes text, fvi_scan *scan)
{
    if (fvi_utf8_check(text.data, text.len) != text.len)
        return fvi_fail_field(scan->err, FV_E_ARG, f->name, "is not well-formed UTF-8");
    if (text.len > 0 && memchr(text.data, 0, text.len) != NULL)
        return fvi_fail_field(scan->err, FV_E_ARG, f->name, "holds a NUL");
    return FV_OK;
}

static fv_status scan_length(const ProtobufCFieldDescriptor *f, fv_bytes value, fvi_scan *scan)
{
    fv_status st = FV_OK;

    switch (f->type) {
    case PROTOBUF_C_TYPE_STRING:
        return scan_text(f, value, scan);
    case PROTOBUF_C_TYPE_BYTES:
        if (value.len <= scan->bytes_max) return FV_OK;
        return fvi_fail_field(scan->err, FV_E_LIMIT, f->name,
                              "is %zu bytes; %llu are the most that is taken", value.len,
                              (unsigned long long)scan->bytes_max);
    case PROTOBUF_C_TYPE_MESSAGE:
        if (scan->depth == 0)
            return fvi_fail_field(scan->err, FV_E_LIMIT, scan->whole, "nested too deep");
        scan->depth--;
        st = fvi_wire_scan(f->descriptor, value, scan);
        scan->depth++;
        return st;
    default:
        return FV_OK;
    }
}

fv_status fvi_wire_scan(const ProtobufCMessageDescriptor *type, fv_bytes message, fvi_scan *scan)
{
    fvi_wire_field field;
    uint64_t seen = 0;

    for (;;) {
        fvi_walked walked = fvi_wire_walk(&message, &field);
        if (walked == FVI_WALK_END) return FV_OK;
        if (walked == FVI_WALK_BROKEN)
            return fvi_fail_field(scan->err, FV_E_ARG, scan->whole, "is no %s", type->name);
        if (scan->fields == 0)
            return fvi_fail_field(scan->err, FV_E_LIMIT, scan->whole, "has too many fields");
        scan->fields--;
        const ProtobufCFieldDescriptor *f =
            protobuf_c_message_descriptor_get_field(type, field.number);
        if (f == NULL) continue;
        uint64_t mask = excludes(type, f);
        if ((seen & mask) != 0)
            return fvi_fail_field(scan->err, FV_E_ARG, f->name, "stands twice, or beside another");
        if (mask != 0) seen |= UINT64_C(1) << (f->id & 63);
        fv_status st = field.type == FVI_LENGTH ? scan_length(f, field.bytes, scan) : FV_OK;
        if (st != FV_OK) return st;
    }
}
