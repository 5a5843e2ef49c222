/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the server share. */
#ifndef FVI_SERVER_INTERNAL_H
#define FVI_SERVER_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/types.h>

#include <nng/nng.h>

#include "server/http.h"
#include "server/pipes.h"
#include "server/queue.h"
#include "server/replies.h"
#include "server/server.h"
#include "sp/sp.h"

enum {
    FVI_LEFT_MAX = 8,
    FVI_LEFT_US = 3 * 1000000,    /* nng has closed all that it will of a listener by then */
    FVI_BUSY_DRAINING_MS = 1000,  /* what BUSY says while the service stops */
    FVI_STUCK_US = 120 * 1000000, /* a worker that needs longer for one request is stuck */
};

/* ---- station.c: one role: its socket, where it listens, its contexts ---- */

/* A listener that was closed, and of which nng may have forgotten descriptors. */
typedef struct fvi_left {
    char aside[FVI_URL_CAP];
    uint64_t due_us;
} fvi_left;

typedef struct fvi_listener {
    struct fvi_station *station;
    fvi_url url; /* with the port where any was asked for */
    bool open;
    bool at_path; /* IPC: path, dev and ino are ours */
    nng_listener nng;
    char aside[FVI_URL_CAP]; /* IPC: the path that it was bound to */
    dev_t dev;
    ino_t ino;
    unsigned serial;
    uint64_t taken; /* connections so far; under server->lock */
    fvi_left left[FVI_LEFT_MAX];
    size_t n_left;
} fvi_listener;

typedef struct fvi_call fvi_call;

typedef struct fvi_station {
    struct fvi_server *server;
    fvi_caller caller;
    bool open;
    nng_socket socket;
    fvi_listener *listeners;
    size_t n_listeners;
    fvi_call *calls;
    size_t n_calls;
} fvi_station;

/* ---- call.c: one context: one request at a time ---- */

typedef enum fvi_call_state {
    FVI_CALL_IDLE,  /* nothing is under way */
    FVI_CALL_RECV,  /* nng has it */
    FVI_CALL_HELD,  /* queued, worked on, or attached to one that is */
    FVI_CALL_REPLY, /* nng has it */
} fvi_call_state;

struct fvi_call {
    fvi_queued queued;
    fvi_waiter waiter;
    fvi_station *station;
    bool open;
    nng_ctx ctx;
    nng_aio *aio;
    fvi_call_state state; /* changes hands with the call itself */
    nng_msg *request;
    uint32_t pipe;
    uint64_t arrived_us;
    uint64_t until_us; /* 0 = no limit */
    fvi_wire_peek peek;
};

/* ---- reload.c ---- */

/* A model and how many sessions and borrowers it has. */
typedef struct fvi_loaded {
    void *model;
    size_t users;
} fvi_loaded;

typedef struct fvi_worker {
    struct fvi_server *server;
    pthread_t thread;
    bool running;
    void *session;
    fvi_loaded *loaded; /* that the session is of */
    void *next;         /* under server->lock: the session to change to, or NULL */
    fvi_loaded *next_loaded;
    _Atomic uint64_t busy_since_us; /* 0 = waits */
    fvi_work work;
} fvi_worker;

typedef struct fvi_server {
    fvi_service_settings settings;
    fvi_wire_limits limits;
    size_t message_bytes;
    fvi_urls urls;
    fvi_backend backend;
    fvi_reqlog *log;
    fvi_metrics *metrics;
    const char *const *channels;
    size_t n_channels;
    void (*on_reload)(bool ends);
    struct nng_tls_config *tls[FVI_CALLERS]; /* NULL: no URL of the role needs it */
    uint64_t started_us;
    char probe_id[32]; /* the request_id of the own probes, which nobody else can know */

    fvi_queue *queue;
    fvi_replies *replies;
    fvi_pipes *pipes;
    fvi_http *http;
    fvi_station stations[FVI_CALLERS];
    fvi_worker *workers;
    size_t n_workers;
    _Atomic uint64_t work_us;        /* what a request takes, smoothed */
    _Atomic uint64_t work_spread_us; /* how far from it requests are, likewise */

    _Atomic bool serving; /* listens */
    _Atomic bool draining;
    _Atomic bool hurried; /* the time to drain is over: what waits is told BUSY */
    _Atomic bool closing;
    _Atomic uint64_t kept_us; /* when the keeper last looked around */
    _Atomic bool nng_stuck;   /* frees nothing any more: sp/sp.h */

    pthread_mutex_t lock; /* of all below, and of the listeners' nng and taken */
    pthread_cond_t changed;
    fvi_loaded *loaded; /* what new sessions are of */
    size_t sessions;
    unsigned reloads_wanted;
    bool stop;
    bool keeper_runs;
    bool loader_runs;
    pthread_t keeper;
    pthread_t loader;
} fvi_server;

/* ---- call.c ---- */

FV_NODISCARD fv_status fvi_call_open(fvi_call *call, fvi_station *station, fv_error *err);

/* Waits for the first request. */
void fvi_call_start(fvi_call *call);

/* Stops what is under way; no callback runs afterwards. Then close. */
void fvi_call_stop(fvi_call *call);
void fvi_call_close(fvi_call *call);

/* Gives a held call's reply to nng; false: out of memory, or nobody is there, and no reply. Either
 * way the call is no more the caller's. */
bool fvi_call_answer(fvi_call *call, fv_bytes reply);

/* The held call gets no reply. */
void fvi_call_drop(fvi_call *call);

/* The same for one that is told BUSY, as the service ends. */
void fvi_call_busy(fvi_call *call);

fvi_call *fvi_call_of_queued(fvi_queued *queued);
fvi_call *fvi_call_of_waiter(fvi_waiter *waiter);

/* ---- told.c: log and metrics of one reply ---- */

typedef struct fvi_told {
    fvi_op op;
    const char *channel; /* NULL = not known */
    fvi_answered status;
    const fvi_work *work; /* NULL where there is no answer */
    const fv_error *err;
    bool replayed;
    bool queued;
    uint64_t queue_us;
} fvi_told;

void fvi_tell(const fvi_call *call, const fvi_told *told);

/* ---- station.c ---- */

FV_NODISCARD fv_status fvi_station_open(fvi_station *station, fvi_server *server, fvi_caller caller,
                                        fv_error *err);
FV_NODISCARD fv_status fvi_station_listen(fvi_station *station, fv_error *err);

/* Nobody new finds it. */
void fvi_station_hide(fvi_station *station);
void fvi_station_hang_up(fvi_station *station, fvi_hang_up step);
void fvi_station_stop(fvi_station *station);

/* false: nng does not end, and may still call; station and server must stay. */
bool fvi_station_close(fvi_station *station);

/* ---- listener.c ---- */

/* Whether the URL can be listened on, as far as can be told beforehand. */
FV_NODISCARD fv_status fvi_listener_check(const fvi_url *url, fv_error *err);
FV_NODISCARD fv_status fvi_listener_open(fvi_listener *listener, fv_error *err);

/* IPC: opens anew. The connections that there are come back: a REQ does so by itself, and asks
 * again what it has no reply to. */
FV_NODISCARD fv_status fvi_listener_again(fvi_listener *listener, fv_error *err);

/* IPC: closes what nng has forgotten of earlier ones. */
void fvi_listener_sweep(fvi_listener *listener);

/* IPC: whether its file is still the one that we made. */
typedef enum fvi_path_state { FVI_PATH_OURS, FVI_PATH_MISSING, FVI_PATH_TAKEN } fvi_path_state;
fvi_path_state fvi_listener_path(const fvi_listener *listener);

/* IPC: takes the file away, so that nobody new finds us. */
void fvi_listener_hide(fvi_listener *listener);

/* ---- probe.c ---- */

/* Whether the URL answers a request; also true where there is no memory to ask. */
bool fvi_probe(const char *url, const char *request_id, uint32_t limit_ms);

/* ---- tls.c ---- */

/* For the URLs of one role; *out is the caller's to nng_tls_config_free(). */
FV_NODISCARD fv_status fvi_tls_load(const fvi_service_settings *settings, fvi_caller caller,
                                    struct nng_tls_config **out, fv_error *err);

/* Whether tls_ca_file has nobody whom ops_tls_ca_file trusts: those could call as ops. */
FV_NODISCARD fv_status fvi_tls_check_apart(const fvi_service_settings *settings, fv_error *err);

/* ---- worker.c ---- */

void *fvi_worker_main(void *worker);

/* Of a request that is accepted now, as far as can be told. */
typedef struct fvi_expected {
    uint64_t wait_us; /* for a worker; 0 = one is free */
    uint64_t work_us; /* then */
} fvi_expected;

fvi_expected fvi_expect(fvi_server *server);

/* ---- reload.c ---- */

/* Loads, opens a session for each worker, checks one; false: the old ones stay. */
FV_NODISCARD fv_status fvi_load(fvi_server *server, fv_error *err);
void *fvi_loader_main(void *server);

/* The worker takes its new session, if there is one. */
void fvi_worker_change(fvi_worker *worker);

/* The model in force, for reading; give it back. */
fvi_loaded *fvi_loaded_borrow(fvi_server *server);
void fvi_loaded_return(fvi_server *server, fvi_loaded *loaded);

/* ---- keeper.c: what has to be done now and then ---- */

void *fvi_keeper_main(void *server);

void fvi_keeper_gauges(fvi_server *server);

/* ---- drain.c ---- */

/* Waits until the replies that nng was given have left, or their callers. */
bool fvi_drain_sent(fvi_server *server, uint64_t until_us);

#endif
