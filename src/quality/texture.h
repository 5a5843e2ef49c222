/* SPDX-License-Identifier: Apache-2.0 */
/* What the grey texture of a face says: gradients by size and direction, and grain. */
#ifndef FVI_QUALITY_TEXTURE_H
#define FVI_QUALITY_TEXTURE_H

#include "quality/view.h"

enum { FVI_OCTAVES = 4 };

/**
 * Mean outer products of the gradient within the face, by octave: of the view, and of the view
 * blurred and halved once, twice, three times. Per view pixel at every octave. Each part of the
 * face weighs by the inverse of its own energy at the third octave, so that a strong shade or the
 * rim of glasses counts no more than the rest.
 */
typedef struct fvi_octaves {
    double xx[FVI_OCTAVES];
    double xy[FVI_OCTAVES];
    double yy[FVI_OCTAVES];
    int n;       /**< octaves that hold enough of the face; 0: none */
    float grain; /**< sigma of the view's white noise, in grey levels */
} fvi_octaves;

/** What white noise of sigma 1 adds to xx and to yy at each octave (to xy: nothing). */
extern const double fvi_octave_noise[FVI_OCTAVES];

/** Uses planes 0 and 1 of the view. */
void fvi_octaves_take(const fvi_view *view, fvi_octaves *out);

/** How wide edges are blurred: sigma of the Gaussian that blurs as much, in view pixels. */
typedef struct fvi_blur {
    float mean_px;
    float along_px;      /**< in the direction that motion would have, if there was any */
    float across_px;     /**< square to that */
    float one_sided;     /**< how much fine gradients lack in that direction, a log ratio; about 0
                              for sharp and for defocused faces */
    float direction_deg; /**< in the picture, clockwise from level, 0..180 */
} fvi_blur;

/** @return false where there is no texture to tell by */
bool fvi_blur_take(const fvi_view *view, fvi_blur *out);

/**
 * Sigma of white noise in grey levels: the median of |Immerkaer's difference of Laplacians|, over
 * what the mask (may be NULL) leaves of the picture. Grey or RGB. Clipped pixels do not count; NaN
 * where too few are left.
 */
float fvi_grain(const fvi_image *image, const fvi_image *mask);

/** The part of the picture within `half` pixels of a point, as far as there is one. */
fvi_image fvi_patch(const fvi_image *picture, fvi_point middle, float half);

/** From view pixels to those of found.picture. */
fvi_point fvi_view_to_picture(const fvi_view *view, fvi_point at);

#endif
