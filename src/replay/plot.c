/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include "replay/plot.h"

#include <errno.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SVG_MAX_BYTES = 8 << 20 };

extern char **environ;

/* Legible on white and on near-black alike. */
static const char *const colours[FVI_SERIES_MAX] = {"#2f7fc2", "#d0661c", "#2c9a5a", "#b05cc0",
                                                    "#b58900", "#c2453f", "#1f97a8", "#8a7f5c",
                                                    "#6f78d6", "#7f8c8d"};

/* Nothing that gnuplot would take for anything but letters. */
static void put_name(FILE *to, const char *name)
{
    static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                               " ._-+=%(),:/@";
    (void)fputc('\'', to);
    for (; *name != '\0'; name++)
        (void)fputc(strchr(good, *name) != NULL ? *name : '?', to);
    (void)fputc('\'', to);
}

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
    put_name(to, p->x);
    (void)fputs("\nset ylabel ", to);
    put_name(to, p->y);
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
        put_name(to, p->series[k].name);
    }
    if (p->diagonal) (void)fputs(", x with lines dt 2 lc rgb '#808080' title 'ideal'", to);
    (void)fputs("\n", to);
}

/* gnuplot with the script as its input; its output, or NULL. */
static char *run_gnuplot(FILE *script)
{
    char *argv[] = {"gnuplot", "--default-settings", "-", NULL};
    posix_spawn_file_actions_t fa;
    int out[2] = {-1, -1}, status = 1;
    pid_t pid = 0;
    size_t n = 0;
    char *svg = malloc(SVG_MAX_BYTES + 1);

    if (svg == NULL || pipe(out) != 0) {
        free(svg);
        return NULL;
    }
    (void)posix_spawn_file_actions_init(&fa);
    (void)posix_spawn_file_actions_adddup2(&fa, fileno(script), STDIN_FILENO);
    (void)posix_spawn_file_actions_adddup2(&fa, out[1], STDOUT_FILENO);
    (void)posix_spawn_file_actions_addopen(&fa, STDERR_FILENO, "/dev/null", 1 /* O_WRONLY */, 0);
    (void)posix_spawn_file_actions_addclose(&fa, out[0]);
    bool started = posix_spawnp(&pid, argv[0], &fa, NULL, argv, environ) == 0;
    (void)posix_spawn_file_actions_destroy(&fa);
    (void)close(out[1]);
    while (started && n < SVG_MAX_BYTES) {
        ssize_t k = read(out[0], svg + n, SVG_MAX_BYTES - n);
        if (k < 0 && errno == EINTR) continue;
        if (k <= 0) break;
        n += (size_t)k;
    }
    (void)close(out[0]);
    while (started && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    svg[n] = '\0';
    bool good = started && WIFEXITED(status) && WEXITSTATUS(status) == 0 &&
                strstr(svg, "</svg>") != NULL && strstr(svg, "<script") == NULL;
    if (good) return svg;
    free(svg);
    return NULL;
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
    bool good = fflush(script) == 0 && fseek(script, 0, SEEK_SET) == 0;
    if (good) svg = run_gnuplot(script);
    (void)fclose(script);
    if (svg != NULL) {
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
