/* SPDX-License-Identifier: Apache-2.0 */
#include "server/pipes.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/sync.h"

enum { BUCKETS = 1024 }; /* nng counts its ids up from a random one */

typedef struct node {
    struct node *next;
    fvi_pipe pipe;
} node;

struct fvi_pipes {
    pthread_mutex_t lock;
    pthread_cond_t gone;
    size_t n;
    node *buckets[BUCKETS];
};

fv_status fvi_pipes_create(fvi_pipes **out, fv_error *err)
{
    fvi_pipes *p = calloc(1, sizeof *p);

    if (p == NULL) return fvi_fail(err, FV_E_NOMEM, "table of connections");
    fvi_sync_init(&p->lock, &p->gone);
    *out = p;
    return FV_OK;
}

void fvi_pipes_destroy(fvi_pipes **pipes)
{
    if (pipes == NULL || *pipes == NULL) return;
    for (size_t i = 0; i < BUCKETS; i++) {
        while ((*pipes)->buckets[i] != NULL) {
            node *n = (*pipes)->buckets[i];
            (*pipes)->buckets[i] = n->next;
            free(n);
        }
    }
    (void)pthread_cond_destroy(&(*pipes)->gone);
    (void)pthread_mutex_destroy(&(*pipes)->lock);
    free(*pipes);
    *pipes = NULL;
}

static node **find(fvi_pipes *p, uint32_t id)
{
    node **at = &p->buckets[id % BUCKETS];

    while (*at != NULL && (*at)->pipe.id != id)
        at = &(*at)->next;
    return at;
}

bool fvi_pipes_add(fvi_pipes *p, const fvi_pipe *pipe)
{
    node *n = malloc(sizeof *n);

    if (n == NULL) return false;
    n->pipe = *pipe;
    (void)pthread_mutex_lock(&p->lock);
    n->next = p->buckets[pipe->id % BUCKETS];
    p->buckets[pipe->id % BUCKETS] = n;
    p->n++;
    (void)pthread_mutex_unlock(&p->lock);
    return true;
}

void fvi_pipes_remove(fvi_pipes *p, uint32_t id)
{
    (void)pthread_mutex_lock(&p->lock);
    node **at = find(p, id);
    node *n = *at;
    if (n != NULL) {
        *at = n->next;
        p->n--;
        (void)pthread_cond_broadcast(&p->gone);
    }
    (void)pthread_mutex_unlock(&p->lock);
    free(n);
}

size_t fvi_pipes_count(fvi_pipes *p)
{
    (void)pthread_mutex_lock(&p->lock);
    size_t n = p->n;
    (void)pthread_mutex_unlock(&p->lock);
    return n;
}

bool fvi_pipes_get(fvi_pipes *p, uint32_t id, fvi_pipe *out)
{
    (void)pthread_mutex_lock(&p->lock);
    const node *n = *find(p, id);
    if (n != NULL && out != NULL) *out = n->pipe;
    (void)pthread_mutex_unlock(&p->lock);
    return n != NULL;
}

bool fvi_pipes_reply_begins(fvi_pipes *p, uint32_t id)
{
    (void)pthread_mutex_lock(&p->lock);
    node *n = *find(p, id);
    bool begins = n != NULL && !(n->pipe.stuck && n->pipe.unsent > 0);
    if (begins) {
        n->pipe.replies++;
        n->pipe.unsent++;
    }
    (void)pthread_mutex_unlock(&p->lock);
    return begins;
}

bool fvi_pipes_reply_ends(fvi_pipes *p, uint32_t id, bool sent)
{
    bool begins = false;

    (void)pthread_mutex_lock(&p->lock);
    node *n = *find(p, id);
    if (n != NULL) {
        n->pipe.unsent--;
        if (!sent) n->pipe.replies--;
        begins = !sent && !n->pipe.stuck;
        n->pipe.stuck = !sent;
    }
    (void)pthread_mutex_unlock(&p->lock);
    return begins;
}

void fvi_pipes_each(fvi_pipes *p, void (*visit)(void *self, const fvi_pipe *pipe), void *self)
{
    (void)pthread_mutex_lock(&p->lock);
    for (size_t i = 0; i < BUCKETS; i++) {
        for (const node *n = p->buckets[i]; n != NULL; n = n->next)
            visit(self, &n->pipe);
    }
    (void)pthread_mutex_unlock(&p->lock);
}

/* Under the lock. */
static bool any_of(const fvi_pipes *p, uint32_t listener)
{
    if (listener == 0) return p->n > 0;
    for (size_t i = 0; i < BUCKETS; i++) {
        for (const node *n = p->buckets[i]; n != NULL; n = n->next) {
            if (n->pipe.listener == listener) return true;
        }
    }
    return false;
}

bool fvi_pipes_wait_gone(fvi_pipes *p, uint32_t listener, uint32_t limit_ms)
{
    uint64_t until = fvi_clock_us() + 1000u * (uint64_t)limit_ms;
    bool in_time = true;

    (void)pthread_mutex_lock(&p->lock);
    while (any_of(p, listener) && in_time)
        in_time = fvi_cond_wait_until(&p->gone, &p->lock, until);
    bool gone = !any_of(p, listener);
    (void)pthread_mutex_unlock(&p->lock);
    return gone;
}
