/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "replay/plot.h"
#include "replay/report_parts.h"

static void share_row(FILE *to, const char *name, const json_t *share)
{
    (void)fputs("<tr>", to);
    fvi_html_cell(to, name);
    fvi_html_share(to, share);
    (void)fputs("</tr>\n", to);
}

static void rates_table(FILE *to, const json_t *f)
{
    static const char *const names[] = {
        "FMR", "#similarity", "#false matches", "#FNMR", "#95 % interval", "#pairs", NULL};
    size_t i = 0;
    json_t *p = NULL;
    char rate[32];

    if (json_array_size(json_object_get(f, "at_rates")) == 0) {
        (void)fputs("<p class=\"none\">Too few impostor pairs for any false match rate (rule of "
                    "three: 300 for 1 %).</p>\n",
                    to);
        return;
    }
    fvi_html_table(to, names);
    json_array_foreach(json_object_get(f, "at_rates"), i, p)
    {
        const json_t *fmr = json_object_get(p, "fmr");
        (void)snprintf(rate, sizeof rate, "%g", json_number_value(json_object_get(p, "rate")));
        (void)fputs("<tr>", to);
        fvi_html_cell(to, rate);
        fvi_html_number(to, json_number_value(json_object_get(p, "similarity")), "%.4f");
        (void)fprintf(to, "<td class=\"n\">%lld of %lld</td>",
                      (long long)json_integer_value(json_object_get(fmr, "count")),
                      (long long)json_integer_value(json_object_get(fmr, "of")));
        fvi_html_share(to, json_object_get(p, "fnmr"));
        (void)fputs("</tr>\n", to);
    }
    fvi_html_table_end(to);
}

static const char *const share_names[] = {"", "#rate", "#95 % interval", "#counted", NULL};

static void pairs(FILE *to, const json_t *s)
{
    const json_t *f = json_object_get(s, "figures");
    const json_t *policy = json_object_get(f, "at_policy");

    fvi_html_heading(to, "False non-matches at each false match rate");
    (void)fprintf(to,
                  "<p class=\"soft\">%lld genuine and %lld impostor pairs. A genuine pair that "
                  "could not be compared counts as a non-match. Intervals: drawing people.</p>\n",
                  (long long)json_integer_value(json_object_get(f, "genuine_pairs")),
                  (long long)json_integer_value(json_object_get(f, "impostor_pairs")));
    rates_table(to, f);
    fvi_html_heading(to, "At the thresholds in force");
    fvi_html_table(to, share_names);
    share_row(to, "Failure to acquire (images)", fvi_at(s, "acquisition", "fta"));
    share_row(to, "FMR at the match threshold", fvi_at(policy, "match", "fmr"));
    share_row(to, "FNMR at the match threshold", fvi_at(policy, "match", "fnmr"));
    share_row(to, "FMR at the review threshold", fvi_at(policy, "review", "fmr"));
    share_row(to, "FNMR at the review threshold", fvi_at(policy, "review", "fnmr"));
    share_row(to, "Genuine: PASS", json_object_get(f, "pass"));
    share_row(to, "Genuine: MANUAL_REVIEW", json_object_get(f, "review"));
    share_row(to, "Genuine: NO_MATCH", json_object_get(f, "false_no_match"));
    share_row(to, "Impostor: PASS", json_object_get(f, "false_pass"));
    share_row(to, "Impostor: MANUAL_REVIEW", json_object_get(f, "false_review"));
    fvi_html_table_end(to);
}

static void attacks(FILE *to, const json_t *f)
{
    const char *name = NULL;
    json_t *v = NULL;
    size_t i = 0;
    char text[128];

    fvi_html_heading(to, "At the limit in force");
    (void)fputs("<p class=\"soft\">Of the pictures that can be judged (ISO/IEC 30107-3); those "
                "that cannot are counted apart.</p>\n",
                to);
    fvi_html_table(to, share_names);
    share_row(to, "BPCER: live, not passed", json_object_get(f, "bpcer"));
    share_row(to, "Of these, called an attack", json_object_get(f, "called_attack"));
    share_row(to, "BPNRR: live, not judged", json_object_get(f, "bpnrr"));
    json_object_foreach((json_t *)json_object_get(f, "species"), name, v)
    {
        (void)snprintf(text, sizeof text, "APCER %.60s: attack taken for live", name);
        share_row(to, text, json_object_get(v, "apcer"));
        (void)snprintf(text, sizeof text, "APNRR %.60s: not judged", name);
        share_row(to, text, json_object_get(v, "apnrr"));
    }
    json_array_foreach(json_object_get(f, "bpcer_at_apcer"), i, v)
    {
        (void)snprintf(text, sizeof text, "BPCER where the worst species has APCER %g %%",
                       100.0 * json_number_value(json_object_get(v, "apcer")));
        share_row(to, text, json_object_get(v, "bpcer"));
    }
    fvi_html_table_end(to);
}

static void quality(FILE *to, const json_t *f)
{
    static const char *const names[] = {"label",          "expected", "#refused",
                                        "#95 % interval", "#counted", "#expected told",
                                        "#95 % interval", "#counted", NULL};
    const char *name = NULL;
    json_t *v = NULL;

    fvi_html_heading(to, "By label");
    fvi_html_table(to, names);
    json_object_foreach((json_t *)json_object_get(f, "labels"), name, v)
    {
        char expected[256] = "";
        size_t i = 0, at = 0;
        json_t *r = NULL;
        json_array_foreach(json_object_get(v, "reasons"), i, r)
        {
            at += (size_t)snprintf(expected + at, sizeof expected - at, "%s%s", i > 0 ? ", " : "",
                                   json_string_value(r));
            if (at >= sizeof expected) break;
        }
        (void)fputs("<tr>", to);
        fvi_html_cell(to, name);
        fvi_html_cell(to, expected[0] != '\0' ? expected : fvi_text_at(v, "expected", NULL));
        fvi_html_share(to, json_object_get(v, "refused"));
        if (json_object_get(v, "found") != NULL)
            fvi_html_share(to, json_object_get(v, "found"));
        else
            (void)fputs("<td></td><td></td><td></td>", to);
        (void)fputs("</tr>\n", to);
    }
    fvi_html_table_end(to);
}

void fvi_report_figures(FILE *to, const json_t *s)
{
    const char *kind = fvi_text_at(s, "set", "kind");

    if (strcmp(kind, "pairs") == 0)
        pairs(to, s);
    else if (strcmp(kind, "attacks") == 0)
        attacks(to, json_object_get(s, "figures"));
    else
        quality(to, json_object_get(s, "figures"));
}

static void cohort_row(FILE *to, const char *name, const json_t *f)
{
    size_t i = 0;
    json_t *p = NULL;
    const json_t *lowest = NULL;

    (void)fputs("<tr><td>", to);
    fvi_html_text(to, name);
    if (json_is_true(json_object_get(f, "informs_only")))
        (void)fputs(" <span class=\"soft\">(fewer than 50 people: informs only)</span>", to);
    (void)fputs("</td>", to);
    fvi_html_whole(to, (long long)json_integer_value(json_object_get(f, "people")));
    fvi_html_whole(to, (long long)json_integer_value(json_object_get(f, "genuine_pairs")));
    fvi_html_whole(to, (long long)json_integer_value(json_object_get(f, "impostor_pairs")));
    fvi_html_share(to, fvi_at(fvi_at(f, "at_policy", "match"), "fmr", NULL));
    fvi_html_share(to, fvi_at(fvi_at(f, "at_policy", "match"), "fnmr", NULL));
    json_array_foreach(json_object_get(f, "at_rates"), i, p) lowest = p;
    fvi_html_number(to, lowest == NULL ? 0.0 : json_number_value(json_object_get(lowest, "rate")),
                    lowest == NULL ? "-" : "%g");
    fvi_html_share(to, json_object_get(lowest, "fnmr"));
    (void)fputs("</tr>\n", to);
}

void fvi_report_cohorts(FILE *to, const json_t *s)
{
    static const char *const names[] = {
        "cohort",         "#people",     "#genuine",       "#impostor",      "#FMR in force",
        "#95 % interval", "#counted",    "#FNMR in force", "#95 % interval", "#counted",
        "#lowest FMR",    "#FNMR there", "#95 % interval", "#counted",       NULL};
    json_t *cohorts = json_object_get(json_object_get(s, "figures"), "cohorts");
    const char *name = NULL;
    json_t *f = NULL;

    if (cohorts == NULL) return;
    bool of_pairs = strcmp(fvi_text_at(s, "set", "kind"), "pairs") == 0;
    fvi_html_heading(to, "By cohort");
    if (of_pairs) fvi_html_table(to, names);
    json_object_foreach(cohorts, name, f)
    {
        if (of_pairs) {
            cohort_row(to, name, f);
            continue;
        }
        (void)fputs("<h3>", to);
        fvi_html_text(to, name);
        (void)fputs("</h3>\n", to);
        if (strcmp(fvi_text_at(s, "set", "kind"), "attacks") == 0)
            attacks(to, f);
        else
            quality(to, f);
    }
    if (of_pairs) fvi_html_table_end(to);
}

static fv_status put_curves(FILE *to, const fvi_report *r, bool of_pairs, fv_error *err)
{
    fvi_plot p = {.title = "error curve",
                  .x = of_pairs ? "false match rate" : "APCER of the worst species",
                  .y = of_pairs ? "false non-match rate" : "BPCER",
                  .curves = true,
                  .number = 1};

    p.series[p.n_series++] = (fvi_series){"this run", fvi_at(r->summary, "figures", "det")};
    for (size_t i = 0; i < r->n_overlays && p.n_series < FVI_SERIES_MAX; i++) {
        const json_t *det = fvi_at(r->overlays[i].summary, "figures", "det");
        if (json_array_size(det) > 0)
            p.series[p.n_series++] = (fvi_series){r->overlays[i].name, det};
    }
    if (json_array_size(p.series[0].points) == 0) {
        (void)fputs("<p class=\"none\">No curve: a class is empty, or nothing went wrong.</p>\n",
                    to);
        return FV_OK;
    }
    return fvi_plot_put(to, &p, err);
}

fv_status fvi_report_plots(FILE *to, const fvi_report *r, fv_error *err)
{
    fv_status st = FV_OK;
    const json_t *h = fvi_at(r->summary, "figures", "histogram");
    bool of_pairs = strcmp(fvi_text_at(r->summary, "set", "kind"), "pairs") == 0;
    double marks[2] = {json_number_value(fvi_at(r->summary, "versions", "review_similarity")),
                       json_number_value(fvi_at(r->summary, "versions", "match_similarity"))};
    const char *good = of_pairs ? "genuine" : "live", *bad = of_pairs ? "impostor" : "spoof";

    if (h == NULL) return FV_OK;
    fvi_html_heading(to, of_pairs ? "DET curve" : "APCER and BPCER");
    FVI_TRY(put_curves(to, r, of_pairs, err));
    fvi_html_heading(to, "Scores");
    if (of_pairs)
        (void)fputs("<p class=\"soft\">Upright lines: the thresholds of manual review and of a "
                    "match.</p>\n",
                    to);
    fvi_plot p = {.title = "score histogram",
                  .x = of_pairs ? "similarity" : "liveness score",
                  .y = "share of its class",
                  .from = json_number_value(json_object_get(h, "from")),
                  .step = json_number_value(json_object_get(h, "step")),
                  .marks = marks,
                  .n_marks = of_pairs ? 2 : 0,
                  .series = {{good, json_object_get(h, good)}, {bad, json_object_get(h, bad)}},
                  .n_series = 2,
                  .number = 2};
    FVI_TRY(fvi_plot_put(to, &p, err));
out:
    return st;
}
