/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Error rates of liveness (ISO/IEC 30107-3), over the presentations whose picture can be judged:
 * those have a score. APCER: attacks of one species that pass as live. BPCER: live ones that do
 * not, be they called attacks or left in doubt. Pictures that cannot be judged (too dark, too
 * little around the face) are counted apart (APNRR, BPNRR). There is no mean of the two.
 */
#ifndef FVI_REPLAY_PAD_H
#define FVI_REPLAY_PAD_H

#include "replay/trials.h"

#define FVI_LIVE UINT32_MAX

/** A judged presentation. */
typedef struct fvi_presentation {
    float score;      /**< at or above a limit: live; never NaN */
    uint32_t species; /**< FVI_LIVE: bona fide */
    uint32_t person;
} fvi_presentation;

/** The limit at which no species' APCER is above `apcer`, and the BPCER there. */
typedef struct fvi_pad_point {
    double apcer;
    float limit; /**< the lowest such: just above the score that must not pass */
    fvi_share bpcer;
} fvi_pad_point;

/** Highest score first. */
void fvi_presentations_sort(fvi_presentation *all, size_t n);

/**
 * @param all   sorted
 * @param out   apcer set; the rest is filled, the interval by drawing people (the limit is taken
 *              anew in every replicate)
 */
FV_NODISCARD fv_status fvi_bpcer_at(const fvi_presentation *all, size_t n, uint32_t n_people,
                                    const fvi_bootstrap *how, fvi_pad_point *out, fv_error *err);

#endif
