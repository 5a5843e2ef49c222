/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures and picture files that tests make for themselves. Every failure ends the program. */
#ifndef FVI_TEST_PICTURE_H
#define FVI_TEST_PICTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct blob {
    uint8_t *data; /* free() it */
    size_t len;
} blob;

typedef enum file_colours {
    COLOURS_YCC,
    COLOURS_GREY,
    COLOURS_RGB,
    COLOURS_CMYK,
    COLOURS_YCCK,
} file_colours;

typedef struct jpeg_spec {
    int width; /* of the upright picture */
    int height;
    int orientation; /* 0: no Exif; else the pixels are stored accordingly */
    file_colours colours;
    bool progressive;
    bool arithmetic;
    bool straight_cmyk;  /* 255 is full ink, and no Adobe marker */
    bool separate_scans; /* one scan a component */
    bool busy;           /* with texture, so that most bytes of the file are about pixels */
    int restart_rows;
} jpeg_spec;

typedef struct png_spec {
    int width;
    int height;
    int orientation;
    uint8_t colour_type; /* enum spng_color_type */
    uint8_t bit_depth;
    bool interlaced;
    bool transparent; /* tRNS: palette entry 0, or the colour of the top left pixel */
} png_spec;

/* The picture: smooth, different in every corner. Grey files hold its green channel. */
void picture_pixel(int x, int y, int width, int height, uint8_t rgb[3]);

/* What an alpha channel holds: 0 on the left edge to 255 on the right. */
uint8_t picture_alpha(int x, int width);

blob picture_jpeg(const jpeg_spec *spec);
blob picture_png(const png_spec *spec);

/* A TIFF header with one directory that says `orientation`; returns its length (<= 64). */
size_t exif_block(uint8_t out[64], unsigned orientation, bool big_endian);

blob blob_copy(const void *data, size_t len);
void blob_insert(blob *b, size_t at, const void *data, size_t len);

/* An APPn segment (code 0xe0..) right after SOI. */
void jpeg_insert_app(blob *b, uint8_t code, const char *id, size_t id_len, const void *data,
                     size_t len);

/* Offset of the n-th (from 0) marker with this code; its 0xff. */
size_t jpeg_find(const blob *b, uint8_t code, int n);

void png_fix_crc(uint8_t *chunk);

#endif
