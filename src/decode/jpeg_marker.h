/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FVI_DECODE_JPEG_MARKER_H
#define FVI_DECODE_JPEG_MARKER_H

#include "decode/fault.h"

enum fvi_jpeg_code {
    FVI_JPEG_SOF0 = 0xc0,
    FVI_JPEG_SOF1 = 0xc1,
    FVI_JPEG_SOF2 = 0xc2,
    FVI_JPEG_DHT = 0xc4,
    FVI_JPEG_JPG = 0xc8,
    FVI_JPEG_DAC = 0xcc,
    FVI_JPEG_SOF15 = 0xcf,
    FVI_JPEG_SOI = 0xd8,
    FVI_JPEG_EOI = 0xd9,
    FVI_JPEG_SOS = 0xda,
    FVI_JPEG_APP0 = 0xe0,
    FVI_JPEG_APP1 = 0xe1,
    FVI_JPEG_APP14 = 0xee,
    FVI_JPEG_SOF55 = 0xf7,
};

/** One marker of a JPEG file with what belongs to it. Offsets into the file. */
typedef struct fvi_jpeg_marker {
    uint8_t code;
    bool junk;           /**< bytes that belong to nothing lie before it */
    const uint8_t *body; /**< after the length field */
    size_t body_len;
    size_t at;  /**< of its length field */
    size_t end; /**< of the segment; of a scan: of its entropy-coded data */
} fvi_jpeg_marker;

/**
 * Reads the marker at *pos or after, and moves *pos behind it. Stray restart markers between
 * segments are skipped as junk, as libjpeg does.
 *
 * @return false with p's fault set where the file ends or makes no sense
 */
bool fvi_jpeg_next(fv_bytes in, size_t *pos, fvi_jpeg_marker *m, fvi_photo *p);

#endif
