/* SPDX-License-Identifier: Apache-2.0 */
#define _DEFAULT_SOURCE /* explicit_bzero */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "cli/cli.h"

/* A file beyond this is not read at all; the engine's own limit is a setting. */
enum { FILE_MAX_BYTES = 512 << 20, ID_CAP = 64 };

typedef struct args {
    cli_common common;
    bool age_gate; /* verify, not match */
    bool details;
    const char *birth_date;
    const char *channel;
    char id_number[ID_CAP];
    bool has_id;
    uint32_t deadline_ms;
    const char *paths[2];
    unsigned n_paths;
} args;

enum { OPT_BIRTH_DATE = 256, OPT_ID_NUMBER, OPT_CHANNEL, OPT_DEADLINE };

static const struct argp_option match_options[] = {
    {"channel", OPT_CHANNEL, "NAME", 0,
     "nhsa-app, alipay, wechat, zheliban or counter: decides which remedies are given", 1},
    {"deadline-ms", OPT_DEADLINE, "N", 0, "Give up after N milliseconds", 1},
    {"details", 'd', NULL, 0, "Also print what was measured, the scores and the times", 1},
    {0},
};

static const struct argp_option verify_options[] = {
    {"birth-date", OPT_BIRTH_DATE, "YYYY-MM-DD", 0,
     "Of the person: under 16, no photograph is looked at", 1},
    {"id-number", OPT_ID_NUMBER, "NUMBER", 0,
     "Resident ID number (18 or 15 characters) to take the birth date from; '-' reads it from "
     "standard input, so that it stays out of the shell's history",
     1},
    {"channel", OPT_CHANNEL, "NAME", 0,
     "nhsa-app, alipay, wechat, zheliban or counter: decides which remedies are given", 1},
    {"deadline-ms", OPT_DEADLINE, "N", 0, "Give up after N milliseconds", 1},
    {"details", 'd', NULL, 0, "Also print what was measured, the scores and the times", 1},
    {0},
};

static void take_id(args *a, char *arg, struct argp_state *state)
{
    if (strcmp(arg, "-") == 0) {
        if (fgets(a->id_number, sizeof a->id_number, stdin) == NULL)
            argp_error(state, "--id-number: nothing on standard input");
        a->id_number[strcspn(a->id_number, "\r\n")] = '\0';
    } else {
        (void)snprintf(a->id_number, sizeof a->id_number, "%s", arg);
        explicit_bzero(arg, strlen(arg)); /* other users see a command line */
    }
    a->has_id = true;
}

static void take_deadline(args *a, const char *arg, struct argp_state *state)
{
    char *end = NULL;
    errno = 0;
    unsigned long v = strtoul(arg, &end, 10);
    if (errno != 0 || *end != '\0' || arg[0] < '0' || arg[0] > '9' || v < 1 || v > 600000)
        argp_error(state, "--deadline-ms: '%s' is not a number from 1 to 600000", arg);
    a->deadline_ms = (uint32_t)v;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    args *a = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &a->common;
        return 0;
    case OPT_BIRTH_DATE:
        a->birth_date = arg;
        return 0;
    case OPT_ID_NUMBER:
        take_id(a, arg, state);
        return 0;
    case OPT_CHANNEL:
        a->channel = arg;
        return 0;
    case OPT_DEADLINE:
        take_deadline(a, arg, state);
        return 0;
    case 'd':
        a->details = true;
        return 0;
    case ARGP_KEY_ARG:
        if (a->n_paths == 2) argp_error(state, "more than two photographs");
        else a->paths[a->n_paths++] = arg;
        return 0;
    case ARGP_KEY_END:
        if (a->n_paths < 2 && !(a->n_paths == 0 && (a->birth_date != NULL || a->has_id)))
            argp_error(state, "two photographs are needed: SELFIE RECORD");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static fv_status read_photos(const args *a, uint8_t *bytes[2], fv_request *request, fv_error *err)
{
    fv_status st = FV_OK;
    size_t len[2] = {0};

    for (unsigned i = 0; i < a->n_paths; i++)
        FVI_TRY(fvi_file_read(a->paths[i], FILE_MAX_BYTES, FV_E_ARG, &bytes[i], &len[i], err));
    request->selfie = (fv_bytes){bytes[0], len[0]};
    request->record = (fv_bytes){bytes[1], len[1]};
out:
    return st;
}

static void ask(const args *a, const fv_request *request, const fv_engine_options *options,
                cli_answer *answer, fv_engine **engine)
{
    fv_status st = FV_OK;
    fv_session *session = NULL;
    fv_error *err = &answer->err;

    FVI_TRY(fv_engine_create(engine, options, err));
    FVI_TRY(fv_engine_versions(*engine, &answer->versions, err));
    FVI_TRY(fv_session_create(&session, *engine, err));
    FVI_TRY(a->age_gate ? fv_verify(session, request, &answer->result, err)
                        : fv_match(session, request, &answer->result, err));
out:
    answer->status = st;
    fv_session_destroy(&session);
}

static int print(const args *a, const cli_answer *answer)
{
    fv_decision d = answer->result.decision;
    int code = d == FV_PASS || d == FV_NOT_REQUIRED ? EXIT_YES : EXIT_NO;

    if (answer->status != FV_OK) code = cli_fail(&a->common, answer->status, &answer->err);
    if (a->common.json)
        return cli_print_json(&a->common, cli_reply_json(answer, a->common.locale), code);
    if (answer->status == FV_OK)
        cli_reply_text(answer, a->common.locale, a->details, stdout);
    return cli_finish(&a->common, code);
}

static int run(args *a)
{
    fv_request request = FV_REQUEST_INIT;
    fv_engine_options options = cli_engine_options(&a->common);
    fv_engine *engine = NULL;
    uint8_t *bytes[2] = {NULL, NULL};
    cli_answer answer = {.result = FV_RESULT_INIT, .versions = FV_VERSIONS_INIT};

    request.birth_date = a->birth_date;
    request.id_number = a->has_id ? a->id_number : NULL;
    request.channel = a->channel;
    request.deadline_ms = a->deadline_ms;
    answer.status = read_photos(a, bytes, &request, &answer.err);
    if (answer.status == FV_OK) ask(a, &request, &options, &answer, &engine);
    int code = print(a, &answer);

    fv_engine_destroy(&engine);
    fvi_wipe(a->id_number, sizeof a->id_number);
    if (bytes[0] != NULL) fvi_wipe(bytes[0], request.selfie.len);
    if (bytes[1] != NULL) fvi_wipe(bytes[1], request.record.len);
    free(bytes[0]);
    free(bytes[1]);
    return code;
}

static const struct argp_child children[] = {{&cli_common_argp, 0, "Settings and output:", 10}, {0}};

int cmd_verify(int argc, char **argv)
{
    static const struct argp argp = {
        verify_options, parse, "SELFIE RECORD",
        "Is the person on the selfie the one on the photograph that the police hold?\v"
        "SELFIE and RECORD are JPEG or PNG files. Examples:\n\n"
        "  faceverify verify selfie.jpg record.jpg\n"
        "  faceverify verify --birth-date 2001-04-30 --locale zh-CN selfie.jpg record.jpg\n"
        "  faceverify verify --json --channel counter selfie.jpg record.jpg | jq .decision\n\n"
        "Exit code: 0 PASS or NOT_REQUIRED, 1 any other decision, 2 wrong usage, request or "
        "configuration, 3 could not answer.",
        children, NULL, NULL};
    args a = {.common = cli_common_init("verify"), .age_gate = true};

    argp_err_exit_status = EXIT_USAGE;
    (void)argp_parse(&argp, argc, argv, 0, NULL, &a);
    return run(&a);
}

int cmd_match(int argc, char **argv)
{
    static const struct argp argp = {
        match_options, parse, "SELFIE RECORD",
        "Compare two photographs: the same limits and thresholds as verify, without the age gate.\v"
        "Exit code: 0 PASS, 1 any other decision, 2 wrong usage, request or configuration, 3 could "
        "not answer.",
        children, NULL, NULL};
    args a = {.common = cli_common_init("match"), .age_gate = false};

    argp_err_exit_status = EXIT_USAGE;
    (void)argp_parse(&argp, argc, argv, 0, NULL, &a);
    return run(&a);
}
