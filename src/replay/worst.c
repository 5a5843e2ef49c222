/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "replay/summary.h"

enum { WORST_OF_LABEL = 20 };

typedef struct entry {
    size_t row;
    double badness; /* higher = worse */
} entry;

/* How wrong a row went; NaN: it did not. */
static double pair_badness(const fvi_run *run, size_t i)
{
    bool genuine = run->m->rows[i].label == 1;
    double v = (double)run->value[i];
    double match = (double)run->held.match_similarity;
    double review = (double)run->held.review_similarity;

    if (genuine && isnan(v)) return 2.0;
    if (genuine) return v < match ? match - v : NAN;
    return v >= review ? v - review : NAN;
}

static double badness(const fvi_run *run, size_t i)
{
    const fvi_row *r = &run->m->rows[i];
    uint8_t answer = run->answer[i];

    if (answer == FVI_ANSWER_UNREADABLE) return NAN;
    if (run->m->kind == FVI_KIND_PAIRS) return pair_badness(run, i);
    if (run->m->kind == FVI_KIND_ATTACKS) {
        double s = (double)run->value[i];
        if (r->label == 1) return answer == FV_LIVENESS_ATTACK ? 1.0 - s : NAN;
        return answer == FV_LIVENESS_LIVE ? s : NAN;
    }
    const fvi_expected *e = &run->m->expected[r->label];
    if (e->good) return answer == 0 ? 1.0 : NAN;
    return e->n > 0 && !fvi_run_told_as_expected(run, i) ? 1.0 : NAN;
}

/* The worst first; of equal ones the earlier row. */
static void keep(entry *list, size_t *n, entry e)
{
    size_t k = *n;
    while (k > 0 && list[k - 1].badness < e.badness)
        k--;
    if (k >= WORST_OF_LABEL) return;
    size_t last = *n < WORST_OF_LABEL ? (*n)++ : WORST_OF_LABEL - 1;
    memmove(&list[k + 1], &list[k], (last - k) * sizeof list[0]);
    list[k] = e;
}

static json_t *row_json(const fvi_run *run, size_t i)
{
    const fvi_manifest *m = run->m;
    const fvi_row *r = &m->rows[i];
    fvi_outcome o;
    char told[FV_REASONS_MAX * 48];

    fvi_run_outcome(run, i, &o);
    fvi_told_text(o.told, o.n_told, told, sizeof told);
    json_t *one = json_pack("{s:s, s:s, s:s}", "label", fvi_label_name(m, fvi_label_of(m, r)),
                            "answer", fvi_answer_name(m->kind, o.answer), "reasons", told);
    bool pair = m->kind == FVI_KIND_PAIRS;
    (void)json_object_set_new(one, pair ? "path_a" : "path",
                              json_string(fvi_texts_text(&m->images, r->a)));
    if (pair)
        (void)json_object_set_new(one, "path_b", json_string(fvi_texts_text(&m->images, r->b)));
    if (m->kind != FVI_KIND_QUALITY)
        (void)json_object_set_new(one, pair ? "similarity" : "score",
                                  isnan(o.value) ? json_null() : json_real((double)o.value));
    return one;
}

json_t *fvi_worst(const fvi_run *run)
{
    size_t n_labels = fvi_label_count(run->m);
    entry(*lists)[WORST_OF_LABEL] = calloc(n_labels + 1, sizeof lists[0]);
    size_t *n = calloc(n_labels + 1, sizeof n[0]);
    json_t *all = lists == NULL || n == NULL ? NULL : json_array();

    for (size_t i = 0; all != NULL && i < run->m->n_rows; i++) {
        entry e = {i, badness(run, i)};
        size_t l = fvi_label_of(run->m, &run->m->rows[i]);
        if (!isnan(e.badness)) keep(lists[l], &n[l], e);
    }
    for (size_t l = n_labels; all != NULL && l > 0; l--) {
        for (size_t k = 0; k < n[l - 1]; k++)
            (void)json_array_append_new(all, row_json(run, lists[l - 1][k].row));
    }
    free(lists);
    free(n);
    return all;
}
