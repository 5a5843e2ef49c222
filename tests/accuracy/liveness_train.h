/* SPDX-License-Identifier: Apache-2.0 */
/* models/liveness.json from labelled pictures. */
#ifndef FVI_LIVENESS_TRAIN_H
#define FVI_LIVENESS_TRAIN_H

#include "liveness_table.h"

/* Fits, sets the operating points on people that the scores were not fitted on, and writes the
 * model. The pictures' scores are then those that the points were set on. */
void liv_train(liv_set *s, const fv_engine *engine, const char *path);

/* A folder with the files of `models` and a neutral liveness.json in place of theirs: what is to be
 * written anew need not be readable. */
char *liv_neutral_models(const char *models);

/* Removes it, and frees its name. */
void liv_remove_neutral(char *dir);

/* The highest limit below which no more than `rate` of the live pictures that can be judged lie,
 * by their scores. */
fvi_live_point liv_point(const liv_set *s, double rate);

#endif
