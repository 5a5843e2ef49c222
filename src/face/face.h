/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From pixels to a face: box, 68 landmarks, head pose, aligned chip. All pixel coordinates are of
 * the picture handed in.
 */
#ifndef FVI_FACE_H
#define FVI_FACE_H

#include <stdbool.h>

#include "base/image.h"
#include "base/memory.h"
#include "nn/nn.h"

enum {
    FVI_FACES_MAX = 32,     /**< candidates kept of one picture */
    FVI_LANDMARKS = 68,     /**< iBUG 300-W order */
    FVI_CHIP_SIDE_PX = 112, /**< ArcFace template */
};

/** The networks that faces need. Immutable, shared. */
typedef struct fvi_face_models {
    const fvi_nn_model *detect;
    const fvi_nn_model *landmark;
    const fvi_nn_model *head_pose;
} fvi_face_models;

/** Detector, landmarks and pose with their scratch: one thread's. */
typedef struct fvi_facer fvi_facer;

/** `arena` as for fvi_nn_session_create(). */
FV_NODISCARD fv_status fvi_facer_create(fvi_facer **out, const fvi_face_models *models,
                                        fvi_buffer *arena, fv_error *err);
void fvi_facer_destroy(fvi_facer **facer);

/** Overwrites every pixel and activation within reach. */
void fvi_facer_wipe(fvi_facer *facer);

/** Faces found, the main one (large and central) first. */
typedef struct fvi_faces {
    fvi_box boxes[FVI_FACES_MAX];
    size_t n;
    bool second_detector; /**< found by the HOG detector after the network had found none */
    bool hidden;          /**< of fvi_face_detect_hidden(): counts as no person */
} fvi_faces;

/**
 * Finds faces. Where the network finds none, several, or is not sure, it looks again at the picture
 * set into a wider frame (a face that fills the picture comes out in pieces) and the surer look
 * counts. When `record` is set and there is still none, the HOG detector is asked.
 *
 * @param image  RGB
 */
FV_NODISCARD fv_status fvi_face_detect(fvi_facer *facer, const fvi_image *image, bool record,
                                       fvi_faces *out, fv_error *err);

typedef struct fvi_landmarks {
    fvi_point point[FVI_LANDMARKS];
} fvi_landmarks;

/**
 * For a picture in which fvi_face_detect() found nothing: looks again with the light evened out.
 * What it finds (at most one box, `hidden` set, and its landmarks) is not good enough to be
 * compared, but can be measured, so that the darkness is named and not "no face".
 *
 * @param[out] landmarks  untouched where nothing is found
 */
FV_NODISCARD fv_status fvi_face_detect_hidden(fvi_facer *facer, const fvi_image *image,
                                              fvi_faces *out, fvi_landmarks *landmarks,
                                              fv_error *err);

/**
 * By how many quarters the picture would have to be turned clockwise for its face to stand upright;
 * 0 where it does, or where that cannot be told. Four to eight passes of the detector.
 */
FV_NODISCARD fv_status fvi_face_turn(fvi_facer *facer, const fvi_image *image, int *quarters,
                                     fv_error *err);

FV_NODISCARD fv_status fvi_face_landmarks(fvi_facer *facer, const fvi_image *image,
                                          const fvi_box *box, fvi_landmarks *out, fv_error *err);

typedef struct fvi_pose {
    float yaw_deg;   /**< positive: turned to the picture's left */
    float pitch_deg; /**< positive: raised */
    float roll_deg;  /**< positive: tilted clockwise in the picture */
} fvi_pose;

/**
 * A rough pose from the landmarks alone: in nine of ten photographs yaw is within 6 and pitch
 * within 9 degrees of what the network says; roll is the line of the eyes. Pure.
 *
 * @return false where the landmarks span no face
 */
bool fvi_pose_estimate(const fvi_landmarks *landmarks, fvi_pose *out);

/** The network's pose. */
FV_NODISCARD fv_status fvi_face_pose(fvi_facer *facer, const fvi_image *image, const fvi_box *box,
                                     fvi_pose *out, fv_error *err);

/**
 * The face warped by a similarity (Umeyama) onto the ArcFace template, ready for an embedding
 * network.
 *
 * @param chip  RGB, FVI_CHIP_SIDE_PX square, caller's memory
 */
FV_NODISCARD fv_status fvi_face_chip(fvi_facer *facer, const fvi_image *image,
                                     const fvi_landmarks *landmarks, fvi_image *chip,
                                     fv_error *err);

/** Eye centres: means of landmarks 36-41 and 42-47 (left and right in the picture). Pure. */
void fvi_eyes(const fvi_landmarks *landmarks, fvi_point *left, fvi_point *right);

/** From eye centre to eye centre. Pure. */
float fvi_inter_eye_px(const fvi_landmarks *landmarks);

/**
 * How many of the faces count as a person in the picture: the main one unless it hides, and each
 * other that has at least a fifth of its area, a good score, and less than half of itself within
 * the main one. Pure.
 */
size_t fvi_face_persons(const fvi_faces *faces);

/* --- for the parts of this folder, and their tests --- */

/** An affine map from an output pixel (x, y) to the picture: (m0 x + m1 y + m2, m3 x + m4 y + m5).
 */
typedef struct fvi_affine {
    float m[6];
} fvi_affine;

/** The similarity that carries `to` onto `from` with the least squared error (Umeyama 1991). Pure;
 *  false when the points do not span anything. */
bool fvi_similarity(const fvi_point *from, const fvi_point *to, size_t n, fvi_affine *out);

/**
 * out(x, y) = image(map(x, y)); black outside the picture. Where the map reduces by more than 2,
 * the part of the picture that is needed is first shrunk by area, so that nothing aliases.
 */
FV_NODISCARD fv_status fvi_sample(fvi_buffer *scratch, const fvi_image *image,
                                  const fvi_affine *map, fvi_image *out, fv_error *err);

/** Detections above `min_score` of a network's boxes and scores, after non-maximum suppression at
 *  `max_iou`, best first. Pure. */
typedef struct fvi_candidates {
    const float *boxes;  /**< n x 4 corners */
    const float *scores; /**< n x 2, column 1 = face */
    size_t n;
    float min_score;
    float max_iou;
} fvi_candidates;

/** @return how many of out[cap] were filled; order: room for in->n indices */
size_t fvi_suppress(const fvi_candidates *in, int *order, fvi_box *out, size_t cap);

#endif
