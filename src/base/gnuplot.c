/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include "base/gnuplot.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SVG_MAX_BYTES = 8 << 20 };

extern char **environ;

void fvi_gnuplot_text(FILE *script, const char *text)
{
    static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                               " ._-+=%(),:/@";
    (void)fputc('\'', script);
    for (; *text != '\0'; text++)
        (void)fputc(strchr(good, *text) != NULL ? *text : '?', script);
    (void)fputc('\'', script);
}

/* 0, or what errno would be. */
static int start(FILE *script, int out[2], pid_t *pid)
{
    char *argv[] = {"gnuplot", "--default-settings", "-", NULL};
    posix_spawn_file_actions_t fa;

    int failed = posix_spawn_file_actions_init(&fa);
    if (failed != 0) return failed;
    (void)posix_spawn_file_actions_adddup2(&fa, fileno(script), STDIN_FILENO);
    (void)posix_spawn_file_actions_adddup2(&fa, out[1], STDOUT_FILENO);
    (void)posix_spawn_file_actions_addopen(&fa, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    (void)posix_spawn_file_actions_addclose(&fa, out[0]);
    failed = posix_spawnp(pid, argv[0], &fa, NULL, argv, environ);
    (void)posix_spawn_file_actions_destroy(&fa);
    return failed;
}

/* Reads to the end, so that the child never waits; what is beyond the cap is lost. */
static size_t drain(int fd, char *to, size_t cap)
{
    char rest[4096];
    size_t n = 0;

    for (;;) {
        ssize_t k = n < cap ? read(fd, to + n, cap - n) : read(fd, rest, sizeof rest);
        if (k < 0 && errno == EINTR) continue;
        if (k <= 0) return n;
        if (n < cap) n += (size_t)k;
    }
}

static fv_status draw(FILE *script, char *svg, fv_error *err)
{
    int out[2] = {-1, -1}, status = 1;
    pid_t pid = 0;

    if (fflush(script) != 0 || fseek(script, 0, SEEK_SET) != 0 || pipe(out) != 0)
        return fvi_fail(err, FV_E_BACKEND, "gnuplot: %s", strerror(errno));
    int failed = start(script, out, &pid);
    (void)close(out[1]);
    size_t n = failed == 0 ? drain(out[0], svg, SVG_MAX_BYTES) : 0;
    (void)close(out[0]);
    svg[n] = '\0';
    if (failed != 0)
        return fvi_fail(err, FV_E_BACKEND, "gnuplot: %s (Debian package gnuplot-nox)",
                        strerror(failed));
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || strstr(svg, "</svg>") == NULL ||
        strstr(svg, "<script") != NULL)
        return fvi_fail(err, FV_E_BACKEND, "gnuplot failed (Debian package gnuplot-nox)");
    return FV_OK;
}

fv_status fvi_gnuplot_svg(FILE *script, char **svg, fv_error *err)
{
    char *text = malloc(SVG_MAX_BYTES + 1);

    if (text == NULL) return fvi_fail(err, FV_E_NOMEM, "plot");
    fv_status st = draw(script, text, err);
    if (st == FV_OK)
        *svg = text;
    else
        free(text);
    return st;
}
