/* SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <string.h>

#include "cli/cli.h"

static const struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *help;
} commands[] = {
    {"verify", cmd_verify, "is the person on the selfie the one on the photograph on record?"},
    {"match", cmd_match, "the comparison alone, without age gate and liveness"},
    {"quality", cmd_quality, "what photographs are like, what is wrong with them, what to do"},
    {"liveness", cmd_liveness, "were selfies taken of a person, or of a picture of one?"},
    {"replay", cmd_replay, "a labelled set: how often it errs, and what changed since last time"},
    {"calibrate", cmd_calibrate, "which similarity stands for which false match rate"},
    {"serve", cmd_serve, "the service: answers over nng until it is told to stop"},
    {"bench", cmd_bench, "load: throughput, latency, what it costs"},
    {"models", cmd_models, "what is loaded: networks, hashes, calibration, thresholds"},
    {"config", cmd_config, "the settings in force, as YAML"},
};
enum { N_COMMANDS = sizeof commands / sizeof commands[0] };

static void usage(FILE *to)
{
    (void)fputs("Usage: faceverify COMMAND [OPTION...] ...\n"
                "Verifies a selfie against the photograph that the police hold, and explains every "
                "refusal.\n\n"
                "Commands:\n",
                to);
    for (size_t i = 0; i < N_COMMANDS; i++)
        (void)fprintf(to, "  %-9s  %s\n", commands[i].name, commands[i].help);
    (void)fputs(
        "\n"
        "First steps:\n"
        "  faceverify verify selfie.jpg record.jpg            decision, why, what to do\n"
        "  faceverify verify --locale zh-CN selfie.jpg record.jpg          in Chinese\n"
        "  faceverify verify --details selfie.jpg record.jpg  what was measured, the times\n"
        "  faceverify verify --json selfie.jpg record.jpg     the same for programs\n"
        "  faceverify quality selfie.jpg                      one photograph: good enough?\n"
        "  faceverify COMMAND --help                          all options of a command\n\n"
        "Exit codes: 0 yes (PASS, NOT_REQUIRED; can be used; LIVE), 1 any other answer,\n"
        "2 the command line, the request, a file or the settings are wrong, 3 no answer (a\n"
        "model, memory, time, the disk).\n",
        to);
}

static bool is(const char *arg, const char *a, const char *b, const char *c)
{
    return strcmp(arg, a) == 0 || strcmp(arg, b) == 0 || strcmp(arg, c) == 0;
}

static int run_command(const cli_common *self, int argc, char **argv)
{
    char name[64];

    for (size_t i = 0; i < N_COMMANDS; i++) {
        if (strcmp(argv[1], commands[i].name) != 0) continue;
        (void)snprintf(name, sizeof name, "faceverify %s", commands[i].name);
        argv[1] = name;
        return commands[i].run(argc - 1, argv + 1);
    }
    char shown[40];
    char known[160] = "";
    size_t at = 0;
    for (size_t i = 0; i < N_COMMANDS && at < sizeof known; i++)
        at += (size_t)snprintf(known + at, sizeof known - at, "%s%s", i > 0 ? ", " : "",
                               commands[i].name);
    cli_show_path(argv[1], shown, sizeof shown);
    cli_error(self, "'%s' is not a command; known: %s. First steps: faceverify --help", shown,
              known);
    return EXIT_USAGE;
}

int main(int argc, char **argv)
{
    const cli_common self = cli_common_init("");
    char help[] = "--help";

    /* a reader that went away is a write error with a message, not a silent death */
    (void)signal(SIGPIPE, SIG_IGN);
    if (argc < 2) {
        usage(stderr);
        return EXIT_USAGE;
    }
    if (argc > 2 && strcmp(argv[1], "help") == 0) { /* help COMMAND */
        argv[1] = argv[2];
        argv[2] = help;
        return run_command(&self, 3, argv);
    }
    if (is(argv[1], "--help", "-h", "help")) {
        usage(stdout);
        return cli_finish(&self, EXIT_YES);
    }
    if (is(argv[1], "--version", "-V", "version")) {
        (void)printf("faceverify %s\n", fv_version());
        return cli_finish(&self, EXIT_YES);
    }
    return run_command(&self, argc, argv);
}
