/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Skin of any tone sends back more green than blue, and cameras balance their white to the scene's
 * light. A screen or a print brings its own white into the scene: a face on a phone held outdoors
 * comes out blue.
 */
#include "liveness/parts.h"

#include <math.h>

float fvi_live_blue_cast(const fvi_image *rgb, const fvi_live_oval *face)
{
    float ln[256];
    double sum = 0.0;
    size_t n = 0;

    for (int v = 0; v < 256; v++)
        ln[v] = logf((float)v + 2.0f); /* 2: black is neither */
    for (int y = 0; y < rgb->height_px; y++) {
        float dy = ((float)y - face->y_px) / face->ry_px;
        const uint8_t *p = rgb->data + (size_t)y * rgb->stride_bytes;
        for (int x = 0; x < rgb->width_px; x++, p += 3) {
            float dx = ((float)x - face->x_px) / face->rx_px;
            if (!(dx * dx + dy * dy < 1.0f)) continue;
            sum += (double)(ln[p[2]] - ln[p[1]]);
            n++;
        }
    }
    return n == 0 ? 0.0f : (float)fmax(sum / (double)n, 0.0);
}
