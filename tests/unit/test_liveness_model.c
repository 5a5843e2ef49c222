/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "liveness/liveness.h"

#define SHA "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static char dir[] = "/tmp/fv_liveness_XXXXXX";
static char path[64];

static int make_dir(void **state)
{
    (void)state;
    if (mkdtemp(dir) == NULL) return -1;
    (void)snprintf(path, sizeof path, "%s/liveness.json", dir);
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

static const char good[] =
    "{\"id\": \"test-1\", \"date\": \"2026-01-02\", \"sets\": \"two sets\",\n"
    " \"network_sha256\": \"" SHA "\",\n"
    " \"features\": [\n"
    "  {\"name\": \"NETWORK\", \"mean\": 1.0, \"deviation\": 2.0, \"coefficient\": 3.0},\n"
    "  {\"name\": \"BLUE_CAST\", \"mean\": 0.5, \"deviation\": 0.25, \"coefficient\": -2.0},\n"
    "  {\"name\": \"FRAME_EDGES\", \"mean\": 4.0, \"deviation\": 1.0, \"coefficient\": 0.0}],\n"
    " \"intercept\": 0.5,\n"
    " \"operating_points\": [\n"
    "  {\"bpcer\": 0.05, \"limit\": 0.8, \"bona_fide\": 3000, \"refused\": 150,\n"
    "   \"bpcer_upper95\": 0.06},\n"
    "  {\"bpcer\": 0.01, \"limit\": 0.5, \"bona_fide\": 3000, \"refused\": 29,\n"
    "   \"bpcer_upper95\": 0.013},\n"
    "  {\"bpcer\": 0.001, \"limit\": 0.25, \"bona_fide\": 3000, \"refused\": 3,\n"
    "   \"bpcer_upper95\": 0.0026}]}\n";

static fvi_liveness_model load_good(void)
{
    fvi_liveness_model m;
    fv_error err = {0};
    write_file(good, sizeof good - 1);
    assert_fv_ok(fvi_liveness_load(&m, path, SHA, &err), &err);
    return m;
}

static void test_load__everything_arrives(void **state)
{
    (void)state;
    fvi_liveness_model m = load_good();
    assert_string_equal(m.id, "test-1");
    assert_string_equal(m.date, "2026-01-02");
    assert_string_equal(m.sets, "two sets");
    assert_string_equal(m.network_sha256, SHA);
    assert_true(m.mean[FVI_LIVE_NETWORK] == 1.0);
    assert_true(m.deviation[FVI_LIVE_NETWORK] == 2.0);
    assert_true(m.coefficient[FVI_LIVE_NETWORK] == 3.0);
    assert_true(m.coefficient[FVI_LIVE_BLUE_CAST] == -2.0);
    assert_true(m.mean[FVI_LIVE_FRAME_EDGES] == 4.0);
    assert_true(m.intercept == 0.5);
    assert_int_equal(m.n_points, 3);
    assert_true(m.points[1].bpcer == 0.01);
    assert_true(m.points[1].limit == 0.5);
    assert_int_equal(m.points[1].bona_fide, 3000);
    assert_int_equal(m.points[1].refused, 29);
    assert_true(m.points[1].bpcer_upper95 == 0.013);
}

typedef struct edit {
    const char *from; /* its first place in `good` ... */
    const char *to;   /* ... becomes this */
    const char *says; /* part of the error's text */
} edit;

static const edit refusals[] = {
    /* another network */
    {SHA "\"", "1" SHA "\"", "network_sha256"},
    {"\"0123", "\"1123", "another liveness network"},
    {"\"network_sha256\"", "\"sha256\"", "network_sha256"},
    /* the texts */
    {"\"test-1\"", "\"\"", "id"},
    {"\"test-1\"", "1", "id"},
    {"\"2026-01-02\"", "\"2026-01-02T00:00:00\"", "date"},
    {"\"sets\"", "\"set\"", "sets"},
    /* the features */
    {"\"features\"", "\"Features\"", "features"},
    {"\"BLUE_CAST\"", "\"RED_CAST\"", "RED_CAST"},
    {"\"BLUE_CAST\"", "\"FRAME_EDGES\"", "not the feature that stands here"},
    {"},\n  {\"name\": \"FRAME_EDGES\", \"mean\": 4.0, \"deviation\": 1.0, \"coefficient\": 0.0}",
     "}", "not as many"},
    {"\"FRAME_EDGES\", \"mean\": 4.0, \"deviation\": 1.0, \"coefficient\": 0.0}",
     "\"FRAME_EDGES\", \"mean\": 4.0, \"deviation\": 1.0, \"coefficient\": 0.0}, {}",
     "not as many"},
    {"\"mean\": 1.0", "\"mean\": \"1.0\"", "mean"},
    {"\"mean\": 1.0, ", "", "mean"},
    {"\"mean\": 1.0", "\"mean\": 1e999", ""},
    {"\"deviation\": 2.0", "\"deviation\": 0.0", "a deviation is not above 0"},
    {"\"deviation\": 2.0", "\"deviation\": -2.0", "a deviation is not above 0"},
    {"\"coefficient\": 3.0", "\"coefficient\": -3.0", "speaks against its sense"},
    {"\"coefficient\": -2.0", "\"coefficient\": 2.0", "speaks against its sense"},
    {"\"coefficient\": 0.0", "\"coefficient\": 0.001", "speaks against its sense"},
    {"\"coefficient\": 3.0", "\"coefficient\": null", "coefficient"},
    {"\"intercept\": 0.5,", "", "intercept"},
    /* the rule of three: 1e-3 needs 3,000 */
    {"0.25, \"bona_fide\": 3000", "0.25, \"bona_fide\": 2999", "than its selfies support"},
    {"0.25, \"bona_fide\": 3000", "0.25, \"bona_fide\": 0", "than its selfies support"},
    {"\"bpcer\": 0.001", "\"bpcer\": 0.0001", "than its selfies support"},
    {"\"refused\": 3,", "\"refused\": 4,", "more were refused than the rate allows"},
    {"\"refused\": 3,", "\"refused\": -3,", "refused"},
    {"\"refused\": 3,", "\"refused\": 3.0,", "refused"},
    {"0.25, \"bona_fide\": 3000", "0.25, \"bona_fide\": \"3000\"", "bona_fide"},
    {"\"bpcer_upper95\": 0.06", "\"upper95\": 0.06", "bpcer_upper95"},
    /* the points */
    {"\"operating_points\"", "\"points\"", "operating_points"},
    {"\"bpcer\": 0.05", "\"bpcer\": 0.0", "a rate is not in 0..1"},
    {"\"bpcer\": 0.05", "\"bpcer\": 1.5", "a rate is not in 0..1"},
    {"\"limit\": 0.8", "\"limit\": 1.5", "a limit is not in 0..1"},
    {"\"limit\": 0.8", "\"limit\": -0.1", "a limit is not in 0..1"},
    {"\"bpcer\": 0.05", "\"bpcer\": 0.01", "more were refused"},
    {"\"bpcer\": 0.01,", "\"bpcer\": 0.05,", "rates must fall"},
    {"\"limit\": 0.5", "\"limit\": 0.81", "limits must not rise"},
    /* not JSON, not an object */
    {"{\"id\"", "[\"id\"", ""},
    {"\"date\"", "\"id\"", ""},
};

static void test_load__refuses_and_leaves_the_output_alone(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
        const edit *e = &refusals[i];
        char text[4096];
        fv_error err = {0};
        fvi_liveness_model m = {.n_points = 77};
        const char *at = strstr(good, e->from);
        assert_non_null(at);
        int n = snprintf(text, sizeof text, "%.*s%s%s", (int)(at - good), good, e->to,
                         at + strlen(e->from));
        write_file(text, (size_t)n);
        if (fvi_liveness_load(&m, path, SHA, &err) != FV_E_MODEL)
            fail_msg("edit %zu (%s): not refused", i, e->to);
        if (strstr(err.text, e->says) == NULL) fail_msg("edit %zu: %s", i, err.text);
        assert_int_equal(m.n_points, 77);
    }
}

static void test_load__no_file(void **state)
{
    fvi_liveness_model m = {.n_points = 77};
    fv_error err = {0};
    (void)state;
    (void)unlink(path);
    assert_int_equal(fvi_liveness_load(&m, path, SHA, &err), FV_E_MODEL);
    assert_non_null(strstr(err.text, "liveness.json"));
    assert_int_equal(m.n_points, 77);
}

static void test_load__no_points_or_too_many(void **state)
{
    static const char head[] = " \"operating_points\": [";
    char text[8192];
    fvi_liveness_model m;
    fv_error err = {0};
    (void)state;
    const char *at = strstr(good, head);
    assert_non_null(at);
    int n = snprintf(text, sizeof text, "%.*s%s]}", (int)(at - good), good, head);
    write_file(text, (size_t)n);
    assert_int_equal(fvi_liveness_load(&m, path, SHA, &err), FV_E_MODEL);
    n = snprintf(text, sizeof text, "%.*s%s", (int)(at - good), good, head);
    for (int i = 0; i <= FVI_LIVE_POINTS_MAX; i++)
        n += snprintf(text + n, sizeof text - (size_t)n,
                      "%s{\"bpcer\": %.3f, \"limit\": 0.5, \"bona_fide\": 3000, \"refused\": 0, "
                      "\"bpcer_upper95\": 0.1}",
                      i == 0 ? "" : ",", 0.5 - 0.01 * i);
    n += snprintf(text + n, sizeof text - (size_t)n, "]}");
    write_file(text, (size_t)n);
    err = (fv_error){0};
    assert_int_equal(fvi_liveness_load(&m, path, SHA, &err), FV_E_MODEL);
    assert_non_null(strstr(err.text, "too many"));
}

static void test_load__the_shipped_model(void **state)
{
    fvi_liveness_model m;
    fv_error err = {0};
    fvi_live_limits limit;
    (void)state;
    assert_fv_ok(
        fvi_liveness_load(&m, FV_TEST_MODELS "/liveness.json",
                          "afa783b7e902fdfcf323a7240cac2a1c580c25314ea4161129dc1b0d100dc32d", &err),
        &err);
    assert_fv_ok(fvi_liveness_limits(&m, 1e-2, &limit, &err), &err);
    assert_fv_ok(fvi_liveness_limits(&m, 1e-3, &limit, &err), &err);
    assert_int_equal(fvi_liveness_limits(&m, 1e-4, &limit, &err), FV_E_CONFIG);
}

static void test_limit__the_nearest_point_that_is_not_above(void **state)
{
    static const struct {
        double bpcer;
        float want; /* 0: refused */
    } cases[] = {{0.5, 0.8f},    {0.05, 0.8f}, {0.049, 0.5f}, {0.01, 0.5f}, {0.002, 0.25f},
                 {0.001, 0.25f}, {0.0009, 0},  {0, 0},        {NAN, 0}};
    (void)state;
    fvi_liveness_model m = load_good();
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        fv_error err = {0};
        fvi_live_limits limit = {-1, -1};
        fv_status st = fvi_liveness_limits(&m, cases[i].bpcer, &limit, &err);
        assert_int_equal(st, cases[i].want > 0 ? FV_OK : FV_E_CONFIG);
        assert_float_equal(limit.live, cases[i].want > 0 ? cases[i].want : -1, 0);
        assert_float_equal(limit.attack, cases[i].want > 0 ? 1.0f / 7 : -1, 1e-6);
        if (st != FV_OK) assert_non_null(strstr(err.text, "0.001"));
    }
}

static void test_score__by_hand(void **state)
{
    (void)state;
    fvi_liveness_model m = load_good();
    /* 0.5 + 3 (5 - 1) / 2 - 2 (0.25 - 0.5) / 0.25 = 8.5 */
    const float a[] = {5, 0.25f, 100};
    assert_float_equal(fvi_liveness_score(&m, a), 1 / (1 + expf(-8.5f)), 1e-6);
    /* 0.5 + 3 (-1 - 1) / 2 + 0 = -2.5 */
    const float b[] = {-1, 0.5f, 0};
    assert_float_equal(fvi_liveness_score(&m, b), 1 / (1 + expf(2.5f)), 1e-6);
    for (int i = 0; i < FVI_LIVE_COUNT; i++) {
        float c[] = {5, 0.25f, 100};
        c[i] = NAN;
        assert_true(isnan(fvi_liveness_score(&m, c)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_load__everything_arrives),
        cmocka_unit_test(test_load__refuses_and_leaves_the_output_alone),
        cmocka_unit_test(test_load__no_file),
        cmocka_unit_test(test_load__no_points_or_too_many),
        cmocka_unit_test(test_load__the_shipped_model),
        cmocka_unit_test(test_limit__the_nearest_point_that_is_not_above),
        cmocka_unit_test(test_score__by_hand),
    };
    return cmocka_run_group_tests_name("liveness model", tests, make_dir, remove_dir);
}
