/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/overlay.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <spng.h>

#include "shim/opencv.h"

enum {
    MARGIN_PX = 16,
    MAP_WIDTH_PX = FVI_OVERLAY_PANEL_PX - 2 * MARGIN_PX,
    MAP_HEIGHT_PX = 436,
    MAP_TOP_PX = 32,
    BAR_PX = 14,
    LINE_PX = 20,
    CAPITAL_PX = 11,
    UNDER_EXPOSED = 25, /* of ISO/IEC 29794-5: luminance at or below */
    OVER_EXPOSED = 247, /* at or above */
    PNG_LEVEL = 3,
};

static const uint8_t ground[3] = {40, 40, 44};
static const fvi_pen text_pen = {{225, 225, 225}, CAPITAL_PX};
static const fvi_pen box_pen = {{255, 255, 255}, 2};
static const fvi_pen skin_pen = {{0, 230, 120}, 1};
static const fvi_pen dot_pen = {{255, 220, 0}, 4};

typedef struct drawing {
    fvi_buffer canvas;
    fvi_buffer light; /* the view in false colours, and the legend's bar */
    fvi_image whole;
    fvi_image photo; /* the part of the whole where the photograph is */
    fvi_image map;   /* and its light */
    fvi_png png;
} drawing;

static fvi_image part(const fvi_image *of, int x, int y, int width, int height)
{
    return (fvi_image){of->data + (size_t)y * of->stride_bytes + 3 * (size_t)x, width, height, 3,
                       of->stride_bytes};
}

static int scaled(int px, float by)
{
    int n = (int)lroundf((float)px * by);
    return n < 1 ? 1 : n;
}

static void paint(fvi_image *on, const uint8_t rgb[3])
{
    for (int y = 0; y < on->height_px; y++) {
        uint8_t *p = on->data + (size_t)y * on->stride_bytes;
        for (int x = 0; x < on->width_px; x++, p += 3)
            memcpy(p, rgb, 3);
    }
}

static fv_status lay_out(drawing *d, const fvi_view *v, fv_error *err)
{
    fv_status st = FV_OK;
    const fvi_image *p = v->found.picture;
    int longer = p->width_px > p->height_px ? p->width_px : p->height_px;
    float by = longer > FVI_OVERLAY_LONGER_PX    ? (float)FVI_OVERLAY_LONGER_PX / (float)longer
               : longer < FVI_OVERLAY_SMALLER_PX ? (float)FVI_OVERLAY_SMALLER_PX / (float)longer
                                                 : 1.0f;
    int width = scaled(p->width_px, by);
    int height = scaled(p->height_px, by);
    int high = height > FVI_OVERLAY_LEAST_HIGH_PX ? height : FVI_OVERLAY_LEAST_HIGH_PX;
    int wide = width + FVI_OVERLAY_PANEL_PX;
    float zoom = fminf((float)MAP_WIDTH_PX / (float)v->rgb.width_px,
                       (float)MAP_HEIGHT_PX / (float)v->rgb.height_px);

    FVI_TRY(fvi_buffer_reserve(&d->canvas, 3 * (size_t)wide * (size_t)high, err));
    d->whole = (fvi_image){d->canvas.data, wide, high, 3, 3 * (size_t)wide};
    d->photo = part(&d->whole, 0, 0, width, height);
    d->map = part(&d->whole, width + MARGIN_PX, MAP_TOP_PX, scaled(v->rgb.width_px, zoom),
                  scaled(v->rgb.height_px, zoom));
    paint(&d->whole, ground);
    FVI_TRY(fvi_cv_resize(p, &d->photo, err));
out:
    return st;
}

/* A point of the picture on the canvas. */
static fvi_point placed(const drawing *d, const fvi_image *picture, float x, float y)
{
    float kx = (float)d->photo.width_px / (float)picture->width_px;
    float ky = (float)d->photo.height_px / (float)picture->height_px;
    return (fvi_point){(x + 0.5f) * kx - 0.5f, (y + 0.5f) * ky - 0.5f};
}

static fv_status draw_face(drawing *d, const fvi_view *v, fv_error *err)
{
    fv_status st = FV_OK;
    const fvi_image *p = v->found.picture;
    const fvi_box *b = &v->found.faces->boxes[0];
    const float *m = v->map.m;
    fvi_point corner[4] = {placed(d, p, b->x0_px, b->y0_px), placed(d, p, b->x1_px, b->y0_px),
                           placed(d, p, b->x1_px, b->y1_px), placed(d, p, b->x0_px, b->y1_px)};
    fvi_point at[FVI_LANDMARKS];
    fvi_point origin = placed(d, p, m[2], m[5]);
    float kx = (float)d->photo.width_px / (float)p->width_px;
    float ky = (float)d->photo.height_px / (float)p->height_px;
    const float onto[6] = {kx * m[0], kx * m[1], origin.x_px, ky * m[3], ky * m[4], origin.y_px};

    for (int i = 0; i < FVI_LANDMARKS; i++)
        at[i] = placed(d, p, v->found.landmarks->point[i].x_px, v->found.landmarks->point[i].y_px);
    FVI_TRY(fvi_cv_borders(&d->photo, &v->skin, onto, &skin_pen, err));
    FVI_TRY(fvi_cv_dots(&d->photo, at, FVI_LANDMARKS, &dot_pen, err));
    FVI_TRY(fvi_cv_polygon(&d->photo, corner, 4, &box_pen, err));
out:
    return st;
}

/* Luminance in false colours: blue where under-exposed, red where over-exposed, and what lies
 * between from cold to warm. */
static void false_colour(uint8_t luma, uint8_t rgb[3])
{
    static const struct {
        int at;
        uint8_t rgb[3];
    } stop[] = {
        {0, {20, 20, 150}},
        {UNDER_EXPOSED, {40, 90, 255}},
        {UNDER_EXPOSED + 1, {0, 150, 160}},
        {90, {60, 180, 75}},
        {170, {230, 215, 60}},
        {OVER_EXPOSED - 1, {255, 150, 0}},
        {OVER_EXPOSED, {230, 0, 0}},
        {255, {150, 0, 0}},
    };
    size_t i = 1;

    while (luma > stop[i].at)
        i++;
    int from = luma - stop[i - 1].at;
    int all = stop[i].at - stop[i - 1].at;
    for (int k = 0; k < 3; k++)
        rgb[k] = (uint8_t)((stop[i - 1].rgb[k] * (all - from) + stop[i].rgb[k] * from) / all);
}

static fv_status draw_light(drawing *d, const fvi_view *v, fv_error *err)
{
    fv_status st = FV_OK;
    size_t n = (size_t)v->rgb.width_px * (size_t)v->rgb.height_px;

    FVI_TRY(fvi_buffer_reserve(&d->light, 3 * n, err));
    fvi_image light = {d->light.data, v->rgb.width_px, v->rgb.height_px, 3, v->rgb.stride_bytes};
    for (size_t i = 0; i < n; i++) {
        uint8_t *out = light.data + 3 * i;
        if (v->inside.data[i] == 0)
            memcpy(out, ground, 3);
        else if (v->skin.data[i] != 0)
            false_colour(v->luma.data[i], out);
        else
            memset(out, v->grey.data[i] / 2, 3);
    }
    FVI_TRY(fvi_cv_resize(&light, &d->map, err));
out:
    return st;
}

static fv_status say(drawing *d, int right_px, int line, const char *text, fv_error *err)
{
    int x = d->photo.width_px + MARGIN_PX + right_px;
    int y = MAP_TOP_PX + d->map.height_px + BAR_PX + line * LINE_PX + CAPITAL_PX;
    return fvi_cv_text(&d->whole, text, (fvi_point){(float)x, (float)y}, &text_pen, err);
}

static fv_status draw_legend(drawing *d, bool face, fv_error *err)
{
    fv_status st = FV_OK;
    const fvi_point title = {(float)(d->photo.width_px + MARGIN_PX), MAP_TOP_PX - 10};
    fvi_image bar = part(&d->whole, d->photo.width_px + MARGIN_PX,
                         MAP_TOP_PX + d->map.height_px + BAR_PX / 2, MAP_WIDTH_PX, BAR_PX);

    for (int x = 0; x < bar.width_px; x++) {
        fvi_image column = part(&bar, x, 0, 1, BAR_PX);
        uint8_t rgb[3];
        false_colour((uint8_t)(x * 255 / (bar.width_px - 1)), rgb);
        paint(&column, rgb);
    }
    FVI_TRY(fvi_cv_text(&d->whole, face ? "light on the skin" : "no face found: light of it all",
                        title, &text_pen, err));
    FVI_TRY(say(d, 0, 1, "dark", err));
    FVI_TRY(say(d, MAP_WIDTH_PX - 48, 1, "bright", err));
    FVI_TRY(say(d, 0, 2, "blue under-exposed, red over-exposed", err));
    if (!face) goto out;
    FVI_TRY(say(d, 0, 3, "white box: face, yellow: landmarks", err));
    FVI_TRY(say(d, 0, 4, "green: border of the skin measured", err));
out:
    return st;
}

static fv_status encode(drawing *d, fv_error *err)
{
    const fvi_image *w = &d->whole;
    struct spng_ihdr head = {.width = (uint32_t)w->width_px,
                             .height = (uint32_t)w->height_px,
                             .bit_depth = 8,
                             .color_type = SPNG_COLOR_TYPE_TRUECOLOR};
    spng_ctx *ctx = spng_ctx_new(SPNG_CTX_ENCODER);

    if (ctx == NULL) return fvi_fail(err, FV_E_NOMEM, "libspng: no context");
    int code = spng_set_option(ctx, SPNG_ENCODE_TO_BUFFER, 1);
    if (code == SPNG_OK) code = spng_set_option(ctx, SPNG_IMG_COMPRESSION_LEVEL, PNG_LEVEL);
    if (code == SPNG_OK) code = spng_set_ihdr(ctx, &head);
    if (code == SPNG_OK)
        code = spng_encode_image(ctx, w->data, (size_t)w->height_px * w->stride_bytes, SPNG_FMT_PNG,
                                 SPNG_ENCODE_FINALIZE);
    if (code == SPNG_OK) d->png.data = spng_get_png_buffer(ctx, &d->png.len, &code);
    spng_ctx_free(ctx);
    if (code == SPNG_OK && d->png.data != NULL) return FV_OK;
    return fvi_fail(err, code == SPNG_EMEM ? FV_E_NOMEM : FV_E_BACKEND, "libspng: %s",
                    spng_strerror(code));
}

static fv_status draw(void *self, fv_session *session, const fvi_sight *sight, fv_error *err)
{
    fv_status st = FV_OK;
    drawing *d = self;
    fvi_view v;

    FVI_TRY(fvi_viewer_look(session->viewer, sight->found, &v, err));
    FVI_TRY(lay_out(d, &v, err));
    if (v.face) FVI_TRY(draw_face(d, &v, err));
    FVI_TRY(draw_light(d, &v, err));
    FVI_TRY(draw_legend(d, v.face, err));
    FVI_TRY(encode(d, err));
out:
    return st;
}

fv_status fvi_quality_overlay(fv_session *session, const fvi_quality_ask *ask, fvi_png *png,
                              fv_quality_result *result, fv_error *err)
{
    drawing d = {.png = {NULL, 0}};
    fvi_quality_ask watched = *ask;

    watched.onlook = draw;
    watched.onlooker = &d;
    fv_status st = fvi_quality(session, &watched, result, err);
    fvi_buffer_free(&d.canvas);
    fvi_buffer_free(&d.light);
    if (st == FV_OK) {
        *png = d.png;
    } else if (d.png.data != NULL) {
        fvi_wipe(d.png.data, d.png.len);
        free(d.png.data);
    }
    return st;
}
