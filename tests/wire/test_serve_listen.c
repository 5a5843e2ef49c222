/* SPDX-License-Identifier: Apache-2.0 */
/* Where the service listens, and what callers do to it. */
#include "served.h"

#include <dirent.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <nng/nng.h>
#include <nng/protocol/reqrep0/req.h>

#include "certificate.h"
#include "sp/sp.h"

static fvt_served s;

static int setup(void **state)
{
    (void)state;
    fvt_prepare(&s);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    fvt_stop(&s);
    return 0;
}

static void use_tcp(const char *scheme)
{
    (void)snprintf(s.settings.service.listen_ops, sizeof s.settings.service.listen_ops,
                   "%s://127.0.0.1:0", scheme);
}

static const char *ops_url(void)
{
    const fvi_url *urls = NULL;
    assert_int_equal(fvi_server_urls(s.server, &urls), 2);
    return urls[1].text;
}

static void test_listen__an_ipc_socket_has_its_permissions(void **state)
{
    struct stat at;
    (void)state;
    (void)snprintf(s.settings.service.ipc_mode, sizeof s.settings.service.ipc_mode, "0640");
    fvt_start(&s);
    assert_int_equal(stat(s.binding + 6, &at), 0);
    assert_int_equal(at.st_mode & 0777, 0640);
}

/* What ends an ipc listener of nng 1.5.2 for good: the service finds out, and listens anew. */
static void connect_and_leave(const char *url, int times)
{
    for (int i = 0; i < times; i++) {
        int fd = fvt_raw_open(url);
        if (fd >= 0) (void)close(fd);
    }
}

static void test_listen__ipc_survives_those_who_connect_and_leave(void **state)
{
    fvt_asked before;
    (void)state;
    fvt_start(&s);
    fvi_link *old = fvt_link(s.binding);
    fvi_wire_request q = fvt_request("before");
    q.subject_ref = "hold";
    fvt_ask(&before, old, &q);
    fvt_await_int(&s.fake.entered, 1);
    fvi_wire_request after = fvt_request("after");
    uint64_t until = fvi_clock_us() + AWAIT_MS * 1000u;
    do { /* it takes one that leaves before it is greeted */
        connect_and_leave(s.binding, 1000);
        assert_int_equal(fvt_status_of(s.binding, &after), FACEVERIFY__STATUS__OK);
    } while (fvt_metric(&s, "faceverify_relistens_total") < 1 && fvi_clock_us() < until);
    assert_true(fvt_metric(&s, "faceverify_relistens_total") >= 1);
    assert_true(fvt_logged(&s, "listening_again"));
    /* whoever was connected comes back, and gets the answer that was computed meanwhile */
    fvt_release(&s);
    assert_int_equal(fvt_answer(&before)->status, FACEVERIFY__STATUS__OK);
    fvt_forget(&before);
    fvt_ask(&before, old, &after);
    assert_int_equal(fvt_answer(&before)->status, FACEVERIFY__STATUS__OK);
    fvt_forget(&before);
    fvi_link_close(&old);
}

static int count_descriptors(void)
{
    DIR *d = opendir("/proc/self/fd");
    int n = 0;
    assert_non_null(d);
    while (readdir(d) != NULL)
        n++;
    (void)closedir(d);
    return n;
}

enum { DEATHS = 6 };

static void test_listen__ipc_survives_them_again_and_again(void **state)
{
    struct stat at;
    (void)state;
    s.settings.service.probe_ms = 20;
    fvt_start(&s);
    fvi_link *links[DEATHS];
    int before = count_descriptors();
    for (int i = 0; i < DEATHS; i++) {
        char id[16];
        fvt_asked a;
        links[i] = fvt_link(s.binding);
        (void)snprintf(id, sizeof id, "r%d", i);
        fvi_wire_request q = fvt_request(id);
        fvt_ask(&a, links[i], &q);
        assert_int_equal(fvt_answer(&a)->status, FACEVERIFY__STATUS__OK);
        fvt_forget(&a);
        double n = fvt_metric(&s, "faceverify_relistens_total");
        while (fvt_metric(&s, "faceverify_relistens_total") < n + 1)
            connect_and_leave(s.binding, 20);
    }
    assert_int_equal(stat(s.binding + 6, &at), 0);
    for (int i = 0; i < DEATHS; i++)
        fvi_link_close(&links[i]);
    /* nothing piles up; a probe under way has two */
    for (uint64_t until = fvi_clock_us() + AWAIT_MS * 1000u;
         count_descriptors() > before + 3 && fvi_clock_us() < until;)
        fvt_pause();
    assert_true(count_descriptors() <= before + 3);
    fvi_wire_request q = fvt_request("after");
    assert_int_equal(fvt_status_of(s.binding, &q), FACEVERIFY__STATUS__OK);
}

static void test_listen__tcp_survives_those_who_connect_and_leave(void **state)
{
    (void)state;
    use_tcp("tcp");
    fvt_start(&s);
    connect_and_leave(ops_url(), 1000);
    fvi_wire_request q = fvt_request("after");
    assert_int_equal(fvt_status_of(ops_url(), &q), FACEVERIFY__STATUS__OK);
}

static void test_listen__a_file_that_was_removed_comes_back(void **state)
{
    (void)state;
    fvt_start(&s);
    assert_int_equal(unlink(s.binding + 6), 0);
    fvt_await_metric(&s, "faceverify_relistens_total", 1);
    fvi_wire_request q = fvt_request("after");
    assert_int_equal(fvt_status_of(s.binding, &q), FACEVERIFY__STATUS__OK);
}

/* Who is connected goes on being served where the path cannot be listened on anew. */
static void test_listen__a_folder_that_goes_takes_nobody_along(void **state)
{
    char away[48];
    fvt_asked asked;
    (void)state;
    fvt_start(&s);
    (void)snprintf(away, sizeof away, "%s.away", s.dir);
    fvi_link *link = fvt_link(s.binding);
    fvi_wire_request q = fvt_request("before");
    fvt_ask(&asked, link, &q);
    assert_int_equal(fvt_answer(&asked)->status, FACEVERIFY__STATUS__OK);
    fvt_forget(&asked);
    assert_int_equal(rename(s.dir, away), 0);
    for (uint64_t until = fvi_clock_us() + AWAIT_MS * 1000u;
         !fvt_logged(&s, "listen_failed") && fvi_clock_us() < until;)
        fvt_pause();
    assert_true(fvt_logged(&s, "listen_failed"));
    fvt_await_metric_is(&s, "faceverify_connections ", 1);
    q = fvt_request("meanwhile");
    fvt_ask(&asked, link, &q);
    assert_int_equal(fvt_answer(&asked)->status, FACEVERIFY__STATUS__OK);
    fvt_forget(&asked);
    fvi_link_close(&link);
    assert_int_equal(rename(away, s.dir), 0);
    q = fvt_request("after");
    assert_int_equal(fvt_status_of(s.binding, &q), FACEVERIFY__STATUS__OK);
}

typedef struct blocker {
    nng_socket socket;
    pthread_mutex_t lock;
    pthread_cond_t opened;
    bool open;
    atomic_bool entered;
} blocker;

static void block(nng_pipe pipe, nng_pipe_ev ev, void *arg)
{
    blocker *b = arg;
    (void)pipe;
    (void)ev;
    (void)pthread_mutex_lock(&b->lock);
    atomic_store(&b->entered, true);
    while (!b->open)
        (void)pthread_cond_wait(&b->opened, &b->lock);
    (void)pthread_mutex_unlock(&b->lock);
}

/* What nng's own fault would do, made by a callback that keeps the thread that frees things. */
static void test_listen__nng_that_frees_nothing_is_noticed(void **state)
{
    blocker b = {.open = false};
    (void)state;
    (void)pthread_mutex_init(&b.lock, NULL);
    (void)pthread_cond_init(&b.opened, NULL);
    s.settings.service.probe_ms = 10;
    fvt_start(&s);
    assert_int_equal(nng_req0_open(&b.socket), 0);
    assert_int_equal(nng_pipe_notify(b.socket, NNG_PIPE_EV_REM_POST, block, &b), 0);
    assert_int_equal(nng_dial(b.socket, s.ops, NULL, 0), 0);
    fvt_await_metric(&s, "faceverify_connections ", 1);
    assert_true(fvi_server_alive(s.server));
    assert_false(fvi_sp_close(b.socket, 1));
    for (uint64_t until = fvi_clock_us() + AWAIT_MS * 1000u;
         fvi_server_alive(s.server) && fvi_clock_us() < until;)
        fvt_pause();
    assert_true(atomic_load(&b.entered));
    assert_false(fvi_server_alive(s.server));
    assert_true(fvt_logged(&s, "nng_stuck"));
    (void)pthread_mutex_lock(&b.lock);
    b.open = true;
    (void)pthread_cond_broadcast(&b.opened);
    (void)pthread_mutex_unlock(&b.lock);
    while (nng_close(b.socket) != NNG_ECLOSED) /* until the one that was given up is over */
        fvt_pause();
    fvi_wire_request q = fvt_request("after");
    assert_int_equal(fvt_status_of(s.binding, &q), FACEVERIFY__STATUS__OK);
    (void)pthread_cond_destroy(&b.opened);
    (void)pthread_mutex_destroy(&b.lock);
}

static void test_listen__connections_are_bounded(void **state)
{
    int held[3];
    uint8_t byte;
    (void)state;
    s.settings.service.connections = 3;
    s.settings.service.probe_ms = 0; /* which connects too */
    fvt_start(&s);
    for (int i = 0; i < 3; i++) {
        held[i] = fvt_raw_greet(s.binding);
        assert_true(held[i] >= 0);
    }
    fvt_await_metric_is(&s, "faceverify_connections ", 3);
    int more = fvt_raw_greet(s.binding);
    assert_true(more < 0 || recv(more, &byte, 1, 0) <= 0);
    if (more >= 0) (void)close(more);
    assert_int_equal(fvt_metric(&s, "faceverify_connections_refused_total"), 1);
    for (int i = 0; i < 3; i++)
        (void)close(held[i]);
    fvt_await_metric_is(&s, "faceverify_connections ", 0);
    fvi_wire_request q = fvt_request("after");
    assert_int_equal(fvt_status_of(s.binding, &q), FACEVERIFY__STATUS__OK);
}

static void test_listen__a_second_service_is_refused_and_harms_nobody(void **state)
{
    fv_error err = {.code = FV_OK};
    (void)state;
    s.settings.service.probe_ms = 0; /* nothing repairs what it might do */
    fvt_start(&s);
    fvt_served second = s;
    for (int i = 0; i < 20; i++) {
        err = (fv_error){.code = FV_OK};
        assert_int_equal(fvt_try_start(&second, &err), FV_E_CONFIG);
        assert_non_null(strstr(err.text, s.binding));
        assert_non_null(strstr(err.text, "another service answers there"));
    }
    fvi_wire_request q = fvt_request("after");
    assert_int_equal(fvt_status_of(s.binding, &q), FACEVERIFY__STATUS__OK);
}

static void test_listen__what_stands_at_the_path_is_told_apart(void **state)
{
    fv_error err = {.code = FV_OK};
    const char *path = s.binding + 6;
    (void)state;
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    (void)fclose(f);
    assert_int_equal(fvt_try_start(&s, &err), FV_E_CONFIG);
    assert_non_null(strstr(err.text, "no socket"));
    assert_int_equal(unlink(path), 0);
    (void)snprintf(s.settings.service.listen_binding, sizeof s.settings.service.listen_binding,
                   "ipc:///no/such/folder/socket");
    err = (fv_error){.code = FV_OK};
    assert_int_equal(fvt_try_start(&s, &err), FV_E_CONFIG);
    assert_non_null(strstr(err.text, "folder does not exist"));
}

static void test_listen__a_port_in_use_is_told(void **state)
{
    fv_error err = {.code = FV_OK};
    (void)state;
    use_tcp("tcp");
    fvt_start(&s);
    fvt_served second = s;
    fvi_service_settings *o = &second.settings.service;
    o->listen_binding[0] = '\0';
    (void)snprintf(o->listen_ops, sizeof o->listen_ops, "%s", ops_url());
    assert_int_equal(fvt_try_start(&second, &err), FV_E_CONFIG);
    assert_non_null(strstr(err.text, "service.listen_ops"));
    assert_non_null(strstr(err.text, "another program listens there"));
}

/* Each of these ends its own connection at most. */
static void abuse(const char *url, bool ipc)
{
    static const uint8_t garbage[64] = {0xff, 'G', 'E', 'T', ' ', '/'};
    uint8_t claim[9] = {1, 0, 0, 0, 0, 0x40, 0, 0, 0}; /* 1 GiB */
    uint8_t buf[1024];
    uint32_t id = 0;
    uint8_t one = 0;

    int fd = fvt_raw_open(url); /* garbage for a greeting */
    assert_true(fd >= 0);
    (void)send(fd, garbage, sizeof garbage, MSG_NOSIGNAL);
    (void)read(fd, &one, 1);
    (void)close(fd);
    fd = fvt_raw_greet(url); /* half a message */
    fvt_raw_send(fd, ipc, 1, (fv_bytes){garbage, 10});
    /* were the reply not read, nng might be stuck for good: tests/fault does that to a process */
    assert_true(fvt_raw_receive(fd, ipc, &id, buf, sizeof buf) > 0);
    (void)send(fd, claim + (ipc ? 0 : 1), 5, MSG_NOSIGNAL);
    (void)close(fd);
    fd = fvt_raw_greet(url); /* a claim beyond the limit: closed at once */
    assert_true(fd >= 0);
    (void)send(fd, claim + (ipc ? 0 : 1), ipc ? 9 : 8, MSG_NOSIGNAL);
    assert_int_equal(read(fd, &one, 1), 0);
    (void)close(fd);
    fd = fvt_raw_greet(url); /* a body without an id */
    (void)send(fd, (uint8_t[]){1, 0, 0, 0, 0, 0, 0, 0, 2, 9, 9} + (ipc ? 0 : 1), ipc ? 11 : 10,
               MSG_NOSIGNAL);
    assert_int_equal(read(fd, &one, 1), 0);
    (void)close(fd);
    fd = fvt_raw_greet(url); /* a message that is no request: answered as such */
    fvt_raw_send(fd, ipc, 3, (fv_bytes){garbage, sizeof garbage});
    assert_true(fvt_raw_receive(fd, ipc, &id, buf, sizeof buf) > 0);
    assert_int_equal(id, 3);
    (void)close(fd);
}

static void test_listen__garbage_half_messages_and_large_claims(void **state)
{
    (void)state;
    use_tcp("tcp");
    fvt_start(&s);
    char id[16];
    for (int i = 0; i < 20; i++) {
        abuse(ops_url(), false);
        abuse(s.binding, true);
        (void)snprintf(id, sizeof id, "r%d", i);
        fvi_wire_request q = fvt_request(id);
        assert_int_equal(fvt_status_of(s.binding, &q), FACEVERIFY__STATUS__OK);
        assert_int_equal(fvt_status_of(ops_url(), &q), FACEVERIFY__STATUS__OK);
    }
    assert_true(fvt_metric(&s, "faceverify_requests_total{operation=\"none\",channel=\"none\","
                               "status=\"INVALID_REQUEST\"") >= 1);
}

/* One request more; false: nothing can be sent just now. */
static bool push(int fd, const uint8_t *bytes, size_t len)
{
    uint8_t message[256] = {1};
    uint64_t n = len + 4;

    assert_true(13 + len <= sizeof message);
    for (int b = 0; b < 8; b++)
        message[8 - b] = (uint8_t)(n >> 8 * b);
    message[9] = 0x80;
    memcpy(message + 13, bytes, len);
    return send(fd, message, 13 + len, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)(13 + len);
}

/* He keeps one context and his connection, and the others are served as ever. */
static void test_listen__somebody_who_does_not_read_stops_nobody(void **state)
{
    uint8_t *bytes = NULL;
    size_t len = 0;
    char text[16];
    (void)state;
    s.settings.service.workers = 1;
    s.settings.service.queue = 8;
    s.settings.service.spare = 8;
    s.settings.service.send_ms = 200;
    fvt_start(&s);
    int fd = fvt_raw_greet(s.binding);
    int small = 1;
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    fvi_wire_request q = fvt_request("unread");
    assert_int_equal(fvi_wire_request_encode(&q, &bytes, &len, NULL), FV_OK);
    for (uint64_t until = fvi_clock_us() + AWAIT_MS * 1000u;
         !fvt_logged(&s, "peer_stuck") && fvi_clock_us() < until;) {
        if (!push(fd, bytes, len)) fvt_pause();
    }
    (void)snprintf(text, sizeof text, "uid=%u", (unsigned)getuid());
    assert_true(fvt_logged(&s, "does not read its replies"));
    assert_true(fvt_logged(&s, text));
    uint64_t begun = fvi_clock_us();
    for (int i = 0; i < 50; i++) {
        char id[16];
        (void)snprintf(id, sizeof id, "other%d", i);
        fvi_wire_request other = fvt_request(id);
        while (push(fd, bytes, len)) {}
        Faceverify__Status st = fvt_status_of(s.binding, &other);
        /* his requests take places in the queue like anybody's */
        assert_true(st == FACEVERIFY__STATUS__OK || st == FACEVERIFY__STATUS__BUSY);
    }
    /* were he to stop them, each would wait for his 200 ms */
    assert_true(fvi_clock_us() - begun < 50u * 200000u);
    assert_true(fvt_metric(&s, "faceverify_connections ") >= 1); /* the service probes, too */
    /* the service ends with his traffic in flight */
    while (push(fd, bytes, len)) {}
    fvi_server_destroy(&s.server);
    (void)close(fd);
    free(bytes);
}

static void name_file(char *to, size_t cap, const char *name)
{
    (void)snprintf(to, cap, "%s/%s", s.dir, name);
}

static void test_listen__tls_takes_only_whom_it_knows(void **state)
{
    static const char *const names[] = {"service.crt", "service.key", "client.crt",
                                        "client.key",  "other.crt",   "other.key"};
    char service[64];
    char crt[64];
    char key[64];
    fv_error err = {.code = FV_OK};
    (void)state;
    assert_true(fvt_certificate(s.dir, "service", "127.0.0.1"));
    assert_true(fvt_certificate(s.dir, "client", NULL));
    assert_true(fvt_certificate(s.dir, "other", NULL));
    use_tcp("tls+tcp");
    fvi_service_settings *o = &s.settings.service;
    name_file(o->tls_cert_file, sizeof o->tls_cert_file, "service.crt");
    name_file(o->tls_key_file, sizeof o->tls_key_file, "other.key");
    name_file(o->ops_tls_ca_file, sizeof o->ops_tls_ca_file, "missing.crt");
    assert_int_equal(fvt_try_start(&s, &err), FV_E_CONFIG);
    assert_non_null(strstr(err.text, "service.ops_tls_ca_file"));
    name_file(o->ops_tls_ca_file, sizeof o->ops_tls_ca_file, "client.crt");
    err = (fv_error){.code = FV_OK};
    assert_int_equal(fvt_try_start(&s, &err), FV_E_CONFIG);
    assert_non_null(strstr(err.text, "tls_key_file"));
    name_file(o->tls_key_file, sizeof o->tls_key_file, "service.key");
    fvt_start(&s);
    name_file(service, sizeof service, "service.crt");
    for (int i = 0; i < 2; i++) {
        fvi_link *link = NULL;
        name_file(crt, sizeof crt, i == 0 ? "client.crt" : "other.crt");
        name_file(key, sizeof key, i == 0 ? "client.key" : "other.key");
        fvi_link_options lo = {ops_url(), service, crt, key, 0, false};
        assert_fv_ok(fvi_link_open(&link, &lo, &err), &err);
        if (i == 0) {
            fvi_wire_request q = fvt_request("sealed");
            fvt_asked a;
            fvt_ask(&a, link, &q);
            assert_int_equal(fvt_answer(&a)->status, FACEVERIFY__STATUS__OK);
            fvt_forget(&a);
        } else {
            assert_false(fvi_link_connected(link, 1000));
        }
        fvi_link_close(&link);
    }
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        char path[64];
        name_file(path, sizeof path, names[i]);
        assert_int_equal(unlink(path), 0);
    }
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(test_listen__##name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(an_ipc_socket_has_its_permissions),
        T(ipc_survives_those_who_connect_and_leave),
        T(ipc_survives_them_again_and_again),
        T(tcp_survives_those_who_connect_and_leave),
        T(a_file_that_was_removed_comes_back),
        T(a_second_service_is_refused_and_harms_nobody),
        T(what_stands_at_the_path_is_told_apart),
        T(a_port_in_use_is_told),
        T(garbage_half_messages_and_large_claims),
        T(somebody_who_does_not_read_stops_nobody),
        T(tls_takes_only_whom_it_knows),
        T(a_folder_that_goes_takes_nobody_along),
        T(connections_are_bounded),
        T(nng_that_frees_nothing_is_noticed),
    };
    return cmocka_run_group_tests_name("serve_listen", tests, NULL, NULL);
}
