/* SPDX-License-Identifier: Apache-2.0 */
/* Who may call as ops: by permissions of the socket, or by the CA of a client's certificate. */
#include "served.h"

#include <sys/stat.h>

#include "certificate.h"

static fvt_served s;

/* A CA of each role, which calls as well, one below another, and whom that one has signed. */
static const char *const names[] = {"service", "ops", "binding", "below", "signed"};

static void name_file(char *to, size_t cap, const char *name, const char *suffix)
{
    (void)snprintf(to, cap, "%s/%s.%s", s.dir, name, suffix);
}

static int setup(void **state)
{
    (void)state;
    fvt_prepare(&s);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        char path[64];
        name_file(path, sizeof path, names[i], "crt");
        (void)unlink(path);
        name_file(path, sizeof path, names[i], "key");
        (void)unlink(path);
    }
    fvt_stop(&s);
    return 0;
}

static unsigned mode_of(const char *url)
{
    struct stat at;
    assert_int_equal(stat(url + strlen("ipc://"), &at), 0);
    return at.st_mode & 0777;
}

static void test_roles__the_ops_socket_is_the_services_own(void **state)
{
    (void)state;
    fvt_start(&s);
    assert_int_equal(mode_of(s.binding), 0660);
    assert_int_equal(mode_of(s.ops), 0600);
}

static void test_roles__each_socket_has_its_own_setting(void **state)
{
    fvi_service_settings *o = &s.settings.service;
    (void)state;
    (void)snprintf(o->ipc_mode, sizeof o->ipc_mode, "0600");
    (void)snprintf(o->ops_ipc_mode, sizeof o->ops_ipc_mode, "0640");
    fvt_start(&s);
    assert_int_equal(mode_of(s.binding), 0600);
    assert_int_equal(mode_of(s.ops), 0640);
}

/* It opens anew with the permissions that it had. */
static void test_roles__the_ops_socket_is_closed_again_after_it_was_lost(void **state)
{
    (void)state;
    fvt_start(&s);
    assert_int_equal(unlink(s.ops + strlen("ipc://")), 0);
    fvt_await_metric(&s, "faceverify_relistens_total", 1);
    assert_int_equal(mode_of(s.ops), 0600);
}

static void use_tls(void)
{
    fvi_service_settings *o = &s.settings.service;

    assert_true(fvt_certificate(s.dir, "service", "127.0.0.1,DNS:127.0.0.2"));
    assert_true(fvt_certificate(s.dir, "ops", NULL));
    assert_true(fvt_certificate(s.dir, "binding", NULL));
    (void)snprintf(o->listen_binding, sizeof o->listen_binding, "tls+tcp://127.0.0.1:0");
    (void)snprintf(o->listen_ops, sizeof o->listen_ops, "tls+tcp://127.0.0.2:0");
    name_file(o->tls_cert_file, sizeof o->tls_cert_file, "service", "crt");
    name_file(o->tls_key_file, sizeof o->tls_key_file, "service", "key");
    name_file(o->tls_ca_file, sizeof o->tls_ca_file, "binding", "crt");
    name_file(o->ops_tls_ca_file, sizeof o->ops_tls_ca_file, "ops", "crt");
}

static bool is_let_in(const char *url, const char *client)
{
    char service[64];
    char crt[64];
    char key[64];
    fv_error err = {.code = FV_OK};
    fvi_link *link = NULL;

    name_file(service, sizeof service, "service", "crt");
    name_file(crt, sizeof crt, client, "crt");
    name_file(key, sizeof key, client, "key");
    fvi_link_options lo = {url, service, crt, key, 0, false};
    assert_fv_ok(fvi_link_open(&link, &lo, &err), &err);
    bool in = fvi_link_connected(link, 1000);
    if (in) {
        fvi_wire_request q = fvt_request(client);
        fvt_asked a;
        fvt_ask(&a, link, &q);
        assert_int_equal(fvt_answer(&a)->status, FACEVERIFY__STATUS__OK);
        fvt_forget(&a);
    }
    fvi_link_close(&link);
    return in;
}

static void test_roles__a_certificate_is_good_for_its_role_only(void **state)
{
    const fvi_url *urls = NULL;
    (void)state;
    use_tls();
    fvt_start(&s);
    assert_int_equal(fvi_server_urls(s.server, &urls), 2);
    assert_int_equal(urls[0].caller, FVI_CALLER_BINDING);
    assert_int_equal(urls[1].caller, FVI_CALLER_OPS);
    assert_true(is_let_in(urls[0].text, "binding"));
    assert_true(is_let_in(urls[1].text, "ops"));
    assert_false(is_let_in(urls[0].text, "ops"));
    assert_false(is_let_in(urls[1].text, "binding"));
}

static void is_refused(const char *says)
{
    fv_error err = {.code = FV_OK};
    assert_int_equal(fvt_try_start(&s, &err), FV_E_CONFIG);
    if (strstr(err.text, says) == NULL) fail_msg("'%s' is not in '%s'", says, err.text);
}

static void test_roles__a_ca_that_is_not_named_is_told(void **state)
{
    (void)state;
    use_tls();
    s.settings.service.ops_tls_ca_file[0] = '\0';
    is_refused("service.ops_tls_ca_file");
    use_tls();
    s.settings.service.tls_ca_file[0] = '\0';
    is_refused("service.tls_ca_file");
}

static void test_roles__binding_callers_may_not_come_from_the_ca_of_ops(void **state)
{
    fvi_service_settings *o = &s.settings.service;
    (void)state;
    use_tls();
    name_file(o->tls_ca_file, sizeof o->tls_ca_file, "ops", "crt");
    is_refused("each role needs a CA of its own");
    assert_true(fvt_certificate_by(s.dir, "below", "ops"));
    name_file(o->tls_ca_file, sizeof o->tls_ca_file, "below", "crt");
    is_refused("each role needs a CA of its own");
    /* the other way round nobody gains a score */
    assert_true(fvt_certificate_by(s.dir, "below", "binding"));
    assert_true(fvt_certificate_by(s.dir, "signed", "below"));
    name_file(o->tls_ca_file, sizeof o->tls_ca_file, "binding", "crt");
    name_file(o->ops_tls_ca_file, sizeof o->ops_tls_ca_file, "below", "crt");
    fvt_start(&s);
    const fvi_url *urls = NULL;
    assert_int_equal(fvi_server_urls(s.server, &urls), 2);
    assert_false(is_let_in(urls[1].text, "binding"));
    assert_true(is_let_in(urls[1].text, "signed"));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(test_roles__##name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(the_ops_socket_is_the_services_own),
        T(each_socket_has_its_own_setting),
        T(the_ops_socket_is_closed_again_after_it_was_lost),
        T(a_certificate_is_good_for_its_role_only),
        T(a_ca_that_is_not_named_is_told),
        T(binding_callers_may_not_come_from_the_ca_of_ops),
    };
    return cmocka_run_group_tests_name("serve_roles", tests, NULL, NULL);
}
