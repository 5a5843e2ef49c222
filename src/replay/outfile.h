/* SPDX-License-Identifier: Apache-2.0 */
/* A file that is there whole or not at all: written beside its place, then put there. */
#ifndef FVI_REPLAY_OUTFILE_H
#define FVI_REPLAY_OUTFILE_H

#include <stdbool.h>
#include <stdio.h>

#include <jansson.h>

#include "base/error.h"

typedef struct fvi_outfile {
    char path[1200];
    char temporary[1220];
    FILE *to;
} fvi_outfile;

/** Opens `dir`/`name`, or `name` where dir is NULL. */
FV_NODISCARD fv_status fvi_outfile_open(fvi_outfile *f, const char *dir, const char *name,
                                        fv_error *err);

/** To the disk, and in its place. */
FV_NODISCARD fv_status fvi_outfile_commit(fvi_outfile *f, fv_error *err);

/** Throws away what was not committed. {0} is valid. */
void fvi_outfile_drop(fvi_outfile *f);

/** A whole JSON document. */
FV_NODISCARD fv_status fvi_outfile_json(const char *dir, const char *name, const json_t *doc,
                                        fv_error *err);

#endif
