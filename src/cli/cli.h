/* SPDX-License-Identifier: Apache-2.0 */
/* What the subcommands share. */
#ifndef FVI_CLI_H
#define FVI_CLI_H

#include <argp.h>
#include <stdbool.h>
#include <stdio.h>

#include <jansson.h>

#include "faceverify/faceverify.h"

/** Exit codes: stable, scripts rely on them. */
enum {
    EXIT_YES = 0,   /**< PASS or NOT_REQUIRED; what was asked was done */
    EXIT_NO = 1,    /**< any other decision */
    EXIT_USAGE = 2, /**< the command line or the configuration is wrong */
    EXIT_FAULT = 3, /**< the machine could not answer */
};

enum { CLI_OVERRIDES_MAX = 64 };

/** Options that every command has. */
typedef struct cli_common {
    const char *command;     /**< "verify" */
    const char *config_path; /**< NULL = none */
    const char *overrides[CLI_OVERRIDES_MAX];
    size_t n_overrides;
    bool json;
    fv_locale locale;
    char models_override[1100];
} cli_common;

/** --config, --set, --models, --json, --locale; its input is a cli_common. */
extern const struct argp cli_common_argp;

/** A cli_common with the locale of the user's environment. */
cli_common cli_common_init(const char *command);

/** Prints `faceverify COMMAND: TEXT` to standard error. */
void cli_error(const cli_common *c, const char *fmt, ...) FV_PRINTF(2, 3);

/** Prints a failure with its cause; returns the exit code that it deserves. */
int cli_fail(const cli_common *c, fv_status st, const fv_error *err);

/** Prints a JSON document and frees it; returns EXIT_FAULT when it could not be written. */
int cli_print_json(const cli_common *c, json_t *doc, int exit_code);

/** Flushes standard output; EXIT_FAULT when something that was printed was lost. */
int cli_finish(const cli_common *c, int exit_code);

fv_engine_options cli_engine_options(const cli_common *c);

/** The commands; argv[0] is "faceverify COMMAND". */
int cmd_verify(int argc, char **argv);
int cmd_match(int argc, char **argv);
int cmd_models(int argc, char **argv);
int cmd_config(int argc, char **argv);

/** What the reply is made of. */
typedef struct cli_answer {
    fv_status status;
    fv_error err;
    fv_result result; /**< when status is FV_OK */
    fv_versions versions;
} cli_answer;

/** The reply message of proto/faceverify.proto in protobuf's JSON mapping; NULL: out of memory. */
json_t *cli_reply_json(const cli_answer *a, fv_locale locale);

/** The same for people. */
void cli_reply_text(const cli_answer *a, fv_locale locale, bool details, FILE *to);

/** The wire's name for a status: "OK", "INVALID_REQUEST", ... Static. */
const char *cli_status_name(fv_status st);

#endif
