/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FVI_DECODE_JPEG_HEADER_H
#define FVI_DECODE_JPEG_HEADER_H

#include "decode/fault.h"

enum { FVI_JPEG_COMPONENTS = 4 };

/** What the markers of a JPEG file say, up to its end marker. No pixel has been looked at. */
typedef struct fvi_jpeg_header {
    uint32_t width_px; /**< as stored */
    uint32_t height_px;
    int components; /**< 1, 3 or 4 */
    uint8_t ids[FVI_JPEG_COMPONENTS];
    bool begun[FVI_JPEG_COMPONENTS]; /**< a scan holds the component's first coefficients */
    bool progressive;
    bool adobe;      /**< an Adobe marker: CMYK is inverted */
    bool repair;     /**< something harmless that libjpeg would take for damage */
    int orientation; /**< EXIF, 1..8; 0 when none was found */
    uint32_t scans;
    size_t len;       /**< bytes up to and with the end marker */
    size_t zero_tail; /**< zero bytes between the last scan and the end marker */
} fvi_jpeg_header;

/**
 * Walks over the markers, and holds them against the limits as they come: a hostile file is refused
 * at the first marker that breaks one.
 *
 * @return false with p's fault set where the file is not to be decoded
 */
bool fvi_jpeg_header_read(fv_bytes in, const fvi_decode_limits *limits, fvi_jpeg_header *h,
                          fvi_photo *p);

/**
 * Copies the picture that `h` was read from without what made `h->repair` true: bytes between
 * segments, a JFIF version of the future, scan parameters that a sequential file does not use.
 *
 * @param out  at least h->len bytes
 * @return bytes written
 */
size_t fvi_jpeg_repair(fv_bytes in, const fvi_jpeg_header *h, uint8_t *out);

#endif
