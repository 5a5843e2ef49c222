/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/format.h"

#include <stdbool.h>
#include <string.h>

typedef struct magic {
    const char *name;
    size_t at;
    size_t len;
    const char *bytes;
} magic;

static const magic magics[] = {
    {"JPEG", 0, 3, "\xff\xd8\xff"},
    {"PNG", 0, 4, "\x89PNG"}, /* the rest of the signature is the reader's to complain about */
    {"GIF", 0, 4, "GIF8"},
    {"BMP", 0, 2, "BM"},
    {"TIFF", 0, 4, "II*\0"},
    {"TIFF", 0, 4, "MM\0*"},
    {"TIFF", 0, 4, "II+\0"},
    {"TIFF", 0, 4, "MM\0+"},
    {"PDF", 0, 5, "%PDF-"},
    {"JXL", 0, 2, "\xff\x0a"},
    {"JXL", 0, 12, "\0\0\0\x0cJXL \r\n\x87\n"},
    {"JP2", 0, 12, "\0\0\0\x0cjP  \r\n\x87\n"},
    {"JP2", 0, 4, "\xff\x4f\xff\x51"},
};

static const char *const heic_brands[] = {"heic", "heix", "heim", "heis", "hevc",
                                          "hevx", "mif1", "msf1", "mif2"};

static bool has(fv_bytes in, size_t at, const char *bytes, size_t len)
{
    return in.len >= at + len && memcmp(in.data + at, bytes, len) == 0;
}

/* ISO base media files name their kind by brands: one major, then the compatible ones. AVIF is
   looked for in all of them first, since "mif1" is the major brand of either. */
static const char *media_name(fv_bytes in)
{
    const char *name = "";

    if (!has(in, 4, "ftyp", 4)) return name;
    size_t box = (size_t)in.data[2] << 8 | in.data[3];
    if (box < 12) box = 12; /* 0 and 1 have meanings of their own; the major brand is there */
    size_t end = box < in.len ? box : in.len;
    for (size_t at = 8; at + 4 <= end; at += 4) {
        if (has(in, at, "avif", 4) || has(in, at, "avis", 4)) return "AVIF";
        for (size_t i = 0; i < sizeof heic_brands / sizeof heic_brands[0]; i++) {
            if (has(in, at, heic_brands[i], 4)) name = "HEIC";
        }
    }
    return name;
}

const char *fvi_format_name(fv_bytes in)
{
    for (size_t i = 0; i < sizeof magics / sizeof magics[0]; i++) {
        const magic *m = &magics[i];
        if (has(in, m->at, m->bytes, m->len)) return m->name;
    }
    if (has(in, 0, "RIFF", 4) && has(in, 8, "WEBP", 4)) return "WebP";
    return media_name(in);
}
