/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/age.h"

#include <stdbool.h>
#include <stddef.h>

#include "base/memory.h"

enum {
    ID_DIGITS = 18,
    ID_DIGITS_OLD = 15,
    LONGEST = 64, /* bytes of either text that are looked at */
    DAY_S = 24 * 60 * 60,
    CST_S = 8 * 60 * 60,
};

typedef struct civil {
    int year;
    int month; /**< 1..12 */
    int day;
} civil;

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Length up to LONGEST; one more when it is longer than that. */
static size_t bounded_length(const char *s)
{
    size_t n = 0;
    while (n < LONGEST && s[n] != '\0')
        n++;
    return n < LONGEST ? n : LONGEST + 1;
}

static int number(const char *digits, int n)
{
    int v = 0;
    for (int i = 0; i < n; i++)
        v = v * 10 + (digits[i] - '0');
    return v;
}

static int days_in_month(int year, int month)
{
    static const int days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

static bool is_date(const civil *d)
{
    return d->month >= 1 && d->month <= 12 && d->day >= 1 &&
           d->day <= days_in_month(d->year, d->month);
}

static bool before(const civil *a, const civil *b)
{
    if (a->year != b->year) return a->year < b->year;
    if (a->month != b->month) return a->month < b->month;
    return a->day < b->day;
}

/* The date in China Standard Time. Years are counted from March, so that the leap day is the last
 * of its year, and in eras of 400 years, which all have the same number of days. */
static fv_status today(int64_t now_unix_s, civil *out, fv_error *err)
{
    enum { DAYS_0000_03_01_TO_1970 = 719468, ERA_DAYS = 146097 };
    const int64_t year_1 = -62135596800;
    const int64_t year_10000 = 253402300800;

    if (now_unix_s < year_1 || now_unix_s >= year_10000 - CST_S)
        return fvi_fail(err, FV_E_INTERNAL, "the clock is outside the years 1 to 9999");
    int64_t days = (now_unix_s + CST_S - year_1) / DAY_S + year_1 / DAY_S;
    days += DAYS_0000_03_01_TO_1970;
    int era = (int)(days / ERA_DAYS);
    int day = (int)(days % ERA_DAYS);
    int year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    day -= 365 * year + year / 4 - year / 100;
    int month = (5 * day + 2) / 153;
    out->day = day - (153 * month + 2) / 5 + 1;
    out->month = month < 10 ? month + 3 : month - 9;
    out->year = year + 400 * era + (out->month <= 2 ? 1 : 0);
    return FV_OK;
}

/* Completed years. Born on 29 February: one more from 1 March on where there is no 29th. */
static int age_on(const civil *birth, const civil *day)
{
    bool had_birthday =
        day->month > birth->month || (day->month == birth->month && day->day >= birth->day);
    return day->year - birth->year - (had_birthday ? 0 : 1);
}

static fv_status read_date(const char *s, civil *out, fv_error *err)
{
    static const char form[] = "dddd-dd-dd";
    bool fits = bounded_length(s) == sizeof form - 1;

    for (size_t i = 0; fits && form[i] != '\0'; i++)
        fits = form[i] == 'd' ? is_digit(s[i]) : s[i] == form[i];
    if (!fits) return fvi_fail_field(err, FV_E_ARG, "birth_date", "not of the form YYYY-MM-DD");
    out->year = number(s, 4);
    out->month = number(s + 5, 2);
    out->day = number(s + 8, 2);
    if (!is_date(out))
        return fvi_fail_field(err, FV_E_ARG, "birth_date", "no such day in the calendar");
    return FV_OK;
}

/* ISO 7064 MOD 11-2: the sum of digit times 2^place is 1 modulo 11. */
static bool checksum_holds(const char *s)
{
    int sum = 0;
    for (int i = 0; i < ID_DIGITS; i++)
        sum = (2 * sum + (is_digit(s[i]) ? s[i] - '0' : 10)) % 11;
    return sum == 1;
}

static fv_status check_characters(const char *s, size_t n, fv_error *err)
{
    for (size_t i = 0; i < n && i < LONGEST; i++) {
        bool check_x = i == ID_DIGITS - 1 && (s[i] == 'X' || s[i] == 'x');
        if (!is_digit(s[i]) && !check_x)
            return fvi_fail_field(err, FV_E_ARG, "id_number",
                                  "only the digits 0-9, and X as the 18th character: no spaces, no "
                                  "full-width digits");
    }
    if (n != ID_DIGITS && n != ID_DIGITS_OLD)
        return fvi_fail_field(err, FV_E_ARG, "id_number", "must have 18 characters, or the old 15");
    if (s[0] == '0') return fvi_fail_field(err, FV_E_ARG, "id_number", "begins with 0");
    return FV_OK;
}

static fv_status read_id(const char *s, civil *out, fv_error *err)
{
    size_t n = bounded_length(s);
    fv_status st = check_characters(s, n, err);

    if (st != FV_OK) return st;
    if (n == ID_DIGITS && !checksum_holds(s))
        return fvi_fail_field(err, FV_E_ARG, "id_number",
                              "the check character does not fit: mistyped");
    bool old = n == ID_DIGITS_OLD;
    out->year = old ? 1900 + number(s + 6, 2) : number(s + 6, 4);
    out->month = number(s + (old ? 8 : 10), 2);
    out->day = number(s + (old ? 10 : 12), 2);
    if (!is_date(out))
        return fvi_fail_field(err, FV_E_ARG, "id_number", "the date of birth in it does not exist");
    return FV_OK;
}

static fv_status check_age(const civil *birth, const civil *now, const char *field, int *age,
                           fv_error *err)
{
    if (before(now, birth))
        return fvi_fail_field(err, FV_E_ARG, field, "a date of birth in the future");
    *age = age_on(birth, now);
    if (*age > FVI_AGE_MAX)
        return fvi_fail_field(err, FV_E_ARG, field, "a date of birth over %d years ago",
                              (int)FVI_AGE_MAX);
    return FV_OK;
}

fv_status fvi_age_check(const char *birth_date, const char *id_number, int64_t now_unix_s,
                        fvi_age_gate *out, fv_error *err)
{
    fv_status st = FV_OK;
    civil given = {0};
    civil from_id = {0};
    civil now = {0};
    int age = 0;

    if (birth_date == NULL && id_number == NULL) {
        *out = FVI_AGE_NOT_GIVEN;
        return FV_OK;
    }
    FVI_TRY(today(now_unix_s, &now, err));
    if (birth_date != NULL) {
        FVI_TRY(read_date(birth_date, &given, err));
        FVI_TRY(check_age(&given, &now, "birth_date", &age, err));
    }
    if (id_number != NULL) {
        FVI_TRY(read_id(id_number, &from_id, err));
        FVI_TRY(check_age(&from_id, &now, "id_number", &age, err));
    }
    if (birth_date != NULL && id_number != NULL &&
        (before(&given, &from_id) || before(&from_id, &given))) {
        st = fvi_fail_field(err, FV_E_ARG, "birth_date", "does not agree with the ID number");
        goto out;
    }
    *out = age < FVI_AGE_OF_FACE_CHECK ? FVI_AGE_UNDER_16 : FVI_AGE_16_OR_OVER;
out:
    fvi_wipe(&given, sizeof given);
    fvi_wipe(&from_id, sizeof from_id);
    fvi_wipe(&age, sizeof age);
    return st;
}
