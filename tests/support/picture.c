/* SPDX-License-Identifier: Apache-2.0 */
#include "picture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <spng.h>

static void need(bool ok, const char *what)
{
    if (ok) return;
    (void)fprintf(stderr, "test picture: %s\n", what);
    abort();
}

static void *allocate(size_t n)
{
    void *p = malloc(n > 0 ? n : 1);
    need(p != NULL, "out of memory");
    return p;
}

void picture_pixel(int x, int y, int width, int height, uint8_t rgb[3])
{
    int right = x * 255 / (width - 1);
    int down = y * 255 / (height - 1);
    rgb[0] = (uint8_t)(20 + right * 200 / 255);
    rgb[1] = (uint8_t)(230 - down * 180 / 255);
    rgb[2] = (uint8_t)(40 + (right + 2 * down) * 150 / 765);
}

uint8_t picture_alpha(int x, int width)
{
    return (uint8_t)(x * 255 / (width - 1));
}

/* The upright picture's pixel that a file of this orientation stores at (sx, sy). */
/* lint: parameters, two pairs of coordinates */
static void stored_pixel(int sx, int sy, int width, int height, int orientation, uint8_t rgb[3])
{
    int x = sx;
    int y = sy;
    if (orientation >= 5) {
        x = sy;
        y = sx;
    }
    if (orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7)
        x = width - 1 - x;
    if (orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8)
        y = height - 1 - y;
    picture_pixel(x, y, width, height, rgb);
}

static void put_sample(uint8_t *to, const uint8_t rgb[3], const jpeg_spec *s)
{
    if (s->colours == COLOURS_GREY) {
        to[0] = rgb[1];
    } else if (s->colours == COLOURS_CMYK || s->colours == COLOURS_YCCK) {
        int light = rgb[0] > rgb[1] ? rgb[0] : rgb[1];
        light = rgb[2] > light ? rgb[2] : light;
        for (int c = 0; c < 3; c++)
            to[c] = (uint8_t)(rgb[c] * 255 / light);
        to[3] = (uint8_t)light;
        for (int c = 0; s->straight_cmyk && c < 4; c++)
            to[c] = (uint8_t)(255 - to[c]);
    } else {
        memcpy(to, rgb, 3);
    }
}

static void add_texture(int x, int y, uint8_t rgb[3])
{
    uint32_t h = ((uint32_t)x * 73856093U) ^ ((uint32_t)y * 19349663U);
    h = (h ^ h >> 13) * 0x5bd1e995U;
    for (int c = 0; c < 3; c++)
        rgb[c] = (uint8_t)(rgb[c] / 2 + (h >> (8 * c) & 0x7f));
}

size_t exif_block(uint8_t out[64], unsigned orientation, bool big_endian)
{
    static const uint8_t big[] = {'M', 'M', 0, 42, 0, 0, 0, 8, 0, 2, /* two entries */
                                  1,   0,   0, 4,  0, 0, 0, 1, 0, 0, 2, 0x58, 1, 0x12,
                                  0,   3,   0, 0,  0, 1, 0, 0, 0, 0, 0, 0,    0, 0};
    static const uint8_t little[] = {'I', 'I', 42, 0, 8, 0,    0, 0, 2, 0,    0, 1, 4,
                                     0,   1,   0,  0, 0, 0x58, 2, 0, 0, 0x12, 1, 3, 0,
                                     1,   0,   0,  0, 0, 0,    0, 0, 0, 0,    0, 0};
    memcpy(out, big_endian ? big : little, sizeof big);
    out[big_endian ? 30 : 31] = (uint8_t)(orientation >> 8);
    out[big_endian ? 31 : 30] = (uint8_t)orientation;
    return sizeof big;
}

static const jpeg_scan_info separate[] = {
    {1, {0}, 0, 63, 0, 0}, {1, {1}, 0, 63, 0, 0}, {1, {2}, 0, 63, 0, 0}};

static void set_up_jpeg(struct jpeg_compress_struct *j, const jpeg_spec *s)
{
    static const struct {
        int components;
        J_COLOR_SPACE in;
        J_COLOR_SPACE file;
    } spaces[] = {
        [COLOURS_YCC] = {3, JCS_RGB, JCS_YCbCr},
        [COLOURS_GREY] = {1, JCS_GRAYSCALE, JCS_GRAYSCALE},
        [COLOURS_RGB] = {3, JCS_RGB, JCS_RGB},
        [COLOURS_CMYK] = {4, JCS_CMYK, JCS_CMYK},
        [COLOURS_YCCK] = {4, JCS_CMYK, JCS_YCCK},
    };
    j->input_components = spaces[s->colours].components;
    j->in_color_space = spaces[s->colours].in;
    jpeg_set_defaults(j);
    jpeg_set_quality(j, 92, TRUE);
    jpeg_set_colorspace(j, spaces[s->colours].file);
    if (s->straight_cmyk) j->write_Adobe_marker = FALSE;
    if (s->progressive) jpeg_simple_progression(j);
    if (s->separate_scans) {
        j->scan_info = separate;
        j->num_scans = 3;
    }
    j->arith_code = s->arithmetic;
    j->restart_in_rows = s->restart_rows;
}

static void write_rows(struct jpeg_compress_struct *j, const jpeg_spec *s)
{
    size_t n = (size_t)j->input_components;
    uint8_t *row = allocate(j->image_width * n);

    while (j->next_scanline < j->image_height) {
        int y = (int)j->next_scanline;
        for (int x = 0; x < (int)j->image_width; x++) {
            uint8_t rgb[3];
            stored_pixel(x, y, s->width, s->height, s->orientation, rgb);
            if (s->busy) add_texture(x, y, rgb);
            put_sample(row + (size_t)x * n, rgb, s);
        }
        (void)jpeg_write_scanlines(j, &row, 1);
    }
    free(row);
}

blob picture_jpeg(const jpeg_spec *spec)
{
    struct jpeg_compress_struct j;
    struct jpeg_error_mgr e; /* its error exit ends the program */
    unsigned char *out = NULL;
    unsigned long len = 0;
    bool turned = spec->orientation >= 5;

    memset(&j, 0, sizeof j);
    j.err = jpeg_std_error(&e);
    jpeg_create_compress(&j);
    jpeg_mem_dest(&j, &out, &len);
    j.image_width = (JDIMENSION)(turned ? spec->height : spec->width);
    j.image_height = (JDIMENSION)(turned ? spec->width : spec->height);
    set_up_jpeg(&j, spec);
    jpeg_start_compress(&j, TRUE);
    write_rows(&j, spec);
    jpeg_finish_compress(&j);
    jpeg_destroy_compress(&j);
    blob b = blob_copy(out, len);
    free(out);
    if (spec->orientation != 0) {
        uint8_t tiff[64];
        size_t n = exif_block(tiff, (unsigned)spec->orientation, spec->orientation % 2 == 0);
        jpeg_insert_app(&b, 0xe1, "Exif\0", 6, tiff, n);
    }
    return b;
}

static size_t png_samples(uint8_t colour_type)
{
    switch (colour_type) {
    case SPNG_COLOR_TYPE_TRUECOLOR:
        return 3;
    case SPNG_COLOR_TYPE_TRUECOLOR_ALPHA:
        return 4;
    case SPNG_COLOR_TYPE_GRAYSCALE_ALPHA:
        return 2;
    default:
        return 1;
    }
}

/* Palettes hold 16 steps of each of red and green; a pixel's index is made of their high bits. */
static void png_pixel(const png_spec *s, int x, int y, uint8_t sample[4])
{
    uint8_t rgb[3];
    stored_pixel(x, y, s->width, s->height, s->orientation, rgb);
    uint8_t alpha = picture_alpha(x, s->width);
    switch (s->colour_type) {
    case SPNG_COLOR_TYPE_INDEXED:
        sample[0] = (uint8_t)((rgb[0] >> 4) << 4 | rgb[1] >> 4);
        break;
    case SPNG_COLOR_TYPE_GRAYSCALE:
    case SPNG_COLOR_TYPE_GRAYSCALE_ALPHA:
        sample[0] = rgb[1];
        sample[1] = alpha;
        break;
    default:
        memcpy(sample, rgb, 3);
        sample[3] = alpha;
        break;
    }
}

static uint8_t *png_rows(const png_spec *s, int width, int height, size_t *len)
{
    size_t n = png_samples(s->colour_type);
    size_t bytes = s->bit_depth == 16 ? 2 : 1;
    *len = (size_t)width * (size_t)height * n * bytes;
    uint8_t *rows = allocate(*len);
    uint8_t *to = rows;

    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
            uint8_t sample[4];
            png_pixel(s, x, y, sample);
            for (size_t c = 0; c < n; c++) {
                uint16_t wide = (uint16_t)(sample[c] << 8 | 0x7f);
                if (bytes == 2)
                    memcpy(to, &wide, 2);
                else
                    *to = sample[c];
                to += bytes;
            }
        }
    }
    return rows;
}

static void png_colours(spng_ctx *ctx, const png_spec *s)
{
    struct spng_plte plte = {.n_entries = 256};
    struct spng_trns trns = {0};
    uint8_t first[4];

    if (s->colour_type == SPNG_COLOR_TYPE_INDEXED) {
        for (unsigned i = 0; i < 256; i++) {
            plte.entries[i].red = (uint8_t)((i >> 4) * 17);
            plte.entries[i].green = (uint8_t)((i & 15) * 17);
            plte.entries[i].blue = (uint8_t)i;
        }
        need(spng_set_plte(ctx, &plte) == 0, "palette");
    }
    if (!s->transparent) return;
    png_pixel(s, 0, 0, first);
    trns.gray = first[0];
    trns.red = first[0];
    trns.green = first[1];
    trns.blue = first[2];
    trns.n_type3_entries = first[0] + 1U;
    memset(trns.type3_alpha, 255, sizeof trns.type3_alpha);
    trns.type3_alpha[first[0]] = 0;
    need(spng_set_trns(ctx, &trns) == 0, "tRNS");
}

blob picture_png(const png_spec *spec)
{
    bool turned = spec->orientation >= 5;
    struct spng_ihdr ihdr = {
        .width = (uint32_t)(turned ? spec->height : spec->width),
        .height = (uint32_t)(turned ? spec->width : spec->height),
        .bit_depth = spec->bit_depth,
        .color_type = spec->colour_type,
        .interlace_method = spec->interlaced,
    };
    uint8_t tiff[64];
    struct spng_exif exif = {.data = (char *)tiff};
    size_t len = 0;
    int code = 0;
    spng_ctx *ctx = spng_ctx_new(SPNG_CTX_ENCODER);

    need(ctx != NULL, "spng context");
    (void)spng_set_option(ctx, SPNG_ENCODE_TO_BUFFER, 1);
    need(spng_set_ihdr(ctx, &ihdr) == 0, "IHDR");
    png_colours(ctx, spec);
    if (spec->orientation != 0) {
        exif.length = exif_block(tiff, (unsigned)spec->orientation, true);
        need(spng_set_exif(ctx, &exif) == 0, "eXIf");
    }
    uint8_t *rows = png_rows(spec, (int)ihdr.width, (int)ihdr.height, &len);
    code = spng_encode_image(ctx, rows, len, SPNG_FMT_PNG, SPNG_ENCODE_FINALIZE);
    need(code == 0, spng_strerror(code));
    free(rows);
    blob b = {0};
    b.data = spng_get_png_buffer(ctx, &b.len, &code);
    need(b.data != NULL, "PNG buffer");
    spng_ctx_free(ctx);
    return b;
}

blob blob_copy(const void *data, size_t len)
{
    blob b = {.data = allocate(len), .len = len};
    memcpy(b.data, data, len);
    return b;
}

void blob_insert(blob *b, size_t at, const void *data, size_t len)
{
    uint8_t *p = allocate(b->len + len);
    memcpy(p, b->data, at);
    memcpy(p + at, data, len);
    memcpy(p + at + len, b->data + at, b->len - at);
    free(b->data);
    b->data = p;
    b->len += len;
}

/* lint: parameters, two byte strings with their lengths */
void jpeg_insert_app(blob *b, uint8_t code, const char *id, size_t id_len, const void *data,
                     size_t len)
{
    size_t n = 2 + id_len + len;
    need(n <= 0xffff, "segment too long");
    uint8_t head[] = {0xff, code, (uint8_t)(n >> 8), (uint8_t)n};
    blob_insert(b, 2, head, sizeof head);
    blob_insert(b, 2 + sizeof head, id, id_len);
    blob_insert(b, 2 + sizeof head + id_len, data, len);
}

size_t jpeg_find(const blob *b, uint8_t code, int n)
{
    for (size_t i = 0; i + 1 < b->len; i++) {
        if (b->data[i] == 0xff && b->data[i + 1] == code && n-- == 0) return i;
    }
    need(false, "no such marker");
    return 0;
}

void png_fix_crc(uint8_t *chunk)
{
    size_t len = (size_t)chunk[0] << 24 | (size_t)chunk[1] << 16 | (size_t)chunk[2] << 8 | chunk[3];
    uint32_t crc = 0xffffffff;
    for (size_t i = 4; i < 8 + len; i++) {
        crc ^= chunk[i];
        for (int k = 0; k < 8; k++)
            crc = (crc & 1) != 0 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
    }
    crc = ~crc;
    for (size_t i = 0; i < 4; i++)
        chunk[8 + len + i] = (uint8_t)(crc >> (24 - 8 * i));
}
