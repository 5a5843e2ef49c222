/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands share that answer for each of several photographs. */
#ifndef FVI_CLI_PHOTOS_H
#define FVI_CLI_PHOTOS_H

#include "cli/cli.h"
#include "faceverify/liveness.h"

/** One photograph and what is known of it. */
typedef struct cli_photo {
    char image[CLI_PATH_CAP]; /**< its file, fit to be shown */
    fv_bytes bytes;
    fv_status status;
    fv_error err;
    fv_versions versions;
    fv_image kind;
    fv_quality_result quality;   /**< of `faceverify quality`, when status is FV_OK */
    fv_liveness_result liveness; /**< of `faceverify liveness`, likewise */
} cli_photo;

/** A command that looks at photographs one by one. */
typedef struct cli_photos {
    const cli_common *common;
    char *const *paths;
    size_t n_paths;
    fv_image kind; /**< what they are taken for */
    void *self;    /**< of the functions below */
    fv_status (*ask)(void *self, fv_session *session, cli_photo *photo, fv_error *err);
    bool (*good)(const cli_photo *photo);
    json_t *(*json)(const cli_photo *photo, fv_locale locale); /**< also where status is not OK */
    void (*text)(const cli_photo *photo, fv_locale locale, FILE *to);
} cli_photos;

/**
 * Asks and prints for each photograph; one that cannot be read is told, and the others go on.
 *
 * @return the worst exit code of all
 */
int cli_photos_answer(const cli_photos *photos);

/** QualityReply; NULL: out of memory. */
json_t *cli_quality_json(const cli_photo *photo, fv_locale locale);

/** The same for people: verdict, reasons, a table of the measures. */
void cli_quality_text(const cli_photo *photo, fv_locale locale, FILE *to);

/** LivenessReply; NULL: out of memory. */
json_t *cli_liveness_json(const cli_photo *photo, fv_locale locale);

/** The same for people: verdict, reasons. */
void cli_liveness_text(const cli_photo *photo, fv_locale locale, FILE *to);

/** With the score and its limit. */
void cli_liveness_details(const cli_photo *photo, fv_locale locale, FILE *to);

/** One sentence for the member; static. */
const char *cli_liveness_sentence(fv_liveness_verdict liveness, fv_locale locale);

#endif
