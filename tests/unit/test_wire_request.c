/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "wire/wire.h"
#include "wire_fixture.h"

static const fvi_wire_limits limits = {.image_bytes = 1000};

static const fvi_wire_request verify = {
    .op = FVI_OP_VERIFY,
    .request_id = "0b6f4a8e-0000-4000-8000-000000000001",
    .channel = "zheliban",
    .subject_ref = "binding 7, 第1次",
    .consent_ref = "c-2026-11-22",
    .birth_date = "2001-04-30",
    .id_number = "11010519491231002X",
    .selfie = {(const uint8_t *)"\xff\xd8\xff\xe0 not a photograph", 21},
    .record = {(const uint8_t *)"\x89PNG\0\1", 6},
    .kind = FV_SELFIE,
    .deadline_ms = 1500,
    .locale = FV_LOCALE_EN,
};

static fvi_wire_request small(fvi_op op, const char *id)
{
    fvi_wire_request r = {.op = op,
                          .channel = "",
                          .subject_ref = "",
                          .consent_ref = "",
                          .birth_date = "",
                          .id_number = "",
                          .kind = FV_SELFIE};
    (void)snprintf(r.request_id, sizeof r.request_id, "%s", id);
    return r;
}

static void golden_requests(fvi_wire_request out[5], const char *names[5])
{
    static const char *const all[5] = {"request_verify", "request_match", "request_liveness",
                                       "request_quality", "request_info"};

    memcpy(names, all, sizeof all);
    out[0] = verify;
    out[1] = small(FVI_OP_MATCH, "m:1");
    out[1].selfie = text_bytes("s");
    out[1].record = text_bytes("");
    out[2] = small(FVI_OP_LIVENESS, "l.1");
    out[2].selfie = text_bytes("\1\2\3");
    out[2].locale = FV_LOCALE_EN;
    out[3] = small(FVI_OP_QUALITY, "q_1");
    out[3].channel = "counter";
    out[3].selfie = text_bytes("abc");
    out[3].kind = FV_RECORD;
    out[4] = small(FVI_OP_INFO, "i");
}

static void same_bytes(fv_bytes a, fv_bytes b)
{
    assert_int_equal(a.data == NULL, b.data == NULL);
    assert_int_equal(a.len, b.len);
    if (a.len > 0) assert_memory_equal(a.data, b.data, a.len);
}

static void same_request(const fvi_wire_request *a, const fvi_wire_request *b)
{
    assert_int_equal(a->op, b->op);
    assert_string_equal(a->request_id, b->request_id);
    assert_string_equal(a->channel, b->channel);
    assert_string_equal(a->subject_ref, b->subject_ref);
    assert_string_equal(a->consent_ref, b->consent_ref);
    assert_string_equal(a->birth_date, b->birth_date);
    assert_string_equal(a->id_number, b->id_number);
    same_bytes(a->selfie, b->selfie);
    same_bytes(a->record, b->record);
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->deadline_ms, b->deadline_ms);
    assert_int_equal(a->locale, b->locale);
}

static void test_wire__golden_requests_decode_and_encode(void **state)
{
    fvi_wire_request wanted[5], got;
    const char *names[5];
    fv_error err = {0};
    (void)state;

    golden_requests(wanted, names);
    for (size_t i = 0; i < 5; i++) {
        uint8_t *data = NULL;
        size_t len = 0;
        golden g = golden_read(names[i]);
        assert_fv_ok(fvi_wire_request_decode((fv_bytes){g.data, g.len}, &limits, &got, &err), &err);
        memset(g.data, 0xee, g.len); /* nothing of what was decoded lies in the message */
        same_request(&got, &wanted[i]);
        free(g.data);
        assert_fv_ok(fvi_wire_request_encode(&got, &data, &len, &err), &err);
        golden_is(names[i], data, len);
        fvi_wire_request_free(&got);
        assert_null(got.owned);
        assert_null(got.selfie.data);
    }
}

static void test_wire__peek_sees_what_decode_sees(void **state)
{
    fvi_wire_request wanted[5];
    const char *names[5];
    fvi_wire_peek peek;
    (void)state;

    golden_requests(wanted, names);
    for (size_t i = 0; i < 5; i++) {
        golden g = golden_read(names[i]);
        fvi_wire_peek_request((fv_bytes){g.data, g.len}, &peek);
        assert_string_equal(peek.request_id, wanted[i].request_id);
        assert_int_equal(peek.op, wanted[i].op);
        assert_int_equal(peek.deadline_ms, wanted[i].deadline_ms);
        free(g.data);
    }
}

/* Every prefix of every golden request, in memory of exactly its size. */
static void test_wire__cut_messages_are_refused_or_shorter(void **state)
{
    fvi_wire_request wanted[5], got;
    const char *names[5];
    fvi_wire_peek peek;
    size_t refused = 0;
    (void)state;

    golden_requests(wanted, names);
    for (size_t i = 0; i < 5; i++) {
        golden g = golden_read(names[i]);
        for (size_t n = 0; n < g.len; n++) {
            fv_error err = {0};
            uint8_t *cut = malloc(n + 1);
            assert_non_null(cut);
            memcpy(cut + 1, g.data, n);
            fvi_wire_peek_request((fv_bytes){cut + 1, n}, &peek);
            fv_status st = fvi_wire_request_decode((fv_bytes){cut + 1, n}, &limits, &got, &err);
            assert_int_equal(st, FV_E_ARG); /* the operation is the last field */
            assert_string_not_equal(err.field, "");
            assert_null(got.owned);
            assert_string_equal(got.request_id, peek.request_id);
            assert_int_equal(got.op, peek.op);
            assert_string_equal(got.channel, "");
            refused++;
            free(cut);
        }
        free(g.data);
    }
    assert_true(refused > 200);
}

typedef struct bad {
    const char *bytes;
    size_t len;
    fv_status st;
    const char *field;
    const char *request_id; /* as far as it could be read */
} bad;

#define B(s) (s), sizeof(s) - 1
#define ID   "\x0a\x01i"

static void test_wire__what_is_wrong_is_named(void **state)
{
    static const bad cases[] = {
        {B(""), FV_E_ARG, "request_id", ""},
        {B("\x72\x00"), FV_E_ARG, "request_id", ""},
        {B("\x0a\x00\x72\x00"), FV_E_ARG, "request_id", ""},
        {B("\x0a\x03"
           "a b\x72\x00"),
         FV_E_ARG, "request_id", ""},
        {B("\x0a\x03"
           "a\0b\x72\x00"),
         FV_E_ARG, "request_id", ""},
        {B("\x0a\x01\xff\x72\x00"), FV_E_ARG, "request_id", ""},
        {B(ID), FV_E_ARG, "operation", "i"},
        {B(ID ID "\x72\x00"), FV_E_ARG, "request_id", "i"},
        {B(ID "\x72\x00\x72\x00"), FV_E_ARG, "info", "i"},
        {B(ID "\x72\x00\x62\x00"), FV_E_ARG, "liveness", "i"},
        {B(ID "\x12\x02\xc3\x28\x72\x00"), FV_E_ARG, "channel", "i"},
        {B(ID "\x1a\x02"
              "a\0\x72\x00"),
         FV_E_ARG, "subject_ref", "i"},
        {B(ID "\x22\x03\xed\xa0\x80\x72\x00"), FV_E_ARG, "consent_ref", "i"},
        {B(ID "\x32\x02"
              "fr\x72\x00"),
         FV_E_ARG, "locale", "i"},
        {B(ID "\x52\x03\x0a\x01\xff"), FV_E_ARG, "birth_date", "i"},
        {B(ID "\x52\x03\x12\x01\x00"), FV_E_ARG, "id_number", "i"},
        {B(ID "\x6a\x02\x10\x03"), FV_E_ARG, "kind", "i"},
        {B(ID "\x6a\x06\x0a\x01x\x0a\x01x"), FV_E_ARG, "image", "i"},
        {B(ID "\x28\x01\x28\x02\x72\x00"), FV_E_ARG, "deadline_ms", "i"},
        {B(ID "\x72\x05"), FV_E_ARG, "request", "i"},          /* longer than the message */
        {B(ID "\x52\x01\x0a"), FV_E_ARG, "request", "i"},      /* no length within */
        {B(ID "\x73\x74"), FV_E_ARG, "request", "i"},          /* a group */
        {B(ID "\x00\x00"), FV_E_ARG, "request", "i"},          /* field 0 */
        {B(ID "\x2a\x01x\x72\x00"), FV_E_ARG, "request", "i"}, /* a number as text */
        {B("\x08\x01\x72\x00"), FV_E_ARG, "request", ""},      /* a text as number */
        {B("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), FV_E_ARG, "request", ""},
        {B(ID "\x72\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), FV_E_ARG, "request", "i"},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        fv_error err = {0};
        fvi_wire_request got;
        const fv_bytes m = {(const uint8_t *)cases[i].bytes, cases[i].len};
        fv_status st = fvi_wire_request_decode(m, &limits, &got, &err);
        if (st != cases[i].st || strcmp(err.field, cases[i].field) != 0)
            fail_msg("case %zu: status %d, field %s (%s)", i, (int)st, err.field, err.text);
        assert_int_equal(err.code, st);
        assert_string_equal(got.request_id, cases[i].request_id);
        assert_null(got.owned);
    }
}

static fv_status encode_and_decode(const fvi_wire_request *r, fvi_wire_request *got, fv_error *err)
{
    uint8_t *data = NULL;
    size_t len = 0;

    assert_fv_ok(fvi_wire_request_encode(r, &data, &len, err), err);
    fv_status st = fvi_wire_request_decode((fv_bytes){data, len}, &limits, got, err);
    free(data);
    return st;
}

static void test_wire__photographs_up_to_the_limit(void **state)
{
    static uint8_t big[1001];
    static const char *const fields[5] = {"selfie", "record_photo", "selfie", "selfie", "image"};
    fvi_wire_request r, got;
    (void)state;

    for (int i = 0; i < 5; i++) {
        static const fvi_op ops[5] = {FVI_OP_VERIFY, FVI_OP_MATCH, FVI_OP_MATCH, FVI_OP_LIVENESS,
                                      FVI_OP_QUALITY};
        for (size_t n = 1000; n <= 1001; n++) {
            fv_error err = {0};
            r = small(ops[i], "x");
            *(i == 1 ? &r.record : &r.selfie) = (fv_bytes){big, n};
            fv_status st = encode_and_decode(&r, &got, &err);
            assert_int_equal(st, n > 1000 ? FV_E_LIMIT : FV_OK);
            assert_string_equal(err.field, n > 1000 ? fields[i] : "");
            assert_string_equal(got.request_id, "x");
            assert_int_equal(got.op, ops[i]);
            if (st == FV_OK) fvi_wire_request_free(&got);
        }
    }
}

static void test_wire__texts_up_to_their_lengths(void **state)
{
    char text[FVI_REFERENCE_MAX + 2];
    const struct {
        size_t offset, most;
        const char *field;
    } rows[] = {
        {offsetof(fvi_wire_request, channel), 64, "channel"},
        {offsetof(fvi_wire_request, subject_ref), 128, "subject_ref"},
        {offsetof(fvi_wire_request, consent_ref), 128, "consent_ref"},
        {offsetof(fvi_wire_request, birth_date), 64, "birth_date"},
        {offsetof(fvi_wire_request, id_number), 64, "id_number"},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        for (size_t more = 0; more < 2; more++) {
            fv_error err = {0};
            fvi_wire_request r = small(FVI_OP_VERIFY, "x"), got;
            memset(text, '7', sizeof text);
            text[rows[i].most + more] = '\0';
            const char *p = text;
            memcpy((char *)&r + rows[i].offset, &p, sizeof p);
            assert_int_equal(encode_and_decode(&r, &got, &err), more ? FV_E_ARG : FV_OK);
            assert_string_equal(err.field, more ? rows[i].field : "");
            assert_null(strstr(err.text, "77")); /* what was sent is not repeated */
            if (!more) fvi_wire_request_free(&got);
        }
    }
}

static void test_wire__request_ids_have_64_plain_characters(void **state)
{
    fv_error err = {0};
    fvi_wire_request r = small(FVI_OP_INFO, ""), got;
    uint8_t m[] = "\x0a\x01?\x72\x00";
    (void)state;

    memset(r.request_id, 'Z', FVI_REQUEST_ID_MAX);
    assert_fv_ok(encode_and_decode(&r, &got, &err), &err);
    assert_string_equal(got.request_id, r.request_id);
    fvi_wire_request_free(&got);
    for (int c = 0; c < 256; c++) {
        bool allowed = c != 0 && strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                        "0123456789._:-",
                                        c) != NULL;
        fvi_wire_peek peek;
        m[2] = (uint8_t)c;
        fvi_wire_peek_request((fv_bytes){m, 5}, &peek);
        assert_int_equal(strlen(peek.request_id), allowed);
        fv_status st = fvi_wire_request_decode((fv_bytes){m, 5}, &limits, &got, &err);
        assert_int_equal(st, allowed ? FV_OK : FV_E_ARG);
        if (allowed) fvi_wire_request_free(&got);
    }
    uint8_t long_id[2 + 65 + 2];
    memset(long_id, 'a', sizeof long_id);
    memcpy(long_id, "\x0a\x41", 2);
    memcpy(long_id + 67, "\x72\x00", 2);
    assert_int_equal(
        fvi_wire_request_decode((fv_bytes){long_id, sizeof long_id}, &limits, &got, &err),
        FV_E_ARG);
    assert_string_equal(got.request_id, "");
}

/* Two bytes of an unknown field cost protobuf-c fifty: their number is limited before. */
static void test_wire__unknown_fields_are_passed_over_but_counted(void **state)
{
    fv_error err = {0};
    uint8_t m[3 + 2 + 3 * 62];
    fvi_wire_request got;
    (void)state;

    memcpy(m, "\x0a\x01i\x72\x00", 5);
    for (size_t i = 0; i < 62; i++)
        memcpy(m + 5 + 3 * i, "\xa0\x06\x01", 3); /* field 100 */
    assert_fv_ok(fvi_wire_request_decode((fv_bytes){m, sizeof m}, &limits, &got, &err), &err);
    fvi_wire_request_free(&got);

    uint8_t many[sizeof m + 3];
    memcpy(many, m, sizeof m);
    memcpy(many + sizeof m, "\xa0\x06\x01", 3);
    assert_int_equal(fvi_wire_request_decode((fv_bytes){many, sizeof many}, &limits, &got, &err),
                     FV_E_LIMIT);
    assert_string_equal(err.field, "request");
    assert_string_equal(got.request_id, "i");
}

static void test_wire__peek_stops_early(void **state)
{
    size_t n = 3 * 64;
    uint8_t m[3 * 64 + 3];
    fvi_wire_peek peek;
    (void)state;

    for (size_t i = 0; i < n; i += 3)
        memcpy(m + i, "\xa0\x06\x01", 3);
    memcpy(m + n, ID, 3);
    fvi_wire_peek_request((fv_bytes){m, sizeof m}, &peek);
    assert_string_equal(peek.request_id, "");
    fvi_wire_peek_request((fv_bytes){m + 3, sizeof m - 3}, &peek);
    assert_string_equal(peek.request_id, "i");
}

static void test_wire__any_byte_may_be_changed(void **state)
{
    golden g = golden_read("request_verify");
    (void)state;

    for (size_t i = 0; i < g.len; i++) {
        const uint8_t was = g.data[i];
        for (int bit = 0; bit < 8; bit++) {
            fv_error err = {0};
            fvi_wire_request got;
            fvi_wire_peek peek;
            g.data[i] = (uint8_t)(was ^ (1 << bit));
            fvi_wire_peek_request((fv_bytes){g.data, g.len}, &peek);
            fv_status st = fvi_wire_request_decode((fv_bytes){g.data, g.len}, &limits, &got, &err);
            assert_int_equal(err.code, st);
            assert_string_equal(got.request_id, peek.request_id);
            if (st == FV_OK) fvi_wire_request_free(&got);
        }
        g.data[i] = was;
    }
    free(g.data);
}

static void digest(const fvi_wire_request *r, uint8_t out[32])
{
    fv_error err = {0};
    assert_fv_ok(fvi_wire_request_digest(r, out, &err), &err);
}

static void test_wire__digest_covers_all_but_id_and_deadline(void **state)
{
    uint8_t base[32], other[32];
    fvi_wire_request r = verify;
    fvi_wire_request variants[11];
    (void)state;

    digest(&r, base);
    r.deadline_ms = 7;
    (void)snprintf(r.request_id, sizeof r.request_id, "another");
    digest(&r, other);
    assert_memory_equal(base, other, 32);
    for (size_t i = 0; i < ARRAY_LEN(variants); i++)
        variants[i] = verify;
    variants[0].op = FVI_OP_MATCH;
    variants[1].channel = "zhelibaN";
    variants[2].subject_ref = "";
    variants[3].consent_ref = "c-2026-11-23";
    variants[4].birth_date = "2001-04-31";
    variants[5].id_number = "110105194912310021";
    variants[6].selfie.len--;
    variants[7].record.data = (const uint8_t *)"\x89PNG\0\2";
    variants[8].kind = FV_RECORD;
    variants[9].locale = FV_LOCALE_ZH_CN;
    variants[10].birth_date = "2001-04-3"; /* the same bytes, cut elsewhere */
    variants[10].id_number = "011010519491231002X";
    for (size_t i = 0; i < ARRAY_LEN(variants); i++) {
        digest(&variants[i], other);
        if (memcmp(base, other, 32) == 0) fail_msg("variant %zu has the same digest", i);
    }
    r = verify; /* where one ends and the other begins */
    r.selfie = (fv_bytes){(const uint8_t *)"a", 1};
    r.record = (fv_bytes){(const uint8_t *)"b\1\0\0\0\0\0\0\0c", 10};
    digest(&r, base);
    r.selfie = (fv_bytes){(const uint8_t *)"a\1\0\0\0\0\0\0\0b", 10};
    r.record = (fv_bytes){(const uint8_t *)"c", 1};
    digest(&r, other);
    assert_memory_not_equal(base, other, 32);
    r = verify;
    r.selfie = (fv_bytes){NULL, 0};
    digest(&r, base);
    r.selfie = text_bytes("");
    digest(&r, other);
    assert_memory_not_equal(base, other, 32); /* none is not an empty one */
}

static void test_wire__there_is_no_other_operation(void **state)
{
    fv_error err = {0};
    fvi_wire_request r = small(FVI_OP_NONE, "x");
    uint8_t *data = NULL;
    size_t len = 7;
    (void)state;

    assert_int_equal(fvi_wire_request_encode(&r, &data, &len, &err), FV_E_ARG);
    assert_string_equal(err.field, "operation");
    assert_null(data);
    assert_int_equal(len, 7);
}

static void test_wire__names(void **state)
{
    (void)state;
    assert_string_equal(fvi_answered_name(FVI_ANSWERED_OK), "OK");
    assert_string_equal(fvi_answered_name(FVI_BUSY), "BUSY");
    assert_string_equal(fvi_answered_name(FVI_INTERNAL), "INTERNAL");
    assert_string_equal(fvi_answered_name((fvi_answered)8), "");
    assert_string_equal(fvi_op_name(FVI_OP_VERIFY), "verify");
    assert_string_equal(fvi_op_name(FVI_OP_INFO), "info");
    assert_string_equal(fvi_op_name(FVI_OP_NONE), "");
    assert_string_equal(fvi_op_name((fvi_op)1), "");
    assert_string_equal(fvi_op_name((fvi_op)15), "");
}

static void test_wire__every_status_of_the_engine_has_one_on_the_wire(void **state)
{
    (void)state;
    assert_int_equal(fvi_answered_of(FV_OK), FVI_ANSWERED_OK);
    assert_int_equal(fvi_answered_of(FV_E_ARG), FVI_INVALID_REQUEST);
    assert_int_equal(fvi_answered_of(FV_E_LIMIT), FVI_TOO_LARGE);
    assert_int_equal(fvi_answered_of(FV_E_TIMEOUT), FVI_DEADLINE_EXCEEDED);
    assert_int_equal(fvi_answered_of(FV_E_CONFIG), FVI_INTERNAL);
    assert_int_equal(fvi_answered_of(FV_E_NOMEM), FVI_INTERNAL);
    assert_int_equal(fvi_answered_of(FV_E_MODEL), FVI_INTERNAL);
    assert_int_equal(fvi_answered_of(FV_E_BACKEND), FVI_INTERNAL);
    assert_int_equal(fvi_answered_of(FV_E_INTERNAL), FVI_INTERNAL);
    assert_int_equal(fvi_answered_of((fv_status)12345), FVI_INTERNAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wire__golden_requests_decode_and_encode),
        cmocka_unit_test(test_wire__peek_sees_what_decode_sees),
        cmocka_unit_test(test_wire__cut_messages_are_refused_or_shorter),
        cmocka_unit_test(test_wire__what_is_wrong_is_named),
        cmocka_unit_test(test_wire__photographs_up_to_the_limit),
        cmocka_unit_test(test_wire__texts_up_to_their_lengths),
        cmocka_unit_test(test_wire__request_ids_have_64_plain_characters),
        cmocka_unit_test(test_wire__unknown_fields_are_passed_over_but_counted),
        cmocka_unit_test(test_wire__peek_stops_early),
        cmocka_unit_test(test_wire__any_byte_may_be_changed),
        cmocka_unit_test(test_wire__digest_covers_all_but_id_and_deadline),
        cmocka_unit_test(test_wire__there_is_no_other_operation),
        cmocka_unit_test(test_wire__names),
        cmocka_unit_test(test_wire__every_status_of_the_engine_has_one_on_the_wire),
    };
    return cmocka_run_group_tests_name("wire request", tests, NULL, NULL);
}
