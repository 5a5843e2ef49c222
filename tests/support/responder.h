/* SPDX-License-Identifier: Apache-2.0 */
/* A service for the tests of clients: a real nng REP socket, and answers as the test says. */
#ifndef FVT_RESPONDER_H
#define FVT_RESPONDER_H

#include <stdatomic.h>

#include <pthread.h>

#include <nng/nng.h>

#include "wire/wire.h"

enum { FVT_SEEN_MAX = 64 };

typedef struct fvt_responder fvt_responder;

/** What comes back: *len bytes (malloc), or false for nothing at all. */
typedef bool (*fvt_answer)(fvt_responder *r, const fvi_wire_request *request, uint8_t **data,
                           size_t *len);

struct fvt_responder {
    fvt_answer answer;
    void *self;
    const char *tls_dir; /**< service.crt, service.key; NULL = none */
    bool tls_asks;       /**< for the client's certificate, signed by client.crt */
    /* what was seen; read it after fvt_responder_stop(), `requests` any time */
    atomic_uint requests;
    char ids[FVT_SEEN_MAX][FVI_REQUEST_ID_MAX + 1];
    uint32_t deadlines[FVT_SEEN_MAX];
    nng_socket socket;
    pthread_t thread;
};

/** Listens; the other fields of *r are set before. Where url ends in ":0", it gets the port. */
bool fvt_responder_start(fvt_responder *r, char *url, size_t cap);

void fvt_responder_stop(fvt_responder *r);

/** An answer with `status`; retry_after_ms for BUSY. */
bool fvt_reply(const fvi_wire_request *request, const fvi_wire_reply *like, uint8_t **data,
               size_t *len);

#endif
