/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FVI_VERIFY_QUALITY_H
#define FVI_VERIFY_QUALITY_H

#include "faceverify/quality.h"
#include "verify/photo.h"

/** What fv_quality() is asked. */
typedef struct fvi_quality_ask {
    fv_bytes photo;
    fv_image kind;
    fvi_deadline deadline;
    fvi_onlook *onlook; /**< see fvi_examine; its time counts as part of the whole only */
    void *onlooker;
} fvi_quality_ask;

/** fv_quality() with somebody who looks on. */
FV_NODISCARD fv_status fvi_quality(fv_session *session, const fvi_quality_ask *ask,
                                   fv_quality_result *result, fv_error *err);

#endif
