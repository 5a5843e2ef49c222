/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/png_header.h"

#include <string.h>

#include "decode/exif.h"

enum {
    SIGNATURE_BYTES = 8,
    FRAME_BYTES = 12, /* a chunk's length, type and checksum */
    IHDR_BYTES = 13,
    TYPE_INDEXED = 3,
    TYPE_HAS_COLOUR = 2,
    TYPE_HAS_ALPHA = 4,
    MAX_SIDE = 0x7fffffff,
};

static uint32_t u32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static bool ends_early(fvi_photo *p)
{
    return fvi_refuse(p, FVI_DECODE_TRUNCATED, "ends before its IEND chunk");
}

static bool is_type(const uint8_t *chunk, const char *type)
{
    return memcmp(chunk + 4, type, 4) == 0;
}

static bool is_chunk(const uint8_t *chunk)
{
    for (int i = 4; i < 8; i++) {
        uint8_t lower = chunk[i] | 0x20;
        if (lower < 'a' || lower > 'z') return false;
    }
    return true;
}

static bool read_ihdr(fv_bytes in, const fvi_decode_limits *limits, fvi_png_header *h, fvi_photo *p)
{
    static const uint8_t signature[SIGNATURE_BYTES] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    const uint8_t *chunk = in.data + SIGNATURE_BYTES;

    if (in.len < SIGNATURE_BYTES + FRAME_BYTES + IHDR_BYTES) return ends_early(p);
    if (memcmp(in.data, signature, sizeof signature) != 0)
        return fvi_refuse(p, FVI_DECODE_CORRUPT, "signature altered, as by a text-mode transfer");
    if (u32(chunk) != IHDR_BYTES || !is_type(chunk, "IHDR"))
        return fvi_refuse(p, FVI_DECODE_CORRUPT, "no IHDR chunk");
    h->width_px = u32(chunk + 8);
    h->height_px = u32(chunk + 12);
    if (h->width_px > MAX_SIDE || h->height_px > MAX_SIDE)
        return fvi_refuse(p, FVI_DECODE_TOO_LARGE, "a side of 2^31 px or more");
    uint8_t type = chunk[17];
    h->grey = type != TYPE_INDEXED && (type & TYPE_HAS_COLOUR) == 0;
    h->alpha = (type & TYPE_HAS_ALPHA) != 0;
    return fvi_size_allowed(p, limits, h->width_px, h->height_px);
}

bool fvi_png_header_read(fv_bytes in, const fvi_decode_limits *limits, fvi_png_header *h,
                         fvi_photo *p)
{
    size_t at = SIGNATURE_BYTES;

    *h = (fvi_png_header){0};
    if (!read_ihdr(in, limits, h, p)) return false;
    for (;;) {
        if (in.len - at < FRAME_BYTES) return ends_early(p);
        const uint8_t *chunk = in.data + at;
        size_t len = u32(chunk);
        if (!is_chunk(chunk)) return fvi_refuse(p, FVI_DECODE_CORRUPT, "no chunk where one begins");
        if (len > in.len - at - FRAME_BYTES) return ends_early(p);
        at += FRAME_BYTES + len;
        if (is_type(chunk, "tRNS")) h->alpha = true;
        if (is_type(chunk, "eXIf") && h->orientation == 0)
            h->orientation = fvi_exif_orientation((fv_bytes){.data = chunk + 8, .len = len});
        if (is_type(chunk, "IEND")) break;
    }
    h->len = at;
    return true;
}
