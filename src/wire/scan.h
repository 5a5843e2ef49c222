/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FVI_WIRE_SCAN_H
#define FVI_WIRE_SCAN_H

#include <protobuf-c/protobuf-c.h>

#include "base/error.h"
#include "faceverify/bytes.h"

/** What a message may be like. */
typedef struct fvi_scan {
    size_t fields;      /**< in it and in the messages within; counted down */
    int depth;          /**< of messages within messages; counted down */
    uint64_t bytes_max; /**< of one field of type bytes */
    const char *whole;  /**< what the message is called in an error */
    fv_error *err;
} fvi_scan;

/**
 * Checks a message before protobuf-c takes memory for it: form, number of fields, depth, lengths of
 * bytes; texts are well-formed UTF-8 without NUL; no field stands twice that may stand once (what
 * protobuf-c would merge). Fields that are not in `type` are passed over.
 *
 * @return FV_OK; FV_E_ARG or FV_E_LIMIT with the field
 */
FV_NODISCARD fv_status fvi_wire_scan(const ProtobufCMessageDescriptor *type, fv_bytes message,
                                     fvi_scan *scan);

#endif
