/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "cli/cli.h"
#include "server/engine_backend.h"
#include "server/notify.h"
#include "server/server.h"
#include "verify/settings.h"

typedef struct given {
    const char *setting;
    char override[2200]; /* "service.listen_binding=URL URL"; "" = not given */
} given;

typedef struct args {
    cli_common common;
    given binding;
    given ops;
    given http;
} args;

enum {
    END_MS = 20000, /* for what remains, once all is answered */
    OWN_DESCRIPTORS = 128,
    DEAD_TICKS = 10, /* seconds, or less where a watchdog wants to be fed more often */
};

static const struct argp_option options[] = {
    {"listen", 'L', "URL", 0,
     "Where binding services call: ipc://PATH, tcp://HOST:PORT or tls+tcp://HOST:PORT "
     "(service.listen_binding); may be given again",
     1},
    {"ops-listen", 'O', "URL", 0, "Where operations and QA call (service.listen_ops); likewise", 1},
    {"http", 'H', "URL", 0,
     "Where /healthz, /readyz and /metrics are (service.http); empty = nowhere", 1},
    {0},
};

/* Given again, one more of the list; what the settings say is replaced. */
static error_t take_url(args *a, given *u, const char *url, bool many)
{
    size_t n = strlen(u->override);
    size_t room = sizeof u->override - n;
    bool more = n > 0;

    if (more && !many) return cli_wrong(&a->common, u->setting, "given twice");
    int len = more ? snprintf(u->override + n, room, " %s", url)
                   : snprintf(u->override, room, "service.%s=%s", u->setting, url);
    if (len < 0 || (size_t)len >= room) return cli_wrong(&a->common, u->setting, "too long");
    if (more) return 0;
    if (a->common.n_overrides == CLI_OVERRIDES_MAX)
        return cli_wrong(&a->common, "set", "given more than 64 times");
    a->common.overrides[a->common.n_overrides++] = u->override;
    return 0;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    args *a = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &a->common;
        return 0;
    case 'L':
        return take_url(a, &a->binding, arg, true);
    case 'O':
        return take_url(a, &a->ops, arg, true);
    case 'H':
        return take_url(a, &a->http, arg, false);
    case ARGP_KEY_ARG:
        return cli_wrong(&a->common, "command_line", "takes no argument; name URLs with --listen");
    case ARGP_KEY_END:
        return a->common.json ? cli_wrong(&a->common, "command_line",
                                          "answers no question itself, so there is no --json")
                              : 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void on_reload(bool ends)
{
    (void)(ends ? fvi_notify_ready() : fvi_notify_reloading());
}

static void tell_ready(fvi_server *server)
{
    const fvi_url *urls = NULL;
    size_t n = fvi_server_urls(server, &urls);

    (void)printf("faceverify serve: ready:");
    for (size_t i = 0; i < n; i++)
        (void)printf(" %s=%s", fvi_caller_name(urls[i].caller), urls[i].text);
    (void)putchar('\n');
    (void)fflush(stdout); /* who started us may wait for the line; a closed output is no fault */
    (void)fvi_notify_ready();
}

static sigset_t our_signals(void)
{
    sigset_t set;

    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    (void)sigaddset(&set, SIGHUP);
    return set;
}

/* Until somebody wants it to end; false: until it found that it does not do its work any more, when
 * it is better ended, and started anew by whoever started it. Not at the first sight of it: after a
 * pause of the whole process every thread is late. */
static bool run(fvi_server *server, const sigset_t *signals)
{
    uint64_t watchdog_us = fvi_notify_watchdog_us() / 2;
    struct timespec tick = {.tv_sec = 1};
    unsigned dead = 0;

    if (watchdog_us > 0 && watchdog_us < 1000000u)
        tick = (struct timespec){.tv_nsec = (long)watchdog_us * 1000};
    for (;;) {
        int got = sigtimedwait(signals, NULL, &tick);
        if (got == SIGTERM || got == SIGINT) return true;
        if (got == SIGHUP) fvi_server_reload(server);
        dead = fvi_server_alive(server) ? 0 : dead + 1;
        if (dead == DEAD_TICKS) return false;
        if (watchdog_us > 0 && dead == 0) (void)fvi_notify_watchdog();
    }
}

/* Whatever hangs, it ends: nng 1.5.2 can wait for ever for a connection that it closed. */
typedef struct last_resort {
    uint64_t after_ms;
    int exit_code;
} last_resort;

static void *end_at_last(void *arg)
{
    const last_resort *r = arg;
    struct timespec left = {.tv_sec = (time_t)(r->after_ms / 1000)};

    while (nanosleep(&left, &left) != 0) {}
    _exit(r->exit_code);
}

static void arm(last_resort *r)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, end_at_last, r) == 0) (void)pthread_detach(thread);
}

/* Whether all that was accepted has been answered. */
static bool drain(fvi_server *server, const fvi_settings *settings, bool wanted)
{
    static last_resort draining = {.exit_code = EXIT_FAULT};
    static last_resort ending = {.after_ms = END_MS};
    sigset_t interrupt;

    (void)sigemptyset(&interrupt);
    (void)sigaddset(&interrupt, SIGINT);
    (void)pthread_sigmask(SIG_UNBLOCK, &interrupt, NULL); /* a second Ctrl-C ends it at once */
    (void)fvi_notify_stopping();
    (void)fvi_notify_extend(1000u * (uint64_t)(settings->service.drain_ms + 2 * END_MS));
    draining.after_ms = (uint64_t)settings->service.drain_ms + END_MS;
    arm(&draining);
    bool all = fvi_server_drain(server);
    ending.exit_code = all && wanted ? EXIT_YES : EXIT_FAULT;
    arm(&ending);
    return all;
}

/* Messages of many sizes come and go in many threads. Left to itself glibc raises the size from
 * which a block is given back to the system, and keeps an arena for each few threads: memory then
 * grows for as long as new patterns of load come. */
static void keep_memory_flat(void)
{
    (void)mallopt(M_MMAP_THRESHOLD, 128 << 10);
    (void)mallopt(M_ARENA_MAX, 4);
}

/* As many descriptors as connections may need, where the system allows that many. */
static void make_room(const fvi_settings *settings, fvi_reqlog *log)
{
    const rlim_t wanted = settings->service.connections + OWN_DESCRIPTORS;
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted) return;
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    if (setrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur >= wanted) return;
    (void)fvi_reqlog_event(log, FVI_LOG_WARNING, "few_descriptors",
                           "%llu may be open; service.connections=%u needs %llu",
                           (unsigned long long)limit.rlim_cur, settings->service.connections,
                           (unsigned long long)wanted);
}

static fv_status serve(const args *a, const sigset_t *signals, fv_error *err)
{
    fv_status st = FV_OK;
    fvi_settings settings;
    fvi_server *server = NULL;
    fvi_reqlog *log = NULL;
    const char *channels[FVI_CHANNEL_COUNT];
    fvi_engine_source source = {.options = cli_engine_options(&a->common), .running = &settings};
    fvi_backend backend = fvi_engine_backend(&source);
    fvi_server_options o = {.settings = &settings,
                            .backend = &backend,
                            .channels = channels,
                            .n_channels = FVI_CHANNEL_COUNT,
                            .on_reload = on_reload};

    for (int i = 0; i < FVI_CHANNEL_COUNT; i++)
        channels[i] = fvi_channel_infos[i].name;
    keep_memory_flat();
    FVI_TRY(fvi_settings_load(&settings, a->common.config_path, a->common.overrides,
                              a->common.n_overrides, err));
    FVI_TRY(fvi_reqlog_open(&log, STDERR_FILENO, err));
    o.log = log;
    make_room(&settings, log);
    FVI_TRY(fvi_server_start(&server, &o, err));
    tell_ready(server);
    bool wanted = run(server, signals);
    if (!drain(server, &settings, wanted))
        st = fvi_fail(err, FV_E_TIMEOUT, "not all that was accepted could be answered");
    else if (!wanted)
        st = fvi_fail(err, FV_E_BACKEND, "a thread does not move any more: start the service anew");
out:
    fvi_server_destroy(&server);
    fvi_reqlog_close(&log);
    return st;
}

int cmd_serve(int argc, char **argv)
{
    static const struct argp_child children[] = {{&cli_common_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        options,
        parse,
        "",
        "The service: answers verify, liveness, quality, match and info over nng until SIGTERM.\v"
        "Example: faceverify serve --config faceverify.yaml --listen "
        "ipc:///run/faceverify/binding.sock\n\n"
        "One line on standard output says when requests are answered; the log, one line a request, "
        "goes to standard error. SIGTERM and SIGINT: takes nothing new, answers what was accepted "
        "(service.drain_ms), ends. SIGHUP: loads settings and models anew and, if they are good, "
        "changes to them.\n\n"
        "Exit code: 0 after SIGTERM or SIGINT, 2 a setting or URL is wrong (it is named), 3 a "
        "model, memory or the machine, not all that was accepted could be answered, or the service "
        "found that it is stuck and ended by itself.",
        children,
        NULL,
        NULL};
    args a = {.common = cli_common_init("serve"),
              .binding = {.setting = "listen_binding"},
              .ops = {.setting = "listen_ops"},
              .http = {.setting = "http"}};
    fv_error err = {.code = FV_OK};

    int code = cli_parse(&a.common, &argp, argc, argv, &a);
    if (code != CLI_GO_ON) return code;
    /* before the first thread: all of them leave these to us */
    sigset_t signals = our_signals();
    (void)pthread_sigmask(SIG_BLOCK, &signals, NULL);
    fv_status st = serve(&a, &signals, &err);
    return st == FV_OK ? EXIT_YES : cli_tell_failure(&a.common, st, &err);
}
