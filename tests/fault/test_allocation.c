/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory runs out at every place in turn. Each call must then say so and leave the result alone, or
 * give the very answer that it gives with memory; and the same session must work again after.
 */
#include "test.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arm.h"
#include "faceverify/faceverify.h"
#include "portrait.h"

_Thread_local arm arming;

bool arm_refuses(whose who)
{
    if (!arming.armed) return false;
    long n = ++arming.calls[who];
    long at = arming.fail_at[who];
    if (at == 0 || n < at || (n > at && !arming.and_after)) return false;
    arming.failed = true;
    return true;
}

#pragma GCC visibility push(default)
void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void *__real_aligned_alloc(size_t alignment, size_t n);
int __real_posix_memalign(void **out, size_t alignment, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);
void *__wrap_aligned_alloc(size_t alignment, size_t n);
int __wrap_posix_memalign(void **out, size_t alignment, size_t n);
#pragma GCC visibility pop

/* Ours are counted once: what answers them below is not the backends' call. */
#define OURS_OR(failure, call)                                                                     \
    bool armed = arming.armed;                                                                     \
    if (arm_refuses(OURS)) return failure;                                                         \
    arming.armed = false;                                                                          \
    result = call;                                                                                 \
    arming.armed = armed;                                                                          \
    return result

void *__wrap_malloc(size_t n)
{
    void *result;
    OURS_OR(NULL, __real_malloc(n));
}

void *__wrap_calloc(size_t n, size_t size)
{
    void *result;
    OURS_OR(NULL, __real_calloc(n, size));
}

void *__wrap_realloc(void *p, size_t n)
{
    void *result;
    OURS_OR(NULL, __real_realloc(p, n));
}

void *__wrap_aligned_alloc(size_t alignment, size_t n)
{
    void *result;
    OURS_OR(NULL, __real_aligned_alloc(alignment, n));
}

int __wrap_posix_memalign(void **out, size_t alignment, size_t n)
{
    int result;
    OURS_OR(12, __real_posix_memalign(out, alignment, n));
}

static void arm_at(whose who, long k, bool and_after)
{
    arming = (arm){.and_after = and_after};
    arming.fail_at[who] = k;
    arming.armed = true;
}

static arm disarm(void)
{
    arm was = arming;
    arming = (arm){.armed = false};
    return was;
}

static struct {
    fv_engine *engine;
    fv_session *session;
    blob selfie;
    blob record;
    fv_result right; /* the answer, and its calls for memory */
    long calls[WHOSE_COUNT];
    const char *backend; /* a setting; NULL: the shipped one */
} fix;

static fv_status create_engine(fv_engine **out, fv_error *err)
{
    const char *const overrides[] = {"models.dir=" FV_TEST_MODELS, fix.backend};
    fv_engine_options o = FV_ENGINE_OPTIONS_INIT;
    o.overrides = overrides;
    o.n_overrides = fix.backend == NULL ? 1 : 2;
    return fv_engine_create(out, &o, err);
}

static fv_status verify(fv_result *result, fv_error *err)
{
    fv_request q = FV_REQUEST_INIT;
    q.selfie = (fv_bytes){fix.selfie.data, fix.selfie.len};
    q.record = (fv_bytes){fix.record.data, fix.record.len};
    fv_status st = fv_verify(fix.session, &q, result, err);
    if (st == FV_OK) memset(&result->timings, 0, sizeof result->timings);
    return st;
}

static blob small_jpeg(const char *name, int width)
{
    pixels p = portrait_read(name);
    pixels q = pixels_scaled(&p, width, width * p.height / p.width);
    blob b = pixels_jpeg(&q, 90);
    free(p.rgb);
    free(q.rgb);
    return b;
}

static int open_all(void **state)
{
    (void)state;
    fix.selfie = small_jpeg(SELFIE_JPG, 400);
    fix.record = small_jpeg(RECORD_JPG, 300);
    return 0;
}

/* The second request on: the first one grows the session's buffers. */
static void know_the_answer(void)
{
    fv_error err = {0};
    for (int i = 0; i < 2; i++) {
        fix.right = (fv_result)FV_RESULT_INIT;
        arm_at(OURS, 0, false);
        fv_status st = verify(&fix.right, &err);
        arm was = disarm();
        assert_fv_ok(st, &err);
        assert_int_equal(fix.right.decision, FV_PASS);
        memcpy(fix.calls, was.calls, sizeof fix.calls);
    }
}

static int close_all(void **state)
{
    (void)state;
    fv_session_destroy(&fix.session);
    fv_engine_destroy(&fix.engine);
    free(fix.selfie.data);
    free(fix.record.data);
    return 0;
}

typedef struct tally {
    long tried, failed, survived; /* survived: right answer in spite of it */
    long by_status[100];
} tally;

static void still_right(whose who, long k)
{
    fv_result r = FV_RESULT_INIT;
    fv_error err = {0};
    if (verify(&r, &err) != FV_OK) fail_msg("after call %ld of %d: %s", k, (int)who, err.text);
    if (memcmp(&r, &fix.right, sizeof r) != 0)
        fail_msg("after call %ld of %d: %s, similarity %f", k, (int)who,
                 fv_decision_name(r.decision), (double)r.similarity);
}

static void fail_one(whose who, long k, bool and_after, tally *t)
{
    fv_result r;
    fv_error err = {0};
    memset(&r, 0xa5, sizeof r);
    r.struct_size = sizeof r;
    const fv_result before = r;

    arm_at(who, k, and_after);
    fv_status st = verify(&r, &err);
    arm was = disarm();
    t->tried++;
    if (!was.failed) fail_msg("call %ld of %d was never made", k, (int)who);
    if (st == FV_OK) {
        t->survived++;
        if (memcmp(&r.similarity, &fix.right.similarity, sizeof r.similarity) != 0 ||
            r.decision != fix.right.decision || r.n_reasons != fix.right.n_reasons)
            fail_msg("call %ld of %d: another answer: %s, similarity %f", k, (int)who,
                     fv_decision_name(r.decision), (double)r.similarity);
        return;
    }
    t->failed++;
    t->by_status[st]++;
    if (st != FV_E_NOMEM && st != FV_E_BACKEND)
        fail_msg("call %ld of %d: status %d: %s", k, (int)who, (int)st, err.text);
    assert_int_equal(err.code, st);
    assert_true(strlen(err.text) > 0);
    if (memcmp(&r, &before, sizeof r) != 0) fail_msg("call %ld of %d: result touched", k, (int)who);
}

static void report(const char *what, const tally *t, long of)
{
    print_message(
        "%s: %ld calls of %ld failed in turn: %ld out of memory, %ld backend, %ld answered "
        "all the same\n",
        what, t->tried, of, t->by_status[FV_E_NOMEM], t->by_status[FV_E_BACKEND], t->survived);
}

/* How many places of `calls` are passed over: FV_FAULT_STRIDE=1 tries all of them. */
static long stride_for(long calls, long wanted)
{
    const char *asked = getenv("FV_FAULT_STRIDE");
    long stride = asked != NULL ? strtol(asked, NULL, 10) : calls / wanted;
    return stride > 1 ? stride : 1;
}

static void fail_each(whose who, long wanted, bool and_after, const char *what)
{
    tally t = {0};
    long stride = stride_for(fix.calls[who], wanted);
    for (long k = 1; k <= fix.calls[who]; k += stride) {
        fail_one(who, k, and_after, &t);
        if (t.tried % 8 == 1) still_right(who, k);
    }
    still_right(who, 0);
    report(what, &t, fix.calls[who]);
}

static fv_status create(fv_error *err)
{
    fv_status st = create_engine(&fix.engine, err);
    return st == FV_OK ? fv_session_create(&fix.session, fix.engine, err) : st;
}

/* Whether call k was reached. */
static bool fail_create(whose who, long k, tally *t)
{
    fv_error err = {0};
    arm_at(who, k, false);
    fv_status st = create(&err);
    arm was = disarm();
    if (st != FV_OK) {
        if (!was.failed) fail_msg("create, call %ld of %d: %s", k, (int)who, err.text);
        /* OpenSSL does not say what it lacked; jansson 2.14 leaves out a character of a long text
         * when its buffer cannot grow, and the file is then refused for what it seems to say */
        bool hash = st == FV_E_INTERNAL && strstr(err.text, "SHA-256") != NULL;
        bool json = st == FV_E_MODEL && strstr(err.text, ".json") != NULL && who == BACKENDS;
        if (st != FV_E_NOMEM && st != FV_E_BACKEND && !hash && !json)
            fail_msg("create, call %ld of %d: status %d: %s", k, (int)who, (int)st, err.text);
        assert_int_equal(err.code, st);
        assert_null(fix.session);
        t->by_status[st]++;
    } else {
        t->survived++;
    }
    t->tried++;
    fv_session_destroy(&fix.session);
    fv_engine_destroy(&fix.engine);
    return was.failed;
}

static void test_create__our_calls(void **state)
{
    tally t = {0};
    (void)state;
    while (fail_create(OURS, t.tried + 1, &t))
        continue;
    assert_int_equal(t.survived, 1); /* the last, which nothing failed */
    assert_true(t.tried > 40);
    report("create, ours", &t, t.tried - 1);
}

/*
 * With OpenCV's networks: oneDNN 2.6.3 follows a null pointer when memory ends while it makes a
 * primitive. That is at start, before any request; requests make none (docs/security.md).
 */
static void test_create__backends_calls(void **state)
{
    tally t = {0};
    fv_error err = {0};
    (void)state;
    fix.backend = "engine.backend=opencv";
    arm_at(BACKENDS, 0, false);
    fv_status st = create(&err);
    arm was = disarm();
    assert_fv_ok(st, &err);
    fv_session_destroy(&fix.session);
    fv_engine_destroy(&fix.engine);
    long n = was.calls[BACKENDS];
    if (n == 0) skip();
    long stride = stride_for(n, 80);
    for (long k = 1; k <= n; k += stride)
        (void)fail_create(BACKENDS, k, &t);
    report("create, backends'", &t, n);
    fix.backend = NULL;
}

/* A session's first request takes the memory that later ones find there. */
static void test_verify__our_calls_of_a_first_request(void **state)
{
    tally t = {0};
    fv_error err = {0};
    (void)state;
    assert_fv_ok(create(&err), &err);
    know_the_answer();
    assert_int_equal(fix.calls[OURS], 0); /* after warm-up: none at all */
    for (bool reached = true; reached;) {
        fv_result r = FV_RESULT_INIT;
        const fv_result before = r;
        long k = t.tried + 1;
        fv_session_destroy(&fix.session);
        assert_fv_ok(fv_session_create(&fix.session, fix.engine, &err), &err);
        arm_at(OURS, k, false);
        fv_status st = verify(&r, &err);
        reached = disarm().failed;
        t.tried++;
        t.by_status[st]++;
        if (reached) {
            assert_int_equal(st, FV_E_NOMEM);
            assert_memory_equal(&r, &before, sizeof r);
        }
        err = (fv_error){.code = FV_OK};
        still_right(OURS, k);
    }
    assert_true(t.tried >= 3);
    report("first verify, ours", &t, t.tried - 1);
}

/* As above, of a photograph that is only measured. */
static void test_quality__our_calls_of_a_first_request(void **state)
{
    tally t = {0};
    fv_error err = {0};
    const fv_bytes photo = {fix.selfie.data, fix.selfie.len};
    (void)state;
    for (bool reached = true; reached;) {
        fv_quality_result r = FV_QUALITY_RESULT_INIT;
        const fv_quality_result before = r;
        fv_session_destroy(&fix.session);
        assert_fv_ok(fv_session_create(&fix.session, fix.engine, &err), &err);
        arm_at(OURS, t.tried + 1, false);
        fv_status st = fv_quality(fix.session, photo, FV_SELFIE, &r, &err);
        reached = disarm().failed;
        t.tried++;
        t.by_status[st]++;
        if (reached) {
            assert_int_equal(st, FV_E_NOMEM);
            assert_memory_equal(&r, &before, sizeof r);
        }
        err = (fv_error){.code = FV_OK};
        r = before;
        assert_fv_ok(fv_quality(fix.session, photo, FV_SELFIE, &r, &err), &err);
        assert_int_equal(r.usable, 1);
    }
    assert_true(t.tried >= 3);
    report("first quality, ours", &t, t.tried - 1);
}

static void test_verify__backends_calls(void **state)
{
    (void)state;
    if (fix.calls[BACKENDS] == 0) {
        print_message("backends' calls are not seen in this build\n");
        skip();
    }
    fail_each(BACKENDS, LONG_MAX, false, "verify, backends'");
}

static void test_verify__from_a_call_on(void **state)
{
    (void)state;
    if (fix.calls[BACKENDS] == 0) skip();
    fail_each(BACKENDS, 100, true, "verify, backends' and all after");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_create__our_calls),
        cmocka_unit_test(test_create__backends_calls),
        cmocka_unit_test(test_verify__our_calls_of_a_first_request),
        cmocka_unit_test(test_quality__our_calls_of_a_first_request),
        cmocka_unit_test(test_verify__backends_calls),
        cmocka_unit_test(test_verify__from_a_call_on),
    };
    return cmocka_run_group_tests_name("allocation", tests, open_all, close_all);
}
