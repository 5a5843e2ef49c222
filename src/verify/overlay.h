/* SPDX-License-Identifier: Apache-2.0 */
/* What was seen in a photograph, drawn for the people who help members. */
#ifndef FVI_OVERLAY_H
#define FVI_OVERLAY_H

#include "verify/quality.h"

enum {
    FVI_OVERLAY_LONGER_PX = 1280, /**< a larger photograph is reduced to this */
    FVI_OVERLAY_SMALLER_PX = 640, /**< one whose longer side is below is enlarged to this */
    FVI_OVERLAY_PANEL_PX = 416,   /**< width of what stands to the right of the photograph */
    FVI_OVERLAY_LEAST_HIGH_PX = 600,
};

/** A PNG file in memory. */
typedef struct fvi_png {
    uint8_t *data; /**< the caller's to wipe and free(); NULL: no file */
    size_t len;
} fvi_png;

/**
 * fv_quality() that also draws: the photograph upright with the box, the landmarks and the border
 * of the skin that was measured; to its right that skin with its light in false colours (blue:
 * under-exposed, red: over-exposed). Where no face was found: the light of the whole picture.
 *
 * @param ask       its onlook is not called
 * @param[out] png  none where the file could not be decoded; untouched on failure
 */
FV_NODISCARD fv_status fvi_quality_overlay(fv_session *session, const fvi_quality_ask *ask,
                                           fvi_png *png, fv_quality_result *result, fv_error *err);

#endif
