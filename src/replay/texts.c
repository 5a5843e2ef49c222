/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/texts.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { MOST = 1 << 30 };

fv_status fvi_grow(void *p, size_t n, size_t *cap, size_t size, fv_error *err)
{
    size_t want = *cap == 0 ? 64 : *cap;
    size_t bytes = 0;
    void *old = NULL;

    if (n < *cap) return FV_OK;
    while (want <= n) {
        if (!fvi_mul_size(want, 2, &want)) return fvi_fail(err, FV_E_NOMEM, "a list too long");
    }
    if (!fvi_mul_size(want, size, &bytes)) return fvi_fail(err, FV_E_NOMEM, "a list too long");
    memcpy(&old, p, sizeof old);
    void *more = realloc(old, bytes);
    if (more == NULL) return fvi_fail(err, FV_E_NOMEM, "a list of %zu entries", want);
    memcpy(p, &more, sizeof more);
    *cap = want;
    return FV_OK;
}

static uint64_t hash(const char *text)
{
    uint64_t h = 0xcbf29ce484222325u; /* FNV-1a */
    for (; *text != '\0'; text++)
        h = (h ^ (uint8_t)*text) * 0x100000001b3u;
    return h ^ (h >> 32);
}

/* The slot where `text` is, or where it would be. */
static size_t slot_of(const fvi_texts *names, const char *text)
{
    size_t i = (size_t)hash(text) & (names->n_slots - 1);
    while (names->slots[i] != 0 && strcmp(fvi_texts_text(names, names->slots[i] - 1), text) != 0)
        i = (i + 1) & (names->n_slots - 1);
    return i;
}

static fv_status more_slots(fvi_texts *names, fv_error *err)
{
    size_t n = names->n_slots == 0 ? 256 : 2 * names->n_slots;
    uint32_t *slots = calloc(n, sizeof slots[0]);

    if (slots == NULL) return fvi_fail(err, FV_E_NOMEM, "names");
    free(names->slots);
    names->slots = slots;
    names->n_slots = n;
    for (uint32_t id = 0; id < names->n; id++)
        slots[slot_of(names, fvi_texts_text(names, id))] = id + 1;
    return FV_OK;
}

fv_status fvi_texts_add(fvi_texts *names, const char *text, uint32_t *id, fv_error *err)
{
    fv_status st = FV_OK;
    size_t len = strlen(text) + 1;

    if (2 * ((size_t)names->n + 1) > names->n_slots) FVI_TRY(more_slots(names, err));
    size_t slot = slot_of(names, text);
    if (names->slots[slot] == 0) {
        if (names->n >= MOST) return fvi_fail(err, FV_E_LIMIT, "more than 2^30 names");
        FVI_TRY(fvi_grow(&names->at, names->n, &names->at_cap, sizeof names->at[0], err));
        FVI_TRY(fvi_grow(&names->texts, names->texts_len + len, &names->texts_cap, 1, err));
        memcpy(names->texts + names->texts_len, text, len);
        names->at[names->n] = names->texts_len;
        names->texts_len += len;
        names->slots[slot] = ++names->n;
    }
    *id = names->slots[slot] - 1;
out:
    return st;
}

uint32_t fvi_texts_find(const fvi_texts *names, const char *text)
{
    if (names->n_slots == 0) return FVI_TEXT_NONE;
    uint32_t at = names->slots[slot_of(names, text)];
    return at == 0 ? FVI_TEXT_NONE : at - 1;
}

const char *fvi_texts_text(const fvi_texts *names, uint32_t id)
{
    return names->texts + names->at[id];
}

void fvi_texts_free(fvi_texts *names)
{
    free(names->texts);
    free(names->at);
    free(names->slots);
    *names = (fvi_texts){0};
}
