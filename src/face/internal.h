/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FVI_FACE_INTERNAL_H
#define FVI_FACE_INTERNAL_H

#include "face/face.h"
#include "shim/dlib.h"

/* Sized from the networks' own shapes when it is created; nothing is allocated later but for
 * pictures larger than any before. */
struct fvi_facer {
    fvi_nn_session *detect;
    fvi_nn_session *landmark;
    fvi_nn_session *head_pose;
    fvi_hog *hog;       /* NULL until a record photograph needs it: half a second the first time */
    fvi_buffer input;   /* floats of the largest network input */
    fvi_buffer pixels;  /* 8-bit pixels of the largest network input */
    fvi_buffer scratch; /* shrunk part of a picture */
    fvi_buffer grey;    /* picture for the HOG detector */
    float *boxes;       /* n_anchors x 4 */
    float *scores;      /* n_anchors x 2 */
    int *order;         /* n_anchors */
    size_t n_anchors;
};

/* Samples `image` into the network's input size, in its colours, and fills facer->input. */
fv_status fvi_facer_fill(fvi_facer *f, const fvi_pack_net *net, const fvi_image *image,
                         const fvi_affine *map, fv_error *err);

/*
 * One look of the detector. Sides of the picture as a share of the frame that it is set into: a
 * face that fills the picture comes out in pieces; set into a wider frame it comes out whole.
 */
#define FVI_LOOK_WHOLE 1.0f
#define FVI_LOOK_WIDER 0.6f

typedef struct fvi_look {
    float share;
    float min_score;
} fvi_look;

fv_status fvi_facer_look(fvi_facer *f, const fvi_image *image, const fvi_look *how, fvi_faces *out,
                         fv_error *err);

/* Large and central first: area less twice the squared distance from the centre. */
void fvi_faces_main_first(fvi_faces *faces, const fvi_image *image);

/* From 112x112 chip pixels to the picture; false when the landmarks do not span a face. */
bool fvi_chip_map(const fvi_landmarks *landmarks, fvi_affine *map);

#endif
