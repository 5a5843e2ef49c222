/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first byte selects: 'y' a YAML file, 'o' overrides (one a line), 'a' a date of birth, an ID
 * number and a clock (one a line; an empty line = not given). What loads must dump, and what was
 * dumped must load back to the same.
 */
#define _POSIX_C_SOURCE 200809L /* fmemopen */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify/age.h"
#include "verify/settings.h"

enum { MAX_LINES = 16, MAX_DUMP = 1 << 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int holds)
{
    if (!holds) abort();
}

static void defaults(fvi_settings *s)
{
    memset(s, 0, sizeof *s);
    require(fvi_settings_load(s, NULL, NULL, 0, NULL) == FV_OK);
}

static size_t dump(const fvi_settings *s, char *text)
{
    FILE *f = fmemopen(text, MAX_DUMP, "w");
    require(f != NULL);
    require(fvi_settings_dump(s, f, NULL) == FV_OK);
    long n = ftell(f);
    require(fclose(f) == 0 && n > 0 && n < MAX_DUMP);
    return (size_t)n;
}

static void load(const fvi_config_source *source)
{
    static char first[MAX_DUMP];
    static char second[MAX_DUMP];
    fvi_settings s;
    fv_error err = {.code = FV_OK};

    defaults(&s);
    fv_status st = fvi_config_load(&fvi_settings_table, source, &s, &err);
    require(st == FV_OK || st == FV_E_CONFIG);
    require(err.code == st);
    if (st != FV_OK) {
        require(err.text[0] != '\0' && memchr(err.text, '\0', sizeof err.text) != NULL);
        return;
    }
    size_t n = dump(&s, first);
    fvi_config_source back = {.name = "dump", .yaml = (const uint8_t *)first, .yaml_len = n};
    defaults(&s);
    require(fvi_config_load(&fvi_settings_table, &back, &s, NULL) == FV_OK);
    require(dump(&s, second) == n && memcmp(first, second, n) == 0);
}

static size_t split(char *text, const char **lines)
{
    size_t n = 0;
    while (text != NULL && n < MAX_LINES) {
        lines[n++] = text;
        text = strchr(text, '\n');
        if (text != NULL) *text++ = '\0';
    }
    return n;
}

static void check_age(const char *const *lines, size_t n)
{
    const char *date = n > 0 && lines[0][0] != '\0' ? lines[0] : NULL;
    const char *id = n > 1 && lines[1][0] != '\0' ? lines[1] : NULL;
    int64_t now = n > 2 ? strtoll(lines[2], NULL, 10) : 1790000000;
    fv_error err = {.code = FV_OK};
    fvi_age_gate gate = (fvi_age_gate)77;

    fv_status st = fvi_age_check(date, id, now, &gate, &err);
    require(st == FV_OK || st == FV_E_ARG || st == FV_E_INTERNAL);
    require((st == FV_OK) == (gate <= FVI_AGE_16_OR_OVER));
    if (st == FV_OK) require((gate == FVI_AGE_NOT_GIVEN) == (date == NULL && id == NULL));
    if (st == FV_E_ARG) require(err.field[0] != '\0');
    if (id != NULL && strlen(id) >= 6) require(strstr(err.text, id) == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *lines[MAX_LINES];
    fvi_config_source source = {.name = "fuzz.yaml", .overrides = lines};

    if (size == 0) return 0;
    char *text = malloc(size); /* of the exact size: a read beyond it is seen */
    require(text != NULL);
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';
    if (data[0] == 'y') {
        source.yaml = data + 1;
        source.yaml_len = size - 1;
        load(&source);
    } else if (data[0] == 'o') {
        source.n_overrides = split(text, lines);
        load(&source);
    } else if (data[0] == 'a') {
        check_age(lines, split(text, lines));
    }
    free(text);
    return 0;
}
