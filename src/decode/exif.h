/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FVI_DECODE_EXIF_H
#define FVI_DECODE_EXIF_H

#include "faceverify/bytes.h"

/**
 * Orientation 1..8 out of an Exif block: a TIFF header and its first directory, with or without the
 * "Exif\0\0" that JPEG puts before it. 0 where there is none, or it is broken in any way.
 */
int fvi_exif_orientation(fv_bytes block);

#endif
