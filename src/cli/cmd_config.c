/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
#include "verify/settings.h"

typedef struct args {
    cli_common common;
    bool check;
} args;

static const struct argp_option options[] = {
    {"dump", 'D', NULL, 0, "Print every setting with its value in force (what happens anyway)", 1},
    {"check", 'C', NULL, 0, "Print nothing: say by the exit code whether the settings are good", 1},
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
        argp_error(state, "takes no argument; name the file with --config");
        return 0;
    case ARGP_KEY_END:
        if (a->common.json) argp_error(state, "settings are printed as YAML only");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int cmd_config(int argc, char **argv)
{
    static const struct argp_child children[] = {{&cli_common_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        options, parse, "",
        "The settings in force, as YAML that --config reads back: the shipped ones, then --config, "
        "then --set.\v"
        "Example: faceverify config --set policy.match_fmr=1e-3 > faceverify.yaml\n\n"
        "Exit code: 0 good, 2 a file, key or value is wrong (file and line are named).",
        children, NULL, NULL};
    args a = {.common = cli_common_init("config")};
    fvi_settings settings;
    fv_error err = {.code = FV_OK};

    argp_err_exit_status = EXIT_USAGE;
    (void)argp_parse(&argp, argc, argv, 0, NULL, &a);
    fv_status st = fvi_settings_load(&settings, a.common.config_path, a.common.overrides,
                                     a.common.n_overrides, &err);
    if (st == FV_OK && !a.check) st = fvi_settings_dump(&settings, stdout, &err);
    if (st != FV_OK) return cli_fail(&a.common, st, &err);
    return cli_finish(&a.common, EXIT_YES);
}
