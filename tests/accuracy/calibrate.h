/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FVI_ACCURACY_CALIBRATE_H
#define FVI_ACCURACY_CALIBRATE_H

#include "images.h"

/** Writes the pack's calibration: all pairs of different people in the LFW part (cohort general),
 *  those among the identities of its cohorts.csv, and the performers (informs only). */
void acc_calibrate(const acc_set *lfw, const acc_set *performers, const fv_engine *engine,
                   const char *path);

#endif
