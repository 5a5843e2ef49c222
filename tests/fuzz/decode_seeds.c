/* SPDX-License-Identifier: Apache-2.0 */
/* decode_seeds DIR: one small picture of every kind, for fuzz_decode to begin with. */
#include <spng.h>
#include <stdio.h>
#include <stdlib.h>

#include "picture.h"

enum { W = 40, H = 24 };

static const jpeg_spec jpegs[] = {
    {.width = W, .height = H},
    {.width = W, .height = H, .progressive = true},
    {.width = W, .height = H, .busy = true, .orientation = 6},
    {.width = W, .height = H, .busy = true, .progressive = true, .restart_rows = 1},
    {.width = W, .height = H, .restart_rows = 1, .orientation = 3},
    {.width = W, .height = H, .separate_scans = true},
    {.width = W, .height = H, .colours = COLOURS_GREY, .orientation = 2},
    {.width = W, .height = H, .colours = COLOURS_RGB},
    {.width = W, .height = H, .colours = COLOURS_CMYK, .straight_cmyk = true},
    {.width = W, .height = H, .colours = COLOURS_YCCK, .progressive = true},
    {.width = 16 * W, .height = 16 * H, .orientation = 7},
    {.width = W, .height = H, .arithmetic = true},
};

static const png_spec pngs[] = {
    {.width = W, .height = H, .colour_type = SPNG_COLOR_TYPE_TRUECOLOR, .bit_depth = 8},
    {.width = W, .height = H, .colour_type = SPNG_COLOR_TYPE_TRUECOLOR, .bit_depth = 16},
    {.width = W,
     .height = H,
     .colour_type = SPNG_COLOR_TYPE_TRUECOLOR,
     .bit_depth = 8,
     .interlaced = true,
     .transparent = true},
    {.width = W, .height = H, .colour_type = SPNG_COLOR_TYPE_TRUECOLOR_ALPHA, .bit_depth = 8},
    {.width = W, .height = H, .colour_type = SPNG_COLOR_TYPE_TRUECOLOR_ALPHA, .bit_depth = 16},
    {.width = W, .height = H, .colour_type = SPNG_COLOR_TYPE_GRAYSCALE, .bit_depth = 8},
    {.width = W, .height = H, .colour_type = SPNG_COLOR_TYPE_GRAYSCALE_ALPHA, .bit_depth = 8},
    {.width = W,
     .height = H,
     .colour_type = SPNG_COLOR_TYPE_INDEXED,
     .bit_depth = 8,
     .transparent = true,
     .orientation = 8},
};

static bool write_file(const char *dir, const char *kind, size_t n, blob b)
{
    char path[4096];
    int len = snprintf(path, sizeof path, "%s/%s%02zu", dir, kind, n);
    FILE *f = len > 0 && (size_t)len < sizeof path ? fopen(path, "wb") : NULL;
    bool ok = f != NULL && fwrite(b.data, 1, b.len, f) == b.len;
    if (f != NULL) ok = fclose(f) == 0 && ok;
    free(b.data);
    return ok;
}

int main(int argc, char **argv)
{
    bool ok = argc == 2;
    for (size_t i = 0; ok && i < sizeof jpegs / sizeof jpegs[0]; i++)
        ok = write_file(argv[1], "jpeg", i, picture_jpeg(&jpegs[i]));
    for (size_t i = 0; ok && i < sizeof pngs / sizeof pngs[0]; i++)
        ok = write_file(argv[1], "png", i, picture_png(&pngs[i]));
    if (!ok) (void)fprintf(stderr, "usage: decode_seeds DIRECTORY\n");
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
