/* SPDX-License-Identifier: Apache-2.0 */
/* The queue and the kept replies, alone. */
#include "test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "server/queue.h"
#include "server/replies.h"

static fvi_queue *queue_of(size_t items, uint64_t bytes)
{
    fvi_queue_limits limits = {items, bytes};
    fvi_queue *q = NULL;
    fv_error err = {0};
    assert_fv_ok(fvi_queue_create(&q, &limits, &err), &err);
    return q;
}

static void test_queue__first_come_first_served(void **state)
{
    fvi_queue *q = queue_of(3, 1000);
    fvi_queued items[4] = {{NULL, 1}, {NULL, 1}, {NULL, 1}, {NULL, 1}};
    uint64_t turn = 0;
    (void)state;
    for (int i = 0; i < 3; i++)
        assert_true(fvi_queue_put(q, &items[i]));
    assert_false(fvi_queue_put(q, &items[3]));
    assert_ptr_equal(fvi_queue_take(q, &turn), &items[0]);
    assert_false(fvi_queue_put(q, &items[3])); /* what is worked on counts */
    fvi_queue_again(q, &items[0]);
    assert_ptr_equal(fvi_queue_take(q, &turn), &items[0]);
    fvi_queue_release(q, 1);
    assert_true(fvi_queue_put(q, &items[3]));
    assert_ptr_equal(fvi_queue_take(q, &turn), &items[1]);
    assert_ptr_equal(fvi_queue_take(q, &turn), &items[2]);
    assert_int_equal(fvi_queue_count(q).waiting, 1);
    assert_int_equal(fvi_queue_count(q).held, 3);
    assert_ptr_equal(fvi_queue_take(q, &turn), &items[3]);
    fvi_queue_again(q, &items[3]); /* into an empty one */
    assert_ptr_equal(fvi_queue_take(q, &turn), &items[3]);
    fvi_queue_destroy(&q);
    assert_null(q);
}

static void test_queue__bytes_are_bounded_but_one_always_goes(void **state)
{
    fvi_queue *q = queue_of(10, 100);
    fvi_queued large = {NULL, 5000};
    fvi_queued small = {NULL, 100};
    fvi_queued one = {NULL, 1};
    uint64_t turn = 0;
    (void)state;
    assert_true(fvi_queue_put(q, &large));
    assert_false(fvi_queue_put(q, &one));
    assert_ptr_equal(fvi_queue_take(q, &turn), &large);
    fvi_queue_release(q, 5000);
    assert_true(fvi_queue_put(q, &small));
    assert_false(fvi_queue_put(q, &one));
    fvi_queue_destroy(&q);
}

static void test_queue__closed_takes_nothing_more(void **state)
{
    fvi_queue *q = queue_of(10, 100);
    fvi_queued a = {NULL, 1};
    fvi_queued b = {NULL, 1};
    uint64_t turn = 0;
    (void)state;
    assert_true(fvi_queue_put(q, &a));
    fvi_queue_close(q, false);
    assert_true(fvi_queue_closed(q));
    assert_false(fvi_queue_put(q, &b));
    assert_false(fvi_queue_wait_empty(q, fvi_clock_us() + 1000));
    assert_ptr_equal(fvi_queue_take(q, &turn), &a); /* what is in comes out */
    fvi_queue_release(q, 1);
    assert_true(fvi_queue_wait_empty(q, fvi_clock_us()));
    fvi_queue_wake(q);
    assert_null(fvi_queue_take(q, &turn));
    fvi_queue_close(q, true);
    assert_null(fvi_queue_take(q, &turn));
    fvi_queue_destroy(&q);
}

static void *take_one(void *queue)
{
    uint64_t turn = 0;
    fvi_queued *got = fvi_queue_take(queue, &turn);
    if (got != NULL) fvi_queue_release(queue, got->bytes);
    return got;
}

static void test_queue__a_waiting_worker_is_woken(void **state)
{
    fvi_queue *q = queue_of(10, 100);
    fvi_queued a = {NULL, 1};
    pthread_t thread;
    void *got = NULL;
    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, take_one, q), 0);
    assert_true(fvi_queue_put(q, &a));
    assert_true(fvi_queue_wait_empty(q, fvi_clock_us() + 60000000u));
    assert_int_equal(pthread_join(thread, &got), 0);
    assert_ptr_equal(got, &a);
    fvi_queue_destroy(&q);
}

/* ---- kept replies ---- */

static fvi_replies *replies_of(size_t entries, uint64_t bytes, uint64_t ttl_us)
{
    fvi_replies_limits limits = {entries, bytes, ttl_us};
    fvi_replies *r = NULL;
    fv_error err = {0};
    assert_fv_ok(fvi_replies_create(&r, &limits, &err), &err);
    return r;
}

/* lint: parameters, a call in one line */
static fvi_replies_got begin(fvi_replies *r, int role, const char *id, char digest, uint64_t now,
                             fvi_waiter *w)
{
    uint8_t d[FVI_REPLIES_DIGEST];
    fvi_replies_ask ask = {role, id, d, w, now};
    fvi_replies_got got = {.found = FVI_REPLIES_OTHER};
    fv_error err = {0};
    memset(d, digest, sizeof d);
    assert_fv_ok(fvi_replies_begin(r, &ask, &got, &err), &err);
    return got;
}

static void run_one(fvi_replies *r, const char *id, const char *reply, uint64_t now)
{
    fvi_waiter w;
    fvi_replies_got got = begin(r, 0, id, 'a', now, &w);
    assert_int_equal(got.found, FVI_REPLIES_NEW);
    assert_null(
        fvi_replies_finish(r, got.run, (fv_bytes){(const uint8_t *)reply, strlen(reply)}, now));
}

static void test_replies__kept_until_too_old(void **state)
{
    fvi_replies *r = replies_of(10, 1000, 100);
    fvi_waiter w;
    (void)state;
    run_one(r, "x", "hello", 1000);
    fvi_replies_got got = begin(r, 0, "x", 'a', 1099, &w);
    assert_int_equal(got.found, FVI_REPLIES_KEPT);
    assert_int_equal(got.len, 5);
    assert_memory_equal(got.reply, "hello", 5);
    free(got.reply);
    assert_int_equal(begin(r, 0, "x", 'b', 1099, &w).found, FVI_REPLIES_OTHER);
    assert_int_equal(fvi_replies_expire(r, 1099), 1);
    assert_int_equal(fvi_replies_expire(r, 1100), 0);
    got = begin(r, 0, "x", 'b', 1100, &w); /* by then the id may stand for something else */
    assert_int_equal(got.found, FVI_REPLIES_NEW);
    (void)fvi_replies_finish(r, got.run, (fv_bytes){NULL, 0}, 1100);
    fvi_replies_destroy(&r);
    assert_null(r);
}

static void test_replies__waiters_come_back_in_order(void **state)
{
    fvi_replies *r = replies_of(10, 1000, 100);
    fvi_waiter w[3];
    (void)state;
    fvi_replies_got first = begin(r, 0, "x", 'a', 0, &w[0]);
    assert_int_equal(first.found, FVI_REPLIES_NEW);
    assert_int_equal(begin(r, 0, "x", 'a', 0, &w[1]).found, FVI_REPLIES_ATTACHED);
    assert_int_equal(begin(r, 0, "x", 'b', 0, &w[0]).found, FVI_REPLIES_OTHER);
    assert_int_equal(begin(r, 0, "x", 'a', 500, &w[2]).found, FVI_REPLIES_ATTACHED);
    fvi_replies_got other = begin(r, 1, "x", 'b', 0, &w[0]); /* another role's */
    assert_int_equal(other.found, FVI_REPLIES_NEW);
    assert_null(fvi_replies_finish(r, other.run, (fv_bytes){NULL, 0}, 0));
    fvi_waiter *back = fvi_replies_finish(r, first.run, (fv_bytes){NULL, 0}, 0);
    assert_ptr_equal(back, &w[1]);
    assert_ptr_equal(back->next, &w[2]);
    assert_null(back->next->next);
    assert_int_equal(fvi_replies_expire(r, 0), 0); /* not final: nothing is kept */
    fvi_replies_destroy(&r);
}

static void test_replies__the_oldest_leave_first(void **state)
{
    fvi_replies *r = replies_of(3, 20, 1000);
    fvi_waiter w;
    char id[8];
    (void)state;
    fvi_replies_got running = begin(r, 0, "running", 'a', 0, &w);
    for (int i = 0; i < 5; i++) {
        (void)snprintf(id, sizeof id, "r%d", i);
        run_one(r, id, "12345", (uint64_t)i);
    }
    assert_int_equal(fvi_replies_expire(r, 10), 3);
    fvi_replies_got got = begin(r, 0, "r2", 'a', 10, &w);
    assert_int_equal(got.found, FVI_REPLIES_KEPT);
    free(got.reply);
    got = begin(r, 0, "r1", 'a', 10, &w);
    assert_int_equal(got.found, FVI_REPLIES_NEW);
    (void)fvi_replies_finish(r, got.run, (fv_bytes){(const uint8_t *)"123456789012345", 15}, 11);
    assert_int_equal(fvi_replies_expire(r, 11), 2); /* 15 + 5 bytes */
    run_one(r, "huge", "123456789012345678901", 12);
    assert_int_equal(fvi_replies_expire(r, 12), 0);
    assert_int_equal(begin(r, 0, "running", 'a', 12, &w).found, FVI_REPLIES_ATTACHED);
    assert_ptr_equal(fvi_replies_finish(r, running.run, (fv_bytes){NULL, 0}, 12), &w);
    fvi_replies_destroy(&r);
}

enum { MANY = 5000 };

static void test_replies__many(void **state)
{
    fvi_replies *r = replies_of(MANY, 1 << 20, 1000);
    fvi_waiter w;
    char id[16];
    (void)state;
    for (int i = 0; i < MANY; i++) {
        (void)snprintf(id, sizeof id, "r%d", i);
        run_one(r, id, id, 0);
    }
    for (int i = 0; i < MANY; i++) {
        (void)snprintf(id, sizeof id, "r%d", i);
        fvi_replies_got got = begin(r, 0, id, 'a', 1, &w);
        assert_int_equal(got.found, FVI_REPLIES_KEPT);
        assert_memory_equal(got.reply, id, strlen(id));
        free(got.reply);
    }
    fvi_replies_destroy(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_queue__first_come_first_served),
        cmocka_unit_test(test_queue__bytes_are_bounded_but_one_always_goes),
        cmocka_unit_test(test_queue__closed_takes_nothing_more),
        cmocka_unit_test(test_queue__a_waiting_worker_is_woken),
        cmocka_unit_test(test_replies__kept_until_too_old),
        cmocka_unit_test(test_replies__waiters_come_back_in_order),
        cmocka_unit_test(test_replies__the_oldest_leave_first),
        cmocka_unit_test(test_replies__many),
    };
    return cmocka_run_group_tests_name("serve_queue", tests, NULL, NULL);
}
