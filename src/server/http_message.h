/* SPDX-License-Identifier: Apache-2.0 */
/* Part of http.c: what a request says. Pure. */
#ifndef FVI_SERVER_HTTP_MESSAGE_H
#define FVI_SERVER_HTTP_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FVI_HTTP_HEAD_MAX = 8192 }; /* bytes from the method to the empty line */

typedef enum fvi_http_page {
    FVI_HTTP_HEALTHZ,
    FVI_HTTP_READYZ,
    FVI_HTTP_METRICS,
} fvi_http_page;

typedef struct fvi_http_request {
    int status; /**< 0 = more bytes are needed; 200 = page is asked for; else what to refuse with */
    fvi_http_page page;
    bool head; /**< the headers only */
} fvi_http_request;

/** What the first n bytes of a connection ask. More than FVI_HTTP_HEAD_MAX bytes are too many. */
fvi_http_request fvi_http_parse(const char *in, size_t n);

/** "Not Found". Static. */
const char *fvi_http_phrase(int status);

#endif
