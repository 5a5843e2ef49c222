/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include "bench/run.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"

enum { TICK_US = 100000, LOOK_US = 1000000 };

/* Numbers that no run reaches: the ids of what is tried are no other request's. */
static const uint64_t tries = (uint64_t)1 << 48;

/* Shared under the lock, but for what is said not to be. */
typedef struct crew {
    const fvi_bench_load *load;
    fvi_bench_result *result;
    pthread_mutex_t lock;
    pthread_cond_t change; /* stopped, or a caller has ended */
    fvi_schedule schedule;
    uint64_t began_us;
    uint64_t last_end_us;
    bool stopped;
    unsigned running;
    fvi_histogram seen; /* of the thread that watches, as result->watch */
    pthread_t ids[FVI_BENCH_CALLERS_MAX];
    void *callers[FVI_BENCH_CALLERS_MAX];
    unsigned n_callers;
} crew;

typedef struct member {
    crew *crew;
    void *caller;
} member;

static uint64_t now_us(const crew *c)
{
    return fvi_clock_us() - c->began_us;
}

/* Until `at_us` of the run, or something changes; the lock is held. fvi_clock_us() is
 * CLOCK_MONOTONIC, which the condition goes by. */
static void wait_until(crew *c, uint64_t at_us)
{
    uint64_t t = c->began_us + at_us;
    struct timespec when = {.tv_sec = (time_t)(t / 1000000), .tv_nsec = (long)(t % 1000000) * 1000};

    (void)pthread_cond_timedwait(&c->change, &c->lock, &when);
}

/* The next request, once its time has come; the lock is held. */
static bool take(crew *c, fvi_ticket *ticket)
{
    if (c->stopped || !fvi_schedule_next(&c->schedule, now_us(c), ticket)) return false;
    while (!c->stopped && now_us(c) < ticket->at_us)
        wait_until(c, ticket->at_us);
    return !c->stopped;
}

/* The lock is held, but not while the target works. */
static void send(crew *c, void *caller, const fvi_ticket *ticket)
{
    fvi_bench_request request;
    fvi_bench_answer answer = {.end = FVI_BENCH_NO_REPLY};
    fvi_tally *tally = &c->result->tally;

    uint64_t sent = now_us(c);
    if (ticket->measured) fvi_tally_sent(tally, sent - ticket->at_us);
    (void)pthread_mutex_unlock(&c->lock);
    fvi_bench_work_request(c->load->work, ticket->number, &request);
    c->load->target->ask(caller, &request, &answer);
    uint64_t ended = now_us(c);
    (void)pthread_mutex_lock(&c->lock);
    if (!ticket->measured) return;
    fvi_tally_ended(tally, request.op, &answer, ended - ticket->at_us);
    if (ended > c->last_end_us) c->last_end_us = ended;
}

static void *work(void *arg)
{
    member *m = arg;
    crew *c = m->crew;
    fvi_ticket ticket;

    (void)pthread_mutex_lock(&c->lock);
    while (take(c, &ticket))
        send(c, m->caller, &ticket);
    c->running--;
    (void)pthread_cond_broadcast(&c->change);
    (void)pthread_mutex_unlock(&c->lock);
    return NULL;
}

/* The lock is held, but not while others are shown it: a terminal may be slow. */
static void show(crew *c, uint64_t t)
{
    const fvi_bench_observer *o = &c->load->observer;
    const fvi_tally *tally = &c->result->tally;
    uint64_t warmup = c->load->plan->warmup_us;

    if (o->progress == NULL) return;
    fvi_tally_latency(tally, &c->seen);
    fvi_bench_progress p = {.warming = t < warmup,
                            .elapsed_us = t < warmup ? t : t - warmup,
                            .sent = tally->sent,
                            .answered = fvi_tally_answered(tally),
                            .busy = fvi_tally_busy(tally),
                            .errors = fvi_tally_errors(tally)};
    (void)pthread_mutex_unlock(&c->lock);
    p.p50_us = fvi_histogram_percentile(&c->seen, 50);
    p.p99_us = fvi_histogram_percentile(&c->seen, 99);
    o->progress(o->cookie, &p);
    (void)pthread_mutex_lock(&c->lock);
}

/* The lock is held, but not while looking. */
static void look(crew *c, uint64_t t)
{
    uint64_t warmup = c->load->plan->warmup_us;

    if (t < warmup) return;
    (void)pthread_mutex_unlock(&c->lock);
    fvi_watch_look(&c->result->watch, t - warmup);
    (void)pthread_mutex_lock(&c->lock);
}

/* The lock is held. */
static void watch_until_done(crew *c)
{
    const atomic_bool *stop = c->load->observer.stop;
    uint64_t warmup = c->load->plan->warmup_us;
    uint64_t next = 0;

    while (c->running > 0) {
        uint64_t t = now_us(c);
        if (stop != NULL && atomic_load(stop) && !c->stopped) {
            c->stopped = c->result->interrupted = true;
            (void)pthread_cond_broadcast(&c->change);
        }
        if (t >= next) {
            look(c, t);
            show(c, t);
            next = t < warmup && t + TICK_US > warmup ? warmup : t + TICK_US;
        } else {
            wait_until(c, next);
        }
    }
    look(c, now_us(c));
    show(c, now_us(c));
}

static void make_lock(crew *c)
{
    pthread_condattr_t attr;

    (void)pthread_mutex_init(&c->lock, NULL);
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&c->change, &attr);
    (void)pthread_condattr_destroy(&attr);
}

static fv_status run_threads(crew *c, member *members, fv_error *err)
{
    fv_status st = FV_OK;
    unsigned started = 0;

    make_lock(c);
    (void)pthread_mutex_lock(&c->lock); /* nobody starts before all are there */
    for (; started < c->n_callers; started++) {
        members[started] = (member){c, c->callers[started]};
        if (pthread_create(&c->ids[started], NULL, work, &members[started]) == 0) continue;
        st = fvi_fail(err, FV_E_NOMEM, "no more than %u callers could be started", started);
        c->stopped = true;
        break;
    }
    c->running = started;
    c->began_us = fvi_clock_us();
    if (st == FV_OK) watch_until_done(c);
    (void)pthread_mutex_unlock(&c->lock);
    for (unsigned i = 0; i < started; i++)
        (void)pthread_join(c->ids[i], NULL);
    (void)pthread_cond_destroy(&c->change);
    (void)pthread_mutex_destroy(&c->lock);
    uint64_t warmup = c->load->plan->warmup_us;
    c->result->elapsed_us = c->last_end_us > warmup ? c->last_end_us - warmup : 0;
    return st;
}

static fv_status begin(crew *c, const fvi_bench_load *load, fvi_bench_result *out, fv_error *err)
{
    fvi_usage usage;

    c->load = load;
    c->result = out;
    fvi_schedule_begin(&c->schedule, load->plan);
    fvi_watch_begin(&out->watch, load->target->pid, LOOK_US);
    return load->target->pid != 0 ? fvi_usage_read(load->target->pid, &usage, err) : FV_OK;
}

/* Why it is no answer; FV_OK where it is one. */
static fv_status refusal(const fvi_bench_answer *a, fv_error *err)
{
    static const fv_status codes[FVI_BENCH_STATUSES] = {
        [FVI_INVALID_REQUEST] = FV_E_ARG,       [FVI_TOO_LARGE] = FV_E_LIMIT,
        [FVI_DEADLINE_EXCEEDED] = FV_E_TIMEOUT, [FVI_PERMISSION_DENIED] = FV_E_ARG,
        [FVI_REQUEST_ID_REUSED] = FV_E_ARG,     [FVI_INTERNAL] = FV_E_INTERNAL,
    };
    fv_status st = a->end == FVI_BENCH_REPLY     ? codes[a->status]
                   : a->end == FVI_BENCH_TIMEOUT ? FV_E_TIMEOUT
                                                 : FV_E_BACKEND;

    if (st == FV_OK) return FV_OK;
    if (a->err.text[0] == '\0') return fvi_fail(err, st, "%s", fv_status_text(st));
    return fvi_fail_field(err, st, a->err.field, "%s", a->err.text);
}

fv_status fvi_bench_try(const fvi_bench_load *load, fv_error *err)
{
    fv_status st = FV_OK;
    const fvi_bench_target *target = load->target;
    bool tried[FVI_BENCH_OPS] = {false};
    void *caller = NULL;

    FVI_TRY(target->open(target->self, &caller, err));
    for (size_t i = 0; i < load->work->n_cycle && st == FV_OK; i++) {
        fvi_bench_request request;
        fvi_bench_answer answer = {.end = FVI_BENCH_NO_REPLY};
        fvi_bench_work_request(load->work, tries + i, &request);
        if (tried[request.op]) continue;
        tried[request.op] = true;
        target->ask(caller, &request, &answer);
        st = refusal(&answer, err);
    }
    target->close(caller);
out:
    return st;
}

fv_status fvi_bench_run(const fvi_bench_load *load, fvi_bench_result *out, fv_error *err)
{
    fv_status st = FV_OK;
    const fvi_bench_target *target = load->target;
    crew *c = calloc(1, sizeof *c);
    member *members = calloc(FVI_BENCH_CALLERS_MAX, sizeof *members);

    if (c == NULL || members == NULL) {
        st = fvi_fail(err, FV_E_NOMEM, "callers");
        goto out;
    }
    FVI_TRY(begin(c, load, out, err));
    while (c->n_callers < load->plan->callers && c->n_callers < FVI_BENCH_CALLERS_MAX) {
        FVI_TRY(target->open(target->self, &c->callers[c->n_callers], err));
        c->n_callers++;
    }
    FVI_TRY(run_threads(c, members, err));
out:
    for (unsigned i = 0; c != NULL && i < c->n_callers; i++)
        target->close(c->callers[i]);
    free(members);
    free(c);
    return st;
}
