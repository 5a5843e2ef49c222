/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "match/calibration.h"

#define SHA "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static char dir[] = "/tmp/fv_calibration_XXXXXX";
static char path[64];

static int make_dir(void **state)
{
    (void)state;
    if (mkdtemp(dir) == NULL) return -1;
    (void)snprintf(path, sizeof path, "%s/calibration.json", dir);
    return 0;
}

static int remove_dir(void **state)
{
    (void)state;
    (void)unlink(path);
    return rmdir(dir);
}

static void write_file(const char *text, size_t n)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

/* Three cohorts: `a` is stricter at high rates, `b` at low ones; `c` only reports. */
static const char good[] =
    "{\"id\": \"test-1\", \"date\": \"2026-01-02\", \"network_sha256\": \"" SHA "\",\n"
    " \"cohorts\": [\n"
    "  {\"name\": \"a\", \"set\": \"set of a\", \"people\": 50, \"impostor_pairs\": 30000,\n"
    "   \"sets_policy\": true, \"rates\": [\n"
    "    {\"fmr\": 0.01, \"similarity\": 0.30, \"false_matches\": 299, \"fmr_upper95\": 0.012},\n"
    "    {\"fmr\": 0.001, \"similarity\": 0.40, \"false_matches\": 29, \"fmr_upper95\": 0.0015},\n"
    "    {\"fmr\": 0.0001, \"similarity\": 0.45, \"false_matches\": 3, \"fmr_upper95\": "
    "0.0003}]},\n"
    "  {\"name\": \"b\", \"set\": \"set of b\", \"people\": 900, \"impostor_pairs\": 400000,\n"
    "   \"sets_policy\": true, \"rates\": [\n"
    "    {\"fmr\": 0.01, \"similarity\": 0.20, \"false_matches\": 9, \"fmr_upper95\": 0.012},\n"
    "    {\"fmr\": 0.0001, \"similarity\": 0.55, \"false_matches\": 9, \"fmr_upper95\": 0.0003},\n"
    "    {\"fmr\": 0.00001, \"similarity\": 0.55, \"false_matches\": 4, \"fmr_upper95\": "
    "0.0003}]},\n"
    "  {\"name\": \"c\", \"set\": \"set of c\", \"people\": 15, \"impostor_pairs\": 1000,\n"
    "   \"sets_policy\": false, \"rates\": [\n"
    "    {\"fmr\": 0.01, \"similarity\": 0.99, \"false_matches\": 0, \"fmr_upper95\": 0.1}]}\n"
    " ]}\n";

static fvi_calibration load_good(void)
{
    fvi_calibration c;
    fv_error err = {0};
    write_file(good, sizeof good - 1);
    assert_fv_ok(fvi_calibration_load(&c, path, SHA, &err), &err);
    return c;
}

static void test_load__everything_arrives(void **state)
{
    (void)state;
    fvi_calibration c = load_good();
    assert_string_equal(c.id, "test-1");
    assert_string_equal(c.date, "2026-01-02");
    assert_string_equal(c.network_sha256, SHA);
    assert_int_equal(c.n_cohorts, 3);
    assert_string_equal(c.cohorts[1].name, "b");
    assert_string_equal(c.cohorts[1].set, "set of b");
    assert_int_equal(c.cohorts[1].people, 900);
    assert_int_equal(c.cohorts[1].impostor_pairs, 400000);
    assert_true(c.cohorts[0].sets_policy);
    assert_false(c.cohorts[2].sets_policy);
    assert_int_equal(c.cohorts[0].n_rates, 3);
    assert_true(c.cohorts[0].rates[1].fmr == 0.001);
    assert_true(c.cohorts[0].rates[1].similarity == 0.40);
    assert_true(c.cohorts[0].rates[1].fmr_upper95 == 0.0015);
    assert_int_equal(c.cohorts[0].rates[1].false_matches, 29);
}

typedef struct edit {
    const char *from; /* its first place in `good` ... */
    const char *to;   /* ... becomes this */
    const char *says; /* part of the error's text */
} edit;

static const edit refusals[] = {
    /* another network */
    {SHA "\"", "1" SHA "\"", "network_sha256"},
    {"\"0123", "\"1123", "another embedding network"},
    /* the texts */
    {"\"id\"", "\"ID\"", "id"},
    {"\"test-1\"", "\"\"", "id"},
    {"\"test-1\"", "1", "id"},
    {"\"date\"", "\"day\"", "date"},
    {"\"2026-01-02\"", "\"2026-01-02T00:00:00\"", "date"},
    {"\"network_sha256\"", "\"sha256\"", "network_sha256"},
    {"\"name\": \"a\"", "\"name\": null", "name"},
    {"\"set\": \"set of a\"", "\"sett\": \"\"", "set"},
    /* the counts */
    {"\"people\": 50", "\"people\": 49", "too few people"},
    {"\"people\": 50", "\"people\": \"50\"", "people"},
    {"\"people\": 50", "\"people\": 50.0", "people"},
    {"\"people\": 50", "\"people\": -50", "people"},
    {"\"people\": 50,", "", "people"},
    {"\"impostor_pairs\": 30000", "\"impostor_pairs\": -1", "impostor_pairs"},
    {"\"impostor_pairs\": 30000", "\"impostor_pairs\": 3e4", "impostor_pairs"},
    /* the rule of three: 1e-4 needs 30,000 pairs */
    {"\"impostor_pairs\": 30000", "\"impostor_pairs\": 29999", "than its pairs support"},
    {"\"impostor_pairs\": 30000", "\"impostor_pairs\": 0", "than its pairs support"},
    {"\"impostor_pairs\": 1000", "\"impostor_pairs\": 299", "than its pairs support"},
    /* who sets policy */
    {"\"sets_policy\": true", "\"sets_policy\": 1", "sets_policy"},
    {"\"sets_policy\": true,", "", "sets_policy"},
    {"\"sets_policy\": false", "\"sets_policy\": true", "too few people"},
    /* the rates */
    {"\"fmr\": 0.01,", "", "fmr"},
    {"\"fmr\": 0.01", "\"fmr\": \"0.01\"", "fmr"},
    {"\"fmr\": 0.01", "\"fmr\": 0", "not in 0..1"},
    {"\"fmr\": 0.01", "\"fmr\": -0.01", "not in 0..1"},
    {"\"fmr\": 0.01", "\"fmr\": 1.01", "not in 0..1"},
    {"\"fmr\": 0.001", "\"fmr\": 0.01", "must fall"},
    {"\"fmr\": 0.01", "\"fmr\": 0.00099", "more false matches than"},
    {"\"similarity\": 0.30,", "", "similarity"},
    {"\"similarity\": 0.30", "\"similarity\": true", "similarity"},
    {"\"similarity\": 0.30", "\"similarity\": 1.001", "not in -1..1"},
    {"\"similarity\": 0.30", "\"similarity\": -1.001", "not in -1..1"},
    {"\"similarity\": 0.30", "\"similarity\": 0.41", "must fall"},
    {"\"similarity\": 0.45", "\"similarity\": 0.39", "must fall"},
    {"\"false_matches\": 299", "\"false_matches\": 301", "more false matches"},
    {"\"false_matches\": 299", "\"false_matches\": -1", "false_matches"},
    {"\"false_matches\": 299,", "", "false_matches"},
    {"\"fmr_upper95\": 0.012", "\"fmr_upper95\": null", "fmr_upper95"},
    {"{\"fmr\": 0.01,", "7, {\"fmr\": 0.01,", "number is missing"},
    {"\"rates\"", "\"rate\"", "no rates"},
    {"\"rates\": [", "\"rates\": [], \"other\": [", "no rates"},
    {"\"rates\": [", "\"rates\": 4, \"other\": [", "no rates"},
    /* the cohorts */
    {"\"cohorts\"", "\"cohort\"", "cohorts: none"},
    {"\"cohorts\": [", "\"cohorts\": [], \"other\": [", "cohorts: none"},
    {"\"cohorts\": [", "\"cohorts\": [7, ", "text is missing"},
    /* the file */
    {"\"id\": \"test-1\"", "\"id\": \"x\", \"id\": \"test-1\"", "duplicate"},
    {"\"people\": 50", "\"people\": 50, \"people\": 60", "duplicate"},
    {"]}\n", "", ":"},
    {"{\"id\"", "[{\"id\"", ":"},
    {"{\"id\"", "\"id\"", ":"},
    {"0.012", "1e999", ":"},
    {"0.012", "NaN", ":"},
    {"0.012", "0x1", ":"},
    {"test-1", "\xff\xfe", "decode"},
};

static void refused(const char *what, const char *says)
{
    fvi_calibration c, before;
    fv_error err = {0};
    memset(&c, 0x5a, sizeof c);
    memcpy(&before, &c, sizeof c);
    fv_status st = fvi_calibration_load(&c, path, SHA, &err);
    if (st != FV_E_MODEL) fail_msg("%s: status %d (%s)", what, (int)st, err.text);
    if (strstr(err.text, says) == NULL) fail_msg("%s: says: %s", what, err.text);
    if (strstr(err.text, path) == NULL) fail_msg("%s: names no file: %s", what, err.text);
    assert_memory_equal(&c, &before, sizeof c);
}

static void test_load__every_refusal(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
        const edit *e = &refusals[i];
        char text[sizeof good + 256];
        const char *at = strstr(good, e->from);
        if (at == NULL) fail_msg("row %zu is not in the text", i);
        int n = snprintf(text, sizeof text, "%.*s%s%s", (int)(at - good), good, e->to,
                         at + strlen(e->from));
        assert_true(n > 0 && (size_t)n < sizeof text);
        write_file(text, (size_t)n);
        char what[160];
        (void)snprintf(what, sizeof what, "row %zu: %s -> %s", i, e->from, e->to);
        refused(what, e->says);
    }
}

static void test_load__no_cohort_sets_policy(void **state)
{
    char text[sizeof good];
    (void)state;
    strcpy(text, good);
    for (char *p = text; (p = strstr(p, "true,")) != NULL; p++) {
        memcpy(p - 1, "false", 5); /* over the blank before it */
    }
    write_file(text, strlen(text));
    refused("none", "none sets policy");
}

static void test_load__files_that_are_none(void **state)
{
    static const char *const texts[] = {
        "", " ", "null", "3", "[]", "{}", "\"\"", "id: test\n", "{\"id\": \"a\"} {\"id\": \"b\"}"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        write_file(texts[i], strlen(texts[i]));
        refused(texts[i], "");
    }
    size_t big = (1 << 20) + 1;
    char *spaces = malloc(big);
    assert_non_null(spaces);
    memset(spaces, ' ', big);
    memcpy(spaces, good, sizeof good - 1);
    write_file(spaces, big - 1); /* as large as may be */
    fvi_calibration c;
    fv_error err = {0};
    assert_fv_ok(fvi_calibration_load(&c, path, SHA, &err), &err);
    write_file(spaces, big);
    refused("too large", "");
    free(spaces);
    assert_int_equal(unlink(path), 0);
    refused("no file", "");
}

static void test_load__too_many(void **state)
{
    char text[8192];
    int n = 0;
    (void)state;
    for (int extra = 0; extra < 2; extra++) {
        n = snprintf(text, sizeof text,
                     "{\"id\":\"i\",\"date\":\"d\",\"network_sha256\":\"" SHA "\",\"cohorts\":[");
        for (int i = 0; i < FVI_COHORTS_MAX + extra; i++)
            n += snprintf(text + n, sizeof text - (size_t)n,
                          "%s{\"name\":\"n\",\"set\":\"s\",\"people\":50,\"impostor_pairs\":300,"
                          "\"sets_policy\":true,\"rates\":[{\"fmr\":0.01,\"similarity\":0,"
                          "\"false_matches\":0,\"fmr_upper95\":0}]}",
                          i == 0 ? "" : ",");
        n += snprintf(text + n, sizeof text - (size_t)n, "]}");
        write_file(text, (size_t)n);
        fvi_calibration c;
        fv_error err = {0};
        if (extra == 0)
            assert_fv_ok(fvi_calibration_load(&c, path, SHA, &err), &err);
        else
            refused("cohorts", "too many");
    }
    for (int extra = 0; extra < 2; extra++) {
        n = snprintf(text, sizeof text,
                     "{\"id\":\"i\",\"date\":\"d\",\"network_sha256\":\"" SHA "\",\"cohorts\":["
                     "{\"name\":\"n\",\"set\":\"s\",\"people\":50,\"impostor_pairs\":3000,"
                     "\"sets_policy\":true,\"rates\":[");
        for (int i = 0; i < FVI_RATES_MAX + extra; i++)
            n += snprintf(text + n, sizeof text - (size_t)n,
                          "%s{\"fmr\":%g,\"similarity\":%g,\"false_matches\":0,\"fmr_upper95\":0}",
                          i == 0 ? "" : ",", 0.5 - 0.01 * i, 0.01 * i);
        n += snprintf(text + n, sizeof text - (size_t)n, "]}]}");
        write_file(text, (size_t)n);
        fvi_calibration c;
        fv_error err = {0};
        if (extra == 0)
            assert_fv_ok(fvi_calibration_load(&c, path, SHA, &err), &err);
        else
            refused("rates", "too many");
    }
}

/* Three pairs for each false match that may be seen: 3 / pairs itself is supported, in any count.
 */
static void test_load__rule_of_three_takes_its_own_bound(void **state)
{
    int refusals_seen = 0;
    (void)state;
    for (int pairs = 300; pairs < 1300; pairs += 3) {
        char text[512];
        fvi_calibration c;
        fv_error err = {0};
        int n = snprintf(text, sizeof text,
                         "{\"id\":\"i\",\"date\":\"d\",\"network_sha256\":\"" SHA "\",\"cohorts\":["
                         "{\"name\":\"n\",\"set\":\"s\",\"people\":50,\"impostor_pairs\":%d,"
                         "\"sets_policy\":true,\"rates\":[{\"fmr\":%.17g,\"similarity\":0,"
                         "\"false_matches\":0,\"fmr_upper95\":0}]}]}",
                         pairs, 3.0 / pairs);
        write_file(text, (size_t)n);
        if (fvi_calibration_load(&c, path, SHA, &err) != FV_OK) refusals_seen++;
    }
    assert_int_equal(refusals_seen, 0);
}

static void test_similarity__worst_cohort_at_the_next_lower_rate(void **state)
{
    static const struct {
        double fmr;
        float similarity;
        const char *cohort; /* NULL: refused */
    } rows[] = {
        {0.5, 0.30f, "a"},    {0.01, 0.30f, "a"},   {0.0100001, 0.30f, "a"},
        {0.0099, 0.55f, "b"}, /* a: 0.40 at 0.001; b has none between 0.01 and 0.0001 */
        {0.001, 0.55f, "b"},  {0.0001, 0.55f, "b"}, {0.00009, 0, NULL}, /* a has none */
        {1e-5, 0, NULL},      {1e-9, 0, NULL},
    };
    (void)state;
    fvi_calibration c = load_good();
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        float s = 77;
        const fvi_cohort *from = NULL;
        fv_error err = {0};
        fv_status st = fvi_calibration_similarity(&c, rows[i].fmr, &s, &from, &err);
        if (rows[i].cohort == NULL) {
            assert_int_equal(st, FV_E_CONFIG);
            assert_non_null(strstr(err.text, "'a'"));
            assert_non_null(strstr(err.text, "0.0001"));
            assert_float_equal(s, 77, 0);
            assert_null(from);
            continue;
        }
        assert_fv_ok(st, &err);
        assert_float_equal(s, rows[i].similarity, 1e-7f);
        assert_string_equal(from->name, rows[i].cohort);
    }
    float s = 0;
    assert_int_equal(fvi_calibration_similarity(&c, 0.01, &s, NULL, NULL), FV_OK);
}

/* A rate that is written as a configuration writes it meets the same rate in the file. */
static void test_similarity__rates_meet_in_spite_of_rounding(void **state)
{
    (void)state;
    fvi_calibration c = load_good();
    float s = 0;
    assert_int_equal(fvi_calibration_similarity(&c, nextafter(0.0001, 0), &s, NULL, NULL), FV_OK);
    assert_int_equal(fvi_calibration_similarity(&c, 0.0001 * (1 - 1e-6), &s, NULL, NULL),
                     FV_E_CONFIG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_load__everything_arrives),
        cmocka_unit_test(test_load__every_refusal),
        cmocka_unit_test(test_load__no_cohort_sets_policy),
        cmocka_unit_test(test_load__files_that_are_none),
        cmocka_unit_test(test_load__too_many),
        cmocka_unit_test(test_load__rule_of_three_takes_its_own_bound),
        cmocka_unit_test(test_similarity__worst_cohort_at_the_next_lower_rate),
        cmocka_unit_test(test_similarity__rates_meet_in_spite_of_rounding),
    };
    return cmocka_run_group_tests_name("calibration", tests, make_dir, remove_dir);
}
