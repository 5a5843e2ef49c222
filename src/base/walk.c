/* SPDX-License-Identifier: Apache-2.0 */
#include "base/walk.h"

#include <stdbool.h>

enum { NUMBER_MAX = (1 << 29) - 1 };

static bool read_varint(fv_bytes *b, uint64_t *value)
{
    uint64_t v = 0;

    for (unsigned shift = 0; shift < 64 && b->len > 0; shift += 7) {
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

static bool take(fv_bytes *b, uint64_t n, fv_bytes *out)
{
    if (n > b->len) return false;
    *out = (fv_bytes){b->data, (size_t)n};
    b->data += n;
    b->len -= (size_t)n;
    return true;
}

static bool read_value(fv_bytes *rest, fvi_wire_field *f)
{
    uint64_t n = 0;

    switch (f->type) {
    case FVI_VARINT:
        return read_varint(rest, &f->value);
    case FVI_FIXED64:
        return take(rest, 8, &f->bytes);
    case FVI_FIXED32:
        return take(rest, 4, &f->bytes);
    case FVI_LENGTH:
        return read_varint(rest, &n) && take(rest, n, &f->bytes);
    default:
        return false;
    }
}

fvi_walked fvi_wire_walk(fv_bytes *rest, fvi_wire_field *out)
{
    uint64_t key = 0;

    if (rest->len == 0) return FVI_WALK_END;
    *out = (fvi_wire_field){0};
    if (!read_varint(rest, &key) || key >> 3 == 0 || key >> 3 > NUMBER_MAX) return FVI_WALK_BROKEN;
    out->number = (uint32_t)(key >> 3);
    out->type = (unsigned)(key & 7);
    return read_value(rest, out) ? FVI_WALK_FIELD : FVI_WALK_BROKEN;
}
