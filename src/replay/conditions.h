/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conditions that make a run fail: METRIC[COHORT] OP NUMBER, such as
 *
 *   fnmr@1e-3>0.025   fnmr@1e-4[east_asian].high>0.1   apcer:print>=0.05   flips>0
 *
 *   OP       > >= < <=
 *   metrics  pairs: fta, fnmr@RATE, fnmr and fmr (at the match threshold), pass, review,
 *            false_no_match, false_pass, false_review
 *            attacks: apcer (of the worst species), apcer:SPECIES, bpcer, called_attack, bpnrr,
 *            bpcer@0.05, bpcer@0.1 (at that APCER)
 *            quality: refused:LABEL, found:LABEL
 *            all: unreadable, and with a baseline flips
 *   .low, .high behind it: the end of the 95 % interval instead of the value
 *
 * fta, unreadable and flips are of the whole set: they are asked of no cohort.
 *
 * A condition that cannot be evaluated (a rate that the pairs do not support, a species or cohort
 * that is not there) counts as holding: silence must not pass for success.
 */
#ifndef FVI_REPLAY_CONDITIONS_H
#define FVI_REPLAY_CONDITIONS_H

#include <jansson.h>

#include "replay/run.h"

typedef enum fvi_end { FVI_END_VALUE, FVI_END_LOW, FVI_END_HIGH } fvi_end;

typedef struct fvi_condition {
    const char *text; /**< borrowed */
    char metric[32];  /**< "fnmr" */
    char of[64];      /**< species or label; "" */
    char cohort[64];  /**< "" */
    double at;        /**< NaN: none */
    fvi_end end;
    char op[3];
    double limit;
} fvi_condition;

/** @return FV_OK, or FV_E_ARG with what is wrong */
FV_NODISCARD fv_status fvi_condition_parse(fvi_condition *out, const char *text, fv_error *err);

/** Whether a set of that kind has the metric, and what it needs is there. */
FV_NODISCARD fv_status fvi_condition_check(const fvi_condition *c, fvi_kind kind, bool baseline,
                                           fv_error *err);

/**
 * {"condition", "holds", "value", "why"} of one.
 *
 * @param summary  complete but for this
 */
FV_NODISCARD fv_status fvi_condition_judge(const fvi_condition *c, const fvi_run *run,
                                           const json_t *summary, json_t **out, fv_error *err);

/** Writes what fvi_condition_judge() gave as JUnit XML. */
FV_NODISCARD fv_status fvi_junit_write(const char *path, const json_t *conditions, double seconds,
                                       fv_error *err);

#endif
