/* SPDX-License-Identifier: Apache-2.0 */
/* One engine, many sessions: what each thread gets is what one thread alone gets. */
#include "fixture.h"

#include <pthread.h>

enum { THREADS = 4, ROUNDS = 5, LIVES = 3 };

/* Each pair of portraits, asked of one session on the main thread. */
static fv_result expected[4];

static fv_request question(int i)
{
    const blob pairs[4][2] = {{fix.selfie, fix.record},
                              {fix.selfie, fix.other},
                              {fix.other, fix.record},
                              {fix.record, fix.selfie}};
    return request_of(pairs[i % 4][0], pairs[i % 4][1]);
}

static fv_result without_times(fv_result r)
{
    memset(&r.timings, 0, sizeof r.timings);
    return r;
}

typedef struct job {
    int number;
    int wrong; /* answers that differ */
    int failed;
    fv_error err;
} job;

/* cmocka's asserts belong to the main thread: a job only counts. */
static void ask(job *j, fv_session *s, int i)
{
    fv_request q = question(i);
    fv_result r = FV_RESULT_INIT;
    if (fv_verify(s, &q, &r, &j->err) != FV_OK) {
        j->failed++;
        return;
    }
    r = without_times(r);
    if (memcmp(&r, &expected[i % 4], sizeof r) != 0) j->wrong++;
}

static void *verify_all(void *arg)
{
    job *j = arg;
    fv_session *s = NULL;
    if (fv_session_create(&s, fix.engine, &j->err) != FV_OK) {
        j->failed++;
        return NULL;
    }
    for (int i = 0; i < ROUNDS; i++)
        ask(j, s, j->number + i);
    fv_session_destroy(&s);
    return NULL;
}

static void *live_and_die(void *arg)
{
    job *j = arg;
    for (int i = 0; i < LIVES; i++) {
        fv_session *s = NULL;
        if (fv_session_create(&s, fix.engine, &j->err) != FV_OK) j->failed++;
        fv_session_destroy(&s);
    }
    return NULL;
}

static void run(void *(*work)(void *))
{
    pthread_t threads[THREADS];
    job jobs[THREADS];
    memset(jobs, 0, sizeof jobs);
    for (int i = 0; i < THREADS; i++) {
        jobs[i].number = i;
        assert_int_equal(pthread_create(&threads[i], NULL, work, &jobs[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    for (int i = 0; i < THREADS; i++) {
        if (jobs[i].failed + jobs[i].wrong > 0)
            fail_msg("thread %d: %d failed (%s), %d other answers", i, jobs[i].failed,
                     jobs[i].err.text, jobs[i].wrong);
    }
}

/* The first sessions of the process: what is set up once is set up here, by four at once. */
static void test_threads__first_sessions_come_and_go_at_once(void **state)
{
    (void)state;
    assert_null(fix.session);
    run(live_and_die);
}

static void test_threads__answers_are_those_of_one_thread(void **state)
{
    fv_error err = {0};
    (void)state;
    assert_fv_ok(fv_session_create(&fix.session, fix.engine, &err), &err);
    for (int i = 0; i < 4; i++) {
        fv_request q = question(i);
        expected[i] = without_times(answer_to(&q));
    }
    assert_int_equal(expected[0].decision, FV_PASS);
    assert_int_equal(expected[1].decision, FV_NO_MATCH);
    run(verify_all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_threads__first_sessions_come_and_go_at_once),
        cmocka_unit_test(test_threads__answers_are_those_of_one_thread),
    };
    return cmocka_run_group_tests_name("threads", tests, fixture_open_engine, fixture_close);
}
