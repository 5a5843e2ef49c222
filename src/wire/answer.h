/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one place where the engine's answers become messages of proto/faceverify.proto: the service
 * sends them, the command line prints them.
 */
#ifndef FVI_WIRE_ANSWER_H
#define FVI_WIRE_ANSWER_H

#include "faceverify.pb-c.h"
#include "wire/wire.h"

/** A Reply and all that it points to. */
typedef struct fvi_answer fvi_answer;

/**
 * What a caller without `scores` does not see: Scores and LivenessScores; value and limit of
 * reasons; value, score and limits of measures; distance between the eyes and pose; why the service
 * itself failed. What is left says what is wrong and what to do, not by how much.
 *
 * @param reply  only read; its texts and err must outlive *out
 * @return FV_OK, FV_E_NOMEM
 */
FV_NODISCARD fv_status fvi_answer_create(fvi_answer **out, const fvi_wire_reply *reply,
                                         fv_error *err);

/** NULL-safe; sets *answer to NULL. */
void fvi_answer_destroy(fvi_answer **answer);

/** Lives as long as the answer. What is read only may be changed by the caller. */
Faceverify__Reply *fvi_answer_message(fvi_answer *answer);

/** "Judged to be taken of a live person."; "" for an unknown number. Static. */
const char *fvi_liveness_text(fv_liveness_verdict liveness, fv_locale locale);

#endif
