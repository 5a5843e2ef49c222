/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/orient.h"

#include <string.h>

enum {
    BPP = 3,
    TILE = 16, /* 16 rows of 48 bytes, read and written: both stay in the first-level cache */
    TRANSPOSED = 5,
    TURN_RIGHT = 6, /* the stored picture has to be turned clockwise */
    TRANSVERSED = 7,
    TURN_LEFT = 8,
};

bool fvi_orient_swaps(int orientation)
{
    return orientation >= TRANSPOSED;
}

static void swap_pixels(uint8_t *a, uint8_t *b)
{
    uint8_t t[BPP];
    memcpy(t, a, BPP);
    memcpy(a, b, BPP);
    memcpy(b, t, BPP);
}

/* Reverses a run of n pixels: a row, or (turned by 180 degrees) the whole picture. */
static void reverse(uint8_t *p, size_t n)
{
    for (size_t i = 0, j = n - 1; i < j; i++, j--)
        swap_pixels(p + i * BPP, p + j * BPP);
}

static void flip_rows(uint8_t *rgb, size_t width, size_t height)
{
    size_t stride = width * BPP;
    for (size_t i = 0, j = height - 1; i < j; i++, j--) {
        uint8_t *a = rgb + i * stride;
        uint8_t *b = rgb + j * stride;
        for (size_t x = 0; x < stride; x++) {
            uint8_t t = a[x];
            a[x] = b[x];
            b[x] = t;
        }
    }
}

void fvi_orient_in_place(uint8_t *rgb, size_t width, size_t height, int orientation)
{
    switch (orientation) {
    case 2:
        for (size_t y = 0; y < height; y++)
            reverse(rgb + y * width * BPP, width);
        break;
    case 3:
        reverse(rgb, width * height);
        break;
    case 4:
        flip_rows(rgb, width, height);
        break;
    default:
        break;
    }
}

/* A row of the upright picture's tile is a piece of a column of the stored one. */
static void copy_column(const uint8_t *from, ptrdiff_t step, uint8_t *to, size_t n)
{
    for (; n > 0; n--, from += step, to += BPP)
        memcpy(to, from, BPP);
}

void fvi_orient_turn(const uint8_t *rgb, size_t width, size_t height, int orientation, uint8_t *out)
{
    bool from_right = orientation == TRANSVERSED || orientation == TURN_LEFT;
    bool from_bottom = orientation == TURN_RIGHT || orientation == TRANSVERSED;
    size_t stride = width * BPP;
    ptrdiff_t step = from_bottom ? -(ptrdiff_t)stride : (ptrdiff_t)stride;

    for (size_t ty = 0; ty < width; ty += TILE) {
        size_t y_end = ty + TILE < width ? ty + TILE : width;
        for (size_t x = 0; x < height; x += TILE) {
            size_t n = x + TILE < height ? TILE : height - x;
            size_t sy = from_bottom ? height - 1 - x : x;
            for (size_t y = ty; y < y_end; y++) {
                size_t sx = from_right ? width - 1 - y : y;
                copy_column(rgb + sy * stride + sx * BPP, step, out + (y * height + x) * BPP, n);
            }
        }
    }
}
