/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include "base/config.h"

#include <locale.h>
#include <stdbool.h>
#include <string.h>

#include "base/config_value.h"
#include "base/config_yaml.h"
#include "base/utf8.h"

enum { SHOWN_OVERRIDE = 80, VALUE_TEXT = 4096 };

typedef struct load {
    const fvi_config_table *table;
    const fvi_config_source *source;
    void *values;
    fvi_yaml *yaml; /**< NULL = none */
    fv_error *err;
} load;

/* A program that calls us may have a locale with decimal commas. */
typedef struct c_locale {
    locale_t ours;
    locale_t before;
} c_locale;

static fv_status c_locale_enter(c_locale *l, fv_error *err)
{
    l->ours = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (l->ours == (locale_t)0) return fvi_fail(err, FV_E_NOMEM, "settings: locale");
    l->before = uselocale(l->ours);
    return FV_OK;
}

static void c_locale_leave(c_locale *l)
{
    (void)uselocale(l->before);
    freelocale(l->ours);
}

static size_t find_key(const fvi_config_table *t, const char *path, size_t len)
{
    size_t i = 0;
    while (i < t->n_keys &&
           (strncmp(t->keys[i].path, path, len) != 0 || t->keys[i].path[len] != '\0'))
        i++;
    return i;
}

static fv_status at_line(const load *l, size_t line, const char *key, const char *why)
{
    return fvi_fail(l->err, FV_E_CONFIG, "%s:%zu: %s: %s", fvi_config_shown_name(l->source->name),
                    line, key, why);
}

static fv_status at_override(const load *l, size_t i, const char *why)
{
    const char *text = l->source->overrides[i];
    return fvi_fail(l->err, FV_E_CONFIG, "--set %.*s: %s", fvi_utf8_cut(text, SHOWN_OVERRIDE), text,
                    why);
}

static fv_status apply_yaml(load *l)
{
    char why[FVI_CONFIG_WHY_SIZE] = "";
    for (size_t i = 0; i < l->table->n_keys; i++) {
        const fvi_config_key *key = &l->table->keys[i];
        const char *text = fvi_yaml_text(l->yaml, i);
        if (text != NULL && !fvi_config_parse(key, text, l->values, why))
            return at_line(l, fvi_yaml_line(l->yaml, i), key->path, why);
    }
    return FV_OK;
}

static size_t override_key(const load *l, size_t i)
{
    const char *text = l->source->overrides[i];
    return find_key(l->table, text, strcspn(text, "="));
}

static fv_status apply_override(load *l, size_t i)
{
    char why[FVI_CONFIG_WHY_SIZE] = "";
    const char *equals = strchr(l->source->overrides[i], '=');
    size_t key = override_key(l, i);

    if (equals == NULL) return at_override(l, i, "not of the form section.key=value");
    if (key == l->table->n_keys) return at_override(l, i, "unknown key");
    if (!fvi_config_parse(&l->table->keys[key], equals + 1, l->values, why))
        return at_override(l, i, why);
    return FV_OK;
}

/* The two keys of an order, then those whose values are in force for them. */
typedef struct pair {
    size_t low, high;
    size_t low_in_force, high_in_force;
} pair;

static bool in_pair(const pair *p, size_t key)
{
    return key == p->low || key == p->high || key == p->low_in_force || key == p->high_in_force;
}

/* Blames what was said last: of keys in a file, the lowest line. */
static fv_status blame_order(const load *l, const pair *p)
{
    const fvi_config_key *keys = l->table->keys;
    size_t low = p->low_in_force, high = p->high_in_force, line = 0;
    char low_text[32];
    char high_text[32];
    char why[FVI_CONFIG_WHY_SIZE];

    fvi_config_double_text(fvi_config_double(&keys[low], l->values), low_text);
    fvi_config_double_text(fvi_config_double(&keys[high], l->values), high_text);
    (void)snprintf(why, sizeof why, "%s is below %s, %s", high_text, keys[low].path, low_text);
    for (size_t i = l->source->n_overrides; i > 0; i--) {
        size_t key = override_key(l, i - 1);
        if (!in_pair(p, key)) continue;
        char longer[2 * FVI_CONFIG_WHY_SIZE];
        (void)snprintf(longer, sizeof longer, "%s: %s", keys[high].path, why);
        return at_override(l, i - 1, longer);
    }
    for (size_t key = 0; l->yaml != NULL && key < l->table->n_keys; key++) {
        if (in_pair(p, key) && fvi_yaml_line(l->yaml, key) > line)
            line = fvi_yaml_line(l->yaml, key);
    }
    return at_line(l, line, keys[high].path, why);
}

static size_t in_force(const load *l, size_t key)
{
    const fvi_config_key *k = &l->table->keys[key];
    if (k->inherits == NULL || fvi_config_double(k, l->values) != 0.0) return key;
    return find_key(l->table, k->inherits, strlen(k->inherits));
}

static fv_status check_orders(const load *l)
{
    for (size_t i = 0; i < l->table->n_orders; i++) {
        const fvi_config_order *o = &l->table->orders[i];
        pair p = {.low = find_key(l->table, o->low, strlen(o->low)),
                  .high = find_key(l->table, o->high, strlen(o->high))};
        if (p.low == l->table->n_keys || p.high == l->table->n_keys)
            return fvi_fail(l->err, FV_E_INTERNAL, "settings: no key %s or %s", o->low, o->high);
        p.low_in_force = in_force(l, p.low);
        p.high_in_force = in_force(l, p.high);
        if (p.low_in_force == l->table->n_keys || p.high_in_force == l->table->n_keys)
            return fvi_fail(l->err, FV_E_INTERNAL, "settings: %s or %s inherits from no key",
                            o->low, o->high);
        if (fvi_config_double(&l->table->keys[p.low_in_force], l->values) >
            fvi_config_double(&l->table->keys[p.high_in_force], l->values))
            return blame_order(l, &p);
    }
    return FV_OK;
}

static fv_status run(load *l)
{
    fv_status st = FV_OK;
    const fvi_config_source *s = l->source;

    if (s->yaml_len > FVI_CONFIG_MAX_BYTES) {
        return fvi_fail(l->err, FV_E_CONFIG, "%s: %zu bytes; at most %d are read",
                        fvi_config_shown_name(s->name), s->yaml_len, (int)FVI_CONFIG_MAX_BYTES);
    }
    if (s->yaml_len > 0) {
        FVI_TRY(fvi_yaml_load(&l->yaml, l->table, s, l->err));
        FVI_TRY(apply_yaml(l));
    }
    for (size_t i = 0; i < s->n_overrides; i++)
        FVI_TRY(apply_override(l, i));
    FVI_TRY(check_orders(l));
out:
    fvi_yaml_destroy(&l->yaml);
    return st;
}

fv_status fvi_config_load(const fvi_config_table *table, const fvi_config_source *source,
                          void *values, fv_error *err)
{
    load l = {.table = table, .source = source, .values = values, .err = err};
    c_locale locale = {0};
    fv_status st = c_locale_enter(&locale, err);

    if (st != FV_OK) return st;
    st = run(&l);
    c_locale_leave(&locale);
    return st;
}

/* The section lines that this key's path opens and the one before did not; the last name's place.
 */
static const char *open_sections(FILE *to, const char *path, const char *before, int *depth)
{
    bool same = true;
    for (*depth = 0;; ++*depth) {
        size_t len = strcspn(path, ".");
        if (path[len] == '\0') return path;
        same = same && strncmp(path, before, len + 1) == 0;
        if (!same) (void)fprintf(to, "%*s%.*s:\n", 2 * *depth, "", (int)len, path);
        if (same) before += len + 1;
        path += len + 1;
    }
}

fv_status fvi_config_dump(const fvi_config_table *table, const void *values, FILE *to,
                          fv_error *err)
{
    fv_status st = FV_OK;
    c_locale locale = {0};
    const char *before = "";

    FVI_TRY(c_locale_enter(&locale, err));
    for (size_t i = 0; i < table->n_keys && st == FV_OK; i++) {
        const fvi_config_key *key = &table->keys[i];
        char text[VALUE_TEXT];
        int depth = 0;
        const char *name = open_sections(to, key->path, before, &depth);
        if (fvi_config_format(key, values, text, sizeof text) != 0)
            st = fvi_fail(err, FV_E_INTERNAL, "settings: %s has no text", key->path);
        else
            (void)fprintf(to, "%*s# %s\n%*s%s: %s\n", 2 * depth, "", key->help, 2 * depth, "", name,
                          text);
        before = key->path;
    }
    c_locale_leave(&locale);
    if (st == FV_OK && ferror(to)) st = fvi_fail(err, FV_E_INTERNAL, "settings: write failed");
out:
    return st;
}
