/* SPDX-License-Identifier: Apache-2.0 */
/* /healthz, /readyz and /metrics, for operations. Plain HTTP: beyond loopback, put it behind one
 * that is not. */
#ifndef FVI_SERVER_HTTP_H
#define FVI_SERVER_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define FVI_HTTP_DEFAULT_URL "http://127.0.0.1:9464"

typedef struct fvi_http fvi_http;

/** Where the answers come from. Called by the one thread of the HTTP server: must not
 * wait. */
typedef struct fvi_http_sources {
    void *self;

    /**
     * @param[out] why  one line: what it waits for, or is wrong; "" where there is nothing to say
     * @return whether requests should be sent here
     */
    bool (*ready)(void *self, char *why, size_t cap);

    /** The same for /healthz: whether the process does its work at all; NULL = always. */
    bool (*alive)(void *self, char *why, size_t cap);

    /** As fvi_metrics_text(). */
    fv_status (*metrics)(void *self, char **out, size_t *len, fv_error *err);
} fvi_http_sources;

/**
 * Listens and answers until fvi_http_stop().
 *
 * @param url       "http://HOST:PORT", HOST a numeric address or localhost; port 0 = any that is
 * free
 * @param sources   copied; what self points to must live until fvi_http_stop() has returned
 * @param[out] out  untouched on failure
 * @return FV_OK; FV_E_CONFIG (url), FV_E_BACKEND (text: url, why it cannot listen), FV_E_NOMEM
 */
FV_NODISCARD fv_status fvi_http_start(fvi_http **out, const char *url,
                                      const fvi_http_sources *sources, fv_error *err);

/** The port listened on. */
uint16_t fvi_http_port(const fvi_http *http);

/**
 * Closes what is open, also in the middle of a reply; no source is called once it has returned,
 * and its port is free.
 * NULL-safe; sets *http to NULL. Not from a source.
 */
void fvi_http_stop(fvi_http **http);

#endif
