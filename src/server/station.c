/* SPDX-License-Identifier: Apache-2.0 */
#include "server/internal.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

#include <nng/protocol/reqrep0/rep.h>

enum { STUCK_CLOSE_MS = 1000 };

static void describe_peer(nng_pipe pipe, fvi_pipe *out)
{
    uint64_t uid = 0;
    nng_sockaddr at = {.s_family = NNG_AF_UNSPEC};

    if (nng_pipe_get_uint64(pipe, NNG_OPT_IPC_PEER_UID, &uid) == 0) {
        (void)snprintf(out->peer, sizeof out->peer, "uid=%llu", (unsigned long long)uid);
    } else if (nng_pipe_get_addr(pipe, NNG_OPT_REMADDR, &at) == 0) {
        if (at.s_family == NNG_AF_INET)
            (void)inet_ntop(AF_INET, &at.s_in.sa_addr, out->peer, sizeof out->peer);
        else if (at.s_family == NNG_AF_INET6)
            (void)inet_ntop(AF_INET6, at.s_in6.sa_addr, out->peer, sizeof out->peer);
    }
}

/* One more connection of that listener. */
static const char *take(fvi_station *st, uint32_t id)
{
    const char *url = "";

    (void)pthread_mutex_lock(&st->server->lock);
    for (size_t i = 0; i < st->n_listeners; i++) {
        if ((uint32_t)nng_listener_id(st->listeners[i].nng) != id) continue;
        url = st->listeners[i].url.text;
        st->listeners[i].taken++;
    }
    (void)pthread_mutex_unlock(&st->server->lock);
    return url;
}

/* Before its first message can arrive. One that is closed here was never there. */
static void on_connection(nng_pipe pipe, nng_pipe_ev ev, void *arg)
{
    fvi_station *st = arg;
    fvi_pipe p = {.id = (uint32_t)nng_pipe_id(pipe)};

    if (ev == NNG_PIPE_EV_REM_POST) {
        fvi_pipes_remove(st->server->pipes, p.id);
        return;
    }
    p.listener = (uint32_t)nng_listener_id(nng_pipe_listener(pipe));
    p.url = take(st, p.listener);
    describe_peer(pipe, &p);
    bool full = fvi_pipes_count(st->server->pipes) >= st->server->settings.connections;
    if (full) fvi_metrics_count(st->server->metrics, FVI_COUNT_REFUSED_FULL);
    /* nothing is received on it yet: here it can be closed */
    if (full || atomic_load(&st->server->draining) || !fvi_pipes_add(st->server->pipes, &p))
        (void)nng_pipe_close(pipe);
}

static size_t count_listeners(const fvi_server *s, fvi_caller caller)
{
    size_t n = 0;
    for (size_t i = 0; i < s->urls.n; i++)
        n += s->urls.items[i].caller == caller ? 1 : 0;
    return n;
}

static fv_status open_calls(fvi_station *st, fv_error *err)
{
    const fvi_server *s = st->server;
    size_t n = s->n_workers + s->settings.queue + s->settings.spare;

    st->calls = calloc(n, sizeof st->calls[0]);
    if (st->calls == NULL) return fvi_fail(err, FV_E_NOMEM, "%zu contexts", n);
    while (st->n_calls < n) { /* one that fails is counted too: it may be half open */
        fv_status rc = fvi_call_open(&st->calls[st->n_calls++], st, err);
        if (rc != FV_OK) return rc;
    }
    return FV_OK;
}

fv_status fvi_station_open(fvi_station *st, fvi_server *server, fvi_caller caller, fv_error *err)
{
    size_t n = count_listeners(server, caller);

    if (n == 0) return FV_OK;
    *st = (fvi_station){.server = server, .caller = caller};
    st->listeners = calloc(n, sizeof st->listeners[0]);
    if (st->listeners == NULL) return fvi_fail(err, FV_E_NOMEM, "%zu listeners", n);
    for (size_t i = 0; i < server->urls.n; i++) {
        if (server->urls.items[i].caller != caller) continue;
        st->listeners[st->n_listeners++] =
            (fvi_listener){.station = st, .url = server->urls.items[i]};
    }
    int rv = nng_rep0_open(&st->socket);
    if (rv != 0) return fvi_fail(err, FV_E_BACKEND, "socket: %s", nng_strerror(rv));
    st->open = true;
    rv = nng_pipe_notify(st->socket, NNG_PIPE_EV_ADD_PRE, on_connection, st);
    if (rv == 0) rv = nng_pipe_notify(st->socket, NNG_PIPE_EV_REM_POST, on_connection, st);
    if (rv != 0) return fvi_fail(err, FV_E_BACKEND, "socket: %s", nng_strerror(rv));
    return open_calls(st, err);
}

fv_status fvi_station_listen(fvi_station *st, fv_error *err)
{
    for (size_t i = 0; i < st->n_calls; i++)
        fvi_call_start(&st->calls[i]);
    for (size_t i = 0; i < st->n_listeners; i++) {
        fv_status rc = fvi_listener_open(&st->listeners[i], err);
        if (rc != FV_OK) return rc;
    }
    return FV_OK;
}

void fvi_station_hide(fvi_station *st)
{
    for (size_t i = 0; i < st->n_listeners; i++)
        fvi_listener_hide(&st->listeners[i]);
}

void fvi_station_hang_up(fvi_station *st, fvi_hang_up step)
{
    for (size_t i = 0; i < st->n_listeners; i++) {
        if (st->listeners[i].open) fvi_listener_hang_up(st->listeners[i].nng, step);
    }
}

void fvi_station_stop(fvi_station *st)
{
    for (size_t i = 0; i < st->n_calls; i++)
        fvi_call_stop(&st->calls[i]);
}

/* The listeners go with the socket. */
bool fvi_station_close(fvi_station *st)
{
    for (size_t i = 0; i < st->n_calls; i++)
        fvi_call_close(&st->calls[i]);
    if (st->open) {
        bool stuck = atomic_load(&st->server->nng_stuck);
        if (!fvi_sp_close(st->socket, stuck ? STUCK_CLOSE_MS : FVI_SP_CLOSE_MS)) return false;
    }
    free(st->calls);
    free(st->listeners);
    *st = (fvi_station){.open = false};
    return true;
}
