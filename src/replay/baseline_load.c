/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "replay/baseline_parts.h"
#include "replay/results.h"

enum { FLIPPED_LISTED = 200, TOLD_CAP = FV_REASONS_MAX * 48 };

/* Where the columns of the earlier results stand. */
typedef struct columns {
    size_t a, b, answer, reasons, value;
    bool has_b, has_value;
} columns;

typedef struct loader {
    const fvi_run *run;
    fvi_earlier *e;
    fvi_seen_rows rows; /* (a, b) to row + 1 */
    columns at;
    fvi_csv *csv;
    fvi_csv_row row;
    const char *path;
} loader;

static bool find_column(const fvi_csv_row *row, const char *name, size_t *at)
{
    for (*at = 0; *at < row->n; ++*at) {
        if (strcmp(row->field[*at], name) == 0) return true;
    }
    return false;
}

static fv_status take_header(loader *l, fv_error *err)
{
    fvi_kind kind = l->run->m->kind;
    bool pairs = kind == FVI_KIND_PAIRS;
    columns *c = &l->at;

    c->has_b = pairs;
    c->has_value = kind != FVI_KIND_QUALITY;
    bool good =
        find_column(&l->row, pairs ? "path_a" : "path", &c->a) &&
        (!pairs || find_column(&l->row, "path_b", &c->b)) &&
        find_column(&l->row, kind == FVI_KIND_ATTACKS ? "liveness" : "decision", &c->answer) &&
        find_column(&l->row, "reasons", &c->reasons) &&
        (!c->has_value || find_column(&l->row, pairs ? "similarity" : "score", &c->value));
    if (good) return FV_OK;
    return fvi_fail(err, FV_E_ARG, "%s: not the results of a set of %s", l->path,
                    fvi_kind_name(kind));
}

/* Paths as the manifest knows them: results have them as they were written. */
static uint32_t image_of(const loader *l, size_t column)
{
    char plain[4096];
    fvi_place nowhere = {"", 0, NULL};

    if (fvi_path_plain(&nowhere, l->row.field[column], plain, sizeof plain) != FV_OK)
        return FVI_TEXT_NONE;
    return fvi_texts_find(&l->run->m->images, plain);
}

static void add_one(json_t *counts, const char *name)
{
    (void)json_object_set_new(counts, name,
                              json_integer(json_integer_value(json_object_get(counts, name)) + 1));
}

/* Whether one of the names in `list` ("a;b;c") is `name` of n bytes. */
static bool listed(const char *list, const char *name, size_t n)
{
    while (*list != '\0') {
        size_t k = strcspn(list, ";");
        if (k == n && memcmp(list, name, n) == 0) return true;
        list += k + (list[k] == ';' ? 1 : 0);
    }
    return false;
}

static void count_missing(json_t *counts, const char *list, const char *other)
{
    while (*list != '\0') {
        char name[80];
        size_t k = strcspn(list, ";");
        if (k < sizeof name && !listed(other, list, k)) {
            (void)snprintf(name, sizeof name, "%.*s", (int)k, list);
            add_one(counts, name);
        }
        list += k + (list[k] == ';' ? 1 : 0);
    }
}

static void note_flip(loader *l, size_t i, const char *before, const char *now, const char *told)
{
    const fvi_manifest *m = l->run->m;
    const char *label = fvi_label_name(m, fvi_label_of(m, &m->rows[i]));
    char step[96];
    json_t *of = json_object_get(l->e->matrix, label);

    l->e->flips++;
    if (of == NULL) {
        of = json_object();
        (void)json_object_set_new(l->e->matrix, label, of);
    }
    (void)snprintf(step, sizeof step, "%s > %s", before, now);
    add_one(of, step);
    if (json_array_size(l->e->flipped) >= FLIPPED_LISTED) return;
    json_t *one = json_pack("{s:s, s:s, s:s, s:s, s:s}", "label", label, "before", before, "now",
                            now, "reasons_before", l->row.field[l->at.reasons], "reasons", told);
    (void)json_object_set_new(one, m->kind == FVI_KIND_PAIRS ? "path_a" : "path",
                              json_string(fvi_texts_text(&m->images, m->rows[i].a)));
    if (m->kind == FVI_KIND_PAIRS)
        (void)json_object_set_new(one, "path_b",
                                  json_string(fvi_texts_text(&m->images, m->rows[i].b)));
    (void)json_array_append_new(l->e->flipped, one);
}

static bool found_in(const fvi_run *run, size_t i, const char *reasons)
{
    char name[80];

    if (run->m->kind != FVI_KIND_QUALITY) return false;
    const fvi_expected *e = &run->m->expected[run->m->rows[i].label];
    for (unsigned k = 0; k < e->n; k++) {
        for (int image = FV_SELFIE; image <= FV_RECORD; image++) {
            int n = snprintf(name, sizeof name, "%s.%s", image == FV_SELFIE ? "selfie" : "record",
                             fv_reason_name(e->reasons[k]));
            if (n > 0 && listed(reasons, name, (size_t)n)) return true;
        }
    }
    return false;
}

static void take_row(loader *l)
{
    fvi_outcome o;
    char told[TOLD_CAP];
    const fvi_run *run = l->run;
    uint32_t a = image_of(l, l->at.a), b = l->at.has_b ? image_of(l, l->at.b) : 0;
    size_t row = a == FVI_TEXT_NONE || b == FVI_TEXT_NONE ? 0 : fvi_seen_rows_find(&l->rows, a, b);
    int before = fvi_answer_named(run->m->kind, l->row.field[l->at.answer]);

    if (row == 0 || before < 0) {
        l->e->only_there++;
        return;
    }
    size_t i = row - 1;
    fvi_run_outcome(run, i, &o);
    if (before == FVI_ANSWER_UNREADABLE || o.answer == FVI_ANSWER_UNREADABLE) return;
    const char *reasons = l->row.field[l->at.reasons];
    l->e->answer[i] = (uint8_t)before;
    l->e->found[i] = found_in(run, i, reasons);
    if (l->at.has_value && l->row.field[l->at.value][0] != '\0')
        l->e->value[i] = strtof(l->row.field[l->at.value], NULL);
    fvi_told_text(o.told, o.n_told, told, sizeof told);
    count_missing(l->e->gained, told, reasons);
    count_missing(l->e->lost, reasons, told);
    if (before != o.answer)
        note_flip(l, i, fvi_answer_name(run->m->kind, (uint8_t)before),
                  fvi_answer_name(run->m->kind, o.answer), told);
}

static fv_status read_rows(loader *l, fv_error *err)
{
    fv_status st = FV_OK;

    FVI_TRY(fvi_csv_open(&l->csv, l->path, err));
    FVI_TRY(fvi_csv_next(l->csv, &l->row, err));
    FVI_TRY(take_header(l, err));
    size_t n = l->row.n;
    for (;;) {
        FVI_TRY(fvi_csv_next(l->csv, &l->row, err));
        if (l->row.n == 0) break;
        if (l->row.n != n) {
            st = fvi_fail(err, FV_E_ARG, "%s:%zu: %zu fields, but the header has %zu", l->path,
                          l->row.line, l->row.n, n);
            goto out;
        }
        take_row(l);
    }
out:
    fvi_csv_close(&l->csv);
    return st;
}

static fv_status index_rows(loader *l, fv_error *err)
{
    fv_status st = FV_OK;
    const fvi_manifest *m = l->run->m;
    size_t earlier = 0;

    for (size_t i = 0; i < m->n_rows; i++)
        FVI_TRY(fvi_seen_rows_add(&l->rows, m->rows[i].a,
                                  m->kind == FVI_KIND_PAIRS ? m->rows[i].b : 0, i + 1, &earlier,
                                  err));
out:
    return st;
}

fv_status fvi_earlier_load(fvi_earlier *out, const fvi_run *run, const char *dir, fv_error *err)
{
    fv_status st = FV_OK;
    char path[1100];
    size_t n = run->m->n_rows;
    fvi_earlier e = {.answer = malloc(n + 1),
                     .value = calloc(n + 1, sizeof(float)),
                     .found = calloc(n + 1, sizeof(bool)),
                     .flipped = json_array(),
                     .matrix = json_object(),
                     .gained = json_object(),
                     .lost = json_object()};
    loader l = {.run = run, .e = &e, .path = path};

    (void)snprintf(path, sizeof path, "%s/results.csv", dir);
    if (e.answer == NULL || e.value == NULL || e.found == NULL) {
        st = fvi_fail(err, FV_E_NOMEM, "%zu rows", n);
        goto out;
    }
    memset(e.answer, FVI_EARLIER_NONE, n + 1);
    for (size_t i = 0; i < n; i++)
        e.value[i] = NAN;
    FVI_TRY(index_rows(&l, err));
    FVI_TRY(read_rows(&l, err));
    for (size_t i = 0; i < n; i++)
        e.only_here += e.answer[i] == FVI_EARLIER_NONE ? 1 : 0;
    *out = e;
    e = (fvi_earlier){.flips = 0};
out:
    fvi_seen_rows_free(&l.rows);
    fvi_earlier_free(&e);
    return st;
}

void fvi_earlier_free(fvi_earlier *e)
{
    free(e->answer);
    free(e->value);
    free(e->found);
    json_decref(e->flipped);
    json_decref(e->matrix);
    json_decref(e->gained);
    json_decref(e->lost);
    *e = (fvi_earlier){.flips = 0};
}
