/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <locale.h>
#include <stdarg.h>
#include <string.h>

#include "cli/cli.h"

static const struct argp_option options[] = {
    {"config", 'c', "FILE", 0, "Settings (YAML); without it the shipped ones are used", 10},
    {"set", 's', "SECTION.KEY=VALUE", 0, "Override one setting; may be given again", 10},
    {"models", 'm', "DIR", 0, "Folder of the model pack (models.dir)", 10},
    {"json", 'j', NULL, 0, "Print JSON instead of text", 10},
    {"locale", 'l', "zh-CN|en", 0, "Language of what is printed; without it, the environment's", 10},
    {0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    cli_common *c = state->input;

    switch (key) {
    case 'c':
        c->config_path = arg;
        return 0;
    case 'm':
        if ((size_t)snprintf(c->models_override, sizeof c->models_override, "models.dir=%s", arg) >=
            sizeof c->models_override)
            argp_error(state, "--models: the path is too long");
        arg = c->models_override;
        /* fall through */
    case 's':
        if (c->n_overrides == CLI_OVERRIDES_MAX)
            argp_error(state, "--set: at most %d", CLI_OVERRIDES_MAX);
        else
            c->overrides[c->n_overrides++] = arg;
        return 0;
    case 'j':
        c->json = true;
        return 0;
    case 'l':
        if (strcmp(arg, "zh-CN") == 0)
            c->locale = FV_LOCALE_ZH_CN;
        else if (strcmp(arg, "en") == 0)
            c->locale = FV_LOCALE_EN;
        else
            argp_error(state, "--locale: '%s' is neither zh-CN nor en", arg);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp cli_common_argp = {options, parse, NULL, NULL, NULL, NULL, NULL};

cli_common cli_common_init(const char *command)
{
    cli_common c = {.command = command, .locale = FV_LOCALE_EN};
    const char *name = setlocale(LC_MESSAGES, "");
    if (name != NULL && strncmp(name, "zh", 2) == 0) c.locale = FV_LOCALE_ZH_CN;
    return c;
}

void cli_error(const cli_common *c, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    (void)fprintf(stderr, "faceverify %s: ", c->command);
    (void)vfprintf(stderr, fmt, ap);
    (void)fputc('\n', stderr);
    va_end(ap);
}

int cli_fail(const cli_common *c, fv_status st, const fv_error *err)
{
    const char *text = err->text[0] != '\0' ? err->text : fv_status_text(st);
    if (err->field[0] != '\0')
        cli_error(c, "%s: %s", err->field, text);
    else
        cli_error(c, "%s", text);
    return st == FV_E_ARG || st == FV_E_CONFIG || st == FV_E_LIMIT ? EXIT_USAGE : EXIT_FAULT;
}

int cli_finish(const cli_common *c, int exit_code)
{
    bool failed = ferror(stdout) != 0;
    if (fflush(stdout) != 0 || failed) {
        cli_error(c, "the answer could not be written: %s", strerror(errno));
        return EXIT_FAULT;
    }
    return exit_code;
}

int cli_print_json(const cli_common *c, json_t *doc, int exit_code)
{
    bool written = doc != NULL && json_dumpf(doc, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(7)) == 0;
    json_decref(doc);
    if (!written && !ferror(stdout)) {
        cli_error(c, "out of memory");
        return EXIT_FAULT;
    }
    (void)fputc('\n', stdout);
    return cli_finish(c, exit_code);
}

fv_engine_options cli_engine_options(const cli_common *c)
{
    fv_engine_options o = FV_ENGINE_OPTIONS_INIT;
    o.config_path = c->config_path;
    o.overrides = c->overrides;
    o.n_overrides = c->n_overrides;
    return o;
}
