/* SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <string.h>

#include "cli/cli.h"

static const struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *help;
} commands[] = {
    {"verify", cmd_verify, "is the person on the selfie the one on the record photograph?"},
    {"match", cmd_match, "the comparison alone, without the age gate"},
    {"models", cmd_models, "networks, hashes, calibration and thresholds in force"},
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
        (void)fprintf(to, "  %-8s  %s\n", commands[i].name, commands[i].help);
    (void)fputs("\n"
                "First steps:\n"
                "  faceverify verify selfie.jpg record.jpg           decision, reasons, what to do\n"
                "  faceverify verify --details selfie.jpg record.jpg what was measured, and the times\n"
                "  faceverify verify --json selfie.jpg record.jpg    the same for programs\n"
                "  faceverify COMMAND --help                         all options of a command\n\n"
                "Exit codes: 0 yes (PASS, NOT_REQUIRED), 1 any other decision, 2 wrong usage,\n"
                "request or configuration, 3 the machine could not answer.\n",
                to);
}

int main(int argc, char **argv)
{
    char name[64];

    /* a reader that went away is a write error with a message, not a silent death */
    (void)signal(SIGPIPE, SIG_IGN);
    if (argc < 2) {
        usage(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        usage(stdout);
        return fflush(stdout) == 0 ? EXIT_YES : EXIT_FAULT;
    }
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
        (void)printf("faceverify %s\n", fv_version());
        return fflush(stdout) == 0 ? EXIT_YES : EXIT_FAULT;
    }
    for (size_t i = 0; i < N_COMMANDS; i++) {
        if (strcmp(argv[1], commands[i].name) != 0) continue;
        (void)snprintf(name, sizeof name, "faceverify %s", commands[i].name);
        argv[1] = name;
        return commands[i].run(argc - 1, argv + 1);
    }
    (void)fprintf(stderr, "faceverify: '%s' is not a command; see faceverify --help\n", argv[1]);
    return EXIT_USAGE;
}
