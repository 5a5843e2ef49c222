/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands share that answer for each of several photographs. */
#ifndef FVI_CLI_PHOTOS_H
#define FVI_CLI_PHOTOS_H

#include "cli/reply.h"
#include "cli/source.h"

/** One photograph and what is known of it. */
typedef struct cli_photo {
    char image[CLI_PATH_CAP]; /**< its file, fit to be shown */
    fv_bytes bytes;
    fv_image kind;
    cli_answer answer;
} cli_photo;

/** A command that looks at photographs one by one. */
typedef struct cli_photos {
    const cli_common *common;
    char *const *paths;
    size_t n_paths;
    fvi_op op;     /**< FVI_OP_QUALITY or FVI_OP_LIVENESS */
    fv_image kind; /**< what they are taken for */
    const void *self;
    /** Instead of asking; NULL = ask */
    fv_status (*ask)(const void *self, cli_source *source, cli_photo *photo);
    void (*text)(const Faceverify__Reply *reply, fv_locale locale, FILE *to);
} cli_photos;

/**
 * Asks and prints for each photograph; one that cannot be read is told, and the others go on.
 *
 * @return the worst exit code of all
 */
int cli_photos_answer(const cli_photos *photos);

/** QualityReply or LivenessReply, also where there is no answer; NULL: out of memory. */
json_t *cli_photo_json(const cli_photos *photos, cli_photo *photo);

#endif
