/* SPDX-License-Identifier: Apache-2.0 */
/* Liveness within the flow: an onlooker of the selfie. */
#ifndef FVI_LIVE_H
#define FVI_LIVE_H

#include "faceverify/liveness.h"
#include "verify/photo.h"

typedef struct fvi_live {
    fvi_reasons *reasons; /**< in: what the measures say; what liveness says is added */
    fvi_deadline deadline;
    fv_timings *timings;
    const fvi_live_limits *limits;
    fv_liveness_verdict verdict; /**< out; NOT_ASKED where the selfie is not used anyway */
    float score;                 /**< out; NaN = not taken */
} fvi_live;

/** An fvi_onlook; self is an fvi_live. */
FV_NODISCARD fv_status fvi_live_onlook(void *self, fv_session *session, const fvi_sight *sight,
                                       fv_error *err);

/** fv_liveness() within a time budget, and then FV_E_TIMEOUT. */
FV_NODISCARD fv_status fvi_liveness(fv_session *session, fv_bytes selfie, fvi_deadline deadline,
                                    fv_liveness_result *result, fv_error *err);

#endif
