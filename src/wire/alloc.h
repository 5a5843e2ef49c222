/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FVI_WIRE_ALLOC_H
#define FVI_WIRE_ALLOC_H

#include <stdbool.h>

#include <protobuf-c/protobuf-c.h>

/** protobuf-c's memory: of limited size, and wiped before it is given back. Does not move. */
typedef struct fvi_wire_alloc {
    ProtobufCAllocator base;
    size_t left; /**< bytes that may still be taken */
    bool failed; /**< something was not given */
} fvi_wire_alloc;

void fvi_wire_alloc_init(fvi_wire_alloc *a, size_t most_bytes);

#endif
