/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include "server/queue.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/sync.h"

struct fvi_queue {
    pthread_mutex_t lock;
    pthread_cond_t work;  /* something waits, or the workers are to look up */
    pthread_cond_t empty; /* nothing is held */
    fvi_queue_limits limits;
    fvi_queued *first;
    fvi_queued *last;
    fvi_queue_counts counts;
    uint64_t bytes;
    uint64_t turn; /* how often the workers were woken */
    bool closed;
    bool leave;
};

fv_status fvi_queue_create(fvi_queue **out, const fvi_queue_limits *limits, fv_error *err)
{
    fvi_queue *q = calloc(1, sizeof *q);

    if (q == NULL) return fvi_fail(err, FV_E_NOMEM, "queue");
    q->limits = *limits;
    fvi_sync_init(&q->lock, &q->work);
    fvi_cond_init(&q->empty);
    *out = q;
    return FV_OK;
}

void fvi_queue_destroy(fvi_queue **queue)
{
    if (queue == NULL || *queue == NULL) return;
    (void)pthread_cond_destroy(&(*queue)->work);
    (void)pthread_cond_destroy(&(*queue)->empty);
    (void)pthread_mutex_destroy(&(*queue)->lock);
    free(*queue);
    *queue = NULL;
}

static bool has_room(const fvi_queue *q, size_t bytes)
{
    if (q->closed || q->counts.held >= q->limits.items) return false;
    return q->counts.held == 0 || (bytes <= q->limits.bytes && q->bytes <= q->limits.bytes - bytes);
}

bool fvi_queue_put(fvi_queue *q, fvi_queued *item)
{
    (void)pthread_mutex_lock(&q->lock);
    bool fits = has_room(q, item->bytes);
    if (fits) {
        item->next = NULL;
        *(q->last != NULL ? &q->last->next : &q->first) = item;
        q->last = item;
        q->counts.waiting++;
        q->counts.held++;
        q->bytes += item->bytes;
        (void)pthread_cond_signal(&q->work);
    }
    (void)pthread_mutex_unlock(&q->lock);
    return fits;
}

void fvi_queue_again(fvi_queue *q, fvi_queued *item)
{
    (void)pthread_mutex_lock(&q->lock);
    item->next = q->first;
    q->first = item;
    if (q->last == NULL) q->last = item;
    q->counts.waiting++;
    (void)pthread_cond_signal(&q->work);
    (void)pthread_mutex_unlock(&q->lock);
}

fvi_queued *fvi_queue_take(fvi_queue *q, uint64_t *turn)
{
    fvi_queued *item = NULL;

    (void)pthread_mutex_lock(&q->lock);
    while (q->first == NULL && !q->leave && *turn == q->turn)
        (void)pthread_cond_wait(&q->work, &q->lock);
    if (*turn != q->turn) {
        *turn = q->turn;
    } else if (!q->leave) {
        item = q->first;
        q->first = item->next;
        if (q->first == NULL) q->last = NULL;
        item->next = NULL;
        q->counts.waiting--;
    }
    (void)pthread_mutex_unlock(&q->lock);
    return item;
}

void fvi_queue_release(fvi_queue *q, size_t bytes)
{
    (void)pthread_mutex_lock(&q->lock);
    q->counts.held--;
    q->bytes -= bytes;
    if (q->counts.held == 0) (void)pthread_cond_broadcast(&q->empty);
    (void)pthread_mutex_unlock(&q->lock);
}

void fvi_queue_wake(fvi_queue *q)
{
    (void)pthread_mutex_lock(&q->lock);
    q->turn++;
    (void)pthread_cond_broadcast(&q->work);
    (void)pthread_mutex_unlock(&q->lock);
}

void fvi_queue_close(fvi_queue *q, bool and_leave)
{
    (void)pthread_mutex_lock(&q->lock);
    q->closed = true;
    if (and_leave) q->leave = true;
    (void)pthread_cond_broadcast(&q->work);
    (void)pthread_mutex_unlock(&q->lock);
}

bool fvi_queue_closed(fvi_queue *q)
{
    (void)pthread_mutex_lock(&q->lock);
    bool closed = q->closed;
    (void)pthread_mutex_unlock(&q->lock);
    return closed;
}

bool fvi_queue_wait_empty(fvi_queue *q, uint64_t until_us)
{
    (void)pthread_mutex_lock(&q->lock);
    while (q->counts.held > 0 && fvi_cond_wait_until(&q->empty, &q->lock, until_us))
        continue;
    bool empty = q->counts.held == 0;
    (void)pthread_mutex_unlock(&q->lock);
    return empty;
}

fvi_queue_counts fvi_queue_count(fvi_queue *q)
{
    (void)pthread_mutex_lock(&q->lock);
    fvi_queue_counts counts = q->counts;
    (void)pthread_mutex_unlock(&q->lock);
    return counts;
}
