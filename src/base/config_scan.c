/* SPDX-License-Identifier: Apache-2.0 */
#include "base/config_scan.h"

#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "base/config_yaml.h"
#include "base/utf8.h"

typedef struct walk {
    fvi_scan *scan;
    const fvi_config_source *source;
    fv_error *err;
    size_t open[FVI_CONFIG_MAX_DEPTH]; /**< the node of each mapping that is open */
    size_t depth;
    size_t key; /**< whose value comes next; FVI_SCAN_ROOT = a key comes next */
    bool seen;  /**< a document */
} walk;

static fv_status refuse(const walk *w, size_t line, const char *what, const char *name)
{
    return fvi_fail(w->err, FV_E_CONFIG, "%s:%zu: %s%s%.*s%s",
                    fvi_config_shown_name(w->source->name), line, what, name[0] == '\0' ? "" : " '",
                    fvi_utf8_cut(name, FVI_CONFIG_MAX_NAME), name, name[0] == '\0' ? "" : "'");
}

size_t fvi_scan_find(const fvi_scan *scan, size_t parent, const char *name, size_t len)
{
    for (size_t i = 1; i < scan->n; i++) {
        const fvi_scan_node *node = &scan->nodes[i];
        if (node->parent == parent && strncmp(node->name, name, len) == 0 &&
            node->name[len] == '\0')
            return i;
    }
    return 0;
}

static fv_status on_key(walk *w, const char *name, size_t len, size_t line)
{
    fvi_scan *s = w->scan;
    size_t parent = w->open[w->depth - 1];

    if (len == 0) return refuse(w, line, "a key without a name", "");
    if (len > FVI_CONFIG_MAX_NAME) return refuse(w, line, "unknown key", name);
    size_t other = fvi_scan_find(s, parent, name, len);
    if (other != 0)
        return fvi_fail(w->err, FV_E_CONFIG, "%s:%zu: '%s' stands in line %zu already",
                        fvi_config_shown_name(w->source->name), line, name, s->nodes[other].line);
    if (s->n > FVI_CONFIG_MAX_KEYS) return refuse(w, line, "too many keys, from this on:", name);
    s->nodes[s->n].parent = parent;
    s->nodes[s->n].line = line;
    memcpy(s->nodes[s->n].name, name, len);
    w->key = s->n++;
    return FV_OK;
}

static fv_status on_scalar(walk *w, const yaml_event_t *e, size_t line)
{
    const char *text = (const char *)e->data.scalar.value;
    size_t len = e->data.scalar.length;
    bool empty = len == 0 && e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;

    if (e->data.scalar.tag != NULL) return refuse(w, line, "tags (!) are not used here", "");
    if (strlen(text) != len) return refuse(w, line, "a NUL character", "");
    if (w->depth == 0) return empty ? FV_OK : refuse(w, line, "not a key but only a text:", text);
    if (w->key == FVI_SCAN_ROOT) return on_key(w, text, len, line);
    const fvi_scan_node *node = &w->scan->nodes[w->key];
    if (empty) return refuse(w, node->line, "no value after", node->name);
    w->key = FVI_SCAN_ROOT;
    return FV_OK;
}

static fv_status on_mapping(walk *w, const yaml_event_t *e, size_t line)
{
    if (e->data.mapping_start.tag != NULL) return refuse(w, line, "tags (!) are not used here", "");
    if (w->depth > 0 && w->key == FVI_SCAN_ROOT)
        return refuse(w, line, "a key must be a plain text", "");
    if (w->depth == FVI_CONFIG_MAX_DEPTH) return refuse(w, line, "nested too deep", "");
    w->open[w->depth++] = w->key;
    w->key = FVI_SCAN_ROOT;
    if (w->scan->n == 0) w->scan->n = 1; /* the root */
    return FV_OK;
}

static bool has_anchor(const yaml_event_t *e)
{
    switch (e->type) {
    case YAML_ALIAS_EVENT:
        return true;
    case YAML_SCALAR_EVENT:
        return e->data.scalar.anchor != NULL;
    case YAML_MAPPING_START_EVENT:
        return e->data.mapping_start.anchor != NULL;
    case YAML_SEQUENCE_START_EVENT:
        return e->data.sequence_start.anchor != NULL;
    default:
        return false;
    }
}

static fv_status on_event(walk *w, const yaml_event_t *e)
{
    size_t line = e->start_mark.line + 1;

    if (has_anchor(e))
        return refuse(w, line, "anchors and aliases (& and *) are not used here", "");
    switch (e->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (w->seen) return refuse(w, line, "a second document", "");
        w->seen = true;
        return FV_OK;
    case YAML_SCALAR_EVENT:
        return on_scalar(w, e, line);
    case YAML_MAPPING_START_EVENT:
        return on_mapping(w, e, line);
    case YAML_MAPPING_END_EVENT:
        w->depth--;
        w->key = FVI_SCAN_ROOT;
        return FV_OK;
    case YAML_SEQUENCE_START_EVENT:
        return refuse(w, line, "lists are not used here", "");
    default:
        return FV_OK;
    }
}

static size_t line_of_byte(const fvi_config_source *source, size_t at)
{
    size_t line = 1;
    for (size_t i = 0; i < at && i < source->yaml_len; i++)
        line += source->yaml[i] == '\n';
    return line;
}

/* libyaml's "found character that cannot start any token" helps nobody to see a tab. */
static bool tab_indents(const fvi_config_source *source, size_t line)
{
    size_t i = 0;
    for (size_t at = 1; at < line && i < source->yaml_len; i++)
        at += source->yaml[i] == '\n';
    while (i < source->yaml_len && source->yaml[i] == ' ')
        i++;
    return i < source->yaml_len && source->yaml[i] == '\t';
}

static fv_status syntax_error(const walk *w, const yaml_parser_t *p)
{
    const char *what = p->problem != NULL ? p->problem : "not YAML";
    if (p->error == YAML_MEMORY_ERROR)
        return fvi_fail(w->err, FV_E_NOMEM, "%s", fvi_config_shown_name(w->source->name));
    if (p->error == YAML_READER_ERROR)
        return refuse(w, line_of_byte(w->source, p->problem_offset), what, "");
    if (tab_indents(w->source, p->problem_mark.line + 1)) what = "a tab indents; YAML wants spaces";
    return refuse(w, p->problem_mark.line + 1, what, "");
}

static fv_status walk_all(walk *w, yaml_parser_t *p)
{
    fv_status st = FV_OK;
    bool end = false;

    while (st == FV_OK && !end) {
        yaml_event_t e;
        if (yaml_parser_parse(p, &e) == 0) return syntax_error(w, p);
        st = on_event(w, &e);
        end = e.type == YAML_STREAM_END_EVENT;
        yaml_event_delete(&e);
    }
    return st;
}

fv_status fvi_scan_run(fvi_scan *out, const fvi_config_source *source, fv_error *err)
{
    fv_status st = FV_OK;
    fvi_scan scan = {.nodes = calloc(FVI_CONFIG_MAX_KEYS + 1, sizeof *scan.nodes)};
    walk w = {.scan = &scan, .source = source, .err = err};
    yaml_parser_t p;
    size_t bad = fvi_utf8_check(source->yaml, source->yaml_len);

    if (scan.nodes == NULL || yaml_parser_initialize(&p) == 0) {
        free(scan.nodes);
        return fvi_fail(err, FV_E_NOMEM, "%s", fvi_config_shown_name(source->name));
    }
    if (bad < source->yaml_len) { /* libyaml would take UTF-16 */
        st = refuse(&w, line_of_byte(source, bad), "not UTF-8", "");
        goto out;
    }
    yaml_parser_set_input_string(&p, source->yaml, source->yaml_len);
    FVI_TRY(walk_all(&w, &p));
    *out = scan;
    scan.nodes = NULL;
out:
    yaml_parser_delete(&p);
    free(scan.nodes);
    return st;
}

void fvi_scan_free(fvi_scan *scan)
{
    free(scan->nodes);
    *scan = (fvi_scan){0};
}
