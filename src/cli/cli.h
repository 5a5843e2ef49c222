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

enum {
    CLI_GO_ON = -1, /**< cli_parse(): not an exit code */
    CLI_OVERRIDES_MAX = 64,
    CLI_PATH_CAP = 160,
};

/** Options that every command has. A cli_common has one address from cli_parse() on. */
typedef struct cli_common {
    const char *command;     /**< "verify"; "" for the program itself */
    const char *config_path; /**< NULL = none */
    const char *overrides[CLI_OVERRIDES_MAX];
    size_t n_overrides;
    bool json;
    bool help;
    fv_locale locale;
    const char *url; /**< of a service; NULL = an engine in this process */
    const char *tls_ca, *tls_cert, *tls_key;
    fv_error usage; /**< what is wrong with the command line; the first mistake */
    char models_override[1100];
} cli_common;

/** What was answered, or why nothing was. */
typedef struct cli_answer {
    fv_status status;
    fv_error err;
    fv_versions versions; /**< of the engine in this process */
    struct Faceverify__Reply
        *message;            /**< the answer; where status is not OK, what a service sent */
    struct fvi_answer *made; /**< what the message lies in: either of these */
    struct fv_client_reply *came;
} cli_answer;

/** --config, --set, --models, --json, --locale, --help; its input is a cli_common. */
extern const struct argp cli_common_argp;

/** A cli_common with the locale of the user's environment. */
cli_common cli_common_init(const char *command);

/**
 * Reads a command line. A parser that refuses something records it in c->usage (fvi_fail_field())
 * and returns EINVAL; it neither prints nor exits.
 *
 * @param argp   has cli_common_argp among its children, with c as that child's input
 * @param input  of argp's own parser
 * @return CLI_GO_ON, or the exit code after help, or after what is wrong, was printed
 */
int cli_parse(cli_common *c, const struct argp *argp, int argc, char **argv, void *input);

/** Records what is wrong with the command line, as c->usage says. @return EINVAL */
error_t cli_wrong(cli_common *c, const char *field, const char *text);

/** Whether the text is a whole number in decimal digits, 0 to most; *out is untouched where not. */
bool cli_whole(const char *text, uint64_t most, uint64_t *out);

/** Prints `faceverify COMMAND: TEXT` to standard error. */
void cli_error(const cli_common *c, const char *fmt, ...) FV_PRINTF(2, 3);

/**
 * A name for a message: well-formed UTF-8 in one line, cut to cap - 1 bytes. What has the form of
 * an ID number is not shown.
 */
void cli_show_path(const char *path, char *out, size_t cap);

/**
 * Prints a failure with its cause to standard error and, with --json, the reply to standard output.
 *
 * @return the exit code that it deserves
 */
int cli_fail(const cli_common *c, const cli_answer *failed);

/**
 * Prints a failure with its cause to standard error. Where err has no text or field, the status
 * gives one.
 *
 * @return the exit code that it deserves
 */
int cli_tell_failure(const cli_common *c, fv_status status, fv_error *err);

/**
 * Reads a photograph; *out is the caller's to wipe and free().
 *
 * @param field  of the request, for the error, which says what the path is instead of a file
 */
fv_status cli_read_photo(const char *path, const char *field, uint8_t **out, size_t *len,
                         fv_error *err);

/** Where a file is to be written. */
typedef struct cli_target {
    const char *path;
    const char *field; /**< for the error */
    const char *never; /**< a file that must not be overwritten, or NULL */
} cli_target;

/**
 * Writes a file that its owner alone may read: whole, or not at all. What was there is replaced.
 *
 * @return FV_OK, FV_E_ARG (a path that cannot be written to), FV_E_INTERNAL (the disk is full or
 *         broken), FV_E_NOMEM
 */
fv_status cli_write_file(const cli_target *to, fv_bytes content, fv_error *err);

/** Prints a JSON document and frees it; returns EXIT_FAULT when it could not be written. */
int cli_print_json(const cli_common *c, json_t *doc, int exit_code);

/** Flushes standard output; EXIT_FAULT when something that was printed was lost. */
int cli_finish(const cli_common *c, int exit_code);

fv_engine_options cli_engine_options(const cli_common *c);

/** The commands; argv[0] is "faceverify COMMAND". */
int cmd_verify(int argc, char **argv);
int cmd_match(int argc, char **argv);
int cmd_quality(int argc, char **argv);
int cmd_liveness(int argc, char **argv);
int cmd_replay(int argc, char **argv);
int cmd_calibrate(int argc, char **argv);
int cmd_serve(int argc, char **argv);
int cmd_models(int argc, char **argv);
int cmd_config(int argc, char **argv);
int cmd_bench(int argc, char **argv);

/** Which column of the screen the text ends in: a Chinese character is two wide. */
typedef struct cli_column {
    FILE *to;
    unsigned indent; /**< of the lines after a break */
    unsigned at;
} cli_column;

/** Prints UTF-8 and breaks lines before column 80, where the language allows a break. */
void cli_print_wrapped(cli_column *c, const char *text);

#endif
