/* SPDX-License-Identifier: Apache-2.0 */
/* New settings and models between two requests; the old ones where the new are no good. */
#include "served.h"

#include "server/internal.h"

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

static void pack_is(const char *name)
{
    fvi_link *link = fvt_link(s.binding);
    fvi_wire_request q = fvt_request("which");
    q.op = FVI_OP_INFO;
    fvt_asked a;
    fvt_ask(&a, link, &q);
    assert_string_equal(fvt_answer(&a)->versions->model_pack, name);
    fvt_forget(&a);
    fvi_link_close(&link);
}

static void await_models(int n)
{
    uint64_t until = fvi_clock_us() + AWAIT_MS * 1000u;
    while (atomic_load(&s.fake.models) != n) {
        if (fvi_clock_us() > until) fail_msg("%d models", atomic_load(&s.fake.models));
        fvt_pause();
    }
}

static void test_reload__changes_and_lets_the_old_one_go(void **state)
{
    (void)state;
    fvt_start(&s);
    pack_is("pack-1");
    fvi_server_reload(s.server);
    fvt_await_metric(&s, "faceverify_reloads_total{result=\"ok\"}", 1);
    await_models(1); /* also by workers that have nothing to do */
    assert_int_equal(atomic_load(&s.fake.sessions), 2);
    assert_int_equal(fvt_metric(&s, "faceverify_sessions"), 2);
    pack_is("pack-2");
    assert_true(fvt_logged(&s, "the colour of the door"));
}

/* A worker that the machine does not let run for a while. */
static struct {
    atomic_int left; /* workers that are still to be started at once; < 0 = all are */
    pthread_mutex_t lock;
    pthread_cond_t may_run;
    bool runs;
} late = {-1, PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false};

int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *),
                          void *arg);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *),
                          void *arg);

static void *run_late(void *arg)
{
    (void)pthread_mutex_lock(&late.lock);
    while (!late.runs)
        (void)pthread_cond_wait(&late.may_run, &late.lock);
    (void)pthread_mutex_unlock(&late.lock);
    return fvi_worker_main(arg);
}

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *),
                          void *arg)
{
    bool is_late = run == fvi_worker_main && atomic_fetch_sub(&late.left, 1) == 0;
    return __real_pthread_create(thread, attr, is_late ? run_late : run, arg);
}

static void test_reload__before_a_worker_has_run(void **state)
{
    (void)state;
    atomic_store(&late.left, 1);
    fvt_start(&s);
    pack_is("pack-1");
    fvi_server_reload(s.server);
    fvt_await_metric(&s, "faceverify_reloads_total{result=\"ok\"}", 1);
    (void)pthread_mutex_lock(&late.lock);
    late.runs = true;
    (void)pthread_cond_broadcast(&late.may_run);
    (void)pthread_mutex_unlock(&late.lock);
    await_models(1);
    assert_int_equal(atomic_load(&s.fake.sessions), 2);
    assert_int_equal(fvt_metric(&s, "faceverify_sessions"), 2);
    pack_is("pack-2");
    fvi_server_reload(s.server); /* goes on */
    fvt_await_metric(&s, "faceverify_reloads_total{result=\"ok\"}", 2);
    await_models(1);
}

static void test_reload__what_is_broken_changes_nothing(void **state)
{
    (void)state;
    fvt_start(&s);
    atomic_store(&s.fake.load_fails, true);
    fvi_server_reload(s.server);
    fvt_await_metric(&s, "faceverify_reloads_total{result=\"failed\"}", 1);
    assert_int_equal(fvt_metric(&s, "faceverify_last_reload_successful"), 0);
    assert_true(fvt_logged(&s, "no such pack"));
    pack_is("pack-1");
    atomic_store(&s.fake.load_fails, false);
    atomic_store(&s.fake.check_fails, true); /* it loads, but answers wrongly */
    fvi_server_reload(s.server);
    fvt_await_metric(&s, "faceverify_reloads_total{result=\"failed\"}", 2);
    pack_is("pack-1");
    assert_int_equal(atomic_load(&s.fake.models), 1);
    assert_int_equal(atomic_load(&s.fake.sessions), 2);
    atomic_store(&s.fake.check_fails, false);
    fvi_server_reload(s.server);
    fvt_await_metric(&s, "faceverify_reloads_total{result=\"ok\"}", 1);
    assert_int_equal(fvt_metric(&s, "faceverify_last_reload_successful"), 1);
    pack_is("pack-3");
}

static void test_reload__a_request_in_hand_ends_with_what_it_began_with(void **state)
{
    fvt_asked held;
    (void)state;
    fvt_start(&s);
    fvi_link *link = fvt_link(s.binding);
    fvi_wire_request q = fvt_request("held");
    q.subject_ref = "hold";
    fvt_ask(&held, link, &q);
    fvt_await_int(&s.fake.entered, 1);
    fvi_server_reload(s.server);
    fvt_await_metric(&s, "faceverify_reloads_total{result=\"ok\"}", 1);
    pack_is("pack-2");
    assert_int_equal(atomic_load(&s.fake.models), 2);
    fvt_release(&s);
    assert_string_equal(fvt_answer(&held)->versions->model_pack, "pack-1");
    await_models(1);
    fvt_forget(&held);
    fvi_link_close(&link);
}

enum { ASKERS = 4, RELOADS = 25 };

static atomic_bool enough;
static atomic_int answered;

static void *ask_on(void *arg)
{
    int *failed = arg;
    fvi_link *link = fvt_link(s.binding);
    for (int i = 0; !atomic_load(&enough); i++) {
        char id[48];
        (void)snprintf(id, sizeof id, "t%p-%d", arg, i);
        fvi_wire_request q = fvt_request(id);
        fvt_asked a;
        fvt_ask(&a, link, &q);
        if (!fvt_try_answer(&a) || fvi_reply_message(a.reply)->status != FACEVERIFY__STATUS__OK)
            (*failed)++;
        atomic_fetch_add(&answered, 1);
        fvt_forget(&a);
    }
    fvi_link_close(&link);
    return NULL;
}

static void test_reload__under_load_every_request_is_answered(void **state)
{
    pthread_t threads[ASKERS];
    int failed[ASKERS] = {0};
    (void)state;
    fvt_start(&s);
    for (int i = 0; i < ASKERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, ask_on, &failed[i]), 0);
    for (int i = 1; i <= RELOADS; i++) {
        fvt_await_int(&answered, 10 * i);
        atomic_store(&s.fake.load_fails, i % 5 == 0);
        fvi_server_reload(s.server);
        fvt_await_metric(&s, "faceverify_reloads_total", i);
    }
    atomic_store(&enough, true);
    for (int i = 0; i < ASKERS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(failed[i], 0);
    }
    await_models(1);
    assert_int_equal(fvt_metric(&s, "faceverify_reloads_total{result=\"failed\"}"), RELOADS / 5);
}

static void test_reload__a_start_that_fails_leaves_nothing(void **state)
{
    fv_error err = {.code = FV_OK};
    (void)state;
    atomic_store(&s.fake.check_fails, true);
    assert_int_equal(fvt_try_start(&s, &err), FV_E_BACKEND);
    assert_string_equal(err.text, "check");
    assert_int_equal(atomic_load(&s.fake.models), 0);
    assert_int_equal(access(s.binding + 6, F_OK), -1);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(test_reload__##name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(changes_and_lets_the_old_one_go),      T(before_a_worker_has_run),
        T(what_is_broken_changes_nothing),       T(a_request_in_hand_ends_with_what_it_began_with),
        T(under_load_every_request_is_answered), T(a_start_that_fails_leaves_nothing),
    };
    return cmocka_run_group_tests_name("serve_reload", tests, NULL, NULL);
}
