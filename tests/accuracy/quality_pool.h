/* SPDX-License-Identifier: Apache-2.0 */
/* Photographs through the flow on several threads; every failure ends the program. */
#ifndef FVI_ACCURACY_QUALITY_POOL_H
#define FVI_ACCURACY_QUALITY_POOL_H

#include "verify/photo.h"

/** Calls work(session, i, context) for every i below n, each thread with a session of its own. */
typedef void (*qual_work)(fv_session *session, size_t i, void *context);
void qual_each(const fv_engine *engine, unsigned threads, size_t n, qual_work work, void *context);

/** A file's bytes; free() data. */
fv_bytes qual_read(const char *path);

/** Decodes, finds the face, measures. */
fvi_seen qual_examine(fv_session *session, fv_bytes bytes, fv_image kind);

void qual_die(const char *what, const char *where);

/** Never NULL. */
void *qual_room(size_t n, size_t each);

#endif
