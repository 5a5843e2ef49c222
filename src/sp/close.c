/* SPDX-License-Identifier: Apache-2.0 */
#define _DEFAULT_SOURCE
#include "sp/sp.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include <nng/protocol/reqrep0/rep.h>

#include "base/clock.h"
#include "base/sync.h"

enum { SLICES = 10 };

typedef struct closing {
    nng_socket socket;
    pthread_mutex_t lock;
    pthread_cond_t ended;
    int users; /* under lock, as all below: who waits, and the thread */
    bool closed;
} closing;

static void leave(closing *c)
{
    bool last = --c->users == 0;

    (void)pthread_mutex_unlock(&c->lock);
    if (!last) return;
    (void)pthread_cond_destroy(&c->ended);
    (void)pthread_mutex_destroy(&c->lock);
    free(c);
}

static void *run(void *arg)
{
    closing *c = arg;

    (void)nng_close(c->socket);
    (void)pthread_mutex_lock(&c->lock);
    c->closed = true;
    (void)pthread_cond_signal(&c->ended);
    leave(c);
    return NULL;
}

int fvi_sp_sent(nng_socket socket)
{
    int fd = -1;
    return nng_socket_get_int(socket, NNG_OPT_SENDFD, &fd) == 0 ? fd : -1;
}

bool fvi_sp_await_sent(int sent, uint32_t limit_ms)
{
    struct pollfd p = {.fd = sent, .events = POLLIN}; /* readable: the socket can be written to */
    uint64_t until = fvi_clock_us() + 1000u * (uint64_t)limit_ms;
    uint64_t now = 0;
    int ready = -1;

    if (sent < 0) return false;
    while (ready < 0 && (now = fvi_clock_us()) < until) {
        ready = poll(&p, 1, (int)((until - now + 999) / 1000));
        if (ready < 0 && errno != EINTR) return false;
    }
    return ready == 1;
}

/* None of the host's handlers runs on it. */
static bool start(closing *c)
{
    pthread_t thread;
    sigset_t all;
    sigset_t before;

    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    bool started = pthread_create(&thread, NULL, run, c) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (started) (void)pthread_detach(thread);
    return started;
}

/* A pause of the whole process, in which no thread could do anything, costs one slice at most. */
static void wait_slice(closing *c, uint32_t limit_ms)
{
    uint64_t until = fvi_clock_us() + 1000u * (uint64_t)limit_ms / SLICES;

    while (!c->closed && fvi_cond_wait_until(&c->ended, &c->lock, until)) {}
}

bool fvi_sp_close(nng_socket socket, uint32_t limit_ms)
{
    closing *c = calloc(1, sizeof *c);

    if (c != NULL) {
        *c = (closing){.socket = socket, .users = 2};
        fvi_sync_init(&c->lock, &c->ended);
        if (!start(c)) {
            c->users = 1;
            (void)pthread_mutex_lock(&c->lock);
            leave(c);
            c = NULL;
        }
    }
    if (c == NULL) {
        (void)nng_close(socket);
        return true;
    }
    (void)pthread_mutex_lock(&c->lock);
    for (int i = 0; i < SLICES && !c->closed; i++)
        wait_slice(c, limit_ms);
    bool closed = c->closed;
    leave(c);
    return closed;
}

bool fvi_sp_frees(uint32_t limit_ms)
{
    static atomic_uint serial;
    char url[48];
    nng_socket s;

    (void)snprintf(url, sizeof url, "inproc://faceverify-frees-%u", atomic_fetch_add(&serial, 1));
    if (nng_rep0_open(&s) != 0) return true; /* no memory is another matter */
    (void)nng_listen(s, url, NULL, 0);       /* a listener is what has to be freed */
    return fvi_sp_close(s, limit_ms);
}
