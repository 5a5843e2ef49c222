/* SPDX-License-Identifier: Apache-2.0 */
/* Part of http.c: one connection, which never waits. */
#ifndef FVI_SERVER_HTTP_CONN_H
#define FVI_SERVER_HTTP_CONN_H

#include "server/http.h"
#include "server/http_message.h"

typedef enum fvi_http_state {
    FVI_HTTP_FREE = 0,
    FVI_HTTP_READING,
    FVI_HTTP_WRITING,
    FVI_HTTP_ENDING, /* the reply is out: waits for the other side to close, so that no byte that
                        it still sends resets the connection under the reply */
} fvi_http_state;

/** {0} is a free one. */
typedef struct fvi_http_conn {
    fvi_http_state state;
    int fd;
    uint64_t deadline_us; /**< of this state */
    size_t in_len;
    char *out;
    size_t out_len;
    size_t out_sent;
    char in[FVI_HTTP_HEAD_MAX];
} fvi_http_conn;

/** Takes over the descriptor, which must not block. */
void fvi_http_conn_open(fvi_http_conn *conn, int fd);

/** What to poll() for. */
short fvi_http_conn_events(const fvi_http_conn *conn);

/** Goes on as far as it can; closes where there is no more to do, or its time is over. */
void fvi_http_conn_run(fvi_http_conn *conn, const fvi_http_sources *sources);

/** Also of a free one. */
void fvi_http_conn_close(fvi_http_conn *conn);

#endif
