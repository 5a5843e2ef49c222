/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nng calls a reply sent when its pipe has it; closing the socket then may still lose it. What has
 * gone is read from nng's own statistics: messages written by each connection. TCP keeps bytes in
 * the kernel after that, and sends them after a close, unless the close finds unread bytes: it then
 * resets. So we also wait until the peers' machines have acknowledged.
 */
#define _DEFAULT_SOURCE
#include "server/internal.h"

#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

#include "base/clock.h"
#include "base/sockets.h"

enum { HURRY_US = 2000000 };

static bool is_named(nng_stat *st, const char *name)
{
    return strcmp(nng_stat_name(st), name) == 0;
}

/* Messages that the connection has written; UINT64_MAX where nng knows nothing of it (any more). */
static uint64_t written_by(nng_stat *root, uint32_t id)
{
    for (nng_stat *at = nng_stat_child(root); at != NULL; at = nng_stat_next(at)) {
        uint64_t its_id = 0;
        uint64_t written = 0;
        if (!is_named(at, "pipe")) continue;
        for (nng_stat *v = nng_stat_child(at); v != NULL; v = nng_stat_next(v)) {
            if (is_named(v, "id")) its_id = nng_stat_value(v);
            if (is_named(v, "tx_msgs")) written = nng_stat_value(v);
        }
        if (its_id == id) return written;
    }
    return UINT64_MAX;
}

typedef struct seen {
    nng_stat *root;
    size_t waiting; /* connections that have not written all */
} seen;

static void look(void *self, const fvi_pipe *pipe)
{
    seen *s = self;
    if (pipe->replies > 0 && written_by(s->root, pipe->id) < pipe->replies) s->waiting++;
}

static size_t unwritten(fvi_server *s)
{
    seen now = {.root = NULL};

    if (nng_stats_get(&now.root) != 0) return 0; /* nothing can be known */
    fvi_pipes_each(s->pipes, look, &now);
    nng_stats_free(now.root);
    return now.waiting;
}

static bool look_unacknowledged(void *any, const fvi_open_socket *socket)
{
    bool *found = any;
    int bytes = 0;

    if (socket->peer.ss_family == AF_INET || socket->peer.ss_family == AF_INET6)
        *found = ioctl(socket->held, SIOCOUTQ, &bytes) == 0 && bytes > 0;
    return !*found;
}

/* Whether the kernel still has bytes of ours that a TCP peer has not acknowledged. */
static bool unacknowledged(void)
{
    bool any = false;

    fvi_sockets_each(look_unacknowledged, &any);
    return any;
}

bool fvi_drain_sent(fvi_server *s, uint64_t until_us)
{
    static const struct timespec moment = {.tv_nsec = 2000000};
    uint64_t begun = fvi_clock_us();
    bool gone = false;

    do {
        gone = unwritten(s) == 0 && !unacknowledged();
        if (!gone) (void)nanosleep(&moment, NULL); /* nobody tells when */
        /* what nng does not free any more, looks unwritten for ever */
        uint64_t stuck_until = atomic_load(&s->nng_stuck) ? begun + HURRY_US : UINT64_MAX;
        if (until_us > stuck_until) until_us = stuck_until;
    } while (!gone && fvi_clock_us() < until_us);
    return gone;
}

bool fvi_server_drain(fvi_server *s)
{
    uint64_t until = fvi_clock_us() + 1000u * (uint64_t)s->settings.drain_ms;
    fvi_queue_counts n = fvi_queue_count(s->queue);

    atomic_store(&s->draining, true);
    fvi_metrics_gauge(s->metrics, FVI_GAUGE_DRAINING, 1);
    fvi_metrics_gauge(s->metrics, FVI_GAUGE_READY, 0);
    (void)fvi_reqlog_event(s->log, FVI_LOG_INFO, "draining", "%zu requests to answer", n.held);
    fvi_queue_close(s->queue, false);
    for (int role = 0; role < FVI_CALLERS; role++)
        fvi_station_hide(&s->stations[role]);
    bool all = fvi_queue_wait_empty(s->queue, until);
    if (!all) { /* those that wait are told so: a request in hand is a matter of moments */
        atomic_store(&s->hurried, true);
        until = fvi_clock_us() + HURRY_US;
        all = fvi_queue_wait_empty(s->queue, until);
    }
    n = fvi_queue_count(s->queue);
    for (size_t i = 0; i < n.held; i++)
        fvi_metrics_count(s->metrics, FVI_COUNT_DROPPED_DRAIN);
    bool sent = fvi_drain_sent(s, until);
    (void)fvi_reqlog_event(s->log, all && sent ? FVI_LOG_INFO : FVI_LOG_WARNING, "drained",
                           "%zu requests unanswered%s", n.held,
                           sent ? "" : ", and callers that did not read their replies");
    return all;
}
