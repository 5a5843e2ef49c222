/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "nn/pack.h"

enum { TEXT_MAX = 8192 };

/* A folder with one good network, eye.onnx; write_pack() puts a pack.json into it. */
typedef struct folder {
    char dir[32];
    char sha[65];
} folder;

static void path_in(const folder *f, const char *name, char path[256])
{
    (void)snprintf(path, 256, "%s/%s", f->dir, name);
}

static void write_file(const folder *f, const char *name, const void *data, size_t n)
{
    char path[256];
    path_in(f, name, path);
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(data, 1, n, out), n);
    assert_int_equal(fclose(out), 0);
}

static const char eye_net[] =
    "{\"role\": \"eye_state\", \"name\": \"n\", \"file\": \"eye.onnx\", \"sha256\": \"@\","
    " \"licence\": \"MIT\", \"source\": \"here\","
    " \"input\": {\"name\": \"input\", \"shape\": [1, 1, 24, 24], \"colour\": \"GREY\","
    " \"mean\": [0.5], \"deviation\": [255]},"
    " \"outputs\": [{\"name\": \"output\", \"shape\": [1, 2], \"meaning\": \"m\"}]}";

static void put(char *text, size_t *at, const char *s, size_t n)
{
    assert_true(*at + n < TEXT_MAX);
    memcpy(text + *at, s, n);
    *at += n;
    text[*at] = '\0';
}

/* The first `from` in `text` becomes `to`; fails the test where there is none. */
static void replace(char *text, const char *from, const char *to)
{
    char rest[TEXT_MAX];
    char *hit = strstr(text, from);
    if (hit == NULL) fail_msg("no %s in the text", from);
    (void)snprintf(rest, sizeof rest, "%s", hit + strlen(from));
    size_t at = (size_t)(hit - text);
    put(text, &at, to, strlen(to));
    put(text, &at, rest, strlen(rest));
}

static void good_pack(const folder *f, char text[TEXT_MAX])
{
    size_t at = 0;
    put(text, &at, "{\"name\": \"test\", \"networks\": [\n", 31);
    put(text, &at, eye_net, sizeof eye_net - 1);
    put(text, &at, "]}", 2);
    replace(text, "@", f->sha);
}

static void write_pack(const folder *f, const char *text)
{
    write_file(f, "pack.json", text, strlen(text));
}

static int make_folder(void **state)
{
    folder *f = calloc(1, sizeof *f);
    char path[256];
    uint8_t *p = NULL;
    size_t n = 0;

    if (f == NULL) return -1;
    (void)snprintf(f->dir, sizeof f->dir, "/tmp/fv_pack_XXXXXX");
    if (mkdtemp(f->dir) == NULL) return -1;
    path_in(f, "eye.onnx", path);
    if (symlink(FV_TEST_MODELS "/eye_state_24.onnx", path) != 0) return -1;
    if (fvi_file_read(path, 1 << 20, FV_E_MODEL, &p, &n, NULL) != FV_OK) return -1;
    const fv_status st = fvi_sha256_hex(p, n, f->sha, NULL);
    free(p);
    *state = f;
    return st == FV_OK ? 0 : -1;
}

static int remove_folder(void **state)
{
    static const char *const names[] = {"pack.json", "eye.onnx", "calibration.json", "other.onnx"};
    folder *f = *state;
    char path[256];

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        path_in(f, names[i], path);
        if (unlink(path) != 0 && errno != ENOENT) return -1;
    }
    const int rc = rmdir(f->dir);
    free(f);
    return rc;
}

/* Opening fails with FV_E_MODEL and a text that holds every one of the parts. */
static void refused(const char *dir, const char *a, const char *b)
{
    fvi_pack mark;
    fvi_pack *p = &mark;
    fv_error err = {0};
    const fv_status st = fvi_pack_open(&p, dir, &err);
    if (st == FV_OK) fail_msg("accepted; expected a refusal with %s, %s", a, b);
    assert_int_equal(st, FV_E_MODEL);
    assert_ptr_equal(p, &mark);
    if (strstr(err.text, a) == NULL || strstr(err.text, b) == NULL)
        fail_msg("\"%s\" does not name %s and %s", err.text, a, b);
}

static void test_open__the_shipped_pack(void **state)
{
    static const size_t inputs[] = {
        [FVI_ROLE_DETECT] = 240 * 320 * 3, [FVI_ROLE_LANDMARK] = 64 * 64,
        [FVI_ROLE_EMBED] = 112 * 112 * 3,  [FVI_ROLE_LIVENESS] = 128 * 128 * 3,
        [FVI_ROLE_EYE_STATE] = 24 * 24,    [FVI_ROLE_HEAD_POSE] = 224 * 224 * 3,
    };
    fvi_pack *p = NULL;
    fv_error err = {0};
    (void)state;

    assert_fv_ok(fvi_pack_open(&p, FV_TEST_MODELS, &err), &err);
    assert_string_not_equal(p->name, "");
    assert_string_equal(p->dir, FV_TEST_MODELS);
    assert_int_equal(strlen(p->sha256), 64);
    for (int r = 0; r < FVI_ROLE_COUNT; r++) {
        const fvi_pack_net *n = &p->nets[r];
        assert_int_equal(n->role, r);
        assert_non_null(n->onnx.data);
        assert_int_equal(n->input_dims[0] * n->input_dims[1] * n->input_dims[2] * n->input_dims[3],
                         inputs[r]);
        assert_true(n->n_outputs >= 1 && n->outputs[0].count >= 2);
    }
    assert_int_equal(p->nets[FVI_ROLE_LIVENESS].colour, FVI_COLOUR_BGR);
    assert_string_equal(p->nets[FVI_ROLE_HEAD_POSE].outputs[2].name, "618");
    assert_float_equal(p->nets[FVI_ROLE_HEAD_POSE].mean[0], 123.675, 1e-4);
    assert_float_equal(p->nets[FVI_ROLE_HEAD_POSE].deviation[2], 57.375, 1e-4);
    fvi_pack_close(&p);
    assert_null(p);
    fvi_pack_close(&p);
    fvi_pack_close(NULL);
}

static void test_open__a_pack_may_lack_roles_and_have_other_files(void **state)
{
    const folder *f = *state;
    char text[TEXT_MAX];
    char hex[65];
    fvi_pack *p = NULL;
    fv_error err = {0};

    good_pack(f, text);
    write_pack(f, text);
    write_file(f, "calibration.json", "{", 1);
    assert_fv_ok(fvi_pack_open(&p, f->dir, &err), &err);
    for (int r = 0; r < FVI_ROLE_COUNT; r++)
        assert_int_equal(p->nets[r].onnx.data != NULL, r == FVI_ROLE_EYE_STATE);
    const fvi_pack_net *n = &p->nets[FVI_ROLE_EYE_STATE];
    assert_float_equal(n->mean[0], 0.5, 0);
    assert_int_equal(n->n_outputs, 1);
    assert_int_equal(n->outputs[0].n_dims, 2);
    assert_int_equal(n->outputs[0].count, 2);
    assert_fv_ok(fvi_sha256_hex(text, strlen(text), hex, &err), &err);
    assert_string_equal(p->sha256, hex);
    assert_fv_ok(fvi_sha256_hex(n->onnx.data, n->onnx.len, hex, &err), &err);
    assert_string_equal(n->sha256, hex);
    fvi_pack_close(&p);
}

static void test_open__every_wrong_value_is_refused_by_name(void **state)
{
    static const struct {
        const char *from, *to, *named;
    } rows[] = {
        {"{\"name\": \"test\", ", "{", "name: is missing"},
        {"\"test\"", "7", "name: is not a string"},
        {"\"test\"", "\"\"", "name: has 0 bytes"},
        {"\"test\"", "\"a\\tb\"", "name: has a control"},
        {"\"test\",", "\"test\", \"extra\": 1,", "unknown key \"extra\""},
        {"\"test\",", "\"test\", \"name\": \"again\",", ":1: duplicate"},
        {"eye_state", "nose_state", "networks[0].role: \"nose_state\""},
        {"\"eye_state\"", "null", "networks[0].role: is not a string"},
        {"\"licence\": \"MIT\",", "", "networks[0].licence: is missing"},
        {"\"licence\"", "\"license\"", "networks[0].licence: is missing"},
        {"\"source\"", "\"x\": 1, \"source\"", "networks[0]: has an unknown key \"x\""},
        {"\"eye.onnx\"", "\"/etc/passwd\"", "networks[0].file"},
        {"\"eye.onnx\"", "\"sub/eye.onnx\"", "networks[0].file"},
        {"\"eye.onnx\"", "\"sub\\\\eye.onnx\"", "networks[0].file"},
        {"\"eye.onnx\"", "\"..\"", "networks[0].file"},
        {"\"eye.onnx\"", "[]", "networks[0].file: is not a string"},
        {"\"sha256\": \"", "\"sha256\": \"0", "networks[0].sha256: has 65"},
        {"\"sha256\": \"", "\"sha256\": \"short\", \"s\": \"", "unknown key \"s\""},
        {"{\"name\": \"input\"", "{\"name\": 3", "networks[0].input.name"},
        {"\"input\": {", "\"input\": 4, \"x\": {", "unknown key \"x\""},
        {"\"mean\"", "\"means\": [], \"mean\"", "networks[0].input: has an unknown key"},
        {"[1, 1, 24, 24]", "[1, 3, 24, 24]", "networks[0].input.shape"},
        {"[1, 1, 24, 24]", "[2, 1, 24, 24]", "networks[0].input.shape"},
        {"[1, 1, 24, 24]", "[1, 24, 24]", "networks[0].input.shape"},
        {"[1, 1, 24, 24]", "[1, 1, 0, 24]", "networks[0].input.shape"},
        {"[1, 1, 24, 24]", "[1, 1, -24, 24]", "networks[0].input.shape"},
        {"[1, 1, 24, 24]", "[1, 1, 24.0, 24]", "networks[0].input.shape"},
        {"[1, 1, 24, 24]", "[1, 1, 65537, 1]", "networks[0].input.shape"},
        {"[1, 1, 24, 24]", "[1, 1, 65536, 65536]", "networks[0].input.shape"},
        {"[1, 1, 24, 24]", "[1, 1, 24, 24, 1]", "networks[0].input.shape"},
        {"[1, 1, 24, 24]", "[]", "networks[0].input.shape"},
        {"[1, 1, 24, 24]", "{}", "networks[0].input.shape"},
        {"GREY", "grey", "networks[0].input.colour"},
        {"\"GREY\"", "1", "networks[0].input.colour"},
        {"GREY", "RGB", "networks[0].input.shape"},
        {"[0.5]", "[0.5, 0.5]", "networks[0].input.mean"},
        {"[0.5]", "[\"0.5\"]", "networks[0].input.mean"},
        {"[0.5]", "0.5", "networks[0].input.mean"},
        {"[0.5]", "[1e300]", "networks[0].input.mean"},
        {"[0.5]", "[1e999]", ":2: real number overflow"},
        {"[255]", "[0]", "networks[0].input.deviation"},
        {"[255]", "[-1]", "networks[0].input.deviation"},
        {"[255]", "[1e-300]", "networks[0].input.deviation"},
        {"[255]", "[]", "networks[0].input.deviation"},
        {"\"outputs\": [", "\"outputs\": [7, ", "networks[0].outputs[0]: is not an object"},
        {"[1, 2]", "[1, 0]", "networks[0].outputs[0].shape"},
        {"[1, 2]", "[1, 1, 1, 1, 2]", "networks[0].outputs[0].shape"},
        {"[1, 2]", "[16777216, 2]", "networks[0].outputs[0].shape"},
        {"[1, 2]", "\"2\"", "networks[0].outputs[0].shape"},
        {"\"meaning\": \"m\"", "\"meaning\": 1", "networks[0].outputs[0].meaning"},
        {"\"meaning\": \"m\"", "\"mean\": \"m\"", "networks[0].outputs[0].meaning: is missing"},
        {"[{\"name\": \"output\", \"shape\": [1, 2], \"meaning\": \"m\"}]", "[]", "outputs: has 0"},
        {"[{\"name\": \"output\", \"shape\": [1, 2], \"meaning\": \"m\"}]", "{}",
         "outputs: is not"},
        {"\"outputs\": [",
         "\"outputs\": [{\"name\": \"output\", \"shape\": [1], \"meaning\": \"m\"},",
         "networks[0].outputs[1].name"},
        {"\"networks\": [", "\"networks\": 3, \"x\": [", "unknown key \"x\""},
        {"\"networks\": [", "\"networks\": [[],", "networks[0]: is not an object"},
        {"]}", "]", ":"},
        {"{\"name\"", "[\"name\"", ":1:"},
    };
    const folder *f = *state;
    char text[TEXT_MAX];

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        good_pack(f, text);
        replace(text, rows[i].from, rows[i].to);
        write_pack(f, text);
        refused(f->dir, "pack.json", rows[i].named);
    }
    good_pack(f, text);
    replace(text, f->sha, "ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789");
    write_pack(f, text);
    refused(f->dir, "pack.json", "networks[0].sha256: is not 64 lower-case");
}

static void test_open__lists_that_are_too_long_or_repeat_are_refused(void **state)
{
    const folder *f = *state;
    char text[TEXT_MAX];
    char more[TEXT_MAX] = "\"outputs\": [";

    good_pack(f, text);
    for (int i = 0; i < FVI_PACK_OUTPUTS_MAX; i++) {
        char one[64];
        (void)snprintf(one, sizeof one, "{\"name\": \"o%d\", \"shape\": [1], \"meaning\": \"m\"},",
                       i);
        (void)strncat(more, one, sizeof more - strlen(more) - 1);
    }
    replace(text, "\"outputs\": [", more);
    write_pack(f, text);
    refused(f->dir, "pack.json", "outputs: has 9 entries");

    good_pack(f, text);
    (void)snprintf(more, sizeof more, "\"networks\": [%s,", eye_net);
    replace(more, "@", f->sha);
    replace(text, "\"networks\": [", more);
    write_pack(f, text);
    refused(f->dir, "pack.json", "networks[1].role: is that of networks[0]");

    good_pack(f, text);
    replace(text, "\"networks\": [", "\"networks\": [0,0,0,0,0,0,");
    write_pack(f, text);
    refused(f->dir, "pack.json", "networks: has 7 entries");
    write_pack(f, "{\"name\": \"n\", \"networks\": []}");
    refused(f->dir, "pack.json", "networks: has 0 entries");
}

static void test_open__pack_json_that_is_no_such_file_is_refused(void **state)
{
    const folder *f = *state;
    char text[TEXT_MAX];
    char path[256];
    char long_dir[2000];

    path_in(f, "pack.json", path);
    (void)unlink(path);
    refused(f->dir, path, "No such file");
    write_pack(f, "");
    refused(f->dir, path, "empty");
    write_pack(f, "name: test\n");
    refused(f->dir, path, ":1:");
    write_pack(f, "[1]");
    refused(f->dir, path, "is not an object");
    good_pack(f, text);
    strcat(text, "x");
    write_pack(f, text);
    refused(f->dir, path, ":2:");
    assert_int_equal(truncate(path, (1 << 20) + 1), 0);
    refused(f->dir, path, "at most 1048576");
    memset(long_dir, 'd', sizeof long_dir - 1);
    long_dir[sizeof long_dir - 1] = '\0';
    refused(long_dir, "folder", "1999 bytes");
    refused("", "folder", "0 bytes");
}

static void test_open__network_files_are_checked_against_their_hash(void **state)
{
    const folder *f = *state;
    char text[TEXT_MAX];
    char path[256];
    char hex[65];
    uint8_t *p = NULL;
    size_t n = 0;
    fv_error err = {0};

    good_pack(f, text);
    replace(text, "eye.onnx", "other.onnx");
    write_pack(f, text);
    refused(f->dir, "other.onnx", "No such file");
    write_file(f, "other.onnx", "", 0);
    refused(f->dir, "other.onnx", "empty");

    path_in(f, "eye.onnx", path);
    assert_fv_ok(fvi_file_read(path, 1 << 20, FV_E_MODEL, &p, &n, &err), &err);
    write_file(f, "other.onnx", p, n);
    fvi_pack *good = NULL;
    assert_fv_ok(fvi_pack_open(&good, f->dir, &err), &err);
    fvi_pack_close(&good);
    p[n / 2] ^= 1;
    write_file(f, "other.onnx", p, n);
    assert_fv_ok(fvi_sha256_hex(p, n, hex, &err), &err);
    refused(f->dir, "other.onnx: its SHA-256 is", hex);
    refused(f->dir, "the pack says", f->sha);
    p[n / 2] ^= 1;
    write_file(f, "other.onnx", p, n - 1);
    refused(f->dir, "other.onnx", "SHA-256");
    free(p);

    path_in(f, "other.onnx", path);
    assert_int_equal(truncate(path, (256L << 20) + 1), 0);
    refused(f->dir, "other.onnx", "at most 268435456");
}

static void test_role__names_are_those_of_the_table(void **state)
{
    (void)state;
#define Y(id, name) assert_string_equal(fvi_role_name(FVI_ROLE_##id), name);
    FVI_ROLE_LIST(Y)
#undef Y
    assert_string_equal(fvi_role_name(FVI_ROLE_COUNT), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_open__the_shipped_pack),
        cmocka_unit_test(test_open__a_pack_may_lack_roles_and_have_other_files),
        cmocka_unit_test(test_open__every_wrong_value_is_refused_by_name),
        cmocka_unit_test(test_open__lists_that_are_too_long_or_repeat_are_refused),
        cmocka_unit_test(test_open__pack_json_that_is_no_such_file_is_refused),
        cmocka_unit_test(test_open__network_files_are_checked_against_their_hash),
        cmocka_unit_test(test_role__names_are_those_of_the_table),
    };
    return cmocka_run_group_tests_name("pack", tests, make_folder, remove_folder);
}
