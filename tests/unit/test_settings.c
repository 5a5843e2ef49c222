/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <float.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cyaml/cyaml.h>
#include <yaml.h>

#include "nn/nn.h"
#include "verify/settings.h"

/* Calls that ask for memory, ours and (through its callback) libcyaml's: number fail_at fails. */
static int calls;
static int fail_at;

static bool fails(void)
{
    return fail_at > 0 && ++calls == fail_at;
}

#pragma GCC visibility push(default) /* libcyaml names some of them too */
void *__real_malloc(size_t n);
void *__wrap_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void *__wrap_realloc(void *p, size_t n);
locale_t __real_newlocale(int mask, const char *name, locale_t base);
locale_t __wrap_newlocale(int mask, const char *name, locale_t base);
int __real_yaml_parser_initialize(yaml_parser_t *p);
int __wrap_yaml_parser_initialize(yaml_parser_t *p);
int __real_yaml_parser_parse(yaml_parser_t *p, yaml_event_t *e);
int __wrap_yaml_parser_parse(yaml_parser_t *p, yaml_event_t *e);
cyaml_err_t __real_cyaml_load_data(const uint8_t *data, size_t n, const cyaml_config_t *config,
                                   const cyaml_schema_value_t *schema, cyaml_data_t **out,
                                   unsigned *count);
cyaml_err_t __wrap_cyaml_load_data(const uint8_t *data, size_t n, const cyaml_config_t *config,
                                   const cyaml_schema_value_t *schema, cyaml_data_t **out,
                                   unsigned *count);
#pragma GCC visibility pop

void *__wrap_malloc(size_t n)
{
    return fails() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t n)
{
    return fails() ? NULL : __real_realloc(p, n);
}

locale_t __wrap_newlocale(int mask, const char *name, locale_t base)
{
    return fails() ? (locale_t)0 : __real_newlocale(mask, name, base);
}

int __wrap_yaml_parser_initialize(yaml_parser_t *p)
{
    return fails() ? 0 : __real_yaml_parser_initialize(p);
}

int __wrap_yaml_parser_parse(yaml_parser_t *p, yaml_event_t *e)
{
    if (!fails()) return __real_yaml_parser_parse(p, e);
    p->error = YAML_MEMORY_ERROR;
    return 0;
}

/* Inside libcyaml, libyaml has memory of its own to ask for. */
cyaml_err_t __wrap_cyaml_load_data(const uint8_t *data, size_t n, const cyaml_config_t *config,
                                   const cyaml_schema_value_t *schema, cyaml_data_t **out,
                                   unsigned *count)
{
    if (fails()) return CYAML_ERR_LIBYAML_PARSER;
    return __real_cyaml_load_data(data, n, config, schema, out, count);
}

static char dir[] = "/tmp/fv_settings_XXXXXX";
static char path[64];

static int make_dir(void **state)
{
    (void)state;
    if (mkdtemp(dir) == NULL) return -1;
    (void)snprintf(path, sizeof path, "%s/s.yaml", dir);
    return 0;
}

static int remove_dir(void **state)
{
    (void)state;
    (void)unlink(path);
    return rmdir(dir);
}

static void write_file(const char *text)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
    assert_int_equal(fclose(f), 0);
}

static fvi_settings shipped(void)
{
    fvi_settings s;
    fv_error err = {0};
    memset(&s, 0, sizeof s);
    assert_fv_ok(fvi_settings_load(&s, NULL, NULL, 0, &err), &err);
    return s;
}

static void test_settings__shipped_values(void **state)
{
    static const char *const names[] = {"nhsa-app", "alipay", "wechat", "zheliban", "counter"};
    fvi_settings s = shipped();
    (void)state;
    assert_string_equal(s.models.dir, "");
    assert_int_equal(s.engine.backend, FVI_NN_ONEDNN);
    assert_int_equal(s.limits.image_bytes, 20 * 1024 * 1024);
    assert_int_equal(s.limits.width_px, 16384);
    assert_int_equal(s.limits.height_px, 16384);
    assert_int_equal(s.limits.pixels, 64000000);
    assert_int_equal(s.limits.jpeg_scans, 100);
    assert_int_equal(s.limits.decode_target_px, 1600);
    assert_int_equal(s.limits.deadline_ms, 0);
    assert_true(s.policy.match_fmr == 1e-4);
    assert_true(s.policy.review_fmr == 1e-2);
    assert_int_equal(s.policy.liveness, FVI_LIVENESS_REQUIRED);
    assert_true(s.policy.liveness_bpcer == 1e-2);
    for (int i = 0; i < FVI_CHANNEL_COUNT; i++) {
        const fvi_profile *p = &s.channels[i];
        bool counter = i == FVI_CHANNEL_COUNTER;
        assert_true(p->match_fmr == 0.0 && p->liveness_bpcer == 0.0);
        assert_true(p->review_fmr == (counter ? 0.05 : 0.0));
        assert_int_equal(p->liveness, counter ? FVI_LIVENESS_OFF : FVI_LIVENESS_REQUIRED);
        assert_int_equal(p->deadline_ms, counter ? 10000 : 5000);
        assert_int_equal(p->wording, counter ? FV_WORDING_CLERK : FV_WORDING_MEMBER);
        assert_true((p->remedies_first[0] != '\0') == counter);
        assert_string_equal(fvi_channel_infos[i].name, names[i]);
    }
    for (int m = 0; m < FVI_Q_COUNT; m++) {
        assert_memory_equal(&s.selfie.gate[m], &fvi_selfie_limits.gate[m], sizeof(fvi_limit));
        assert_memory_equal(&s.record.gate[m], &fvi_record_limits.gate[m], sizeof(fvi_limit));
        assert_memory_equal(&s.selfie.advice[m], &fvi_selfie_limits.advice[m], sizeof(fvi_limit));
        assert_memory_equal(&s.record.advice[m], &fvi_record_limits.advice[m], sizeof(fvi_limit));
    }
}

static void test_settings__file_then_overrides(void **state)
{
    static const char *const overrides[] = {"limits.pixels=4000000", "record.head_roll.max=.inf"};
    fvi_settings s;
    fvi_settings before = shipped();
    fv_error err = {0};
    (void)state;
    write_file("models: {dir: /opt/pack}\n"
               "limits:\n"
               "  pixels: 1000000\n"
               "  deadline_ms: 2500\n"
               "selfie: {inter_eye_distance: {min: 55}}\n");
    assert_fv_ok(fvi_settings_load(&s, path, overrides, ARRAY_LEN(overrides), &err), &err);
    assert_string_equal(s.models.dir, "/opt/pack");
    assert_int_equal(s.limits.pixels, 4000000);
    assert_int_equal(s.limits.deadline_ms, 2500);
    assert_true(s.selfie.gate[FVI_Q_INTER_EYE_DISTANCE].min == 55.0);
    assert_true(s.record.gate[FVI_Q_INTER_EYE_DISTANCE].min ==
                before.record.gate[FVI_Q_INTER_EYE_DISTANCE].min);
    assert_true(isinf(s.record.gate[FVI_Q_HEAD_ROLL].max));
    assert_true(s.selfie.gate[FVI_Q_HEAD_ROLL].max == before.selfie.gate[FVI_Q_HEAD_ROLL].max);
}

static void assert_refused(const char *yaml, const char *override, const char *text)
{
    fvi_settings s;
    fvi_settings before;
    fv_error err = {0};
    char expected[400];
    memset(&s, 0xa5, sizeof s);
    memcpy(&before, &s, sizeof s);
    write_file(yaml);
    (void)snprintf(expected, sizeof expected, "%s%s", override == NULL ? path : "", text);
    assert_int_equal(fvi_settings_load(&s, path, &override, override != NULL ? 1 : 0, &err),
                     FV_E_CONFIG);
    assert_string_equal(err.text, expected);
    assert_memory_equal(&s, &before, sizeof s);
}

static void test_settings__refusals_leave_the_output_alone(void **state)
{
    (void)state;
    assert_refused("limits:\n  pixel: 3\n", NULL, ":2: unknown key 'pixel' in 'limits'");
    assert_refused("selfie:\n  head_yaw:\n    mix: 3\n", NULL,
                   ":3: unknown key 'mix' in 'selfie.head_yaw'");
    assert_refused("limits: {deadline_ms: 600001}\n", NULL,
                   ":1: limits.deadline_ms: 600001 is outside 0 .. 600000");
    assert_refused("policy:\n  review_fmr: 1e-5\n", NULL,
                   ":2: policy.review_fmr: 1e-05 is below policy.match_fmr, 0.0001");
    assert_refused("record:\n  head_yaw:\n    min: 50\n", NULL,
                   ":3: record.head_yaw.max: 40 is below record.head_yaw.min, 50");
    assert_refused("engine: {backend: abacus}\n", NULL,
                   ":1: engine.backend: 'abacus' is none of onednn opencv");
    assert_refused("", "limits.pixels=abc", "--set limits.pixels=abc: not a whole number: 'abc'");
    assert_refused("", "policy.match_fmr=0", "--set policy.match_fmr=0: 0 is outside 1e-09 .. 0.5");
}

static void test_settings__channels_by_file_and_override(void **state)
{
    static const char *const overrides[] = {"channels.nhsa-app.match_fmr=2e-4",
                                            "channels.wechat.wording=clerk"};
    fvi_settings s;
    fv_error err = {0};
    (void)state;
    write_file("channels:\n"
               "  nhsa-app: {match_fmr: 1e-5, review_fmr: 1e-3, deadline_ms: 900}\n"
               "  counter:\n"
               "    liveness: policy\n"
               "    liveness_bpcer: 1e-3\n"
               "    remedies_first: OPEN_EYES HOLD_STILL\n");
    assert_fv_ok(fvi_settings_load(&s, path, overrides, ARRAY_LEN(overrides), &err), &err);
    const fvi_profile *p = &s.channels[FVI_CHANNEL_NHSA_APP];
    assert_true(p->match_fmr == 2e-4 && p->review_fmr == 1e-3);
    assert_int_equal(p->deadline_ms, 900);
    assert_int_equal(s.channels[FVI_CHANNEL_WECHAT].wording, FV_WORDING_CLERK);
    assert_int_equal(s.channels[FVI_CHANNEL_ALIPAY].wording, FV_WORDING_MEMBER);
    p = &s.channels[FVI_CHANNEL_COUNTER];
    assert_int_equal(p->liveness, FVI_LIVENESS_AS_POLICY);
    assert_true(p->liveness_bpcer == 1e-3);
    assert_string_equal(p->remedies_first, "OPEN_EYES HOLD_STILL");
}

static void test_settings__channels_are_checked(void **state)
{
    (void)state;
    assert_refused("channels:\n  nhsaapp: {match_fmr: 1e-4}\n", NULL,
                   ":2: unknown key 'nhsaapp' in 'channels'");
    assert_refused("channels:\n  counter:\n    wordings: clerk\n", NULL,
                   ":3: unknown key 'wordings' in 'channels.counter'");
    assert_refused("", "channels.counter.wording=rude",
                   "--set channels.counter.wording=rude: 'rude' is none of member clerk");
    assert_refused("channels:\n  alipay:\n    remedies_first: OPEN_EYES OPEN_EYE\n", NULL,
                   ":3: channels.alipay.remedies_first: 'OPEN_EYE' is no remedy");
    assert_refused("", "channels.nhsa-app.remedies_first=VISIT_COUNTER",
                   "--set channels.nhsa-app.remedies_first=VISIT_COUNTER: 'VISIT_COUNTER' is "
                   "always told last");
}

/* The rates in force are held against each other, and blamed is who spoke last. */
static void test_settings__a_channels_rates_are_ordered(void **state)
{
    (void)state;
    assert_refused("channels:\n  wechat:\n    match_fmr: 2e-3\n    review_fmr: 1e-3\n", NULL,
                   ":4: channels.wechat.review_fmr: 0.001 is below channels.wechat.match_fmr, "
                   "0.002");
    assert_refused("channels:\n  wechat: {review_fmr: 1e-5}\n", NULL,
                   ":2: channels.wechat.review_fmr: 1e-05 is below policy.match_fmr, 0.0001");
    assert_refused("channels:\n  wechat: {match_fmr: 2e-2}\n", NULL,
                   ":2: policy.review_fmr: 0.01 is below channels.wechat.match_fmr, 0.02");
    assert_refused("channels:\n  wechat: {review_fmr: 1e-3}\n", "policy.match_fmr=2e-3",
                   "--set policy.match_fmr=2e-3: channels.wechat.review_fmr: 0.001 is below "
                   "policy.match_fmr, 0.002");
    assert_refused("channels:\n  wechat: {match_fmr: 1e-5, review_fmr: 1e-5}\n",
                   "channels.wechat.match_fmr=0",
                   "--set channels.wechat.match_fmr=0: channels.wechat.review_fmr: 1e-05 is below "
                   "policy.match_fmr, 0.0001");
}

static void test_settings__file_that_cannot_be_read(void **state)
{
    fvi_settings s;
    fv_error err = {0};
    (void)state;
    assert_int_equal(fvi_settings_load(&s, "/nonexistent/s.yaml", NULL, 0, &err), FV_E_CONFIG);
    assert_string_equal(err.text, "/nonexistent/s.yaml: No such file or directory");
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fseek(f, FVI_CONFIG_MAX_BYTES, SEEK_SET), 0);
    assert_int_equal(fputc('\n', f), '\n');
    assert_int_equal(fclose(f), 0);
    fvi_error_clear(&err);
    assert_int_equal(fvi_settings_load(&s, path, NULL, 0, &err), FV_E_CONFIG);
    assert_non_null(strstr(err.text, "1048577 bytes; at most 1048576 are read"));
}

/* Walks the table, so that a new row is tested as soon as it exists. */
static void test_settings__each_number_at_and_beyond_its_range(void **state)
{
    (void)state;
    for (size_t i = 0; i < fvi_settings_table.n_keys; i++) {
        const fvi_config_key *k = &fvi_settings_table.keys[i];
        bool whole = k->type == FVI_CONFIG_U32 || k->type == FVI_CONFIG_U64;
        if (!whole && k->type != FVI_CONFIG_DOUBLE) continue;
        double step = whole ? 1.0 : 0.0;
        const double values[] = {k->min, k->max,
                                 whole ? k->min - step : nextafter(k->min, -INFINITY),
                                 whole ? k->max + step : nextafter(k->max, INFINITY)};
        for (size_t j = 0; j < ARRAY_LEN(values); j++) {
            char text[128];
            const char *override = text;
            fvi_settings s;
            fv_error err = {0};
            if (isinf(values[j])) continue;
            (void)snprintf(text, sizeof text, "%s=%.17g", k->path, values[j]);
            fv_status st = fvi_settings_load(&s, NULL, &override, 1, &err);
            bool order = strstr(err.text, " is below ") != NULL;
            if (j < 2 ? st != FV_OK && !order : strstr(err.text, " is outside ") == NULL)
                fail_msg("%s: %d %s", text, (int)st, err.text);
        }
    }
}

static void test_settings__table_is_sound(void **state)
{
    fvi_settings s = shipped();
    (void)state;
    for (size_t i = 0; i < fvi_settings_table.n_keys; i++) {
        const fvi_config_key *k = &fvi_settings_table.keys[i];
        double v = 0.0;
        assert_true(strlen(k->help) > 10 && strpbrk(k->help, "\n|") == NULL);
        assert_true(k->offset + k->size <= sizeof s);
        assert_true(k->type == FVI_CONFIG_TEXT || k->type == FVI_CONFIG_CHOICE || k->min < k->max);
        if (k->type == FVI_CONFIG_DOUBLE) {
            assert_int_equal(k->size, sizeof(double));
            memcpy(&v, (char *)&s + k->offset, sizeof v);
            assert_true(v >= k->min && v <= k->max);
        }
        if (k->type == FVI_CONFIG_U32) assert_int_equal(k->size, sizeof(uint32_t));
        if (k->type == FVI_CONFIG_U64) assert_int_equal(k->size, sizeof(uint64_t));
        if (k->type == FVI_CONFIG_CHOICE) assert_int_equal(k->size, sizeof(int));
        for (size_t j = 0; j < i; j++)
            assert_true(fvi_settings_table.keys[j].offset != k->offset);
    }
}

static void test_settings__dump_loads_back(void **state)
{
    static const char *const overrides[] = {
        "models.dir=/srv/\xe4\xba\xba\xe8\x84\xb8 \"pack\"",
        "policy.match_fmr=3.3e-7",
        "selfie.head_pitch.min=-.inf",
        "record.face_inside.min=0.1234567890123456789",
        "channels.nhsa-app.match_fmr=7e-5",
        "channels.nhsa-app.liveness=policy",
        "channels.zheliban.remedies_first= HOLD_STILL OPEN_EYES"};
    fvi_settings s;
    fvi_settings back;
    fv_error err = {0};
    (void)state;
    assert_fv_ok(fvi_settings_load(&s, NULL, overrides, ARRAY_LEN(overrides), &err), &err);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_fv_ok(fvi_settings_dump(&s, f, &err), &err);
    assert_int_equal(fclose(f), 0);
    assert_fv_ok(fvi_settings_load(&back, path, NULL, 0, &err), &err);
    for (size_t i = 0; i < fvi_settings_table.n_keys; i++) {
        const fvi_config_key *k = &fvi_settings_table.keys[i];
        size_t n = k->type == FVI_CONFIG_TEXT ? strlen((char *)&s + k->offset) + 1 : k->size;
        assert_memory_equal((char *)&s + k->offset, (char *)&back + k->offset, n);
    }
}

static void test_settings__memory_runs_out_at_every_call(void **state)
{
    static const char *const overrides[] = {"limits.pixels=4000000"};
    fv_status st = FV_E_NOMEM;
    int k = 0;
    (void)state;
    write_file("limits:\n  pixels: 1000000\nselfie: {head_yaw: {min: -5, max: 5}}\n");
    while (st != FV_OK) {
        fvi_settings s;
        fvi_settings before;
        fv_error err = {0};
        memset(&s, 0xa5, sizeof s);
        memcpy(&before, &s, sizeof s);
        calls = 0;
        fail_at = ++k;
        st = fvi_settings_load(&s, path, overrides, 1, &err);
        fail_at = 0;
        if (st == FV_OK) {
            assert_true(calls < k);
            assert_int_equal(s.limits.pixels, 4000000);
            break;
        }
        if (st != FV_E_NOMEM) fail_msg("call %d: %d %s", k, (int)st, err.text);
        assert_int_equal(err.code, FV_E_NOMEM);
        assert_memory_equal(&s, &before, sizeof s);
    }
    assert_true(k > 30); /* the walk went through libcyaml's calls too */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_settings__shipped_values),
        cmocka_unit_test(test_settings__file_then_overrides),
        cmocka_unit_test(test_settings__refusals_leave_the_output_alone),
        cmocka_unit_test(test_settings__channels_by_file_and_override),
        cmocka_unit_test(test_settings__channels_are_checked),
        cmocka_unit_test(test_settings__a_channels_rates_are_ordered),
        cmocka_unit_test(test_settings__file_that_cannot_be_read),
        cmocka_unit_test(test_settings__each_number_at_and_beyond_its_range),
        cmocka_unit_test(test_settings__table_is_sound),
        cmocka_unit_test(test_settings__dump_loads_back),
        cmocka_unit_test(test_settings__memory_runs_out_at_every_call),
    };
    return cmocka_run_group_tests_name("settings", tests, make_dir, remove_dir);
}
