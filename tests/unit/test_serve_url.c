/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <stdio.h>
#include <string.h>

#include "server/url.h"

static fvi_service_settings with(const char *binding, const char *ops)
{
    fvi_service_settings s = {.ipc_mode = "0660", .ops_ipc_mode = "0600"};
    (void)snprintf(s.listen_binding, sizeof s.listen_binding, "%s", binding);
    (void)snprintf(s.listen_ops, sizeof s.listen_ops, "%s", ops);
    return s;
}

static void test_url__lists_with_roles_and_transports(void **state)
{
    fvi_urls u = {.n = 99};
    fv_error err = {0};
    fvi_service_settings s =
        with("ipc:///run/a  tcp://127.0.0.1:5000\ttcp://[::1]:1", " ipc:///b ");
    (void)state;
    assert_fv_ok(fvi_urls_read(&s, &u, &err), &err);
    assert_int_equal(u.n, 4);
    assert_int_equal(u.ipc_mode[FVI_CALLER_BINDING], 0660);
    assert_int_equal(u.ipc_mode[FVI_CALLER_OPS], 0600);
    assert_string_equal(fvi_url_path(&u.items[0]), "/run/a");
    assert_int_equal(u.items[0].transport, FVI_IPC);
    assert_int_equal(u.items[1].transport, FVI_TCP);
    assert_true(u.items[1].loopback && u.items[2].loopback);
    assert_int_equal(u.items[2].caller, FVI_CALLER_BINDING);
    assert_int_equal(u.items[3].caller, FVI_CALLER_OPS);
    assert_string_equal(fvi_caller_name(u.items[3].caller), "ops");
}

/* What is wrong is told with the setting and the URL. */
static void test_url__what_is_refused(void **state)
{
    static const struct {
        const char *url;
        const char *says;
    } cases[] = {
        {"", "no URL to listen on"},
        {"http://127.0.0.1:1", "is not ipc://PATH"},
        {"inproc://x", "is not ipc://PATH"},
        {"ipc://relative", "absolute path"},
        {"ipc:///run/", "names no file"},
        {"ipc:///0123456789012345678901234567890123456789012345678901234567890123456789"
         "012345678901234567",
         "longer than 88"},
        {"tcp://127.0.0.1", "HOST:PORT"},
        {"tcp://127.0.0.1:", "HOST:PORT"},
        {"tcp://127.0.0.1:65536", "HOST:PORT"},
        {"tcp://127.0.0.1:1x", "HOST:PORT"},
        {"tcp://host.name:1", "numeric address"},
        {"tcp://[::g]:1", "numeric address"},
        {"tcp://1.2.3:1", "numeric address"},
        {"tcp://0.0.0.0:1", "beyond loopback"},
        {"tcp://*:1", "beyond loopback"},
        {"tcp://:1", "beyond loopback"},
        {"tcp://[::]:1", "beyond loopback"},
        {"tcp://192.0.2.1:1", "beyond loopback"},
        {"tcp://128.0.0.1:1", "beyond loopback"},
        {"tls+tcp://0.0.0.0:1", "service.tls_cert_file"},
        {"ipc:///a ipc:///a", "given twice"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        fvi_urls u = {.n = 99};
        fv_error err = {0};
        fvi_service_settings s = with(cases[i].url, "");
        if (fvi_urls_read(&s, &u, &err) != FV_E_CONFIG) fail_msg("%s is taken", cases[i].url);
        if (strstr(err.text, cases[i].says) == NULL)
            fail_msg("%s: says '%s'", cases[i].url, err.text);
        assert_non_null(strstr(err.text, "service.listen_binding"));
        assert_int_equal(u.n, 99);
    }
}

static void test_url__plain_tcp_is_allowed_by_name_only(void **state)
{
    fvi_urls u = {.n = 0};
    fv_error err = {0};
    fvi_service_settings s = with("", "tcp://0.0.0.0:55 tcp://10.0.0.1:56");
    (void)state;
    (void)snprintf(s.plain_tcp, sizeof s.plain_tcp, "tcp://0.0.0.0:55");
    assert_int_equal(fvi_urls_read(&s, &u, &err), FV_E_CONFIG);
    assert_non_null(strstr(err.text, "service.listen_ops: 'tcp://10.0.0.1:56'"));
    err = (fv_error){0};
    (void)snprintf(s.plain_tcp, sizeof s.plain_tcp, "tcp://0.0.0.0:5 tcp://0.0.0.0:55");
    s.listen_ops[16] = 0;                                       /* the first one alone */
    assert_int_equal(fvi_urls_read(&s, &u, &err), FV_E_CONFIG); /* a slip of the pen */
    assert_non_null(strstr(err.text, "service.plain_tcp: 'tcp://0.0.0.0:5'"));
    err = (fv_error){0};
    (void)snprintf(s.plain_tcp, sizeof s.plain_tcp, "tcp://0.0.0.0:55");
    assert_fv_ok(fvi_urls_read(&s, &u, &err), &err);
    assert_false(u.items[0].loopback);
}

static void test_url__tls_needs_all_of_its_files(void **state)
{
    fvi_urls u = {.n = 0};
    fv_error err = {0};
    fvi_service_settings s = with("tls+tcp://0.0.0.0:55", "");
    (void)state;
    (void)snprintf(s.tls_cert_file, sizeof s.tls_cert_file, "a");
    assert_int_equal(fvi_urls_read(&s, &u, &err), FV_E_CONFIG);
    assert_non_null(strstr(err.text, "tls_key_file"));
    err = (fv_error){0};
    (void)snprintf(s.tls_key_file, sizeof s.tls_key_file, "b");
    assert_int_equal(fvi_urls_read(&s, &u, &err), FV_E_CONFIG);
    assert_non_null(strstr(err.text, "tls_ca_file"));
    err = (fv_error){0};
    (void)snprintf(s.tls_ca_file, sizeof s.tls_ca_file, "c");
    assert_fv_ok(fvi_urls_read(&s, &u, &err), &err);
    (void)snprintf(s.listen_ops, sizeof s.listen_ops, "tls+tcp://0.0.0.0:56");
    assert_int_equal(fvi_urls_read(&s, &u, &err), FV_E_CONFIG);
    assert_non_null(strstr(err.text, "service.listen_ops: 'tls+tcp://0.0.0.0:56'"));
    assert_non_null(strstr(err.text, "service.ops_tls_ca_file"));
    err = (fv_error){0};
    s.listen_binding[0] = '\0'; /* each role needs its own only */
    s.tls_ca_file[0] = '\0';
    (void)snprintf(s.ops_tls_ca_file, sizeof s.ops_tls_ca_file, "d");
    assert_fv_ok(fvi_urls_read(&s, &u, &err), &err);
}

static void test_url__permissions_let_the_service_itself_in(void **state)
{
    static const char *const bad[] = {"", "66", "06600", "0o660", "0999", "0460", "1660", "rw"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        fvi_urls u = {.n = 0};
        fv_error err = {0};
        fvi_service_settings s = with("ipc:///a", "");
        (void)snprintf(s.ipc_mode, sizeof s.ipc_mode, "%s", bad[i]);
        if (fvi_urls_read(&s, &u, &err) != FV_E_CONFIG) fail_msg("%s is taken", bad[i]);
        assert_non_null(strstr(err.text, "service.ipc_mode"));
        s = with("ipc:///a", "");
        (void)snprintf(s.ops_ipc_mode, sizeof s.ops_ipc_mode, "%s", bad[i]);
        err = (fv_error){0};
        if (fvi_urls_read(&s, &u, &err) != FV_E_CONFIG) fail_msg("%s is taken for ops", bad[i]);
        assert_non_null(strstr(err.text, "service.ops_ipc_mode"));
    }
}

static void test_url__more_than_can_be_held(void **state)
{
    fvi_urls u = {.n = 0};
    fv_error err = {0};
    fvi_service_settings s = with("", "");
    size_t n = 0;
    (void)state;
    for (int i = 0; i <= FVI_URLS_MAX; i++)
        n += (size_t)snprintf(s.listen_binding + n, sizeof s.listen_binding - n, "ipc:///%d ", i);
    assert_int_equal(fvi_urls_read(&s, &u, &err), FV_E_CONFIG);
    assert_non_null(strstr(err.text, "more than 64"));
    memset(s.listen_binding, 'x', 300);
    s.listen_binding[300] = '\0';
    err = (fv_error){0};
    assert_int_equal(fvi_urls_read(&s, &u, &err), FV_E_CONFIG);
    assert_non_null(strstr(err.text, "longer than 127"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_url__lists_with_roles_and_transports),
        cmocka_unit_test(test_url__what_is_refused),
        cmocka_unit_test(test_url__plain_tcp_is_allowed_by_name_only),
        cmocka_unit_test(test_url__tls_needs_all_of_its_files),
        cmocka_unit_test(test_url__permissions_let_the_service_itself_in),
        cmocka_unit_test(test_url__more_than_can_be_held),
    };
    return cmocka_run_group_tests_name("serve_url", tests, NULL, NULL);
}
