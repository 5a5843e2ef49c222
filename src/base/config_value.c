/* SPDX-License-Identifier: Apache-2.0 */
#include "base/config_value.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

enum { SHOWN = 40 }; /* bytes of a refused value that an error text repeats */

/* A text that may be anything, made fit to stand between quotes in an error text. */
#define SHOW(text) fvi_utf8_cut(text, SHOWN), text

static const char *address(const fvi_config_key *key, const void *values)
{
    return (const char *)values + key->offset;
}

static void store(const fvi_config_key *key, void *values, const void *value, size_t n)
{
    memcpy((char *)values + key->offset, value, n);
}

double fvi_config_double(const fvi_config_key *key, const void *values)
{
    double v = 0.0;
    memcpy(&v, address(key, values), sizeof v);
    return v;
}

void fvi_config_double_text(double v, char text[32])
{
    if (isinf(v)) {
        (void)snprintf(text, 32, "%s", v < 0 ? "-.inf" : ".inf");
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        (void)snprintf(text, 32, "%.*g", digits, v);
        if (strtod(text, NULL) == v) return; /* never for NaN, which no setting can be */
    }
}

static bool outside(const fvi_config_key *key, const char *text, char *why)
{
    char lo[32];
    char hi[32];
    fvi_config_double_text(key->min, lo);
    fvi_config_double_text(key->max, hi);
    (void)snprintf(why, FVI_CONFIG_WHY_SIZE, "%.*s is outside %s .. %s", SHOW(text), lo, hi);
    return false;
}

static bool refuse(const char *what, const char *text, char *why)
{
    (void)snprintf(why, FVI_CONFIG_WHY_SIZE, "%s: '%.*s'", what, SHOW(text));
    return false;
}

static const char *skip_digits(const char *p)
{
    while (*p >= '0' && *p <= '9')
        p++;
    return p;
}

/* YAML 1.1 takes 010 as eight, YAML 1.2 as ten: nobody may have to know which one we are. */
static bool ambiguous(const char *digits)
{
    return digits[0] == '0' && skip_digits(digits) > digits + 1;
}

static bool parse_whole(const fvi_config_key *key, const char *text, void *values, char *why)
{
    const char *digits = text + (text[0] == '-' ? 1 : 0);
    if (*digits == '\0' || *skip_digits(digits) != '\0' || ambiguous(digits))
        return refuse("not a whole number", text, why);

    unsigned long long v = strtoull(digits, NULL, 10); /* too large: the largest, outside of any */
    if ((digits != text && v != 0) || (double)v < key->min || (double)v > key->max)
        return outside(key, text, why);
    if (key->type == FVI_CONFIG_U32)
        store(key, values, &(uint32_t){(uint32_t)v}, sizeof(uint32_t));
    else
        store(key, values, &(uint64_t){v}, sizeof(uint64_t));
    return true;
}

/* -?(digits[.digits] | .digits)[e[+-]digits], with a digit wherever one can be asked for. strtod
 * alone takes far more: spaces, hexadecimal, "nan(x)", "infinity". */
static bool is_decimal(const char *p)
{
    if (*p == '-') p++;
    const char *whole = p;
    p = skip_digits(p);
    bool some = p > whole;
    if (ambiguous(whole)) return false;
    if (*p == '.') {
        const char *fraction = ++p;
        p = skip_digits(p);
        some = some || p > fraction;
    }
    if (!some) return false;
    if (*p == 'e' || *p == 'E') {
        p++;
        if (*p == '+' || *p == '-') p++;
        const char *exponent = p;
        p = skip_digits(p);
        if (p == exponent) return false;
    }
    return *p == '\0';
}

static bool parse_double(const fvi_config_key *key, const char *text, void *values, char *why)
{
    double v = 0.0;
    if (strcmp(text, ".inf") == 0) {
        v = INFINITY;
    } else if (strcmp(text, "-.inf") == 0) {
        v = -INFINITY;
    } else {
        if (!is_decimal(text)) return refuse("not a number", text, why);
        errno = 0;
        v = strtod(text, NULL);
        /* ERANGE also marks denormal numbers, which are values like any other */
        if (errno == ERANGE && (isinf(v) || v == 0.0))
            return refuse(isinf(v) ? "too large for a number" : "too small for a number", text,
                          why);
    }
    if (!(v >= key->min && v <= key->max)) return outside(key, text, why);
    store(key, values, &v, sizeof v);
    return true;
}

/* Characters that YAML cannot hold as they are, or folds: a dump must bring back what it was. */
static bool is_plain_character(uint32_t c)
{
    if (c < 0x20 || (c >= 0x7f && c < 0xa0)) return false;
    return c != 0x2028 && c != 0x2029 && c != 0xfeff && c != 0xfffe && c != 0xffff;
}

static bool parse_text(const fvi_config_key *key, const char *text, void *values, char *why)
{
    size_t n = strlen(text);
    if (n >= key->size) {
        (void)snprintf(why, FVI_CONFIG_WHY_SIZE, "%zu bytes; at most %zu", n, key->size - 1);
        return false;
    }
    for (size_t i = 0; i < n;) {
        uint32_t c = 0;
        size_t len = fvi_utf8_next((const uint8_t *)text + i, n - i, &c);
        if (len == 0 || !is_plain_character(c)) {
            (void)snprintf(why, FVI_CONFIG_WHY_SIZE, "%s",
                           len == 0 ? "not UTF-8" : "holds a control character");
            return false;
        }
        i += len;
    }
    if (key->check != NULL && !key->check(text, why, FVI_CONFIG_WHY_SIZE)) return false;
    store(key, values, text, n + 1);
    return true;
}

static bool parse_choice(const fvi_config_key *key, const char *text, void *values, char *why)
{
    size_t at = 0;
    for (const fvi_config_choice *c = key->choices; c->name != NULL; c++) {
        if (strcmp(c->name, text) != 0) continue;
        store(key, values, &c->value, sizeof c->value);
        return true;
    }
    at = (size_t)snprintf(why, FVI_CONFIG_WHY_SIZE, "'%.*s' is none of", SHOW(text));
    for (const fvi_config_choice *c = key->choices; c->name != NULL && at < FVI_CONFIG_WHY_SIZE;
         c++)
        at += (size_t)snprintf(why + at, FVI_CONFIG_WHY_SIZE - at, " %s", c->name);
    return false;
}

bool fvi_config_parse(const fvi_config_key *key, const char *text, void *values,
                      char why[FVI_CONFIG_WHY_SIZE])
{
    switch (key->type) {
    case FVI_CONFIG_U32:
    case FVI_CONFIG_U64:
        return parse_whole(key, text, values, why);
    case FVI_CONFIG_DOUBLE:
        return parse_double(key, text, values, why);
    case FVI_CONFIG_TEXT:
        return parse_text(key, text, values, why);
    case FVI_CONFIG_CHOICE:
        return parse_choice(key, text, values, why);
    }
    return refuse("a key of unknown type", text, why);
}

static int format_text(const char *value, char *text, size_t size)
{
    size_t n = 0;
    if (size < 2 * strlen(value) + 3) return -1;
    text[n++] = '"';
    for (const char *p = value; *p != '\0'; p++) {
        if (*p == '"' || *p == '\\') text[n++] = '\\';
        text[n++] = *p;
    }
    text[n++] = '"';
    text[n] = '\0';
    return 0;
}

static int format_choice(const fvi_config_key *key, const void *values, char *text, size_t size)
{
    int v = 0;
    memcpy(&v, address(key, values), sizeof v);
    for (const fvi_config_choice *c = key->choices; c->name != NULL; c++) {
        if (c->value != v) continue;
        int n = snprintf(text, size, "%s", c->name);
        return n >= 0 && (size_t)n < size ? 0 : -1;
    }
    return -1;
}

int fvi_config_format(const fvi_config_key *key, const void *values, char *text, size_t size)
{
    char number[32] = "";
    uint32_t u32 = 0;
    uint64_t u64 = 0;

    switch (key->type) {
    case FVI_CONFIG_U32:
        memcpy(&u32, address(key, values), sizeof u32);
        (void)snprintf(number, sizeof number, "%lu", (unsigned long)u32);
        break;
    case FVI_CONFIG_U64:
        memcpy(&u64, address(key, values), sizeof u64);
        (void)snprintf(number, sizeof number, "%llu", (unsigned long long)u64);
        break;
    case FVI_CONFIG_DOUBLE:
        fvi_config_double_text(fvi_config_double(key, values), number);
        break;
    case FVI_CONFIG_TEXT:
        return format_text(address(key, values), text, size);
    case FVI_CONFIG_CHOICE:
        return format_choice(key, values, text, size);
    }
    int n = snprintf(text, size, "%s", number);
    return n >= 0 && (size_t)n < size ? 0 : -1;
}
