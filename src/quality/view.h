/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What measures look at: the face, upright, at a size that no camera's megapixels change, and what
 * lies around it.
 */
#ifndef FVI_QUALITY_VIEW_H
#define FVI_QUALITY_VIEW_H

#include "face/face.h"
#include "quality/quality.h"

enum {
    FVI_VIEW_EYES_PX = 64,       /**< from eye to eye, at most */
    FVI_VIEW_MAX_WIDTH_PX = 192, /**< 3 times that */
    FVI_VIEW_MAX_HEIGHT_PX = 218,
    FVI_VIEW_MAX_PX = FVI_VIEW_MAX_WIDTH_PX * FVI_VIEW_MAX_HEIGHT_PX,
    FVI_AROUND_MAX_PX = 96, /**< longer side of the shrunk whole picture */
    FVI_VIEW_PLANES = 4,
};

/** One photograph as it was found. Borrowed. */
typedef struct fvi_found {
    const fvi_image *picture;       /**< RGB, upright, as decoded */
    float scale;                    /**< decoded pixels per pixel of the whole picture, <= 1 */
    bool grey_file;                 /**< the file holds one component only */
    const fvi_faces *faces;         /**< main one first */
    const fvi_landmarks *landmarks; /**< of the main face; NULL: no face */
    const fvi_pose *pose;           /**< likewise */
} fvi_found;

/**
 * The face turned upright (eyes level), cut at 3 eye distances by 3.4 with the eyes 1.35 below the
 * top, reduced to FVI_VIEW_EYES_PX between the eyes and never enlarged. Where no face was found:
 * the whole picture, reduced to fit FVI_VIEW_MAX_WIDTH_PX by FVI_VIEW_MAX_HEIGHT_PX, all of it
 * taken for skin. Every image is packed (stride = width * channels). Valid until the viewer's next
 * use.
 */
typedef struct fvi_view {
    fvi_found found;
    bool face;          /**< false: the whole picture */
    fvi_image rgb;      /**< sRGB */
    fvi_image luma;     /**< 1 channel: Y of linearised sRGB (ISO/IEC 29794-5), 0..255 */
    fvi_image grey;     /**< 1 channel: BT.601 luma of the encoded values, for texture */
    fvi_image oval;     /**< 255 within the outline of the face, forehead included; else 0 */
    fvi_image skin;     /**< 255 within the oval where eyes, brows, nostrils and mouth are not */
    fvi_image inside;   /**< 255 where the view shows the picture, 0 beyond its border */
    fvi_landmarks at;   /**< in view pixels */
    float eyes_px;      /**< from eye to eye, in view pixels; NaN: no face */
    float eye_open[2];  /**< the eye_state network's log odds of open, by eye as fvi_eyes(); NaN: no
                           eye in the picture, or a face that hides */
    float scale;        /**< view pixels per pixel of the whole picture, <= 1 */
    fvi_affine map;     /**< from view pixels to those of found.picture */
    fvi_image around;   /**< the whole picture, RGB, longer side <= FVI_AROUND_MAX_PX */
    float around_scale; /**< `around` pixels per pixel of found.picture */
    float *plane[FVI_VIEW_PLANES]; /**< scratch of FVI_VIEW_MAX_PX values each, for any measure */
} fvi_view;

/** Linear light of an sRGB-encoded value, 0..1 (IEC 61966-2-1). Thread-safe. */
float fvi_linear(uint8_t encoded);

/** Each measure's function and its score: fvi_q_<fn>() and fvi_q_<fn>_score(). Pure but for the
 *  view's scratch; NaN = cannot be taken. */
#define Q(id, key, unit, fn, ...)                                                                  \
    float fvi_q_##fn(const fvi_view *view);                                                        \
    float fvi_q_##fn##_score(float value);
#include "quality/measures.def"
#undef Q

/** S(x; x0, w) = 1 / (1 + exp((x0 - x) / w)), the curve of ISO/IEC 29794-5's scores. Pure. */
float fvi_sigmoid(float x, float x0, float w);

/** Rounded and held to 0..100 as ISO/IEC 29794-5 does; NaN stays NaN. Pure. */
float fvi_score_clamp(float score);

#endif
