/* SPDX-License-Identifier: Apache-2.0 */
/* The service as a library, with a backend that does what a test says in place of networks. */
#ifndef FVT_SERVED_H
#define FVT_SERVED_H

#include "test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "client/exchange.h"
#include "server/server.h"
#include "wire/reply_decode.h"

enum { AWAIT_MS = 60000 };

/** What requests do follows from their subject_ref: "hold" waits for fvt_release(), "broken" fails
 *  in the backend, "broken-once" does so the first time, "late" runs out of time. */
typedef struct fvt_fake {
    pthread_mutex_t lock;
    pthread_cond_t opened;
    bool open;
    atomic_int entered; /**< that hold, or held */
    atomic_int runs;
    atomic_int loads;
    atomic_int models;   /**< that exist */
    atomic_int sessions; /**< likewise */
    atomic_bool load_fails;
    atomic_bool check_fails;
    atomic_bool broke;
} fvt_fake;

typedef struct fvt_served {
    char dir[32];
    char binding[96];
    char ops[96];
    fvi_settings settings;
    fvt_fake fake;
    FILE *log_file;
    fvi_reqlog *log;
    fvi_server *server;
} fvt_served;

/** Settings for a test: two workers, URLs in a new folder, no HTTP. */
void fvt_prepare(fvt_served *s);
fv_status fvt_try_start(fvt_served *s, fv_error *err);
void fvt_start(fvt_served *s);
void fvt_stop(fvt_served *s);
void fvt_release(fvt_served *s);

/** A verify request with that id; data of the photographs is a letter each. */
fvi_wire_request fvt_request(const char *id);

/** What is asked of one connection at a time. */
typedef struct fvt_asked {
    fvi_link *link;
    bool own_link;
    fvi_exchange *exchange;
    fvi_reply *reply;
} fvt_asked;

fvi_link *fvt_link(const char *url);
void fvt_ask(fvt_asked *a, fvi_link *link, const fvi_wire_request *request);
const Faceverify__Reply *fvt_answer(fvt_asked *a); /* fails the test where there is none */
bool fvt_try_answer(fvt_asked *a);
void fvt_forget(fvt_asked *a);

/** One request on a connection of its own; its status. */
Faceverify__Status fvt_status_of(const char *url, const fvi_wire_request *request);

/** The sum of the series whose lines begin so. */
double fvt_metric(fvt_served *s, const char *beginning);

/** Polls until the metric is at least that; fails the test after AWAIT_MS. */
void fvt_await_metric(fvt_served *s, const char *beginning, double least);
void fvt_await_metric_is(fvt_served *s, const char *beginning, double value);
void fvt_await_int(atomic_int *value, int least);
void fvt_pause(void);

/** A connection that speaks SP by hand: url is ipc:// or tcp://127.0.0.1:. */
int fvt_raw_open(const char *url);
int fvt_raw_greet(const char *url);
void fvt_raw_send(int fd, bool ipc, uint32_t id, fv_bytes message);
/** *id and the body's length; -1: closed. The body goes to buf. */
long fvt_raw_receive(int fd, bool ipc, uint32_t *id, uint8_t *buf, size_t cap);

/** Whether the log has this text. */
bool fvt_logged(fvt_served *s, const char *text);

#endif
