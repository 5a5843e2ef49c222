/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The service: listens, queues, lets workers answer, keeps answers, watches itself.
 *
 *     fvi_server_start ──► [fvi_server_reload ...] ──► fvi_server_drain ──► fvi_server_destroy
 *
 * Signals are the caller's: block those that matter before the first call, so that the threads
 * started here do not get them.
 */
#ifndef FVI_SERVER_SERVER_H
#define FVI_SERVER_SERVER_H

#include <stdbool.h>
#include <stddef.h>

#include "server/backend.h"
#include "server/metrics.h"
#include "server/reqlog.h"
#include "server/url.h"
#include "verify/settings.h"

typedef struct fvi_server fvi_server;

typedef struct fvi_server_options {
    const fvi_settings *settings; /**< copied, as far as it is used */
    const fvi_backend *backend;   /**< copied; what self points to outlives the server */
    fvi_reqlog *log;              /**< borrowed; outlives the server */
    const char *const *channels;  /**< that the service knows; static */
    size_t n_channels;
    /** Called when a reload begins and ends; may be NULL. */
    void (*on_reload)(bool ends);
} fvi_server_options;

/**
 * Checks the settings, loads, asks itself, listens. When it returns, requests are answered.
 *
 * @param[out] out  the caller's to destroy; untouched on failure
 * @return FV_OK; FV_E_CONFIG (text: setting and URL, path or value), what the backend's load gives,
 *         FV_E_BACKEND, FV_E_NOMEM
 */
FV_NODISCARD fv_status fvi_server_start(fvi_server **out, const fvi_server_options *options,
                                        fv_error *err);

/** The URLs listened on, with the port where any was asked for. */
size_t fvi_server_urls(fvi_server *server, const fvi_url **urls);

/** Loads settings and models anew, in a thread of its own; what is loaded serves on until the new
 *  one is checked, and if it fails. Returns at once. */
void fvi_server_reload(fvi_server *server);

/**
 * Whether requests should be sent here. Thread-safe.
 *
 * @param why  one line, where it returns false
 */
bool fvi_server_ready(fvi_server *server, char *why, size_t cap);

/** Whether everything that should move does: what a watchdog asks. Thread-safe. */
bool fvi_server_alive(fvi_server *server);

/** As fvi_metrics_text(). Thread-safe. */
fv_status fvi_server_metrics(fvi_server *server, char **out, size_t *len, fv_error *err);

/**
 * Takes no new connection and no new request (BUSY), answers what was accepted, and waits until
 * the replies have left this machine or their callers have gone: at most service.drain_ms.
 *
 * @return whether everything that was accepted was answered
 */
bool fvi_server_drain(fvi_server *server);

/** Stops and frees, also without a drain; NULL-safe; sets *server to NULL. */
void fvi_server_destroy(fvi_server **server);

#endif
