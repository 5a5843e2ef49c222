/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FVI_DECODE_PNG_HEADER_H
#define FVI_DECODE_PNG_HEADER_H

#include "decode/fault.h"

/** What the chunks of a PNG file say, up to IEND. Checksums have not been looked at. */
typedef struct fvi_png_header {
    uint32_t width_px; /**< as stored */
    uint32_t height_px;
    bool grey;
    bool alpha;      /**< an alpha channel, or a transparent colour */
    int orientation; /**< EXIF, 1..8; 0 when none was found */
    size_t len;      /**< bytes up to the end of IEND */
} fvi_png_header;

/**
 * Walks over the chunks; the size is held against the limits before anything else is looked at.
 *
 * @return false with p's fault set where the file is not to be decoded
 */
bool fvi_png_header_read(fv_bytes in, const fvi_decode_limits *limits, fvi_png_header *h,
                         fvi_photo *p);

#endif
