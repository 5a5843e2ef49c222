/* SPDX-License-Identifier: Apache-2.0 */
/* From a channel's settings to what its requests meet, on an engine made of numbers alone. */
#include "test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify/engine.h"

static fvi_pack pack = {.dir = "/pack"};

/* Similarities that tell which rate they came from. */
static void fill_engine(fv_engine *e, const char *const *overrides, size_t n)
{
    static const double rates[] = {0.1, 0.05, 0.01, 1e-3, 1e-4};
    static const double points[][2] = {{0.01, 0.5}, {1e-3, 0.2}};
    fvi_cohort *c = &e->calibration.cohorts[0];
    fv_error err = {0};

    memset(e, 0, sizeof *e);
    assert_fv_ok(fvi_settings_load(&e->settings, NULL, overrides, n, &err), &err);
    e->pack = &pack;
    e->models[FVI_ROLE_LIVENESS] = (fvi_nn_model *)&pack; /* only looked at for being there */
    (void)snprintf(e->calibration.id, sizeof e->calibration.id, "%s", "cal");
    (void)snprintf(c->name, sizeof c->name, "%s", "all");
    c->sets_policy = true;
    c->n_rates = ARRAY_LEN(rates);
    for (size_t i = 0; i < ARRAY_LEN(rates); i++)
        c->rates[i] = (fvi_rate){.fmr = rates[i], .similarity = 0.1 * (double)(i + 1)};
    e->calibration.n_cohorts = 1;
    for (size_t i = 0; i < ARRAY_LEN(points); i++)
        e->liveness.points[i] = (fvi_live_point){.bpcer = points[i][0], .limit = points[i][1]};
    e->liveness.n_points = ARRAY_LEN(points);
}

static fv_engine *make(const char *const *overrides, size_t n)
{
    fv_engine *e = malloc(sizeof *e);
    fv_error err = {0};
    assert_non_null(e);
    fill_engine(e, overrides, n);
    assert_fv_ok(fvi_channels_resolve(e, &err), &err);
    return e;
}

static const fvi_channel *find(const fv_engine *e, const char *name)
{
    const fvi_channel *c = NULL;
    fv_error err = {0};
    assert_fv_ok(fvi_channel_find(e, name, &c, &err), &err);
    return c;
}

static void test_find__known_names_only(void **state)
{
    static const struct {
        const char *name;
        bool counter;
    } rows[] = {{"nhsa-app", false},
                {"alipay", false},
                {"wechat", false},
                {"zheliban", false},
                {"counter", true}};
    static const char *const unknown[] = {"",        "Counter",  "counter ", "alipa",
                                          "alipayy", "nhsa_app", "policy",   "窗口"};
    fv_engine *e = make(NULL, 0);
    (void)state;
    assert_int_equal(FVI_CHANNEL_COUNT, ARRAY_LEN(rows));
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        assert_string_equal(find(e, rows[i].name)->name, rows[i].name);
        assert_true(find(e, rows[i].name)->is_counter == rows[i].counter);
    }
    assert_ptr_equal(find(e, NULL), &e->policy);
    assert_false(e->policy.is_counter);
    const fvi_channel *before = find(e, NULL), *c = before;
    for (size_t i = 0; i < ARRAY_LEN(unknown); i++) {
        fv_error err = {0};
        assert_int_equal(fvi_channel_find(e, unknown[i], &c, &err), FV_E_ARG);
        assert_string_equal(err.field, "channel");
        for (size_t k = 0; k < ARRAY_LEN(rows); k++)
            assert_non_null(strstr(err.text, rows[k].name));
        assert_ptr_equal(c, before);
    }
    free(e);
}

static void test_resolve__shipped_profiles(void **state)
{
    static const char *const phones[] = {"nhsa-app", "alipay", "wechat", "zheliban"};
    fv_engine *e = make(NULL, 0);
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(phones); i++) {
        const fvi_channel *c = find(e, phones[i]);
        assert_true(c->match_fmr == 1e-4 && c->review_fmr == 1e-2);
        assert_float_equal(c->match_similarity, 0.5, 1e-6);
        assert_float_equal(c->review_similarity, 0.3, 1e-6);
        assert_true(c->liveness);
        assert_float_equal(c->live_limits.live, 0.5, 1e-6);
        assert_int_equal(c->deadline_ms, 5000);
        assert_int_equal(c->wording, FV_WORDING_MEMBER);
        assert_int_equal(c->first.n, 0);
    }
    const fvi_channel *c = find(e, "counter");
    assert_true(c->match_fmr == 1e-4 && c->review_fmr == 5e-2);
    assert_float_equal(c->match_similarity, 0.5, 1e-6);
    assert_float_equal(c->review_similarity, 0.2, 1e-6);
    assert_false(c->liveness);
    assert_int_equal(c->deadline_ms, 10000);
    assert_int_equal(c->wording, FV_WORDING_CLERK);
    assert_int_equal(c->first.n, 9);
    assert_int_equal(c->first.of[0], FV_REMEDY_UNCOVER_FACE);
    c = find(e, NULL);
    assert_true(c->match_fmr == 1e-4 && c->review_fmr == 1e-2 && c->liveness);
    assert_int_equal(c->deadline_ms, 0);
    assert_int_equal(c->wording, FV_WORDING_MEMBER);
    free(e);
}

/* Each value is the channel's own where it is set, and the policy's elsewhere. */
static void test_resolve__own_values_and_the_policys(void **state)
{
    static const char *const overrides[] = {
        "policy.match_fmr=1e-3",           "policy.review_fmr=0.1",
        "policy.liveness_bpcer=1e-3",      "policy.liveness=off",
        "limits.deadline_ms=700",          "channels.wechat.match_fmr=1e-4",
        "channels.wechat.review_fmr=0.01", "channels.wechat.liveness_bpcer=0.01",
        "channels.wechat.wording=clerk",   "channels.wechat.deadline_ms=0",
        "channels.wechat.liveness=policy"};
    fv_engine *e = make(overrides, ARRAY_LEN(overrides));
    (void)state;
    const fvi_channel *c = find(e, "wechat");
    assert_true(c->match_fmr == 1e-4 && c->review_fmr == 0.01 && c->liveness_bpcer == 0.01);
    assert_float_equal(c->match_similarity, 0.5, 1e-6);
    assert_float_equal(c->review_similarity, 0.3, 1e-6);
    assert_float_equal(c->live_limits.live, 0.5, 1e-6);
    assert_false(c->liveness);
    assert_int_equal(c->wording, FV_WORDING_CLERK);
    assert_int_equal(c->deadline_ms, 700);
    c = find(e, "nhsa-app");
    assert_true(c->match_fmr == 1e-3 && c->review_fmr == 0.1 && c->liveness_bpcer == 1e-3);
    assert_float_equal(c->match_similarity, 0.4, 1e-6);
    assert_float_equal(c->review_similarity, 0.1, 1e-6);
    assert_float_equal(c->live_limits.live, 0.2, 1e-6);
    assert_true(c->liveness); /* its own word, whatever the policy says */
    c = find(e, NULL);
    assert_true(c->match_fmr == 1e-3 && c->review_fmr == 0.1 && !c->liveness);
    assert_float_equal(c->match_similarity, 0.4, 1e-6);
    free(e);
}

static void assert_unresolved(const char *override, bool network, fv_status want, const char *says)
{
    fv_engine *e = malloc(sizeof *e);
    fv_error err = {0};
    assert_non_null(e);
    fill_engine(e, &override, 1);
    if (!network) e->models[FVI_ROLE_LIVENESS] = NULL;
    fv_status st = fvi_channels_resolve(e, &err);
    if (st != want || strncmp(err.text, says, strlen(says)) != 0)
        fail_msg("%s: %d %s", override, (int)st, err.text);
    free(e);
}

static void test_resolve__what_was_not_measured_is_refused_by_key(void **state)
{
    (void)state;
    assert_unresolved("policy.match_fmr=9e-5", true, FV_E_CONFIG,
                      "policy.match_fmr: a false match rate of 9e-05 was not measured");
    assert_unresolved("channels.nhsa-app.match_fmr=9e-5", true, FV_E_CONFIG,
                      "channels.nhsa-app.match_fmr: a false match rate of 9e-05");
    assert_unresolved("policy.liveness_bpcer=1e-4", true, FV_E_CONFIG, "policy.liveness_bpcer: ");
    assert_unresolved("channels.counter.liveness_bpcer=1e-4", true, FV_E_CONFIG,
                      "channels.counter.liveness_bpcer: ");
    assert_unresolved("limits.deadline_ms=0", false, FV_E_MODEL,
                      "/pack/pack.json: no network of the role 'liveness', which policy.liveness ");
    assert_unresolved("policy.liveness=off", false, FV_E_MODEL,
                      "/pack/pack.json: no network of the role 'liveness', which "
                      "channels.nhsa-app.liveness ");
    /* a review rate can only be too low where the match rate is, unless the match rate inherits */
    fv_engine *e = malloc(sizeof *e);
    fv_error err = {0};
    assert_non_null(e);
    fill_engine(e, NULL, 0);
    e->settings.channels[FVI_CHANNEL_ALIPAY].review_fmr = 9e-5;
    assert_int_equal(fvi_channels_resolve(e, &err), FV_E_CONFIG);
    assert_memory_equal(err.text, "channels.alipay.review_fmr: ", 28);
    free(e);
}

static void test_resolve__a_pack_for_comparisons_alone(void **state)
{
    static const char *const overrides[] = {
        "policy.liveness=off", "channels.nhsa-app.liveness=off", "channels.alipay.liveness=policy",
        "channels.wechat.liveness=off", "channels.zheliban.liveness=off"};
    fv_engine *e = malloc(sizeof *e);
    fv_error err = {0};
    (void)state;
    assert_non_null(e);
    fill_engine(e, overrides, ARRAY_LEN(overrides));
    e->models[FVI_ROLE_LIVENESS] = NULL;
    assert_fv_ok(fvi_channels_resolve(e, &err), &err);
    assert_false(find(e, "alipay")->liveness);
    assert_true(isnan(find(e, "alipay")->live_limits.live));
    free(e);
}

static void test_deadline__asked_and_granted(void **state)
{
    static const struct {
        const char *channel;
        uint32_t asked, granted;
    } rows[] = {
        {"alipay", 0, 3000},
        {"alipay", 1, 1},
        {"alipay", 3000, 3000},
        {"alipay", 3001, 3000},
        {"alipay", UINT32_MAX, 3000},
        {"wechat", 0, 800},
        {"wechat", 900, 900},
        {"wechat", 600000, 600000},
        {NULL, 0, 800},
        {NULL, 900, 900},
        {"counter", 0, 10000},
        {"counter", 20000, 10000},
        {"nobody", 0, 800},
        {"nobody", 7000, 7000},
    };
    static const char *const overrides[] = {"limits.deadline_ms=800",
                                            "channels.alipay.deadline_ms=3000",
                                            "channels.wechat.deadline_ms=0"};
    fv_engine *e = make(overrides, ARRAY_LEN(overrides));
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_int_equal(fvi_engine_deadline_ms(e, rows[i].channel, rows[i].asked),
                         rows[i].granted);
    free(e);
    e = make(NULL, 0);
    assert_int_equal(fvi_engine_deadline_ms(e, NULL, 0), 0);
    assert_int_equal(fvi_engine_deadline_ms(e, NULL, 600000), 600000);
    free(e);
}

static void test_order__names_of_remedies(void **state)
{
    static const struct {
        const char *text, *why; /* why NULL: good */
    } rows[] = {
        {"", NULL},
        {"   ", NULL},
        {"OPEN_EYES", NULL},
        {" HOLD_STILL  OPEN_EYES ", NULL},
        {"OPEN_EYE", "'OPEN_EYE' is no remedy"},
        {"OPEN_EYESS", "'OPEN_EYESS' is no remedy"},
        {"open_eyes", "'open_eyes' is no remedy"},
        {"OPEN_EYES,HOLD_STILL", "'OPEN_EYES,HOLD_STILL' is no remedy"},
        {"HOLD_STILL OPEN_EYES HOLD_STILL", "'HOLD_STILL' stands there twice"},
        {"VISIT_COUNTER", "'VISIT_COUNTER' is always told last"},
        {"NONE", "'NONE' is no remedy"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        fvi_remedy_order order = {.n = 7};
        char why[64] = "";
        bool good = fvi_remedy_order_parse(rows[i].text, &order, why, sizeof why);
        assert_int_equal(good, rows[i].why == NULL);
        assert_string_equal(why, good ? "" : rows[i].why);
        if (!good) assert_int_equal(order.n, 7);
    }
    fvi_remedy_order order;
    char why[64] = "";
    assert_true(fvi_remedy_order_parse(rows[3].text, &order, why, sizeof why));
    assert_int_equal(order.n, 2);
    assert_int_equal(order.of[0], FV_REMEDY_HOLD_STILL);
    assert_int_equal(order.of[1], FV_REMEDY_OPEN_EYES);
    /* all that can be named fit in, in the order as well as in the setting */
    char all[FVI_REMEDIES_TEXT] = "";
    size_t n = 0;
    for (int r = 1; fv_remedy_name((fv_remedy)r)[0] != '\0'; r++) {
        if (r == FV_REMEDY_VISIT_COUNTER) continue;
        n += (size_t)snprintf(all + n, sizeof all - n, "%s ", fv_remedy_name((fv_remedy)r));
        assert_true(n < sizeof all);
    }
    assert_true(fvi_remedy_order_parse(all, &order, why, sizeof why));
    assert_int_equal(order.n, 17);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_find__known_names_only),
        cmocka_unit_test(test_resolve__shipped_profiles),
        cmocka_unit_test(test_resolve__own_values_and_the_policys),
        cmocka_unit_test(test_resolve__what_was_not_measured_is_refused_by_key),
        cmocka_unit_test(test_resolve__a_pack_for_comparisons_alone),
        cmocka_unit_test(test_deadline__asked_and_granted),
        cmocka_unit_test(test_order__names_of_remedies),
    };
    return cmocka_run_group_tests_name("channel", tests, NULL, NULL);
}
