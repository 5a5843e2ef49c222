/* SPDX-License-Identifier: Apache-2.0 */
/* Writes docs/reasons.md from the tables of decisions, reasons and remedies. */
#include <stdio.h>
#include <stdlib.h>

#include "verify/explain.h"

static const char before[] =
    "<!-- Written by `ninja docs-reasons` from include/faceverify/reasons.def, reason.h and\n"
    "     verify.h: change those. -->\n"
    "# Decisions, reasons, remedies\n"
    "\n"
    "Names and numbers are stable: they are never reused and never renumbered. The texts are for "
    "the\n"
    "member and may be worded better in a later version; programs read the names.\n"
    "\n"
    "A reason speaks of one photograph, `selfie` or `record` (the one that the police hold), and "
    "has\n"
    "a text and a remedy for each. `{format}` stands for the name of the file's format. *blocks*: "
    "the\n"
    "answer follows from it; *advice*: it may have contributed. Where a reason rests on a quality\n"
    "measure, the limits are in [configuration.md](configuration.md), `selfie.*` and `record.*`.\n"
    "The order is the order in which reasons are told.\n";

static void print_decisions(FILE *to)
{
    static const fv_decision decisions[] = {
#define X(name, number) FV_##name,
        FV_DECISION_LIST(X)
#undef X
    };
    (void)fputs("\n## Decisions\n\n| decision | number | zh-CN | en |\n|---|---|---|---|\n", to);
    for (size_t i = 0; i < sizeof decisions / sizeof decisions[0]; i++)
        (void)fprintf(to, "| `%s` | %d | %s | %s |\n", fv_decision_name(decisions[i]),
                      (int)decisions[i], fv_decision_text(decisions[i], FV_LOCALE_ZH_CN),
                      fv_decision_text(decisions[i], FV_LOCALE_EN));
}

static const char *side_text(const fvi_reason_row *row)
{
    if (row->below == FVI_BELOW) return row->above == FVI_ABOVE ? " outside" : " below";
    return row->above == FVI_ABOVE ? " above" : "";
}

static void print_reason(const fvi_reason_row *row, FILE *to)
{
    (void)fprintf(to, "\n### %s (%d)\n\n%s", row->name, (int)row->code,
                  fv_severity_name(row->severity));
    if (row->measure >= 0)
        (void)fprintf(to, "; %s%s its limit", fvi_measures[row->measure].name, side_text(row));
    (void)fputs("\n\n| | remedy | zh-CN | en |\n|---|---|---|---|\n", to);
    for (int i = 0; i < 2; i++)
        (void)fprintf(to, "| %s | `%s` | %s | %s |\n", fv_image_name((fv_image)(FV_SELFIE + i)),
                      fv_remedy_name(row->remedy[i]), row->text[i][0], row->text[i][1]);
}

static void print_remedies(FILE *to)
{
    static const fv_remedy remedies[] = {
#define X(name, number, zh, en) FV_REMEDY_##name,
        FV_REMEDY_LIST(X)
#undef X
    };
    (void)fputs("\n## Remedies\n\n| remedy | number | zh-CN | en |\n|---|---|---|---|\n", to);
    for (size_t i = 0; i < sizeof remedies / sizeof remedies[0]; i++)
        (void)fprintf(to, "| `%s` | %d | %s | %s |\n", fv_remedy_name(remedies[i]),
                      (int)remedies[i], fv_remedy_text(remedies[i], FV_LOCALE_ZH_CN),
                      fv_remedy_text(remedies[i], FV_LOCALE_EN));
}

int main(void)
{
    (void)fputs(before, stdout);
    print_decisions(stdout);
    (void)fputs("\n## Reasons\n", stdout);
    for (size_t i = 0; i < fvi_reason_rows_n; i++)
        print_reason(&fvi_reason_rows[i], stdout);
    print_remedies(stdout);
    return fflush(stdout) == 0 && !ferror(stdout) ? EXIT_SUCCESS : EXIT_FAILURE;
}
