/* SPDX-License-Identifier: Apache-2.0 */
/* The end: nothing that was accepted is lost. */
#include "served.h"

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

static void *drain(void *result)
{
    *(bool *)result = fvi_server_drain(s.server);
    return NULL;
}

enum { HELD = 6 };

static void test_drain__what_was_accepted_is_answered_and_the_rest_is_busy(void **state)
{
    fvt_asked held[HELD];
    pthread_t thread;
    bool all = false;
    char why[64] = "";
    (void)state;
    fvt_start(&s);
    assert_true(fvi_server_ready(s.server, why, sizeof why));
    fvi_link *link = fvt_link(s.binding);
    fvi_link *there = fvt_link(s.binding);
    assert_true(fvi_link_connected(there, AWAIT_MS));
    for (int i = 0; i < HELD; i++) {
        char id[16];
        (void)snprintf(id, sizeof id, "h%d", i);
        fvi_wire_request q = fvt_request(id);
        q.subject_ref = "hold";
        fvt_ask(&held[i], link, &q);
    }
    fvt_await_int(&s.fake.entered, 2);
    fvt_await_metric(&s, "faceverify_queue_depth", HELD - 2);
    assert_int_equal(pthread_create(&thread, NULL, drain, &all), 0);
    fvt_await_metric(&s, "faceverify_draining", 1);
    assert_false(fvi_server_ready(s.server, why, sizeof why));
    fvi_wire_request q = fvt_request("new");
    fvt_asked late;
    fvt_ask(&late, there, &q);
    assert_int_equal(fvt_answer(&late)->status, FACEVERIFY__STATUS__BUSY);
    assert_true(fvi_reply_message(late.reply)->retry_after_ms > 0);
    fvt_release(&s);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_true(all);
    assert_int_equal(access(s.binding + 6, F_OK), -1); /* nobody new finds it */
    fvi_server_destroy(&s.server);
    for (int i = 0; i < HELD; i++) {
        assert_int_equal(fvt_answer(&held[i])->status, FACEVERIFY__STATUS__OK);
        fvt_forget(&held[i]);
    }
    fvt_forget(&late);
    fvi_link_close(&link);
    fvi_link_close(&there);
}

static void test_drain__no_new_connection_is_taken(void **state)
{
    pthread_t thread;
    bool all = false;
    fvt_asked held;
    (void)state;
    (void)snprintf(s.settings.service.listen_ops, sizeof s.settings.service.listen_ops,
                   "tcp://127.0.0.1:0");
    fvt_start(&s);
    const fvi_url *urls = NULL;
    assert_int_equal(fvi_server_urls(s.server, &urls), 2);
    assert_null(strstr(urls[1].text, ":0"));
    fvi_link *link = fvt_link(urls[1].text);
    fvi_wire_request q = fvt_request("held");
    q.subject_ref = "hold";
    fvt_ask(&held, link, &q);
    fvt_await_int(&s.fake.entered, 1);
    assert_int_equal(pthread_create(&thread, NULL, drain, &all), 0);
    fvt_await_metric(&s, "faceverify_draining", 1);
    uint8_t byte = 0;
    int fd = fvt_raw_greet(urls[1].text);
    if (fd >= 0) assert_int_equal(read(fd, &byte, 1), 0); /* closed before it was used */
    if (fd >= 0) (void)close(fd);
    fvt_release(&s);
    assert_int_equal(fvt_answer(&held)->status, FACEVERIFY__STATUS__OK);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_true(all);
    fvt_forget(&held);
    fvi_link_close(&link);
}

static void test_drain__ends_when_its_time_is_over(void **state)
{
    fvt_asked held;
    (void)state;
    s.settings.service.drain_ms = 50;
    fvt_start(&s);
    fvi_link *link = fvt_link(s.binding);
    fvi_wire_request q = fvt_request("held");
    q.subject_ref = "hold";
    fvt_ask(&held, link, &q);
    fvt_await_int(&s.fake.entered, 1);
    assert_false(fvi_server_drain(s.server));
    assert_int_equal(fvt_metric(&s, "faceverify_dropped_total{cause=\"drain\"}"), 1);
    assert_true(fvt_logged(&s, "1 requests unanswered"));
    fvt_forget(&held);
    fvi_link_close(&link);
}

/* nng says "sent" when its pipe has the reply. Here the caller reads only after the drain began,
 * and what was answered must still come: large replies do not fit into the kernel's buffers. */
enum { MANY = 2000 };

static void *drain_and_go(void *result)
{
    *(bool *)result = fvi_server_drain(s.server);
    fvi_server_destroy(&s.server);
    return NULL;
}

static int read_replies(int fd)
{
    static uint8_t buf[65536];
    uint32_t id = 0;
    int n = 0;
    while (fvt_raw_receive(fd, true, &id, buf, sizeof buf) > 0)
        n++;
    return n;
}

static void test_drain__waits_until_the_replies_have_left(void **state)
{
    uint8_t *bytes = NULL;
    size_t len = 0;
    pthread_t thread;
    bool all = false;
    (void)state;
    s.settings.service.queue = MANY;
    s.settings.service.send_ms = 60000;
    s.settings.service.drain_ms = 60000;
    s.settings.service.probe_ms = 0;
    fvt_start(&s);
    int fd = fvt_raw_greet(s.binding);
    for (int i = 0; i < MANY; i++) {
        char id[16];
        (void)snprintf(id, sizeof id, "m%d", i);
        fvi_wire_request q = fvt_request(id);
        assert_int_equal(fvi_wire_request_encode(&q, &bytes, &len, NULL), FV_OK);
        fvt_raw_send(fd, true, (uint32_t)i, (fv_bytes){bytes, len});
        free(bytes);
    }
    fvt_await_int(&s.fake.runs, MANY);
    assert_int_equal(pthread_create(&thread, NULL, drain_and_go, &all), 0);
    while (!fvt_logged(&s, "event=draining"))
        fvt_pause();
    for (uint64_t until = fvi_clock_us() + 500000; fvi_clock_us() < until;)
        fvt_pause(); /* time for an end that does not wait */
    for (int i = 0; i < MANY; i++) {
        static uint8_t buf[65536];
        uint32_t id = 0;
        if (fvt_raw_receive(fd, true, &id, buf, sizeof buf) <= 0) fail_msg("reply %d is lost", i);
    }
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_true(all);
    assert_int_equal(read_replies(fd), 0);
    (void)close(fd);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(test_drain__##name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(what_was_accepted_is_answered_and_the_rest_is_busy),
        T(no_new_connection_is_taken),
        T(ends_when_its_time_is_over),
        T(waits_until_the_replies_have_left),
    };
    return cmocka_run_group_tests_name("serve_drain", tests, NULL, NULL);
}
