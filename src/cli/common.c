/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/utf8.h"
#include "cli/failure.h"

static const struct argp_option options[] = {
    {"config", 'c', "FILE", 0, "Settings (YAML); without it the shipped ones are used", 10},
    {"set", 's', "SECTION.KEY=VALUE", 0, "Override one setting; may be given again", 10},
    {"models", 'm', "DIR", 0, "Folder of the model pack (models.dir)", 10},
    {"json", 'j', NULL, 0, "Print JSON instead of text, also when the command line is wrong", 10},
    {"locale", 'l', "zh-CN|en", 0,
     "Language of the answer, in UTF-8; without it, what LC_ALL, LC_MESSAGES or LANG says", 10},
    {"help", 'h', NULL, 0, "Print this and do nothing else", 20},
    {0},
};

error_t cli_wrong(cli_common *c, const char *field, const char *text)
{
    (void)fvi_fail_field(&c->usage, FV_E_ARG, field, "%s", text);
    return EINVAL;
}

bool cli_whole(const char *text, uint64_t most, uint64_t *out)
{
    char *end = NULL;

    errno = 0;
    unsigned long long v = strtoull(text, &end, 10);
    if (errno != 0 || *end != '\0' || text[0] < '0' || text[0] > '9' || v > most) return false;
    *out = v;
    return true;
}

static error_t take_override(cli_common *c, const char *text)
{
    if (c->n_overrides == CLI_OVERRIDES_MAX) return cli_wrong(c, "set", "given more than 64 times");
    c->overrides[c->n_overrides++] = text;
    return 0;
}

static error_t take_models(cli_common *c, const char *dir)
{
    int n = snprintf(c->models_override, sizeof c->models_override, "models.dir=%s", dir);
    if (n < 0 || (size_t)n >= sizeof c->models_override)
        return cli_wrong(c, "models", "the path is too long");
    return take_override(c, c->models_override);
}

static error_t take_locale(cli_common *c, const char *name)
{
    if (strcmp(name, "zh-CN") != 0 && strcmp(name, "en") != 0)
        return cli_wrong(c, "locale", "unknown locale; known: zh-CN, en");
    c->locale = name[0] == 'z' ? FV_LOCALE_ZH_CN : FV_LOCALE_EN;
    return 0;
}

/* The long option that `name` of n bytes is, or the short one that begins it. */
static const struct argp_option *find_option(const struct argp *argp, const char *name, size_t n)
{
    const struct argp_option *o = argp->options;
    bool is_long = n > 2 && name[0] == '-' && name[1] == '-';

    for (; o != NULL && o->name != NULL; o++) {
        if (is_long ? strlen(o->name) == n - 2 && strncmp(o->name, name + 2, n - 2) == 0
                    : n == 2 && o->key == name[1])
            return o;
    }
    for (const struct argp_child *c = argp->children; c != NULL && c->argp != NULL; c++) {
        o = find_option(c->argp, name, n);
        if (o != NULL) return o;
    }
    return NULL;
}

/* The letter in a cluster like -dx that getopt did not like. */
static const struct argp_option *bad_letter(const struct argp *argp, const char *cluster,
                                            char name[3])
{
    const struct argp_option *o = NULL;

    for (size_t i = 1; cluster[i] != '\0'; i++) {
        name[1] = cluster[i];
        o = find_option(argp, name, 2);
        if (o == NULL || o->arg != NULL) break;
    }
    return o;
}

/* getopt has refused an option, silently: its own message would print the value, which may be an ID
 * number. */
static void blame_option(cli_common *c, const struct argp_state *state)
{
    int at = state->next > 1 ? state->next - 1 : 1;
    const char *arg = state->argv[at];
    /* inside a cluster of short options getopt has not gone on to the next argument yet */
    if (arg[0] != '-' && state->next < state->argc) arg = state->argv[state->next];

    char shown[40];
    char letter[3] = "-?";
    const char *name = arg;
    size_t n = strcspn(arg, "=");
    const struct argp_option *o = NULL;
    if (strncmp(arg, "--", 2) == 0) {
        o = find_option(state->root_argp, arg, n);
    } else {
        o = bad_letter(state->root_argp, arg, letter);
        name = letter;
        n = 2;
    }
    const char *text = "is not an option, or short for more than one";
    if (o != NULL) text = o->arg != NULL ? "needs a value" : "takes no value";
    cli_show_path(name, shown, sizeof shown);
    (void)fvi_fail_field(&c->usage, FV_E_ARG, "command_line", "%.*s %s",
                         fvi_utf8_cut(shown, (int)(n < sizeof shown ? n : sizeof shown)), shown,
                         text);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    cli_common *c = state->input;

    switch (key) {
    case 'c':
        c->config_path = arg;
        return 0;
    case 'm':
        return take_models(c, arg);
    case 's':
        return take_override(c, arg);
    case 'j':
        c->json = true;
        return 0;
    case 'l':
        return take_locale(c, arg);
    case 'h':
        c->help = true;
        return 0;
    case ARGP_KEY_ERROR:
        if (c->usage.code == FV_OK) blame_option(c, state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp cli_common_argp = {options, parse, NULL, NULL, NULL, NULL, NULL};

/* Whoever asks for JSON gets JSON, also for a mistake that comes before --json in the line. */
static bool asks(int argc, char **argv, const char *name, char letter)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        const char *a = argv[i];
        if (strcmp(a, name) == 0) return true;
        if (a[0] == '-' && a[1] != '-' && a[1 + strspn(a + 1, "djhCD")] == '\0' &&
            strchr(a, letter) != NULL)
            return true;
    }
    return false;
}

int cli_parse(cli_common *c, const struct argp *argp, int argc, char **argv, void *input)
{
    c->json = asks(argc, argv, "--json", 'j');
    if (asks(argc, argv, "--help", 'h')) c->help = true;
    error_t failed = 0;
    if (!c->help) failed = argp_parse(argp, argc, argv, ARGP_NO_ERRS | ARGP_NO_HELP, NULL, input);
    if (c->help) { /* after argp_parse: an abbreviation of --help */
        /* "Mandatory arguments to long options are mandatory for short options too": no news */
        (void)setenv("ARGP_HELP_FMT", "no-dup-args-note,opt-doc-col=31", 0);
        argp_help(argp, stdout, ARGP_HELP_SHORT_USAGE | ARGP_HELP_LONG | ARGP_HELP_DOC, argv[0]);
        return cli_finish(c, EXIT_YES);
    }
    if (failed == 0) return CLI_GO_ON;

    cli_answer answer = {.status = failed == ENOMEM ? FV_E_NOMEM : FV_E_ARG, .err = c->usage};
    return cli_fail(c, &answer);
}

/* Not setlocale(): it knows only the locales that are installed, and would translate the texts of
 * errors, which are English. */
static fv_locale environment_locale(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = getenv(names[i]);
        if (value == NULL || value[0] == '\0') continue;
        return strncmp(value, "zh", 2) == 0 ? FV_LOCALE_ZH_CN : FV_LOCALE_EN;
    }
    return FV_LOCALE_EN;
}

cli_common cli_common_init(const char *command)
{
    return (cli_common){.command = command, .locale = environment_locale()};
}

void cli_error(const cli_common *c, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    (void)fprintf(stderr, "faceverify%s%s: ", c->command[0] != '\0' ? " " : "", c->command);
    (void)vfprintf(stderr, fmt, ap);
    (void)fputc('\n', stderr);
    va_end(ap);
}

static bool looks_like_id(const char *s)
{
    size_t n = strlen(s);
    size_t digits = strspn(s, "0123456789");
    return (n == 15 || n == 18) && digits >= n - 1;
}

void cli_show_path(const char *path, char *out, size_t cap)
{
    uint32_t point = 0;
    size_t n = strlen(path);
    size_t at = 0;

    if (looks_like_id(path)) { /* an ID number in the wrong place is printed nowhere */
        (void)snprintf(out, cap, "(a name like an ID number)");
        return;
    }
    for (size_t i = 0; i < n;) {
        size_t len = fvi_utf8_next((const uint8_t *)path + i, n - i, &point);
        bool plain = len > 1 || (len == 1 && point >= 0x20 && point != 0x7f);
        if (at + (plain ? len : 1) + 1 > cap) break;
        if (plain)
            memcpy(out + at, path + i, len);
        else
            out[at] = '?';
        at += plain ? len : 1;
        i += len > 0 ? len : 1;
    }
    out[at] = '\0';
}

static const char *hint(const cli_common *c, fv_status st)
{
    if (c->usage.code != FV_OK) return " (--help tells how it is used)";
    if (st == FV_E_MODEL)
        return " (name the folder of the model pack with --models, or restore it with "
               "scripts/fetch-models)";
    if (c->url != NULL) return "";
    if (st == FV_E_TIMEOUT) return " (--deadline-ms and limits.deadline_ms set the time)";
    return "";
}

int cli_tell_failure(const cli_common *c, fv_status st, fv_error *e)
{
    if (e->text[0] == '\0') (void)snprintf(e->text, sizeof e->text, "%s", fv_status_text(st));
    if (st == FV_E_CONFIG && e->field[0] == '\0')
        (void)snprintf(e->field, sizeof e->field, "settings");
    bool named = e->field[0] != '\0' && strcmp(e->field, "command_line") != 0;
    cli_error(c, "%s%s%s%s", named ? e->field : "", named ? ": " : "", e->text, hint(c, st));
    bool theirs = st == FV_E_ARG || st == FV_E_CONFIG || st == FV_E_LIMIT;
    return theirs ? EXIT_USAGE : EXIT_FAULT;
}

int cli_fail(const cli_common *c, const cli_answer *failed)
{
    cli_answer a = *failed;
    int code = cli_tell_failure(c, a.status, &a.err);

    return c->json ? cli_print_json(c, cli_failure_json(c, &a), code) : code;
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
    bool written =
        doc != NULL &&
        json_dumpf(doc, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(CLI_REAL_DIGITS)) == 0;
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
