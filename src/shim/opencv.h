/* SPDX-License-Identifier: Apache-2.0 */
/* Plain C over OpenCV. Converts types and nothing else; no exception leaves it. */
#ifndef FVI_SHIM_OPENCV_H
#define FVI_SHIM_OPENCV_H

#include "base/error.h"
#include "base/image.h"
#include "faceverify/bytes.h"

FV_BEGIN_C

/**
 * Silences OpenCV's own printing and holds it to the calling thread (no worker threads). Every
 * function below has called it; idempotent and thread-safe.
 */
void fvi_cv_init(void) FV_NOEXCEPT;

/** OpenCV's version, static text. */
const char *fvi_cv_version(void) FV_NOEXCEPT;

/** How many threads OpenCV would use for one call: 1 after fvi_cv_init(). */
int fvi_cv_threads(void) FV_NOEXCEPT;

/**
 * src into dst, at dst's size: area average where it gets smaller, bilinear where it gets larger.
 * Channels must be equal; the two must not overlap.
 */
FV_NODISCARD fv_status fvi_cv_resize(const fvi_image *src, fvi_image *dst,
                                     fv_error *err) FV_NOEXCEPT;

/**
 * dst(x, y) = src(m0 x + m1 y + m2, m3 x + m4 y + m5), bilinear; black where src has nothing
 * (border 0), or the nearest pixel of src (border 1).
 */
FV_NODISCARD fv_status fvi_cv_warp(const fvi_image *src, const float m[6], int border,
                                   fvi_image *dst, fv_error *err) FV_NOEXCEPT;

/** RGB to grey (BT.601 luma), same size. */
FV_NODISCARD fv_status fvi_cv_grey(const fvi_image *src, fvi_image *dst, fv_error *err) FV_NOEXCEPT;

/** Sets every pixel of a grey picture within a polygon of 3 to 128 points (even-odd), cut at the
 *  border. */
FV_NODISCARD fv_status fvi_cv_fill(fvi_image *dst, const fvi_point *points, size_t n, uint8_t value,
                                   fv_error *err) FV_NOEXCEPT;

/**
 * Discrete Fourier transform of a square of floats, packed: out[2 (side v + u)] and the next are
 * the real and the imaginary part at u cycles across and v down per side. Side 2 to 1024; out has
 * room for 2 side side floats; the two must not overlap.
 */
FV_NODISCARD fv_status fvi_cv_spectrum(const float *in, int side, float *out,
                                       fv_error *err) FV_NOEXCEPT;

/** What lines, dots and letters are drawn with: RGB, antialiased, cut at the border. */
typedef struct fvi_pen {
    uint8_t rgb[3];
    int size_px; /**< width of a line, diameter of a dot, height of a capital; 1..256 */
} fvi_pen;

/** The outline of a polygon of 2 to 128 points on an RGB picture. */
FV_NODISCARD fv_status fvi_cv_polygon(fvi_image *dst, const fvi_point *points, size_t n,
                                      const fvi_pen *pen, fv_error *err) FV_NOEXCEPT;

/** A dot at each of 1 to 128 points of an RGB picture. */
FV_NODISCARD fv_status fvi_cv_dots(fvi_image *dst, const fvi_point *points, size_t n,
                                   const fvi_pen *pen, fv_error *err) FV_NOEXCEPT;

/** One line of ASCII on an RGB picture; `at` is its lower left corner. */
FV_NODISCARD fv_status fvi_cv_text(fvi_image *dst, const char *text, fvi_point at,
                                   const fvi_pen *pen, fv_error *err) FV_NOEXCEPT;

/** The borders of what is not 0 in a grey picture; its pixel (x, y) stands on the RGB picture dst
 * at (m0 x + m1 y + m2, m3 x + m4 y + m5). */
FV_NODISCARD fv_status fvi_cv_borders(fvi_image *dst, const fvi_image *mask, const float m[6],
                                      const fvi_pen *pen, fv_error *err) FV_NOEXCEPT;

/** A network in OpenCV DNN with its activations: belongs to one thread at a time. */
typedef struct fvi_cv_net fvi_cv_net;

FV_NODISCARD fv_status fvi_cv_net_create(fvi_cv_net **out, fv_bytes onnx,
                                         fv_error *err) FV_NOEXCEPT;
void fvi_cv_net_destroy(fvi_cv_net **net) FV_NOEXCEPT;

/** What to run: NCHW input, and where each named output goes. */
typedef struct fvi_cv_run {
    const char *input_name;
    const float *input;
    int input_dims[4];
    const char *const *output_names;
    float *const *outputs;       /**< outputs[i] has room for output_counts[i] floats */
    const size_t *output_counts; /**< FV_E_MODEL when the network gives another number */
    size_t n_outputs;            /**< 1..8 */
} fvi_cv_run;

FV_NODISCARD fv_status fvi_cv_net_run(fvi_cv_net *net, const fvi_cv_run *run,
                                      fv_error *err) FV_NOEXCEPT;

/**
 * Overwrites the network's copies of its last input and outputs with zeros. What lies between stays
 * in OpenCV's own memory until the next pass overwrites it or the network is destroyed, and is
 * freed without being overwritten: OpenCV gives no way to it. NULL-safe.
 */
void fvi_cv_net_wipe(fvi_cv_net *net) FV_NOEXCEPT;

FV_END_C
#endif
