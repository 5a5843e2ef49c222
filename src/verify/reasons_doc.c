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
    "answer follows from it; *advice*: it may have contributed, and is told where the answer is "
    "no.\n"
    "Where a reason rests on a quality measure ([quality.md](quality.md)), its limits decide: "
    "outside\n"
    "the first it blocks, outside the second it is advice. They are settings, `selfie.*` and\n"
    "`record.*` in [configuration.md](configuration.md); here they stand as shipped. The order is "
    "the\n"
    "order in which reasons are told: at most three that files and measures give, one for each\n"
    "cause.\n";

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

/* The sides of a range that give a reason: "below 0.2", "outside -40 .. 40", or nothing. */
static void print_limit(const fvi_reason_row *row, fvi_limit limit, const char *what, FILE *to)
{
    const char *unit = fvi_measures[row->measure].unit;
    bool below = row->below == FVI_BELOW && !isinf(limit.min);
    bool above = row->above == FVI_ABOVE && !isinf(limit.max);

    if (below && above)
        (void)fprintf(to, "%s outside %g .. %g %s", what, limit.min, limit.max, unit);
    else if (below || above)
        (void)fprintf(to, "%s %s %g %s", what, below ? "below" : "above",
                      below ? limit.min : limit.max, unit);
    else
        (void)fprintf(to, "never %s", what);
}

static void print_limits(const fvi_reason_row *row, FILE *to)
{
    const fvi_limits_set *sets[2] = {&fvi_selfie_limits, &fvi_record_limits};

    (void)fprintf(to, "%s:", fvi_measures[row->measure].name);
    for (int i = 0; i < 2; i++) {
        (void)fprintf(to, "%s %s ", i == 0 ? "" : ";", fv_image_name((fv_image)(FV_SELFIE + i)));
        print_limit(row, sets[i]->gate[row->measure], "blocks", to);
        (void)fputs(", ", to);
        print_limit(row, sets[i]->advice[row->measure], "advice", to);
    }
}

static void print_reason(const fvi_reason_row *row, FILE *to)
{
    (void)fprintf(to, "\n### %s (%d)\n\n", row->name, (int)row->code);
    if (row->measure >= 0)
        print_limits(row, to);
    else
        (void)fputs(fv_severity_name(row->severity), to);
    (void)fputs("\n\n| | remedy | zh-CN | en |\n|---|---|---|---|\n", to);
    for (int i = 0; i < 2; i++)
        (void)fprintf(to, "| %s | `%s` | %s | %s |\n", fv_image_name((fv_image)(FV_SELFIE + i)),
                      fv_remedy_name(row->remedy[i]), row->text[i][0], row->text[i][1]);
}

static void print_texts(fv_remedy remedy, fv_wording wording, FILE *to)
{
    (void)fprintf(to, " %s | %s | %s |\n", wording == FV_WORDING_CLERK ? "clerk" : "member",
                  fv_remedy_text_for(remedy, wording, FV_LOCALE_ZH_CN),
                  fv_remedy_text_for(remedy, wording, FV_LOCALE_EN));
}

static void print_remedies(FILE *to)
{
    static const fv_remedy remedies[] = {
#define X(name, number, zh, en) FV_REMEDY_##name,
        FV_REMEDY_LIST(X)
#undef X
    };
    (void)fputs("\n## Remedies\n\nSaid to the member, or to a clerk who sees the member: "
                "[channels.md](channels.md).\n\n"
                "| remedy | number | to | zh-CN | en |\n|---|---|---|---|---|\n",
                to);
    for (size_t i = 0; i < sizeof remedies / sizeof remedies[0]; i++) {
        (void)fprintf(to, "| `%s` | %d |", fv_remedy_name(remedies[i]), (int)remedies[i]);
        print_texts(remedies[i], FV_WORDING_MEMBER, to);
        (void)fputs("| | |", to);
        print_texts(remedies[i], FV_WORDING_CLERK, to);
    }
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
