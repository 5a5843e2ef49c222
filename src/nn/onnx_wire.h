/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FVI_NN_ONNX_WIRE_H
#define FVI_NN_ONNX_WIRE_H

#include <stdbool.h>

#include <protobuf-c/protobuf-c.h>

#include "faceverify/bytes.h"

/**
 * Whether messages nest no deeper than `depth` and lengths stay within their messages. protobuf-c
 * recurses without a limit: a file of nested messages would otherwise end the process.
 */
bool fvi_wire_is_shallow(const ProtobufCMessageDescriptor *type, fv_bytes bytes, int depth);

#endif
