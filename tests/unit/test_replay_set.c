/* SPDX-License-Identifier: Apache-2.0 */
/* What a labelled set is read from: CSV, and the manifest with all that can be wrong in it. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "replay/manifest.h"

static char dir[] = "/tmp/fv_replay_set_XXXXXX";
static char set_path[64], labels_path[64];

static int make_dir(void **state)
{
    char path[64];
    (void)state;
    if (mkdtemp(dir) == NULL) return -1;
    (void)snprintf(set_path, sizeof set_path, "%s/set.csv", dir);
    (void)snprintf(labels_path, sizeof labels_path, "%s/labels.csv", dir);
    (void)snprintf(path, sizeof path, "%s/out", dir);
    return symlink("/etc/hostname", path);
}

static int remove_dir(void **state)
{
    char path[64];
    (void)state;
    (void)snprintf(path, sizeof path, "%s/out", dir);
    (void)unlink(path);
    (void)unlink(set_path);
    (void)unlink(labels_path);
    return rmdir(dir);
}

static void put(const char *path, const char *text, size_t n)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

/* ---- CSV ---- */

/* Rows as "line:field|field;", or "!" and the error. */
static void read_all(const char *text, size_t n, char *out, size_t cap)
{
    fv_error err = {.code = FV_OK};
    fvi_csv *csv = NULL;
    fvi_csv_row row;
    size_t at = 0;

    put(set_path, text, n);
    assert_fv_ok(fvi_csv_open(&csv, set_path, &err), &err);
    out[0] = '\0';
    for (;;) {
        if (fvi_csv_next(csv, &row, &err) != FV_OK) {
            at += (size_t)snprintf(out + at, cap - at, "!%s", err.text + strlen(set_path));
            break;
        }
        if (row.n == 0) break;
        at += (size_t)snprintf(out + at, cap - at, "%zu:", row.line);
        for (size_t i = 0; i < row.n; i++)
            at += (size_t)snprintf(out + at, cap - at, "%s%s", i > 0 ? "|" : "", row.field[i]);
        at += (size_t)snprintf(out + at, cap - at, ";");
    }
    fvi_csv_close(&csv);
}

static void test_csv__rfc_4180(void **state)
{
    static const struct {
        const char *text, *rows;
    } cases[] = {
        {"", ""},
        {"a,b\n", "1:a|b;"},
        {"a,b", "1:a|b;"},
        {"a,b\r\nc,d\r\n", "1:a|b;2:c|d;"},
        {"\xef\xbb\xbf"
         "a,b\n",
         "1:a|b;"},
        {"a,\n,b\n,\n", "1:a|;2:|b;3:|;"},
        {"\"a\",\"b,c\"\n", "1:a|b,c;"},
        {"\"a\"\"b\",\"\"\n", "1:a\"b|;"},
        {"\"\"\"\"\n", "1:\";"},
        {"\"a\nb\",c\nd,e\n", "1:a\nb|c;3:d|e;"},
        {"\"a\r\nb\",c\r\nd,e", "1:a\r\nb|c;3:d|e;"},
        {"a,b\n\n\r\nc,d\n", "1:a|b;4:c|d;"},
        {" a , b \n", "1: a | b ;"},
        {"\xe5\xbc\xa0,\xe4\xb8\x89\n", "1:\xe5\xbc\xa0|\xe4\xb8\x89;"},
        {"a\"b,c\n", "!:1: a quote within a field that is not quoted"},
        {"a,b\nc,\"d\"e\n", "1:a|b;!:2: text after the closing quote of a field"},
        {"a,\"b\nc\n", "!:1: a quoted field does not end"},
        {"a\rb,c\n", "!:1: a carriage return within a field that is not quoted"},
        {"a,\xff\n", "!:1: bytes that are not UTF-8"},
    };
    char rows[256];
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        read_all(cases[i].text, strlen(cases[i].text), rows, sizeof rows);
        assert_string_equal(rows, cases[i].rows);
    }
    read_all("a,b\nc\0d,e\n", 11, rows, sizeof rows);
    assert_string_equal(rows, "1:a|b;!:2: a NUL character");
}

static void test_csv__limits(void **state)
{
    enum { N = 300000 };
    char *text = malloc(N), rows[256];
    (void)state;
    assert_non_null(text);
    memset(text, 'x', N);
    read_all(text, FVI_CSV_ROW_MAX_BYTES + 1, rows, sizeof rows);
    assert_string_equal(rows, "!:1: a row of more than 64 KiB");
    memcpy(text, "a\nb\n\"", 5);
    read_all(text, N, rows, sizeof rows);
    assert_string_equal(rows,
                        "1:a;2:b;!:3: a row of more than 64 KiB, or a quote that never closes");
    memset(text, ',', FVI_CSV_FIELDS_MAX);
    read_all(text, FVI_CSV_FIELDS_MAX, rows, sizeof rows);
    assert_string_equal(rows, "!:1: more than 64 fields");
    free(text);
}

/* Rows that lie across the edges of the reader's buffer come out as they went in. */
static void test_csv__rows_across_the_buffer(void **state)
{
    enum { ROWS = 60000 };
    fv_error err = {.code = FV_OK};
    fvi_csv *csv = NULL;
    fvi_csv_row row;
    char want[64];
    FILE *f = fopen(set_path, "w");
    (void)state;
    assert_non_null(f);
    for (int i = 0; i < ROWS; i++)
        assert_true(fprintf(f, "%d,\"line\n\"\"%d\"\"\"\r\n", i, i * 7) > 0);
    assert_int_equal(fclose(f), 0);
    assert_fv_ok(fvi_csv_open(&csv, set_path, &err), &err);
    for (int i = 0; i < ROWS; i++) {
        assert_fv_ok(fvi_csv_next(csv, &row, &err), &err);
        assert_int_equal(row.n, 2);
        assert_int_equal(row.line, 2 * i + 1);
        (void)snprintf(want, sizeof want, "line\n\"%d\"", i * 7);
        assert_string_equal(row.field[1], want);
    }
    assert_fv_ok(fvi_csv_next(csv, &row, &err), &err);
    assert_int_equal(row.n, 0);
    fvi_csv_close(&csv);
}

static void test_csv__what_is_written_is_read_back(void **state)
{
    static const char *const fields[] = {"a", "", "a,b", "a\"b", "\"", "a\nb", "a\r\nb", " a "};
    char rows[256];
    FILE *f = fopen(labels_path, "w");
    char text[256];
    (void)state;
    assert_non_null(f);
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        if (i > 0) (void)fputc(',', f);
        fvi_csv_put(f, fields[i]);
    }
    (void)fputc('\n', f);
    assert_int_equal(fclose(f), 0);
    f = fopen(labels_path, "r");
    size_t n = fread(text, 1, sizeof text, f);
    (void)fclose(f);
    read_all(text, n, rows, sizeof rows);
    assert_string_equal(rows, "1:a||a,b|a\"b|\"|a\nb|a\r\nb| a ;");
}

/* ---- manifest ---- */

static fvi_manifest *load_as(const char *text, const char *labels, fvi_kind kind, fv_error *err)
{
    fvi_manifest *m = NULL;
    fvi_manifest_options o = {.path = set_path, .kind = kind};

    put(set_path, text, strlen(text));
    if (labels != NULL) {
        put(labels_path, labels, strlen(labels));
        o.labels = labels_path;
    }
    *err = (fv_error){.code = FV_OK};
    fv_status st = fvi_manifest_load(&m, &o, err);
    assert_int_equal(st != FV_OK, m == NULL);
    return m;
}

static fvi_manifest *load(const char *text)
{
    fv_error err;
    fvi_manifest *m = load_as(text, NULL, FVI_KIND_ANY, &err);
    if (m == NULL) fail_msg("%s", err.text);
    return m;
}

static void refused(const char *text, const char *labels, const char *what)
{
    fv_error err;
    fvi_manifest *m = load_as(text, labels, FVI_KIND_ANY, &err);
    assert_null(m);
    assert_int_equal(err.code, FV_E_ARG);
    if (strstr(err.text, what) == NULL) fail_msg("\"%s\" does not say \"%s\"", err.text, what);
}

static void test_manifest__mistakes_are_named_with_their_line(void **state)
{
    static const struct {
        const char *text, *what;
    } cases[] = {
        {"", "set.csv:1: the file is empty"},
        {"path_a,path_b,same\n", "no rows below the header"},
        {"path_a,path_b\na,b\n", ":1: no column 'same', which a manifest of pairs needs"},
        {"path_a,same\na,1\n", ":1: no column 'path_b'"},
        {"path_b,same,x\na,1,\n", ":1: no column 'path_a'"},
        {"label,x\na,1\n", ":1: no column 'path'"},
        {"path,x\na,1\n", ":1: no column 'label'"},
        {"path,path,label\na,a,live\n", ":1: column 'path' comes twice"},
        {"path,label,decision\na,live,x\n", ":1: column 'decision' is one that the results add"},
        {"path_a,path_b,same,person_a\na,b,1,x\n", ":1: person_a and person_b come together"},
        {"path_a,path_b,same\na,b,1\nc,d\n", ":3: 2 fields, but the header has 3"},
        {"path_a,path_b,same\na,b,1\nc,d,1,\n", ":3: 4 fields, but the header has 3"},
        {"path_a,path_b,same\na,b,yes\n", ":2: same is 'yes', not 1 or 0"},
        {"path_a,path_b,same\na,b,\n", ":2: same is '', not 1 or 0"},
        {"path_a,path_b,same\na,a,0\n", ":2: an image is not another person than itself"},
        {"path_a,path_b,same\na,b,1\n\nc,d,0\na,b,1\n", ":5: the same pair as in line 2"},
        {"path_a,path_b,same\na,b,1\n./a,.//b,0\n", ":3: the same pair as in line 2"},
        {"path_a,path_b,same\n/a,b,1\n", ":2: '/a' leaves the folder: it is absolute"},
        {"path_a,path_b,same\na,../b,1\n", ":2: '../b' leaves the folder: it has '..'"},
        {"path_a,path_b,same\na/../b,b,1\n", ":2: 'a/../b' leaves the folder"},
        {"path_a,path_b,same\na,c/..,1\n", ":2: 'c/..' leaves the folder"},
        {"path_a,path_b,same\na,out,1\n", ":2: 'out' leaves the folder: it is a link"},
        {"path_a,path_b,same\na,,1\n", ":2: a path is empty"},
        {"path_a,path_b,same\na,./.,1\n", ":2: './.' is the folder itself"},
        {"path_a,path_b,same,person_a,person_b\na,b,1,x,y\n", ":2: same is 1, but person_a"},
        {"path_a,path_b,same,person_a,person_b\na,b,0,x,x\n", ":2: same is 0, but person_a"},
        {"path_a,path_b,same,person_a,person_b\na,b,0,x,\n", ":2: 'person_b' is empty"},
        {"path_a,path_b,same,person_a,person_b\na,b,0,x,y\nc,b,0,z,q\n",
         ":3: 'b' was of another person before"},
        {"path,label\na,live\nb,fake\n", ":3: label is 'fake', not live or spoof"},
        {"path,label,attack\na,live,print\n", ":2: live, and yet an attack: 'print'"},
        {"path,label\na,live\nb,spoof\na,live\n", ":4: the same image as in line 2"},
        {"path,label\na,good\nb,wobbly\n", ":3: label 'wobbly' is neither good nor the name"},
        {"path,label,as\na,good,print\n", ":2: as is 'print', not selfie or record"},
        {"path,label\na,good\n\"b,good\n", ":3: a quoted field does not end"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        refused(cases[i].text, NULL, cases[i].what);
}

static void test_manifest__pairs_know_each_image_once(void **state)
{
    (void)state;
    fvi_manifest *m = load("same,path_b,note,path_a,cohort\n"
                           "1,Ann/2.jpg,x,Ann/1.jpg,old\n"
                           "0,./Bob/1.jpg,\"y,z\",Ann//1.jpg,\n"
                           "0,Ann/2.jpg,,Bob/1.jpg,young\n");
    assert_int_equal(m->kind, FVI_KIND_PAIRS);
    assert_int_equal(m->n_rows, 3);
    assert_int_equal(m->images.n, 3);
    uint32_t a1 = fvi_texts_find(&m->images, "Ann/1.jpg");
    uint32_t a2 = fvi_texts_find(&m->images, "Ann/2.jpg");
    uint32_t b1 = fvi_texts_find(&m->images, "Bob/1.jpg");
    assert_int_equal(m->rows[1].a, a1);
    assert_int_equal(m->rows[1].b, b1);
    assert_int_equal(m->rows[0].label, 1);
    assert_int_equal(m->rows[1].cohort, FVI_TEXT_NONE);
    assert_string_equal(fvi_texts_text(&m->cohorts, m->rows[2].cohort), "young");
    assert_int_equal(m->sides[a1], FVI_AS_SELFIE);
    assert_int_equal(m->sides[a2], FVI_AS_RECORD);
    assert_int_equal(m->sides[b1], FVI_AS_SELFIE | FVI_AS_RECORD);
    assert_int_equal(m->people_by, FVI_PEOPLE_FOLDER);
    assert_int_equal(m->people.n, 2);
    assert_string_equal(fvi_texts_text(&m->people, m->person[a2]), "Ann");
    assert_string_equal(m->sha256,
                        "139b2f28aff222d81083d17a4c25536ec072bbde3135ebd672f69bf1a6c40470");
    fvi_manifest_free(&m);
}

/* Where folders are no people, genuine pairs tell who is one. */
static void test_manifest__people_by_genuine_pairs(void **state)
{
    (void)state;
    fvi_manifest *m = load("path_a,path_b,same\n"
                           "selfies/1.jpg,records/1.jpg,1\n"
                           "selfies/2.jpg,records/1.jpg,1\n"
                           "selfies/3.jpg,records/3.jpg,1\n"
                           "selfies/1.jpg,records/3.jpg,0\n");
    assert_int_equal(m->people_by, FVI_PEOPLE_GENUINE);
    assert_int_equal(m->n_contradictions, 0);
    assert_int_equal(m->people.n, 2);
    uint32_t s1 = fvi_texts_find(&m->images, "selfies/1.jpg");
    uint32_t s2 = fvi_texts_find(&m->images, "selfies/2.jpg");
    uint32_t r3 = fvi_texts_find(&m->images, "records/3.jpg");
    assert_int_equal(m->person[s1], m->person[s2]);
    assert_int_not_equal(m->person[s1], m->person[r3]);
    fvi_manifest_free(&m);

    m = load("path_a,path_b,same\nx/1,y/1,1\nx/2,y/1,1\nx/1,x/2,0\n");
    assert_int_equal(m->people_by, FVI_PEOPLE_GENUINE);
    assert_int_equal(m->n_contradictions, 1);
    fvi_manifest_free(&m);
}

static void test_manifest__people_by_column_and_sorted(void **state)
{
    (void)state;
    fvi_manifest *m = load("path_a,path_b,same,person_a,person_b\n"
                           "x/1,x/2,0,zoe,\xe5\xbc\xa0\nx/3,x/1,0,Zoe,zoe\n");
    assert_int_equal(m->people_by, FVI_PEOPLE_COLUMN);
    assert_int_equal(m->people.n, 3);
    assert_string_equal(fvi_texts_text(&m->people, 0), "Zoe");
    assert_string_equal(fvi_texts_text(&m->people, 1), "zoe");
    assert_int_equal(m->person[fvi_texts_find(&m->images, "x/2")], 2);
    fvi_manifest_free(&m);
}

static void test_manifest__attacks(void **state)
{
    (void)state;
    fvi_manifest *m = load("path,label,attack,subject\n"
                           "a,live,,7\nb,spoof,print,7\nc,spoof,,\nd,spoof,print,8\n");
    assert_int_equal(m->kind, FVI_KIND_ATTACKS);
    assert_int_equal(m->rows[0].label, 1);
    assert_int_equal(m->rows[0].b, FVI_TEXT_NONE);
    assert_string_equal(fvi_texts_text(&m->species, m->rows[1].b), "print");
    assert_string_equal(fvi_texts_text(&m->species, m->rows[2].b), "unnamed");
    assert_int_equal(m->rows[1].b, m->rows[3].b);
    assert_int_equal(m->people.n, 3); /* 7, 8, and c for itself */
    assert_int_equal(m->person[m->rows[0].a], m->person[m->rows[1].a]);
    fvi_manifest_free(&m);

    m = load("path,label\na,spoof\nb,live\n");
    assert_int_equal(m->kind, FVI_KIND_ATTACKS);
    assert_int_equal(m->people_by, FVI_PEOPLE_IMAGE);
    fvi_manifest_free(&m);
}

static void test_manifest__quality_labels_and_their_mapping(void **state)
{
    fv_error err;
    (void)state;
    fvi_manifest *m = load("path,label,as\na,good,selfie\nb,head_TURNED,record\nc,good,selfie\n");
    assert_int_equal(m->kind, FVI_KIND_QUALITY);
    assert_int_equal(m->labels.n, 2);
    assert_true(m->expected[m->rows[0].label].good);
    assert_int_equal(m->expected[m->rows[1].label].n, 1);
    assert_int_equal(m->expected[m->rows[1].label].reasons[0], FV_REASON_HEAD_TURNED);
    assert_int_equal(m->rows[1].b, FV_RECORD);
    assert_int_equal(m->sides[m->rows[1].a], FVI_AS_RECORD);
    fvi_manifest_free(&m);

    m = load_as("path,label\na,side\nb,fine\nc,odd\n",
                "label,reason\nside,no_face|HEAD_TURNED\nfine,good\nodd,ignore\n", FVI_KIND_ANY,
                &err);
    assert_non_null(m);
    assert_int_equal(m->expected[0].n, 2);
    assert_int_equal(m->expected[0].reasons[1], FV_REASON_HEAD_TURNED);
    assert_true(m->expected[1].good);
    assert_true(m->expected[2].ignored);
    fvi_manifest_free(&m);

    refused("path,label\na,x\n", "label,reason\nx,NO_FAC\n", "labels.csv:2: 'NO_FAC' is not");
    refused("path,label\na,x\n", "label,reason\nx,NO_FACE\nx,good\n", "labels.csv:3: label 'x'");
    refused("path,label\na,x\n", "label,means\nx,NO_FACE\n", "labels.csv:1: the header");
    refused("path,label\na,x\n", "label,reason\nx,NO_FACE,y\n", "labels.csv:2: 3 fields");
}

static void test_manifest__a_kind_may_be_asked_for(void **state)
{
    fv_error err;
    (void)state;
    fvi_manifest *m = load_as("path,person\na,x\nb,y\n", NULL, FVI_KIND_PEOPLE, &err);
    assert_non_null(m);
    assert_int_equal(m->kind, FVI_KIND_PEOPLE);
    assert_int_equal(m->people.n, 2);
    fvi_manifest_free(&m);
    assert_null(load_as("path,person\na,x\n", NULL, FVI_KIND_PAIRS, &err));
    assert_non_null(strstr(err.text, "a manifest of people, but one of pairs is wanted"));
    assert_null(load_as("path,label\na,x\n", NULL, FVI_KIND_ATTACKS, &err));
    assert_non_null(strstr(err.text, ":2: label is 'x', not live or spoof"));
}

static void test_manifest__files_that_are_none(void **state)
{
    fv_error err = {.code = FV_OK};
    fvi_manifest *m = NULL;
    fvi_manifest_options o = {.path = "/nonexistent/set.csv"};
    (void)state;
    assert_int_equal(fvi_manifest_load(&m, &o, &err), FV_E_ARG);
    o.path = dir;
    o.root = dir;
    err = (fv_error){.code = FV_OK};
    assert_int_equal(fvi_manifest_load(&m, &o, &err), FV_E_ARG);
    assert_null(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_csv__rfc_4180),
        cmocka_unit_test(test_csv__limits),
        cmocka_unit_test(test_csv__rows_across_the_buffer),
        cmocka_unit_test(test_csv__what_is_written_is_read_back),
        cmocka_unit_test(test_manifest__mistakes_are_named_with_their_line),
        cmocka_unit_test(test_manifest__pairs_know_each_image_once),
        cmocka_unit_test(test_manifest__people_by_genuine_pairs),
        cmocka_unit_test(test_manifest__people_by_column_and_sorted),
        cmocka_unit_test(test_manifest__attacks),
        cmocka_unit_test(test_manifest__quality_labels_and_their_mapping),
        cmocka_unit_test(test_manifest__a_kind_may_be_asked_for),
        cmocka_unit_test(test_manifest__files_that_are_none),
    };
    return cmocka_run_group_tests_name("replay_set", tests, make_dir, remove_dir);
}
