/* SPDX-License-Identifier: Apache-2.0 */
/* Names and small dense numbers of what replies are counted and logged by. All thread-safe. */
#ifndef FVI_SERVER_LABELS_H
#define FVI_SERVER_LABELS_H

#include <stdbool.h>
#include <stddef.h>

#include "faceverify/verify.h"
#include "wire/wire.h"

/** The answer of whichever operation, 0 = there is none. */
typedef enum fvi_outcome {
#define X(name, number) FVI_OUTCOME_##name,
    FV_DECISION_LIST(X)
#undef X
#define X(name, number) FVI_OUTCOME_LIVENESS_##name,
        FV_LIVENESS_LIST(X)
#undef X
            FVI_OUTCOME_USABLE,
    FVI_OUTCOME_UNUSABLE,
    FVI_OUTCOMES
} fvi_outcome;

/** Only a reply with FVI_ANSWERED_OK has an outcome. */
fvi_outcome fvi_outcome_of(fvi_op op, fvi_answered status, fv_decision decision,
                           fv_liveness_verdict liveness, bool usable);

/** "PASS", "LIVE", "USABLE"; "none". Static. */
const char *fvi_outcome_name(fvi_outcome outcome);

enum { FVI_OPS = 6, FVI_STATUSES = 8 };

/** 0 = none, or unknown. */
size_t fvi_op_index(fvi_op op);
const char *fvi_op_label(size_t index);

/** An unknown number counts as INTERNAL. */
size_t fvi_status_index(fvi_answered status);
const char *fvi_status_label(size_t index);

/** How many reasons there are. */
size_t fvi_reason_labels(void);

/** fvi_reason_labels() for an unknown code. */
size_t fvi_reason_index(fv_reason_code code);
const char *fvi_reason_label(size_t index);

/** The stages of fv_timings, in its order. */
typedef struct fvi_stage {
    const char *name;
    size_t offset; /**< of its uint32_t in fv_timings */
} fvi_stage;

enum { FVI_STAGES = 9 };
extern const fvi_stage fvi_stages[FVI_STAGES];

#endif
