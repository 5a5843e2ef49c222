/* SPDX-License-Identifier: Apache-2.0 */
#include "server/labels.h"

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

static const char *const outcomes[FVI_OUTCOMES] = {
#define X(name, number) [FVI_OUTCOME_##name] = #name,
    FV_DECISION_LIST(X)
#undef X
#define X(name, number) [FVI_OUTCOME_LIVENESS_##name] = #name,
        FV_LIVENESS_LIST(X)
#undef X
            [FVI_OUTCOME_USABLE] = "USABLE",
    [FVI_OUTCOME_UNUSABLE] = "UNUSABLE",
};

static const fvi_op ops[FVI_OPS] = {FVI_OP_NONE,     FVI_OP_VERIFY,  FVI_OP_MATCH,
                                    FVI_OP_LIVENESS, FVI_OP_QUALITY, FVI_OP_INFO};

static const struct {
    fv_reason_code code;
    const char *name;
} reasons[] = {
#define R(name, number, ...) {FV_REASON_##name, #name},
#include "faceverify/reasons.def"
#undef R
};

const fvi_stage fvi_stages[FVI_STAGES] = {
    {"decode", offsetof(fv_timings, decode_us)},
    {"detect", offsetof(fv_timings, detect_us)},
    {"landmarks", offsetof(fv_timings, landmarks_us)},
    {"pose", offsetof(fv_timings, pose_us)},
    {"quality", offsetof(fv_timings, quality_us)},
    {"liveness", offsetof(fv_timings, liveness_us)},
    {"chip", offsetof(fv_timings, chip_us)},
    {"embed", offsetof(fv_timings, embed_us)},
    {"compare", offsetof(fv_timings, compare_us)},
};

static fvi_outcome of_decision(fv_decision decision)
{
    switch (decision) {
#define X(name, number)                                                                            \
    case FV_##name:                                                                                \
        return FVI_OUTCOME_##name;
        FV_DECISION_LIST(X)
#undef X
    }
    return FVI_OUTCOME_UNDECIDED;
}

static fvi_outcome of_liveness(fv_liveness_verdict liveness)
{
    switch (liveness) {
#define X(name, number)                                                                            \
    case FV_LIVENESS_##name:                                                                       \
        return FVI_OUTCOME_LIVENESS_##name;
        FV_LIVENESS_LIST(X)
#undef X
    }
    return FVI_OUTCOME_LIVENESS_NOT_ASKED;
}

fvi_outcome fvi_outcome_of(fvi_op op, fvi_answered status, fv_decision decision,
                           fv_liveness_verdict liveness, bool usable)
{
    if (status != FVI_ANSWERED_OK) return FVI_OUTCOME_UNDECIDED;
    switch (op) {
    case FVI_OP_VERIFY:
    case FVI_OP_MATCH:
        return of_decision(decision);
    case FVI_OP_LIVENESS:
        return of_liveness(liveness);
    case FVI_OP_QUALITY:
        return usable ? FVI_OUTCOME_USABLE : FVI_OUTCOME_UNUSABLE;
    case FVI_OP_NONE:
    case FVI_OP_INFO:
        break;
    }
    return FVI_OUTCOME_UNDECIDED;
}

const char *fvi_outcome_name(fvi_outcome outcome)
{
    if (outcome <= FVI_OUTCOME_UNDECIDED || outcome >= FVI_OUTCOMES) return "none";
    return outcomes[outcome];
}

size_t fvi_op_index(fvi_op op)
{
    for (size_t i = 0; i < FVI_OPS; i++)
        if (ops[i] == op) return i;
    return 0;
}

const char *fvi_op_label(size_t index)
{
    return ops[index] == FVI_OP_NONE ? "none" : fvi_op_name(ops[index]);
}

size_t fvi_status_index(fvi_answered status)
{
    size_t i = (size_t)status;
    return i < FVI_STATUSES ? i : (size_t)FVI_INTERNAL;
}

const char *fvi_status_label(size_t index)
{
    return fvi_answered_name((fvi_answered)index);
}

size_t fvi_reason_labels(void)
{
    return LENGTH(reasons);
}

size_t fvi_reason_index(fv_reason_code code)
{
    size_t i = 0;
    while (i < LENGTH(reasons) && reasons[i].code != code)
        i++;
    return i;
}

const char *fvi_reason_label(size_t index)
{
    return reasons[index].name;
}
