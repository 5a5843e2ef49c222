/* SPDX-License-Identifier: Apache-2.0 */
/* Files that are no usable photograph, each with the reason that it deserves. */
#ifndef FVI_TEST_CONTRACT_BAD_FILES_H
#define FVI_TEST_CONTRACT_BAD_FILES_H

#include "test.h"

#include <stdlib.h>

#include "faceverify/reason.h"
#include "portrait.h"

static inline blob text_file(void)
{
    return blob_copy("GET / HTTP/1.1\r\nHost: example\r\n\r\n", 33);
}

static inline blob heic_file(void)
{
    static const uint8_t head[] = "\0\0\0\x18"
                                  "ftypheic\0\0\0\0mif1heic\0\0\0\x10meta\0\0\0\0";
    return blob_copy(head, sizeof head - 1);
}

static inline blob gif_file(void)
{
    return blob_copy("GIF89a\x10\0\x10\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x10\0\x10\0\0;", 30);
}

static inline blob pdf_file(void)
{
    return blob_copy("%PDF-1.7\n1 0 obj\n<<>>\nendobj\n", 29);
}

/* 60000 x 60000 says the header; the pixels would take 10 GB. */
static inline blob huge_header(void)
{
    blob b = picture_jpeg(&(jpeg_spec){.width = 64, .height = 64});
    size_t sof = jpeg_find(&b, 0xc0, 0);
    b.data[sof + 5] = b.data[sof + 7] = 60000 >> 8;
    b.data[sof + 6] = b.data[sof + 8] = 60000 & 0xff;
    return b;
}

static inline blob tiny_picture(void)
{
    return picture_jpeg(&(jpeg_spec){.width = 15, .height = 300});
}

static inline blob half_a_file(void)
{
    blob b = portrait_file(SELFIE_JPG);
    b.len /= 2;
    return b;
}

static inline blob damaged_png(void)
{
    blob b =
        picture_png(&(png_spec){.width = 200, .height = 200, .colour_type = 2, .bit_depth = 8});
    for (size_t i = b.len / 2; i < b.len / 2 + 16; i++)
        b.data[i] ^= 0x5a;
    return b;
}

static inline blob blank(void)
{
    pixels p = pixels_blank(600, 800, 200);
    blob b = pixels_jpeg(&p, 90);
    free(p.rgb);
    return b;
}

static inline blob noise(void)
{
    pixels p = pixels_noise(600, 800, 7);
    blob b = pixels_jpeg(&p, 90);
    free(p.rgb);
    return b;
}

static inline blob gradient(void)
{
    return picture_jpeg(&(jpeg_spec){.width = 700, .height = 900, .busy = true});
}

static const struct {
    const char *what;
    blob (*make)(void);
    fv_reason_code code;
    const char *detail;
} bad_files[] = {
    {"text", text_file, FV_REASON_NOT_A_PHOTO, ""},
    {"HEIC", heic_file, FV_REASON_UNSUPPORTED_FORMAT, "HEIC"},
    {"GIF", gif_file, FV_REASON_UNSUPPORTED_FORMAT, "GIF"},
    {"PDF", pdf_file, FV_REASON_UNSUPPORTED_FORMAT, "PDF"},
    {"60000x60000", huge_header, FV_REASON_IMAGE_TOO_LARGE, "JPEG"},
    {"15x300", tiny_picture, FV_REASON_IMAGE_TOO_SMALL, "JPEG"},
    {"half a file", half_a_file, FV_REASON_IMAGE_TRUNCATED, "JPEG"},
    {"damaged PNG", damaged_png, FV_REASON_IMAGE_CORRUPT, "PNG"},
    {"blank", blank, FV_REASON_NO_FACE, ""},
    {"noise", noise, FV_REASON_NO_FACE, ""},
    {"pattern", gradient, FV_REASON_NO_FACE, ""},
};

/* Whether there were pixels to look at. */
static inline bool bad_file_decodes(size_t i)
{
    return bad_files[i].code == FV_REASON_NO_FACE;
}

#endif
