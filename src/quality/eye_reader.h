/* SPDX-License-Identifier: Apache-2.0 */
/* Asks the pack's eye_state network about the eyes of a view. */
#ifndef FVI_QUALITY_EYE_READER_H
#define FVI_QUALITY_EYE_READER_H

#include "quality/view.h"

/** The network with its scratch: one thread's. */
typedef struct fvi_eye_reader fvi_eye_reader;

/** `arena` as for fvi_nn_session_create(). */
FV_NODISCARD fv_status fvi_eye_reader_create(fvi_eye_reader **out, const fvi_nn_model *eye_state,
                                             fvi_buffer *arena, fv_error *err);

/** Wipes and frees; NULL-safe, sets *reader to NULL. */
void fvi_eye_reader_destroy(fvi_eye_reader **reader);

/** Overwrites pixels and activations. */
void fvi_eye_reader_wipe(fvi_eye_reader *reader);

/** Fills view->eye_open; the rest of the view must be there. */
FV_NODISCARD fv_status fvi_eye_read(fvi_eye_reader *reader, fvi_view *view, fv_error *err);

#endif
