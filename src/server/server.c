/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Start and end. The order of the end: no callback starts anything any more; the workers finish the
 * request in hand; the threads that know listeners go; every aio is stopped, so that no callback
 * runs; only then contexts, sockets and memory.
 */
#define _DEFAULT_SOURCE
#include "server/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <nng/supplemental/tls/tls.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/sync.h"

enum {
    MESSAGE_ROOM = 65536, /* beside the photographs */
    KEEPER_LATE_US = 60 * 1000000,
};

static size_t count_workers(const fvi_service_settings *s)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);

    if (s->workers != 0) return s->workers;
    return cores > 0 ? (size_t)cores : 1;
}

static fv_status check_message_bytes(const fvi_settings *s, size_t *out, fv_error *err)
{
    uint64_t least = 2 * s->limits.image_bytes + MESSAGE_ROOM;
    uint64_t bytes = s->service.message_bytes;

    if (bytes == 0) bytes = 3 * s->limits.image_bytes + MESSAGE_ROOM;
    if (bytes < least)
        return fvi_fail(err, FV_E_CONFIG,
                        "service.message_bytes: %llu: two photographs of limits.image_bytes need "
                        "%llu",
                        (unsigned long long)bytes, (unsigned long long)least);
    *out = (size_t)bytes;
    return FV_OK;
}

/* Everything that can be wrong is told before anything is loaded. */
static fv_status check(fvi_server *s, const fvi_settings *settings, fv_error *err)
{
    fv_status st = FV_OK;
    bool tls[FVI_CALLERS] = {false, false};

    FVI_TRY(fvi_urls_read(&s->settings, &s->urls, err));
    FVI_TRY(check_message_bytes(settings, &s->message_bytes, err));
    for (size_t i = 0; i < s->urls.n; i++) {
        FVI_TRY(fvi_listener_check(&s->urls.items[i], err));
        if (s->urls.items[i].transport == FVI_TLS) tls[s->urls.items[i].caller] = true;
    }
    for (int role = 0; role < FVI_CALLERS; role++) {
        if (tls[role]) FVI_TRY(fvi_tls_load(&s->settings, (fvi_caller)role, &s->tls[role], err));
    }
    if (tls[FVI_CALLER_BINDING] && tls[FVI_CALLER_OPS])
        FVI_TRY(fvi_tls_check_apart(&s->settings, err));
out:
    return st;
}

static fv_status make_parts(fvi_server *s, fv_error *err)
{
    fv_status st = FV_OK;
    const fvi_service_settings *o = &s->settings;
    fvi_queue_limits held = {s->n_workers + o->queue, o->queue_bytes};
    fvi_replies_limits kept = {o->reply_entries, o->reply_bytes,
                               (uint64_t)o->reply_ttl_s * 1000000u};

    FVI_TRY(fvi_metrics_create(&s->metrics, s->channels, s->n_channels, err));
    FVI_TRY(fvi_queue_create(&s->queue, &held, err));
    FVI_TRY(fvi_replies_create(&s->replies, &kept, err));
    FVI_TRY(fvi_pipes_create(&s->pipes, err));
    s->workers = calloc(s->n_workers, sizeof s->workers[0]);
    if (s->workers == NULL) {
        st = fvi_fail(err, FV_E_NOMEM, "%zu workers", s->n_workers);
        goto out;
    }
    for (int role = 0; role < FVI_CALLERS; role++)
        FVI_TRY(fvi_station_open(&s->stations[role], s, (fvi_caller)role, err));
out:
    return st;
}

static bool http_ready(void *self, char *why, size_t cap)
{
    return fvi_server_ready(self, why, cap);
}

static bool http_alive(void *self, char *why, size_t cap)
{
    bool alive = fvi_server_alive(self);
    (void)snprintf(why, cap, "%s", alive ? "" : "a thread does not move");
    return alive;
}

static fv_status http_metrics(void *self, char **out, size_t *len, fv_error *err)
{
    return fvi_server_metrics(self, out, len, err);
}

static fv_status start_http(fvi_server *s, fv_error *err)
{
    fvi_http_sources sources = {
        .self = s, .ready = http_ready, .alive = http_alive, .metrics = http_metrics};
    fv_error why = {.code = FV_OK};

    if (s->settings.http[0] == '\0') return FV_OK;
    fv_status st = fvi_http_start(&s->http, s->settings.http, &sources, &why);
    return st == FV_OK ? FV_OK : fvi_fail(err, st, "service.http: %s", why.text);
}

static fv_status start_threads(fvi_server *s, fv_error *err)
{
    for (size_t i = 0; i < s->n_workers; i++) {
        fvi_worker *w = &s->workers[i];
        fvi_worker_change(w); /* takes its first session: the next one may come before it runs */
        if (pthread_create(&w->thread, NULL, fvi_worker_main, w) != 0)
            return fvi_fail(err, FV_E_NOMEM, "thread of worker %zu", i);
        w->running = true;
    }
    if (pthread_create(&s->loader, NULL, fvi_loader_main, s) != 0)
        return fvi_fail(err, FV_E_NOMEM, "thread of the loader");
    s->loader_runs = true;
    return FV_OK;
}

static fv_status listen_all(fvi_server *s, fv_error *err)
{
    fv_status st = FV_OK;
    size_t n = 0;

    for (int role = 0; role < FVI_CALLERS; role++)
        FVI_TRY(fvi_station_listen(&s->stations[role], err));
    if (pthread_create(&s->keeper, NULL, fvi_keeper_main, s) != 0) {
        st = fvi_fail(err, FV_E_NOMEM, "thread of the keeper");
        goto out;
    }
    s->keeper_runs = true;
    /* as they are, with the ports that any was asked for */
    for (int role = 0; role < FVI_CALLERS; role++) {
        for (size_t i = 0; i < s->stations[role].n_listeners; i++)
            s->urls.items[n++] = s->stations[role].listeners[i].url;
    }
    for (size_t i = 0; i < n; i++)
        (void)fvi_reqlog_event(s->log, FVI_LOG_INFO, "listening", "role=%s url=%s",
                               fvi_caller_name(s->urls.items[i].caller), s->urls.items[i].text);
    fvi_metrics_gauge(s->metrics, FVI_GAUGE_LISTENERS, (int64_t)n);
out:
    return st;
}

static void tell_sizes(fvi_server *s)
{
    fvi_metrics_gauge(s->metrics, FVI_GAUGE_WORKERS, (int64_t)s->n_workers);
    fvi_metrics_gauge(s->metrics, FVI_GAUGE_QUEUE_CAPACITY, (int64_t)s->settings.queue);
    fvi_metrics_gauge(s->metrics, FVI_GAUGE_LAST_RELOAD_OK, 1);
}

static fv_status start(fvi_server *s, fv_error *err)
{
    fv_status st = FV_OK;

    FVI_TRY(make_parts(s, err));
    for (size_t i = 0; i < s->n_workers; i++)
        s->workers[i].server = s;
    tell_sizes(s);
    FVI_TRY(start_http(s, err));
    FVI_TRY(fvi_load(s, err));
    FVI_TRY(start_threads(s, err));
    FVI_TRY(listen_all(s, err));
    atomic_store(&s->kept_us, fvi_clock_us());
    atomic_store(&s->serving, true);
    fvi_metrics_gauge(s->metrics, FVI_GAUGE_READY, 1);
out:
    return st;
}

static void make_probe_id(fvi_server *s)
{
    uint64_t secret[1] = {0};

    if (getentropy(secret, sizeof secret) != 0) secret[0] = fvi_clock_us();
    (void)snprintf(s->probe_id, sizeof s->probe_id, "probe-%016llx", (unsigned long long)secret[0]);
}

fv_status fvi_server_start(fvi_server **out, const fvi_server_options *o, fv_error *err)
{
    fv_status st = FV_OK;
    fvi_server *s = calloc(1, sizeof *s);

    if (s == NULL) return fvi_fail(err, FV_E_NOMEM, "server");
    fvi_sync_init(&s->lock, &s->changed);
    s->settings = o->settings->service;
    s->limits.image_bytes = o->settings->limits.image_bytes;
    s->backend = *o->backend;
    s->log = o->log;
    s->channels = o->channels;
    s->n_channels = o->n_channels;
    s->on_reload = o->on_reload;
    s->n_workers = count_workers(&s->settings);
    s->started_us = fvi_clock_us();
    make_probe_id(s);
    FVI_TRY(check(s, o->settings, err));
    FVI_TRY(start(s, err));
    *out = s;
    s = NULL;
out:
    fvi_server_destroy(&s);
    return st;
}

size_t fvi_server_urls(fvi_server *s, const fvi_url **urls)
{
    *urls = s->urls.items;
    return s->urls.n;
}

bool fvi_server_alive(fvi_server *s)
{
    uint64_t now = fvi_clock_us();
    uint64_t kept = atomic_load(&s->kept_us);

    if (atomic_load(&s->nng_stuck) || (kept != 0 && now > kept + KEEPER_LATE_US)) return false;
    for (size_t i = 0; i < s->n_workers; i++) {
        uint64_t since = atomic_load(&s->workers[i].busy_since_us);
        if (since != 0 && now > since + FVI_STUCK_US) return false;
    }
    return true;
}

bool fvi_server_ready(fvi_server *s, char *why, size_t cap)
{
    const char *text = NULL;

    if (atomic_load(&s->draining))
        text = "stopping";
    else if (!atomic_load(&s->serving))
        text = "starting: models are loaded and tried";
    else if (!fvi_server_alive(s))
        text = "a thread does not move";
    if (text != NULL) (void)snprintf(why, cap, "%s", text);
    return text == NULL;
}

fv_status fvi_server_metrics(fvi_server *s, char **out, size_t *len, fv_error *err)
{
    fvi_keeper_gauges(s);
    return fvi_metrics_text(s->metrics, out, len, err);
}

static void stop_threads(fvi_server *s)
{
    if (s->queue != NULL) fvi_queue_close(s->queue, true);
    for (size_t i = 0; s->workers != NULL && i < s->n_workers; i++) {
        if (s->workers[i].running) (void)pthread_join(s->workers[i].thread, NULL);
    }
    (void)pthread_mutex_lock(&s->lock);
    s->stop = true;
    (void)pthread_cond_broadcast(&s->changed);
    (void)pthread_mutex_unlock(&s->lock);
    if (s->loader_runs) (void)pthread_join(s->loader, NULL);
    if (s->keeper_runs) (void)pthread_join(s->keeper, NULL);
}

static void close_sessions(fvi_server *s)
{
    for (size_t i = 0; s->workers != NULL && i < s->n_workers; i++) {
        fvi_worker *w = &s->workers[i];
        if (w->server != NULL) fvi_worker_change(w); /* one that was never taken */
        if (w->session == NULL) continue;
        s->backend.close(s->backend.self, w->session);
        w->session = NULL;
        fvi_loaded_return(s, w->loaded);
    }
    if (s->loaded != NULL) fvi_loaded_return(s, s->loaded);
}

/* nng closes well only what no data flows on (sp/sp.h): connections go first. Those on which a
 * whole request waits for a context stay, and do no harm. */
static void hang_up(fvi_server *s)
{
    bool gone = s->pipes == NULL || atomic_load(&s->nng_stuck);

    for (int role = 0; role < FVI_CALLERS; role++)
        fvi_station_hide(&s->stations[role]);
    for (fvi_hang_up step = FVI_HANG_UP_REQUESTS; step <= FVI_HANG_UP_BOTH && !gone; step++) {
        for (int role = 0; role < FVI_CALLERS; role++)
            fvi_station_hang_up(&s->stations[role], step);
        gone = fvi_pipes_wait_gone(
            s->pipes, 0, step == FVI_HANG_UP_REQUESTS ? FVI_HANG_UP_STEP_MS : FVI_HANG_UP_MS);
    }
}

static bool end_stations(fvi_server *s)
{
    bool ended = true;

    hang_up(s);
    for (int role = 0; role < FVI_CALLERS; role++)
        fvi_station_stop(&s->stations[role]);
    for (int role = 0; role < FVI_CALLERS; role++)
        ended = fvi_station_close(&s->stations[role]) && ended;
    return ended;
}

void fvi_server_destroy(fvi_server **server)
{
    if (server == NULL || *server == NULL) return;
    fvi_server *s = *server;

    atomic_store(&s->draining, true);
    atomic_store(&s->closing, true);
    stop_threads(s);
    fvi_http_stop(&s->http);
    bool ended = end_stations(s);
    close_sessions(s);
    *server = NULL;
    if (!ended) return; /* nng may still call what uses the rest */
    for (int role = 0; role < FVI_CALLERS; role++) {
        if (s->tls[role] != NULL) nng_tls_config_free(s->tls[role]);
    }
    fvi_pipes_destroy(&s->pipes);
    fvi_replies_destroy(&s->replies);
    fvi_queue_destroy(&s->queue);
    fvi_metrics_destroy(&s->metrics);
    free(s->workers);
    (void)pthread_cond_destroy(&s->changed);
    (void)pthread_mutex_destroy(&s->lock);
    free(s);
}
