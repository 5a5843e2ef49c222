/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/colour.h"

static uint8_t scaled(unsigned a, unsigned b)
{
    return (uint8_t)((a * b + 127) / 255);
}

void fvi_colour_from_cmyk(const uint8_t *cmyk, size_t n, bool inverted, uint8_t *rgb)
{
    const unsigned flip = inverted ? 0 : 0xff;

    for (size_t i = 0; i < n; i++, cmyk += 4, rgb += 3) {
        unsigned k = cmyk[3] ^ flip;
        for (int c = 0; c < 3; c++)
            rgb[c] = scaled(cmyk[c] ^ flip, k);
    }
}

void fvi_colour_over_white(const uint8_t *rgba, size_t n, uint8_t *rgb)
{
    for (size_t i = 0; i < n; i++, rgba += 4, rgb += 3) {
        unsigned alpha = rgba[3];
        for (int c = 0; c < 3; c++)
            rgb[c] = (uint8_t)(255 - scaled(255U - rgba[c], alpha));
    }
}
