/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/memory.h"
#include "cli/reply.h"
#include "cli/source.h"

enum { ID_CAP = 64 };

typedef struct args {
    cli_common common; /* first: --help and the common options find it here */
    bool age_gate;     /* verify, not match */
    bool details;
    const char *birth_date;
    const char *channel;
    char id_number[ID_CAP];
    bool has_id;
    uint32_t deadline_ms;
    const char *paths[2];
    unsigned n_paths;
} args;

static const char *const photo_fields[2] = {"selfie", "record_photo"};

enum { OPT_BIRTH_DATE = 256, OPT_ID_NUMBER, OPT_CHANNEL, OPT_DEADLINE };

static const struct argp_option person_options[] = {
    {"birth-date", OPT_BIRTH_DATE, "YYYY-MM-DD", 0,
     "When the person was born. Under 16 the answer is NOT_REQUIRED and no photograph is needed",
     1},
    {"id-number", OPT_ID_NUMBER, "NUMBER", 0,
     "Resident ID number (18 or 15 characters): the birth date is taken from it. With '-' it is "
     "read from standard input and stays out of the shell's history",
     1},
    {0},
};

static const struct argp_option photo_options[] = {
    {"channel", OPT_CHANNEL, "NAME", 0,
     "Where the person is: nhsa-app, alipay, wechat, zheliban or counter. Its profile, "
     "channels.NAME.* of the settings, decides the thresholds, the time and which advice is given",
     1},
    {"deadline-ms", OPT_DEADLINE, "N", 0, "Give up after N milliseconds, 1 to 600000", 1},
    {"details", 'd', NULL, 0, "Also print what was measured, the scores and the times", 1},
    {0},
};

/* Not by stdio, whose buffer would keep a copy. */
static error_t read_id(args *a)
{
    size_t n = 0;
    char c = '\0';
    ssize_t r = 0;

    if (isatty(STDIN_FILENO)) (void)fputs("ID number: ", stderr);
    while (n + 1 < sizeof a->id_number) {
        r = read(STDIN_FILENO, &c, 1);
        if (r < 0 && errno == EINTR) continue;
        if (r <= 0 || c == '\n') break;
        a->id_number[n++] = c == '\0' ? '?' : c; /* a NUL must not hide what follows it */
    }
    if (n > 0 && a->id_number[n - 1] == '\r') n--;
    a->id_number[n] = '\0';
    if (r < 0) return cli_wrong(&a->common, "id_number", "standard input cannot be read");
    if (n == 0) return cli_wrong(&a->common, "id_number", "nothing came on standard input");
    return 0;
}

static error_t take_id(args *a, char *arg)
{
    a->has_id = true;
    if (strcmp(arg, "-") == 0) return read_id(a);
    (void)snprintf(a->id_number, sizeof a->id_number, "%s", arg);
    fvi_wipe(arg, strlen(arg)); /* other users see a command line */
    return 0;
}

static error_t take_deadline(args *a, const char *arg)
{
    uint64_t v = 0;

    if (!cli_whole(arg, 600000, &v) || v == 0)
        return cli_wrong(&a->common, "deadline_ms", "must be a number from 1 to 600000");
    a->deadline_ms = (uint32_t)v;
    return 0;
}

static error_t parse_person(int key, char *arg, struct argp_state *state)
{
    args *a = state->input;

    switch (key) {
    case OPT_BIRTH_DATE:
        a->birth_date = arg;
        return 0;
    case OPT_ID_NUMBER:
        return take_id(a, arg);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static error_t check_paths(args *a)
{
    bool person = a->birth_date != NULL || a->has_id;

    if (a->n_paths == 2 || (a->n_paths == 0 && person)) return 0;
    return cli_wrong(&a->common, photo_fields[a->n_paths],
                     a->n_paths == 0 ? "two photographs are needed: SELFIE RECORD"
                                     : "a second photograph is needed: SELFIE RECORD");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    args *a = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &a->common;
        state->child_inputs[1] = &a->common;
        if (a->age_gate) state->child_inputs[2] = a;
        return 0;
    case OPT_CHANNEL:
        a->channel = arg;
        return 0;
    case OPT_DEADLINE:
        return take_deadline(a, arg);
    case 'd':
        a->details = true;
        return 0;
    case ARGP_KEY_ARG:
        if (a->n_paths == 2)
            return cli_wrong(&a->common, "command_line",
                             "more than two photographs: give SELFIE RECORD only");
        a->paths[a->n_paths++] = arg;
        return 0;
    case ARGP_KEY_END:
        return a->common.help ? 0 : check_paths(a);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static fv_status read_photos(const args *a, uint8_t *bytes[2], fv_client_request *request,
                             fv_error *err)
{
    fv_bytes *photos[2] = {&request->selfie, &request->record};

    for (unsigned i = 0; i < 2 && i < a->n_paths; i++) {
        size_t len = 0;
        fv_status st = cli_read_photo(a->paths[i], photo_fields[i], &bytes[i], &len, err);
        if (st != FV_OK) return st;
        *photos[i] = (fv_bytes){bytes[i], len};
    }
    return FV_OK;
}

static int print(const args *a, const cli_answer *answer)
{
    if (answer->status != FV_OK) return cli_fail(&a->common, answer);
    const Faceverify__VerifyReply *m = answer->message->verify; /* match lies in the same place */
    bool yes = m->decision == FACEVERIFY__DECISION__PASS ||
               m->decision == FACEVERIFY__DECISION__NOT_REQUIRED;
    int code = yes ? EXIT_YES : EXIT_NO;
    if (a->common.json) return cli_print_json(&a->common, cli_message_json(&m->base), code);
    cli_reply_text(m, a->common.locale, a->details, stdout);
    return cli_finish(&a->common, code);
}

static int answer_request(const args *a)
{
    fv_client_request request = FV_CLIENT_REQUEST_INIT;
    cli_source *source = NULL;
    uint8_t *bytes[2] = {NULL, NULL};
    cli_answer answer = {.versions = FV_VERSIONS_INIT};

    request.birth_date = a->birth_date;
    request.id_number = a->has_id ? a->id_number : NULL;
    request.channel = a->channel;
    request.deadline_ms = a->deadline_ms;
    answer.status = read_photos(a, bytes, &request, &answer.err);
    if (answer.status == FV_OK)
        answer.status = cli_source_open(&source, &a->common, &answer.versions, &answer.err);
    if (answer.status == FV_OK)
        cli_source_ask(source, a->age_gate ? FVI_OP_VERIFY : FVI_OP_MATCH, &request, &answer);
    int code = print(a, &answer);

    cli_answer_free(&answer);
    cli_source_close(&source);
    if (bytes[0] != NULL) fvi_wipe(bytes[0], request.selfie.len);
    if (bytes[1] != NULL) fvi_wipe(bytes[1], request.record.len);
    free(bytes[0]);
    free(bytes[1]);
    return code;
}

static int run(args *a, const struct argp *argp, int argc, char **argv)
{
    int code = cli_parse(&a->common, argp, argc, argv, a);

    if (code == CLI_GO_ON) code = answer_request(a);
    fvi_wipe(a->id_number, sizeof a->id_number);
    return code;
}

int cmd_verify(int argc, char **argv)
{
    static const struct argp person = {person_options, parse_person, NULL, NULL, NULL, NULL, NULL};
    static const struct argp_child children[] = {{&cli_common_argp, 0, "Settings and output:", 10},
                                                 {&cli_service_argp, 0, "A running service:", 15},
                                                 {&person, 0, NULL, 0},
                                                 {0}};
    static const struct argp argp = {
        photo_options,
        parse,
        "SELFIE RECORD",
        "Is the person on the selfie the one on the photograph that the police hold? Prints the "
        "decision, what is wrong with which photograph, and what the person can do.\v"
        "SELFIE and RECORD are JPEG or PNG files; RECORD is the photograph that the police hold. "
        "A name that begins with '-' is written ./-name.\n\n"
        "Examples:\n\n"
        "  faceverify verify selfie.jpg record.jpg\n"
        "  faceverify verify --birth-date 2001-04-30 selfie.jpg record.jpg\n"
        "  faceverify verify --locale zh-CN --channel counter selfie.jpg record.jpg\n"
        "  faceverify verify --json selfie.jpg record.jpg | jq .decision\n"
        "  faceverify verify --url ipc:///run/faceverify/binding.sock selfie.jpg record.jpg\n\n"
        "Exit code:\n\n"
        "  0  PASS, or NOT_REQUIRED (under 16)\n"
        "  1  any other decision: the text says why and what to do\n"
        "  2  the command line, the request or the settings are wrong\n"
        "  3  no answer: a model is damaged, out of memory or time, nowhere to write; no service, "
        "or "
        "one that is busy",
        children,
        NULL,
        NULL};
    args a = {.common = cli_common_init("verify"), .age_gate = true};

    return run(&a, &argp, argc, argv);
}

int cmd_match(int argc, char **argv)
{
    static const struct argp_child children[] = {{&cli_common_argp, 0, "Settings and output:", 10},
                                                 {&cli_service_argp, 0, "A running service:", 15},
                                                 {0}};
    static const struct argp argp = {
        photo_options,
        parse,
        "SELFIE RECORD",
        "Compare two photographs: the same limits and thresholds as verify, without age gate and "
        "liveness.\v"
        "Example: faceverify match --details selfie.jpg record.jpg\n\n"
        "Exit code: 0 PASS, 1 any other decision, 2 the command line, a photograph's name or the "
        "settings are wrong, 3 no answer.",
        children,
        NULL,
        NULL};
    args a = {.common = cli_common_init("match"), .age_gate = false};

    return run(&a, &argp, argc, argv);
}
