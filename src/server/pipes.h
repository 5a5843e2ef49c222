/* SPDX-License-Identifier: Apache-2.0 */
/* The connections that live. nng says "sent" of a reply to one that is gone, so that we have to
 * know. All functions are thread-safe. */
#ifndef FVI_SERVER_PIPES_H
#define FVI_SERVER_PIPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum { FVI_PEER_CAP = 56 };

typedef struct fvi_pipes fvi_pipes;

typedef struct fvi_pipe {
    uint32_t id;
    char peer[FVI_PEER_CAP]; /**< "uid=1000", or an address */
    const char *url;         /**< it came by; static */
    uint32_t listener;       /**< likewise, nng's number */
    uint64_t replies;        /**< handed to nng, less those that it gave back */
    unsigned unsent;         /**< of them, that nng still has */
    bool stuck;              /**< the last one was not read in time */
} fvi_pipe;

FV_NODISCARD fv_status fvi_pipes_create(fvi_pipes **out, fv_error *err);
void fvi_pipes_destroy(fvi_pipes **pipes);

/** false: out of memory. */
bool fvi_pipes_add(fvi_pipes *pipes, const fvi_pipe *pipe);
void fvi_pipes_remove(fvi_pipes *pipes, uint32_t id);

/** false: it is gone. out may be NULL. */
bool fvi_pipes_get(fvi_pipes *pipes, uint32_t id, fvi_pipe *out);

/**
 * A reply is about to be handed to nng. Who does not read gets one at a time, lest replies to him
 * take all contexts.
 *
 * @return whether it is; false: the connection is gone, or stuck
 */
bool fvi_pipes_reply_begins(fvi_pipes *pipes, uint32_t id);

/** What came of it. @return whether the connection is stuck from now on */
bool fvi_pipes_reply_ends(fvi_pipes *pipes, uint32_t id, bool sent);

size_t fvi_pipes_count(fvi_pipes *pipes);

/** Waits until none of the listener's is left, 0 = of any. @return false: the time was over */
bool fvi_pipes_wait_gone(fvi_pipes *pipes, uint32_t listener, uint32_t limit_ms);

/** Calls `visit` for each; it must not call back. */
void fvi_pipes_each(fvi_pipes *pipes, void (*visit)(void *self, const fvi_pipe *pipe), void *self);

#endif
