/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pages, on libmicrohttpd: one thread of its own, a fixed number of connections. The library
 * takes no more connections once it has that many, and its timeout is one of silence: whoever opens
 * them and says nothing, or a byte now and then, would keep the monitoring out. Therefore the
 * oldest connection makes room before the last place is taken.
 */
#define _GNU_SOURCE /* struct addrinfo, strerror_r */
#include "server/http.h"

#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "server/http_internal.h"

enum {
    CONNS = 32,
    IDLE_S = 5,
    CONN_BYTES = 8192, /* of a connection: the head of its request, and that of the reply */
    BREATH_NS = 100000000,
};

struct fvi_http {
    fvi_http_sources sources;
    struct MHD_Daemon *daemon;
    char why[128]; /* the library's last message; read only where there is no thread of its own */
    size_t n_open;
    int open[CONNS]; /* descriptors of the connections, oldest first; of the thread */
};

static const char plain[] = "text/plain; charset=utf-8";
static const char prometheus[] = "text/plain; version=0.0.4; charset=utf-8";

/* Takes over the body, which free() releases. */
static enum MHD_Result reply(struct MHD_Connection *c, unsigned status, const char *type,
                             char *body, size_t len)
{
    struct MHD_Response *r = MHD_create_response_from_buffer(len, body, MHD_RESPMEM_MUST_FREE);
    enum MHD_Result ok = MHD_NO;

    if (r == NULL) {
        free(body);
        return MHD_NO;
    }
    if (MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, type) == MHD_YES &&
        MHD_add_response_header(r, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store") == MHD_YES &&
        MHD_add_response_header(r, "X-Content-Type-Options", "nosniff") == MHD_YES &&
        MHD_add_response_header(r, MHD_HTTP_HEADER_CONNECTION, "close") == MHD_YES &&
        (status != MHD_HTTP_METHOD_NOT_ALLOWED ||
         MHD_add_response_header(r, MHD_HTTP_HEADER_ALLOW, "GET, HEAD") == MHD_YES))
        ok = MHD_queue_response(c, status, r);
    MHD_destroy_response(r);
    return ok;
}

static enum MHD_Result reply_line(struct MHD_Connection *c, unsigned status, const char *line)
{
    size_t len = strlen(line);
    char *body = malloc(len + 1);

    if (body == NULL) return MHD_NO;
    memcpy(body, line, len);
    body[len] = '\n';
    return reply(c, status, plain, body, len + 1);
}

/* One line: "ok", the reason, or both. */
static enum MHD_Result reply_state(struct MHD_Connection *c,
                                   bool (*ask)(void *self, char *why, size_t cap), void *self)
{
    char why[256] = "";
    bool good = ask == NULL || ask(self, why, sizeof why);

    why[sizeof why - 1] = '\0';
    if (why[0] == '\0') (void)snprintf(why, sizeof why, "%s", good ? "ok" : "not ready");
    return reply_line(c, good ? MHD_HTTP_OK : MHD_HTTP_SERVICE_UNAVAILABLE, why);
}

static enum MHD_Result reply_metrics(struct MHD_Connection *c, const fvi_http_sources *sources)
{
    fv_error err = {0};
    char *body = NULL;
    size_t len = 0;

    if (sources->metrics(sources->self, &body, &len, &err) != FV_OK)
        return reply_line(c, MHD_HTTP_INTERNAL_SERVER_ERROR, err.text);
    return reply(c, MHD_HTTP_OK, prometheus, body, len);
}

/* Answers at once, so that a body is neither waited for nor read.
 * lint: parameters, the signature is libmicrohttpd's */
static enum MHD_Result answer(void *self, struct MHD_Connection *c, const char *path,
                              const char *method, const char *version, const char *data,
                              size_t *data_len, void **request)
{
    const fvi_http_sources *s = &((fvi_http *)self)->sources;
    bool health = strcmp(path, "/healthz") == 0;
    bool ready = strcmp(path, "/readyz") == 0;

    (void)version, (void)data, (void)data_len, (void)request;
    if (!health && !ready && strcmp(path, "/metrics") != 0)
        return reply_line(c, MHD_HTTP_NOT_FOUND, "Not Found");
    if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
        return reply_line(c, MHD_HTTP_METHOD_NOT_ALLOWED, "Method Not Allowed");
    if (health) return reply_state(c, s->alive, s->self);
    if (ready) return reply_state(c, s->ready, s->self);
    return reply_metrics(c, s);
}

static void opened(fvi_http *h, int fd)
{
    h->open[h->n_open++] = fd;
    if (h->n_open == CONNS) (void)shutdown(h->open[0], SHUT_RDWR);
}

static void closed(fvi_http *h, int fd)
{
    size_t i = 0;

    while (i < h->n_open && h->open[i] != fd)
        i++;
    if (i == h->n_open) return;
    h->n_open--;
    memmove(&h->open[i], &h->open[i + 1], (h->n_open - i) * sizeof h->open[0]);
}

/* The descriptor is open in both cases. */
static void notice(void *self, struct MHD_Connection *c, void **socket,
                   enum MHD_ConnectionNotificationCode code)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);

    (void)socket;
    if (code == MHD_CONNECTION_NOTIFY_STARTED)
        opened(self, info->connect_fd);
    else
        closed(self, info->connect_fd);
}

/* Out of descriptors or memory, the library waits for one of its connections to end; where it has
 * none, it tries again at once, for ever. The message of that is where it can be made to breathe.
 */
static void breathe(const fvi_http *h, int error)
{
    const struct timespec breath = {.tv_nsec = BREATH_NS};

    if (h->n_open > 0) return;
    if (error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM)
        (void)nanosleep(&breath, NULL);
}

static void FV_PRINTF(2, 0) keep_message(void *self, const char *fmt, va_list ap)
{
    int error = errno;
    fvi_http *h = self;

    (void)vsnprintf(h->why, sizeof h->why, fmt, ap);
    h->why[strcspn(h->why, "\n")] = '\0';
    breathe(h, error);
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

static struct MHD_Daemon *start_daemon(fvi_http *h, const struct addrinfo *a, const char *url,
                                       unsigned idle_s)
{
    const unsigned flags = MHD_USE_POLL_INTERNAL_THREAD | MHD_USE_ITC | MHD_USE_ERROR_LOG |
                           (a->ai_family == AF_INET6 ? (unsigned)MHD_USE_IPv6 : 0u);
    /* Only its messages take the port from here: split() has checked that it ends the url. */
    const uint16_t port = (uint16_t)strtoul(strrchr(url, ':') + 1, NULL, 10);

    /* The logger first: what comes before it goes to stderr. */
    return MHD_start_daemon(
        flags, port, NULL, NULL, answer, h, MHD_OPTION_EXTERNAL_LOGGER, keep_message, h,
        MHD_OPTION_SOCK_ADDR, a->ai_addr, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNS,
        MHD_OPTION_CONNECTION_TIMEOUT, idle_s, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)CONN_BYTES, MHD_OPTION_NOTIFY_CONNECTION, notice, h, MHD_OPTION_END);
}

/* Signals are for the thread that waits for them. */
static fv_status start_quietly(fvi_http *h, const char *url, unsigned idle_s, fv_error *err)
{
    struct addrinfo *a = NULL;
    sigset_t all;
    sigset_t before;
    fv_status st = resolve(url, &a, err);
    if (st != FV_OK) return st;

    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    h->daemon = start_daemon(h, a, url, idle_s);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    freeaddrinfo(a);
    if (h->daemon == NULL)
        return fvi_fail(err, FV_E_BACKEND, "%.100s: cannot listen: %s", url, h->why);
    return FV_OK;
}

fv_status fvi_http_start_idle(fvi_http **out, const char *url, const fvi_http_sources *sources,
                              unsigned idle_s, fv_error *err)
{
    fvi_http *h = calloc(1, sizeof *h);
    if (h == NULL) return fvi_fail(err, FV_E_NOMEM, "HTTP server");
    h->sources = *sources;

    fv_status st = start_quietly(h, url, idle_s, err);
    if (st != FV_OK) {
        free(h);
        return st;
    }
    *out = h;
    return FV_OK;
}

fv_status fvi_http_start(fvi_http **out, const char *url, const fvi_http_sources *sources,
                         fv_error *err)
{
    return fvi_http_start_idle(out, url, sources, IDLE_S, err);
}

uint16_t fvi_http_port(const fvi_http *h)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(h->daemon, MHD_DAEMON_INFO_BIND_PORT);

    return info != NULL ? info->port : 0;
}

void fvi_http_stop(fvi_http **http)
{
    if (http == NULL || *http == NULL) return;
    MHD_stop_daemon((*http)->daemon);
    free(*http);
    *http = NULL;
}
