/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "face/internal.h"
#include "shim/opencv.h"

/* The pack's detector: measured operating point on web portraits. */
#define MIN_SCORE 0.6f
static const float MAX_IOU = 0.3f;
/* Below this, or with more than one box, the first look is doubted and a second one taken. */
static const float SURE_SCORE = 0.98f;

typedef struct letterbox {
    float scale;   /* frame pixels per picture pixel */
    int left, top; /* where the picture lies in the frame */
    int width, height;
} letterbox;

/* The whole picture, undistorted, centred in the network's 4:3: stretching a 9:16 selfie costs a
 * quarter more landmark error. */
static letterbox fit(const fvi_image *image, int frame_w, int frame_h, float share)
{
    float s =
        fminf((float)frame_w / (float)image->width_px, (float)frame_h / (float)image->height_px) *
        share;
    letterbox l = {.scale = s};
    l.width = (int)lroundf((float)image->width_px * s);
    l.height = (int)lroundf((float)image->height_px * s);
    if (l.width < 1) l.width = 1;
    if (l.height < 1) l.height = 1;
    l.left = (frame_w - l.width) / 2;
    l.top = (frame_h - l.height) / 2;
    return l;
}

static fv_status fill_frame(fvi_facer *f, const fvi_image *image, const letterbox *l, fv_error *err)
{
    fv_status st = FV_OK;
    const fvi_pack_net *net = fvi_nn_net(f->detect);
    int w = net->input_dims[3];
    int h = net->input_dims[2];
    size_t bytes = 3 * (size_t)w * (size_t)h;

    FVI_TRY(fvi_buffer_reserve(&f->pixels, bytes, err));
    FVI_TRY(fvi_buffer_reserve(&f->input, bytes * sizeof(float), err));
    fvi_image frame = {f->pixels.data, w, h, 3, 3 * (size_t)w};
    fvi_image place = {frame.data + (size_t)l->top * frame.stride_bytes + 3 * (size_t)l->left,
                       l->width, l->height, 3, frame.stride_bytes};
    memset(frame.data, 0, bytes);
    FVI_TRY(fvi_cv_resize(image, &place, err));
    fvi_nn_fill(net, &frame, (float *)(void *)f->input.data);
out:
    return st;
}

fv_status fvi_facer_look(fvi_facer *f, const fvi_image *image, const fvi_look *how, fvi_faces *out,
                         fv_error *err)
{
    fv_status st = FV_OK;
    const fvi_pack_net *net = fvi_nn_net(f->detect);
    float w = (float)net->input_dims[3];
    float h = (float)net->input_dims[2];
    letterbox l = fit(image, net->input_dims[3], net->input_dims[2], how->share);
    float *outputs[] = {f->boxes, f->scores};
    fvi_candidates c = {f->boxes, f->scores, f->n_anchors, how->min_score, MAX_IOU};

    FVI_TRY(fill_frame(f, image, &l, err));
    FVI_TRY(fvi_nn_run(f->detect, (const float *)(const void *)f->input.data, outputs, err));
    for (size_t i = 0; i < f->n_anchors; i++) { /* 0..1 of the frame: suppression wants pixels */
        for (int k = 0; k < 4; k++)
            f->boxes[4 * i + (size_t)k] *= k % 2 == 0 ? w : h;
    }
    out->n = fvi_suppress(&c, f->order, out->boxes, FVI_FACES_MAX);
    for (size_t i = 0; i < out->n; i++) {
        fvi_box *b = &out->boxes[i];
        b->x0_px = (b->x0_px - (float)l.left) / l.scale;
        b->x1_px = (b->x1_px - (float)l.left) / l.scale;
        b->y0_px = (b->y0_px - (float)l.top) / l.scale;
        b->y1_px = (b->y1_px - (float)l.top) / l.scale;
    }
out:
    return st;
}

/* HOG needs about 80 px of face: small pictures are enlarged, large ones reduced to a fixed size.
 */
enum { HOG_SIDE_PX = 480 };

static fv_status run_hog(fvi_facer *f, const fvi_image *image, fvi_faces *out, fv_error *err)
{
    fv_status st = FV_OK;
    int longer = image->width_px > image->height_px ? image->width_px : image->height_px;
    float s = (float)HOG_SIDE_PX / (float)longer;
    int w = (int)fmaxf(roundf((float)image->width_px * s), 1.0f);
    int h = (int)fmaxf(roundf((float)image->height_px * s), 1.0f);
    size_t area = (size_t)w * (size_t)h;
    size_t n = 0;

    if (f->hog == NULL) FVI_TRY(fvi_hog_create(&f->hog, err));
    FVI_TRY(fvi_buffer_reserve(&f->grey, 4 * area, err));
    fvi_image rgb = {f->grey.data, w, h, 3, 3 * (size_t)w};
    fvi_image grey = {f->grey.data + 3 * area, w, h, 1, (size_t)w};
    FVI_TRY(fvi_cv_resize(image, &rgb, err));
    FVI_TRY(fvi_cv_grey(&rgb, &grey, err));
    FVI_TRY(fvi_hog_run(f->hog, &grey, out->boxes, FVI_FACES_MAX, &n, err));
    out->n = n < FVI_FACES_MAX ? n : FVI_FACES_MAX;
    out->second_detector = out->n > 0;
    for (size_t i = 0; i < out->n; i++) {
        fvi_box *b = &out->boxes[i];
        *b = (fvi_box){b->x0_px / s, b->y0_px / s, b->x1_px / s, b->y1_px / s, b->score};
    }
out:
    return st;
}

void fvi_faces_main_first(fvi_faces *faces, const fvi_image *image)
{
    size_t best = 0;
    float most = -INFINITY;

    for (size_t i = 0; i < faces->n; i++) {
        const fvi_box *b = &faces->boxes[i];
        float dx = (b->x0_px + b->x1_px - (float)image->width_px) / 2.0f;
        float dy = (b->y0_px + b->y1_px - (float)image->height_px) / 2.0f;
        float rank = (b->x1_px - b->x0_px) * (b->y1_px - b->y0_px) - 2.0f * (dx * dx + dy * dy);
        if (rank > most) {
            most = rank;
            best = i;
        }
    }
    if (best > 0) {
        fvi_box b = faces->boxes[best];
        memmove(&faces->boxes[1], &faces->boxes[0], best * sizeof b);
        faces->boxes[0] = b;
    }
}

static bool doubtful(const fvi_faces *faces)
{
    return faces->n != 1 || faces->boxes[0].score < SURE_SCORE;
}

fv_status fvi_face_detect(fvi_facer *f, const fvi_image *image, bool record, fvi_faces *out,
                          fv_error *err)
{
    static const fvi_look whole = {FVI_LOOK_WHOLE, MIN_SCORE};
    static const fvi_look wider = {FVI_LOOK_WIDER, MIN_SCORE};
    fv_status st = FV_OK;
    fvi_faces found = {.n = 0};
    fvi_faces second = {.n = 0};

    if (image->channels != 3) return fvi_fail(err, FV_E_INTERNAL, "detect: picture is not RGB");
    FVI_TRY(fvi_facer_look(f, image, &whole, &found, err));
    fvi_faces_main_first(&found, image);
    if (doubtful(&found)) {
        FVI_TRY(fvi_facer_look(f, image, &wider, &second, err));
        fvi_faces_main_first(&second, image);
        if (second.n > 0 && (found.n == 0 || second.boxes[0].score > found.boxes[0].score))
            found = second;
    }
    if (found.n == 0 && record) {
        FVI_TRY(run_hog(f, image, &found, err));
        fvi_faces_main_first(&found, image);
    }
    *out = found;
out:
    return st;
}
