/* SPDX-License-Identifier: Apache-2.0 */
/* report.html: the summary for people, in one file that fetches nothing. */
#ifndef FVI_REPLAY_REPORT_H
#define FVI_REPLAY_REPORT_H

#include <jansson.h>

#include "base/error.h"

/** Another run whose curve is drawn too. */
typedef struct fvi_overlay {
    char name[64];
    json_t *summary; /**< owned by the caller */
} fvi_overlay;

typedef struct fvi_report {
    const json_t *summary;
    const fvi_overlay *overlays;
    size_t n_overlays;
    const char *root; /**< of the images, for thumbnails; NULL = none */
} fvi_report;

/** Writes `dir`/report.html. */
FV_NODISCARD fv_status fvi_report_write(const fvi_report *r, const char *dir, fv_error *err);

/** A small JPEG of a file as the text of a data: address; NULL where there is none. The caller's to
 *  free(). */
char *fvi_thumbnail(const char *path);

#endif
