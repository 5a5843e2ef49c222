/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/plot.h"

#include <stdlib.h>
#include <string.h>

#include "base/gnuplot.h"

/* Legible on white and on near-black alike. */
static const char *const colours[FVI_SERIES_MAX] = {"#2f7fc2", "#d0661c", "#2c9a5a", "#b05cc0",
                                                    "#b58900", "#c2453f", "#1f97a8", "#8a7f5c",
                                                    "#6f78d6", "#7f8c8d"};

static void put_data(FILE *to, const fvi_plot *p, size_t k)
{
    size_t i = 0;
    double sum = 0;
    json_t *v = NULL;

    (void)fprintf(to, "$D%zu << EOD\n", k);
    json_array_foreach(p->series[k].points, i, v) sum += json_number_value(v);
    json_array_foreach(p->series[k].points, i, v)
    {
        if (p->curves || p->diagonal)
            (void)fprintf(to, "%.9g %.9g\n", json_number_value(json_array_get(v, 0)),
                          json_number_value(json_array_get(v, 1)));
        else
            (void)fprintf(to, "%.9g %.9g\n", p->from + p->step * ((double)i + 0.5),
                          sum > 0 ? json_number_value(v) / sum : 0.0);
    }
    (void)fputs("EOD\n", to);
}

static void put_script(FILE *to, const fvi_plot *p)
{
    (void)fputs("set terminal svg noenhanced size 760,460 font 'sans-serif,13' linewidth 1.2\n"
                "set border 3 lc rgb '#808080'\nset tics nomirror textcolor rgb 'black'\nset key "
                "above right horizontal\n"
                "set grid lc rgb '#808080' lw 0.3\nset samples 2\n",
                to);
    (void)fputs("set xlabel ", to);
    fvi_gnuplot_text(to, p->x);
    (void)fputs("\nset ylabel ", to);
    fvi_gnuplot_text(to, p->y);
    (void)fputs("\n", to);
    if (p->curves) (void)fputs("set logscale xy\nset format xy '%g'\n", to);
    if (!p->curves && !p->diagonal)
        (void)fputs("set style fill solid 0.45 noborder\nset yrange [0:*]\n", to);
    for (size_t i = 0; i < p->n_marks; i++)
        (void)fprintf(to,
                      "set arrow from first %.9g, graph 0 to first %.9g, graph 1 nohead dt 2 "
                      "lc rgb '#808080'\n",
                      p->marks[i], p->marks[i]);
    for (size_t k = 0; k < p->n_series; k++)
        put_data(to, p, k);
    (void)fputs("plot ", to);
    for (size_t k = 0; k < p->n_series; k++) {
        (void)fprintf(to, "%s$D%zu with %s lc rgb '%s' title ", k > 0 ? ", " : "", k,
                      p->curves     ? "lines lw 1.8"
                      : p->diagonal ? "linespoints lw 1.4 pt 7 ps 0.4"
                                    : "boxes",
                      colours[k]);
        fvi_gnuplot_text(to, p->series[k].name);
    }
    if (p->diagonal) (void)fputs(", x with lines dt 2 lc rgb '#808080' title 'ideal'", to);
    (void)fputs("\n", to);
}

/* What gnuplot writes, and what stands in the page instead; "@" becomes the plot's number. */
static const struct {
    const char *from, *to;
} changes[] = {
    {"'black'", "'currentColor'"},
    {"\"black\"", "\"currentColor\""},
    {"rgb(0,0,0)", "currentColor"},
    {"rgb(0, 0, 0)", "currentColor"},
    {"rgb(  0,   0,   0)", "currentColor"},
    {"gpDot", "dot@"},
    {"gpPt", "point@_"},
    {"gnuplot_", "plot@_"},
    {"'textbox'", "'textbox@'"},
    {"'greybox'", "'greybox@'"},
};

static void put_svg(FILE *to, const char *svg, const fvi_plot *p)
{
    static const char title[] = "<title>Gnuplot</title>";
    const char *s = strstr(svg, "<svg");

    while (s != NULL && *s != '\0') {
        size_t i = 0;
        if (strncmp(s, title, sizeof title - 1) == 0) {
            (void)fprintf(to, "<title>%s</title>", p->title);
            s += sizeof title - 1;
            continue;
        }
        while (i < sizeof changes / sizeof changes[0] &&
               strncmp(s, changes[i].from, strlen(changes[i].from)) != 0)
            i++;
        if (i == sizeof changes / sizeof changes[0]) {
            (void)fputc(*s++, to);
            continue;
        }
        for (const char *c = changes[i].to; *c != '\0'; c++) {
            if (*c == '@')
                (void)fprintf(to, "%u", p->number);
            else
                (void)fputc(*c, to);
        }
        s += strlen(changes[i].from);
    }
}

fv_status fvi_plot_put(FILE *to, const fvi_plot *p, fv_error *err)
{
    FILE *script = tmpfile();
    char *svg = NULL;

    if (script == NULL) return fvi_fail(err, FV_E_NOMEM, "no temporary file");
    put_script(script, p);
    fv_status st = fvi_gnuplot_svg(script, &svg, NULL);
    (void)fclose(script);
    if (st == FV_OK) {
        (void)fputs("<div class=\"wide plot\">", to);
        put_svg(to, svg, p);
        (void)fputs("</div>\n", to);
    } else {
        (void)fprintf(to, "<p class=\"none\">No plot (%s): gnuplot is not installed.</p>\n",
                      p->title);
    }
    free(svg);
    return FV_OK;
}
