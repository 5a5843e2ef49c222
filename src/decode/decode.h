/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FVI_DECODE_H
#define FVI_DECODE_H

#include <stdbool.h>

#include "base/error.h"
#include "base/image.h"
#include "faceverify/bytes.h"

/** What is wrong with the bytes of a photograph. A bad photograph is an answer, not a failure. */
typedef enum fvi_decode_fault {
    FVI_DECODE_OK = 0,
    FVI_DECODE_EMPTY,       /**< no bytes */
    FVI_DECODE_NOT_PICTURE, /**< no known picture format begins like this */
    FVI_DECODE_UNSUPPORTED, /**< a known format that is not read; `format` names it */
    FVI_DECODE_TOO_LARGE,   /**< more bytes, pixels, width, height or scans than the limits allow */
    FVI_DECODE_TOO_SMALL,   /**< fewer than 16 pixels wide or high: no photograph */
    FVI_DECODE_TRUNCATED,   /**< ends before the picture does */
    FVI_DECODE_CORRUPT,     /**< damaged inside */
} fvi_decode_fault;

/** Checked against the header, before any pixel is decoded or any memory of its size taken. */
typedef struct fvi_decode_limits {
    size_t image_bytes;
    uint32_t width_px; /**< before orientation is applied */
    uint32_t height_px;
    uint64_t pixels;
    uint32_t jpeg_scans; /**< of a progressive file */
    uint32_t target_px;  /**< a JPEG at least twice as large is decoded at 1/2, 1/4 or 1/8, its
                              longer side never below target_px; 0 = always whole */
} fvi_decode_limits;

/** One decoded photograph. Plain data; pixels belong to the decoder. */
typedef struct fvi_photo {
    fvi_decode_fault fault; /**< when not OK, only `format` and `detail` mean anything */
    char format[8];         /**< "JPEG", "PNG", "HEIC", "AVIF", "WebP", "GIF", "BMP", "TIFF", "PDF",
                                 "JXL", "JP2", or "" */
    char detail[96];        /**< English, for the log: which limit, which marker */
    fvi_image image;        /**< RGB, upright (EXIF orientation 1..8 applied); valid until the next
                                 call with the same decoder */
    int full_width_px;      /**< of the whole picture, upright */
    int full_height_px;
    float scale;     /**< image.width_px / full_width_px, <= 1 */
    int orientation; /**< EXIF, 1..8; 1 where there is none or it is not valid */
    bool grey;       /**< the file holds one component only */
} fvi_photo;

/** Scratch of one thread of decoding. */
typedef struct fvi_decoder fvi_decoder;

FV_NODISCARD fv_status fvi_decoder_create(fvi_decoder **out, fv_error *err);

/** Wipes and frees everything; NULL-safe, sets *d to NULL. */
void fvi_decoder_destroy(fvi_decoder **d);

/** Overwrites the pixels of the last picture; keeps the memory. */
void fvi_decoder_wipe(fvi_decoder *d);

/**
 * Decodes a JPEG (grey, YCbCr, RGB, CMYK, YCCK; baseline or progressive) or PNG (8 or 16 bit,
 * palette, alpha over white).
 *
 * A photograph that cannot be used is an answer: FV_OK with out->fault set. A damaged or truncated
 * file never comes back as pixels.
 *
 * @return FV_OK, FV_E_NOMEM or FV_E_INTERNAL; *out is untouched unless FV_OK
 */
FV_NODISCARD fv_status fvi_decode(fvi_decoder *d, fv_bytes in, const fvi_decode_limits *limits,
                                  fvi_photo *out, fv_error *err);

#endif
