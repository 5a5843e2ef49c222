/* SPDX-License-Identifier: Apache-2.0 */
/* Taking all measures of a photograph. */
#ifndef FVI_QUALITY_VIEWER_H
#define FVI_QUALITY_VIEWER_H

#include "quality/view.h"

/** Scratch of one thread of measuring. */
typedef struct fvi_viewer fvi_viewer;

/** `eye_state` NULL: eyes are not assessed. `arena` as for fvi_nn_session_create(). */
FV_NODISCARD fv_status fvi_viewer_create(fvi_viewer **out, const fvi_nn_model *eye_state,
                                         fvi_buffer *arena, fv_error *err);

/** Wipes and frees; NULL-safe, sets *viewer to NULL. */
void fvi_viewer_destroy(fvi_viewer **viewer);

/** Overwrites the last view. */
void fvi_viewer_wipe(fvi_viewer *viewer);

/** Makes the view alone; *out points into the viewer. */
FV_NODISCARD fv_status fvi_viewer_look(fvi_viewer *viewer, const fvi_found *found, fvi_view *out,
                                       fv_error *err);

/** Looks, and takes every measure of the table. */
FV_NODISCARD fv_status fvi_viewer_measure(fvi_viewer *viewer, const fvi_found *found,
                                          fvi_measured *out, fv_error *err);

/** 0..100 of a measure's value, higher = better; NaN for NaN. Pure. */
float fvi_measure_score(fvi_measure measure, float value);

#endif
