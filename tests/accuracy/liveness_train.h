/* SPDX-License-Identifier: Apache-2.0 */
/* models/liveness.json from labelled pictures. */
#ifndef FVI_LIVENESS_TRAIN_H
#define FVI_LIVENESS_TRAIN_H

#include "liveness_table.h"

/* Fits, sets the operating points on people that the scores were not fitted on, and writes the
 * model. The pictures' scores are then those that the points were set on. */
void liv_train(liv_set *s, const fv_engine *engine, const char *path);

/* The highest limit below which no more than `rate` of the live pictures that can be judged lie,
 * by their scores. */
fvi_live_point liv_point(const liv_set *s, double rate);

#endif
