/* SPDX-License-Identifier: Apache-2.0 */
/* One thread for what has to be done now and then: probe, open anew, forget. */
#include "server/internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/sync.h"

enum { TICK_US = 250000, PROBE_LIMIT_MS = 1500, FREES_LIMIT_MS = 10000 };

static void open_again(fvi_listener *l, const char *why)
{
    fvi_server *s = l->station->server;
    fv_error err = {.code = FV_OK};

    if (fvi_listener_again(l, &err) == FV_OK) {
        fvi_metrics_count(s->metrics, FVI_COUNT_RELISTEN);
        (void)fvi_reqlog_event(s->log, FVI_LOG_WARNING, "listening_again", "%s: %s", l->url.text,
                               why);
    } else if (!atomic_load(&s->draining)) {
        (void)fvi_reqlog_event(s->log, FVI_LOG_ERROR, "listen_failed", "%s", err.text);
    }
}

static uint64_t taken_by(fvi_listener *l)
{
    (void)pthread_mutex_lock(&l->station->server->lock);
    uint64_t n = l->taken;
    (void)pthread_mutex_unlock(&l->station->server->lock);
    return n;
}

static void look_after(fvi_listener *l)
{
    fvi_server *s = l->station->server;

    switch (fvi_listener_path(l)) {
    case FVI_PATH_MISSING:
        open_again(l, "its file was removed");
        return;
    case FVI_PATH_TAKEN:
        (void)fvi_reqlog_event(s->log, FVI_LOG_ERROR, "path_taken",
                               "%s: another process has put its own socket there", l->url.text);
        return;
    case FVI_PATH_OURS:
        break;
    }
    uint64_t before = taken_by(l);
    if (fvi_probe(l->url.text, s->probe_id, PROBE_LIMIT_MS) || atomic_load(&s->draining)) return;
    fvi_metrics_count(s->metrics, FVI_COUNT_SELF_PROBE_FAILED);
    if (taken_by(l) == before)
        open_again(l, "no connection arrives any more");
    else
        (void)fvi_reqlog_event(s->log, FVI_LOG_WARNING, "probe_failed",
                               "%s: no answer to the service's own request", l->url.text);
}

static void probe_all(fvi_server *s)
{
    for (int role = 0; role < FVI_CALLERS; role++) {
        fvi_station *st = &s->stations[role];
        for (size_t i = 0; i < st->n_listeners && !atomic_load(&s->draining); i++) {
            if (st->listeners[i].url.transport != FVI_IPC) continue;
            look_after(&st->listeners[i]);
            fvi_listener_sweep(&st->listeners[i]);
            atomic_store(&s->kept_us, fvi_clock_us());
        }
    }
}

/* Where it is stuck, /healthz says so, and the watchdog is not fed. */
static void check_nng(fvi_server *s)
{
    if (atomic_load(&s->nng_stuck) || fvi_sp_frees(FREES_LIMIT_MS)) return;
    (void)fvi_reqlog_event(s->log, FVI_LOG_ERROR, "nng_stuck",
                           "connections that end are not freed any more: start the service anew");
    atomic_store(&s->nng_stuck, true);
}

void fvi_keeper_gauges(fvi_server *s)
{
    fvi_queue_counts n = fvi_queue_count(s->queue);

    fvi_metrics_gauge(s->metrics, FVI_GAUGE_QUEUED, (int64_t)n.waiting);
    fvi_metrics_gauge(s->metrics, FVI_GAUGE_CONNECTIONS, (int64_t)fvi_pipes_count(s->pipes));
    fvi_metrics_gauge(s->metrics, FVI_GAUGE_REPLIES_KEPT,
                      (int64_t)fvi_replies_expire(s->replies, fvi_clock_us()));
}

void *fvi_keeper_main(void *arg)
{
    fvi_server *s = arg;
    uint64_t probe_us = (uint64_t)s->settings.probe_ms * 1000u;
    uint64_t next_probe = fvi_clock_us() + probe_us;

    (void)pthread_mutex_lock(&s->lock);
    while (!s->stop) {
        uint64_t until = fvi_clock_us() + TICK_US;
        if (probe_us > 0 && next_probe < until) until = next_probe;
        (void)fvi_cond_wait_until(&s->changed, &s->lock, until);
        (void)pthread_mutex_unlock(&s->lock);
        fvi_keeper_gauges(s);
        if (probe_us > 0 && fvi_clock_us() >= next_probe) {
            check_nng(s);
            if (!atomic_load(&s->nng_stuck)) probe_all(s);
            next_probe = fvi_clock_us() + probe_us;
        }
        atomic_store(&s->kept_us, fvi_clock_us());
        (void)pthread_mutex_lock(&s->lock);
    }
    (void)pthread_mutex_unlock(&s->lock);
    return NULL;
}
