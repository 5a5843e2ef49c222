/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One thread, poll(), a fixed number of connections with a deadline each. Not nng's HTTP server:
 * that of 1.5.2 waits for ever on a connection that sends nothing and accepts without a limit, so
 * that whoever opens enough of them takes every descriptor of the process, those of the requests'
 * sockets included; and its stop does not wait for a handler that runs.
 */
#define _GNU_SOURCE /* accept4 */
#include "server/http.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "server/http_conn.h"

enum {
    CONNS = 32,
    BACKLOG = 64,
    BREATH_US = 100000, /* before it is tried again when descriptors or memory ran out */
};

struct fvi_http {
    fvi_http_sources sources;
    int listener;
    int wake; /* eventfd: readable = stop */
    uint16_t port;
    uint64_t accept_after_us;
    pthread_t thread;
    fvi_http_conn conns[CONNS];
};

/* A free place, or that of the connection whose time is over first: who says nothing must not keep
 * the monitoring out. */
static fvi_http_conn *place(fvi_http *h)
{
    fvi_http_conn *first = &h->conns[0];

    for (size_t i = 0; i < CONNS; i++) {
        if (h->conns[i].state == FVI_HTTP_FREE) return &h->conns[i];
        if (h->conns[i].deadline_us < first->deadline_us) first = &h->conns[i];
    }
    fvi_http_conn_close(first);
    return first;
}

static void accept_one(fvi_http *h)
{
    int fd = accept4(h->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

    if (fd >= 0)
        fvi_http_conn_open(place(h), fd);
    else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
        h->accept_after_us = fvi_clock_us() + BREATH_US;
}

/* Milliseconds until something is due even if nothing happens; -1 = never. */
static int patience_ms(const fvi_http *h, uint64_t now)
{
    uint64_t due = h->accept_after_us > now ? h->accept_after_us : UINT64_MAX;

    for (size_t i = 0; i < CONNS; i++)
        if (h->conns[i].state != FVI_HTTP_FREE && h->conns[i].deadline_us < due)
            due = h->conns[i].deadline_us;
    if (due == UINT64_MAX) return -1;
    return due > now ? (int)((due - now) / 1000u + 1u) : 0;
}

/* Who is polled, in a row: poll() refuses more entries than the process may have descriptors. */
typedef struct watch {
    nfds_t n;
    struct pollfd fds[CONNS + 2];
    fvi_http_conn *conns[CONNS + 2]; /* NULL: the wake or the listener */
} watch;

static void add(watch *w, int fd, short events, fvi_http_conn *conn)
{
    w->fds[w->n] = (struct pollfd){fd, events, 0};
    w->conns[w->n++] = conn;
}

static void fill(fvi_http *h, watch *w, uint64_t now)
{
    w->n = 0;
    add(w, h->wake, POLLIN, NULL);
    add(w, h->accept_after_us > now ? -1 : h->listener, POLLIN, NULL);
    for (size_t i = 0; i < CONNS; i++) {
        fvi_http_conn *c = &h->conns[i];
        if (c->state != FVI_HTTP_FREE) add(w, c->fd, fvi_http_conn_events(c), c);
    }
}

/* false = stop. */
static bool wait_for_more(fvi_http *h, watch *w)
{
    const struct timespec breath = {.tv_nsec = BREATH_US * 1000L};
    uint64_t now = fvi_clock_us();
    eventfd_t stop = 0;

    fill(h, w, now);
    if (poll(w->fds, w->n, patience_ms(h, now)) >= 0) return w->fds[0].revents == 0;
    if (errno != EINTR) (void)nanosleep(&breath, NULL); /* no memory: not in a hurry */
    w->n = 0;
    return eventfd_read(h->wake, &stop) != 0;
}

static void *loop(void *arg)
{
    fvi_http *h = arg;
    watch w;

    while (wait_for_more(h, &w)) {
        uint64_t now = fvi_clock_us();
        for (nfds_t i = 2; i < w.n; i++)
            if (w.fds[i].revents != 0 || now >= w.conns[i]->deadline_us)
                fvi_http_conn_run(w.conns[i], &h->sources);
        if (w.n > 0 && w.fds[1].revents != 0) accept_one(h);
    }
    return NULL;
}

/* "http://HOST:PORT" or "http://[HOST]:PORT", with or without a / behind it. */
static bool split(const char *url, char host[64], char port[8])
{
    static const char scheme[] = "http://";

    if (strncmp(url, scheme, sizeof scheme - 1) != 0) return false;
    const char *at = url + sizeof scheme - 1;
    bool bracket = *at == '[';
    const char *end = strchr(at, bracket ? ']' : ':');
    if (end == NULL) return false;
    if (bracket) at++;
    size_t len = (size_t)(end - at);
    if (bracket) end++;
    if (*end++ != ':' || len == 0 || len >= 64) return false;
    size_t digits = strspn(end, "0123456789");
    if (digits == 0 || digits > 5 || strtoul(end, NULL, 10) > UINT16_MAX) return false;
    if (strcmp(end + digits, "") != 0 && strcmp(end + digits, "/") != 0) return false;
    memcpy(host, at, len);
    host[len] = '\0';
    memcpy(port, end, digits);
    port[digits] = '\0';
    return true;
}

static fv_status resolve(const char *url, struct addrinfo **out, fv_error *err)
{
    const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
                                   .ai_family = AF_UNSPEC,
                                   .ai_socktype = SOCK_STREAM};
    char host[64];
    char port[8];

    if (!split(url, host, port))
        return fvi_fail(err, FV_E_CONFIG, "%.100s: not http://HOST:PORT", url);
    const char *name = strcmp(host, "localhost") == 0 ? "127.0.0.1" : host;
    int rc = getaddrinfo(name, port, &hints, out);
    if (rc == EAI_MEMORY) return fvi_fail(err, FV_E_NOMEM, "%.100s", url);
    if (rc != 0)
        return fvi_fail(err, FV_E_CONFIG, "%.100s: HOST must be a numeric address or localhost",
                        url);
    return FV_OK;
}

static uint16_t bound_port(int fd)
{
    struct sockaddr_storage a = {0};
    socklen_t len = sizeof a;

    if (getsockname(fd, (struct sockaddr *)&a, &len) != 0) return 0;
    if (a.ss_family == AF_INET6) return ntohs(((struct sockaddr_in6 *)(void *)&a)->sin6_port);
    return ntohs(((struct sockaddr_in *)(void *)&a)->sin_port);
}

static fv_status start_listening(fvi_http *h, const char *url, fv_error *err)
{
    struct addrinfo *a = NULL;
    const int on = 1;
    fv_status st = resolve(url, &a, err);
    if (st != FV_OK) return st;

    h->listener = socket(a->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (h->listener < 0 || setsockopt(h->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        bind(h->listener, a->ai_addr, a->ai_addrlen) != 0 || listen(h->listener, BACKLOG) != 0) {
        char why[128];
        st = fvi_fail(err, FV_E_BACKEND, "%.100s: cannot listen: %s", url,
                      strerror_r(errno, why, sizeof why));
    }
    freeaddrinfo(a);
    if (st == FV_OK) h->port = bound_port(h->listener);
    return st;
}

/* Signals are for the thread that waits for them. */
static int start_thread(fvi_http *h)
{
    sigset_t all;
    sigset_t before;

    (void)sigfillset(&all);
    int rc = pthread_sigmask(SIG_SETMASK, &all, &before);
    if (rc != 0) return rc;
    rc = pthread_create(&h->thread, NULL, loop, h);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rc;
}

static void release(fvi_http *h)
{
    for (size_t i = 0; i < CONNS; i++)
        fvi_http_conn_close(&h->conns[i]);
    if (h->listener >= 0) (void)close(h->listener);
    if (h->wake >= 0) (void)close(h->wake);
    free(h);
}

fv_status fvi_http_start(fvi_http **out, const char *url, const fvi_http_sources *sources,
                         fv_error *err)
{
    fvi_http *h = calloc(1, sizeof *h);
    if (h == NULL) return fvi_fail(err, FV_E_NOMEM, "HTTP server");
    h->sources = *sources;
    h->listener = -1;
    h->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

    fv_status st = h->wake < 0 ? fvi_fail(err, FV_E_BACKEND, "no eventfd") : FV_OK;
    if (st == FV_OK) st = start_listening(h, url, err);
    if (st == FV_OK && start_thread(h) != 0)
        st = fvi_fail(err, FV_E_BACKEND, "%.100s: no thread", url);
    if (st != FV_OK) {
        release(h);
        return st;
    }
    *out = h;
    return FV_OK;
}

uint16_t fvi_http_port(const fvi_http *h)
{
    return h->port;
}

void fvi_http_stop(fvi_http **http)
{
    if (http == NULL || *http == NULL) return;
    fvi_http *h = *http;
    *http = NULL;
    while (eventfd_write(h->wake, 1) != 0 && errno == EINTR)
        continue;
    (void)pthread_join(h->thread, NULL);
    release(h);
}
