/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One URL that is listened on. What nng 1.5.2 does, and what is done about it:
 *
 * - A process that connects to an ipc listener and leaves at once ends it for good: it goes on to
 *   take connections and to greet, but nobody reads what they send. So the keeper sends a request
 * of its own; where that does not arrive, the listener is opened anew, and the dead one closed.
 * That ends its connections, of which some would never be served. nng loses two descriptors by
 * it, which are closed some time later, and about 13 KB, which are lost.
 * - Listening on a path looks whether somebody is there by connecting and leaving: a second service
 *   would end the first one's listener. And closing a listener removes the file of its path,
 * whoever made it. So nng is given a name aside that nobody else has, and that is renamed to the
 * path: it is there at once with its permissions, and its file is ours to remove.
 */
#define _DEFAULT_SOURCE
#include "server/internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nng/protocol/reqrep0/req.h>
#include <nng/supplemental/tls/tls.h>

#include "base/clock.h"
#include "base/sockets.h"

enum { ANYBODY_MS = 1000 };

static fv_status cannot(fv_error *err, const fvi_url *url, const char *why)
{
    return fvi_fail(err, FV_E_CONFIG, "service.listen_%s: '%s': %s", fvi_caller_name(url->caller),
                    url->text, why);
}

/* Whether anybody listens at the path. Not by connecting and leaving, which would end a listener of
 * nng's: the connection stays until a whole request was answered, or was given its time. */
static fv_status check_nobody(const fvi_url *url, fv_error *err)
{
    nng_socket q;
    fv_status st = FV_OK;

    int rv = nng_req0_open(&q);
    if (rv != 0) return fvi_fail(err, FV_E_NOMEM, "socket: %s", nng_strerror(rv));
    rv = nng_dial(q, url->text, NULL, 0);
    if (rv == 0) {
        (void)fvi_probe(url->text, "is-anybody-there", ANYBODY_MS);
        st = cannot(err, url, "another service answers there");
    } else if (rv == NNG_EPERM)
        st = cannot(err, url, "the socket there belongs to somebody else");
    else if (rv != NNG_ECONNREFUSED && rv != NNG_ENOENT)
        st = cannot(err, url,
                    "a process holds the socket there without answering; end it, or remove the "
                    "file");
    (void)fvi_sp_close(q, FVI_SP_CLOSE_MS);
    return st;
}

static fv_status check_ipc(const fvi_url *url, fv_error *err)
{
    char dir[FVI_URL_CAP];
    const char *path = fvi_url_path(url);
    size_t n = (size_t)(strrchr(path, '/') - path);
    struct stat at;

    memcpy(dir, path, n);
    (void)snprintf(dir + n, sizeof dir - n, "/");
    if (stat(dir, &at) != 0) return cannot(err, url, "its folder does not exist");
    if (access(dir, W_OK | X_OK) != 0) return cannot(err, url, "its folder cannot be written to");
    if (lstat(path, &at) != 0) return FV_OK;
    if (!S_ISSOCK(at.st_mode)) return cannot(err, url, "a file that is no socket has this name");
    return check_nobody(url, err);
}

fv_status fvi_listener_check(const fvi_url *url, fv_error *err)
{
    return url->transport == FVI_IPC ? check_ipc(url, err) : FV_OK;
}

static const char *say_why(int rv, fvi_transport transport, char *text, size_t cap)
{
    switch (rv) {
    case NNG_EADDRINUSE:
        return "another program listens there";
    case NNG_EADDRINVAL:
        return "is no address of this machine";
    case NNG_EPERM:
        return transport == FVI_IPC ? "no permission to make the file"
                                    : "no permission for this port (below 1024?)";
    default:
        (void)snprintf(text, cap, "cannot listen: %s", nng_strerror(rv));
        return text;
    }
}

static int set_options(const fvi_listener *l, nng_listener nng)
{
    const fvi_server *s = l->station->server;
    fvi_caller caller = l->url.caller;
    int rv = nng_listener_set_size(nng, NNG_OPT_RECVMAXSZ, s->message_bytes);

    if (l->url.transport == FVI_IPC && rv == 0)
        rv = nng_listener_set_int(nng, NNG_OPT_IPC_PERMISSIONS, (int)s->urls.ipc_mode[caller]);
    if (l->url.transport == FVI_TLS && rv == 0)
        rv = nng_listener_set_ptr(nng, NNG_OPT_TLS_CONFIG, s->tls[caller]);
    if (l->url.transport != FVI_IPC && rv == 0) /* so that a dead peer's connection goes */
        rv = nng_listener_set_bool(nng, NNG_OPT_TCP_KEEPALIVE, true);
    return rv;
}

static fv_status start(fvi_listener *l, const char *url, fv_error *err)
{
    char text[96];
    nng_listener nng;
    fvi_server *s = l->station->server;

    int rv = nng_listener_create(&nng, l->station->socket, url);
    if (rv == 0) {
        (void)pthread_mutex_lock(&s->lock); /* connections look their listener up */
        l->nng = nng;
        l->open = true;
        (void)pthread_mutex_unlock(&s->lock);
        rv = set_options(l, nng);
        if (rv == 0) rv = nng_listener_start(nng, 0);
        if (rv != 0) (void)nng_listener_close(nng);
    }
    if (rv != 0) {
        l->open = false;
        return cannot(err, &l->url, say_why(rv, l->url.transport, text, sizeof text));
    }
    return FV_OK;
}

static fv_status open_ipc(fvi_listener *l, fv_error *err)
{
    fv_status st = FV_OK;
    struct stat made;
    const char *path = fvi_url_path(&l->url);
    fvi_server *s = l->station->server;

    (void)snprintf(l->aside, sizeof l->aside, "ipc://%s.%x-%x", path, (unsigned)getpid(),
                   ++l->serial);
    const char *aside = l->aside + strlen("ipc://");
    (void)unlink(aside); /* of a process that had our number, and was killed */
    FVI_TRY(start(l, l->aside, err));
    (void)pthread_mutex_lock(&s->lock); /* against a drain that hides it */
    bool there = !atomic_load(&s->draining) && lstat(aside, &made) == 0 && rename(aside, path) == 0;
    if (there) {
        l->dev = made.st_dev;
        l->ino = made.st_ino;
        l->at_path = true;
    } else {
        st = cannot(err, &l->url, strerror(errno));
        l->open = false;
    }
    (void)pthread_mutex_unlock(&s->lock);
    if (!there) (void)nng_listener_close(l->nng); /* its file goes with it */
out:
    return st;
}

/* Where any port was asked for, the one that it is. */
static void tell_port(fvi_listener *l)
{
    nng_sockaddr at;
    char *colon = strrchr(l->url.text, ':');

    if (strcmp(colon, ":0") != 0 || nng_listener_get_addr(l->nng, NNG_OPT_LOCADDR, &at) != 0)
        return;
    uint16_t port = at.s_family == NNG_AF_INET6 ? at.s_in6.sa_port : at.s_in.sa_port;
    size_t room = sizeof l->url.text - (size_t)(colon - l->url.text);
    (void)snprintf(colon, room, ":%u", (unsigned)ntohs(port));
}

fv_status fvi_listener_open(fvi_listener *l, fv_error *err)
{
    fv_status st = FV_OK;

    FVI_TRY(fvi_listener_check(&l->url, err));
    if (l->url.transport == FVI_IPC) {
        FVI_TRY(open_ipc(l, err));
    } else {
        FVI_TRY(start(l, l->url.text, err));
        tell_port(l);
    }
out:
    return st;
}

static void close_old(fvi_server *s, nng_listener old)
{
    uint32_t id = (uint32_t)nng_listener_id(old);

    fvi_listener_hang_up(old, FVI_HANG_UP_REQUESTS);
    if (!fvi_pipes_wait_gone(s->pipes, id, FVI_HANG_UP_STEP_MS)) {
        fvi_listener_hang_up(old, FVI_HANG_UP_BOTH);
        (void)fvi_pipes_wait_gone(s->pipes, id, FVI_HANG_UP_MS);
    }
    (void)nng_listener_close(old);
}

fv_status fvi_listener_again(fvi_listener *l, fv_error *err)
{
    fvi_server *s = l->station->server;
    fvi_left left = {.due_us = 0};
    nng_listener old = l->nng;
    bool was_open = l->open;

    memcpy(left.aside, l->aside, sizeof left.aside);
    fv_status st = open_ipc(l, err);
    if (st != FV_OK) { /* the old one, which may still serve those who are connected */
        (void)pthread_mutex_lock(&s->lock);
        l->nng = old;
        l->open = was_open;
        memcpy(l->aside, left.aside, sizeof l->aside);
        (void)pthread_mutex_unlock(&s->lock);
    }
    if (!was_open || st != FV_OK) return st;
    close_old(s, old); /* after: who comes back finds the new one */
    left.due_us = fvi_clock_us() + FVI_LEFT_US;
    if (l->n_left < FVI_LEFT_MAX) l->left[l->n_left++] = left;
    return st;
}

static bool close_bound(void *path, const fvi_open_socket *socket)
{
    if (strcmp(fvi_socket_path(&socket->own), path) == 0) (void)close(socket->number);
    return true;
}

void fvi_listener_sweep(fvi_listener *l)
{
    uint64_t now = fvi_clock_us();

    while (l->n_left > 0 && l->left[0].due_us <= now) {
        fvi_sockets_each(close_bound, l->left[0].aside + strlen("ipc://"));
        memmove(l->left, l->left + 1, --l->n_left * sizeof l->left[0]);
    }
}

fvi_path_state fvi_listener_path(const fvi_listener *l)
{
    struct stat at;

    if (!l->at_path || lstat(fvi_url_path(&l->url), &at) != 0) return FVI_PATH_MISSING;
    return at.st_dev == l->dev && at.st_ino == l->ino ? FVI_PATH_OURS : FVI_PATH_TAKEN;
}

void fvi_listener_hide(fvi_listener *l)
{
    fvi_server *s = l->station->server;

    if (l->url.transport != FVI_IPC) return;
    (void)pthread_mutex_lock(&s->lock);
    if (fvi_listener_path(l) == FVI_PATH_OURS) (void)unlink(fvi_url_path(&l->url));
    l->at_path = false;
    (void)pthread_mutex_unlock(&s->lock);
}
