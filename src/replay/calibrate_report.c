/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/calibrate_report.h"

#include "replay/outfile.h"
#include "replay/plot.h"
#include "replay/report_parts.h"

static void put_rates(FILE *to, const json_t *cohort)
{
    static const char *const names[] = {"#FMR", "#similarity", "#false matches",
                                        "#95 % upper bound", NULL};
    size_t i = 0;
    json_t *r = NULL;

    fvi_html_table(to, names);
    json_array_foreach(json_object_get(cohort, "rates"), i, r)
    {
        (void)fputs("<tr>", to);
        fvi_html_number(to, json_number_value(json_object_get(r, "fmr")), "%g");
        fvi_html_number(to, json_number_value(json_object_get(r, "similarity")), "%.6f");
        fvi_html_whole(to, (long long)json_integer_value(json_object_get(r, "false_matches")));
        fvi_html_number(to, json_number_value(json_object_get(r, "fmr_upper95")), "%.3g");
        (void)fputs("</tr>\n", to);
    }
    fvi_html_table_end(to);
}

static fv_status put_fit(FILE *to, const json_t *cohort, unsigned number, fv_error *err)
{
    const json_t *fit = json_object_get(cohort, "log_likelihood_ratio");
    fvi_plot p = {.title = "reliability",
                  .x = "predicted share of genuine pairs",
                  .y = "seen share",
                  .diagonal = true,
                  .series = {{"groups of a twentieth", json_object_get(cohort, "reliability")}},
                  .n_series = 1,
                  .number = number};

    if (fit == NULL) {
        (void)fputs("<p class=\"none\">No fit: only one class, or none of the two reaches into the "
                    "other.</p>\n",
                    to);
        return FV_OK;
    }
    (void)fprintf(to,
                  "<p>Log-likelihood ratio: %.4f &times; similarity %+.4f. Its loss (Cllr) is %.4f "
                  "bits; the least that a rising function could have is %.4f.</p>\n",
                  json_number_value(json_object_get(fit, "scale")),
                  json_number_value(json_object_get(fit, "offset")),
                  json_number_value(json_object_get(fit, "cllr")),
                  json_number_value(json_object_get(fit, "cllr_min")));
    return fvi_plot_put(to, &p, err);
}

fv_status fvi_calibrate_report(const json_t *doc, const char *path, fv_error *err)
{
    fv_status st = FV_OK;
    fvi_outfile f = {.to = NULL};
    size_t i = 0;
    json_t *c = NULL;

    FVI_TRY(fvi_outfile_open(&f, NULL, path, err));
    fvi_html_begin(f.to, "Calibration");
    (void)fputs("<p><code>", f.to);
    fvi_html_text(f.to, fvi_text_at(doc, "id", NULL));
    (void)fputs("</code> for network ", f.to);
    fvi_html_text(f.to, fvi_text_at(doc, "network", NULL));
    (void)fputs(" <code>", f.to);
    fvi_html_text(f.to, fvi_text_at(doc, "network_sha256", NULL));
    (void)fputs("</code></p>\n", f.to);
    json_array_foreach(json_object_get(doc, "cohorts"), i, c)
    {
        fvi_html_heading(f.to, fvi_text_at(c, "name", NULL));
        (void)fputs("<p>", f.to);
        fvi_html_text(f.to, fvi_text_at(c, "set", NULL));
        (void)fprintf(f.to, ": %lld people, %lld impostor and %lld genuine pairs.%s</p>\n",
                      (long long)json_integer_value(json_object_get(c, "people")),
                      (long long)json_integer_value(json_object_get(c, "impostor_pairs")),
                      (long long)json_integer_value(json_object_get(c, "genuine_pairs")),
                      json_is_true(json_object_get(c, "sets_policy"))
                          ? ""
                          : " Fewer than 50 people: informs, sets no policy.");
        put_rates(f.to, c);
        FVI_TRY(put_fit(f.to, c, (unsigned)i + 1, err));
    }
    fvi_html_end(f.to);
    FVI_TRY(fvi_outfile_commit(&f, err));
out:
    fvi_outfile_drop(&f);
    return st;
}
