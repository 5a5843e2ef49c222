/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/config.h"
#include "base/utf8.h"

typedef struct values {
    char name[16];
    int colour;
    uint32_t count;
    uint64_t size;
    double share;
    double any;
    double low;
    double high;
} values;

static const fvi_config_choice colours[] = {{"red", 3}, {"green", 5}, {NULL, 0}};

#define KEY(p, t, member, ...)                                                                     \
    {                                                                                              \
        .path = p, .type = FVI_CONFIG_##t, .offset = offsetof(values, member),                     \
        .size = sizeof(((values *)0)->member), .help = "help of " p, __VA_ARGS__                   \
    }

static const fvi_config_key keys[] = {
    KEY("top", U32, count, .max = UINT32_MAX),
    KEY("paint.name", TEXT, name, .min = 0),
    KEY("paint.colour", CHOICE, colour, .choices = colours),
    KEY("box.size", U64, size, .min = 2, .max = 9007199254740992.0),
    KEY("box.share", DOUBLE, share, .min = 0.0, .max = 1.0),
    KEY("box.any", DOUBLE, any, .min = -INFINITY, .max = INFINITY),
    KEY("box.range.low", DOUBLE, low, .min = -INFINITY, .max = DBL_MAX),
    KEY("box.range.high", DOUBLE, high, .min = -DBL_MAX, .max = INFINITY),
};

static const fvi_config_order orders[] = {{"box.range.low", "box.range.high"}};

static const fvi_config_table table = {keys, ARRAY_LEN(keys), orders, ARRAY_LEN(orders)};

static const values shipped = {.name = "plain",
                               .colour = 3,
                               .count = 7,
                               .size = 100,
                               .share = 0.25,
                               .any = 1.0,
                               .low = -1.0,
                               .high = 1.0};

static fv_status load_bytes(const char *yaml, size_t n, const char *override, values *v,
                            fv_error *err)
{
    fvi_config_source s = {.name = "f.yaml",
                           .yaml = (const uint8_t *)yaml,
                           .yaml_len = n,
                           .overrides = &override,
                           .n_overrides = override != NULL ? 1 : 0};
    *v = shipped;
    return fvi_config_load(&table, &s, v, err);
}

static fv_status load(const char *yaml, const char *override, values *v, fv_error *err)
{
    return load_bytes(yaml, strlen(yaml), override, v, err);
}

static void assert_refused(const char *yaml, const char *override, const char *text)
{
    values v;
    fv_error err = {0};
    fv_status st = load(yaml, override, &v, &err);
    if (st != FV_E_CONFIG || strcmp(err.text, text) != 0)
        fail_msg("%s %s: %d '%s' instead of '%s'", yaml, override != NULL ? override : "", (int)st,
                 err.text, text);
}

static void assert_same(const values *a, const values *b)
{
    assert_string_equal(a->name, b->name);
    assert_int_equal(a->colour, b->colour);
    assert_int_equal(a->count, b->count);
    assert_true(a->size == b->size);
    /* bit for bit: -0.0 is not 0.0 */
    assert_memory_equal(&a->share, &b->share, sizeof(double));
    assert_memory_equal(&a->any, &b->any, sizeof(double));
    assert_memory_equal(&a->low, &b->low, sizeof(double));
    assert_memory_equal(&a->high, &b->high, sizeof(double));
}

static void test_config__nothing_said_is_the_shipped_values(void **state)
{
    static const char *const empty[] = {
        "",
        "\n\n",
        "# only a comment\n",
        "---\n",
        "--- \n...\n",
        "{}\n",
        "paint: {}\n",
        "\xef\xbb\xbf# after a byte order mark\n",
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(empty); i++) {
        values v;
        fv_error err = {0};
        assert_fv_ok(load(empty[i], NULL, &v, &err), &err);
        assert_same(&v, &shipped);
    }
}

static void test_config__values_of_every_type(void **state)
{
    static const char yaml[] = "box: # sections in any order\n"
                               "  range: {high: .inf, low: -.inf}\n"
                               "  share: 5e-1\n"
                               "  any: -0.0\n"
                               "  size: 9007199254740992\n"
                               "top: 4294967295\n"
                               "paint:\n"
                               "  colour: green\n"
                               "  name: \"\xe7\xba\xa2 \\\"\\\\\"\r\n";
    values v;
    fv_error err = {0};
    (void)state;
    assert_fv_ok(load(yaml, NULL, &v, &err), &err);
    assert_true(isinf(v.high) && v.high > 0 && isinf(v.low) && v.low < 0);
    assert_true(v.share == 0.5);
    assert_true(v.any == 0.0 && signbit(v.any));
    assert_true(v.size == 9007199254740992u);
    assert_true(v.count == 4294967295u);
    assert_int_equal(v.colour, 5);
    assert_string_equal(v.name, "\xe7\xba\xa2 \"\\");
    /* a value keeps what stands beside it */
    assert_fv_ok(load("box:\n  share: 1\n", NULL, &v, &err), &err);
    assert_true(v.share == 1.0 && v.size == 100 && v.any == 1.0);
}

static void test_config__structure_that_is_refused(void **state)
{
    static const struct {
        const char *yaml;
        const char *text;
    } cases[] = {
        {"paint:\n  name: a\n  nmae: b\n", "f.yaml:3: unknown key 'nmae' in 'paint'"},
        {"top: 1\n\nnope: 3\n", "f.yaml:3: unknown key 'nope'"},
        {"box:\n  range:\n    low: 0\n\n    mid: 0\n",
         "f.yaml:5: unknown key 'mid' in 'box.range'"},
        {"box.size: 3\n", "f.yaml:1: unknown key 'box.size'"},
        {"siz: 3\nbox: {size: 3}\n", "f.yaml:1: unknown key 'siz'"},
        {"box:\n  size: 3\nBox:\n  share: 3\n", "f.yaml:3: unknown key 'Box'"},
        {"<<: {top: 3}\n", "f.yaml:1: unknown key '<<'"},
        {"paint: red\n", "f.yaml:1: 'paint' holds keys, not a value"},
        {"box:\n  range: 3\n", "f.yaml:2: 'box.range' holds keys, not a value"},
        {"box:\n  size:\n    min: 3\n", "f.yaml:2: 'box.size' holds a value, not keys"},
        {"box:\n  size: [1, 2]\n", "f.yaml:2: lists are not used here"},
        {"- a\n", "f.yaml:1: lists are not used here"},
        {"hello\n", "f.yaml:1: not a key but only a text: 'hello'"},
        {"\n\npaint:\n", "f.yaml:3: no value after 'paint'"},
        {"box:\n  size:\n  share: 1\n", "f.yaml:2: no value after 'size'"},
        {"box:\n  size: 3\n  share: 1\n  size: 3\n", "f.yaml:4: 'size' stands in line 2 already"},
        {"top: 1\nbox: {}\ntop: 1\n", "f.yaml:3: 'top' stands in line 1 already"},
        {"box: {size: 3}\n\n\nbox: {share: 1}\n", "f.yaml:4: 'box' stands in line 1 already"},
        {"top: 1\n---\ntop: 2\n", "f.yaml:2: a second document"},
        {"top: &a 3\n", "f.yaml:1: anchors and aliases (& and *) are not used here"},
        {"box: &b {}\n", "f.yaml:1: anchors and aliases (& and *) are not used here"},
        {"&k top: 3\n", "f.yaml:1: anchors and aliases (& and *) are not used here"},
        {"\ntop: *a\n", "f.yaml:2: anchors and aliases (& and *) are not used here"},
        {"top: !!int 3\n", "f.yaml:1: tags (!) are not used here"},
        {"box: !!map {}\n", "f.yaml:1: tags (!) are not used here"},
        {"paint:\n  name: \"a\\0b\"\n", "f.yaml:2: a NUL character"},
        {"\"to\\0p\": 1\n", "f.yaml:1: a NUL character"},
        {"? {a: b}\n: 3\n", "f.yaml:1: a key must be a plain text"},
        {"? [a]\n: 3\n", "f.yaml:1: lists are not used here"},
        {"'': 3\n", "f.yaml:1: a key without a name"},
        {"a: {b: {c: {d: {e: 1}}}}\n", "f.yaml:1: nested too deep"},
        {"a: {b: {c: {d: 1}}}\n", "f.yaml:1: unknown key 'a'"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_refused(cases[i].yaml, NULL, cases[i].text);
}

static void test_config__what_is_not_yaml(void **state)
{
    static const struct {
        const char *yaml;
        const char *text;
    } cases[] = {
        {"box:\n\tsize: 3\n", "f.yaml:2: a tab indents; YAML wants spaces"},
        {"box:\n  size: 3\n \tshare: 1\n", "f.yaml:3: a tab indents; YAML wants spaces"},
        {"box:\n   size: 3\n  share: 1\n", "f.yaml:3: did not find expected key"},
        {"box: a: b\n", "f.yaml:1: mapping values are not allowed in this context"},
        {"box: {size: 3\n", "f.yaml:2: did not find expected ',' or '}'"},
        {"top: 1\nname: \"a\n", "f.yaml:3: found unexpected end of stream"},
        {"top: 1\npaint: {name: '\xff'}\n", "f.yaml:2: not UTF-8"},
        {"top: 1\npaint: {name: '\xed\xa0\x80'}\n", "f.yaml:2: not UTF-8"},
        {"top: 1\n\npaint: {name: '\x01'}\n", "f.yaml:3: control characters are not allowed"},
        {"\xff\xfet\n", "f.yaml:1: not UTF-8"},
    };
    values v;
    fv_error err = {0};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_refused(cases[i].yaml, NULL, cases[i].text);
    assert_int_equal(load_bytes("top: 1\n\0\n", 9, NULL, &v, &err), FV_E_CONFIG);
    assert_string_equal(err.text, "f.yaml:2: control characters are not allowed");
}

static void test_config__values_that_are_refused(void **state)
{
    static const struct {
        const char *key;
        const char *value;
        const char *text;
    } cases[] = {
        {"top", "abc", "not a whole number: 'abc'"},
        {"top", "0x10", "not a whole number: '0x10'"},
        {"top", "0o17", "not a whole number: '0o17'"},
        {"top", "010", "not a whole number: '010'"},
        {"top", "+5", "not a whole number: '+5'"},
        {"top", "5.0", "not a whole number: '5.0'"},
        {"top", "1e3", "not a whole number: '1e3'"},
        {"top", "1_000", "not a whole number: '1_000'"},
        {"top", "12 34", "not a whole number: '12 34'"},
        {"top", "5MiB", "not a whole number: '5MiB'"},
        {"top", "--", "not a whole number: '--'"},
        {"top", "~", "not a whole number: '~'"},
        {"top", "-1", "-1 is outside 0 .. 4294967295"},
        {"top", "4294967296", "4294967296 is outside 0 .. 4294967295"},
        {"top", "18446744073709551616", "18446744073709551616 is outside 0 .. 4294967295"},
        {"box.size", "1", "1 is outside 2 .. 9007199254740992"},
        {"box.size", "9007199254740994", "9007199254740994 is outside 2 .. 9007199254740992"},
        {"box.size", "18446744073709551617",
         "18446744073709551617 is outside 2 .. 9007199254740992"},
        {"box.size", "-5", "-5 is outside 2 .. 9007199254740992"},
        {"box.share", "abc", "not a number: 'abc'"},
        {"box.share", "0.5x", "not a number: '0.5x'"},
        {"box.share", "0x1p-1", "not a number: '0x1p-1'"},
        {"box.share", "nan", "not a number: 'nan'"},
        {"box.share", ".nan", "not a number: '.nan'"},
        {"box.share", "inf", "not a number: 'inf'"},
        {"box.share", "infinity", "not a number: 'infinity'"},
        {"box.share", "0,5", "not a number: '0,5'"},
        {"box.share", "00.5", "not a number: '00.5'"},
        {"box.share", ".", "not a number: '.'"},
        {"box.share", "1e", "not a number: '1e'"},
        {"box.share", "1e+", "not a number: '1e+'"},
        {"box.share", "e5", "not a number: 'e5'"},
        {"box.share", "--1", "not a number: '--1'"},
        {"box.share", "1e400", "too large for a number: '1e400'"},
        {"box.any", "-1e400", "too large for a number: '-1e400'"},
        {"box.any", "1e-400", "too small for a number: '1e-400'"},
        {"box.any", ".nan", "not a number: '.nan'"},
        {"box.any", ".INF", "not a number: '.INF'"},
        {"box.share", ".inf", ".inf is outside 0 .. 1"},
        {"box.share", "-.inf", "-.inf is outside 0 .. 1"},
        {"box.share", "-1e-300", "-1e-300 is outside 0 .. 1"},
        {"box.share", "1.0000000000000002", "1.0000000000000002 is outside 0 .. 1"},
        {"box.range.low", ".inf", ".inf is outside -.inf .. 1.7976931348623157e+308"},
        {"paint.colour", "blue", "'blue' is none of red green"},
        {"paint.colour", "Red", "'Red' is none of red green"},
        {"paint.colour", "3", "'3' is none of red green"},
        {"paint.name", "sixteen bytes ok", "16 bytes; at most 15"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char yaml[256];
        char override[256];
        char text[600];
        const char *dot = strchr(cases[i].key, '.');
        const char *last = strrchr(cases[i].key, '.');
        if (dot == NULL)
            (void)snprintf(yaml, sizeof yaml, "# one\n%s: %s\n", cases[i].key, cases[i].value);
        else if (dot == last)
            (void)snprintf(yaml, sizeof yaml, "%.*s:\n  %s: %s\n", (int)(dot - cases[i].key),
                           cases[i].key, dot + 1, cases[i].value);
        else
            (void)snprintf(yaml, sizeof yaml, "box: {range: {\n%s: %s}}\n", last + 1,
                           cases[i].value);
        (void)snprintf(text, sizeof text, "f.yaml:2: %s: %s", cases[i].key, cases[i].text);
        assert_refused(yaml, NULL, text);
        /* the same words for the same value in an override */
        (void)snprintf(override, sizeof override, "%s=%s", cases[i].key, cases[i].value);
        (void)snprintf(text, sizeof text, "--set %s: %s", override, cases[i].text);
        assert_refused("", override, text);
    }
}

static void test_config__numbers_that_are_taken(void **state)
{
    static const struct {
        const char *text;
        double value;
    } cases[] = {
        {"0", 0.0},
        {"-0", -0.0},
        {"1", 1.0},
        {".5", 0.5},
        {"5.", 5.0},
        {"-12.5E+1", -125.0},
        {"1e-3", 0.001},
        {"0.1", 0.1},
        {"4.9406564584124654e-324", 4.9406564584124654e-324},
        {"1.7976931348623157e308", DBL_MAX},
        {".inf", INFINITY},
        {"-.inf", -INFINITY},
        {"0.1000000000000000055511151231257827021181583404541015625", 0.1},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char text[128];
        values v;
        fv_error err = {0};
        (void)snprintf(text, sizeof text, "box.any=%s", cases[i].text);
        assert_fv_ok(load("", text, &v, &err), &err);
        assert_memory_equal(&v.any, &cases[i].value, sizeof(double));
    }
}

static void test_config__texts_that_yaml_could_not_hold(void **state)
{
    static const char *const cases[] = {
        "paint.name=a\nb",         "paint.name=a\tb",         "paint.name=\x7f",
        "paint.name=\xc2\x85",     "paint.name=\xe2\x80\xa8", "paint.name=\xef\xbb\xbf",
        "paint.name=\xef\xbf\xbf",
    };
    values v;
    fv_error err = {0};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        fvi_error_clear(&err);
        assert_int_equal(load("", cases[i], &v, &err), FV_E_CONFIG);
        assert_non_null(strstr(err.text, "control character"));
    }
    fvi_error_clear(&err);
    assert_int_equal(load("paint: {name: \"a\\tb\"}", NULL, &v, &err), FV_E_CONFIG);
    assert_string_equal(err.text, "f.yaml:1: paint.name: holds a control character");
    fvi_error_clear(&err);
    assert_int_equal(load("", "paint.name=\xff", &v, &err), FV_E_CONFIG);
    assert_non_null(strstr(err.text, "not UTF-8"));
}

static void test_config__overrides(void **state)
{
    static const char *const list[] = {"top=1", "paint.name=a=b", "top=2", "paint.colour=green"};
    fvi_config_source s = {.name = "f.yaml",
                           .yaml = (const uint8_t *)"top: 9\nbox: {size: 44}\n",
                           .yaml_len = 23,
                           .overrides = list,
                           .n_overrides = ARRAY_LEN(list)};
    values v = shipped;
    fv_error err = {0};
    (void)state;
    assert_fv_ok(fvi_config_load(&table, &s, &v, &err), &err);
    assert_int_equal(v.count, 2); /* the last wins, over the file too */
    assert_int_equal(v.size, 44);
    assert_string_equal(v.name, "a=b");
    assert_int_equal(v.colour, 5);
    assert_fv_ok(load("", "paint.name=", &v, &err), &err);
    assert_string_equal(v.name, "");

    assert_refused("", "top", "--set top: not of the form section.key=value");
    assert_refused("", "", "--set : not of the form section.key=value");
    assert_refused("", "=3", "--set =3: unknown key");
    assert_refused("", "to=3", "--set to=3: unknown key");
    assert_refused("", "topp=3", "--set topp=3: unknown key");
    assert_refused("", "box=3", "--set box=3: unknown key");
    assert_refused("", " top=3", "--set  top=3: unknown key");
    assert_refused("", "top=-", "--set top=-: not a whole number: '-'");
    assert_refused("", "top=", "--set top=: not a whole number: ''");
}

static void test_config__order_of_two_keys(void **state)
{
    static const char *const list[] = {"box.range.high=5", "top=1", "box.range.low=6", "top=2"};
    fvi_config_source s = {.name = "f", .overrides = list, .n_overrides = ARRAY_LEN(list)};
    values v = shipped;
    fv_error err = {0};
    (void)state;
    assert_fv_ok(load("box: {range: {low: 1}}", NULL, &v, &err), &err);
    assert_refused("box:\n  range:\n    low: 3\n    high: 2\n", NULL,
                   "f.yaml:4: box.range.high: 2 is below box.range.low, 3");
    assert_refused("box:\n  range:\n    high: 2\n    low: 3\n", NULL,
                   "f.yaml:4: box.range.high: 2 is below box.range.low, 3");
    assert_refused("box:\n  range:\n    low: 3\n", NULL,
                   "f.yaml:3: box.range.high: 1 is below box.range.low, 3");
    assert_refused("box:\n  range:\n    high: -1.5\n", NULL,
                   "f.yaml:3: box.range.high: -1.5 is below box.range.low, -1");
    assert_refused("box:\n  range:\n    low: 3\n    high: 4\n", "box.range.high=2",
                   "--set box.range.high=2: box.range.high: 2 is below box.range.low, 3");
    v = shipped;
    assert_int_equal(fvi_config_load(&table, &s, &v, &err), FV_E_CONFIG);
    assert_string_equal(err.text, "--set box.range.low=6: box.range.high: 5 is below "
                                  "box.range.low, 6");
}

static bool is_loud(const char *text, char *why, size_t size)
{
    if (text[strcspn(text, "abcdefghijklmnopqrstuvwxyz")] == '\0') return true;
    (void)snprintf(why, size, "'%s' is not loud", text);
    return false;
}

/* A 0 is the other key's value; a text is held against what else must hold. */
static void test_config__inherited_values_and_checked_texts(void **state)
{
    static const fvi_config_key own[] = {
        KEY("least", DOUBLE, low, .min = -9, .max = 9),
        KEY("most", DOUBLE, high, .min = -9, .max = 9),
        KEY("part.most", DOUBLE, share, .min = 0, .max = 9, .inherits = "most"),
        KEY("part.name", TEXT, name, .check = is_loud),
    };
    static const fvi_config_order own_orders[] = {{"least", "most"}, {"least", "part.most"}};
    fvi_config_table t = {own, ARRAY_LEN(own), own_orders, ARRAY_LEN(own_orders)};
    static const struct {
        const char *yaml, *text; /* text NULL: good */
    } rows[] = {
        {"least: 0.5\npart: {most: 0}\n", NULL},
        {"least: 0.5\npart: {most: 0.5}\n", NULL},
        {"least: 0.5\npart: {most: 0.25}\n", "f:2: part.most: 0.25 is below least, 0.5"},
        {"part: {most: 0.25}\nleast: 0.5\n", "f:2: part.most: 0.25 is below least, 0.5"},
        {"most: 2\nleast: 1.5\npart: {most: 0}\n", NULL},
        {"part: {name: LOUD 1}\n", NULL},
        {"part:\n  name: LOUd\n", "f:2: part.name: 'LOUd' is not loud"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        fvi_config_source s = {
            .name = "f", .yaml = (const uint8_t *)rows[i].yaml, .yaml_len = strlen(rows[i].yaml)};
        values v = shipped;
        fv_error err = {0};
        fv_status st = fvi_config_load(&t, &s, &v, &err);
        assert_int_equal(st, rows[i].text == NULL ? FV_OK : FV_E_CONFIG);
        assert_string_equal(err.text, rows[i].text == NULL ? "" : rows[i].text);
    }
    static const fvi_config_key orphan[] = {
        KEY("least", DOUBLE, low, .min = -9, .max = 9),
        KEY("part.most", DOUBLE, share, .min = 0, .max = 9, .inherits = "nothing"),
    };
    static const char *const zero = "part.most=0";
    fvi_config_source s = {.name = "f", .overrides = &zero, .n_overrides = 1};
    values v = shipped;
    t = (fvi_config_table){orphan, 2, own_orders + 1, 1};
    assert_int_equal(fvi_config_load(&t, &s, &v, NULL), FV_E_INTERNAL);
}

static void test_config__long_things_are_cut_in_the_text(void **state)
{
    char yaml[400] = "";
    char name[301] = "";
    values v = shipped;
    fv_error err = {0};
    (void)state;
    /* a name of three-byte characters: the text never ends inside of one */
    for (int i = 0; i < 100; i++)
        strcat(name, "\xe4\xb8\xad");
    (void)snprintf(yaml, sizeof yaml, "top: %s\n", name);
    fvi_config_source s = {.name = name, .yaml = (const uint8_t *)yaml, .yaml_len = strlen(yaml)};
    assert_int_equal(fvi_config_load(&table, &s, &v, &err), FV_E_CONFIG);
    assert_int_equal(fvi_utf8_check((const uint8_t *)err.text, strlen(err.text)), strlen(err.text));
    assert_non_null(strstr(err.text, "\xe4\xb8\xad:1: top: not a whole number: '\xe4\xb8\xad"));
    /* a key of a name longer than any of ours, and one that begins like ours */
    (void)snprintf(yaml, sizeof yaml, "%s: 1\n", name);
    fvi_error_clear(&err);
    assert_int_equal(load(yaml, NULL, &v, &err), FV_E_CONFIG);
    assert_non_null(strstr(err.text, "f.yaml:1: unknown key '\xe4\xb8\xad"));
}

static void test_config__too_many_keys_and_bytes(void **state)
{
    enum { MANY = 3000, BIG = FVI_CONFIG_MAX_BYTES + 1 };
    char *yaml = malloc(BIG);
    size_t n = 0;
    values v;
    fv_error err = {0};
    (void)state;
    assert_non_null(yaml);
    for (int i = 0; i < MANY; i++)
        n += (size_t)sprintf(yaml + n, "k%d: 1\n", i);
    assert_int_equal(load_bytes(yaml, n, NULL, &v, &err), FV_E_CONFIG);
    assert_string_equal(err.text, "f.yaml:1025: too many keys, from this on: 'k1024'");
    memset(yaml, '\n', BIG);
    fvi_error_clear(&err);
    assert_int_equal(load_bytes(yaml, BIG, NULL, &v, &err), FV_E_CONFIG);
    assert_string_equal(err.text, "f.yaml: 1048577 bytes; at most 1048576 are read");
    fvi_error_clear(&err);
    assert_fv_ok(load_bytes(yaml, BIG - 1, NULL, &v, &err), &err);
    free(yaml);
}

static size_t dump(const values *v, char *text, size_t size)
{
    fv_error err = {0};
    FILE *f = fmemopen(text, size, "w");
    assert_non_null(f);
    assert_fv_ok(fvi_config_dump(&table, v, f, &err), &err);
    long n = ftell(f);
    assert_int_equal(fclose(f), 0);
    return (size_t)n;
}

static void test_config__dump_is_commented_yaml(void **state)
{
    char text[4096] = "";
    (void)state;
    (void)dump(&shipped, text, sizeof text);
    assert_string_equal(text, "# help of top\n"
                              "top: 7\n"
                              "paint:\n"
                              "  # help of paint.name\n"
                              "  name: \"plain\"\n"
                              "  # help of paint.colour\n"
                              "  colour: red\n"
                              "box:\n"
                              "  # help of box.size\n"
                              "  size: 100\n"
                              "  # help of box.share\n"
                              "  share: 0.25\n"
                              "  # help of box.any\n"
                              "  any: 1\n"
                              "  range:\n"
                              "    # help of box.range.low\n"
                              "    low: -1\n"
                              "    # help of box.range.high\n"
                              "    high: 1\n");
}

static double any_double(uint64_t *seed)
{
    double d = NAN;
    while (isnan(d)) {
        *seed = *seed * 6364136223846793005u + 1442695040888963407u;
        uint64_t bits = *seed ^ (*seed >> 29);
        memcpy(&d, &bits, sizeof d);
    }
    return d;
}

static void test_config__dump_loads_back_bit_for_bit(void **state)
{
    static const double special[] = {-0.0,    INFINITY, -INFINITY, 0.1 + 0.2, 5e-324, DBL_MAX,
                                     DBL_MIN, 1e-4,     1.0 / 3.0, 1e21,      -1e-7};
    static const char *const names[] = {
        "",     " ",   "a\"b\\", "# no",  "\xe4\xb8\xad\xf0\x9f\x98\x80",
        "null", "- a", "{}",     "a: b ", "'"};
    uint64_t seed = 20260101;
    (void)state;
    for (size_t i = 0; i < 3000; i++) {
        char text[4096];
        values v = shipped;
        values back;
        fv_error err = {0};
        v.any = i < ARRAY_LEN(special) ? special[i] : any_double(&seed);
        v.share = fmod(fabs(any_double(&seed)), 1.0);
        if (isnan(v.share)) v.share = 1.0;
        v.low = -fabs(any_double(&seed));
        v.high = fabs(any_double(&seed));
        v.size = 2 + (seed >> 20);
        v.count = (uint32_t)(seed >> 32);
        v.colour = i % 2 == 0 ? 3 : 5;
        (void)snprintf(v.name, sizeof v.name, "%s", names[i % ARRAY_LEN(names)]);
        size_t n = dump(&v, text, sizeof text);
        assert_fv_ok(load_bytes(text, n, NULL, &back, &err), &err);
        assert_same(&v, &back);
    }
}

static void test_config__dump_that_cannot_be_written(void **state)
{
    fv_error err = {0};
    FILE *f = fopen("/dev/full", "w");
    (void)state;
    if (f == NULL) skip();
    assert_int_equal(setvbuf(f, NULL, _IONBF, 0), 0);
    assert_int_equal(fvi_config_dump(&table, &shipped, f, &err), FV_E_INTERNAL);
    assert_string_equal(err.text, "settings: write failed");
    (void)fclose(f);
    values odd = shipped;
    odd.colour = 4; /* no such choice */
    fvi_error_clear(&err);
    f = fopen("/dev/null", "w");
    assert_non_null(f);
    assert_int_equal(fvi_config_dump(&table, &odd, f, &err), FV_E_INTERNAL);
    assert_string_equal(err.text, "settings: paint.colour has no text");
    (void)fclose(f);
}

static void test_config__decimal_commas_of_the_program_do_not_matter(void **state)
{
    static const char *const locales[] = {"de_DE.UTF-8", "de_DE.utf8", "de_DE", "fr_FR.UTF-8",
                                          "ru_RU.UTF-8"};
    char text[4096] = "";
    values v;
    fv_error err = {0};
    const char *set = NULL;
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(locales) && set == NULL; i++)
        set = setlocale(LC_ALL, locales[i]);
    if (set == NULL) skip(); /* none of them is installed here */
    assert_string_equal(localeconv()->decimal_point, ",");
    assert_fv_ok(load("box: {share: 0.75}", "box.any=2.5", &v, &err), &err);
    (void)dump(&v, text, sizeof text);
    assert_string_equal(localeconv()->decimal_point, ",");
    assert_non_null(setlocale(LC_ALL, "C"));
    assert_true(v.share == 0.75 && v.any == 2.5);
    assert_non_null(strstr(text, "share: 0.75\n"));
}

static void test_config__the_threads_locale_is_given_back(void **state)
{
    char text[4096];
    values v;
    fv_error err = {0};
    locale_t mine = newlocale(LC_ALL_MASK, "C.UTF-8", (locale_t)0);
    (void)state;
    if (mine == (locale_t)0) mine = newlocale(LC_ALL_MASK, "POSIX", (locale_t)0);
    assert_true(mine != (locale_t)0);
    locale_t before = uselocale(mine);
    assert_fv_ok(load("top: 1", NULL, &v, &err), &err);
    locale_t loaded = uselocale((locale_t)0);
    (void)dump(&v, text, sizeof text);
    locale_t dumped = uselocale((locale_t)0);
    assert_int_equal(load("top: x", NULL, &v, &err), FV_E_CONFIG);
    locale_t failed = uselocale(before);
    freelocale(mine);
    assert_true(loaded == mine && dumped == mine && failed == mine);
}

static void test_utf8__forms(void **state)
{
    static const struct {
        const char *text;
        size_t bad;
    } cases[] = {
        {"plain", 5},
        {"\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", 18},
        {"a\x80", 1},
        {"\xc1\xbf", 0},
        {"\xe0\x9f\xbf", 0},
        {"\xed\xa0\x80", 0},
        {"\xf0\x8f\xbf\xbf", 0},
        {"\xf4\x90\x80\x80", 0},
        {"\xf5\x80\x80\x80", 0},
        {"ab\xe4\xb8", 2},
        {"\xe4\xb8 ", 0},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_int_equal(fvi_utf8_check((const uint8_t *)cases[i].text, strlen(cases[i].text)),
                         cases[i].bad);
    assert_int_equal(fvi_utf8_cut("a\xe4\xb8\xad", 4), 4);
    assert_int_equal(fvi_utf8_cut("a\xe4\xb8\xad", 3), 1);
    assert_int_equal(fvi_utf8_cut("a\xe4\xb8\xad", 2), 1);
    assert_int_equal(fvi_utf8_cut("a\xe4\xb8\xad", 1), 1);
    assert_int_equal(fvi_utf8_cut("a\xe4\xb8\xad", 99), 4);
    assert_int_equal(fvi_utf8_cut("", 3), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_config__nothing_said_is_the_shipped_values),
        cmocka_unit_test(test_config__values_of_every_type),
        cmocka_unit_test(test_config__structure_that_is_refused),
        cmocka_unit_test(test_config__what_is_not_yaml),
        cmocka_unit_test(test_config__values_that_are_refused),
        cmocka_unit_test(test_config__numbers_that_are_taken),
        cmocka_unit_test(test_config__texts_that_yaml_could_not_hold),
        cmocka_unit_test(test_config__overrides),
        cmocka_unit_test(test_config__order_of_two_keys),
        cmocka_unit_test(test_config__inherited_values_and_checked_texts),
        cmocka_unit_test(test_config__long_things_are_cut_in_the_text),
        cmocka_unit_test(test_config__too_many_keys_and_bytes),
        cmocka_unit_test(test_config__dump_is_commented_yaml),
        cmocka_unit_test(test_config__dump_loads_back_bit_for_bit),
        cmocka_unit_test(test_config__dump_that_cannot_be_written),
        cmocka_unit_test(test_config__decimal_commas_of_the_program_do_not_matter),
        cmocka_unit_test(test_config__the_threads_locale_is_given_back),
        cmocka_unit_test(test_utf8__forms),
    };
    return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
