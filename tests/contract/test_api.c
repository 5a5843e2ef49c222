/* SPDX-License-Identifier: Apache-2.0 */
/* Arguments: what is refused, what is left alone, how structs grow. */
#include "fixture.h"

/* A result with a pattern in every byte, larger than the library's own. */
typedef union padded {
    fv_result result;
    uint8_t byte[sizeof(fv_result) + 64];
} padded;

static padded patterned(uint32_t size)
{
    padded p;
    memset(&p, 0xa5, sizeof p);
    p.result.struct_size = size;
    return p;
}

static void assert_refused(const fv_request *request, uint32_t size, const char *field)
{
    padded got = patterned(size);
    const padded before = got;
    fv_error err = {.code = FV_E_NOMEM, .text = "from an earlier call"};
    fv_status (*const calls[])(fv_session *, const fv_request *, fv_result *,
                               fv_error *) = {fv_verify, fv_match};
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(calls[i](fix.session, request, &got.result, &err), FV_E_ARG);
        assert_int_equal(err.code, FV_E_ARG);
        assert_string_equal(err.field, field);
        assert_true(strlen(err.text) > 0);
        assert_memory_equal(&got, &before, sizeof got);
        assert_int_equal(calls[i](fix.session, request, &got.result, NULL), FV_E_ARG);
        assert_memory_equal(&got, &before, sizeof got);
    }
}

static void test_null__is_refused(void **state)
{
    fv_request request = request_of(fix.selfie, fix.record);
    padded got = patterned(sizeof(fv_result));
    const padded before = got;
    fv_error err = {0};
    (void)state;
    assert_int_equal(fv_verify(NULL, &request, &got.result, &err), FV_E_ARG);
    assert_int_equal(fv_verify(fix.session, NULL, &got.result, &err), FV_E_ARG);
    assert_int_equal(fv_verify(fix.session, &request, NULL, &err), FV_E_ARG);
    assert_int_equal(fv_verify(NULL, NULL, NULL, NULL), FV_E_ARG);
    assert_int_equal(fv_match(NULL, &request, &got.result, &err), FV_E_ARG);
    assert_int_equal(fv_match(fix.session, NULL, &got.result, &err), FV_E_ARG);
    assert_int_equal(fv_match(fix.session, &request, NULL, NULL), FV_E_ARG);
    assert_memory_equal(&got, &before, sizeof got);

    fv_session *s = NULL;
    assert_int_equal(fv_session_create(NULL, fix.engine, &err), FV_E_ARG);
    assert_int_equal(fv_session_create(&s, NULL, &err), FV_E_ARG);
    assert_int_equal(fv_session_create(&s, NULL, NULL), FV_E_ARG);
    assert_null(s);
    assert_int_equal(fv_engine_create(NULL, NULL, &err), FV_E_ARG);
    fv_versions v = FV_VERSIONS_INIT;
    assert_int_equal(fv_engine_versions(NULL, &v, &err), FV_E_ARG);
    assert_int_equal(fv_engine_versions(fix.engine, NULL, NULL), FV_E_ARG);
    assert_null(v.library);

    fv_engine *none = NULL;
    fv_session_destroy(NULL);
    fv_session_destroy(&s);
    fv_engine_destroy(NULL);
    fv_engine_destroy(&none);
}

static void test_request__every_field_is_refused_by_name(void **state)
{
    const fv_request good = request_of(fix.selfie, fix.record);
    fv_request r = good;
    (void)state;
    r.selfie.data = NULL;
    assert_refused(&r, sizeof(fv_result), "selfie");
    r.selfie.len = 0;
    assert_refused(&r, sizeof(fv_result), "selfie");
    r = good;
    r.record = (fv_bytes){NULL, 0};
    assert_refused(&r, sizeof(fv_result), "record_photo");
    static const char *const channels[] = {"", "Alipay", "counter2", "\xff"};
    for (size_t i = 0; i < ARRAY_LEN(channels); i++) {
        r = good;
        r.channel = channels[i];
        assert_refused(&r, sizeof(fv_result), "channel");
    }
    static const uint32_t sizes[] = {0, 1, 3};
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        r = good;
        r.struct_size = sizes[i];
        assert_refused(&r, sizeof(fv_result), "struct_size");
        assert_refused(&good, sizes[i], "struct_size");
    }
    assert_refused(&good, 7, "struct_size"); /* no room for a decision */
}

static void test_request__age_is_refused_by_name(void **state)
{
    static const struct {
        const char *birth_date, *id_number, *field;
    } rows[] = {
        {"1990-02-30", NULL, "birth_date"},         {"", NULL, "birth_date"},
        {"2030-01-01", NULL, "birth_date"},         {"1800-01-01", NULL, "birth_date"},
        {NULL, "11010519491231002X0", "id_number"}, {NULL, "110105194912310021", "id_number"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        fv_request r = request_of(fix.selfie, fix.record);
        padded got = patterned(sizeof(fv_result));
        const padded before = got;
        fv_error err = {0};
        r.birth_date = rows[i].birth_date;
        r.id_number = rows[i].id_number;
        r.now_unix_s = 1767225600; /* 2026-01-01 */
        assert_int_equal(fv_verify(fix.session, &r, &got.result, &err), FV_E_ARG);
        assert_string_equal(err.field, rows[i].field);
        if (r.id_number != NULL) assert_null(strstr(err.text, r.id_number));
        assert_memory_equal(&got, &before, sizeof got);
        fv_result matched = FV_RESULT_INIT; /* a comparison alone looks at neither */
        assert_fv_ok(fv_match(fix.session, &r, &matched, &err), &err);
        assert_int_equal(matched.decision, FV_PASS);
    }
}

static void test_result__older_and_newer_callers_get_their_bytes(void **state)
{
    const uint32_t sizes[] = {8,
                              offsetof(fv_result, reasons),
                              offsetof(fv_result, timings),
                              sizeof(fv_result) - 4,
                              sizeof(fv_result),
                              sizeof(fv_result) + 1,
                              sizeof(fv_result) + 64};
    const fv_request request = request_of(fix.selfie, fix.other);
    const fv_result full = answer_to(&request);
    (void)state;
    assert_int_equal(full.decision, FV_NO_MATCH);
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        padded got = patterned(sizes[i]);
        fv_error err = {0};
        assert_fv_ok(fv_verify(fix.session, &request, &got.result, &err), &err);
        assert_int_equal(got.result.struct_size, sizes[i]);
        size_t own = sizes[i] < sizeof full ? sizes[i] : sizeof full;
        size_t upto = own < offsetof(fv_result, timings) ? own : offsetof(fv_result, timings);
        assert_memory_equal(got.byte + 4, (const uint8_t *)&full + 4, upto - 4);
        for (size_t k = own; k < sizeof got; k++)
            assert_int_equal(got.byte[k], 0xa5);
        if (own == sizeof full) {
            assert_memory_equal(&got.result.similarity, &full.similarity,
                                sizeof full - offsetof(fv_result, similarity));
        }
    }
}

static void test_request__older_and_newer_callers_are_understood(void **state)
{
    struct {
        fv_request request;
        uint8_t more[32];
    } r;
    fv_error err = {0};
    (void)state;
    memset(&r, 0xa5, sizeof r);
    r.request = request_of(fix.selfie, fix.record);
    r.request.struct_size = sizeof r; /* a newer caller's fields are not looked at */
    fv_result result = FV_RESULT_INIT;
    assert_fv_ok(fv_verify(fix.session, &r.request, &result, &err), &err);
    assert_int_equal(result.decision, FV_PASS);
    /* an older caller's struct ends before these, which hold no pointers */
    memset(&r.request.birth_date, 0xa5, sizeof r - offsetof(fv_request, birth_date));
    r.request.struct_size = offsetof(fv_request, birth_date);
    result = (fv_result)FV_RESULT_INIT;
    assert_fv_ok(fv_verify(fix.session, &r.request, &result, &err), &err);
    assert_int_equal(result.decision, FV_PASS);
}

static void test_versions__grow_too(void **state)
{
    union {
        fv_versions v;
        uint8_t byte[sizeof(fv_versions) + 16];
    } got;
    fv_error err = {0};
    (void)state;
    fv_versions v = FV_VERSIONS_INIT;
    assert_fv_ok(fv_engine_versions(fix.engine, &v, &err), &err);
    assert_string_equal(v.library, fv_version());
    assert_int_equal(strlen(v.pack_sha256), 64);
    assert_true(strlen(v.pack_name) > 0 && strlen(v.calibration_id) > 0);
    const uint32_t sizes[] = {4, offsetof(fv_versions, pack_sha256), sizeof v, sizeof v + 16};
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        memset(&got, 0xa5, sizeof got);
        got.v.struct_size = sizes[i];
        assert_fv_ok(fv_engine_versions(fix.engine, &got.v, &err), &err);
        size_t own = sizes[i] < sizeof v ? sizes[i] : sizeof v;
        assert_int_equal(got.v.struct_size, sizes[i]);
        assert_memory_equal(got.byte + 8, (const uint8_t *)&v + 8, own > 8 ? own - 8 : 0);
        for (size_t k = own; k < sizeof got; k++)
            assert_int_equal(got.byte[k], 0xa5);
    }
    memset(&got, 0xa5, sizeof got);
    got.v.struct_size = 3;
    assert_int_equal(fv_engine_versions(fix.engine, &got.v, &err), FV_E_ARG);
    assert_int_equal(got.byte[8], 0xa5);
}

static void assert_no_engine(const fv_engine_options *o, fv_status want, const char *says)
{
    fv_engine *untouched = (fv_engine *)&fix;
    fv_engine *out = untouched;
    fv_error err = {.code = FV_E_INTERNAL, .text = "from an earlier call"};
    fv_status st = fv_engine_create(&out, o, &err);
    if (st != want) fail_msg("%s: status %d: %s", says, (int)st, err.text);
    assert_int_equal(err.code, want);
    if (strstr(err.text, says) == NULL) fail_msg("does not say %s: %s", says, err.text);
    assert_ptr_equal(out, untouched);
    assert_int_equal(fv_engine_create(&out, o, NULL), want);
    assert_ptr_equal(out, untouched);
}

static void test_engine__what_cannot_work_is_refused(void **state)
{
    static const struct {
        const char *override;
        fv_status status;
        const char *says;
    } rows[] = {
        {"models.dir=/nonexistent", FV_E_MODEL, "/nonexistent/pack.json"},
        {"models.dirr=x", FV_E_CONFIG, "models.dirr"},
        {"limits.pixels=abc", FV_E_CONFIG, "limits.pixels"},
        {"policy.match_fmr=1e-9", FV_E_CONFIG, "false match rate"},
        {"policy.match_fmr=1e-9", FV_E_CONFIG, "policy.match_fmr: "},
        {"policy.match_fmr=0.6", FV_E_CONFIG, "policy.match_fmr"},
        {"channels.nhsa-app.match_fmr=1e-8", FV_E_CONFIG, "channels.nhsa-app.match_fmr: "},
        {"channels.wechat.liveness_bpcer=1e-5", FV_E_CONFIG, "channels.wechat.liveness_bpcer: "},
        {"channels.counter.review_fmr=1e-5", FV_E_CONFIG, "channels.counter.review_fmr"},
        {"channels.alipay.remedies_first=SMILE", FV_E_CONFIG, "'SMILE' is no remedy"},
        {"channels.window.wording=clerk", FV_E_CONFIG, "channels.window.wording"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const char *overrides[] = {MODELS_OVERRIDE, rows[i].override};
        fv_engine_options o = FV_ENGINE_OPTIONS_INIT;
        o.overrides = overrides;
        o.n_overrides = 2;
        assert_no_engine(&o, rows[i].status, rows[i].says);
    }
    fv_engine_options o = FV_ENGINE_OPTIONS_INIT;
    o.config_path = "/nonexistent/f.yaml";
    assert_no_engine(&o, FV_E_CONFIG, "/nonexistent/f.yaml");
    o.struct_size = 3;
    assert_no_engine(&o, FV_E_ARG, "FV_ENGINE_OPTIONS_INIT");
    /* An older caller's options end here: what lies beyond is not his, and is not read. With no
     * folder named, this program has no models beside it. */
    memset(&o, 0xa5, sizeof o);
    o.struct_size = sizeof o.struct_size;
    assert_no_engine(&o, FV_E_MODEL, "no model pack");
    assert_no_engine(NULL, FV_E_MODEL, "no model pack");
}

static void test_status__every_number_has_a_text(void **state)
{
    (void)state;
#define X(name, num, text) assert_string_equal(fv_status_text((fv_status)(num)), text);
    FV_STATUS_LIST(X)
#undef X
    for (int i = -5; i < 200; i++)
        assert_true(strlen(fv_status_text((fv_status)i)) > 0);
    assert_string_equal(fv_status_text((fv_status)3), "unknown status");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_null__is_refused),
        cmocka_unit_test(test_request__every_field_is_refused_by_name),
        cmocka_unit_test(test_request__age_is_refused_by_name),
        cmocka_unit_test(test_result__older_and_newer_callers_get_their_bytes),
        cmocka_unit_test(test_request__older_and_newer_callers_are_understood),
        cmocka_unit_test(test_versions__grow_too),
        cmocka_unit_test(test_engine__what_cannot_work_is_refused),
        cmocka_unit_test(test_status__every_number_has_a_text),
    };
    return cmocka_run_group_tests_name("api", tests, fixture_open, fixture_close);
}
