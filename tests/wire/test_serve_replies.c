/* SPDX-License-Identifier: Apache-2.0 */
/* The same request gets the same reply, also over real sockets. */
#include "served.h"

static fvt_served s;

static int setup(void **state)
{
    (void)state;
    fvt_prepare(&s);
    s.settings.service.probe_ms = 0;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    fvt_stop(&s);
    return 0;
}

static void test_replies__asked_again_it_is_not_computed_again(void **state)
{
    fvt_asked a[2];
    (void)state;
    fvt_start(&s);
    fvi_link *link = fvt_link(s.binding);
    fvi_wire_request q = fvt_request("twice");
    for (int i = 0; i < 2; i++) {
        q.deadline_ms = 50000u + (uint32_t)i; /* is not what was asked */
        fvt_ask(&a[i], link, &q);
        const Faceverify__Reply *r = fvt_answer(&a[i]);
        assert_int_equal(r->status, FACEVERIFY__STATUS__OK);
        assert_int_equal(r->replayed, i);
        assert_string_equal(r->request_id, "twice");
        assert_int_equal(r->verify->decision, FACEVERIFY__DECISION__PASS);
    }
    assert_int_equal(atomic_load(&s.fake.runs), 1);
    assert_int_equal(fvt_metric(&s, "faceverify_replays_total{operation=\"verify\"}"), 1);
    fvt_forget(&a[0]);
    fvt_forget(&a[1]);
    fvi_link_close(&link);
}

static void test_replies__an_id_stands_for_one_request_in_its_role(void **state)
{
    (void)state;
    fvt_start(&s);
    fvi_wire_request q = fvt_request("id");
    assert_int_equal(fvt_status_of(s.binding, &q), FACEVERIFY__STATUS__OK);
    q.birth_date = "2001-01-01";
    assert_int_equal(fvt_status_of(s.binding, &q), FACEVERIFY__STATUS__REQUEST_ID_REUSED);
    assert_int_equal(fvt_status_of(s.ops, &q), FACEVERIFY__STATUS__OK);
    assert_int_equal(atomic_load(&s.fake.runs), 2);
}

static void test_replies__none_is_kept_when_none_is_wanted(void **state)
{
    (void)state;
    s.settings.service.reply_ttl_s = 0;
    fvt_start(&s);
    fvi_wire_request q = fvt_request("id");
    assert_int_equal(fvt_status_of(s.binding, &q), FACEVERIFY__STATUS__OK);
    assert_int_equal(fvt_status_of(s.binding, &q), FACEVERIFY__STATUS__OK);
    assert_int_equal(atomic_load(&s.fake.runs), 2);
}

static void test_replies__what_was_no_answer_is_tried_again(void **state)
{
    (void)state;
    fvt_start(&s);
    fvi_wire_request q = fvt_request("id");
    q.subject_ref = "broken";
    assert_int_equal(fvt_status_of(s.binding, &q), FACEVERIFY__STATUS__INTERNAL);
    assert_int_equal(fvt_status_of(s.binding, &q), FACEVERIFY__STATUS__INTERNAL);
    assert_int_equal(atomic_load(&s.fake.runs), 2);
}

/* `subject` holds the first until the second waits for it. */
static void ask_twice(const char *subject, Faceverify__Status first, int runs)
{
    fvt_asked a[2];
    fvi_link *links[2];

    fvt_start(&s);
    fvi_wire_request q = fvt_request("both");
    q.subject_ref = subject;
    for (int i = 0; i < 2; i++) {
        links[i] = fvt_link(s.binding);
        fvt_ask(&a[i], links[i], &q);
        if (i == 0) fvt_await_int(&s.fake.entered, 1);
    }
    fvt_await_metric(&s, "faceverify_attached_total", 1);
    fvt_release(&s);
    assert_int_equal(fvt_answer(&a[0])->status, first);
    assert_int_equal(fvt_answer(&a[1])->status, FACEVERIFY__STATUS__OK);
    assert_false(fvi_reply_message(a[0].reply)->replayed);
    assert_int_equal(fvi_reply_message(a[1].reply)->replayed, runs == 1);
    assert_int_equal(atomic_load(&s.fake.runs), runs);
    for (int i = 0; i < 2; i++) {
        fvt_forget(&a[i]);
        fvi_link_close(&links[i]);
    }
}

static void test_replies__asked_while_it_runs_it_is_computed_once(void **state)
{
    (void)state;
    ask_twice("hold", FACEVERIFY__STATUS__OK, 1);
}

static void test_replies__who_waited_for_a_failure_has_an_own_turn(void **state)
{
    (void)state;
    ask_twice("hold-broken-once", FACEVERIFY__STATUS__INTERNAL, 2);
}

/* What nng's REQ does after a reconnect: the same request, by another connection. The first one's
 * caller is gone, and the reply that is computed for it is not lost. */
static void test_replies__sent_again_after_a_reconnect_it_gets_its_answer(void **state)
{
    uint8_t buf[4096];
    uint8_t *bytes = NULL;
    size_t len = 0;
    uint32_t id = 0;
    (void)state;
    fvt_start(&s);
    fvi_wire_request q = fvt_request("again");
    q.subject_ref = "hold";
    assert_int_equal(fvi_wire_request_encode(&q, &bytes, &len, NULL), FV_OK);
    int fd = fvt_raw_greet(s.binding);
    fvt_raw_send(fd, true, 5, (fv_bytes){bytes, len});
    fvt_await_int(&s.fake.entered, 1);
    (void)close(fd);
    fvt_await_metric_is(&s, "faceverify_connections", 0);
    fd = fvt_raw_greet(s.binding);
    fvt_raw_send(fd, true, 5, (fv_bytes){bytes, len});
    fvt_await_metric(&s, "faceverify_attached_total", 1);
    fvt_release(&s);
    long n = fvt_raw_receive(fd, true, &id, buf, sizeof buf);
    assert_true(n > 0);
    assert_int_equal(id, 5);
    assert_int_equal(atomic_load(&s.fake.runs), 1);
    fvt_await_metric(&s, "faceverify_dropped_total{cause=\"caller_gone\"}", 1);
    (void)close(fd);
    free(bytes);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(test_replies__##name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(asked_again_it_is_not_computed_again),
        T(an_id_stands_for_one_request_in_its_role),
        T(none_is_kept_when_none_is_wanted),
        T(what_was_no_answer_is_tried_again),
        T(asked_while_it_runs_it_is_computed_once),
        T(who_waited_for_a_failure_has_an_own_turn),
        T(sent_again_after_a_reconnect_it_gets_its_answer),
    };
    return cmocka_run_group_tests_name("serve_replies", tests, NULL, NULL);
}
