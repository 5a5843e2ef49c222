/* SPDX-License-Identifier: Apache-2.0 */
/* What the replies of several commands are made of, in JSON and in words. */
#ifndef FVI_CLI_REPLY_H
#define FVI_CLI_REPLY_H

#include "cli/cli.h"

/** What a reply tells the member. Borrowed. */
typedef struct cli_told {
    const fv_reason *reasons;
    uint32_t n_reasons;
    const fv_remedy *remedies;
    uint32_t n_remedies;
    fv_wording wording;
} cli_told;

/* Each of these sets *ok to false where something failed; jansson copes with NULL values. */
void cli_set(json_t *o, const char *key, json_t *value, bool *ok);
void cli_set_text(json_t *o, const char *key, const char *text, bool *ok);

/** Not a number, or no limit = not there: protobuf's JSON mapping of an optional field that is not
 *  set. */
void cli_set_real(json_t *o, const char *key, float value, bool *ok);

/** reasons, remedies, remedy_texts. */
void cli_set_told(json_t *o, const cli_told *told, fv_locale locale, bool *ok);

/** field, message. */
void cli_set_failure(json_t *o, fv_status status, const fv_error *err, bool *ok);

json_t *cli_photo_json(const fv_photo_info *p, bool *ok);
json_t *cli_timings_json(const fv_timings *t, bool *ok);

/** Adds the versions; returns o, or frees it and returns NULL where ok is false. */
json_t *cli_finish_json(json_t *o, const fv_versions *versions, bool ok);

/** Headings of what is told, and how a name for programs stands behind a text. */
typedef struct cli_told_words {
    const char *why, *todo, *tag;
    const char *about[3]; /**< both photographs, the selfie, the one on record; NULL = not said */
} cli_told_words;

/** Reasons and remedies, numbered. */
void cli_print_told(const cli_told *told, const cli_told_words *words, fv_locale locale, FILE *to);

/** A name for programs and colleagues behind a text, and the end of the line. */
void cli_print_tag(cli_column *c, const char *tag, const char *name);

/** The columns of the screen that UTF-8 takes. */
unsigned cli_width(const char *text);

#endif
