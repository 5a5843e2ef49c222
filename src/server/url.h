/* SPDX-License-Identifier: Apache-2.0 */
/* Where the service listens: the URLs of the settings, checked before anything is loaded or opened.
 */
#ifndef FVI_SERVER_URL_H
#define FVI_SERVER_URL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "verify/settings.h"

/** What a caller may ask for and see; the number is part of the key of a kept reply. */
typedef enum fvi_caller {
    FVI_CALLER_BINDING = 0,
    FVI_CALLER_OPS = 1, /**< match as well, and scores */
    FVI_CALLERS
} fvi_caller;

/** "binding"; static. */
const char *fvi_caller_name(fvi_caller caller);

typedef enum fvi_transport { FVI_IPC, FVI_TCP, FVI_TLS } fvi_transport;

enum {
    FVI_URL_CAP = 128, /**< nng's own limit */
    FVI_URLS_MAX = 64,
    FVI_IPC_PATH_MAX = 88, /**< sun_path less what a name aside takes */
};

typedef struct fvi_url {
    char text[FVI_URL_CAP];
    fvi_caller caller;
    fvi_transport transport;
    bool loopback; /**< TCP and TLS: only this machine can call */
} fvi_url;

/** Plain data. */
typedef struct fvi_urls {
    fvi_url items[FVI_URLS_MAX];
    size_t n;
    unsigned ipc_mode[FVI_CALLERS];
} fvi_urls;

/** What follows ipc:// in its text. */
const char *fvi_url_path(const fvi_url *url);

/**
 * Reads listen_binding, listen_ops, plain_tcp, the permissions of ipc, and whether TLS has its
 * files named.
 *
 * @param[out] out  untouched on failure
 * @return FV_OK, FV_E_CONFIG (text: setting and URL)
 */
FV_NODISCARD fv_status fvi_urls_read(const fvi_service_settings *settings, fvi_urls *out,
                                     fv_error *err);

#endif
