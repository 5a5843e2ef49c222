/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "base/error.h"
#include "cli/cli.h"
#include "verify/settings.h"

typedef struct args {
    cli_common common;
    bool check;
} args;

static const struct argp_option options[] = {
    {"dump", 'D', NULL, 0, "Print every setting with its value in force; the same as without", 1},
    {"check", 'C', NULL, 0, "Print nothing: only check the settings", 1},
    {0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    args *a = state->input;

    (void)arg;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &a->common;
        return 0;
    case 'D':
        return 0;
    case 'C':
        a->check = true;
        return 0;
    case ARGP_KEY_ARG:
        return cli_wrong(&a->common, "command_line",
                         "takes no argument; name the file with --config");
    case ARGP_KEY_END:
        return a->common.json ? cli_wrong(&a->common, "command_line",
                                          "settings are printed as YAML only, without --json")
                              : 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int cmd_config(int argc, char **argv)
{
    static const struct argp_child children[] = {{&cli_common_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        options,
        parse,
        "",
        "The settings in force, as YAML that --config reads back: the shipped ones, then --config, "
        "then --set.\v"
        "Example: faceverify config --set policy.match_fmr=1e-3 > faceverify.yaml\n\n"
        "Exit code: 0 good, 2 a file, key or value is wrong (file and line are named).",
        children,
        NULL,
        NULL};
    args a = {.common = cli_common_init("config")};
    fvi_settings settings;
    cli_answer answer = {.status = FV_OK};

    int code = cli_parse(&a.common, &argp, argc, argv, &a);
    if (code != CLI_GO_ON) return code;
    answer.status = fvi_settings_load(&settings, a.common.config_path, a.common.overrides,
                                      a.common.n_overrides, &answer.err);
    if (answer.status != FV_OK) return cli_fail(&a.common, &answer);
    /* a failed write is what cli_finish() tells, with its cause */
    if (!a.check && fvi_settings_dump(&settings, stdout, &answer.err) != FV_OK && !ferror(stdout)) {
        answer.status = answer.err.code;
        return cli_fail(&a.common, &answer);
    }
    return cli_finish(&a.common, EXIT_YES);
}
