/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libcyaml checks that the document has the table's shape and gives the values as texts. It could
 * read numbers too, but not as an override's are read (it takes " 5", "0x5", "" and "-1" for an
 * unsigned 2^64-1), and a setting must not mean different things in the two places.
 */
#include "base/config_yaml.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cyaml/cyaml.h>

#include "base/config_scan.h"
#include "base/utf8.h"

enum {
    /* A key adds itself, and at most one section with its terminator for each level above. */
    FIELDS_PER_KEY = 1 + 2 * (FVI_CONFIG_MAX_DEPTH - 1),
    COMPLAINT = 160,
    PLACE = FVI_CONFIG_MAX_DEPTH * (FVI_CONFIG_MAX_NAME + 1),
};

struct fvi_yaml {
    fvi_scan scan;
    size_t *node;                 /**< by key: its node, or 0 */
    cyaml_schema_field_t *fields; /**< of all sections, each closed by an empty one */
    size_t n_fields;
    char *names; /**< of all fields, each with its NUL */
    size_t names_used;
    cyaml_schema_value_t root;
    char **texts; /**< by key; libcyaml's */
};

/* What libcyaml said: its first line, and the path to where it stopped, innermost first. */
typedef struct complaint {
    char first[COMPLAINT];
    char path[FVI_CONFIG_MAX_DEPTH][FVI_CONFIG_MAX_NAME + 1];
    size_t depth;
} complaint;

const char *fvi_config_shown_name(const char *name)
{
    size_t n = strlen(name);
    if (n <= FVI_CONFIG_SHOWN_NAME) return name;
    name += n - FVI_CONFIG_SHOWN_NAME;
    while (((unsigned char)*name & 0xc0) == 0x80)
        name++;
    return name;
}

/* libcyaml's own does the same, but out of reach of a test that lets memory run out. */
static void *resize(void *ctx, void *p, size_t n)
{
    (void)ctx;
    if (n > 0) return realloc(p, n);
    free(p);
    return NULL;
}

/* "  in mapping field 'limits' (line: 2, column: 3)" */
static void take_backtrace(complaint *c, const char *line)
{
    static const char start[] = "  in mapping field '";
    if (strncmp(line, start, sizeof start - 1) != 0 || c->depth == FVI_CONFIG_MAX_DEPTH) return;
    const char *name = line + sizeof start - 1;
    const char *end = strstr(name, "' (line:");
    if (end == NULL || (size_t)(end - name) > FVI_CONFIG_MAX_NAME) return;
    memcpy(c->path[c->depth], name, (size_t)(end - name));
    c->path[c->depth][end - name] = '\0';
    c->depth++;
}

static void on_log(cyaml_log_t level, void *ctx, const char *fmt, va_list args)
{
    static const char prefix[] = "Load: ";
    complaint *c = ctx;
    char line[COMPLAINT] = "";

    (void)level;
    if (vsnprintf(line, sizeof line, fmt, args) < 0) return;
    line[strcspn(line, "\n")] = '\0';
    if (strncmp(line, prefix, sizeof prefix - 1) != 0)
        take_backtrace(c, line);
    else if (c->first[0] == '\0' && strcmp(line, "Load: Backtrace:") != 0)
        (void)snprintf(c->first, sizeof c->first, "%s", line + sizeof prefix - 1);
}

static cyaml_config_t config_for(complaint *c)
{
    return (cyaml_config_t){
        .log_fn = on_log,
        .log_ctx = c,
        .log_level = CYAML_LOG_ERROR,
        .mem_fn = resize,
        .flags = CYAML_CFG_NO_ALIAS,
    };
}

static const char *keep_name(fvi_yaml *y, const char *name, size_t len)
{
    char *kept = y->names + y->names_used;
    memcpy(kept, name, len);
    kept[len] = '\0';
    y->names_used += len + 1;
    return kept;
}

static size_t segment(const char *path)
{
    return strcspn(path, ".");
}

/* Keys [from, to) share the first `skip` bytes of their path, and are one section. Sections inside
 * come first, as their fields must be whole when ours point to them. */
static const cyaml_schema_field_t *build_section(fvi_yaml *y, const fvi_config_table *t,
                                                 size_t skip, size_t from, size_t to)
{
    size_t n = 0;
    for (size_t i = from; i < to; i++) {
        const char *path = t->keys[i].path + skip;
        size_t len = segment(path);
        if (i == from || strncmp(path, t->keys[i - 1].path + skip, len + 1) != 0) n++;
    }
    cyaml_schema_field_t *fields = y->fields + y->n_fields;
    y->n_fields += n + 1;

    size_t at = 0;
    for (size_t i = from; i < to;) {
        const char *path = t->keys[i].path + skip;
        size_t len = segment(path);
        size_t end = i + 1;
        while (end < to && strncmp(t->keys[end].path + skip, path, len + 1) == 0)
            end++;
        cyaml_schema_field_t *f = &fields[at++];
        f->key = keep_name(y, path, len);
        if (path[len] == '\0') {
            f->data_offset = (uint32_t)(i * sizeof(char *));
            f->value = (cyaml_schema_value_t){CYAML_VALUE_STRING(
                CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, char, 0, FVI_CONFIG_MAX_BYTES)};
        } else {
            f->value = (cyaml_schema_value_t){
                .type = CYAML_MAPPING,
                .flags = CYAML_FLAG_OPTIONAL,
                .data_size = (uint32_t)(t->n_keys * sizeof(char *)),
                .mapping = {.fields = build_section(y, t, skip + len + 1, i, end)},
            };
        }
        i = end;
    }
    return fields;
}

static fv_status build_schema(fvi_yaml *y, const fvi_config_table *t, fv_error *err)
{
    size_t n_names = 0;
    for (size_t i = 0; i < t->n_keys; i++)
        n_names += FVI_CONFIG_MAX_DEPTH * (strlen(t->keys[i].path) + 1);
    y->fields = calloc(t->n_keys * FIELDS_PER_KEY + 1, sizeof *y->fields);
    y->names = malloc(n_names + 1);
    y->node = calloc(t->n_keys + 1, sizeof *y->node);
    if (y->fields == NULL || y->names == NULL || y->node == NULL)
        return fvi_fail(err, FV_E_NOMEM, "settings: %zu keys", t->n_keys);
    y->root = (cyaml_schema_value_t){
        .type = CYAML_MAPPING,
        .flags = CYAML_FLAG_POINTER,
        .data_size = (uint32_t)(t->n_keys * sizeof(char *)),
        .mapping = {.fields = build_section(y, t, 0, 0, t->n_keys)},
    };
    return FV_OK;
}

/* The node where libcyaml stopped, and its path. */
static size_t find_place(const fvi_yaml *y, const complaint *c, char place[PLACE])
{
    size_t node = FVI_SCAN_ROOT;
    size_t used = 0;

    place[0] = '\0';
    for (size_t i = c->depth; i > 0; i--) {
        const char *name = c->path[i - 1];
        size_t child = fvi_scan_find(&y->scan, node, name, strlen(name));
        if (child == 0) break;
        used += (size_t)snprintf(place + used, PLACE - used, "%s%s", used > 0 ? "." : "", name);
        node = child;
    }
    return node;
}

/* libcyaml's complaint in our words, at our line; its own words where we do not know them. */
static fv_status explain(const fvi_yaml *y, const complaint *c, const char *name, cyaml_err_t code,
                         fv_error *err)
{
    static const char unknown[] = "Unexpected key: ";
    static const char not_keys[] = "Expecting MAPPING";
    static const char not_text[] = "Expecting STRING";
    char place[PLACE];
    size_t node = find_place(y, c, place);
    size_t line = node != FVI_SCAN_ROOT ? y->scan.nodes[node].line : 1;

    name = fvi_config_shown_name(name);
    if (strncmp(c->first, unknown, sizeof unknown - 1) == 0) {
        const char *key = c->first + sizeof unknown - 1;
        size_t child = fvi_scan_find(&y->scan, node, key, strlen(key));
        if (child != 0) line = y->scan.nodes[child].line;
        return fvi_fail(err, FV_E_CONFIG, "%s:%zu: unknown key '%s'%s%s%s", name, line, key,
                        place[0] != '\0' ? " in '" : "", place, place[0] != '\0' ? "'" : "");
    }
    if (strncmp(c->first, not_keys, sizeof not_keys - 1) == 0)
        return fvi_fail(err, FV_E_CONFIG, "%s:%zu: '%s' holds keys, not a value", name, line,
                        place);
    if (strncmp(c->first, not_text, sizeof not_text - 1) == 0)
        return fvi_fail(err, FV_E_CONFIG, "%s:%zu: '%s' holds a value, not keys", name, line,
                        place);
    return fvi_fail(err, FV_E_CONFIG, "%s:%zu: %s", name, line,
                    c->first[0] != '\0' ? c->first : cyaml_strerror(code));
}

static fv_status load_texts(fvi_yaml *y, const fvi_config_source *source, fv_error *err)
{
    complaint c = {0};
    cyaml_config_t config = config_for(&c);
    cyaml_data_t *data = NULL;
    cyaml_err_t code =
        cyaml_load_data(source->yaml, source->yaml_len, &config, &y->root, &data, NULL);

    if (code == CYAML_OK) {
        y->texts = data;
        return FV_OK;
    }
    /* The scan had the same bytes through libyaml's parser: what fails now is memory. */
    if (code == CYAML_ERR_OOM || code == CYAML_ERR_LIBYAML_PARSER_INIT ||
        code == CYAML_ERR_LIBYAML_PARSER)
        return fvi_fail(err, FV_E_NOMEM, "%s", fvi_config_shown_name(source->name));
    return explain(y, &c, source->name, code, err);
}

static void find_nodes(fvi_yaml *y, const fvi_config_table *t)
{
    for (size_t i = 0; i < t->n_keys; i++) {
        size_t node = FVI_SCAN_ROOT;
        for (const char *path = t->keys[i].path; *path != '\0';) {
            size_t len = segment(path);
            node = fvi_scan_find(&y->scan, node, path, len);
            if (node == 0) break;
            path += len + (path[len] == '.' ? 1 : 0);
        }
        y->node[i] = node;
    }
}

fv_status fvi_yaml_load(fvi_yaml **out, const fvi_config_table *table,
                        const fvi_config_source *source, fv_error *err)
{
    fv_status st = FV_OK;
    fvi_yaml *y = calloc(1, sizeof *y);

    if (y == NULL) {
        st = fvi_fail(err, FV_E_NOMEM, "%s", fvi_config_shown_name(source->name));
        goto out;
    }
    FVI_TRY(fvi_scan_run(&y->scan, source, err));
    FVI_TRY(build_schema(y, table, err));
    if (y->scan.n > 0) {
        FVI_TRY(load_texts(y, source, err));
        find_nodes(y, table);
    }
    *out = y;
    y = NULL;
out:
    fvi_yaml_destroy(&y);
    return st;
}

void fvi_yaml_destroy(fvi_yaml **yaml)
{
    fvi_yaml *y = *yaml;
    complaint c = {0};

    if (y == NULL) return;
    if (y->texts != NULL) {
        cyaml_config_t config = config_for(&c);
        (void)cyaml_free(&config, &y->root, y->texts, 0);
    }
    fvi_scan_free(&y->scan);
    free(y->node);
    free(y->fields);
    free(y->names);
    free(y);
    *yaml = NULL;
}

const char *fvi_yaml_text(const fvi_yaml *yaml, size_t key)
{
    return yaml->texts != NULL ? yaml->texts[key] : NULL;
}

size_t fvi_yaml_line(const fvi_yaml *yaml, size_t key)
{
    return yaml->node[key] != 0 ? yaml->scan.nodes[yaml->node[key]].line : 0;
}
