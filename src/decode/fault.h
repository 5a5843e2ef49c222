/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FVI_DECODE_FAULT_H
#define FVI_DECODE_FAULT_H

#include "decode/decode.h"

/** Writes down what is wrong with a photograph. Always false, so that `return fvi_refuse(...)`. */
bool fvi_refuse(fvi_photo *p, fvi_decode_fault fault, const char *fmt, ...) FV_PRINTF(3, 4);

/** Whether a picture of this size may be decoded; false with p's fault set where it may not. */
bool fvi_size_allowed(fvi_photo *p, const fvi_decode_limits *limits, uint32_t width_px,
                      uint32_t height_px);

#endif
