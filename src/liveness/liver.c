/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>

#include "liveness/internal.h"
#include "liveness/parts.h"
#include "shim/opencv.h"

/* What the network is shown: the square, half as wide again as the face, as far as there is
 * picture. Smaller, and the frame of a print is not in it; larger, and the face is too small in it.
 */
static const float NETWORK_BOXES = 1.5f;

/* Pixels of the picture to one of a cut: up to here two and two are blended. */
static const float REDUCED = 1.5f;

/* Of the picture's pixels, in either direction: less is no picture of a face. */
static const float LEAST_PX = 8.0f;

static size_t shown_bytes(const fvi_pack_net *net)
{
    return 3 * (size_t)net->input_dims[2] * (size_t)net->input_dims[3];
}

static fv_status reserve(fvi_liver *l, fv_error *err)
{
    fv_status st = FV_OK;
    size_t shown = shown_bytes(fvi_nn_net(l->net));
    size_t wide = 4 * (size_t)FVI_LIVE_FRAME_PX * FVI_LIVE_FRAME_PX;

    FVI_TRY(fvi_buffer_reserve(&l->input, shown * sizeof(float), err));
    FVI_TRY(fvi_buffer_reserve(&l->pixels, shown + wide, err));
out:
    return st;
}

fv_status fvi_liver_create(fvi_liver **out, const fvi_nn_model *network,
                           const fvi_liveness_model *fusion, fvi_buffer *arena, fv_error *err)
{
    fv_status st = FV_OK;
    fvi_liver *l = calloc(1, sizeof *l);

    if (l == NULL) return fvi_fail(err, FV_E_NOMEM, "liveness");
    l->fusion = fusion;
    FVI_TRY(fvi_nn_session_create(&l->net, network, arena, err));
    const fvi_pack_net *net = fvi_nn_net(l->net);
    if (net->n_outputs != 1 || net->outputs[0].count < 2 || net->colour == FVI_COLOUR_GREY ||
        net->input_dims[2] != net->input_dims[3]) {
        st = fvi_fail(err, FV_E_MODEL,
                      "%s: a liveness network takes a square in colour and gives the scores of two "
                      "classes or more, the first of them live",
                      net->name);
        goto out;
    }
    l->n_raw = net->outputs[0].count;
    l->raw = calloc(l->n_raw, sizeof l->raw[0]);
    if (l->raw == NULL) {
        st = fvi_fail(err, FV_E_NOMEM, "liveness");
        goto out;
    }
    FVI_TRY(reserve(l, err));
    *out = l;
    l = NULL;
out:
    fvi_liver_destroy(&l);
    return st;
}

void fvi_liver_destroy(fvi_liver **liver)
{
    if (liver == NULL || *liver == NULL) return;
    fvi_liver *l = *liver;
    fvi_nn_session_destroy(&l->net);
    fvi_buffer_free(&l->input);
    fvi_buffer_free(&l->pixels);
    fvi_buffer_free(&l->scratch);
    if (l->raw != NULL) fvi_wipe(l->raw, l->n_raw * sizeof l->raw[0]);
    free(l->raw);
    free(l);
    *liver = NULL;
}

void fvi_liver_wipe(fvi_liver *l)
{
    fvi_nn_wipe(l->net);
    fvi_buffer_wipe(&l->input);
    fvi_buffer_wipe(&l->pixels);
    fvi_buffer_wipe(&l->scratch);
    fvi_wipe(l->raw, l->n_raw * sizeof l->raw[0]);
}

float fvi_liveness_context(const fvi_image *picture, const fvi_box *box)
{
    fvi_live_rect square;

    return fvi_live_square(box, NETWORK_BOXES, &square) ? fvi_live_inside(&square, picture) : 0.0f;
}

/* ln(p / (1 - p)) of the first class, without the detour over p. */
static float log_odds(const float *scores, size_t n)
{
    double most = -INFINITY;
    double sum = 0.0;

    for (size_t i = 1; i < n; i++)
        most = fmax(most, (double)scores[i]);
    for (size_t i = 1; i < n; i++)
        sum += exp((double)scores[i] - most);
    return (float)((double)scores[0] - most - log(sum));
}

/* fvi_sample() reduces by area exactly, which takes longer than the network where the picture is
 * large. */
static fv_status cut(fvi_liver *l, const fvi_image *picture, const fvi_live_rect *r, fvi_image *out,
                     fv_error *err)
{
    fv_status st = FV_OK;
    const fvi_affine map = fvi_live_map(r, out->width_px);
    const size_t bytes = FVI_LIVE_GRID * (size_t)out->width_px * sizeof(size_t);

    if (map.m[0] <= REDUCED && map.m[4] <= REDUCED)
        return fvi_sample(&l->scratch, picture, &map, out, err);
    FVI_TRY(fvi_buffer_reserve(&l->scratch, bytes, err));
    fvi_live_reduce(picture, r, (size_t *)(void *)l->scratch.data, out);
out:
    return st;
}

static fv_status look(fvi_liver *l, const fvi_image *picture, const fvi_live_rect *shown,
                      fvi_image *rgb, fv_error *err)
{
    fv_status st = FV_OK;
    const fvi_pack_net *net = fvi_nn_net(l->net);
    int side = net->input_dims[2];

    *rgb = (fvi_image){l->pixels.data, side, side, 3, 3 * (size_t)side};
    FVI_TRY(cut(l, picture, shown, rgb, err));
    fvi_nn_fill(net, rgb, (float *)(void *)l->input.data);
    FVI_TRY(
        fvi_nn_run(l->net, (const float *)(const void *)l->input.data, (float *[]){l->raw}, err));
    for (size_t i = 0; i < l->n_raw; i++) {
        if (isfinite(l->raw[i])) continue;
        st = fvi_fail(err, FV_E_BACKEND, "%s: a score is not a number", net->name);
        goto out;
    }
out:
    return st;
}

static int pixel(float v)
{
    return (int)lroundf(fminf(fmaxf(v, 0.0f), (float)FVI_LIVE_FRAME_PX));
}

static fv_status look_around(fvi_liver *l, const fvi_image *picture, const fvi_box *box,
                             float *edges, fv_error *err)
{
    fv_status st = FV_OK;
    const int side = FVI_LIVE_FRAME_PX;
    uint8_t *at = l->pixels.data + shown_bytes(fvi_nn_net(l->net));
    fvi_image rgb = {at, side, side, 3, 3 * (size_t)side};
    fvi_image grey = {at + 3 * side * side, side, side, 1, (size_t)side};
    fvi_live_rect square = {0};

    if (!fvi_live_square(box, fvi_live_frame_boxes, &square)) goto out;
    FVI_TRY(cut(l, picture, &square, &rgb, err));
    FVI_TRY(fvi_cv_grey(&rgb, &grey, err));
    float f = (float)side / (square.x1_px - square.x0_px);
    fvi_live_shown shown = {pixel((0.0f - square.x0_px) * f), pixel((0.0f - square.y0_px) * f),
                            pixel(((float)picture->width_px - square.x0_px) * f),
                            pixel(((float)picture->height_px - square.y0_px) * f)};
    *edges = fvi_live_frame_edges(&grey, &shown);
out:
    return st;
}

static float hold(fvi_live_feature f, float v)
{
    return fminf(fmaxf(v, fvi_live_features[f].lo), fvi_live_features[f].hi);
}

static fv_status take(fvi_liver *l, const fvi_image *picture, const fvi_box *box,
                      fvi_liveness_seen *seen, fv_error *err)
{
    fv_status st = FV_OK;
    fvi_live_rect square, shown;
    fvi_image rgb;
    float edges = 0.0f;

    if (!fvi_live_square(box, NETWORK_BOXES, &square)) goto out;
    seen->context = fvi_live_inside(&square, picture);
    if (!fvi_live_clip(&square, picture, LEAST_PX, &shown)) goto out;
    seen->reduced = (shown.x1_px - shown.x0_px) / (float)fvi_nn_net(l->net)->input_dims[3];
    FVI_TRY(reserve(l, err)); /* marks as dirty again what a wipe made clean */
    FVI_TRY(look(l, picture, &shown, &rgb, err));
    fvi_live_oval face = fvi_live_face(box, &shown, rgb.width_px);
    FVI_TRY(look_around(l, picture, box, &edges, err));
    seen->feature[FVI_LIVE_NETWORK] = hold(FVI_LIVE_NETWORK, log_odds(l->raw, l->n_raw));
    seen->feature[FVI_LIVE_BLUE_CAST] = hold(FVI_LIVE_BLUE_CAST, fvi_live_blue_cast(&rgb, &face));
    seen->feature[FVI_LIVE_FRAME_EDGES] = hold(FVI_LIVE_FRAME_EDGES, edges);
    if (l->fusion != NULL) seen->score = fvi_liveness_score(l->fusion, seen->feature);
out:
    return st;
}

fv_status fvi_liveness_take(fvi_liver *l, const fvi_image *picture, const fvi_box *box,
                            fvi_liveness_seen *out, fv_error *err)
{
    fvi_liveness_seen seen = {.context = 0.0f, .score = NAN};

    for (int i = 0; i < FVI_LIVE_COUNT; i++)
        seen.feature[i] = NAN;
    fv_status st = take(l, picture, box, &seen, err);
    if (st == FV_OK) *out = seen;
    return st;
}
