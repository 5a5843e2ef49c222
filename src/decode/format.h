/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FVI_DECODE_FORMAT_H
#define FVI_DECODE_FORMAT_H

#include "faceverify/bytes.h"

/** Name of the picture format that the bytes begin like, as in fvi_photo; "" for none. */
const char *fvi_format_name(fv_bytes in);

#endif
