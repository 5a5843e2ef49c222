/* SPDX-License-Identifier: Apache-2.0 */
/* Writes docs/configuration.md from the table of settings. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify/settings.h"

static const char before[] =
    "<!-- Written by `ninja docs-configuration` from src/verify/settings.def,\n"
    "     src/verify/channels.def and src/quality/measures.def: change those. -->\n"
    "# Configuration\n"
    "\n"
    "Settings come from one YAML file, and from `section.key=value` on the command line, which "
    "wins\n"
    "over the file; of two for the same key the later one wins. What neither names has its "
    "shipped\n"
    "value. `faceverify config` prints the values in force, as a file that loads back to exactly\n"
    "these values.\n"
    "\n"
    "```yaml\n"
    "limits:\n"
    "  deadline_ms: 2500\n"
    "selfie:\n"
    "  inter_eye_distance: {min: 60}\n"
    "```\n"
    "\n"
    "Anything that is not understood is an error, with file and line or the override:\n"
    "\n"
    "```\n"
    "faceverify.yaml:3: unknown key 'pixel' in 'limits'\n"
    "faceverify.yaml:2: limits.pixels: 5 is outside 256 .. 1000000000\n"
    "--set limits.pixels=abc: not a whole number: 'abc'\n"
    "```\n"
    "\n"
    "- The file is UTF-8 and at most 1 MiB. A key may stand once. Lists, anchors, aliases, tags "
    "and\n"
    "  further documents are refused, and so is a key without a value.\n"
    "- A whole number is written in decimal digits: no sign, no leading zero, no hexadecimal, no\n"
    "  `1e6`, no unit.\n"
    "- A number is written in decimal, as `0.5`, `-40` or `1e-4`. Where the range has them, "
    "`.inf`\n"
    "  and `-.inf` mean no limit on that side.\n"
    "- A text is one line without control characters; `\"\"` is the empty text.\n"
    "- `policy.review_fmr` may not be below `policy.match_fmr`, neither a channel's below its own, "
    "and\n"
    "  no `max` below its `min`.\n"
    "- `channels.*` are the profiles of the channels: [channels.md](channels.md).\n";

static void print_range(const fvi_config_key *key, FILE *to)
{
    switch (key->type) {
    case FVI_CONFIG_TEXT:
        (void)fprintf(to, "up to %zu bytes", key->size - 1);
        break;
    case FVI_CONFIG_CHOICE:
        for (const fvi_config_choice *c = key->choices; c->name != NULL; c++)
            (void)fprintf(to, "%s`%s`", c == key->choices ? "" : ", ", c->name);
        break;
    case FVI_CONFIG_U32:
    case FVI_CONFIG_U64:
        (void)fprintf(to, "%.0f .. %.0f", key->min, key->max);
        break;
    case FVI_CONFIG_DOUBLE:
        if (isinf(key->min) || isinf(key->max))
            (void)fprintf(to, "any, or `%s`", isinf(key->min) ? "-.inf" : ".inf");
        else
            (void)fprintf(to, "%g .. %g", key->min, key->max);
        break;
    }
}

static const char *type_name(fvi_config_type type)
{
    switch (type) {
    case FVI_CONFIG_U32:
    case FVI_CONFIG_U64:
        return "whole number";
    case FVI_CONFIG_DOUBLE:
        return "number";
    case FVI_CONFIG_TEXT:
        return "text";
    case FVI_CONFIG_CHOICE:
        return "choice";
    }
    return "";
}

static int print_all(const fvi_settings *shipped, FILE *to)
{
    const char *section = "";
    (void)fputs(before, to);
    for (size_t i = 0; i < fvi_settings_table.n_keys; i++) {
        const fvi_config_key *key = &fvi_settings_table.keys[i];
        char value[4096];
        size_t n = strcspn(key->path, ".") + 1;
        if (fvi_config_format(key, shipped, value, sizeof value) != 0) return -1;
        if (strncmp(section, key->path, n) != 0)
            (void)fprintf(to,
                          "\n## %.*s\n\n| key | type | range | shipped | meaning |\n"
                          "|---|---|---|---|---|\n",
                          (int)n - 1, key->path);
        section = key->path;
        (void)fprintf(to, "| `%s` | %s | ", key->path, type_name(key->type));
        print_range(key, to);
        (void)fprintf(to, " | `%s` | %s |\n", value, key->help);
    }
    return ferror(to) ? -1 : 0;
}

int main(void)
{
    fvi_settings shipped;
    fv_error err = {0};

    if (fvi_settings_load(&shipped, NULL, NULL, 0, &err) != FV_OK ||
        print_all(&shipped, stdout) != 0 || fflush(stdout) != 0) {
        (void)fprintf(stderr, "settings_doc: %s\n", err.text);
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
