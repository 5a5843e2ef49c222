/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of this folder, for each other and their tests. All pure. */
#ifndef FVI_LIVENESS_PARTS_H
#define FVI_LIVENESS_PARTS_H

#include "base/image.h"
#include "face/face.h"

/** Corners in pixels of the picture, where (0, 0) is the top left pixel's outer corner. */
typedef struct fvi_live_rect {
    float x0_px;
    float y0_px;
    float x1_px;
    float y1_px;
} fvi_live_rect;

/** The square around the box's middle, `boxes` times as wide as the box's longer side; false for a
 *  box without area or not finite. */
bool fvi_live_square(const fvi_box *box, float boxes, fvi_live_rect *out);

/** The part of `r` that lies in the picture; false where less than `least_px` are left of its width
 *  or height. */
bool fvi_live_clip(const fvi_live_rect *r, const fvi_image *picture, float least_px,
                   fvi_live_rect *out);

/** Share of the area of `r` that lies in the picture, 0..1. */
float fvi_live_inside(const fvi_live_rect *r, const fvi_image *picture);

/** From the pixels of a side_px square to those of the picture that `r` covers. */
fvi_affine fvi_live_map(const fvi_live_rect *r, int side_px);

enum { FVI_LIVE_GRID = 3 };

/**
 * out = picture within `r`, reduced: each pixel the mean of up to FVI_LIVE_GRID squared ones evenly
 * spread over what it covers. What lies beyond the picture shows its nearest pixel. Takes as long
 * for a large picture as for a small one.
 *
 * @param columns  scratch, FVI_LIVE_GRID * out->width_px values
 * @param out      RGB, as the picture
 */
void fvi_live_reduce(const fvi_image *picture, const fvi_live_rect *r, size_t *columns,
                     fvi_image *out);

/** An upright ellipse, in pixels. */
typedef struct fvi_live_oval {
    float x_px, y_px;   /**< middle */
    float rx_px, ry_px; /**< radii, > 0 */
} fvi_live_oval;

/** The middle of the face, in the pixels of a side_px square that shows `shown`. */
fvi_live_oval fvi_live_face(const fvi_box *box, const fvi_live_rect *shown, int side_px);

/** BLUE_CAST: mean over the oval of ln((B + 2) / (G + 2)), where above 0. 0 where nothing of the
 *  oval is in the picture. */
float fvi_live_blue_cast(const fvi_image *rgb, const fvi_live_oval *face);

/** Side of the grey square that frame edges are sought in, and how many face boxes it is wide. */
enum { FVI_LIVE_FRAME_PX = 96 };
extern const float fvi_live_frame_boxes;

/** First and one past the last column and row that show the picture. */
typedef struct fvi_live_shown {
    int x0, y0, x1, y1;
} fvi_live_shown;

/**
 * FRAME_EDGES: for each of the four sides of the face the best straight line beside it, along the
 * middle half of the side and tilted by up to a quarter: how strong its mean edge is against the
 * picture's, times how much of it has the same sign. The sum of the four.
 *
 * @param grey  FVI_LIVE_FRAME_PX square, the face in its middle
 */
float fvi_live_frame_edges(const fvi_image *grey, const fvi_live_shown *shown);

#endif
