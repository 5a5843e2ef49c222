/* SPDX-License-Identifier: Apache-2.0 */
/* Each allocation fails in turn; and what was freed held nothing any more. */
#include "test.h"

#include "wire/wire.h"
#include "wire_fixture.h"

static int fail_at = -1; /* which allocation from now on; -1 = none */
static bool watching;    /* pieces that are freed for the secret */
static int seen_secret;

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void __real_free(void *p);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void __wrap_free(void *p);

static const char secret[] = "11010519491231002X";
enum { SECRET_N = sizeof secret - 1, PIECES = 64 };

static struct {
    void *p;
    size_t n;
} pieces[PIECES];

static bool fails(void)
{
    if (fail_at < 0) return false;
    return fail_at-- == 0;
}

static void *note(void *p, size_t n)
{
    for (size_t i = 0; watching && p != NULL && i < PIECES; i++) {
        if (pieces[i].p != NULL) continue;
        pieces[i].p = p;
        pieces[i].n = n;
        break;
    }
    return p;
}

void *__wrap_malloc(size_t n)
{
    return fails() ? NULL : note(__real_malloc(n), n);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fails() ? NULL : note(__real_calloc(n, size), n * size);
}

void __wrap_free(void *p)
{
    for (size_t i = 0; watching && p != NULL && i < PIECES; i++) {
        if (pieces[i].p != p) continue;
        for (size_t at = 0; at + SECRET_N <= pieces[i].n; at++)
            seen_secret += memcmp((char *)p + at, secret, SECRET_N) == 0;
        pieces[i].p = NULL;
    }
    __real_free(p);
}

static void test_wire__a_request_survives_every_failure(void **state)
{
    const fvi_wire_limits limits = {.image_bytes = 1000};
    golden g = golden_read("request_verify");
    int failures = 0;
    (void)state;

    for (int k = 0;; k++) {
        fv_error err = {0};
        fvi_wire_request r;
        fail_at = k;
        fv_status st = fvi_wire_request_decode((fv_bytes){g.data, g.len}, &limits, &r, &err);
        bool reached = fail_at < 0;
        fail_at = -1;
        if (!reached) {
            assert_fv_ok(st, &err);
            fvi_wire_request_free(&r);
            break;
        }
        assert_int_equal(st, FV_E_NOMEM);
        assert_null(r.owned);
        assert_string_equal(r.request_id, "0b6f4a8e-0000-4000-8000-000000000001");
        failures++;
    }
    assert_true(failures > 8);
    free(g.data);
}

static void test_wire__what_is_freed_holds_no_identity(void **state)
{
    const fvi_wire_limits limits = {.image_bytes = 1000};
    golden g = golden_read("request_verify");
    fv_error err = {0};
    fvi_wire_request r;
    uint8_t digest[32];
    (void)state;

    watching = true;
    assert_fv_ok(fvi_wire_request_decode((fv_bytes){g.data, g.len}, &limits, &r, &err), &err);
    assert_string_equal(r.id_number, secret);
    assert_fv_ok(fvi_wire_request_digest(&r, digest, &err), &err);
    fvi_wire_request_free(&r);
    memcpy(g.data + 2, "!", 1); /* and where the request is refused when it is decoded */
    assert_int_equal(fvi_wire_request_decode((fv_bytes){g.data, g.len}, &limits, &r, &err),
                     FV_E_ARG);
    assert_string_equal(err.field, "request_id");
    watching = false;
    assert_int_equal(seen_secret, 0);
    free(g.data);
}

static void test_wire__an_answer_survives_every_failure(void **state)
{
    static const fv_versions versions = {.struct_size = sizeof(fv_versions)};
    const fv_result result = {.struct_size = sizeof(fv_result), .decision = FV_PASS};
    const fvi_wire_reply reply = {
        .request_id = "x", .op = FVI_OP_VERIFY, .result = &result, .versions = &versions};
    (void)state;

    for (int k = 0; k < 3; k++) {
        fv_error err = {0};
        uint8_t *data = NULL;
        size_t len = 0;
        fail_at = k;
        fv_status st = fvi_wire_reply_encode(&reply, &data, &len, &err);
        fail_at = -1;
        assert_int_equal(st, k < 2 ? FV_E_NOMEM : FV_OK);
        assert_int_equal(data != NULL, st == FV_OK);
        free(data);
    }
}

static void test_wire__encoding_survives_a_failure(void **state)
{
    const fvi_wire_limits limits = {.image_bytes = 1000};
    golden g = golden_read("request_verify");
    fv_error err = {0};
    fvi_wire_request r;
    uint8_t *data = NULL;
    size_t len = 0;
    (void)state;

    assert_fv_ok(fvi_wire_request_decode((fv_bytes){g.data, g.len}, &limits, &r, &err), &err);
    fail_at = 0;
    assert_int_equal(fvi_wire_request_encode(&r, &data, &len, &err), FV_E_NOMEM);
    fail_at = -1;
    assert_null(data);
    fvi_wire_request_free(&r);
    free(g.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wire__a_request_survives_every_failure),
        cmocka_unit_test(test_wire__what_is_freed_holds_no_identity),
        cmocka_unit_test(test_wire__an_answer_survives_every_failure),
        cmocka_unit_test(test_wire__encoding_survives_a_failure),
    };
    return cmocka_run_group_tests_name("wire memory", tests, NULL, NULL);
}
