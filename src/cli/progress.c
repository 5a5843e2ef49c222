/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include "cli/progress.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

enum { REDRAW_US = 200000, LINE_US = 10000000, BAR = 24 };

static atomic_bool stop;

static void on_signal(int number)
{
    (void)number;
    atomic_store(&stop, true);
}

cli_progress cli_progress_begin(void)
{
    struct sigaction act = {.sa_flags = (int)SA_RESETHAND};

    act.sa_handler = on_signal;
    (void)sigemptyset(&act.sa_mask);
    (void)sigaction(SIGINT, &act, NULL);
    (void)sigaction(SIGTERM, &act, NULL);
    return (cli_progress){.terminal = isatty(STDERR_FILENO) == 1};
}

void cli_progress_end(cli_progress *p)
{
    if (p->drawn) (void)fputc('\n', stderr);
    p->drawn = false;
}

const atomic_bool *cli_progress_stop(void)
{
    return &stop;
}

static void time_text(double seconds, char *out, size_t cap)
{
    unsigned long s = (unsigned long)(seconds + 0.5);
    if (s < 60)
        (void)snprintf(out, cap, "%lu s", s);
    else if (s < 3600)
        (void)snprintf(out, cap, "%lu min %lu s", s / 60, s % 60);
    else
        (void)snprintf(out, cap, "%lu h %lu min", s / 3600, s % 3600 / 60);
}

void cli_progress_text(const fvi_progress *p, char *out, size_t cap)
{
    char left[48];
    double seconds = (double)p->elapsed_us * 1e-6;
    double rate = seconds > 0 ? (double)(p->done - p->before) / seconds : 0;

    if (p->done >= p->of || rate <= 0) {
        (void)snprintf(out, cap, "%.0f/s", rate);
        return;
    }
    time_text((double)(p->of - p->done) / rate, left, sizeof left);
    (void)snprintf(out, cap, "%.0f/s, %s left", rate, left);
}

void cli_progress_show(void *cookie, const fvi_progress *now)
{
    cli_progress *p = cookie;
    char text[96], bar[BAR + 1];
    bool last = now->done >= now->of;

    if (p->step != now->step) {
        cli_progress_end(p);
        p->next_us = p->terminal ? 0 : LINE_US;
        p->step = now->step;
        p->ended = false;
    }
    if (p->ended || now->of == 0 || (now->elapsed_us < p->next_us && !(last && p->terminal)))
        return;
    p->next_us = now->elapsed_us + (p->terminal ? REDRAW_US : LINE_US);
    cli_progress_text(now, text, sizeof text);
    if (!p->terminal) {
        (void)fprintf(stderr, "%s: %zu of %zu, %s\n", now->step, now->done, now->of, text);
        return;
    }
    size_t full = now->done * BAR / now->of;
    memset(bar, '.', BAR);
    memset(bar, '#', full < BAR ? full : BAR);
    bar[BAR] = '\0';
    (void)fprintf(stderr, "\r[%s] %s %zu/%zu, %s\033[K", bar, now->step, now->done, now->of, text);
    p->drawn = true;
    p->ended = last;
    if (last) cli_progress_end(p);
}

void cli_progress_line(cli_progress *p, const char *text)
{
    if (!p->terminal) return;
    (void)fprintf(stderr, "\r%s\033[K", text);
    p->drawn = true;
}

void cli_command_line(int argc, char **argv, char *out, size_t cap)
{
    size_t at = 0;

    out[0] = '\0';
    for (int i = 0; i < argc && at < cap; i++) {
        char shown[CLI_PATH_CAP];
        cli_show_path(argv[i], shown, sizeof shown);
        bool plain = shown[strcspn(shown, " '\"$\\`<>|&;()*?!#~")] == '\0' && shown[0] != '\0';
        at += (size_t)snprintf(out + at, cap - at, "%s%s%s%s", i > 0 ? " " : "",
                               plain || i == 0 ? "" : "'", shown, plain || i == 0 ? "" : "'");
    }
}
