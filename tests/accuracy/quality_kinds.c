/* SPDX-License-Identifier: Apache-2.0 */
#include "quality_kinds.h"

#include <math.h>
#include <stdlib.h>

#include <spng.h>

#include "quality_pool.h"

static void gamma_by(pixels *p, const qual_scene *s, float v)
{
    (void)s;
    degrade_gamma(p, v);
}

static void exposure(pixels *p, const qual_scene *s, float v)
{
    (void)s;
    degrade_exposure(p, v);
}

/* On the side that is darker already: on the other one a little of it would mend the picture. */
static void side_light(pixels *p, const qual_scene *s, float v)
{
    degrade_side_light(p, &s->box, s->darker_right ? v : -v);
}

static void backlight(pixels *p, const qual_scene *s, float v)
{
    degrade_backlight(p, &s->box, v, 1.0f);
}

static void haze(pixels *p, const qual_scene *s, float v)
{
    (void)s;
    degrade_haze(p, v);
}

static void shine(pixels *p, const qual_scene *s, float v)
{
    degrade_glare(p, s->marks.point,
                  s->seed % 2 == 0 ? DEGRADE_SHINE_FOREHEAD : DEGRADE_SHINE_CHEEKS, v);
}

static void shine_lenses(pixels *p, const qual_scene *s, float v)
{
    degrade_glare(p, s->marks.point, DEGRADE_SHINE_LENSES, v);
}

static void blur(pixels *p, const qual_scene *s, float v)
{
    (void)s;
    degrade_blur(p, v);
}

static void motion(pixels *p, const qual_scene *s, float v)
{
    degrade_motion(p, v, (float)(s->seed % 180));
}

static void noise(pixels *p, const qual_scene *s, float v)
{
    degrade_noise(p, v, s->seed);
}

static void grey(pixels *p, const qual_scene *s, float v)
{
    (void)s;
    degrade_desaturate(p, v);
}

static void blue(pixels *p, const qual_scene *s, float v)
{
    (void)s;
    degrade_cast(p, DEGRADE_BLUE, v);
}

static void orange(pixels *p, const qual_scene *s, float v)
{
    (void)s;
    degrade_cast(p, DEGRADE_ORANGE, v);
}

static void green(pixels *p, const qual_scene *s, float v)
{
    (void)s;
    degrade_cast(p, DEGRADE_GREEN, v);
}

static void shrink(pixels *p, const qual_scene *s, float v)
{
    (void)s;
    degrade_shrink(p, v);
}

static void coarse(pixels *p, const qual_scene *s, float v)
{
    (void)s;
    degrade_coarse(p, v);
}

static void mesh(pixels *p, const qual_scene *s, float v)
{
    degrade_mesh(p, 5.0f, (float)(s->seed % 90), v);
}

static void glasses(pixels *p, const qual_scene *s, float v)
{
    static const uint8_t tint[3][3] = {{15, 15, 18}, {45, 28, 15}, {20, 35, 50}};
    const uint8_t *t = tint[s->seed % 3];
    degrade_cover(p, s->marks.point, DEGRADE_GLASSES, &(degrade_cloth){{t[0], t[1], t[2]}, v});
}

static void mask(pixels *p, const qual_scene *s, float v)
{
    static const uint8_t cloth[4][3] = {
        {160, 195, 220}, {235, 235, 235}, {30, 30, 35}, {200, 150, 170}};
    const uint8_t *t = cloth[s->seed % 4];
    degrade_cover(p, s->marks.point, DEGRADE_MASK, &(degrade_cloth){{t[0], t[1], t[2]}, v});
}

static void fringe(pixels *p, const qual_scene *s, float v)
{
    degrade_cover(p, s->marks.point, DEGRADE_FRINGE, &(degrade_cloth){{40, 28, 22}, v});
}

static void hand(pixels *p, const qual_scene *s, float v)
{
    degrade_cover(p, s->marks.point, DEGRADE_HAND, &(degrade_cloth){{205, 160, 135}, v});
}

/* {NULL} = no other reason will do. */
const qual_kind qual_kinds[] = {
    {"gamma up",
     "TOO_DARK",
     {NULL},
     gamma_by,
     {1.4f, 1.8f, 2.2f, 2.6f, 2.8f, 3.0f},
     FV_SELFIE,
     false,
     true},
    /* it clips nothing: the picture looks washed out */
    {"gamma down",
     "LOW_CONTRAST",
     {"TOO_BRIGHT"},
     gamma_by,
     {0.8f, 0.65f, 0.5f, 0.4f, 0.35f, 0.3f},
     FV_SELFIE,
     false,
     true},
    {"exposure down, EV",
     "TOO_DARK",
     {NULL},
     exposure,
     {-0.5f, -1.0f, -1.5f, -2.0f, -2.5f, -3.0f},
     FV_SELFIE,
     false,
     true},
    {"exposure up, EV",
     "TOO_BRIGHT",
     {NULL},
     exposure,
     {0.5f, 1.0f, 1.5f, 2.0f, 2.5f, 3.0f},
     FV_SELFIE,
     false,
     true},
    {"side light, EV",
     "UNEVEN_LIGHT",
     {NULL},
     side_light,
     {0.5f, 1.0f, 2.0f, 3.0f, 4.0f, 5.0f},
     FV_SELFIE,
     false,
     true},
    {"backlight, EV",
     "BACKLIGHT",
     {NULL},
     backlight,
     {0.5f, 1.0f, 1.5f, 2.0f, 2.5f, 3.0f},
     FV_SELFIE,
     false,
     true},
    {"haze",
     "LOW_CONTRAST",
     {NULL},
     haze,
     {0.2f, 0.35f, 0.5f, 0.6f, 0.7f, 0.8f},
     FV_SELFIE,
     false,
     false},
    {"shine on the skin",
     "GLARE",
     {NULL},
     shine,
     {0.15f, 0.3f, 0.5f, 0.8f, 1.2f, 2.0f},
     FV_SELFIE,
     false,
     false},
    {"shine on the lenses",
     "GLASSES_GLARE",
     {NULL},
     shine_lenses,
     {0.15f, 0.3f, 0.5f, 0.8f, 1.2f, 2.0f},
     FV_SELFIE,
     false,
     false},
    {"blur, px",
     "BLURRED",
     {NULL},
     blur,
     {0.7f, 1.2f, 1.8f, 2.5f, 3.2f, 4.0f},
     FV_SELFIE,
     false,
     true},
    {"motion blur, px",
     "MOTION_BLUR",
     {NULL},
     motion,
     {3.0f, 5.0f, 8.0f, 11.0f, 14.0f, 18.0f},
     FV_SELFIE,
     false,
     true},
    {"noise",
     "NOISY",
     {NULL},
     noise,
     {5.0f, 10.0f, 16.0f, 24.0f, 32.0f, 40.0f},
     FV_SELFIE,
     false,
     true},
    {"JPEG quality",
     "COMPRESSED",
     {NULL},
     NULL,
     {95.0f, 75.0f, 50.0f, 25.0f, 10.0f, 5.0f},
     FV_SELFIE,
     true,
     true},
    {"desaturation",
     "MONOCHROME",
     {NULL},
     grey,
     {0.25f, 0.5f, 0.7f, 0.85f, 0.95f, 1.0f},
     FV_SELFIE,
     false,
     true},
    {"blue cast, stops",
     "COLOUR_CAST",
     {NULL},
     blue,
     {0.4f, 0.8f, 1.2f, 1.6f, 2.0f, 2.5f},
     FV_SELFIE,
     false,
     true},
    {"orange cast, stops",
     "COLOUR_CAST",
     {NULL},
     orange,
     {0.4f, 0.8f, 1.2f, 1.6f, 2.0f, 2.5f},
     FV_SELFIE,
     false,
     true},
    {"green cast, stops",
     "COLOUR_CAST",
     {NULL},
     green,
     {0.4f, 0.8f, 1.2f, 1.6f, 2.0f, 2.5f},
     FV_SELFIE,
     false,
     true},
    {"downscaled by",
     "FACE_TOO_SMALL",
     {"IMAGE_TOO_SMALL"},
     shrink,
     {1.2f, 1.5f, 1.8f, 2.1f, 2.5f, 3.0f},
     FV_SELFIE,
     false,
     true},
    {"downscaled and enlarged by",
     "BLURRED",
     {NULL},
     coarse,
     {1.5f, 2.0f, 3.0f, 4.0f, 5.0f, 6.0f},
     FV_SELFIE,
     false,
     true},
    {"printed mesh",
     "PRINTED_MESH",
     {NULL},
     mesh,
     {4.0f, 8.0f, 12.0f, 18.0f, 26.0f, 36.0f},
     FV_RECORD,
     false,
     false},
    {"tinted glasses, drawn",
     "TINTED_GLASSES",
     {NULL},
     glasses,
     {0.2f, 0.4f, 0.6f, 0.75f, 0.9f, 1.0f},
     FV_SELFIE,
     false,
     false},
    {"face mask, drawn",
     "MOUTH_COVERED",
     {NULL},
     mask,
     {0.2f, 0.4f, 0.6f, 0.75f, 0.9f, 1.0f},
     FV_SELFIE,
     false,
     false},
    {"fringe, drawn",
     "FACE_COVERED",
     {NULL},
     fringe,
     {0.2f, 0.4f, 0.6f, 0.75f, 0.9f, 1.0f},
     FV_SELFIE,
     false,
     false},
    {"hand, drawn",
     "FACE_COVERED",
     {NULL},
     hand,
     {0.2f, 0.4f, 0.6f, 0.75f, 0.9f, 1.0f},
     FV_SELFIE,
     false,
     false},
};
const size_t qual_kinds_n = sizeof qual_kinds / sizeof qual_kinds[0];

fv_bytes qual_png(const pixels *p)
{
    size_t len = 0;
    int err = 0;
    spng_ctx *ctx = spng_ctx_new(SPNG_CTX_ENCODER);
    struct spng_ihdr header = {.width = (uint32_t)p->width,
                               .height = (uint32_t)p->height,
                               .bit_depth = 8,
                               .color_type = SPNG_COLOR_TYPE_TRUECOLOR};

    if (ctx == NULL) qual_die("out of memory", "PNG");
    (void)spng_set_option(ctx, SPNG_ENCODE_TO_BUFFER, 1);
    (void)spng_set_option(ctx, SPNG_IMG_COMPRESSION_LEVEL, 1);
    (void)spng_set_option(ctx, SPNG_FILTER_CHOICE, SPNG_DISABLE_FILTERING);
    if (spng_set_ihdr(ctx, &header) != 0 ||
        spng_encode_image(ctx, p->rgb, 3 * (size_t)p->width * (size_t)p->height, SPNG_FMT_PNG,
                          SPNG_ENCODE_FINALIZE) != 0)
        qual_die("cannot be encoded", "PNG");
    uint8_t *data = spng_get_png_buffer(ctx, &len, &err);
    if (data == NULL) qual_die("cannot be encoded", "PNG");
    spng_ctx_free(ctx);
    return (fv_bytes){data, len};
}

bool qual_darker_right(const qual_scene *s)
{
    float light[2] = {0.0f, 0.0f};
    float middle = (s->box.x0_px + s->box.x1_px) / 2.0f;
    int x0 = (int)fmaxf(s->box.x0_px, 0.0f), y0 = (int)fmaxf(s->box.y0_px, 0.0f);
    int half = (int)fminf(middle - (float)x0, (float)s->picture.width - 1.0f - middle);
    int y1 = (int)fminf(s->box.y1_px, (float)s->picture.height);

    for (int y = y0; y < y1; y++) {
        const uint8_t *row = s->picture.rgb + 3 * (size_t)y * (size_t)s->picture.width;
        for (int i = 1; i < half; i++) {
            light[0] += degrade_linear(row[3 * ((int)middle - i) + 1]);
            light[1] += degrade_linear(row[3 * ((int)middle + i) + 1]);
        }
    }
    return light[1] < light[0];
}

fv_bytes qual_degrade(const qual_scene *scene, const qual_kind *kind, float strength)
{
    if (kind->jpeg) {
        blob b = pixels_jpeg(&scene->picture, (int)strength);
        return (fv_bytes){b.data, b.len};
    }
    pixels p = degrade_copy(&scene->picture);
    kind->apply(&p, scene, strength);
    fv_bytes file = qual_png(&p);
    free(p.rgb);
    return file;
}
