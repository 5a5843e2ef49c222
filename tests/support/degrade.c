/* SPDX-License-Identifier: Apache-2.0 */
#include "degrade.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <turbojpeg.h>

#define PI 3.14159265f

static void need(bool ok, const char *what)
{
    if (ok) return;
    (void)fprintf(stderr, "test degrade: %s\n", what);
    abort();
}

static size_t values(const pixels *p)
{
    return 3 * (size_t)p->width * (size_t)p->height;
}

static float smoothstep(float t)
{
    t = fminf(fmaxf(t, 0.0f), 1.0f);
    return t * t * (3.0f - 2.0f * t);
}

static uint8_t byte_of(float v)
{
    return (uint8_t)lroundf(fminf(fmaxf(v, 0.0f), 255.0f));
}

pixels degrade_copy(const pixels *p)
{
    pixels out = {malloc(values(p)), p->width, p->height};
    need(out.rgb != NULL, "out of memory");
    memcpy(out.rgb, p->rgb, values(p));
    return out;
}

float degrade_linear(uint8_t encoded)
{
    float v = (float)encoded / 255.0f;
    return v <= 0.04045f ? v / 12.92f : powf((v + 0.055f) / 1.055f, 2.4f);
}

uint8_t degrade_encoded(float linear)
{
    float v = fminf(fmaxf(linear, 0.0f), 1.0f);
    v = v <= 0.0031308f ? 12.92f * v : 1.055f * powf(v, 1.0f / 2.4f) - 0.055f;
    return byte_of(255.0f * v);
}

static void replace_values(pixels *p, const uint8_t table[256])
{
    for (size_t i = 0; i < values(p); i++)
        p->rgb[i] = table[p->rgb[i]];
}

void degrade_gamma(pixels *p, float gamma)
{
    uint8_t table[256];
    for (int v = 0; v < 256; v++)
        table[v] = byte_of(255.0f * powf((float)v / 255.0f, gamma));
    replace_values(p, table);
}

void degrade_exposure(pixels *p, float ev)
{
    uint8_t table[256];
    for (int v = 0; v < 256; v++)
        table[v] = degrade_encoded(degrade_linear((uint8_t)v) * exp2f(ev));
    replace_values(p, table);
}

void degrade_side_light(pixels *p, const fvi_box *face, float ev)
{
    float width = fmaxf(face->x1_px - face->x0_px, 1.0f);

    for (int x = 0; x < p->width; x++) {
        float t = ((float)x - face->x0_px) / width;
        float gain = exp2f(-fabsf(ev) * smoothstep(ev > 0.0f ? t : 1.0f - t));
        uint8_t table[256];
        for (int v = 0; v < 256; v++)
            table[v] = degrade_encoded(degrade_linear((uint8_t)v) * gain);
        for (int y = 0; y < p->height; y++) {
            uint8_t *at = p->rgb + 3 * ((size_t)y * (size_t)p->width + (size_t)x);
            for (int c = 0; c < 3; c++)
                at[c] = table[at[c]];
        }
    }
}

/* 1 on head and shoulders, 0 on the background, soft between: an ellipse around the face with its
 * hair, and a wider one from below the chin. */
static float person(const fvi_box *face, int x, int y)
{
    float w = fmaxf(face->x1_px - face->x0_px, 1.0f), h = fmaxf(face->y1_px - face->y0_px, 1.0f);
    float cx = (face->x0_px + face->x1_px) / 2.0f, cy = (face->y0_px + face->y1_px) / 2.0f;
    float hx = ((float)x - cx) / (0.62f * w), hy = ((float)y - (cy - 0.07f * h)) / (0.70f * h);
    float sx = ((float)x - cx) / (1.4f * w), sy = ((float)y - (cy + 1.6f * h)) / (1.0f * h);
    float head = sqrtf(hx * hx + hy * hy);
    float body = sy > 0.0f ? fabsf(sx) : sqrtf(sx * sx + sy * sy);

    return smoothstep((1.08f - fminf(head, body)) / 0.16f);
}

void degrade_backlight(pixels *p, const fvi_box *face, float ev, float white)
{
    float dark = exp2f(-ev), light[256];

    for (int v = 0; v < 256; v++)
        light[v] = degrade_linear((uint8_t)v);
    for (int y = 0; y < p->height; y++) {
        for (int x = 0; x < p->width; x++) {
            uint8_t *at = p->rgb + 3 * ((size_t)y * (size_t)p->width + (size_t)x);
            float in = person(face, x, y);
            for (int c = 0; c < 3; c++) {
                float v = light[at[c]];
                at[c] = degrade_encoded(in * v * dark + (1.0f - in) * (v + white * (1.0f - v)));
            }
        }
    }
}

void degrade_haze(pixels *p, float amount)
{
    uint8_t table[256];
    for (int v = 0; v < 256; v++)
        table[v] = byte_of((float)v + amount * (128.0f - (float)v));
    replace_values(p, table);
}

void degrade_spot(pixels *p, fvi_point middle, float radius_x_px, float radius_y_px, float strength)
{
    for (int y = 0; y < p->height; y++) {
        for (int x = 0; x < p->width; x++) {
            float dx = ((float)x - middle.x_px) / radius_x_px;
            float dy = ((float)y - middle.y_px) / radius_y_px;
            float more = strength * expf(-(dx * dx + dy * dy));
            if (more < 1e-5f) continue;
            uint8_t *at = p->rgb + 3 * ((size_t)y * (size_t)p->width + (size_t)x);
            for (int c = 0; c < 3; c++)
                at[c] = degrade_encoded(degrade_linear(at[c]) + more);
        }
    }
}

/* Linear light, three values a pixel; free() it. */
static float *light_of(const pixels *p)
{
    float table[256];
    float *light = malloc(values(p) * sizeof light[0]);

    need(light != NULL, "out of memory");
    for (int v = 0; v < 256; v++)
        table[v] = degrade_linear((uint8_t)v);
    for (size_t i = 0; i < values(p); i++)
        light[i] = table[p->rgb[i]];
    return light;
}

static int clamp(int v, int last)
{
    return v < 0 ? 0 : v > last ? last : v;
}

enum { RADIUS_MAX = 400 };

typedef struct kernel {
    float weight[2 * RADIUS_MAX + 1];
    int radius;
} kernel;

/* One direction of the blur. */
static void convolve(const float *in, float *out, const pixels *size, const kernel *k, bool down)
{
    for (int y = 0; y < size->height; y++) {
        for (int x = 0; x < size->width; x++) {
            float sum[3] = {0};
            for (int i = -k->radius; i <= k->radius; i++) {
                int u = down ? x : clamp(x + i, size->width - 1);
                int v = down ? clamp(y + i, size->height - 1) : y;
                const float *at = in + 3 * ((size_t)v * (size_t)size->width + (size_t)u);
                for (int c = 0; c < 3; c++)
                    sum[c] += k->weight[i + k->radius] * at[c];
            }
            memcpy(out + 3 * ((size_t)y * (size_t)size->width + (size_t)x), sum, sizeof sum);
        }
    }
}

void degrade_blur(pixels *p, float sigma_px)
{
    kernel k = {.radius = (int)ceilf(4.0f * sigma_px)};
    float sum = 0.0f;

    if (sigma_px <= 0.0f) return;
    need(k.radius <= RADIUS_MAX, "blur too wide");
    for (int i = 0; i <= 2 * k.radius; i++) {
        float t = (float)(i - k.radius) / sigma_px;
        k.weight[i] = expf(-0.5f * t * t);
        sum += k.weight[i];
    }
    for (int i = 0; i <= 2 * k.radius; i++)
        k.weight[i] /= sum;
    float *a = light_of(p), *b = malloc(values(p) * sizeof b[0]);
    need(b != NULL, "out of memory");
    convolve(a, b, p, &k, false);
    convolve(b, a, p, &k, true);
    for (size_t i = 0; i < values(p); i++)
        p->rgb[i] = degrade_encoded(a[i]);
    free(a);
    free(b);
}

/* Adds `weight` times the picture's value at a place between pixels. */
static void add_sample(const float *light, const pixels *size, const float at[2], float weight,
                       float sum[3])
{
    float fx = floorf(at[0]), fy = floorf(at[1]);
    float tx = at[0] - fx, ty = at[1] - fy;

    for (int j = 0; j < 2; j++) {
        int y = clamp((int)fy + j, size->height - 1);
        for (int i = 0; i < 2; i++) {
            int x = clamp((int)fx + i, size->width - 1);
            float w = weight * (i == 0 ? 1.0f - tx : tx) * (j == 0 ? 1.0f - ty : ty);
            const float *v = light + 3 * ((size_t)y * (size_t)size->width + (size_t)x);
            for (int c = 0; c < 3; c++)
                sum[c] += w * v[c];
        }
    }
}

void degrade_motion(pixels *p, float length_px, float angle_deg)
{
    if (length_px <= 0.0f) return;
    float c = cosf(angle_deg * PI / 180.0f), s = sinf(angle_deg * PI / 180.0f);
    int n = 2 * (int)ceilf(length_px) + 1;
    float *light = light_of(p);

    for (int y = 0; y < p->height; y++) {
        for (int x = 0; x < p->width; x++) {
            float sum[3] = {0};
            for (int k = 0; k < n; k++) {
                float d = (((float)k + 0.5f) / (float)n - 0.5f) * length_px;
                float at[2] = {(float)x + d * c, (float)y + d * s};
                add_sample(light, p, at, 1.0f / (float)n, sum);
            }
            for (int k = 0; k < 3; k++)
                p->rgb[3 * ((size_t)y * (size_t)p->width + (size_t)x) + (size_t)k] =
                    degrade_encoded(sum[k]);
        }
    }
    free(light);
}

/* SplitMix64 (public domain, Steele et al. 2014), as a number above 0 and up to 1. */
static float uniform(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    z ^= z >> 31;
    return ((float)(z >> 40) + 1.0f) / 16777216.0f;
}

void degrade_noise(pixels *p, float sigma, uint64_t seed)
{
    if (sigma <= 0.0f) return;
    for (size_t i = 0; i < values(p); i++) {
        float r = sqrtf(-2.0f * logf(uniform(&seed)));
        float v = r * cosf(2.0f * PI * uniform(&seed)); /* Box-Muller, one of the two */
        p->rgb[i] = byte_of((float)p->rgb[i] + sigma * v);
    }
}

void degrade_jpeg(pixels *p, int quality)
{
    blob b = pixels_jpeg(p, quality);
    tjhandle tj = tjInitDecompress();
    need(tj != NULL, "TurboJPEG");
    need(tjDecompress2(tj, b.data, (unsigned long)b.len, p->rgb, p->width, 0, p->height, TJPF_RGB,
                       0) == 0,
         "decompress");
    tjDestroy(tj);
    free(b.data);
}

/* Mean over the part of line `in` (n values, `step` apart) between two places. */
static float line_mean(const float *in, int n, size_t step, float from, float to)
{
    float sum = 0.0f;
    to = fminf(to, (float)n);
    for (int i = (int)from; i < n && (float)i < to; i++)
        sum += in[(size_t)i * step] * (fminf((float)i + 1.0f, to) - fmaxf((float)i, from));
    return sum / (to - from);
}

static float *resized_rows(const float *in, const pixels *size, int width, float factor)
{
    float *out = malloc(3 * (size_t)width * (size_t)size->height * sizeof out[0]);
    need(out != NULL, "out of memory");
    for (int y = 0; y < size->height; y++) {
        const float *row = in + 3 * (size_t)y * (size_t)size->width;
        for (int x = 0; x < 3 * width; x++)
            out[3 * (size_t)y * (size_t)width + (size_t)x] = line_mean(
                row + x % 3, size->width, 3, (float)(x / 3) * factor, (float)(x / 3 + 1) * factor);
    }
    return out;
}

void degrade_shrink(pixels *p, float factor)
{
    if (factor <= 1.0f) return;
    int width = (int)fmaxf(1.0f, roundf((float)p->width / factor));
    int height = (int)fmaxf(1.0f, roundf((float)p->height / factor));
    float fx = (float)p->width / (float)width, fy = (float)p->height / (float)height;
    float *in = malloc(values(p) * sizeof in[0]);

    need(in != NULL, "out of memory");
    for (size_t i = 0; i < values(p); i++)
        in[i] = (float)p->rgb[i];
    float *narrow = resized_rows(in, p, width, fx);
    pixels out = pixels_blank(width, height, 0);
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < 3 * width; x++)
            out.rgb[3 * (size_t)y * (size_t)width + (size_t)x] = byte_of(line_mean(
                narrow + x, p->height, 3 * (size_t)width, (float)y * fy, (float)(y + 1) * fy));
    }
    free(in);
    free(narrow);
    free(p->rgb);
    *p = out;
}

void degrade_coarse(pixels *p, float factor)
{
    pixels small = degrade_copy(p);
    degrade_shrink(&small, factor);
    float *in = malloc(values(&small) * sizeof in[0]);

    need(in != NULL, "out of memory");
    for (size_t i = 0; i < values(&small); i++)
        in[i] = (float)small.rgb[i];
    for (int y = 0; y < p->height; y++) {
        for (int x = 0; x < p->width; x++) {
            float at[2] = {((float)x + 0.5f) * (float)small.width / (float)p->width - 0.5f,
                           ((float)y + 0.5f) * (float)small.height / (float)p->height - 0.5f};
            float sum[3] = {0};
            add_sample(in, &small, at, 1.0f, sum);
            for (int c = 0; c < 3; c++)
                p->rgb[3 * ((size_t)y * (size_t)p->width + (size_t)x) + (size_t)c] =
                    byte_of(sum[c]);
        }
    }
    free(in);
    free(small.rgb);
}

void degrade_mesh(pixels *p, float period_px, float angle_deg, float amplitude)
{
    float c = cosf(angle_deg * PI / 180.0f), s = sinf(angle_deg * PI / 180.0f);
    float k = 2.0f * PI / period_px;

    for (int y = 0; y < p->height; y++) {
        for (int x = 0; x < p->width; x++) {
            float u = (float)x * c + (float)y * s, v = (float)y * c - (float)x * s;
            float more = amplitude * (sinf(k * u) + sinf(k * v)) / 2.0f;
            uint8_t *at = p->rgb + 3 * ((size_t)y * (size_t)p->width + (size_t)x);
            for (int i = 0; i < 3; i++)
                at[i] = byte_of((float)at[i] + more);
        }
    }
}

void degrade_desaturate(pixels *p, float amount)
{
    for (size_t i = 0; i < values(p); i += 3) {
        uint8_t *at = p->rgb + i;
        float luma = 0.299f * at[0] + 0.587f * at[1] + 0.114f * at[2];
        for (int c = 0; c < 3; c++)
            at[c] = byte_of((float)at[c] + amount * (luma - (float)at[c]));
    }
}

void degrade_cast(pixels *p, degrade_tint tint, float stops)
{
    static const float towards[][3] = {
        [DEGRADE_BLUE] = {-1.0f, 0.0f, 1.0f},
        [DEGRADE_ORANGE] = {1.0f, 0.0f, -1.0f},
        [DEGRADE_GREEN] = {-1.0f, 1.0f, -1.0f},
    };
    float gain[3];

    for (int c = 0; c < 3; c++)
        gain[c] = exp2f(towards[tint][c] * stops / 2.0f);
    float white = 0.2126f * gain[0] + 0.7152f * gain[1] + 0.0722f * gain[2];
    for (int c = 0; c < 3; c++) {
        uint8_t table[256];
        for (int v = 0; v < 256; v++)
            table[v] = degrade_encoded(degrade_linear((uint8_t)v) * gain[c] / white);
        for (size_t i = (size_t)c; i < values(p); i += 3)
            p->rgb[i] = table[p->rgb[i]];
    }
}
