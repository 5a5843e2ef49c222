/* SPDX-License-Identifier: Apache-2.0 */
/* What a run keeps, what makes it fail, and what similarities say. */
#include "test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "replay/conditions.h"
#include "replay/fit.h"
#include "replay/journal.h"

#define KEY       "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define OTHER_KEY "1123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

enum { IMAGES = 6, DIM = 4 };

static char dir[] = "/tmp/fv_replay_run_XXXXXX";
static char path[64];

static int make_dir(void **state)
{
    (void)state;
    if (mkdtemp(dir) == NULL) return -1;
    (void)snprintf(path, sizeof path, "%s/journal", dir);
    return 0;
}

static int remove_dir(void **state)
{
    (void)state;
    (void)unlink(path);
    return rmdir(dir);
}

/* ---- journal ---- */

typedef struct images {
    fvi_images of;
    fvi_worked worked[IMAGES];
    float templates[IMAGES * DIM];
} images;

static fvi_images *fresh(images *i)
{
    memset(i, 0, sizeof *i);
    i->of = (fvi_images){i->worked, i->templates, IMAGES, DIM};
    return &i->of;
}

static void fill(images *i, size_t k)
{
    i->worked[k] = (fvi_worked){.state = FVI_WORK_DONE,
                                .has_template = k % 2 == 0,
                                .turn = (int8_t)(k % 4),
                                .score = (float)k / 7.0f};
    for (size_t d = 0; d < DIM; d++)
        i->templates[k * DIM + d] = (float)(k + d) * 0.25f;
}

static fv_status reopen(fvi_journal **j, images *i, const char *key, bool resume, fv_error *err)
{
    *err = (fv_error){.code = FV_OK};
    return fvi_journal_open(j, path, key, resume, fresh(i), err);
}

static void write_journal(size_t n)
{
    static images i;
    fv_error err;
    fvi_journal *j = NULL;
    (void)unlink(path);
    assert_fv_ok(reopen(&j, &i, KEY, false, &err), &err);
    for (size_t k = 0; k < n; k++) {
        fill(&i, k);
        assert_fv_ok(fvi_journal_add(j, &i.of, k, &err), &err);
    }
    assert_fv_ok(fvi_journal_flush(j, &err), &err);
    fvi_journal_close(&j, false);
    assert_null(j);
}

/* How many records come back, every one of them whole. */
static size_t records(void)
{
    static images found, want;
    fv_error err;
    fvi_journal *j = NULL;
    size_t n = 0;
    assert_fv_ok(reopen(&j, &found, KEY, true, &err), &err);
    fvi_journal_close(&j, false);
    (void)fresh(&want);
    for (size_t k = 0; k < IMAGES; k++) {
        if (found.worked[k].state == FVI_WORK_OPEN) continue;
        fill(&want, k);
        assert_memory_equal(&found.worked[k], &want.worked[k], sizeof want.worked[k]);
        if (want.worked[k].has_template)
            assert_memory_equal(&found.templates[k * DIM], &want.templates[k * DIM],
                                DIM * sizeof(float));
        n++;
    }
    return n;
}

static long length(void)
{
    struct stat sb;
    assert_int_equal(stat(path, &sb), 0);
    return (long)sb.st_size;
}

static void test_journal__what_was_added_comes_back(void **state)
{
    struct stat sb;
    (void)state;
    write_journal(5);
    assert_int_equal(stat(path, &sb), 0);
    assert_int_equal(sb.st_mode & 0777, 0600);
    assert_int_equal(records(), 5);
    assert_int_equal(records(), 5);
}

/* Cut anywhere, what is whole comes back, and the journal goes on from there. */
static void test_journal__torn_at_any_byte(void **state)
{
    fv_error err;
    (void)state;
    write_journal(5);
    long whole = length();
    for (long cut = whole - 1; cut > 0; cut -= 37) {
        static images i;
        fvi_journal *j = NULL;
        write_journal(5);
        assert_int_equal(truncate(path, cut), 0);
        size_t n = records();
        assert_true(n < 5);
        assert_fv_ok(reopen(&j, &i, KEY, true, &err), &err);
        fill(&i, 5);
        assert_fv_ok(fvi_journal_add(j, &i.of, 5, &err), &err);
        fvi_journal_close(&j, false);
        assert_int_equal(records(), n + 1);
    }
}

static void test_journal__a_changed_byte_ends_it(void **state)
{
    (void)state;
    write_journal(3);
    long whole = length();
    for (long at = 100; at < whole; at += 61) {
        write_journal(3);
        FILE *f = fopen(path, "r+b");
        assert_non_null(f);
        assert_int_equal(fseek(f, at, SEEK_SET), 0);
        int c = fgetc(f);
        assert_int_equal(fseek(f, at, SEEK_SET), 0);
        assert_int_equal(fputc(c ^ 0x10, f), c ^ 0x10);
        assert_int_equal(fclose(f), 0);
        assert_true(records() < 3);
    }
}

static void test_journal__another_key_or_no_resume_is_refused(void **state)
{
    static images i;
    fv_error err;
    fvi_journal *j = NULL;
    (void)state;
    write_journal(2);
    assert_int_equal(reopen(&j, &i, OTHER_KEY, true, &err), FV_E_ARG);
    assert_non_null(strstr(err.text, "another set, other models"));
    assert_int_equal(reopen(&j, &i, KEY, false, &err), FV_E_ARG);
    assert_non_null(strstr(err.text, "--resume"));
    assert_null(j);
    assert_int_equal(records(), 2);
    /* one that was only begun is nobody's loss */
    write_journal(0);
    assert_fv_ok(reopen(&j, &i, OTHER_KEY, false, &err), &err);
    fvi_journal_close(&j, false);
}

static void test_journal__open_once_and_gone_when_finished(void **state)
{
    static images i, k;
    fv_error err;
    fvi_journal *a = NULL, *b = NULL;
    (void)state;
    write_journal(1);
    assert_fv_ok(reopen(&a, &i, KEY, true, &err), &err);
    assert_int_equal(reopen(&b, &k, KEY, true, &err), FV_E_ARG);
    assert_non_null(strstr(err.text, "another process"));
    fvi_journal_close(&a, true);
    assert_int_equal(access(path, F_OK), -1);
    fvi_journal_close(&a, true);
}

static void test_journal__what_is_not_ours_stays(void **state)
{
    static const char text[] = "faceverify jour: my own notes, and they are longer than a head is, "
                               "so that nothing could be missing of it";
    static const size_t lengths[] = {1, 15, 21, 40, sizeof text - 1};
    static images i;
    fv_error err;
    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(lengths); k++) {
        fvi_journal *j = NULL;
        FILE *f = fopen(path, "wb");
        assert_non_null(f);
        assert_int_equal(fwrite(text, 1, lengths[k], f), lengths[k]);
        assert_int_equal(fclose(f), 0);
        bool begun = lengths[k] <= 15; /* as far as it goes the beginning of one */
        fv_status st = reopen(&j, &i, KEY, true, &err);
        assert_int_equal(st, begun ? FV_OK : FV_E_ARG);
        if (!begun) assert_int_equal(length(), (long)lengths[k]);
        fvi_journal_close(&j, false);
    }
    (void)unlink(path);
}

/* ---- conditions ---- */

static void test_conditions__are_read(void **state)
{
    static const struct {
        const char *text, *metric, *of, *cohort, *op;
        double at, limit;
        fvi_end end;
    } cases[] = {
        {"fta>0", "fta", "", "", ">", NAN, 0, FVI_END_VALUE},
        {"fnmr@1e-3>=0.025", "fnmr", "", "", ">=", 1e-3, 0.025, FVI_END_VALUE},
        {"fnmr@1e-3.high<1", "fnmr", "", "", "<", 1e-3, 1, FVI_END_HIGH},
        {"fnmr@0.001[old one].low<=-1", "fnmr", "", "old one", "<=", 1e-3, -1, FVI_END_LOW},
        {"apcer:screen.high>.5", "apcer", "screen", "", ">", NAN, 0.5, FVI_END_HIGH},
        {"found:eyes closed[x]<0.9", "found", "eyes closed", "x", "<", NAN, 0.9, FVI_END_VALUE},
        {"bpcer@0.05>1", "bpcer", "", "", ">", 0.05, 1, FVI_END_VALUE},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        fvi_condition c;
        fv_error err = {.code = FV_OK};
        assert_fv_ok(fvi_condition_parse(&c, cases[i].text, &err), &err);
        assert_string_equal(c.metric, cases[i].metric);
        assert_string_equal(c.of, cases[i].of);
        assert_string_equal(c.cohort, cases[i].cohort);
        assert_string_equal(c.op, cases[i].op);
        assert_true(isnan(cases[i].at) ? isnan(c.at) : c.at == cases[i].at);
        assert_true(c.limit == cases[i].limit);
        assert_int_equal(c.end, cases[i].end);
    }
}

static void test_conditions__that_are_none(void **state)
{
    static const char *const texts[] = {"",           ">",
                                        "fta",        ">1",
                                        "fta>",       "fta>x",
                                        "fta>1x",     "fta>nan",
                                        "fta>inf",    "fta=1",
                                        "nonsense>1", "fnmr@>1",
                                        "fnmr@0>1",   "fnmr@2>1",
                                        "fnmr@x>1",   "fnmr[>1",
                                        "fnmr[]>1",   "fnmr]x[>1",
                                        "fta@0.1>1",  "fta:x>1",
                                        "refused>1",  "flips.low>1",
                                        "apcer:>1",   "fnmr@1e-3x>1",
                                        "fta[x]>1",   "unreadable[x]>1",
                                        "flips[x]>1", "bpcer@0.07>1"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        fvi_condition c = {.limit = 7};
        fv_error err = {.code = FV_OK};
        assert_int_equal(fvi_condition_parse(&c, texts[i], &err), FV_E_ARG);
        assert_true(c.limit == 7);
        assert_true(err.text[0] != '\0');
    }
}

static void test_conditions__belong_to_kinds(void **state)
{
    fvi_condition c;
    fv_error err = {.code = FV_OK};
    (void)state;
    assert_fv_ok(fvi_condition_parse(&c, "fnmr>1", &err), &err);
    assert_int_equal(fvi_condition_check(&c, FVI_KIND_PAIRS, false, &err), FV_OK);
    assert_int_equal(fvi_condition_check(&c, FVI_KIND_ATTACKS, false, &err), FV_E_ARG);
    err = (fv_error){.code = FV_OK};
    assert_fv_ok(fvi_condition_parse(&c, "flips>1", &err), &err);
    assert_int_equal(fvi_condition_check(&c, FVI_KIND_QUALITY, true, &err), FV_OK);
    assert_int_equal(fvi_condition_check(&c, FVI_KIND_QUALITY, false, &err), FV_E_ARG);
}

/* ---- what similarities say ---- */

static void test_fit__thresholds_are_the_lowest_that_keep_the_rate(void **state)
{
    fvi_counts c;
    fv_error err = {.code = FV_OK};
    uint64_t n = 9;
    (void)state;
    assert_fv_ok(fvi_counts_create(&c, &err), &err);
    assert_int_equal(fvi_counts_threshold(&c, 0.1, &n), 0); /* nobody to match falsely */
    static const float s[] = {0.5f, 0.25f, 0.25f, 0.125f, 0.0f, -0.5f, -0.5f, -0.75f, -1.0f, -1.0f};
    for (size_t i = 0; i < ARRAY_LEN(s); i++)
        fvi_counts_add(&c, s[i], false);
    static const struct {
        double rate, similarity;
        uint64_t n;
    } cases[] = {{0.0, 0.500001, 0},  {0.09, 0.500001, 0}, {0.1, 0.250001, 1}, {0.2, 0.250001, 1},
                 {0.3, 0.125001, 3},  {0.39, 0.125001, 3}, {0.4, 0.000001, 4}, {0.5, -0.499999, 5},
                 {0.7, -0.749999, 7}, {0.9, -0.999999, 8}, {1.0, -1.0, 10}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        size_t bin = fvi_counts_threshold(&c, cases[i].rate, &n);
        assert_true(fabs(fvi_counts_similarity(bin) - cases[i].similarity) < 1e-9);
        assert_int_equal(n, cases[i].n);
    }
    fvi_counts_add(&c, 1.0f, false);
    assert_int_equal(fvi_counts_threshold(&c, 0.0, &n), FVI_COUNTS_N); /* above 1 is none */
    fvi_counts_free(&c);
}

static void test_fit__bins_keep_the_order(void **state)
{
    static const float s[] = {-1.0f, -0.999999f, -0.5f,     -1e-7f, 0.0f,
                              1e-7f, 1e-6f,      0.538822f, 1.0f};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(s); i++) {
        size_t bin = fvi_counts_bin(s[i]);
        assert_true(fvi_counts_similarity(bin) <= (double)s[i]);
        assert_true(fvi_counts_similarity(bin) > (double)s[i] - 1.0000001e-6);
    }
    assert_int_equal(fvi_counts_bin(2.0f), FVI_COUNTS_N - 1);
    assert_int_equal(fvi_counts_bin(-2.0f), 0);
}

/* Two classes that overlap by two levels: the least loss by hand. */
static void test_fit__loss(void **state)
{
    fvi_counts c;
    fvi_fit fit;
    fv_error err = {.code = FV_OK};
    (void)state;
    assert_fv_ok(fvi_counts_create(&c, &err), &err);
    for (int i = 0; i < 4; i++) {
        fvi_counts_add(&c, i < 3 ? 0.75f : 0.25f, true);
        fvi_counts_add(&c, i < 3 ? 0.25f : 0.75f, false);
    }
    assert_fv_ok(fvi_fit_counts(&c, &fit, &err), &err);
    /* ratios 1/3 and 3; the line through ln(1/3) and ln(3) is also the best step */
    double want = 0.75 * log2(1.0 + 1.0 / 3.0) + 0.25 * log2(1.0 + 3.0);
    assert_true(fabs(fit.cllr_min - want) < 1e-12);
    assert_true(fabs(fit.cllr - want) < 1e-9);
    assert_true(fabs(fit.scale - 2.0 * log(3.0) / 0.5) < 1e-6);
    assert_true(fabs(fit.scale * 0.5 + fit.offset) < 1e-6);
    fvi_counts_free(&c);
}

static void test_fit__where_there_is_none(void **state)
{
    fvi_counts c;
    fvi_fit fit = {.scale = 7};
    fv_error err = {.code = FV_OK};
    (void)state;
    assert_fv_ok(fvi_counts_create(&c, &err), &err);
    assert_int_equal(fvi_fit_counts(&c, &fit, &err), FV_E_ARG);
    fvi_counts_add(&c, 0.1f, false);
    assert_int_equal(fvi_fit_counts(&c, &fit, &err), FV_E_ARG); /* one class */
    fvi_counts_add(&c, 0.9f, true);
    assert_int_equal(fvi_fit_counts(&c, &fit, &err), FV_E_ARG); /* they do not overlap */
    fvi_counts_add(&c, 0.95f, false);
    fvi_counts_add(&c, 0.05f, true);
    fvi_counts_add(&c, 0.96f, false);
    assert_int_equal(fvi_fit_counts(&c, &fit, &err), FV_E_ARG); /* the wrong way round */
    assert_true(fit.scale == 7);
    fvi_counts_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_journal__what_was_added_comes_back),
        cmocka_unit_test(test_journal__torn_at_any_byte),
        cmocka_unit_test(test_journal__a_changed_byte_ends_it),
        cmocka_unit_test(test_journal__another_key_or_no_resume_is_refused),
        cmocka_unit_test(test_journal__open_once_and_gone_when_finished),
        cmocka_unit_test(test_journal__what_is_not_ours_stays),
        cmocka_unit_test(test_conditions__are_read),
        cmocka_unit_test(test_conditions__that_are_none),
        cmocka_unit_test(test_conditions__belong_to_kinds),
        cmocka_unit_test(test_fit__thresholds_are_the_lowest_that_keep_the_rate),
        cmocka_unit_test(test_fit__bins_keep_the_order),
        cmocka_unit_test(test_fit__loss),
        cmocka_unit_test(test_fit__where_there_is_none),
    };
    return cmocka_run_group_tests_name("replay_run", tests, make_dir, remove_dir);
}
