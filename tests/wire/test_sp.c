/* SPDX-License-Identifier: Apache-2.0 */
/* Connections that end while data flows on them, and sockets that are closed then. */
#include "served.h"

#include <nng/nng.h>
#include <nng/protocol/reqrep0/rep.h>
#include <nng/protocol/reqrep0/req.h>
#include <sys/socket.h>
#include <time.h>

#include "base/sync.h"
#include "sp/sp.h"

enum { PEERS = 4, CONTEXTS = 6, ROUNDS = 40, CLOSE_MS = 20000 };

typedef struct end {
    nng_socket socket;
    nng_listener listener;
    int sent;
    pthread_mutex_t lock;
    pthread_cond_t change;
    int pipes;
    bool closing;
    bool blocks; /* the callback of a connection's end does not return */
} end;

static void on_pipe(nng_pipe pipe, nng_pipe_ev ev, void *arg)
{
    end *e = arg;
    bool begins = ev == NNG_PIPE_EV_ADD_PRE;

    (void)pthread_mutex_lock(&e->lock);
    e->pipes += begins ? 1 : -1;
    if (e->closing && begins) (void)nng_pipe_close(pipe);
    (void)pthread_cond_broadcast(&e->change);
    while (!begins && e->blocks)
        (void)pthread_cond_wait(&e->change, &e->lock);
    (void)pthread_mutex_unlock(&e->lock);
}

static void watch(end *e)
{
    fvi_sync_init(&e->lock, &e->change);
    assert_int_equal(nng_pipe_notify(e->socket, NNG_PIPE_EV_ADD_PRE, on_pipe, e), 0);
    assert_int_equal(nng_pipe_notify(e->socket, NNG_PIPE_EV_REM_POST, on_pipe, e), 0);
}

static void listen_at(end *e, const char *url)
{
    *e = (end){.closing = false};
    assert_int_equal(nng_rep0_open(&e->socket), 0);
    watch(e);
    assert_int_equal(nng_listen(e->socket, url, &e->listener, 0), 0);
}

static void dial(end *e, const char *url)
{
    *e = (end){.closing = false};
    assert_int_equal(nng_req0_open(&e->socket), 0);
    e->sent = fvi_sp_sent(e->socket);
    assert_true(e->sent >= 0);
    watch(e);
    assert_int_equal(nng_dial(e->socket, url, NULL, 0), 0);
}

static bool await_pipes_for(end *e, int n, unsigned ms)
{
    uint64_t until = fvi_clock_us() + ms * 1000u;
    bool in_time = true;

    (void)pthread_mutex_lock(&e->lock);
    while (e->pipes != n && in_time)
        in_time = fvi_cond_wait_until(&e->change, &e->lock, until);
    (void)pthread_mutex_unlock(&e->lock);
    return in_time;
}

static bool await_pipes(end *e, int n)
{
    return await_pipes_for(e, n, AWAIT_MS);
}

static void will_close(end *e)
{
    (void)pthread_mutex_lock(&e->lock);
    e->closing = true;
    (void)pthread_mutex_unlock(&e->lock);
}

static void forget(end *e)
{
    (void)pthread_cond_destroy(&e->change);
    (void)pthread_mutex_destroy(&e->lock);
}

static void name_url(char url[64], const char *dir)
{
    (void)snprintf(url, 64, "ipc://%s/s", dir);
}

static int setup(void **state)
{
    static char dir[32];
    (void)snprintf(dir, sizeof dir, "/tmp/fv-sp-XXXXXX");
    assert_non_null(mkdtemp(dir));
    *state = dir;
    return 0;
}

static int teardown(void **state)
{
    assert_int_equal(rmdir(*state), 0);
    return 0;
}

/* Requests of a photograph's size, in pieces, until somebody hangs up. */
static void *flood(void *arg)
{
    static const uint8_t message[300000];
    int fd = fvt_raw_greet(arg);

    if (fd < 0) return NULL;
    for (uint32_t id = 1;; id++) {
        uint8_t byte = 0;
        fvt_raw_send(fd, strncmp(arg, "ipc", 3) == 0, id, (fv_bytes){message, sizeof message});
        if (recv(fd, &byte, 1, MSG_DONTWAIT) == 0 || send(fd, &byte, 0, MSG_NOSIGNAL) < 0) break;
    }
    (void)close(fd);
    return NULL;
}

typedef struct taker {
    nng_ctx ctx;
    nng_aio *aio;
    atomic_int *taken;
} taker;

static void take(void *arg)
{
    taker *t = arg;

    if (nng_aio_result(t->aio) != 0) return;
    nng_msg_free(nng_aio_get_msg(t->aio));
    atomic_fetch_add(t->taken, 1);
    nng_ctx_recv(t->ctx, t->aio);
}

/* One end takes what floods in; it is closed in the middle of that. */
static void close_in_the_flood(const char *url, unsigned round)
{
    taker takers[CONTEXTS];
    pthread_t peers[PEERS];
    atomic_int taken = 0;
    char at[64];
    end e;
    struct timespec some = {.tv_nsec = 1000000 * (long)(round % 7)};

    listen_at(&e, url);
    (void)snprintf(at, sizeof at, "%s", url);
    if (strncmp(url, "tcp", 3) == 0) {
        int port = 0;
        assert_int_equal(nng_listener_get_int(e.listener, NNG_OPT_TCP_BOUND_PORT, &port), 0);
        (void)snprintf(at, sizeof at, "tcp://127.0.0.1:%d", port);
    }
    for (int i = 0; i < CONTEXTS; i++) {
        takers[i].taken = &taken;
        assert_int_equal(nng_aio_alloc(&takers[i].aio, take, &takers[i]), 0);
        assert_int_equal(nng_ctx_open(&takers[i].ctx, e.socket), 0);
        nng_ctx_recv(takers[i].ctx, takers[i].aio);
    }
    for (int i = 0; i < PEERS; i++)
        assert_int_equal(pthread_create(&peers[i], NULL, flood, at), 0);
    assert_true(await_pipes(&e, PEERS)); /* of those who greet yet, nng may forget the descriptor */
    fvt_await_int(&taken, 1);
    (void)nanosleep(&some, NULL); /* any moment will do */
    will_close(&e);
    fvi_listener_hang_up(e.listener, FVI_HANG_UP_REQUESTS);
    if (!await_pipes_for(&e, 0, FVI_HANG_UP_STEP_MS)) {
        fvi_listener_hang_up(e.listener, FVI_HANG_UP_BOTH);
        assert_true(await_pipes(&e, 0));
    }
    for (int i = 0; i < CONTEXTS; i++)
        nng_aio_stop(takers[i].aio);
    for (int i = 0; i < CONTEXTS; i++) {
        assert_int_equal(nng_ctx_close(takers[i].ctx), 0);
        nng_aio_free(takers[i].aio);
    }
    assert_true(fvi_sp_close(e.socket, CLOSE_MS));
    for (int i = 0; i < PEERS; i++)
        (void)pthread_join(peers[i], NULL);
    forget(&e);
}

static void test_sp__a_listener_is_closed_in_the_flood(void **state)
{
    char url[64];
    name_url(url, *state);
    for (unsigned i = 0; i < ROUNDS; i++) {
        close_in_the_flood(url, i);
        close_in_the_flood("tcp://127.0.0.1:0", i);
    }
}

/* The request goes on being sent when its sender has given up. */
static void test_sp__who_asks_leaves_while_he_sends(void **state)
{
    enum { LARGE = 8 << 20 };
    char url[64];
    end to;
    name_url(url, *state);
    listen_at(&to, url);
    for (unsigned i = 0; i < ROUNDS; i++) {
        end from;
        nng_msg *m = NULL;
        nng_msg *got = NULL;
        dial(&from, url);
        assert_true(await_pipes(&from, 1));
        assert_true(await_pipes(&to, 1)); /* or the listener ends: src/server/listener.c */
        assert_int_equal(nng_msg_alloc(&m, LARGE), 0);
        assert_int_equal(nng_sendmsg(from.socket, m, 0), 0);
        struct timespec some = {.tv_nsec = 100000 * (long)(i % 30)};
        (void)nanosleep(&some, NULL); /* any moment will do */
        assert_true(fvi_sp_await_sent(from.sent, AWAIT_MS));
        assert_true(fvi_sp_close(from.socket, CLOSE_MS));
        forget(&from);
        (void)nng_socket_set_ms(to.socket, NNG_OPT_RECVTIMEO, 1);
        while (nng_recvmsg(to.socket, &got, 0) == 0)
            nng_msg_free(got);
        assert_true(await_pipes(&to, 0));
    }
    assert_true(fvi_sp_close(to.socket, CLOSE_MS));
    forget(&to);
}

/* What nng does when it waits for ever, made by a callback that does. */
static void test_sp__a_close_that_does_not_end_is_given_up(void **state)
{
    char url[64];
    end to, from;
    name_url(url, *state);
    listen_at(&to, url);
    dial(&from, url);
    assert_true(await_pipes(&to, 1));
    from.blocks = true;
    assert_false(fvi_sp_close(from.socket, 50));
    (void)pthread_mutex_lock(&from.lock);
    from.blocks = false;
    (void)pthread_cond_broadcast(&from.change);
    (void)pthread_mutex_unlock(&from.lock);
    assert_true(await_pipes(&to, 0));
    assert_true(fvi_sp_close(to.socket, CLOSE_MS));
    assert_true(await_pipes(&from, 0));
    while (nng_close(from.socket) != NNG_ECLOSED) /* until the one that was given up is over */
        fvt_pause();
    forget(&from);
    forget(&to);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(test_sp__##name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(a_close_that_does_not_end_is_given_up),
        T(who_asks_leaves_while_he_sends),
        T(a_listener_is_closed_in_the_flood),
    };
    return cmocka_run_group_tests_name("sp", tests, NULL, NULL);
}
