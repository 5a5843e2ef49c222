/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FVI_DECODE_JPEG_H
#define FVI_DECODE_JPEG_H

#include "decode/decoder.h"

/** fvi_decode for bytes that begin like a JPEG file. p holds nothing but its format. */
FV_NODISCARD fv_status fvi_jpeg_decode(fvi_decoder *d, fv_bytes in, const fvi_decode_limits *limits,
                                       fvi_photo *p, fv_error *err);

#endif
