/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes to the service and bytes back, over nng's REQ: no retry, no protobuf.
 *
 *     fvi_link_open ──► fvi_exchange_create, one for each request in flight ──►
 *     fvi_exchange_start ──► done() or fvi_exchange_wait() ──► fvi_exchange_result ──► start ...
 */
#ifndef FVI_CLIENT_EXCHANGE_H
#define FVI_CLIENT_EXCHANGE_H

#include <stdbool.h>

#include "base/error.h"
#include "faceverify/bytes.h"

/** A socket and its dialer. Thread-safe. */
typedef struct fvi_link fvi_link;

typedef struct fvi_link_options {
    const char *url;
    const char *tls_ca_file; /**< NULL = none; likewise below */
    const char *tls_cert_file;
    const char *tls_key_file;
    size_t reply_bytes_max; /**< a larger reply is FV_E_BACKEND; 0 = 1 MiB */
    bool later;             /**< do not connect before fvi_link_connected() */
} fvi_link_options;

/** Connects in the background, now or later. @return FV_OK, FV_E_ARG (err->field), FV_E_BACKEND,
 * FV_E_NOMEM */
FV_NODISCARD fv_status fvi_link_open(fvi_link **out, const fvi_link_options *options,
                                     fv_error *err);

/** Its exchanges must be gone. NULL-safe; sets *link to NULL. */
void fvi_link_close(fvi_link **link);

/** Whether there is a connection; waits for one up to wait_ms. */
bool fvi_link_connected(fvi_link *link, uint32_t wait_ms);

/** The process at the other end of an ipc:// connection; 0 where it cannot be told. */
int fvi_link_peer_pid(fvi_link *link);

/** The URL that was given, for texts. */
const char *fvi_link_url(const fvi_link *link);

/** One request in flight at a time; used by one thread at a time, but for done(). */
typedef struct fvi_exchange fvi_exchange;

/**
 * @param done  called on a thread of nng when the exchange has ended, before fvi_exchange_wait()
 *              returns; must neither block nor call anything of this exchange. May be NULL
 */
FV_NODISCARD fv_status fvi_exchange_create(fvi_exchange **out, fvi_link *link,
                                           void (*done)(void *self), void *self, fv_error *err);

/** Gives up what is in flight. NULL-safe; sets *exchange to NULL. */
void fvi_exchange_destroy(fvi_exchange **exchange);

/**
 * Sends a copy of `request` (nng keeps it until there is a reply, and does not wipe it). No
 * exchange may be in flight.
 *
 * @param deadline_ms  from now to the whole reply, at least 1
 * @return FV_OK: it will end; FV_E_NOMEM
 */
FV_NODISCARD fv_status fvi_exchange_start(fvi_exchange *exchange, fv_bytes request,
                                          uint32_t deadline_ms, fv_error *err);

/** Blocks until what was started has ended. */
void fvi_exchange_wait(fvi_exchange *exchange);

/**
 * How it ended; only after it has.
 *
 * @param[out] reply  lies in the exchange until the next start, or its end
 * @return FV_OK, FV_E_TIMEOUT, FV_E_NOMEM, FV_E_BACKEND
 */
FV_NODISCARD fv_status fvi_exchange_result(fvi_exchange *exchange, fv_bytes *reply, fv_error *err);

#endif
