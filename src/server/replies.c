/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hash table of entries, each running or done. Done ones hang in a list too, oldest first: they
 * leave it by age, or from its front when there are too many. Running ones are as many as the
 * workers and never leave by themselves.
 */
#define _DEFAULT_SOURCE /* getentropy */
#include "server/replies.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"

enum { ID_CAP = 65, BUCKETS_MIN = 64 };

struct fvi_reply_run {
    fvi_reply_run *chain; /* in its bucket */
    fvi_reply_run *older; /* among the done ones */
    fvi_reply_run *newer;
    uint64_t until_us; /* done: forgotten from then on */
    uint8_t *reply;    /* NULL: runs */
    size_t len;
    fvi_waiter *first;
    fvi_waiter *last;
    int role;
    char id[ID_CAP];
    uint8_t digest[FVI_REPLIES_DIGEST];
};

struct fvi_replies {
    pthread_mutex_t lock;
    fvi_replies_limits limits;
    uint64_t seed; /* so that nobody can choose ids that fall into one bucket */
    size_t mask;
    fvi_reply_run **buckets;
    fvi_reply_run *oldest;
    fvi_reply_run *newest;
    size_t n_done;
    uint64_t bytes;
};

fv_status fvi_replies_create(fvi_replies **out, const fvi_replies_limits *limits, fv_error *err)
{
    fvi_replies *r = calloc(1, sizeof *r);
    size_t n = BUCKETS_MIN;

    while (n < limits->entries && n < SIZE_MAX / 2 / sizeof r->buckets[0])
        n *= 2;
    if (r != NULL) r->buckets = calloc(n, sizeof r->buckets[0]);
    if (r == NULL || r->buckets == NULL) {
        free(r);
        return fvi_fail(err, FV_E_NOMEM, "table of %zu replies", limits->entries);
    }
    if (getentropy(&r->seed, sizeof r->seed) != 0) r->seed = fvi_clock_us();
    r->mask = n - 1;
    r->limits = *limits;
    (void)pthread_mutex_init(&r->lock, NULL);
    *out = r;
    return FV_OK;
}

static size_t bucket_of(const fvi_replies *r, int role, const char *id)
{
    uint64_t h = (r->seed ^ (uint64_t)role) * 0x9e3779b97f4a7c15u;

    for (const char *c = id; *c != '\0'; c++) {
        h = (h ^ (uint8_t)*c) * 0x100000001b3u;
        h ^= h >> 29;
    }
    return (size_t)(h ^ h >> 32) & r->mask;
}

static fvi_reply_run **find(fvi_replies *r, int role, const char *id)
{
    fvi_reply_run **at = &r->buckets[bucket_of(r, role, id)];

    while (*at != NULL && ((*at)->role != role || strcmp((*at)->id, id) != 0))
        at = &(*at)->chain;
    return at;
}

/* Done or running; the caller takes it out of the list of done ones. */
static void discard(fvi_reply_run **at)
{
    fvi_reply_run *e = *at;

    *at = e->chain;
    fvi_wipe(e->reply, e->len);
    free(e->reply);
    fvi_wipe(e, sizeof *e);
    free(e);
}

static void forget(fvi_replies *r, fvi_reply_run *e)
{
    *(e->older != NULL ? &e->older->newer : &r->oldest) = e->newer;
    *(e->newer != NULL ? &e->newer->older : &r->newest) = e->older;
    r->n_done--;
    r->bytes -= e->len;
    discard(find(r, e->role, e->id));
}

static void make_room(fvi_replies *r, uint64_t now_us)
{
    while (r->oldest != NULL && (r->n_done > r->limits.entries || r->bytes > r->limits.bytes ||
                                 r->oldest->until_us <= now_us))
        forget(r, r->oldest);
}

void fvi_replies_destroy(fvi_replies **replies)
{
    if (replies == NULL || *replies == NULL) return;
    fvi_replies *r = *replies;
    while (r->oldest != NULL)
        forget(r, r->oldest);
    (void)pthread_mutex_destroy(&r->lock);
    free(r->buckets);
    free(r);
    *replies = NULL;
}

static fv_status begin_new(const fvi_replies_ask *ask, fvi_reply_run **at, fvi_replies_got *got,
                           fv_error *err)
{
    fvi_reply_run *e = calloc(1, sizeof *e);

    if (e == NULL || strlen(ask->request_id) >= sizeof e->id) {
        free(e);
        return fvi_fail(err, FV_E_NOMEM, "entry of replies");
    }
    e->role = ask->role;
    memcpy(e->id, ask->request_id, strlen(ask->request_id) + 1);
    memcpy(e->digest, ask->digest, sizeof e->digest);
    *at = e;
    *got = (fvi_replies_got){.found = FVI_REPLIES_NEW, .run = e};
    return FV_OK;
}

static fv_status give_kept(const fvi_reply_run *e, fvi_replies_got *got, fv_error *err)
{
    uint8_t *copy = malloc(e->len > 0 ? e->len : 1);

    if (copy == NULL) return fvi_fail(err, FV_E_NOMEM, "copy of a reply");
    memcpy(copy, e->reply, e->len);
    *got = (fvi_replies_got){.found = FVI_REPLIES_KEPT, .reply = copy, .len = e->len};
    return FV_OK;
}

static void attach(fvi_reply_run *e, fvi_waiter *waiter)
{
    waiter->next = NULL;
    *(e->last != NULL ? &e->last->next : &e->first) = waiter;
    e->last = waiter;
}

fv_status fvi_replies_begin(fvi_replies *r, const fvi_replies_ask *ask, fvi_replies_got *got,
                            fv_error *err)
{
    fv_status st = FV_OK;

    (void)pthread_mutex_lock(&r->lock);
    make_room(r, ask->now_us);
    fvi_reply_run **at = find(r, ask->role, ask->request_id);
    fvi_reply_run *e = *at;
    if (e == NULL) {
        st = begin_new(ask, at, got, err);
    } else if (memcmp(e->digest, ask->digest, sizeof e->digest) != 0) {
        *got = (fvi_replies_got){.found = FVI_REPLIES_OTHER};
    } else if (e->reply == NULL) {
        attach(e, ask->waiter);
        *got = (fvi_replies_got){.found = FVI_REPLIES_ATTACHED};
    } else {
        st = give_kept(e, got, err);
    }
    (void)pthread_mutex_unlock(&r->lock);
    return st;
}

static void keep(fvi_replies *r, fvi_reply_run *e, uint8_t *copy, size_t len, uint64_t now_us)
{
    e->reply = copy;
    e->len = len;
    e->first = e->last = NULL;
    e->until_us = now_us + r->limits.ttl_us;
    e->older = r->newest;
    *(r->newest != NULL ? &r->newest->newer : &r->oldest) = e;
    r->newest = e;
    r->n_done++;
    r->bytes += len;
    make_room(r, now_us);
}

fvi_waiter *fvi_replies_finish(fvi_replies *r, fvi_reply_run *run, fv_bytes reply, uint64_t now_us)
{
    uint8_t *copy = NULL;

    if (reply.data != NULL && reply.len > 0 && r->limits.ttl_us > 0) copy = malloc(reply.len);
    if (copy != NULL) memcpy(copy, reply.data, reply.len);
    (void)pthread_mutex_lock(&r->lock);
    fvi_waiter *waiters = run->first;
    if (copy != NULL)
        keep(r, run, copy, reply.len, now_us);
    else
        discard(find(r, run->role, run->id));
    (void)pthread_mutex_unlock(&r->lock);
    return waiters;
}

size_t fvi_replies_expire(fvi_replies *r, uint64_t now_us)
{
    (void)pthread_mutex_lock(&r->lock);
    make_room(r, now_us);
    size_t n = r->n_done;
    (void)pthread_mutex_unlock(&r->lock);
    return n;
}
