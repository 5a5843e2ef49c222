/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is who. Intervals are drawn over people, so that images of one person must be known to be so.
 * A column says it best. Without one the folders do, where no label contradicts them; where they do
 * not (all selfies in one folder, all records in another) whoever genuine pairs connect is one.
 */
#include <stdlib.h>
#include <string.h>

#include "replay/manifest_parts.h"

/* "Ann" of "lfw/Ann/1.jpg"; "" of "1.jpg". Images of one folder name are one person. */
static void folder_of(const char *path, char *out, size_t cap)
{
    const char *file = strrchr(path, '/');
    const char *s = file == NULL ? path : file;

    while (s > path && s[-1] != '/')
        s--;
    (void)snprintf(out, cap, "%.*s", file == NULL ? 0 : (int)(file - s), s);
}

static fv_status by_folder(fvi_manifest *m, fv_error *err)
{
    fv_status st = FV_OK;
    char name[1024];

    for (uint32_t i = 0; i < m->images.n; i++) {
        folder_of(fvi_texts_text(&m->images, i), name, sizeof name);
        FVI_TRY(fvi_texts_add(&m->people, name, &m->person[i], err));
    }
out:
    return st;
}

/* How many pairs say otherwise. */
static size_t contradictions(const fvi_manifest *m)
{
    size_t n = 0;
    for (size_t i = 0; i < m->n_rows; i++) {
        const fvi_row *r = &m->rows[i];
        n += (m->person[r->a] == m->person[r->b]) != (r->label == 1) ? 1 : 0;
    }
    return n;
}

static uint32_t root_of(uint32_t *up, uint32_t i)
{
    while (up[i] != i) {
        up[i] = up[up[i]];
        i = up[i];
    }
    return i;
}

/* A person is called after the first image of theirs. */
static fv_status by_genuine(fvi_manifest *m, fv_error *err)
{
    fv_status st = FV_OK;
    uint32_t *up = calloc(m->images.n, sizeof up[0]);

    if (up == NULL) return fvi_fail(err, FV_E_NOMEM, "people");
    for (uint32_t i = 0; i < m->images.n; i++)
        up[i] = i;
    for (size_t i = 0; i < m->n_rows; i++) {
        if (m->rows[i].label != 1) continue;
        uint32_t a = root_of(up, m->rows[i].a), b = root_of(up, m->rows[i].b);
        up[a > b ? a : b] = a > b ? b : a;
    }
    for (uint32_t i = 0; i < m->images.n; i++)
        FVI_TRY(fvi_texts_add(&m->people, fvi_texts_text(&m->images, root_of(up, i)), &m->person[i],
                              err));
out:
    free(up);
    return st;
}

static fv_status alone(fvi_manifest *m, fv_error *err)
{
    fv_status st = FV_OK;

    for (uint32_t i = 0; i < m->images.n; i++) {
        if (m->person[i] != FVI_TEXT_NONE) continue;
        FVI_TRY(fvi_texts_add(&m->people, fvi_texts_text(&m->images, i), &m->person[i], err));
    }
out:
    return st;
}

static int by_text(const void *a, const void *b)
{
    const char *const *x = a;
    const char *const *y = b;
    return strcmp(*x, *y);
}

/* The bootstrap draws by number: numbers that depend on names only make it repeatable. */
static fv_status sort_people(fvi_manifest *m, fv_error *err)
{
    fv_status st = FV_OK;
    fvi_texts sorted = {0};
    const char **order = calloc((size_t)m->people.n + 1, sizeof order[0]);

    if (order == NULL) return fvi_fail(err, FV_E_NOMEM, "people");
    for (uint32_t i = 0; i < m->people.n; i++)
        order[i] = fvi_texts_text(&m->people, i);
    qsort(order, m->people.n, sizeof order[0], by_text);
    for (uint32_t i = 0; i < m->people.n; i++) {
        uint32_t id = 0;
        FVI_TRY(fvi_texts_add(&sorted, order[i], &id, err));
    }
    for (uint32_t i = 0; i < m->images.n; i++)
        m->person[i] = fvi_texts_find(&sorted, fvi_texts_text(&m->people, m->person[i]));
    fvi_texts_free(&m->people);
    m->people = sorted;
    sorted = (fvi_texts){0};
out:
    fvi_texts_free(&sorted);
    free(order);
    return st;
}

fv_status fvi_people_find(fvi_manifest *m, fv_error *err)
{
    fv_status st = FV_OK;

    if (m->people_by == FVI_PEOPLE_COLUMN || m->kind != FVI_KIND_PAIRS) {
        if (m->people_by != FVI_PEOPLE_COLUMN) m->people_by = FVI_PEOPLE_IMAGE;
        FVI_TRY(alone(m, err));
    } else {
        FVI_TRY(by_folder(m, err));
        if (contradictions(m) > 0) {
            m->people_by = FVI_PEOPLE_GENUINE;
            fvi_texts_free(&m->people);
            FVI_TRY(by_genuine(m, err));
            m->n_contradictions = contradictions(m);
        }
    }
    FVI_TRY(sort_people(m, err));
out:
    return st;
}
