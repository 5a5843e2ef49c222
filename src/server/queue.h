/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The requests that the service has accepted: those that wait, first come first served, and those
 * that are worked on. Knows no sockets. All functions are thread-safe.
 */
#ifndef FVI_SERVER_QUEUE_H
#define FVI_SERVER_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

typedef struct fvi_queue fvi_queue;

/** Part of what is queued; in one queue at a time. */
typedef struct fvi_queued {
    struct fvi_queued *next;
    size_t bytes; /**< that it holds, while it is held */
} fvi_queued;

typedef struct fvi_queue_limits {
    size_t items;   /**< held at a time: waiting, or taken and not yet released */
    uint64_t bytes; /**< of all that is held; one item is always let in */
} fvi_queue_limits;

/** @param[out] out  the caller's to destroy; untouched on failure */
FV_NODISCARD fv_status fvi_queue_create(fvi_queue **out, const fvi_queue_limits *limits,
                                        fv_error *err);

/** Nobody may wait in it any more. NULL-safe; sets *queue to NULL. */
void fvi_queue_destroy(fvi_queue **queue);

/** Accepts an item, whose bytes are set, at the end; false: the limits do not allow it. */
bool fvi_queue_put(fvi_queue *queue, fvi_queued *item);

/** Puts an item that was taken, and not released, back to the front. */
void fvi_queue_again(fvi_queue *queue, fvi_queued *item);

/**
 * Waits for an item.
 *
 * @param[in,out] turn  of this worker, 0 at first
 * @return the oldest item, or NULL: fvi_queue_wake() was called since the last return, or the queue
 * is closed
 */
fvi_queued *fvi_queue_take(fvi_queue *queue, uint64_t *turn);

/** An item that was taken, and holds so many bytes, is answered or dropped: it may be another one
 * by now. */
void fvi_queue_release(fvi_queue *queue, size_t bytes);

/** Every worker's fvi_queue_take() returns once. */
void fvi_queue_wake(fvi_queue *queue);

/** From now on nothing is accepted; with `and_leave` the workers go too, what waits stays. */
void fvi_queue_close(fvi_queue *queue, bool and_leave);

bool fvi_queue_closed(fvi_queue *queue);

/** Waits until nothing is held, or until the monotonic time `until_us`; whether nothing is. */
bool fvi_queue_wait_empty(fvi_queue *queue, uint64_t until_us);

typedef struct fvi_queue_counts {
    size_t waiting;
    size_t held;
} fvi_queue_counts;

fvi_queue_counts fvi_queue_count(fvi_queue *queue);

#endif
