/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The same request gets the same reply. For each request_id of a role: what was asked (a digest),
 * and either that it runs, with those who wait for it, or the reply that it got. Knows neither
 * sockets nor messages. All functions are thread-safe.
 */
#ifndef FVI_SERVER_REPLIES_H
#define FVI_SERVER_REPLIES_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "faceverify/bytes.h"

enum { FVI_REPLIES_DIGEST = 32 };

typedef struct fvi_replies fvi_replies;

/** A request that runs; from fvi_replies_begin() to fvi_replies_finish(). */
typedef struct fvi_reply_run fvi_reply_run;

typedef struct fvi_replies_limits {
    size_t entries;  /**< replies kept */
    uint64_t bytes;  /**< of them */
    uint64_t ttl_us; /**< 0 = none is kept */
} fvi_replies_limits;

/** Part of whoever may have to wait. */
typedef struct fvi_waiter {
    struct fvi_waiter *next;
} fvi_waiter;

typedef struct fvi_replies_ask {
    int role;
    const char *request_id;
    const uint8_t *digest; /**< FVI_REPLIES_DIGEST bytes */
    fvi_waiter *waiter;    /**< queued where the same request runs: from then on another thread
                                may have it */
    uint64_t now_us;       /**< monotonic */
} fvi_replies_ask;

typedef enum fvi_replies_found {
    FVI_REPLIES_NEW,      /**< *run is the caller's to finish */
    FVI_REPLIES_ATTACHED, /**< the waiter comes back from the running one's finish */
    FVI_REPLIES_KEPT,     /**< *reply is the caller's to free(), with its length */
    FVI_REPLIES_OTHER,    /**< that id stands for something else */
} fvi_replies_found;

typedef struct fvi_replies_got {
    fvi_replies_found found;
    fvi_reply_run *run;
    uint8_t *reply;
    size_t len;
} fvi_replies_got;

/** @param[out] out  the caller's to destroy; untouched on failure */
FV_NODISCARD fv_status fvi_replies_create(fvi_replies **out, const fvi_replies_limits *limits,
                                          fv_error *err);

/** Nothing may run any more. Wipes; NULL-safe; sets *replies to NULL. */
void fvi_replies_destroy(fvi_replies **replies);

/**
 * @param[out] got  untouched on failure
 * @return FV_OK, FV_E_NOMEM
 */
FV_NODISCARD fv_status fvi_replies_begin(fvi_replies *replies, const fvi_replies_ask *ask,
                                         fvi_replies_got *got, fv_error *err);

/**
 * Ends a run.
 *
 * @param reply  copied and kept; data NULL: the answer was not final, the next one runs anew
 * @return those who waited, oldest first; NULL = nobody
 */
fvi_waiter *fvi_replies_finish(fvi_replies *replies, fvi_reply_run *run, fv_bytes reply,
                               uint64_t now_us);

/** Forgets what is too old. Returns how many replies are still kept. */
size_t fvi_replies_expire(fvi_replies *replies, uint64_t now_us);

#endif
