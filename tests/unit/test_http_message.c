/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <string.h>

#include "server/http_message.h"

static fvi_http_request parse(const char *text)
{
    return fvi_http_parse(text, strlen(text));
}

static void test_http__pages_methods_and_versions(void **state)
{
    static const struct {
        const char *text;
        int status;
        fvi_http_page page;
        bool head;
    } cases[] = {
        {"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n", 200, FVI_HTTP_HEALTHZ, false},
        {"HEAD /readyz HTTP/1.1\r\nHost: a\r\n\r\n", 200, FVI_HTTP_READYZ, true},
        {"GET /metrics HTTP/1.0\r\n\r\n", 200, FVI_HTTP_METRICS, false},
        {"GET /metrics HTTP/1.0\n\n", 200, FVI_HTTP_METRICS, false},
        {"GET /metrics?name[]=up HTTP/1.1\r\nhOST: a\r\n\r\n", 200, FVI_HTTP_METRICS, false},
        {"GET http://a:1/readyz?x HTTP/1.1\r\nHost: a\r\n\r\n", 200, FVI_HTTP_READYZ, false},
        {"GET http://a HTTP/1.1\r\nHost: a\r\n\r\n", 404, 0, false},
        {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", 404, 0, false},
        {"GET /healthz/ HTTP/1.1\r\nHost: a\r\n\r\n", 404, 0, false},
        {"GET /healthzz HTTP/1.1\r\nHost: a\r\n\r\n", 404, 0, false},
        {"GET /metric HTTP/1.1\r\nHost: a\r\n\r\n", 404, 0, false},
        {"POST /nothing HTTP/1.1\r\nHost: a\r\n\r\n", 404, 0, false},
        {"POST /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n", 405, 0, false},
        {"get /metrics HTTP/1.1\r\nHost: a\r\n\r\n", 405, 0, false},
        {"GET /metrics HTTP/1.1\r\n\r\n", 400, 0, false},
        {"GET /metrics HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, 0, false},
        {"GET /metrics HTTP/1.1\r\nHost : a\r\n\r\n", 400, 0, false},
        {"GET /metrics HTTP/1.1\r\nHost: a\r\nnonsense\r\n\r\n", 400, 0, false},
        {"GET /metrics HTTP/1.1\r\nHost: a\r\n: x\r\n\r\n", 400, 0, false},
        {"GET /metrics HTTP/2.0\r\nHost: a\r\n\r\n", 505, 0, false},
        {"PRI * HTTP/2.0\r\n\r\n", 505, 0, false},
        {"GET /metrics HTTP/1.1 \r\nHost: a\r\n\r\n", 505, 0, false},
        {"GET /metrics\r\n\r\n", 400, 0, false},
        {"GET\r\n\r\n", 400, 0, false},
        {" /metrics HTTP/1.1\r\n\r\n", 400, 0, false},
        {"GET  HTTP/1.1\r\n\r\n", 400, 0, false},
        {"\r\n\r\n", 400, 0, false},
        {"GET /met\x01rics HTTP/1.1\r\nHost: a\r\n\r\n", 400, 0, false},
        {"\x16\x03\x01\x02", 400, 0, false}, /* TLS */
        {"\x7f", 400, 0, false},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        fvi_http_request r = parse(cases[i].text);
        if (r.status != cases[i].status) fail_msg("%d for %s", r.status, cases[i].text);
        if (r.status != 200) continue;
        assert_int_equal(r.page, cases[i].page);
        assert_int_equal(r.head, cases[i].head);
    }
}

static void test_http__waits_for_the_whole_head_and_no_longer(void **state)
{
    static const char text[] = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";
    (void)state;
    for (size_t n = 0; n < sizeof text - 1; n++)
        assert_int_equal(fvi_http_parse(text, n).status, 0);
    assert_int_equal(fvi_http_parse(text, sizeof text - 1).status, 200);
    assert_int_equal(fvi_http_parse("GET /healthz HTTP/1.0\r\n\r\n\x01\x02", 27).status, 200);
}

static void test_http__a_head_has_a_largest_size(void **state)
{
    static char big[FVI_HTTP_HEAD_MAX];
    static const char start[] = "GET /healthz HTTP/1.1\r\nHost: a\r\nX: ";
    (void)state;
    memset(big, 'a', sizeof big);
    memcpy(big, start, sizeof start - 1);
    assert_int_equal(fvi_http_parse(big, sizeof big - 1).status, 0);
    assert_int_equal(fvi_http_parse(big, sizeof big).status, 431);
    memcpy(big + sizeof big - 4, "\r\n\r\n", 4);
    assert_int_equal(fvi_http_parse(big, sizeof big).status, 200);
}

static void test_http__every_status_that_is_sent_has_a_phrase(void **state)
{
    static const int sent[] = {200, 400, 404, 405, 431, 500, 503, 505};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(sent); i++)
        assert_true(strlen(fvi_http_phrase(sent[i])) > 0);
    assert_string_equal(fvi_http_phrase(404), "Not Found");
    assert_string_equal(fvi_http_phrase(299), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_http__pages_methods_and_versions),
        cmocka_unit_test(test_http__waits_for_the_whole_head_and_no_longer),
        cmocka_unit_test(test_http__a_head_has_a_largest_size),
        cmocka_unit_test(test_http__every_status_that_is_sent_has_a_phrase),
    };
    return cmocka_run_group_tests_name("http_message", tests, NULL, NULL);
}
