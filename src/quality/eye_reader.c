/* SPDX-License-Identifier: Apache-2.0 */
#include "quality/eye_reader.h"

#include <math.h>
#include <stdlib.h>

/* Side of the square around an eye, in distances between its corners. */
static const float SIDE_CORNERS = 1.6f;

struct fvi_eye_reader {
    fvi_nn_session *net;
    fvi_buffer pixels;
    fvi_buffer input;
    fvi_buffer scratch;
};

fv_status fvi_eye_reader_create(fvi_eye_reader **out, const fvi_nn_model *eye_state,
                                fvi_buffer *arena, fv_error *err)
{
    fv_status st = FV_OK;
    fvi_eye_reader *r = calloc(1, sizeof *r);

    if (r == NULL) return fvi_fail(err, FV_E_NOMEM, "eye reader");
    FVI_TRY(fvi_nn_session_create(&r->net, eye_state, arena, err));
    const fvi_pack_net *net = fvi_nn_net(r->net);
    if (net->colour != FVI_COLOUR_GREY || net->n_outputs != 1 || net->outputs[0].count != 2) {
        st = fvi_fail(err, FV_E_MODEL,
                      "%s: an eye_state network takes grey pixels and gives closed, open",
                      net->name);
        goto out;
    }
    size_t area = (size_t)net->input_dims[2] * (size_t)net->input_dims[3];
    FVI_TRY(fvi_buffer_reserve(&r->pixels, area, err));
    FVI_TRY(fvi_buffer_reserve(&r->input, area * sizeof(float), err));
    *out = r;
    r = NULL;
out:
    fvi_eye_reader_destroy(&r);
    return st;
}

void fvi_eye_reader_destroy(fvi_eye_reader **reader)
{
    if (reader == NULL || *reader == NULL) return;
    fvi_eye_reader *r = *reader;
    fvi_nn_session_destroy(&r->net);
    fvi_buffer_free(&r->pixels);
    fvi_buffer_free(&r->input);
    fvi_buffer_free(&r->scratch);
    free(r);
    *reader = NULL;
}

void fvi_eye_reader_wipe(fvi_eye_reader *r)
{
    fvi_nn_wipe(r->net);
    fvi_buffer_wipe(&r->pixels);
    fvi_buffer_wipe(&r->input);
    fvi_buffer_wipe(&r->scratch);
}

/* Whether the view shows the picture where the eye is. */
static bool is_inside(const fvi_view *v, fvi_point p)
{
    float x = roundf(p.x_px);
    float y = roundf(p.y_px);
    if (!(x >= 0.0f && x < (float)v->inside.width_px && y >= 0.0f &&
          y < (float)v->inside.height_px))
        return false;
    return v->inside.data[(size_t)y * v->inside.stride_bytes + (size_t)x] != 0;
}

static fvi_point lids_middle(const fvi_view *v, int first)
{
    static const int lids[4] = {1, 2, 4, 5};
    fvi_point middle = {0};
    for (int i = 0; i < 4; i++) {
        middle.x_px += v->at.point[first + lids[i]].x_px / 4.0f;
        middle.y_px += v->at.point[first + lids[i]].y_px / 4.0f;
    }
    return middle;
}

static fv_status read_one(fvi_eye_reader *r, const fvi_view *v, int first, float *open,
                          fv_error *err)
{
    fv_status st = FV_OK;
    const fvi_pack_net *net = fvi_nn_net(r->net);
    const fvi_point a = v->at.point[first];
    const fvi_point b = v->at.point[first + 3];
    float corners = hypotf(b.x_px - a.x_px, b.y_px - a.y_px);
    float side = SIDE_CORNERS * corners;
    int w = net->input_dims[3];
    int h = net->input_dims[2];
    float step_x = side / (float)w;
    float step_y = side / (float)h;
    const fvi_point middle = lids_middle(v, first);
    float x0 = middle.x_px - side / 2.0f;
    float y0 = middle.y_px - side / 2.0f;
    fvi_affine map = {{step_x, 0, x0 + step_x / 2.0f - 0.5f, 0, step_y, y0 + step_y / 2.0f - 0.5f}};
    float logits[2] = {0};
    float *outputs[] = {logits};

    if (!(corners >= 1.0f) || !is_inside(v, a) || !is_inside(v, b)) return FV_OK;
    FVI_TRY(fvi_buffer_reserve(&r->pixels, (size_t)w * (size_t)h, err));
    FVI_TRY(fvi_buffer_reserve(&r->input, (size_t)w * (size_t)h * sizeof(float), err));
    fvi_image eye = {r->pixels.data, w, h, 1, (size_t)w};
    float *input = (float *)(void *)r->input.data;
    FVI_TRY(fvi_sample(&r->scratch, &v->grey, &map, &eye, err));
    fvi_nn_fill(net, &eye, input);
    FVI_TRY(fvi_nn_run(r->net, input, outputs, err));
    if (isfinite(logits[0]) && isfinite(logits[1])) *open = logits[1] - logits[0];
out:
    return st;
}

fv_status fvi_eye_read(fvi_eye_reader *r, fvi_view *v, fv_error *err)
{
    fv_status st = FV_OK;
    float open[2] = {NAN, NAN};

    if (v->face && !v->found.faces->hidden) {
        FVI_TRY(read_one(r, v, 36, &open[0], err));
        FVI_TRY(read_one(r, v, 42, &open[1], err));
    }
    v->eye_open[0] = open[0];
    v->eye_open[1] = open[1];
out:
    return st;
}
