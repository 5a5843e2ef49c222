/* SPDX-License-Identifier: Apache-2.0 */
/* The client without a service. */
#include "test.h"

#include <string.h>

#include "base/error.h"
#include "client/client.h"

static void test_client__wrong_options_are_named(void **state)
{
    static const struct {
        const char *url, *ca, *cert, *key, *field;
    } rows[] = {
        {NULL, NULL, NULL, NULL, "url"},
        {"", NULL, NULL, NULL, "url"},
        {"inproc://x", NULL, NULL, NULL, "url"},
        {"http://localhost:1", NULL, NULL, NULL, "url"},
        {"tcp://localhost", NULL, NULL, NULL, "url"},
        {"ipc:///tmp/x", "ca", NULL, NULL, "url"},
        {"tcp://localhost:1", NULL, "c", "k", "url"},
        {"tls+tcp://localhost:1", NULL, NULL, NULL, "tls_ca_file"},
        {"tls+tcp://localhost:1", "/nonexistent", NULL, NULL, "tls_ca_file"},
        {"tls+tcp://localhost:1", "/etc/passwd", NULL, NULL, "tls_ca_file"},
        {"tls+tcp://localhost:1", "/etc/passwd", "c", NULL, "tls_key_file"},
        {"tls+tcp://localhost:1", "/etc/passwd", NULL, "k", "tls_cert_file"},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        fv_error err = {0};
        fv_client *client = NULL;
        fv_client_options o = FV_CLIENT_OPTIONS_INIT;
        o.url = rows[i].url;
        o.tls_ca_file = rows[i].ca;
        o.tls_cert_file = rows[i].cert;
        o.tls_key_file = rows[i].key;
        fv_status st = fv_client_create(&client, &o, &err);
        if (st != FV_E_ARG || strcmp(err.field, rows[i].field) != 0)
            fail_msg("row %zu: %d %s: %s", i, (int)st, err.field, err.text);
        assert_null(client);
    }
}

static void test_client__uuids_are_random_and_well_formed(void **state)
{
    char a[37], b[37];
    fv_error err = {0};
    (void)state;

    for (int i = 0; i < 100; i++) {
        assert_fv_ok(fvi_client_uuid(a, &err), &err);
        assert_fv_ok(fvi_client_uuid(b, &err), &err);
        assert_string_not_equal(a, b);
        assert_int_equal(strlen(a), 36);
        assert_int_equal(strspn(a, "0123456789abcdef-"), 36);
        assert_true(a[8] == '-' && a[13] == '-' && a[18] == '-' && a[23] == '-');
        assert_int_equal(a[14], '4');
        assert_non_null(strchr("89ab", a[19]));
    }
}

static void test_client__pauses_grow_and_differ(void **state)
{
    (void)state;
    assert_int_equal(fvi_client_pause_ms(0, 0, 0), 5);
    assert_int_equal(fvi_client_pause_ms(0, 0, 10), 15);
    assert_int_equal(fvi_client_pause_ms(40, 0, 10), 55);
    assert_int_equal(fvi_client_pause_ms(0, 3, 0), 40);
    assert_int_equal(fvi_client_pause_ms(0, 1000, 0), 500);
    assert_int_equal(fvi_client_pause_ms(0, 1000, 1000), 1500);
    assert_int_equal(fvi_client_pause_ms(UINT32_MAX, 1, 3), UINT32_MAX);
    for (uint32_t random = 0; random < 5000; random++)
        assert_in_range(fvi_client_pause_ms(7, 9, random), 507, 1507);
}

static void test_client__null_is_an_answer_too(void **state)
{
    (void)state;
    assert_int_equal(fv_client_verify(NULL, NULL, NULL, NULL), FV_E_ARG);
    assert_int_equal(fv_client_create(NULL, NULL, NULL), FV_E_ARG);
    fv_client_destroy(NULL);
    fv_client_reply_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_client__wrong_options_are_named),
        cmocka_unit_test(test_client__null_is_an_answer_too),
        cmocka_unit_test(test_client__uuids_are_random_and_well_formed),
        cmocka_unit_test(test_client__pauses_grow_and_differ),
    };
    return cmocka_run_group_tests_name("client alone", tests, NULL, NULL);
}
