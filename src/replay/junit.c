/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "replay/conditions.h"
#include "replay/html.h"
#include "replay/outfile.h"

/* XML has no way to write most control characters. */
static void put_text(FILE *to, const char *text)
{
    char piece[2] = "";
    for (; *text != '\0'; text++) {
        piece[0] = (unsigned char)*text < 0x20 ? '?' : *text;
        fvi_html_text(to, piece);
    }
}

static void put_case(FILE *to, const json_t *c)
{
    const json_t *value = json_object_get(c, "value");
    const char *text = json_string_value(json_object_get(c, "condition"));

    (void)fputs("  <testcase classname=\"faceverify.replay\" name=\"not ", to);
    put_text(to, text == NULL ? "" : text);
    (void)fputs("\">", to);
    if (json_is_true(json_object_get(c, "holds"))) {
        (void)fputs("<failure message=\"", to);
        if (json_is_number(value))
            (void)fprintf(to, "the value is %.9g", json_number_value(value));
        else
            put_text(to, json_string_value(json_object_get(c, "why")));
        (void)fputs("\"/>", to);
    }
    (void)fputs("</testcase>\n", to);
}

fv_status fvi_junit_write(const char *path, const json_t *conditions, double seconds, fv_error *err)
{
    fv_status st = FV_OK;
    fvi_outfile f = {.to = NULL};
    size_t i = 0, failed = 0, n = json_array_size(conditions);
    json_t *c = NULL;

    json_array_foreach(conditions, i, c) failed +=
        json_is_true(json_object_get(c, "holds")) ? 1 : 0;
    FVI_TRY(fvi_outfile_open(&f, NULL, path, err));
    (void)fprintf(f.to,
                  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                  "<testsuite name=\"faceverify replay\" tests=\"%zu\" failures=\"%zu\" "
                  "errors=\"0\" skipped=\"0\" time=\"%.3f\">\n",
                  n + 1, failed, seconds);
    (void)fputs("  <testcase classname=\"faceverify.replay\" name=\"run\"></testcase>\n", f.to);
    json_array_foreach(conditions, i, c) put_case(f.to, c);
    (void)fputs("</testsuite>\n", f.to);
    FVI_TRY(fvi_outfile_commit(&f, err));
out:
    fvi_outfile_drop(&f);
    return st;
}
