/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/exif.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum {
    PREFIX_LEN = 6,
    HEADER_LEN = 8,
    ENTRY_LEN = 12,
    TAG_ORIENTATION = 0x0112,
    TYPE_BYTE = 1,
    TYPE_SHORT = 3,
    TYPE_LONG = 4,
};

static uint32_t u16(const uint8_t *p, bool big)
{
    return big ? (uint32_t)p[0] << 8 | p[1] : (uint32_t)p[1] << 8 | p[0];
}

static uint32_t u32(const uint8_t *p, bool big)
{
    return big ? u16(p, big) << 16 | u16(p + 2, big) : u16(p + 2, big) << 16 | u16(p, big);
}

static uint32_t entry_value(const uint8_t *entry, bool big)
{
    if (u32(entry + 4, big) != 1) return 0;
    switch (u16(entry + 2, big)) {
    case TYPE_BYTE:
        return entry[8];
    case TYPE_SHORT:
        return u16(entry + 8, big);
    case TYPE_LONG: /* not what the standard says, but written by some */
        return u32(entry + 8, big);
    default:
        return 0;
    }
}

int fvi_exif_orientation(fv_bytes block)
{
    const uint8_t *p = block.data;
    size_t len = block.len;
    bool big = false;

    /* The sixth byte is padding, and some writers leave something in it. */
    if (len >= PREFIX_LEN && memcmp(p, "Exif", 5) == 0) {
        p += PREFIX_LEN;
        len -= PREFIX_LEN;
    }
    if (len < HEADER_LEN) return 0;
    if (memcmp(p, "MM\0*", 4) == 0)
        big = true;
    else if (memcmp(p, "II*\0", 4) != 0)
        return 0;

    size_t at = u32(p + 4, big);
    if (at > len || len - at < 2) return 0;
    size_t entries = u16(p + at, big);
    at += 2;
    for (; entries > 0 && len - at >= ENTRY_LEN; entries--, at += ENTRY_LEN) {
        if (u16(p + at, big) != TAG_ORIENTATION) continue;
        uint32_t value = entry_value(p + at, big);
        return value >= 1 && value <= 8 ? (int)value : 0;
    }
    return 0;
}
