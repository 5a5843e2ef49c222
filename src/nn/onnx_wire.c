/* SPDX-License-Identifier: Apache-2.0 */
#include "nn/onnx_wire.h"

#include "base/walk.h"

bool fvi_wire_is_shallow(const ProtobufCMessageDescriptor *type, fv_bytes bytes, int depth)
{
    fvi_wire_field f;
    fvi_walked walked = FVI_WALK_END;

    if (depth < 0) return false;
    while ((walked = fvi_wire_walk(&bytes, &f)) == FVI_WALK_FIELD) {
        const ProtobufCFieldDescriptor *field =
            protobuf_c_message_descriptor_get_field(type, f.number);
        if (f.type == FVI_LENGTH && field != NULL && field->type == PROTOBUF_C_TYPE_MESSAGE &&
            !fvi_wire_is_shallow(field->descriptor, f.bytes, depth - 1))
            return false;
    }
    return walked == FVI_WALK_END;
}
