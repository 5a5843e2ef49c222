/* SPDX-License-Identifier: Apache-2.0 */
#include "nn/onnx_wire.h"

static bool read_varint(fv_bytes *b, uint64_t *value)
{
    uint64_t v = 0;
    for (int shift = 0; shift < 64 && b->len > 0; shift += 7) {
        uint8_t byte = *b->data++;
        b->len--;
        v |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *value = v;
            return true;
        }
    }
    return false;
}

static bool skip(fv_bytes *b, uint64_t n)
{
    if (n > b->len) return false;
    b->data += n;
    b->len -= (size_t)n;
    return true;
}

bool fvi_wire_is_shallow(const ProtobufCMessageDescriptor *type, fv_bytes bytes, int depth)
{
    if (depth < 0) return false;
    while (bytes.len > 0) {
        uint64_t key = 0;
        uint64_t n = 0;
        if (!read_varint(&bytes, &key)) return false;
        switch (key & 7) {
        case 0:
            if (!read_varint(&bytes, &n)) return false;
            continue;
        case 1:
            n = 8;
            break;
        case 5:
            n = 4;
            break;
        case 2:
            if (!read_varint(&bytes, &n) || n > bytes.len) return false;
            break;
        default:
            return false;
        }
        const ProtobufCFieldDescriptor *field =
            key >> 3 > UINT32_MAX
                ? NULL
                : protobuf_c_message_descriptor_get_field(type, (unsigned)(key >> 3));
        if ((key & 7) == 2 && field != NULL && field->type == PROTOBUF_C_TYPE_MESSAGE) {
            const fv_bytes inner = {bytes.data, (size_t)n};
            if (!fvi_wire_is_shallow(field->descriptor, inner, depth - 1)) return false;
        }
        if (!skip(&bytes, n)) return false;
    }
    return true;
}
