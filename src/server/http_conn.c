/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* MSG_NOSIGNAL */
#include "server/http_conn.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "server/text.h"

enum { READ_US = 5000000, WRITE_US = 10000000, END_US = 1000000 };

static const char plain[] = "text/plain; charset=utf-8";
static const char prometheus[] = "text/plain; version=0.0.4; charset=utf-8";

static void enter(fvi_http_conn *c, fvi_http_state state, uint64_t us)
{
    c->state = state;
    c->deadline_us = fvi_clock_us() + us;
}

void fvi_http_conn_open(fvi_http_conn *c, int fd)
{
    c->fd = fd;
    c->in_len = 0;
    enter(c, FVI_HTTP_READING, READ_US);
}

void fvi_http_conn_close(fvi_http_conn *c)
{
    if (c->state == FVI_HTTP_FREE) return;
    (void)close(c->fd);
    free(c->out);
    c->out = NULL;
    c->state = FVI_HTTP_FREE;
}

short fvi_http_conn_events(const fvi_http_conn *c)
{
    return c->state == FVI_HTTP_WRITING ? POLLOUT : POLLIN;
}

static void add_head(fvi_text *t, int status, const char *type, size_t body)
{
    fvi_text_add(t,
                 "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
                 "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n%s"
                 "Connection: close\r\n\r\n",
                 status, fvi_http_phrase(status), type, body,
                 status == 405 ? "Allow: GET, HEAD\r\n" : "");
}

/* One line: "ok", the reason, or both. */
static void add_line(fvi_text *t, const fvi_http_request *r, int status, const char *line)
{
    add_head(t, status, plain, strlen(line) + 1);
    if (!r->head) fvi_text_add(t, "%s\n", line);
}

static void add_state(fvi_text *t, const fvi_http_request *r,
                      bool (*ask)(void *self, char *why, size_t cap), void *self)
{
    char why[256] = "";
    bool good = ask == NULL || ask(self, why, sizeof why);

    why[sizeof why - 1] = '\0';
    if (why[0] == '\0') (void)snprintf(why, sizeof why, "%s", good ? "ok" : "not ready");
    add_line(t, r, good ? 200 : 503, why);
}

static void add_metrics(fvi_text *t, const fvi_http_request *r, const fvi_http_sources *sources)
{
    fv_error err = {0};
    char *body = NULL;
    size_t len = 0;

    if (sources->metrics(sources->self, &body, &len, &err) != FV_OK) {
        add_line(t, r, 500, err.text);
        return;
    }
    add_head(t, 200, prometheus, len);
    if (!r->head) fvi_text_add(t, "%s", body);
    free(body);
}

static void answer(fvi_http_conn *c, const fvi_http_request *r, const fvi_http_sources *sources)
{
    fvi_text t = {0};

    if (r->status != 200)
        add_line(&t, r, r->status, fvi_http_phrase(r->status));
    else if (r->page == FVI_HTTP_HEALTHZ)
        add_state(&t, r, sources->alive, sources->self);
    else if (r->page == FVI_HTTP_READYZ)
        add_state(&t, r, sources->ready, sources->self);
    else
        add_metrics(&t, r, sources);
    c->out = t.data;
    if (t.failed) {
        fvi_http_conn_close(c);
        return;
    }
    c->out_len = t.len;
    c->out_sent = 0;
    enter(c, FVI_HTTP_WRITING, WRITE_US);
}

/* Whether the call should be tried again later; closes on an end and on an error. */
static bool blocked(fvi_http_conn *c, ssize_t n)
{
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return true;
    if (n <= 0) fvi_http_conn_close(c);
    return n <= 0;
}

static void run_reading(fvi_http_conn *c, const fvi_http_sources *sources)
{
    ssize_t n = recv(c->fd, c->in + c->in_len, sizeof c->in - c->in_len, 0);

    if (blocked(c, n)) return;
    c->in_len += (size_t)n;
    fvi_http_request r = fvi_http_parse(c->in, c->in_len);
    if (r.status != 0) answer(c, &r, sources);
}

static void run_writing(fvi_http_conn *c)
{
    ssize_t n = send(c->fd, c->out + c->out_sent, c->out_len - c->out_sent, MSG_NOSIGNAL);

    if (blocked(c, n)) return;
    c->out_sent += (size_t)n;
    if (c->out_sent < c->out_len) return;
    (void)shutdown(c->fd, SHUT_WR);
    enter(c, FVI_HTTP_ENDING, END_US);
}

static void run_ending(fvi_http_conn *c)
{
    (void)blocked(c, recv(c->fd, c->in, sizeof c->in, 0));
}

void fvi_http_conn_run(fvi_http_conn *c, const fvi_http_sources *sources)
{
    if (fvi_clock_us() >= c->deadline_us) {
        fvi_http_conn_close(c);
        return;
    }
    if (c->state == FVI_HTTP_READING) run_reading(c, sources);
    if (c->state == FVI_HTTP_WRITING) run_writing(c);
    if (c->state == FVI_HTTP_ENDING) run_ending(c);
}
