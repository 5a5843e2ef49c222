/* SPDX-License-Identifier: Apache-2.0 */
/* What the sources of requests share. */
#ifndef FVI_WIRE_REQUEST_H
#define FVI_WIRE_REQUEST_H

#include "wire/wire.h"

enum {
    FVI_REQUEST_FIELDS_MAX = 64, /**< a dozen exist; the others are those of later versions */
    FVI_CHANNEL_MAX = 64,
    FVI_PERSON_MAX = 64, /**< a birth date or an ID number, right or wrong */
};

/** Whether n bytes may stand for a request: 1 to 64 of A-Z a-z 0-9 . _ : - */
bool fvi_wire_is_request_id(const char *text, size_t n);

#endif
