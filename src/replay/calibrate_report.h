/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FVI_REPLAY_CALIBRATE_REPORT_H
#define FVI_REPLAY_CALIBRATE_REPORT_H

#include <jansson.h>

#include "base/error.h"

/** A calibration as a page: thresholds with bounds, fit, reliability. */
FV_NODISCARD fv_status fvi_calibrate_report(const json_t *doc, const char *path, fv_error *err);

#endif
