/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <string.h>

#include "replay/report_parts.h"

static void tests_table(FILE *to, const json_t *tests)
{
    static const char *const names[] = {"errors",      "#before",      "#now",         "#of",
                                        "#new errors", "#errors gone", "#p (McNemar)", NULL};
    size_t i = 0;
    json_t *t = NULL;

    fvi_html_table(to, names);
    json_array_foreach(tests, i, t)
    {
        double p = json_number_value(json_object_get(t, "p"));
        long long worse = (long long)json_integer_value(json_object_get(t, "worse"));
        long long better = (long long)json_integer_value(json_object_get(t, "better"));
        (void)fputs("<tr>", to);
        fvi_html_cell(to, fvi_text_at(t, "errors", NULL));
        fvi_html_whole(to, (long long)json_integer_value(json_object_get(t, "before")));
        fvi_html_whole(to, (long long)json_integer_value(json_object_get(t, "now")));
        fvi_html_whole(to, (long long)json_integer_value(json_object_get(t, "of")));
        fvi_html_whole(to, worse);
        fvi_html_whole(to, better);
        (void)fprintf(to, "<td class=\"n\"><span class=\"%s\">%.3g</span></td></tr>\n",
                      p >= 0.05        ? "soft"
                      : worse > better ? "bad"
                                       : "good",
                      p);
    }
    fvi_html_table_end(to);
}

static void matrix(FILE *to, const json_t *answers)
{
    static const char *const names[] = {"label", "before > now", "#rows", NULL};
    const char *label = NULL, *step = NULL;
    json_t *of = NULL, *n = NULL;

    fvi_html_table(to, names);
    json_object_foreach((json_t *)answers, label, of)
    {
        json_object_foreach(of, step, n)
        {
            (void)fputs("<tr>", to);
            fvi_html_cell(to, label);
            fvi_html_cell(to, step);
            fvi_html_whole(to, (long long)json_integer_value(n));
            (void)fputs("</tr>\n", to);
        }
    }
    fvi_html_table_end(to);
}

static void reasons(FILE *to, const json_t *c)
{
    json_t *both = json_pack("{s:O, s:O}", "gained", json_object_get(c, "reasons_gained"), "lost",
                             json_object_get(c, "reasons_lost"));
    fvi_report_counts(to, both, "reason");
    json_decref(both);
}

static void flipped(FILE *to, const json_t *c)
{
    static const char *const names[] = {"label",       "before > now", "reasons before",
                                        "reasons now", "files",        NULL};
    char step[96];
    const json_t *list = json_object_get(c, "flipped");
    size_t i = 0;
    json_t *f = NULL;

    fvi_html_cards(to, names);
    json_array_foreach(list, i, f)
    {
        const char *b = fvi_text_at(f, "path_b", NULL);
        (void)fputs("<tr>", to);
        fvi_html_cell(to, fvi_text_at(f, "label", NULL));
        (void)snprintf(step, sizeof step, "%.40s > %.40s", fvi_text_at(f, "before", NULL),
                       fvi_text_at(f, "now", NULL));
        fvi_html_cell(to, step);
        fvi_html_list(to, fvi_text_at(f, "reasons_before", NULL), "before");
        fvi_html_list(to, fvi_text_at(f, "reasons", NULL), "now");
        (void)fputs("<td class=\"path\">", to);
        fvi_html_text(to, fvi_text_at(f, b[0] != '\0' ? "path_a" : "path", NULL));
        if (b[0] != '\0') (void)fputs("<br>", to);
        fvi_html_text(to, b);
        (void)fputs("</td></tr>\n", to);
    }
    fvi_html_table_end(to);
    long long all = (long long)json_integer_value(json_object_get(c, "flips"));
    if ((long long)json_array_size(list) < all)
        (void)fprintf(to, "<p class=\"soft\">... and %lld more.</p>\n",
                      all - (long long)json_array_size(list));
}

static void times(FILE *to, const json_t *before, const json_t *now)
{
    static const char *const names[] = {"stage", "#before", "#now", NULL};
    const char *stage = NULL;
    json_t *t = NULL;

    if (!json_is_object(before)) return; /* of images, where these are of pairs, or likewise */
    fvi_html_table(to, names);
    json_object_foreach((json_t *)now, stage, t)
    {
        (void)fprintf(to, "<tr><td>%.*s, mean</td>", (int)strcspn(stage, "_"), stage);
        fvi_html_number(to, json_number_value(fvi_at(before, stage, "mean")) / 1000.0, "%.2f ms");
        fvi_html_number(to, json_number_value(json_object_get(t, "mean")) / 1000.0, "%.2f ms");
        (void)fputs("</tr>\n", to);
    }
    fvi_html_table_end(to);
}

static void versions(FILE *to, const json_t *before, const json_t *now)
{
    static const char *const names[] = {"", "before", "now", NULL};
    static const char *const keys[] = {"library", "pack", "pack_sha256", "calibration", "backend"};

    fvi_html_table(to, names);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        (void)fputs("<tr>", to);
        fvi_html_cell(to, keys[i]);
        char a[40], b[40]; /* of a hash the beginning */
        (void)snprintf(a, sizeof a, "%.39s", fvi_text_at(before, keys[i], NULL));
        (void)snprintf(b, sizeof b, "%.39s", fvi_text_at(now, keys[i], NULL));
        fvi_html_cell(to, a);
        fvi_html_cell(to, b);
        (void)fputs("</tr>\n", to);
    }
    fvi_html_table_end(to);
}

void fvi_report_changes(FILE *to, const json_t *s)
{
    const json_t *c = json_object_get(s, "changes");

    if (c == NULL) return;
    fvi_html_heading(to, "What changed");
    (void)fputs("<p>Against <code>", to);
    fvi_html_text(to, fvi_text_at(c, "baseline", NULL));
    (void)fprintf(to, "</code>: %lld answers of %lld rows differ.",
                  (long long)json_integer_value(json_object_get(c, "flips")),
                  (long long)json_integer_value(json_object_get(c, "rows_common")));
    long long here = (long long)json_integer_value(json_object_get(c, "rows_only_here"));
    long long there = (long long)json_integer_value(json_object_get(c, "rows_only_there"));
    if (here + there > 0)
        (void)fprintf(to, " Not compared: %lld rows of this run, %lld of the other.", here, there);
    (void)fputs("</p>\n<p class=\"soft\">p: how likely so unequal a number of new and gone errors "
                "is by chance; each run at its own threshold of a rate.</p>\n",
                to);
    tests_table(to, json_object_get(c, "tests"));
    matrix(to, json_object_get(c, "answers"));
    reasons(to, c);
    flipped(to, c);
    times(to, json_object_get(c, "times_before"), json_object_get(s, "times"));
    versions(to, json_object_get(c, "versions_before"), json_object_get(s, "versions"));
}

void fvi_report_conditions(FILE *to, const json_t *s)
{
    static const char *const names[] = {"fails if", "#value", "", NULL};
    const json_t *list = json_object_get(s, "conditions");
    size_t i = 0;
    json_t *c = NULL;

    if (json_array_size(list) == 0) return;
    fvi_html_heading(to, "Conditions");
    fvi_html_table(to, names);
    json_array_foreach(list, i, c)
    {
        const json_t *v = json_object_get(c, "value");
        bool holds = json_is_true(json_object_get(c, "holds"));
        (void)fputs("<tr>", to);
        fvi_html_cell(to, fvi_text_at(c, "condition", NULL));
        fvi_html_number(to, json_number_value(v), json_is_number(v) ? "%.6g" : "");
        const char *why = fvi_text_at(c, "why", NULL);
        (void)fprintf(to, "<td class=\"%s\">%s%s", holds ? "bad" : "good",
                      holds ? "FAILED" : "good", why[0] != '\0' ? ": " : "");
        fvi_html_text(to, why);
        (void)fputs("</td></tr>\n", to);
    }
    fvi_html_table_end(to);
}
