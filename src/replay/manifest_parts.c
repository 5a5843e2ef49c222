/* SPDX-License-Identifier: Apache-2.0 */
#define _XOPEN_SOURCE 700
#include "replay/manifest_parts.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static bool is_within(const char *path, const char *root)
{
    size_t n = strlen(root);
    if (strcmp(root, "/") == 0) return true;
    return strncmp(path, root, n) == 0 && (path[n] == '/' || path[n] == '\0');
}

/* Components joined by one slash each, without "."; false for "..". */
static bool make_plain(const char *path, char *out)
{
    size_t at = 0;

    while (*path != '\0') {
        size_t n = strcspn(path, "/");
        if (n == 2 && path[0] == '.' && path[1] == '.') return false;
        if (n > 0 && !(n == 1 && path[0] == '.')) {
            if (at > 0) out[at++] = '/';
            memcpy(out + at, path, n);
            at += n;
        }
        path += n;
        path += *path == '/' ? 1 : 0;
    }
    out[at] = '\0';
    return true;
}

fv_status fvi_path_plain(const fvi_place *p, const char *path, char *out, size_t cap)
{
    if (path[0] == '\0') return fvi_place_fail(p, "a path is empty");
    if (path[0] == '/')
        return fvi_place_fail(p, "'%.100s' leaves the folder: it is absolute", path);
    if (strlen(path) >= cap) return fvi_place_fail(p, "a path is too long");
    if (!make_plain(path, out))
        return fvi_place_fail(p, "'%.100s' leaves the folder: it has '..'", path);
    if (out[0] == '\0') return fvi_place_fail(p, "'%.100s' is the folder itself", path);
    return FV_OK;
}

fv_status fvi_path_inside(const fvi_place *p, const char *root, const char *plain)
{
    char full[2 * PATH_MAX], resolved[PATH_MAX];

    (void)snprintf(full, sizeof full, "%s/%s", root, plain);
    if (realpath(full, resolved) != NULL && !is_within(resolved, root))
        return fvi_place_fail(p, "'%.100s' leaves the folder: it is a link that points out of it",
                              plain);
    return FV_OK;
}

/* Without regard to case: sets write eyes_closed. */
static fv_reason_code reason_named(const char *name, size_t n)
{
    static const fv_reason_code codes[] = {
#define R(name, number, ...) FV_REASON_##name,
#include "faceverify/reasons.def"
#undef R
    };

    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        const char *known = fv_reason_name(codes[i]);
        size_t k = 0;
        while (k < n && known[k] != '\0' && toupper((unsigned char)name[k]) == known[k])
            k++;
        if (k == n && known[k] == '\0') return codes[i];
    }
    return FV_REASON_NONE;
}

/* "good", "ignore", or reasons with "|" between them. */
static bool parse_expected(const char *text, fvi_expected *out)
{
    fvi_expected e = {.good = strcmp(text, "good") == 0, .ignored = strcmp(text, "ignore") == 0};

    for (const char *p = text; !e.good && !e.ignored;) {
        size_t n = strcspn(p, "|");
        fv_reason_code code = reason_named(p, n);
        if (code == FV_REASON_NONE || e.n == sizeof e.reasons / sizeof e.reasons[0]) return false;
        e.reasons[e.n++] = code;
        if (p[n] == '\0') break;
        p += n + 1;
    }
    *out = e;
    return true;
}

fv_status fvi_expected_of(const fvi_place *p, const fvi_label_map *map, const char *label,
                          fvi_expected *out)
{
    uint32_t id = fvi_texts_find(&map->labels, label);

    if (id != FVI_TEXT_NONE) {
        *out = map->means[id];
        return FV_OK;
    }
    if (parse_expected(label, out)) return FV_OK;
    return fvi_place_fail(p,
                          "label '%.60s' is neither good nor the name of a reason, and no file of "
                          "labels explains it",
                          label);
}

static fv_status take_meaning(fvi_label_map *map, const fvi_place *p, const fvi_csv_row *row)
{
    fv_status st = FV_OK;
    uint32_t id = 0, n = map->labels.n;

    if (row->n != 2) return fvi_place_fail(p, "%zu fields, not label,reason", row->n);
    FVI_TRY(fvi_texts_add(&map->labels, row->field[0], &id, p->err));
    if (id != n) return fvi_place_fail(p, "label '%.60s' comes twice", row->field[0]);
    FVI_TRY(fvi_grow(&map->means, n, &map->cap, sizeof map->means[0], p->err));
    if (!parse_expected(row->field[1], &map->means[n]))
        return fvi_place_fail(p, "'%.60s' is not good, ignore, or reasons with | between them",
                              row->field[1]);
out:
    return st;
}

fv_status fvi_label_map_load(fvi_label_map *out, const char *path, fv_error *err)
{
    fv_status st = FV_OK;
    fvi_csv *csv = NULL;
    fvi_csv_row row;
    fvi_label_map map = {.cap = 0};

    FVI_TRY(fvi_csv_open(&csv, path, err));
    for (bool first = true;; first = false) {
        FVI_TRY(fvi_csv_next(csv, &row, err));
        fvi_place place = {path, row.line, err};
        if (first && (row.n != 2 || strcmp(row.field[0], "label") != 0 ||
                      strcmp(row.field[1], "reason") != 0)) {
            st = fvi_place_fail(&place, "the header is not label,reason");
            goto out;
        }
        if (row.n == 0) break;
        if (!first) FVI_TRY(take_meaning(&map, &place, &row));
    }
    *out = map;
    map = (fvi_label_map){.cap = 0};
out:
    fvi_label_map_free(&map);
    fvi_csv_close(&csv);
    return st;
}

void fvi_label_map_free(fvi_label_map *map)
{
    fvi_texts_free(&map->labels);
    free(map->means);
    *map = (fvi_label_map){.cap = 0};
}

static size_t slot_of(const fvi_seen_rows *s, uint64_t key)
{
    uint64_t h = key * 0x9e3779b97f4a7c15u;
    size_t i = (size_t)(h >> 20) & (s->n_slots - 1);
    while (s->keys[i] != 0 && s->keys[i] != key)
        i = (i + 1) & (s->n_slots - 1);
    return i;
}

static fv_status more_slots(fvi_seen_rows *s, fv_error *err)
{
    fvi_seen_rows more = {.n = s->n, .n_slots = s->n_slots == 0 ? 1024 : 2 * s->n_slots};

    more.keys = calloc(more.n_slots, sizeof more.keys[0]);
    more.lines = calloc(more.n_slots, sizeof more.lines[0]);
    if (more.keys == NULL || more.lines == NULL) {
        fvi_seen_rows_free(&more);
        return fvi_fail(err, FV_E_NOMEM, "rows");
    }
    for (size_t i = 0; i < s->n_slots; i++) {
        if (s->keys[i] == 0) continue;
        size_t to = slot_of(&more, s->keys[i]);
        more.keys[to] = s->keys[i];
        more.lines[to] = s->lines[i];
    }
    fvi_seen_rows_free(s);
    *s = more;
    return FV_OK;
}

/* lint: parameters, a and b are one key */
fv_status fvi_seen_rows_add(fvi_seen_rows *s, uint32_t a, uint32_t b, size_t line, size_t *earlier,
                            fv_error *err)
{
    fv_status st = FV_OK;
    uint64_t key = ((uint64_t)a << 32 | b) + 1;

    if (2 * (s->n + 1) > s->n_slots) FVI_TRY(more_slots(s, err));
    size_t i = slot_of(s, key);
    *earlier = s->keys[i] == 0 ? 0 : s->lines[i];
    if (s->keys[i] == 0) {
        s->keys[i] = key;
        s->lines[i] = (uint32_t)line;
        s->n++;
    }
out:
    return st;
}

size_t fvi_seen_rows_find(const fvi_seen_rows *s, uint32_t a, uint32_t b)
{
    if (s->n_slots == 0) return 0;
    size_t i = slot_of(s, ((uint64_t)a << 32 | b) + 1);
    return s->keys[i] == 0 ? 0 : s->lines[i];
}

void fvi_seen_rows_free(fvi_seen_rows *s)
{
    free(s->keys);
    free(s->lines);
    *s = (fvi_seen_rows){.n = 0};
}
