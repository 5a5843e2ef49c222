/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/fault.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

enum { MIN_SIDE_PX = 16 };

bool fvi_refuse(fvi_photo *p, fvi_decode_fault fault, const char *fmt, ...)
{
    va_list ap;
    p->fault = fault;
    va_start(ap, fmt);
    if (vsnprintf(p->detail, sizeof p->detail, fmt, ap) < 0) p->detail[0] = '\0';
    va_end(ap);
    return false;
}

bool fvi_size_allowed(fvi_photo *p, const fvi_decode_limits *limits, uint32_t width_px,
                      uint32_t height_px)
{
    uint64_t pixels = (uint64_t)width_px * height_px;

    if (width_px > limits->width_px)
        return fvi_refuse(p, FVI_DECODE_TOO_LARGE, "%" PRIu32 " px wide, at most %" PRIu32,
                          width_px, limits->width_px);
    if (height_px > limits->height_px)
        return fvi_refuse(p, FVI_DECODE_TOO_LARGE, "%" PRIu32 " px high, at most %" PRIu32,
                          height_px, limits->height_px);
    if (pixels > limits->pixels)
        return fvi_refuse(p, FVI_DECODE_TOO_LARGE, "%" PRIu64 " pixels, at most %" PRIu64, pixels,
                          limits->pixels);
    if (width_px < MIN_SIDE_PX || height_px < MIN_SIDE_PX)
        return fvi_refuse(p, FVI_DECODE_TOO_SMALL, "%" PRIu32 "x%" PRIu32 " px", width_px,
                          height_px);
    return true;
}
