/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FVI_DECODE_DECODER_H
#define FVI_DECODE_DECODER_H

#include "base/memory.h"
#include "decode/decode.h"

struct fvi_decoder {
    void *jpeg;        /**< tjhandle, kept: owned */
    fvi_buffer pixels; /**< what a photo's image points to: RGB, upright */
    fvi_buffer raw;    /**< before the colours are converted or the picture is turned */
    fvi_buffer stream; /**< a repaired copy of the encoded bytes, where one is needed */
};

#endif
