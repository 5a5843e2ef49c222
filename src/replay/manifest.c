/* SPDX-License-Identifier: Apache-2.0 */
#define _XOPEN_SOURCE 700
#include "replay/manifest.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "replay/digest.h"
#include "replay/manifest_parts.h"

static const char *const column_names[FVI_COLUMN_COUNT] = {
#define X(id, name) name,
    FVI_COLUMN_LIST(X)
#undef X
};

/* What results.csv adds to each row; a manifest that has them already would have them twice. */
static const char *const reserved[] = {"decision", "reasons", "similarity", "liveness", "score"};

const char *fvi_kind_name(fvi_kind kind)
{
    static const char *const names[] = {"", "pairs", "attacks", "quality", "people"};
    return (unsigned)kind < sizeof names / sizeof names[0] ? names[kind] : "";
}

const char *fvi_people_by_name(fvi_people_by by)
{
    static const char *const names[] = {"column", "folder", "genuine pairs", "image"};
    return (unsigned)by < sizeof names / sizeof names[0] ? names[by] : "";
}

fv_status fvi_place_fail(const fvi_place *p, const char *fmt, ...)
{
    char text[200];
    size_t n = strlen(p->path);
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    return fvi_fail(p->err, FV_E_ARG, "%s:%zu: %s", n > 100 ? p->path + n - 100 : p->path, p->line,
                    text);
}

typedef struct reader {
    fvi_manifest *m;
    const fvi_manifest_options *options;
    fvi_label_map map;
    fvi_seen_rows seen;
    fvi_place place;
    fvi_csv_row row;
    bool person_known; /* at least one row named its people */
} reader;

const char *fvi_manifest_field(const fvi_manifest *m, const fvi_csv_row *row, fvi_column column)
{
    return m->column[column] == FVI_TEXT_NONE ? NULL : row->field[m->column[column]];
}

static const char *field(const reader *r, fvi_column column)
{
    return fvi_manifest_field(r->m, &r->row, column);
}

static bool has(const fvi_manifest *m, fvi_column column)
{
    return m->column[column] != FVI_TEXT_NONE;
}

static fv_status need(reader *r, fvi_column column, const char *kind)
{
    if (has(r->m, column)) return FV_OK;
    return fvi_place_fail(&r->place, "no column '%s', which a manifest of %s needs",
                          column_names[column], kind);
}

static fv_status choose_kind(reader *r)
{
    fv_status st = FV_OK;
    fvi_manifest *m = r->m;

    if (has(m, FVI_COLUMN_PATH_A) || has(m, FVI_COLUMN_PATH_B) || has(m, FVI_COLUMN_SAME)) {
        m->kind = FVI_KIND_PAIRS;
        FVI_TRY(need(r, FVI_COLUMN_PATH_A, "pairs"));
        FVI_TRY(need(r, FVI_COLUMN_PATH_B, "pairs"));
        FVI_TRY(need(r, FVI_COLUMN_SAME, "pairs"));
        if (has(m, FVI_COLUMN_PERSON_A) != has(m, FVI_COLUMN_PERSON_B))
            st = fvi_place_fail(&r->place, "person_a and person_b come together or not at all");
        goto out;
    }
    FVI_TRY(need(r, FVI_COLUMN_PATH, "images (and one of pairs needs path_a)"));
    if (!has(m, FVI_COLUMN_LABEL) && has(m, FVI_COLUMN_PERSON)) {
        m->kind = FVI_KIND_PEOPLE;
        goto out;
    }
    FVI_TRY(need(r, FVI_COLUMN_LABEL, "images"));
    if (has(m, FVI_COLUMN_ATTACK)) m->kind = FVI_KIND_ATTACKS;
out:
    return st;
}

static fv_status take_header(reader *r)
{
    fv_status st = FV_OK;
    fvi_manifest *m = r->m;

    if (r->row.n == 0) return fvi_place_fail(&r->place, "the file is empty");
    m->n_columns = r->row.n;
    for (size_t i = 0; i < r->row.n; i++) {
        uint32_t id = 0;
        const char *name = r->row.field[i];
        FVI_TRY(fvi_texts_add(&m->header, name, &id, r->place.err));
        if (id != i) return fvi_place_fail(&r->place, "column '%.60s' comes twice", name);
        for (size_t k = 0; k < sizeof reserved / sizeof reserved[0]; k++) {
            if (strcmp(name, reserved[k]) == 0)
                return fvi_place_fail(&r->place, "column '%s' is one that the results add", name);
        }
        for (int c = 0; c < FVI_COLUMN_COUNT; c++) {
            if (strcmp(name, column_names[c]) == 0) m->column[c] = id;
        }
    }
    FVI_TRY(choose_kind(r));
out:
    return st;
}

/* Where the header leaves it open, the first label tells. */
static fv_status settle_kind(reader *r)
{
    fvi_manifest *m = r->m;
    fvi_kind wanted = r->options->kind;

    if (m->kind == FVI_KIND_ANY) {
        const char *label = field(r, FVI_COLUMN_LABEL);
        bool attack = strcmp(label, "live") == 0 || strcmp(label, "spoof") == 0;
        m->kind = attack ? FVI_KIND_ATTACKS : FVI_KIND_QUALITY;
        if (wanted == FVI_KIND_QUALITY || wanted == FVI_KIND_ATTACKS) m->kind = wanted;
    }
    if (wanted != FVI_KIND_ANY && wanted != m->kind)
        return fvi_place_fail(&r->place, "a manifest of %s, but one of %s is wanted",
                              fvi_kind_name(m->kind), fvi_kind_name(wanted));
    return FV_OK;
}

static fv_status take_image(reader *r, fvi_column column, unsigned side, uint32_t *id)
{
    fv_status st = FV_OK;
    fvi_manifest *m = r->m;
    char path[PATH_MAX];
    uint32_t n = m->images.n;
    const char *given = field(r, column);

    FVI_TRY(fvi_path_plain(&r->place, given, path, sizeof path));
    FVI_TRY(fvi_texts_add(&m->images, path, id, r->place.err));
    if (*id == n) { /* links are followed once, however often the image comes */
        FVI_TRY(fvi_path_inside(&r->place, m->root, path));
        FVI_TRY(fvi_grow(&m->sides, n, &m->sides_cap, sizeof m->sides[0], r->place.err));
        FVI_TRY(fvi_grow(&m->person, n, &m->person_cap, sizeof m->person[0], r->place.err));
        m->sides[n] = 0;
        m->person[n] = FVI_TEXT_NONE;
    }
    m->sides[*id] = (uint8_t)(m->sides[*id] | side);
out:
    return st;
}

static fv_status take_person(reader *r, fvi_column column, uint32_t image)
{
    fv_status st = FV_OK;
    fvi_manifest *m = r->m;
    const char *name = field(r, column);
    uint32_t id = 0;

    if (name == NULL || (name[0] == '\0' && column == FVI_COLUMN_SUBJECT)) goto out;
    if (name[0] == '\0') return fvi_place_fail(&r->place, "'%s' is empty", column_names[column]);
    FVI_TRY(fvi_texts_add(&m->people, name, &id, r->place.err));
    if (m->person[image] != FVI_TEXT_NONE && m->person[image] != id)
        return fvi_place_fail(&r->place, "'%.80s' was of another person before",
                              fvi_texts_text(&m->images, image));
    m->person[image] = id;
    r->person_known = true;
out:
    return st;
}

static fv_status take_pair(reader *r, fvi_row *row)
{
    fv_status st = FV_OK;
    fvi_manifest *m = r->m;
    const char *same = field(r, FVI_COLUMN_SAME);

    FVI_TRY(take_image(r, FVI_COLUMN_PATH_A, FVI_AS_SELFIE, &row->a));
    FVI_TRY(take_image(r, FVI_COLUMN_PATH_B, FVI_AS_RECORD, &row->b));
    if (strcmp(same, "0") != 0 && strcmp(same, "1") != 0)
        return fvi_place_fail(&r->place, "same is '%.40s', not 1 or 0", same);
    row->label = same[0] == '1' ? 1 : 0;
    if (row->a == row->b && row->label == 0)
        return fvi_place_fail(&r->place, "an image is not another person than itself");
    FVI_TRY(take_person(r, FVI_COLUMN_PERSON_A, row->a));
    FVI_TRY(take_person(r, FVI_COLUMN_PERSON_B, row->b));
    if (has(m, FVI_COLUMN_PERSON_A) && (m->person[row->a] == m->person[row->b]) != row->label)
        return fvi_place_fail(&r->place, "same is %s, but person_a and person_b say otherwise",
                              same);
out:
    return st;
}

static fv_status take_attack(reader *r, fvi_row *row)
{
    fv_status st = FV_OK;
    const char *label = field(r, FVI_COLUMN_LABEL);
    const char *attack = field(r, FVI_COLUMN_ATTACK);

    FVI_TRY(take_image(r, FVI_COLUMN_PATH, FVI_AS_SELFIE, &row->a));
    row->label = strcmp(label, "live") == 0;
    if (row->label == 0 && strcmp(label, "spoof") != 0)
        return fvi_place_fail(&r->place, "label is '%.40s', not live or spoof", label);
    if (row->label == 1 && attack != NULL && attack[0] != '\0')
        return fvi_place_fail(&r->place, "live, and yet an attack: '%.40s'", attack);
    row->b = FVI_TEXT_NONE;
    if (row->label == 0)
        FVI_TRY(fvi_texts_add(&r->m->species,
                              attack == NULL || attack[0] == '\0' ? "unnamed" : attack, &row->b,
                              r->place.err));
    FVI_TRY(take_person(r, FVI_COLUMN_SUBJECT, row->a));
out:
    return st;
}

static fv_status take_quality(reader *r, fvi_row *row)
{
    fv_status st = FV_OK;
    fvi_manifest *m = r->m;
    const char *as = field(r, FVI_COLUMN_AS);
    bool record = as != NULL && strcmp(as, "record") == 0;
    uint32_t n = m->labels.n;

    if (as != NULL && !record && strcmp(as, "selfie") != 0)
        return fvi_place_fail(&r->place, "as is '%.40s', not selfie or record", as);
    FVI_TRY(take_image(r, FVI_COLUMN_PATH, record ? FVI_AS_RECORD : FVI_AS_SELFIE, &row->a));
    FVI_TRY(fvi_texts_add(&m->labels, field(r, FVI_COLUMN_LABEL), &row->label, r->place.err));
    row->b = record ? FV_RECORD : FV_SELFIE;
    if (row->label == n) {
        FVI_TRY(fvi_grow(&m->expected, n, &m->expected_cap, sizeof m->expected[0], r->place.err));
        FVI_TRY(fvi_expected_of(&r->place, &r->map, field(r, FVI_COLUMN_LABEL), &m->expected[n]));
    }
    FVI_TRY(take_person(r, FVI_COLUMN_PERSON, row->a));
out:
    return st;
}

static fv_status take_member(reader *r, fvi_row *row)
{
    fv_status st = FV_OK;

    FVI_TRY(take_image(r, FVI_COLUMN_PATH, FVI_AS_RECORD, &row->a));
    FVI_TRY(take_person(r, FVI_COLUMN_PERSON, row->a));
out:
    return st;
}

static fv_status take_cohort(reader *r, fvi_row *row)
{
    const char *cohort = field(r, FVI_COLUMN_COHORT);

    row->cohort = FVI_TEXT_NONE;
    if (cohort == NULL || cohort[0] == '\0') return FV_OK;
    return fvi_texts_add(&r->m->cohorts, cohort, &row->cohort, r->place.err);
}

static fv_status take_row(reader *r)
{
    fv_status st = FV_OK;
    fvi_manifest *m = r->m;
    fvi_row row = {0};
    size_t earlier = 0;

    if (r->row.n != m->n_columns)
        return fvi_place_fail(&r->place, "%zu fields, but the header has %zu", r->row.n,
                              m->n_columns);
    if (m->n_rows == 0) FVI_TRY(settle_kind(r));
    if (m->n_rows >= UINT32_MAX / 2) return fvi_place_fail(&r->place, "too many rows");
    switch (m->kind) {
    case FVI_KIND_PAIRS:
        FVI_TRY(take_pair(r, &row));
        break;
    case FVI_KIND_ATTACKS:
        FVI_TRY(take_attack(r, &row));
        break;
    case FVI_KIND_QUALITY:
        FVI_TRY(take_quality(r, &row));
        break;
    case FVI_KIND_PEOPLE:
    case FVI_KIND_ANY:
        FVI_TRY(take_member(r, &row));
        break;
    }
    FVI_TRY(take_cohort(r, &row));
    FVI_TRY(fvi_seen_rows_add(&r->seen, row.a, m->kind == FVI_KIND_PAIRS ? row.b : 0, r->place.line,
                              &earlier, r->place.err));
    if (earlier != 0)
        return fvi_place_fail(&r->place, "the same %s as in line %zu",
                              m->kind == FVI_KIND_PAIRS ? "pair" : "image", earlier);
    FVI_TRY(fvi_grow(&m->rows, m->n_rows, &m->rows_cap, sizeof m->rows[0], r->place.err));
    m->rows[m->n_rows++] = row;
out:
    return st;
}

static fv_status read_rows(reader *r)
{
    fv_status st = FV_OK;
    fvi_csv *csv = NULL;

    FVI_TRY(fvi_csv_open(&csv, r->m->path, r->place.err));
    for (bool first = true;; first = false) {
        FVI_TRY(fvi_csv_next(csv, &r->row, r->place.err));
        r->place.line = r->row.line;
        if (r->row.n == 0 && !first) break;
        if (first)
            FVI_TRY(take_header(r));
        else
            FVI_TRY(take_row(r));
    }
    if (r->m->n_rows == 0) st = fvi_place_fail(&r->place, "no rows below the header");
out:
    fvi_csv_close(&csv);
    return st;
}

/* The folder that paths are relative to, with every link resolved. */
static fv_status find_root(fvi_manifest *m, const fvi_manifest_options *o, fv_error *err)
{
    char dir[PATH_MAX], resolved[PATH_MAX];
    const char *slash = strrchr(o->path, '/');

    if (o->root != NULL)
        (void)snprintf(dir, sizeof dir, "%s", o->root);
    else if (slash == NULL)
        (void)snprintf(dir, sizeof dir, ".");
    else
        (void)snprintf(dir, sizeof dir, "%.*s", (int)(slash - o->path + 1), o->path);
    if (realpath(dir, resolved) == NULL)
        return fvi_fail(err, FV_E_ARG, "%s: %s", dir, strerror(errno));
    if (strlen(o->path) >= sizeof m->path || strlen(resolved) >= sizeof m->root)
        return fvi_fail(err, FV_E_ARG, "the manifest's path is too long");
    memcpy(m->path, o->path, strlen(o->path) + 1);
    memcpy(m->root, resolved, strlen(resolved) + 1);
    return FV_OK;
}

fv_status fvi_manifest_load(fvi_manifest **out, const fvi_manifest_options *options, fv_error *err)
{
    fv_status st = FV_OK;
    fvi_manifest *m = calloc(1, sizeof *m);
    reader r = {.m = m, .options = options, .place = {options->path, 1, err}};

    if (m == NULL) return fvi_fail(err, FV_E_NOMEM, "manifest");
    for (int c = 0; c < FVI_COLUMN_COUNT; c++)
        m->column[c] = FVI_TEXT_NONE;
    FVI_TRY(find_root(m, options, err));
    if (options->labels != NULL) FVI_TRY(fvi_label_map_load(&r.map, options->labels, err));
    FVI_TRY(read_rows(&r));
    FVI_TRY(fvi_digest_file(m->path, m->sha256, err));
    m->people_by = r.person_known ? FVI_PEOPLE_COLUMN : FVI_PEOPLE_FOLDER;
    FVI_TRY(fvi_people_find(m, err));
    *out = m;
    m = NULL;
out:
    fvi_label_map_free(&r.map);
    fvi_seen_rows_free(&r.seen);
    fvi_manifest_free(&m);
    return st;
}

void fvi_manifest_free(fvi_manifest **manifest)
{
    if (manifest == NULL || *manifest == NULL) return;
    fvi_manifest *m = *manifest;
    fvi_texts *all[] = {&m->header, &m->images, &m->labels, &m->species, &m->cohorts, &m->people};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        fvi_texts_free(all[i]);
    free(m->sides);
    free(m->person);
    free(m->expected);
    free(m->rows);
    free(m);
    *manifest = NULL;
}
