/* SPDX-License-Identifier: Apache-2.0 */
/* Plain C over dlib's HOG frontal face detector. No exception leaves it. */
#ifndef FVI_SHIM_DLIB_H
#define FVI_SHIM_DLIB_H

#include "base/error.h"
#include "base/image.h"

FV_BEGIN_C

/**
 * A detector with its scratch: belongs to one thread at a time. dlib keeps the gradients of the
 * last picture until the next run, or until it is destroyed, and gives no way to overwrite them.
 */
typedef struct fvi_hog fvi_hog;

/** The first one of a process takes about half a second, the others next to nothing. Thread-safe.
 */
FV_NODISCARD fv_status fvi_hog_create(fvi_hog **out, fv_error *err) FV_NOEXCEPT;
void fvi_hog_destroy(fvi_hog **hog) FV_NOEXCEPT;

/**
 * Upright frontal faces from about 80 px on, best first, in grey's pixels. box.score is dlib's
 * detection confidence (unbounded, > 0), not a probability.
 *
 * @param grey   one channel
 * @param[out] n number found; may exceed cap, of which cap were written
 */
FV_NODISCARD fv_status fvi_hog_run(fvi_hog *hog, const fvi_image *grey, fvi_box *boxes, size_t cap,
                                   size_t *n, fv_error *err) FV_NOEXCEPT;

FV_END_C
#endif
