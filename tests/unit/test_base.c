/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/memory.h"

static void test_error__first_failure_wins(void **state)
{
    fv_error err = {0};
    (void)state;
    assert_int_equal(fvi_fail_field(&err, FV_E_ARG, "birth_date", "in %s", "future"), FV_E_ARG);
    assert_int_equal(fvi_fail(&err, FV_E_NOMEM, "second"), FV_E_NOMEM);
    assert_int_equal(err.code, FV_E_ARG);
    assert_string_equal(err.field, "birth_date");
    assert_string_equal(err.text, "in future");
    fvi_error_clear(&err);
    assert_int_equal(err.code, FV_OK);
    assert_string_equal(err.text, "");
    assert_int_equal(fvi_fail(NULL, FV_E_LIMIT, "no place to write"), FV_E_LIMIT);
}

static void test_error__control_characters_become_spaces(void **state)
{
    fv_error err = {0};
    (void)state;
    (void)fvi_fail(&err, FV_E_BACKEND, "a\nb\tc\x7f%c", 7);
    assert_string_equal(err.text, "a b c  ");
}

static void test_error__long_texts_are_cut_not_overrun(void **state)
{
    fv_error err = {0};
    char big[1000];
    (void)state;
    memset(big, 'x', sizeof big - 1);
    big[sizeof big - 1] = '\0';
    (void)fvi_fail_field(&err, FV_E_ARG, big, "%s", big);
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
    assert_int_equal(strlen(err.field), sizeof err.field - 1);
}

static void test_status__every_number_has_a_text(void **state)
{
    (void)state;
#define X(name, num, text)                                                                         \
    assert_string_equal(fv_status_text(FV_##name), text);                                          \
    assert_int_equal(FV_##name, num);
    FV_STATUS_LIST(X)
#undef X
    assert_string_equal(fv_status_text((fv_status)12345), "unknown status");
}

static void test_buffer__grows_wipes_and_keeps(void **state)
{
    fvi_buffer b = {0};
    fv_error err = {0};
    (void)state;
    assert_fv_ok(fvi_buffer_reserve(&b, 100, &err), &err);
    uint8_t *first = b.data;
    assert_int_equal((uintptr_t)b.data % 64, 0);
    memset(b.data, 0xaa, 100);
    assert_fv_ok(fvi_buffer_reserve(&b, 50, &err), &err);
    assert_ptr_equal(b.data, first);
    fvi_buffer_wipe(&b);
    for (size_t i = 0; i < 100; i++)
        assert_int_equal(b.data[i], 0);
    assert_int_equal(b.dirty, 0);
    assert_fv_ok(fvi_buffer_reserve(&b, 1000, &err), &err);
    assert_true(b.cap >= 1000);
    fvi_buffer_free(&b);
    assert_null(b.data);
    fvi_buffer_free(&b);
}

static void test_buffer__impossible_size_leaves_it_as_it_was(void **state)
{
    fvi_buffer b = {0};
    fv_error err = {0};
    (void)state;
    assert_fv_ok(fvi_buffer_reserve(&b, 64, &err), &err);
    uint8_t *p = b.data;
    assert_int_equal(fvi_buffer_reserve(&b, SIZE_MAX, &err), FV_E_NOMEM);
    assert_ptr_equal(b.data, p);
    assert_int_equal(b.cap, 64);
    fvi_buffer_free(&b);
}

static void test_mul__overflow_is_seen(void **state)
{
    size_t out = 7;
    (void)state;
    assert_true(fvi_mul_size(3, 5, &out));
    assert_int_equal(out, 15);
    assert_true(fvi_mul_size(0, SIZE_MAX, &out));
    assert_int_equal(out, 0);
    out = 7;
    assert_false(fvi_mul_size(SIZE_MAX / 2, 3, &out));
    assert_int_equal(out, 7);
}

static void test_hash__known_answer(void **state)
{
    char hex[65];
    fv_error err = {0};
    (void)state;
    /* FIPS 180-2, appendix B.1 */
    assert_fv_ok(fvi_sha256_hex("abc", 3, hex, &err), &err);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void test_file__reads_whole_and_refuses_what_is_no_file(void **state)
{
    char dir[] = "/tmp/fv_test_XXXXXX";
    char path[64];
    fv_error err = {0};
    uint8_t *p = NULL;
    size_t n = 0;
    (void)state;

    assert_non_null(mkdtemp(dir));
    (void)snprintf(path, sizeof path, "%s/f", dir);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite("hello", 1, 5, f), 5);
    assert_int_equal(fclose(f), 0);

    assert_fv_ok(fvi_file_read(path, 5, FV_E_MODEL, &p, &n, &err), &err);
    assert_int_equal(n, 5);
    assert_memory_equal(p, "hello", 6);
    free(p);
    p = NULL;
    assert_int_equal(fvi_file_read(path, 4, FV_E_MODEL, &p, &n, &err), FV_E_MODEL);
    assert_null(p);
    assert_non_null(strstr(err.text, "at most 4"));

    fvi_error_clear(&err);
    assert_int_equal(fvi_file_read(dir, 4, FV_E_CONFIG, &p, &n, &err), FV_E_CONFIG);
    assert_non_null(strstr(err.text, "not a regular file"));
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    fvi_error_clear(&err);
    assert_int_equal(fvi_file_read(path, 4, FV_E_CONFIG, &p, &n, &err), FV_E_CONFIG);
    assert_int_equal(unlink(path), 0);
    fvi_error_clear(&err);
    assert_int_equal(fvi_file_read(path, 4, FV_E_CONFIG, &p, &n, &err), FV_E_CONFIG);
    assert_non_null(strstr(err.text, strerror(ENOENT)));
    assert_int_equal(rmdir(dir), 0);
}

static void test_clock__goes_forward(void **state)
{
    (void)state;
    uint64_t a = fvi_clock_us();
    assert_true(fvi_clock_us() >= a);
    assert_true(fvi_clock_unix_s() > 1700000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_error__first_failure_wins),
        cmocka_unit_test(test_error__control_characters_become_spaces),
        cmocka_unit_test(test_error__long_texts_are_cut_not_overrun),
        cmocka_unit_test(test_status__every_number_has_a_text),
        cmocka_unit_test(test_buffer__grows_wipes_and_keeps),
        cmocka_unit_test(test_buffer__impossible_size_leaves_it_as_it_was),
        cmocka_unit_test(test_mul__overflow_is_seen),
        cmocka_unit_test(test_hash__known_answer),
        cmocka_unit_test(test_file__reads_whole_and_refuses_what_is_no_file),
        cmocka_unit_test(test_clock__goes_forward),
    };
    return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
