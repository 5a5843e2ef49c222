/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/html.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

static const char style[] =
    ":root{color-scheme:light dark;--fg:#1b1f24;--bg:#fff;--soft:#5b6570;--line:#d5dae0;"
    "--row:#f5f7f9;--bad:#b3261e;--good:#1c7a3e;--link:#1a5fa8}\n"
    "@media (prefers-color-scheme:dark){:root{--fg:#e4e8ec;--bg:#14181c;--soft:#9aa5b1;"
    "--line:#39414a;--row:#1c2228;--bad:#ff8a80;--good:#6fd394;--link:#83b8ee}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0 auto;padding:1.5rem 1rem 4rem;max-width:64rem;color:var(--fg);"
    "background:var(--bg);font:15px/1.5 system-ui,sans-serif}\n"
    "h1{font-size:1.6rem;line-height:1.2;margin:.2em 0}h2{font-size:1.15rem;margin:2.2em 0 .5em;"
    "border-bottom:1px solid var(--line);padding-bottom:.2em}\n"
    "p{margin:.5em 0;max-width:48rem}.soft,.none{color:var(--soft)}\n"
    /* a shadow at the side on which there is more */
    ".wide{overflow-x:auto;background:linear-gradient(90deg,var(--bg) 30%,transparent) 0 0/2.5rem "
    "100% no-repeat local,linear-gradient(270deg,var(--bg) 30%,transparent) 100% 0/2.5rem 100% "
    "no-repeat local,linear-gradient(90deg,var(--line),transparent) 0 0/.8rem 100% no-repeat,"
    "linear-gradient(270deg,var(--line),transparent) 100% 0/.8rem 100% no-repeat}"
    ".plot svg{min-width:34rem}"
    "table{border-collapse:collapse;font-size:.92em;margin:.5em 0}\n"
    "th,td{text-align:left;padding:.25em .8em .25em 0;vertical-align:top;"
    "border-bottom:1px solid var(--line)}\n"
    "th{font-weight:600;color:var(--soft)}.n{text-align:right;white-space:nowrap;"
    "font-variant-numeric:tabular-nums}\n"
    "td.path{overflow-wrap:anywhere;min-width:12em}td.list{min-width:14em}code,pre{font:.92em/1.45 "
    "ui-monospace,monospace;"
    "overflow-wrap:anywhere;white-space:pre-wrap}\n"
    ".bad{color:var(--bad);font-weight:600}.good{color:var(--good);font-weight:600}\n"
    "svg{max-width:100%;height:auto;color:var(--fg)}img{display:inline-block;max-height:96px;"
    "margin-right:.3em}\n"
    "@media (max-width:40rem){table{font-size:.8em}th,td{padding-right:.6em}"
    ".cards thead{display:none}.cards tr{display:block;padding:.4em 0;"
    "border-bottom:1px solid var(--line)}.cards td{display:inline-block;border:0;"
    "padding:.05em .8em .05em 0}.cards td.list,.cards td.path{display:block;min-width:0}"
    ".cards td.list:not(:empty)::before{content:attr(data-label);color:var(--soft)}}\n"
    "@media print{:root{--fg:#000;--bg:#fff;--soft:#444;--line:#bbb}body{max-width:none;"
    "font-size:11px;padding:0}h2{break-after:avoid}table,svg,tr{break-inside:avoid}"
    ".wide{overflow:visible;background:none}.plot svg{min-width:0}}\n";

void fvi_html_text(FILE *to, const char *text)
{
    for (; *text != '\0'; text++) {
        switch (*text) {
        case '&':
            (void)fputs("&amp;", to);
            break;
        case '<':
            (void)fputs("&lt;", to);
            break;
        case '>':
            (void)fputs("&gt;", to);
            break;
        case '"':
            (void)fputs("&quot;", to);
            break;
        case '\'':
            (void)fputs("&#39;", to);
            break;
        default:
            (void)fputc(*text, to);
        }
    }
}

void fvi_html_begin(FILE *to, const char *title)
{
    (void)fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                "style-src 'unsafe-inline'; img-src data:\">\n"
                "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                "<meta name=\"referrer\" content=\"no-referrer\">\n"
                "<link rel=\"icon\" href=\"data:,\">\n<title>",
                to);
    fvi_html_text(to, title);
    (void)fprintf(to, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<h1>", style);
    fvi_html_text(to, title);
    (void)fputs("</h1>\n", to);
}

void fvi_html_end(FILE *to)
{
    (void)fputs("</body>\n</html>\n", to);
}

void fvi_html_heading(FILE *to, const char *text)
{
    (void)fputs("<h2>", to);
    fvi_html_text(to, text);
    (void)fputs("</h2>\n", to);
}

static void table_begin(FILE *to, const char *kind, const char *const *names)
{
    (void)fprintf(to, "<div class=\"wide\"><table%s>\n<thead><tr>", kind);
    for (; *names != NULL; names++) {
        bool number = **names == '#';
        (void)fputs(number ? "<th class=\"n\">" : "<th>", to);
        fvi_html_text(to, *names + (number ? 1 : 0));
        (void)fputs("</th>", to);
    }
    (void)fputs("</tr></thead>\n<tbody>\n", to);
}

void fvi_html_table(FILE *to, const char *const *names)
{
    table_begin(to, "", names);
}

void fvi_html_cards(FILE *to, const char *const *names)
{
    table_begin(to, " class=\"cards\"", names);
}

void fvi_html_table_end(FILE *to)
{
    (void)fputs("</tbody></table></div>\n", to);
}

void fvi_html_cell(FILE *to, const char *text)
{
    (void)fputs("<td>", to);
    fvi_html_text(to, text == NULL ? "" : text);
    (void)fputs("</td>", to);
}

void fvi_html_list(FILE *to, const char *list, const char *label)
{
    char part[2] = "";

    (void)fprintf(to, "<td class=\"list\" data-label=\"%s: \">", label);
    for (; *list != '\0'; list++) {
        part[0] = *list;
        fvi_html_text(to, *list == ';' ? ", " : part);
    }
    (void)fputs("</td>", to);
}

void fvi_html_number(FILE *to, double v, const char *format)
{
    char text[64] = "";
    if (!isnan(v)) (void)snprintf(text, sizeof text, format, v);
    (void)fprintf(to, "<td class=\"n\">%s</td>", text);
}

void fvi_html_whole(FILE *to, long long v)
{
    (void)fprintf(to, "<td class=\"n\">%lld</td>", v);
}

/* Small rates keep digits that mean something. */
static const char *percent(double v, char text[32])
{
    (void)snprintf(text, 32, v > 0 && v < 0.001 ? "%.2g %%" : "%.2f %%", 100.0 * v);
    return text;
}

void fvi_html_share(FILE *to, const json_t *s)
{
    char a[32], b[32];
    const json_t *low = json_object_get(s, "low"), *value = json_object_get(s, "value");

    if (!json_is_number(value)) {
        (void)fputs("<td class=\"n\">-</td><td class=\"n\"></td><td class=\"n\">0 of 0</td>", to);
        return;
    }
    (void)fprintf(to, "<td class=\"n\">%s</td><td class=\"n\">",
                  percent(json_number_value(value), a));
    if (json_is_number(low))
        (void)fprintf(to, "%.*s to %s", (int)strcspn(percent(json_number_value(low), a), " "), a,
                      percent(json_number_value(json_object_get(s, "high")), b));
    (void)fprintf(to, "</td><td class=\"n\">%lld of %lld</td>",
                  (long long)json_integer_value(json_object_get(s, "count")),
                  (long long)json_integer_value(json_object_get(s, "of")));
}
