/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/report.h"

#include <stdlib.h>
#include <string.h>

#include "replay/outfile.h"
#include "replay/report_parts.h"

const json_t *fvi_at(const json_t *o, const char *a, const char *b)
{
    const json_t *v = json_object_get(o, a);
    return b == NULL ? v : json_object_get(v, b);
}

const char *fvi_text_at(const json_t *o, const char *a, const char *b)
{
    const char *s = json_string_value(fvi_at(o, a, b));
    return s == NULL ? "" : s;
}

static void put_top(FILE *to, const json_t *s)
{
    (void)fputs("<p>Set <code>", to);
    fvi_html_text(to, fvi_text_at(s, "set", "manifest"));
    (void)fprintf(to, "</code>: %lld rows, %lld images, %lld people (told apart by ",
                  (long long)json_integer_value(fvi_at(s, "set", "rows")),
                  (long long)json_integer_value(fvi_at(s, "set", "images")),
                  (long long)json_integer_value(fvi_at(s, "set", "people")));
    fvi_html_text(to, fvi_text_at(s, "set", "people_by"));
    (void)fputs("). Library ", to);
    fvi_html_text(to, fvi_text_at(s, "versions", "library"));
    (void)fputs(", pack ", to);
    fvi_html_text(to, fvi_text_at(s, "versions", "pack"));
    (void)fputs(", run ", to);
    fvi_html_text(to, fvi_text_at(s, "run", "started"));
    (void)fputs(".</p>\n", to);
    long long lost = (long long)json_integer_value(fvi_at(s, "acquisition", "unreadable"));
    if (lost > 0)
        (void)fprintf(to,
                      "<p class=\"bad\">%lld files could not be read; rows with them are in no "
                      "figure. They are listed below.</p>\n",
                      lost);
    long long odd = (long long)json_integer_value(fvi_at(s, "set", "people_contradicted"));
    if (odd > 0)
        (void)fprintf(to,
                      "<p class=\"bad\">%lld impostor pairs are of people whom genuine pairs call "
                      "the same: some labels are wrong.</p>\n",
                      odd);
}

fv_status fvi_report_write(const fvi_report *r, const char *dir, fv_error *err)
{
    fv_status st = FV_OK;
    fvi_outfile f = {.to = NULL};
    const json_t *s = r->summary;
    char title[64];

    (void)snprintf(title, sizeof title, "Replay: %s", fvi_text_at(s, "set", "kind"));
    FVI_TRY(fvi_outfile_open(&f, dir, "report.html", err));
    fvi_html_begin(f.to, title);
    put_top(f.to, s);
    fvi_report_conditions(f.to, s);
    fvi_report_figures(f.to, s);
    fvi_report_changes(f.to, s);
    FVI_TRY(fvi_report_plots(f.to, r, err));
    fvi_report_cohorts(f.to, s);
    fvi_report_answers(f.to, s);
    fvi_report_worst(f.to, r);
    fvi_report_files(f.to, s);
    fvi_report_machine(f.to, s);
    fvi_html_end(f.to);
    FVI_TRY(fvi_outfile_commit(&f, err));
out:
    fvi_outfile_drop(&f);
    return st;
}
