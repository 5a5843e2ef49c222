/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "verify/age.h"

enum { DAY_S = 86400, CST_S = 8 * 3600 };

/* A calendar of the test's own: it only ever steps to the next day. */
typedef struct day {
    int64_t n; /**< days since 1970-01-01 */
    int y, m, d;
} day;

static int last_of(int y, int m)
{
    if (m == 4 || m == 6 || m == 9 || m == 11) return 30;
    if (m != 2) return 31;
    if (y % 400 == 0) return 29;
    if (y % 100 == 0) return 28;
    return y % 4 == 0 ? 29 : 28;
}

static void step(day *t)
{
    t->n++;
    if (++t->d > last_of(t->y, t->m)) {
        t->d = 1;
        if (++t->m > 12) {
            t->m = 1;
            t->y++;
        }
    }
}

static day start_of(int year)
{
    /* 1875-01-01 is 34698 days before 1970-01-01: 95 years of 365 and 23 leap days */
    day t = {.n = -(95 * 365 + 23), .y = 1875, .m = 1, .d = 1};
    while (t.y < year)
        step(&t);
    return t;
}

static int64_t cst(const day *t, int64_t second)
{
    return t->n * DAY_S - CST_S + second;
}

static day day_at(int y, int m, int d)
{
    day t = start_of(y);
    while (t.m != m || t.d != d)
        step(&t);
    return t;
}

static void date_text(char text[40], int y, int m, int d)
{
    (void)snprintf(text, 40, "%04d-%02d-%02d", y, m, d);
}

static const char check_characters[] = "0123456789X";

/* By the standard's weights, where the code under test uses a running sum. */
static char check_of(const char *first17)
{
    static const int weight[17] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    static const char map[] = "10X98765432";
    int sum = 0;
    for (int i = 0; i < 17; i++)
        sum += weight[i] * (first17[i] - '0');
    return map[sum % 11];
}

/* lint: parameters, a date is three numbers */
static void make_id(char id[19], const char *region, int y, int m, int d, int serial)
{
    char first17[64] = "";
    int n = snprintf(first17, sizeof first17, "%s%04d%02d%02d%03d", region, y, m, d, serial);
    assert_int_equal(n, 17);
    memcpy(id, first17, 17);
    id[17] = check_of(id);
    id[18] = '\0';
}

static void assert_gate(const char *date, const char *id, int64_t now, fvi_age_gate expected)
{
    fv_error err = {0};
    fvi_age_gate gate = FVI_AGE_NOT_GIVEN;
    assert_fv_ok(fvi_age_check(date, id, now, &gate, &err), &err);
    assert_int_equal(gate, expected);
}

/* Also: nothing of what came in is in the text, and the output is as it was. */
static void assert_refused(const char *date, const char *id, int64_t now, const char *field,
                           const char *text)
{
    fv_error err = {0};
    fvi_age_gate gate = (fvi_age_gate)77;
    assert_int_equal(fvi_age_check(date, id, now, &gate, &err), FV_E_ARG);
    assert_int_equal(gate, 77);
    assert_string_equal(err.field, field);
    if (strstr(err.text, text) == NULL) fail_msg("'%s' instead of '%s'", err.text, text);
    if (id != NULL && strlen(id) >= 4) {
        for (size_t i = 0; i + 4 <= strlen(id); i++) {
            char part[5] = {id[i], id[i + 1], id[i + 2], id[i + 3], '\0'};
            assert_null(strstr(err.text, part));
        }
    }
    if (date != NULL && strlen(date) >= 4) assert_null(strstr(err.text, date));
}

static void test_age__neither_given(void **state)
{
    (void)state;
    assert_gate(NULL, NULL, 0, FVI_AGE_NOT_GIVEN);
    assert_gate(NULL, NULL, INT64_MAX, FVI_AGE_NOT_GIVEN);
}

static void test_age__midnight_of_the_sixteenth_birthday_in_china(void **state)
{
    char id[19];
    day t = day_at(2026, 7, 15);
    (void)state;
    make_id(id, "110105", 2010, 7, 15, 4);
    assert_gate("2010-07-15", NULL, cst(&t, -1), FVI_AGE_UNDER_16);
    assert_gate("2010-07-15", NULL, cst(&t, 0), FVI_AGE_16_OR_OVER);
    assert_gate(NULL, id, cst(&t, -1), FVI_AGE_UNDER_16);
    assert_gate(NULL, id, cst(&t, 0), FVI_AGE_16_OR_OVER);
    assert_gate("2010-07-15", id, cst(&t, 0), FVI_AGE_16_OR_OVER);
    /* 2026-07-14 16:00:00 UTC, from outside */
    assert_int_equal(cst(&t, 0), 1784044800);
}

static void test_age__born_on_29_february(void **state)
{
    static const struct {
        int y, m, d;
        fvi_age_gate gate;
    } cases[] = {
        {2024, 2, 28, FVI_AGE_UNDER_16},
        {2024, 2, 29, FVI_AGE_16_OR_OVER},
        {2024, 3, 1, FVI_AGE_16_OR_OVER},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        day t = day_at(cases[i].y, cases[i].m, cases[i].d);
        assert_gate("2008-02-29", NULL, cst(&t, 0), cases[i].gate);
        assert_gate("2008-02-29", NULL, cst(&t, DAY_S - 1), cases[i].gate);
    }
    /* sixteen years on there is only once no 29th: 2100 */
    day feb28 = day_at(2100, 2, 28);
    day mar1 = day_at(2100, 3, 1);
    assert_gate("2084-02-29", NULL, cst(&feb28, DAY_S - 1), FVI_AGE_UNDER_16);
    assert_gate("2084-02-29", NULL, cst(&mar1, 0), FVI_AGE_16_OR_OVER);
}

static void test_age__every_day_of_230_years_is_known(void **state)
{
    char text[40];
    (void)state;
    /* Born today is possible and born tomorrow is not, on each day and at both of its ends: that
     * pins the date. */
    for (day t = start_of(1875); t.y < 2106; step(&t)) {
        fv_error err = {0};
        fvi_age_gate gate = FVI_AGE_NOT_GIVEN;
        date_text(text, t.y, t.m, t.d);
        for (int end = 0; end < 2; end++) {
            assert_fv_ok(fvi_age_check(text, NULL, cst(&t, end * (DAY_S - 1)), &gate, &err), &err);
            assert_int_equal(gate, FVI_AGE_UNDER_16);
        }
        assert_int_equal(fvi_age_check(text, NULL, cst(&t, -1), &gate, &err), FV_E_ARG);
        assert_non_null(strstr(err.text, "future"));
    }
}

static void test_age__every_sixteenth_birthday(void **state)
{
    char text[40];
    (void)state;
    for (day t = start_of(1891); t.y < 2106; step(&t)) {
        day eve = t;
        date_text(text, t.y - 16, t.m, t.d);
        if (t.d > last_of(t.y - 16, t.m)) continue; /* 29 February 1916 + 16k, born in 1900 */
        assert_gate(text, NULL, cst(&eve, -1), FVI_AGE_UNDER_16);
        assert_gate(text, NULL, cst(&t, 0), FVI_AGE_16_OR_OVER);
    }
}

static void test_age__days_of_the_calendar_only(void **state)
{
    char text[40];
    day now = day_at(2026, 1, 1);
    (void)state;
    static const int years[] = {1900, 1999, 2000, 2023, 2024};
    for (size_t i = 0; i < ARRAY_LEN(years); i++) {
        for (int m = 0; m <= 13; m++) {
            for (int d = 0; d <= 32; d++) {
                date_text(text, years[i], m, d);
                bool exists = m >= 1 && m <= 12 && d >= 1 && d <= last_of(years[i], m);
                fv_error err = {0};
                fvi_age_gate gate;
                fv_status st = fvi_age_check(text, NULL, cst(&now, 0), &gate, &err);
                assert_int_equal(st, exists ? FV_OK : FV_E_ARG);
            }
        }
    }
    assert_refused("1900-02-29", NULL, cst(&now, 0), "birth_date", "no such day");
}

static void test_age__other_forms_of_a_date_are_refused(void **state)
{
    static const char *const cases[] = {
        "",
        "2010",
        "2010-7-15",
        "2010/07/15",
        "20100715",
        " 2010-07-15",
        "2010-07-15 ",
        "2010-07-1x",
        "2010-07-15T00:00",
        "+010-07-15",
        "-010-07-15",
        "2010-07-\xef\xbc\x91\xef\xbc\x95",
        "20a0-07-15",
        "2010_07_15",
        "15-07-2010",
    };
    day now = day_at(2026, 1, 1);
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_refused(cases[i], NULL, cst(&now, 0), "birth_date", "not of the form YYYY-MM-DD");
}

static void test_age__future_and_over_150_years(void **state)
{
    char id[19];
    day now = day_at(2026, 5, 10);
    (void)state;
    assert_refused("2026-05-11", NULL, cst(&now, DAY_S - 1), "birth_date", "future");
    assert_gate("2026-05-10", NULL, cst(&now, 0), FVI_AGE_UNDER_16);
    assert_gate("1875-05-11", NULL, cst(&now, 0), FVI_AGE_16_OR_OVER);
    assert_refused("1875-05-10", NULL, cst(&now, 0), "birth_date", "over 150 years");
    assert_refused("0000-01-01", NULL, cst(&now, 0), "birth_date", "over 150 years");
    assert_refused("9999-12-31", NULL, cst(&now, 0), "birth_date", "future");
    make_id(id, "330106", 2026, 5, 11, 123);
    assert_refused(NULL, id, cst(&now, 0), "id_number", "future");
    make_id(id, "330106", 1875, 5, 10, 123);
    assert_refused(NULL, id, cst(&now, 0), "id_number", "over 150 years");
}

static void test_age__a_clock_from_nowhere_is_no_answer(void **state)
{
    static const int64_t clocks[] = {INT64_MIN, INT64_MAX, -62135596801, 253402300800 - CST_S};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(clocks); i++) {
        fv_error err = {0};
        fvi_age_gate gate = (fvi_age_gate)77;
        assert_int_equal(fvi_age_check("2010-07-15", NULL, clocks[i], &gate, &err), FV_E_INTERNAL);
        assert_int_equal(gate, 77);
    }
    assert_gate("9999-12-31", NULL, 253402300800 - CST_S - 1, FVI_AGE_UNDER_16);
    assert_gate("0001-01-01", NULL, -62135596800, FVI_AGE_UNDER_16);
}

static void test_id__exactly_one_check_character_fits(void **state)
{
    int64_t now = 1790000000;
    unsigned seed = 20260101;
    int seen_x = 0;
    (void)state;
    for (int round = 0; round < 500; round++) {
        char id[19];
        int fits = 0;
        seed = seed * 1664525u + 1013904223u;
        make_id(id, "420111", 1950 + (int)(seed >> 8) % 60, 1 + (int)(seed >> 16) % 12,
                1 + (int)(seed >> 20) % 28, (int)(seed >> 4) % 1000);
        char right = id[17];
        seen_x += right == 'X';
        for (int k = 0; k < 11; k++) {
            fv_error err = {0};
            fvi_age_gate gate;
            id[17] = check_characters[k];
            fv_status st = fvi_age_check(NULL, id, now, &gate, &err);
            assert_int_equal(st, id[17] == right ? FV_OK : FV_E_ARG);
            if (st != FV_OK) assert_non_null(strstr(err.text, "check character"));
            fits += st == FV_OK;
        }
        assert_int_equal(fits, 1);
    }
    assert_true(seen_x > 10);
}

static void test_id__published_example(void **state)
{
    /* GB 11643-1999, the standard's own two examples */
    int64_t now = 1790000000;
    (void)state;
    assert_gate(NULL, "11010519491231002X", now, FVI_AGE_16_OR_OVER);
    assert_gate(NULL, "11010519491231002x", now, FVI_AGE_16_OR_OVER);
    assert_gate(NULL, "440524188001010014", -2840140800 + 15 * 31556952LL, FVI_AGE_UNDER_16);
}

static void test_id__single_changes_and_transpositions_are_seen(void **state)
{
    int64_t now = 1790000000;
    char id[19];
    (void)state;
    make_id(id, "510104", 1987, 10, 23, 562);
    assert_gate(NULL, id, now, FVI_AGE_16_OR_OVER);
    for (int i = 0; i < 18; i++) {
        for (int k = 0; k < 11; k++) {
            char changed[19];
            memcpy(changed, id, sizeof changed);
            changed[i] = check_characters[k];
            if (changed[i] == id[i]) continue;
            assert_refused(NULL, changed, now, "id_number", "");
        }
        char swapped[19];
        memcpy(swapped, id, sizeof swapped);
        if (i == 17 || id[i] == id[i + 1]) continue;
        swapped[i] = id[i + 1];
        swapped[i + 1] = id[i];
        assert_refused(NULL, swapped, now, "id_number", "");
    }
}

static void test_id__old_form_of_15_digits(void **state)
{
    day eve = day_at(1994, 6, 29);
    day birthday = day_at(1994, 6, 30);
    (void)state;
    assert_gate(NULL, "110105780630002", cst(&eve, DAY_S - 1), FVI_AGE_UNDER_16);
    assert_gate(NULL, "110105780630002", cst(&birthday, 0), FVI_AGE_16_OR_OVER);
    assert_gate("1978-06-30", "110105780630002", cst(&birthday, 0), FVI_AGE_16_OR_OVER);
    assert_refused(NULL, "110105780631002", 1790000000, "id_number", "does not exist");
    assert_refused(NULL, "11010578063000X", 1790000000, "id_number", "only the digits");
}

static void test_id__what_is_no_number(void **state)
{
    static const struct {
        const char *id;
        const char *text;
    } cases[] = {
        {"", "18 characters"},
        {"1", "18 characters"},
        {"11010519491231002", "18 characters"},
        {"1101051949123100215", "18 characters"},
        {"1101051949123100", "18 characters"},
        {" 11010519491231002X", "no spaces"},
        {"110105 19491231002X", "no spaces"},
        {"11010519491231002X ", "no spaces"},
        {"11010519491231002Y", "only the digits"},
        {"1101051949123100X2", "only the digits"},
        {"X1010519491231002X", "only the digits"},
        {"11010519491231-02X", "only the digits"},
        {"\xef\xbc\x91\xef\xbc\x91"
         "010519491231002X",
         "full-width"},
        {"11010519491231002\xef\xbc\xb8", "full-width"},
        {"010105194912310026", "begins with 0"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_refused(NULL, cases[i].id, 1790000000, "id_number", cases[i].text);
}

static void test_id__a_date_in_it_that_does_not_exist(void **state)
{
    char id[19];
    (void)state;
    make_id(id, "110105", 1999, 2, 29, 2);
    assert_refused(NULL, id, 1790000000, "id_number", "does not exist");
    make_id(id, "110105", 1999, 13, 1, 2);
    assert_refused(NULL, id, 1790000000, "id_number", "does not exist");
    make_id(id, "110105", 1999, 0, 1, 2);
    assert_refused(NULL, id, 1790000000, "id_number", "does not exist");
}

static void test_age__both_given_must_agree(void **state)
{
    char id[19];
    (void)state;
    make_id(id, "110105", 2001, 9, 11, 77);
    assert_gate("2001-09-11", id, 1790000000, FVI_AGE_16_OR_OVER);
    assert_refused("2001-09-12", id, 1790000000, "birth_date", "does not agree");
    assert_refused("2001-08-11", id, 1790000000, "birth_date", "does not agree");
    assert_refused("2002-09-11", id, 1790000000, "birth_date", "does not agree");
    assert_refused("2000-09-11", id, 1790000000, "birth_date", "does not agree");
    /* one of them wrong is that one's fault */
    assert_refused("2001-09-31", id, 1790000000, "birth_date", "no such day");
    id[17] = id[17] == '0' ? '1' : '0';
    assert_refused("2001-09-11", id, 1790000000, "id_number", "check character");
}

/* The text ends where the readable memory ends, without a NUL. */
static void test_age__long_strings_are_not_read_to_their_end(void **state)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    (void)state;
    char *two = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(two != MAP_FAILED);
    assert_int_equal(mprotect(two + page, page, PROT_NONE), 0);
    char *text = two + page - 64;
    memset(text, '1', 64);
    fv_error err = {0};
    fvi_age_gate gate = (fvi_age_gate)77;
    assert_int_equal(fvi_age_check(NULL, text, 1790000000, &gate, &err), FV_E_ARG);
    assert_string_equal(err.field, "id_number");
    fvi_error_clear(&err);
    assert_int_equal(fvi_age_check(text, NULL, 1790000000, &gate, &err), FV_E_ARG);
    assert_string_equal(err.field, "birth_date");
    assert_int_equal(gate, 77);
    assert_int_equal(munmap(two, 2 * page), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_age__neither_given),
        cmocka_unit_test(test_age__midnight_of_the_sixteenth_birthday_in_china),
        cmocka_unit_test(test_age__born_on_29_february),
        cmocka_unit_test(test_age__every_day_of_230_years_is_known),
        cmocka_unit_test(test_age__every_sixteenth_birthday),
        cmocka_unit_test(test_age__days_of_the_calendar_only),
        cmocka_unit_test(test_age__other_forms_of_a_date_are_refused),
        cmocka_unit_test(test_age__future_and_over_150_years),
        cmocka_unit_test(test_age__a_clock_from_nowhere_is_no_answer),
        cmocka_unit_test(test_id__exactly_one_check_character_fits),
        cmocka_unit_test(test_id__published_example),
        cmocka_unit_test(test_id__single_changes_and_transpositions_are_seen),
        cmocka_unit_test(test_id__old_form_of_15_digits),
        cmocka_unit_test(test_id__what_is_no_number),
        cmocka_unit_test(test_id__a_date_in_it_that_does_not_exist),
        cmocka_unit_test(test_age__both_given_must_agree),
        cmocka_unit_test(test_age__long_strings_are_not_read_to_their_end),
    };
    return cmocka_run_group_tests_name("age", tests, NULL, NULL);
}
