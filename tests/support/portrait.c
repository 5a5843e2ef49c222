/* SPDX-License-Identifier: Apache-2.0 */
#include "portrait.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <turbojpeg.h>

static void need(bool ok, const char *what)
{
    if (ok) return;
    (void)fprintf(stderr, "test portrait: %s\n", what);
    abort();
}

static pixels allocate(int width, int height)
{
    pixels p = {malloc(3 * (size_t)width * (size_t)height), width, height};
    need(p.rgb != NULL, "out of memory");
    return p;
}

static uint8_t *at(const pixels *p, int x, int y)
{
    return p->rgb + 3 * ((size_t)y * (size_t)p->width + (size_t)x);
}

blob portrait_file(const char *name)
{
    char path[1024];
    (void)snprintf(path, sizeof path, "%s/%s", FV_TEST_DATA, name);
    FILE *f = fopen(path, "rb");
    need(f != NULL, path);
    need(fseek(f, 0, SEEK_END) == 0, "seek");
    long n = ftell(f);
    need(n > 0, "size");
    rewind(f);
    blob b = {malloc((size_t)n), (size_t)n};
    need(b.data != NULL && fread(b.data, 1, b.len, f) == b.len, "read");
    (void)fclose(f);
    return b;
}

pixels portrait_read(const char *name)
{
    blob b = portrait_file(name);
    int w = 0, h = 0, sub = 0, space = 0;
    tjhandle tj = tjInitDecompress();
    need(tj != NULL, "TurboJPEG");
    need(tjDecompressHeader3(tj, b.data, (unsigned long)b.len, &w, &h, &sub, &space) == 0, name);
    pixels p = allocate(w, h);
    need(tjDecompress2(tj, b.data, (unsigned long)b.len, p.rgb, w, 0, h, TJPF_RGB, 0) == 0, name);
    tjDestroy(tj);
    free(b.data);
    return p;
}

pixels pixels_blank(int width, int height, uint8_t grey)
{
    pixels p = allocate(width, height);
    memset(p.rgb, grey, 3 * (size_t)width * (size_t)height);
    return p;
}

pixels pixels_noise(int width, int height, uint32_t seed)
{
    pixels p = allocate(width, height);
    for (size_t i = 0; i < 3 * (size_t)width * (size_t)height; i++) {
        seed = seed * 1664525U + 1013904223U;
        p.rgb[i] = (uint8_t)(seed >> 24);
    }
    return p;
}

pixels pixels_cut(const pixels *p, int x, int y, int width, int height)
{
    pixels out = pixels_blank(width, height, 128);
    for (int r = 0; r < height; r++) {
        for (int c = 0; c < width; c++) {
            if (x + c >= 0 && x + c < p->width && y + r >= 0 && y + r < p->height)
                memcpy(at(&out, c, r), at(p, x + c, y + r), 3);
        }
    }
    return out;
}

pixels pixels_scaled(const pixels *p, int width, int height)
{
    pixels out = allocate(width, height);
    for (int y = 0; y < height; y++) {
        int y0 = y * p->height / height;
        int y1 = (y + 1) * p->height / height;
        if (y1 <= y0) y1 = y0 + 1;
        for (int x = 0; x < width; x++) {
            int x0 = x * p->width / width;
            int x1 = (x + 1) * p->width / width;
            if (x1 <= x0) x1 = x0 + 1;
            int n = (x1 - x0) * (y1 - y0);
            for (int c = 0; c < 3; c++) {
                int sum = n / 2;
                for (int v = y0; v < y1; v++) {
                    for (int u = x0; u < x1; u++)
                        sum += at(p, u, v)[c];
                }
                at(&out, x, y)[c] = (uint8_t)(sum / n);
            }
        }
    }
    return out;
}

pixels pixels_stored(const pixels *p, int orientation)
{
    bool across = orientation >= 5;
    pixels out = allocate(across ? p->height : p->width, across ? p->width : p->height);
    for (int sy = 0; sy < out.height; sy++) {
        for (int sx = 0; sx < out.width; sx++) {
            int x = across ? sy : sx;
            int y = across ? sx : sy;
            if (orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7)
                x = p->width - 1 - x;
            if (orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8)
                y = p->height - 1 - y;
            memcpy(at(&out, sx, sy), at(p, x, y), 3);
        }
    }
    return out;
}

pixels pixels_turned(const pixels *p, float deg, float cx, float cy)
{
    pixels out = pixels_blank(p->width, p->height, 128);
    float c = cosf(deg * 3.14159265f / 180.0f);
    float s = sinf(deg * 3.14159265f / 180.0f);
    for (int y = 0; y < p->height; y++) {
        for (int x = 0; x < p->width; x++) {
            float dx = (float)x - cx, dy = (float)y - cy;
            int u = (int)lroundf(cx + c * dx + s * dy);
            int v = (int)lroundf(cy - s * dx + c * dy);
            if (u >= 0 && u < p->width && v >= 0 && v < p->height)
                memcpy(at(&out, x, y), at(p, u, v), 3);
        }
    }
    return out;
}

void pixels_paste(pixels *on, const pixels *p, int x, int y)
{
    for (int r = 0; r < p->height; r++) {
        for (int c = 0; c < p->width; c++) {
            if (x + c >= 0 && x + c < on->width && y + r >= 0 && y + r < on->height)
                memcpy(at(on, x + c, y + r), at(p, c, r), 3);
        }
    }
}

blob pixels_jpeg(const pixels *p, int quality)
{
    unsigned char *jpeg = NULL;
    unsigned long n = 0;
    tjhandle tj = tjInitCompress();
    need(tj != NULL, "TurboJPEG");
    need(tjCompress2(tj, p->rgb, p->width, 0, p->height, TJPF_RGB, &jpeg, &n, TJSAMP_420, quality,
                     0) == 0,
         "compress");
    blob b = blob_copy(jpeg, n);
    tjFree(jpeg);
    tjDestroy(tj);
    return b;
}

blob pixels_jpeg_oriented(const pixels *p, int orientation, int quality)
{
    uint8_t tiff[64];
    pixels stored = pixels_stored(p, orientation);
    blob b = pixels_jpeg(&stored, quality);
    size_t n = exif_block(tiff, (unsigned)orientation, orientation % 2 == 0);
    jpeg_insert_app(&b, 0xe1, "Exif\0", 6, tiff, n);
    free(stored.rgb);
    return b;
}
