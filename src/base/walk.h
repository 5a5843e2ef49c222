/* SPDX-License-Identifier: Apache-2.0 */
/* The fields of a protobuf message one by one, without copying any. */
#ifndef FVI_BASE_WALK_H
#define FVI_BASE_WALK_H

#include <stdint.h>

#include "faceverify/bytes.h"

/** The wire types that there are; groups are refused. */
enum { FVI_VARINT = 0, FVI_FIXED64 = 1, FVI_LENGTH = 2, FVI_FIXED32 = 5 };

typedef struct fvi_wire_field {
    uint32_t number; /**< 1 to 2^29 - 1 */
    unsigned type;
    uint64_t value; /**< FVI_VARINT */
    fv_bytes bytes; /**< FVI_LENGTH: lies in the message; never NULL */
} fvi_wire_field;

typedef enum fvi_walked { FVI_WALK_FIELD, FVI_WALK_END, FVI_WALK_BROKEN } fvi_walked;

/** The field that *rest begins with; *rest then is what follows. Never reads beyond rest->len. */
fvi_walked fvi_wire_walk(fv_bytes *rest, fvi_wire_field *out);

#endif
