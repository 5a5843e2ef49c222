/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/walk.h"
#include "wire/request.h"

enum { REQUEST_ID = 1, DEADLINE_MS = 5 };

bool fvi_wire_is_request_id(const char *text, size_t n)
{
    if (n < 1 || n > FVI_REQUEST_ID_MAX) return false;
    for (size_t i = 0; i < n; i++) {
        char c = text[i];
        bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        bool digit = c >= '0' && c <= '9';
        if (!letter && !digit && c != '.' && c != '_' && c != ':' && c != '-') return false;
    }
    return true;
}

static void take(const fvi_wire_field *f, fvi_wire_peek *out)
{
    if (f->number == DEADLINE_MS && f->type == FVI_VARINT) out->deadline_ms = (uint32_t)f->value;
    if (f->type != FVI_LENGTH) return;
    if (f->number >= FVI_OP_VERIFY && f->number <= FVI_OP_INFO) out->op = (fvi_op)f->number;
    if (f->number != REQUEST_ID) return;
    memset(out->request_id, 0, sizeof out->request_id);
    if (fvi_wire_is_request_id((const char *)f->bytes.data, f->bytes.len))
        memcpy(out->request_id, f->bytes.data, f->bytes.len);
}

void fvi_wire_peek_request(fv_bytes message, fvi_wire_peek *out)
{
    fvi_wire_field field;

    *out = (fvi_wire_peek){.op = FVI_OP_NONE};
    for (int i = 0; i < FVI_REQUEST_FIELDS_MAX; i++) {
        if (fvi_wire_walk(&message, &field) != FVI_WALK_FIELD) return;
        take(&field, out);
    }
}
