/* SPDX-License-Identifier: Apache-2.0 */
/* One request after the other, and many at once. */
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

static void test_flow__an_answer_has_id_versions_and_no_scores(void **state)
{
    (void)state;
    fvt_start(&s);
    fvi_link *link = fvt_link(s.binding);
    fvi_wire_request q = fvt_request("one");
    fvt_asked a;
    fvt_ask(&a, link, &q);
    const Faceverify__Reply *r = fvt_answer(&a);
    assert_int_equal(r->status, FACEVERIFY__STATUS__OK);
    assert_string_equal(r->request_id, "one");
    assert_string_equal(r->versions->model_pack, "pack-1");
    assert_false(r->replayed);
    assert_int_equal(r->answer_case, FACEVERIFY__REPLY__ANSWER_VERIFY);
    assert_int_equal(r->verify->decision, FACEVERIFY__DECISION__PASS);
    assert_null(r->verify->scores);
    fvt_forget(&a);
    fvi_link_close(&link);
}

static void test_flow__ops_sees_scores_and_may_match(void **state)
{
    (void)state;
    fvt_start(&s);
    fvi_link *link = fvt_link(s.ops);
    fvi_wire_request q = fvt_request("one");
    q.op = FVI_OP_MATCH;
    fvt_asked a;
    fvt_ask(&a, link, &q);
    const Faceverify__Reply *r = fvt_answer(&a);
    assert_int_equal(r->status, FACEVERIFY__STATUS__OK);
    assert_int_equal(r->answer_case, FACEVERIFY__REPLY__ANSWER_MATCH);
    assert_non_null(r->match->scores);
    fvt_forget(&a);
    fvi_link_close(&link);
    assert_int_equal(fvt_status_of(s.binding, &q), FACEVERIFY__STATUS__PERMISSION_DENIED);
    assert_int_equal(atomic_load(&s.fake.runs), 1);
}

static void test_flow__info_tells_what_runs(void **state)
{
    (void)state;
    fvt_start(&s);
    fvi_link *link = fvt_link(s.binding);
    fvi_wire_request q = fvt_request("one");
    q.op = FVI_OP_INFO;
    fvt_asked a;
    fvt_ask(&a, link, &q);
    const Faceverify__Reply *r = fvt_answer(&a);
    assert_int_equal(r->answer_case, FACEVERIFY__REPLY__ANSWER_INFO);
    assert_int_equal(r->info->workers, 2);
    assert_int_equal(r->info->queue_capacity, 64);
    assert_int_equal(r->info->n_channels, 2);
    assert_true(r->info->message_bytes_max > 2 * r->info->image_bytes_max);
    fvt_forget(&a);
    fvi_link_close(&link);
}

static void test_flow__what_is_wrong_with_a_request_is_its_status(void **state)
{
    static uint8_t large[2000];
    (void)state;
    s.settings.limits.image_bytes = 1024;
    fvt_start(&s);
    fvi_wire_request q = fvt_request("a");
    q.channel = "nowhere";
    assert_int_equal(fvt_status_of(s.binding, &q), FACEVERIFY__STATUS__INVALID_REQUEST);
    q = fvt_request("b");
    q.selfie = (fv_bytes){large, sizeof large};
    assert_int_equal(fvt_status_of(s.binding, &q), FACEVERIFY__STATUS__TOO_LARGE);
    q = fvt_request("c");
    q.subject_ref = "broken";
    assert_int_equal(fvt_status_of(s.binding, &q), FACEVERIFY__STATUS__INTERNAL);
    q = fvt_request("d");
    q.subject_ref = "late";
    assert_int_equal(fvt_status_of(s.binding, &q), FACEVERIFY__STATUS__DEADLINE_EXCEEDED);
    q = fvt_request("");
    assert_int_equal(fvt_status_of(s.binding, &q), FACEVERIFY__STATUS__INVALID_REQUEST);
    for (fvi_op op = FVI_OP_LIVENESS; op <= FVI_OP_QUALITY; op++) {
        q = fvt_request(op == FVI_OP_LIVENESS ? "e" : "f");
        q.op = op;
        q.kind = FV_SELFIE;
        assert_int_equal(fvt_status_of(s.binding, &q), FACEVERIFY__STATUS__OK);
    }
}

enum { SENT = 40 };

/* Everything gets exactly one reply, and no more than fits is accepted. */
static void test_flow__past_capacity_everything_is_answered_or_told_busy(void **state)
{
    static fvt_asked asked[SENT];
    int ok = 0;
    int busy = 0;
    (void)state;
    s.settings.service.workers = 2;
    s.settings.service.queue = 3;
    s.settings.service.spare = 4;
    fvt_start(&s);
    fvi_link *link = fvt_link(s.binding);
    for (int i = 0; i < SENT; i++) {
        char id[16];
        (void)snprintf(id, sizeof id, "r%d", i);
        fvi_wire_request q = fvt_request(id);
        q.subject_ref = "hold";
        fvt_ask(&asked[i], link, &q);
    }
    fvt_await_metric(&s,
                     "faceverify_requests_total{operation=\"verify\",channel=\"none\","
                     "status=\"BUSY\"",
                     SENT - 5);
    fvt_await_metric_is(&s, "faceverify_queue_depth", 3);
    fvt_await_metric_is(&s, "faceverify_in_flight", 2);
    fvt_release(&s);
    for (int i = 0; i < SENT; i++) {
        const Faceverify__Reply *r = fvt_answer(&asked[i]);
        ok += r->status == FACEVERIFY__STATUS__OK;
        busy += r->status == FACEVERIFY__STATUS__BUSY;
        if (r->status == FACEVERIFY__STATUS__BUSY) assert_true(r->retry_after_ms >= 50);
        fvt_forget(&asked[i]);
    }
    fvi_link_close(&link);
    assert_int_equal(ok, 5);
    assert_int_equal(busy, SENT - 5);
    assert_int_equal(atomic_load(&s.fake.runs), 5);
}

static void test_flow__bytes_that_wait_are_bounded(void **state)
{
    static uint8_t photo[700000];
    fvt_asked first;
    (void)state;
    s.settings.service.queue_bytes = 1048576;
    fvt_start(&s);
    fvi_link *link = fvt_link(s.binding);
    fvi_wire_request q = fvt_request("large");
    q.subject_ref = "hold";
    q.selfie = (fv_bytes){photo, sizeof photo};
    fvt_ask(&first, link, &q);
    fvt_await_int(&s.fake.entered, 1);
    (void)snprintf(q.request_id, sizeof q.request_id, "larger");
    assert_int_equal(fvt_status_of(s.binding, &q), FACEVERIFY__STATUS__BUSY);
    fvi_wire_request small = fvt_request("small");
    assert_int_equal(fvt_status_of(s.binding, &small), FACEVERIFY__STATUS__OK);
    fvt_release(&s);
    assert_int_equal(fvt_answer(&first)->status, FACEVERIFY__STATUS__OK);
    fvt_forget(&first);
    fvi_link_close(&link);
}

/* It waits behind another one until its time is over, and is then not computed. */
static void test_flow__a_deadline_that_passes_in_the_queue(void **state)
{
    fvt_asked held;
    fvt_asked late;
    (void)state;
    s.settings.service.workers = 1;
    fvt_start(&s);
    fvi_link *link = fvt_link(s.binding);
    fvi_wire_request q = fvt_request("held");
    q.subject_ref = "hold";
    fvt_ask(&held, link, &q);
    fvt_await_int(&s.fake.entered, 1);
    q = fvt_request("late");
    q.deadline_ms = 50;
    fvt_ask(&late, link, &q);
    fvt_await_metric(&s, "faceverify_queue_depth", 1);
    for (uint64_t until = fvi_clock_us() + 60000; fvi_clock_us() < until;)
        fvt_pause(); /* for time itself */
    fvt_release(&s);
    assert_int_equal(fvt_answer(&held)->status, FACEVERIFY__STATUS__OK);
    assert_int_equal(fvt_answer(&late)->status, FACEVERIFY__STATUS__DEADLINE_EXCEEDED);
    assert_int_equal(atomic_load(&s.fake.runs), 1);
    fvt_forget(&held);
    fvt_forget(&late);
    fvi_link_close(&link);
}

/* After a slow request the service knows what one takes. */
static void test_flow__what_cannot_be_done_in_time_is_busy_at_once(void **state)
{
    fvt_asked held[3];
    (void)state;
    s.settings.service.workers = 1;
    fvt_start(&s);
    fvi_link *link = fvt_link(s.binding);
    fvi_wire_request q = fvt_request("slow");
    q.subject_ref = "hold";
    fvt_ask(&held[0], link, &q);
    fvt_await_int(&s.fake.entered, 1);
    for (uint64_t until = fvi_clock_us() + 100000; fvi_clock_us() < until;)
        fvt_pause(); /* that it takes 100 ms */
    fvt_release(&s);
    assert_int_equal(fvt_answer(&held[0])->status, FACEVERIFY__STATUS__OK);
    s.fake.open = false;
    (void)snprintf(q.request_id, sizeof q.request_id, "held");
    fvt_ask(&held[1], link, &q);
    fvt_await_int(&s.fake.entered, 2);
    (void)snprintf(q.request_id, sizeof q.request_id, "waits");
    fvt_ask(&held[2], link, &q);
    fvt_await_metric(&s, "faceverify_queue_depth", 1);
    q = fvt_request("hurried");
    q.deadline_ms = 5;
    assert_int_equal(fvt_status_of(s.binding, &q), FACEVERIFY__STATUS__BUSY);
    fvt_release(&s);
    for (int i = 0; i < 3; i++) {
        if (i > 0) assert_int_equal(fvt_answer(&held[i])->status, FACEVERIFY__STATUS__OK);
        fvt_forget(&held[i]);
    }
    fvi_link_close(&link);
}

/* nng would take the reply and say that it was sent. */
static void test_flow__a_request_whose_caller_has_gone_is_not_computed(void **state)
{
    fvt_asked held;
    uint8_t *bytes = NULL;
    size_t len = 0;
    (void)state;
    s.settings.service.workers = 1;
    s.settings.service.probe_ms = 0;
    fvt_start(&s);
    fvi_link *link = fvt_link(s.binding);
    fvi_wire_request q = fvt_request("held");
    q.subject_ref = "hold";
    fvt_ask(&held, link, &q);
    fvt_await_int(&s.fake.entered, 1);
    q = fvt_request("orphan");
    assert_int_equal(fvi_wire_request_encode(&q, &bytes, &len, NULL), FV_OK);
    int fd = fvt_raw_greet(s.binding);
    fvt_raw_send(fd, true, 7, (fv_bytes){bytes, len});
    fvt_await_metric(&s, "faceverify_queue_depth", 1);
    fvt_await_metric_is(&s, "faceverify_connections", 2);
    (void)close(fd);
    free(bytes);
    fvt_await_metric_is(&s, "faceverify_connections", 1);
    fvi_wire_request after = fvt_request("after");
    after.op = FVI_OP_INFO;
    fvt_release(&s);
    assert_int_equal(fvt_answer(&held)->status, FACEVERIFY__STATUS__OK);
    fvt_await_metric(&s, "faceverify_dropped_total{cause=\"caller_gone\"}", 1);
    assert_int_equal(fvt_status_of(s.binding, &after), FACEVERIFY__STATUS__OK);
    assert_int_equal(atomic_load(&s.fake.runs), 1);
    assert_true(fvt_logged(&s, "caller_gone"));
    assert_false(fvt_logged(&s, "event=request request_id=orphan"));
    fvt_forget(&held);
    fvi_link_close(&link);
}

static void test_flow__the_log_has_the_peer_and_no_probe(void **state)
{
    char peer[32];
    (void)state;
    s.settings.service.probe_ms = 20;
    fvt_start(&s);
    fvi_wire_request q = fvt_request("logged");
    q.subject_ref = "private-subject";
    assert_int_equal(fvt_status_of(s.binding, &q), FACEVERIFY__STATUS__OK);
    for (uint64_t until = fvi_clock_us() + 500000; fvi_clock_us() < until;)
        fvt_pause(); /* for what must not happen: there is nothing to wait for */
    (void)snprintf(peer, sizeof peer, "uid=%u", (unsigned)getuid());
    assert_true(fvt_logged(&s, "request_id=logged"));
    assert_true(fvt_logged(&s, peer));
    assert_false(fvt_logged(&s, "private-subject"));
    assert_false(fvt_logged(&s, "request_id=probe-"));
    assert_int_equal(fvt_metric(&s, "faceverify_self_probes_failed_total"), 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(test_flow__##name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(an_answer_has_id_versions_and_no_scores),
        T(ops_sees_scores_and_may_match),
        T(info_tells_what_runs),
        T(what_is_wrong_with_a_request_is_its_status),
        T(past_capacity_everything_is_answered_or_told_busy),
        T(bytes_that_wait_are_bounded),
        T(a_deadline_that_passes_in_the_queue),
        T(what_cannot_be_done_in_time_is_busy_at_once),
        T(a_request_whose_caller_has_gone_is_not_computed),
        T(the_log_has_the_peer_and_no_probe),
    };
    return cmocka_run_group_tests_name("serve_flow", tests, NULL, NULL);
}
