/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is loaded, and how it is replaced: the loader builds a model and a session for each worker,
 * asks one of them a question whose answer is known, and only then hands them over. Each worker
 * changes between two requests. The last session that goes takes its model along.
 */
#include "server/internal.h"

#include <stdlib.h>

static void let_go(fvi_server *s, fvi_loaded *l, size_t sessions)
{
    (void)pthread_mutex_lock(&s->lock);
    l->users--;
    s->sessions -= sessions;
    fvi_metrics_gauge(s->metrics, FVI_GAUGE_SESSIONS, (int64_t)s->sessions);
    bool last = l->users == 0;
    (void)pthread_cond_broadcast(&s->changed);
    (void)pthread_mutex_unlock(&s->lock);
    if (!last) return;
    s->backend.unload(s->backend.self, l->model);
    free(l);
}

fvi_loaded *fvi_loaded_borrow(fvi_server *s)
{
    (void)pthread_mutex_lock(&s->lock);
    fvi_loaded *l = s->loaded;
    if (l != NULL) l->users++;
    (void)pthread_mutex_unlock(&s->lock);
    return l;
}

void fvi_loaded_return(fvi_server *s, fvi_loaded *l)
{
    let_go(s, l, 0);
}

void fvi_worker_change(fvi_worker *w)
{
    fvi_server *s = w->server;

    (void)pthread_mutex_lock(&s->lock);
    void *next = w->next;
    fvi_loaded *next_loaded = w->next_loaded;
    w->next = NULL;
    w->next_loaded = NULL;
    (void)pthread_mutex_unlock(&s->lock);
    if (next == NULL) return;
    void *old = w->session;
    fvi_loaded *old_loaded = w->loaded;
    w->session = next;
    w->loaded = next_loaded;
    if (old == NULL) return;
    s->backend.close(s->backend.self, old);
    let_go(s, old_loaded, 1);
}

/* Sessions for all workers; on failure none. */
static fv_status open_sessions(fvi_server *s, fvi_loaded *l, void **sessions, fv_error *err)
{
    fv_status st = FV_OK;

    for (size_t i = 0; i < s->n_workers; i++) {
        FVI_TRY(s->backend.open(s->backend.self, l->model, &sessions[i], err));
        if (i == 0) FVI_TRY(s->backend.check(sessions[0], err));
    }
out:
    for (size_t i = 0; st != FV_OK && i < s->n_workers; i++) {
        if (sessions[i] != NULL) s->backend.close(s->backend.self, sessions[i]);
    }
    return st;
}

static void hand_over(fvi_server *s, fvi_loaded *l, void *const *sessions)
{
    (void)pthread_mutex_lock(&s->lock);
    fvi_loaded *old = s->loaded;
    l->users += 1 + s->n_workers; /* the server's own, and one a session */
    s->loaded = l;
    s->sessions += s->n_workers;
    for (size_t i = 0; i < s->n_workers; i++) {
        s->workers[i].next = sessions[i];
        s->workers[i].next_loaded = l;
    }
    fvi_metrics_gauge(s->metrics, FVI_GAUGE_SESSIONS, (int64_t)s->sessions);
    (void)pthread_mutex_unlock(&s->lock);
    fvi_metrics_versions(s->metrics, s->backend.versions(l->model));
    fvi_queue_wake(s->queue);
    if (old != NULL) let_go(s, old, 0);
}

fv_status fvi_load(fvi_server *s, fv_error *err)
{
    fv_status st = FV_OK;
    fvi_loaded *l = calloc(1, sizeof *l);
    void **sessions = calloc(s->n_workers, sizeof sessions[0]);

    if (l == NULL || sessions == NULL) {
        st = fvi_fail(err, FV_E_NOMEM, "%zu sessions", s->n_workers);
        goto out;
    }
    FVI_TRY(s->backend.load(s->backend.self, &l->model, err));
    st = open_sessions(s, l, sessions, err);
    if (st != FV_OK) {
        s->backend.unload(s->backend.self, l->model);
        goto out;
    }
    hand_over(s, l, sessions);
    l = NULL;
out:
    free(l);
    free(sessions);
    return st;
}

static void log_reloaded(fvi_server *s)
{
    char what[256] = "";
    fvi_loaded *l = fvi_loaded_borrow(s);
    const fv_versions *v = s->backend.versions(l->model);

    s->backend.differs(l->model, what, sizeof what);
    (void)fvi_reqlog_event(s->log, FVI_LOG_INFO, "reloaded", "model_pack=%s sha256=%.16s",
                           v->pack_name, v->pack_sha256);
    if (what[0] != '\0')
        (void)fvi_reqlog_event(s->log, FVI_LOG_WARNING, "reload_not_all",
                               "only a restart brings into force: %s", what);
    fvi_loaded_return(s, l);
}

/* All workers have changed: a next reload finds two models at most. */
static void wait_for_workers(fvi_server *s)
{
    (void)pthread_mutex_lock(&s->lock);
    while (!s->stop && s->sessions > s->n_workers)
        (void)pthread_cond_wait(&s->changed, &s->lock);
    (void)pthread_mutex_unlock(&s->lock);
}

static void reload(fvi_server *s)
{
    fv_error err = {.code = FV_OK};

    if (s->on_reload != NULL) s->on_reload(false);
    (void)fvi_reqlog_event(s->log, FVI_LOG_INFO, "reloading", "settings and models");
    if (fvi_load(s, &err) == FV_OK) {
        log_reloaded(s);
        fvi_metrics_count(s->metrics, FVI_COUNT_RELOAD_OK);
        fvi_metrics_gauge(s->metrics, FVI_GAUGE_LAST_RELOAD_OK, 1);
    } else {
        fvi_metrics_count(s->metrics, FVI_COUNT_RELOAD_FAILED);
        fvi_metrics_gauge(s->metrics, FVI_GAUGE_LAST_RELOAD_OK, 0);
        (void)fvi_reqlog_event(s->log, FVI_LOG_ERROR, "reload_failed",
                               "what was loaded before serves on: %s", err.text);
    }
    if (s->on_reload != NULL) s->on_reload(true);
    wait_for_workers(s);
}

void *fvi_loader_main(void *arg)
{
    fvi_server *s = arg;

    (void)pthread_mutex_lock(&s->lock);
    while (!s->stop) {
        if (s->reloads_wanted == 0) {
            (void)pthread_cond_wait(&s->changed, &s->lock);
            continue;
        }
        s->reloads_wanted = 0; /* one that is wanted from now on finds what is there by then */
        (void)pthread_mutex_unlock(&s->lock);
        reload(s);
        (void)pthread_mutex_lock(&s->lock);
    }
    (void)pthread_mutex_unlock(&s->lock);
    return NULL;
}

void fvi_server_reload(fvi_server *s)
{
    (void)pthread_mutex_lock(&s->lock);
    s->reloads_wanted++;
    (void)pthread_cond_broadcast(&s->changed);
    (void)pthread_mutex_unlock(&s->lock);
}
