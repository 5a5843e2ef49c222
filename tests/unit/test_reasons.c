/* SPDX-License-Identifier: Apache-2.0 */
/* The catalogue of reasons, remedies and decisions, and how its texts are given out. */
#include "test.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "verify/explain.h"

static void check_text(const char *what, const char *text, bool zh, bool sentence)
{
    size_t n = strlen(text);
    if (n == 0) fail_msg("%s: no text", what);
    if (fvi_utf8_check((const uint8_t *)text, n) != n) fail_msg("%s: not UTF-8", what);
    for (const char *c = text; *c != '\0'; c++) {
        if (isdigit((unsigned char)*c)) fail_msg("%s: has a digit: %s", what, text);
        if ((unsigned char)*c < 0x20) fail_msg("%s: has a control character", what);
    }
    for (const char *c = strchr(text, '{'); c != NULL; c = strchr(c + 1, '{')) {
        if (strncmp(c, "{format}", 8) != 0) fail_msg("%s: unknown placeholder: %s", what, c);
    }
    static const char stop[] = "。";
    if (zh && sentence && (n < 3 || strcmp(text + n - 3, stop) != 0))
        fail_msg("%s: does not end with a Chinese full stop: %s", what, text);
    if (!zh && sentence && text[n - 1] != '.') fail_msg("%s: no full stop: %s", what, text);
    if (!zh && strlen(text) != strspn(text, " !\"'(),-.:;?ABCDEFGHIJKLMNOPQRSTUVWXYZ{}"
                                            "abcdefghijklmnopqrstuvwxyz"))
        fail_msg("%s: not plain English: %s", what, text);
    int latin_words = 0;
    for (const char *c = text; zh && *c != '\0'; c++) {
        if (isalpha((unsigned char)*c) && !isalpha((unsigned char)c[1])) latin_words++;
    }
    if (latin_words > 2) fail_msg("%s: a Latin sentence: %s", what, text); /* JPEG, {format} */
}

static void test_rows__are_whole(void **state)
{
    (void)state;
    assert_true(fvi_reason_rows_n >= 16);
    for (size_t i = 0; i < fvi_reason_rows_n; i++) {
        const fvi_reason_row *r = &fvi_reason_rows[i];
        for (size_t k = 0; k < i; k++) {
            assert_int_not_equal(r->code, fvi_reason_rows[k].code);
            assert_string_not_equal(r->name, fvi_reason_rows[k].name);
        }
        assert_true(r->code >= 100 && r->code <= 999);
        assert_ptr_equal(fvi_reason_row_of(r->code), r);
        if (r->measure < 0)
            assert_true(r->severity == FV_BLOCKS || r->severity == FV_ADVICE);
        else
            assert_int_equal(r->severity, 0); /* the limits decide */
        assert_true((r->measure >= 0) == (r->below != FVI_WITHIN || r->above != FVI_WITHIN));
        assert_true(r->below == FVI_WITHIN || r->below == FVI_BELOW);
        assert_true(r->above == FVI_WITHIN || r->above == FVI_ABOVE);
        for (int image = 0; image < 2; image++) {
            assert_true(fv_remedy_name(r->remedy[image])[0] != '\0');
            check_text(r->name, r->text[image][FV_LOCALE_ZH_CN], true, true);
            check_text(r->name, r->text[image][FV_LOCALE_EN], false, true);
            bool format = strstr(r->text[image][0], "{format}") != NULL;
            assert_true(format == (strstr(r->text[image][1], "{format}") != NULL));
            assert_true(format == (r->code == FV_REASON_UNSUPPORTED_FORMAT));
        }
    }
    assert_null(fvi_reason_row_of(FV_REASON_NONE));
    assert_null(fvi_reason_row_of((fv_reason_code)-1));
}

static void test_remedies__are_whole(void **state)
{
    (void)state;
    int n = 0;
    for (int i = -2; i < 100; i++) {
        const char *name = fv_remedy_name((fv_remedy)i);
        const char *zh = fv_remedy_text((fv_remedy)i, FV_LOCALE_ZH_CN);
        const char *en = fv_remedy_text((fv_remedy)i, FV_LOCALE_EN);
        if (name[0] == '\0') {
            assert_string_equal(zh, "");
            assert_string_equal(en, "");
            continue;
        }
        n++;
        check_text(name, zh, true, false);
        check_text(name, en, false, false);
    }
    assert_int_equal(n, 18);
    assert_string_equal(fv_remedy_name(FV_REMEDY_NONE), "");
}

/* Polite, of one action, and never "you": the clerk is not the one on the photograph. */
static void test_remedies__as_said_to_a_clerk(void **state)
{
    static const char please[] = "请";
    int n = 0;
    (void)state;
    for (int i = -2; i < 100; i++) {
        fv_remedy r = (fv_remedy)i;
        const char *name = fv_remedy_name(r);
        const char *zh = fv_remedy_text_for(r, FV_WORDING_CLERK, FV_LOCALE_ZH_CN);
        const char *en = fv_remedy_text_for(r, FV_WORDING_CLERK, FV_LOCALE_EN);
        for (int l = 0; l < 2; l++) {
            const char *told = fv_remedy_text(r, (fv_locale)l);
            assert_string_equal(fv_remedy_text_for(r, FV_WORDING_MEMBER, (fv_locale)l), told);
            assert_string_equal(fv_remedy_text_for(r, (fv_wording)2, (fv_locale)l), told);
            assert_string_equal(fv_remedy_text_for(r, (fv_wording)-1, (fv_locale)l), told);
        }
        if (name[0] == '\0') {
            assert_string_equal(zh, "");
            assert_string_equal(en, "");
            continue;
        }
        n++;
        check_text(name, zh, true, false);
        check_text(name, en, false, false);
        assert_string_not_equal(zh, fv_remedy_text(r, FV_LOCALE_ZH_CN));
        assert_string_not_equal(en, fv_remedy_text(r, FV_LOCALE_EN));
        if (strncmp(zh, please, sizeof please - 1) != 0) fail_msg("%s: not polite: %s", name, zh);
        if (strncmp(en, "Ask ", 4) != 0 && strncmp(en, "Please ", 7) != 0)
            fail_msg("%s: not polite: %s", name, en);
        if (strstr(en, "your") != NULL || strstr(zh, "您") != NULL || strstr(zh, "手机") != NULL)
            fail_msg("%s: said to the member: %s %s", name, en, zh);
        if (strpbrk(en, ".;:") != NULL) fail_msg("%s: more than one action: %s", name, en);
    }
    assert_int_equal(n, 18);
}

static void test_names__of_every_number(void **state)
{
    (void)state;
    for (int i = -3; i < 100; i++) {
        bool known = i >= FV_UNDECIDED && i <= FV_TOO_MANY_ATTEMPTS;
        const char *name = fv_decision_name((fv_decision)i);
        assert_true((name[0] != '\0') == known);
        for (int l = 0; l < 2; l++) {
            const char *text = fv_decision_text((fv_decision)i, (fv_locale)l);
            assert_true((text[0] != '\0') == known);
            if (known) check_text(name, text, l == 0, true);
        }
        assert_string_equal(fv_image_name((fv_image)i), i == 1 ? "selfie" : i == 2 ? "record" : "");
        assert_string_equal(fv_severity_name((fv_severity)i), i == 1   ? "blocks"
                                                              : i == 2 ? "advice"
                                                                       : "");
    }
    assert_string_equal(fv_decision_name(FV_RECORD_PHOTO_UNUSABLE), "RECORD_PHOTO_UNUSABLE");
    assert_string_equal(fv_reason_name(FV_REASON_NO_FACE), "NO_FACE");
    assert_string_equal(fv_reason_name((fv_reason_code)200), "");
    assert_string_equal(fv_reason_measure(FV_REASON_HEAD_TILTED), "HEAD_ROLL");
    assert_string_equal(fv_reason_measure(FV_REASON_IMAGE_EMPTY), "");
    assert_string_equal(fv_reason_measure((fv_reason_code)200), "");
}

/* At every size: the longest beginning that fits and ends at a character. */
static void cut_everywhere(const fv_reason *r, fv_locale locale)
{
    char whole[1024];
    char buf[1024 + 8];
    size_t n = fv_reason_text(r, locale, whole, sizeof whole);
    assert_true(n > 0 && n < sizeof whole);
    assert_int_equal(strlen(whole), n);
    assert_null(strstr(whole, "{format}"));
    for (size_t cap = 0; cap <= n + 2; cap++) {
        memset(buf, 0x7e, sizeof buf);
        assert_int_equal(fv_reason_text(r, locale, cap == 0 ? NULL : buf, cap), n);
        for (size_t i = cap; i < sizeof buf; i++)
            assert_int_equal(buf[i], 0x7e);
        if (cap == 0) continue;
        size_t most = cap - 1 < n ? cap - 1 : n;
        while (fvi_utf8_check((const uint8_t *)whole, most) != most)
            most--;
        assert_non_null(memchr(buf, '\0', cap));
        if (strlen(buf) != most || memcmp(buf, whole, most) != 0)
            fail_msg("%s in %zu bytes: %zu of them, not %zu: %s", fv_reason_name(r->code), cap,
                     strlen(buf), most, buf);
    }
}

static void test_text__cut_at_every_size(void **state)
{
    (void)state;
    for (size_t i = 0; i < fvi_reason_rows_n; i++) {
        for (int image = FV_SELFIE; image <= FV_RECORD; image++) {
            fv_reason r = {.code = fvi_reason_rows[i].code, .image = (fv_image)image};
            strcpy(r.detail, "HEIC");
            cut_everywhere(&r, FV_LOCALE_ZH_CN);
            cut_everywhere(&r, FV_LOCALE_EN);
        }
    }
}

static void test_text__format_is_set_in(void **state)
{
    fv_reason r = {.code = FV_REASON_UNSUPPORTED_FORMAT, .image = FV_SELFIE};
    char buf[256];
    (void)state;
    strcpy(r.detail, "WebP");
    (void)fv_reason_text(&r, FV_LOCALE_EN, buf, sizeof buf);
    assert_string_equal(
        buf, "Your selfie is a WebP file, which cannot be read here. Please send it as JPEG.");
    memcpy(r.detail, "12345678", sizeof r.detail); /* not terminated: not read beyond */
    (void)fv_reason_text(&r, FV_LOCALE_EN, buf, sizeof buf);
    assert_non_null(strstr(buf, " 12345678 file"));
}

static void test_text__unknown_gives_nothing(void **state)
{
    const fv_reason rows[] = {
        {.code = FV_REASON_NONE, .image = FV_SELFIE},
        {.code = (fv_reason_code)200, .image = FV_SELFIE},
        {.code = FV_REASON_NO_FACE, .image = (fv_image)0},
        {.code = FV_REASON_NO_FACE, .image = (fv_image)3},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char buf[8] = "before";
        assert_int_equal(fv_reason_text(&rows[i], FV_LOCALE_EN, buf, sizeof buf), 0);
        assert_string_equal(buf, "");
        assert_int_equal(fv_reason_text(&rows[i], FV_LOCALE_EN, NULL, 0), 0);
    }
    assert_int_equal(fv_reason_text(NULL, FV_LOCALE_EN, NULL, 0), 0);
}

static void print_all(FILE *to)
{
    static const char *const locales[] = {"zh-CN", "en"};
    for (size_t i = 0; i < fvi_reason_rows_n; i++) {
        const fvi_reason_row *row = &fvi_reason_rows[i];
        for (int image = FV_SELFIE; image <= FV_RECORD; image++) {
            fv_reason r = {.code = row->code, .image = (fv_image)image, .detail = "HEIC"};
            (void)fprintf(to, "%d %s %s %s %s %s\n", (int)row->code, row->name,
                          fv_image_name(r.image),
                          row->measure < 0 ? fv_severity_name(row->severity) : "by-limits",
                          row->measure < 0 ? "-" : fv_reason_measure(row->code),
                          fv_remedy_name(row->remedy[image - 1]));
            for (int l = 0; l < 2; l++) {
                char buf[1024];
                (void)fv_reason_text(&r, (fv_locale)l, buf, sizeof buf);
                (void)fprintf(to, "  %s: %s\n", locales[l], buf);
            }
        }
    }
    for (int i = 1; fv_remedy_name((fv_remedy)i)[0] != '\0'; i++)
        (void)fprintf(to,
                      "remedy %d %s\n  zh-CN: %s\n  en: %s\n  clerk zh-CN: %s\n  clerk en: %s\n", i,
                      fv_remedy_name((fv_remedy)i), fv_remedy_text((fv_remedy)i, FV_LOCALE_ZH_CN),
                      fv_remedy_text((fv_remedy)i, FV_LOCALE_EN),
                      fv_remedy_text_for((fv_remedy)i, FV_WORDING_CLERK, FV_LOCALE_ZH_CN),
                      fv_remedy_text_for((fv_remedy)i, FV_WORDING_CLERK, FV_LOCALE_EN));
    for (int i = 0; fv_decision_name((fv_decision)i)[0] != '\0'; i++)
        (void)fprintf(to, "decision %d %s\n  zh-CN: %s\n  en: %s\n", i,
                      fv_decision_name((fv_decision)i),
                      fv_decision_text((fv_decision)i, FV_LOCALE_ZH_CN),
                      fv_decision_text((fv_decision)i, FV_LOCALE_EN));
}

/* Numbers and texts reach other people's programs and screens: a change must be meant. Run this
 * program with the argument --print to write the file anew. */
static void test_texts__are_those_of_the_golden_file(void **state)
{
    char *now = NULL;
    size_t n_now = 0;
    (void)state;
    FILE *to = open_memstream(&now, &n_now);
    assert_non_null(to);
    print_all(to);
    assert_int_equal(fclose(to), 0);
    FILE *f = fopen(FV_GOLDEN, "rb");
    assert_non_null(f);
    char *golden = malloc(n_now + 2);
    assert_non_null(golden);
    size_t n = fread(golden, 1, n_now + 1, f);
    (void)fclose(f);
    for (size_t i = 0; i < n_now && i < n; i++) {
        if (golden[i] != now[i]) {
            while (i > 0 && now[i - 1] != '\n')
                i--;
            fail_msg("%s: at byte %zu there is now: %.*s", FV_GOLDEN, i,
                     (int)strcspn(now + i, "\n"), now + i);
        }
    }
    assert_int_equal(n, n_now);
    free(golden);
    free(now);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows__are_whole),
        cmocka_unit_test(test_remedies__are_whole),
        cmocka_unit_test(test_remedies__as_said_to_a_clerk),
        cmocka_unit_test(test_names__of_every_number),
        cmocka_unit_test(test_text__cut_at_every_size),
        cmocka_unit_test(test_text__format_is_set_in),
        cmocka_unit_test(test_text__unknown_gives_nothing),
        cmocka_unit_test(test_texts__are_those_of_the_golden_file),
    };
    if (argc > 1 && strcmp(argv[1], "--print") == 0) {
        print_all(stdout);
        return 0;
    }
    return cmocka_run_group_tests_name("reasons", tests, NULL, NULL);
}
