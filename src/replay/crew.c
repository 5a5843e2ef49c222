/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include "replay/crew.h"

#include <pthread.h>
#include <time.h>

#include "base/clock.h"
#include "replay/journal.h"

enum { TICK_MS = 100, THREADS_MAX = 256 };

/* One call, shared by its threads. */
typedef struct job {
    const fvi_crew *crew;
    const fvi_shift *shift;
    atomic_size_t next;
    atomic_size_t done;
    pthread_mutex_t lock;
    pthread_cond_t ended;
    size_t running; /* under lock */
    fv_error err;   /* under lock: the first failure */
    atomic_bool failed;
} job;

static bool stopped(const job *j)
{
    return atomic_load(&j->failed) || (j->crew->stop != NULL && atomic_load(j->crew->stop));
}

static void *work(void *arg)
{
    fv_status st = FV_OK;
    job *j = arg;
    const fvi_shift *s = j->shift;
    void *tools = NULL;
    fv_error err = {.code = FV_OK};

    if (s->begin != NULL) FVI_TRY(s->begin(s->cookie, &tools, &err));
    while (!stopped(j)) {
        size_t k = atomic_fetch_add(&j->next, 1);
        if (k >= s->n_todo) break;
        FVI_TRY(s->work(s->cookie, tools, s->todo[k], &err));
        (void)atomic_fetch_add(&j->done, 1);
    }
out:
    if (s->end != NULL) s->end(tools);
    (void)pthread_mutex_lock(&j->lock);
    if (st != FV_OK && !atomic_load(&j->failed)) {
        j->err = err;
        atomic_store(&j->failed, true);
    }
    j->running--;
    (void)pthread_cond_signal(&j->ended);
    (void)pthread_mutex_unlock(&j->lock);
    return NULL;
}

static void tell(const job *j, uint64_t start_us)
{
    const fvi_shift *s = j->shift;
    fvi_progress p = {.step = s->step,
                      .done = s->before + atomic_load(&j->done),
                      .of = s->before + s->n_todo,
                      .before = s->before,
                      .elapsed_us = fvi_clock_us() - start_us};
    if (j->crew->progress != NULL) j->crew->progress(j->crew->cookie, &p);
}

static void wait_for(job *j)
{
    uint64_t start_us = fvi_clock_us();

    (void)pthread_mutex_lock(&j->lock);
    while (j->running > 0) {
        struct timespec until;
        (void)clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += TICK_MS * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000L;
        until.tv_nsec %= 1000000000L;
        (void)pthread_cond_timedwait(&j->ended, &j->lock, &until);
        (void)pthread_mutex_unlock(&j->lock);
        tell(j, start_us);
        (void)pthread_mutex_lock(&j->lock);
    }
    (void)pthread_mutex_unlock(&j->lock);
}

static fv_status run_threads(job *j, fv_error *err)
{
    pthread_t ids[THREADS_MAX];
    unsigned wanted = j->crew->threads, n = 0;

    if (wanted > THREADS_MAX) wanted = THREADS_MAX;
    if (wanted > j->shift->n_todo) wanted = (unsigned)j->shift->n_todo;
    (void)pthread_mutex_init(&j->lock, NULL);
    (void)pthread_cond_init(&j->ended, NULL);
    (void)pthread_mutex_lock(&j->lock);
    for (; n < wanted && pthread_create(&ids[n], NULL, work, j) == 0; n++)
        j->running++;
    (void)pthread_mutex_unlock(&j->lock);
    wait_for(j);
    for (unsigned i = 0; i < n; i++)
        (void)pthread_join(ids[i], NULL);
    (void)pthread_cond_destroy(&j->ended);
    (void)pthread_mutex_destroy(&j->lock);
    if (n == 0) return fvi_fail(err, FV_E_NOMEM, "no thread could be started");
    if (atomic_load(&j->failed))
        return fvi_fail_field(err, j->err.code, j->err.field, "%s", j->err.text);
    return j->crew->journal == NULL ? FV_OK : fvi_journal_flush(j->crew->journal, err);
}

fv_status fvi_crew_work(const fvi_crew *crew, const fvi_shift *shift, fv_error *err)
{
    job j = {.crew = crew, .shift = shift};
    return shift->n_todo > 0 ? run_threads(&j, err) : FV_OK;
}
