/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/baseline.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "replay/baseline_parts.h"
#include "replay/results.h"
#include "replay/signif.h"

enum { SUMMARY_MAX_BYTES = 64 << 20 };

fv_status fvi_summary_load(const char *dir, json_t **out, fv_error *err)
{
    fv_status st = FV_OK;
    char path[1100];
    uint8_t *bytes = NULL;
    size_t len = 0;
    fv_error why = {.code = FV_OK};

    (void)snprintf(path, sizeof path, "%s/summary.json", dir);
    FVI_TRY(fvi_file_read(path, SUMMARY_MAX_BYTES, FV_E_ARG, &bytes, &len, err));
    if (fvi_json_parse(path, (fv_bytes){bytes, len}, out, &why) != FV_OK)
        st = fvi_fail(err, FV_E_ARG, "%s", why.text);
out:
    free(bytes);
    return st;
}

/* Two counts on the same rows, and how they differ. */
typedef struct both {
    uint64_t before, now, worse, better, of;
} both;

static void count(both *b, bool before, bool now)
{
    b->of++;
    b->before += before ? 1 : 0;
    b->now += now ? 1 : 0;
    b->worse += now && !before ? 1 : 0;
    b->better += before && !now ? 1 : 0;
}

static void add_test(json_t *out, const char *name, const both *b)
{
    if (b->of == 0) return;
    (void)json_array_append_new(
        out, json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:f}", "errors", name, "of",
                       (json_int_t)b->of, "before", (json_int_t)b->before, "now",
                       (json_int_t)b->now, "worse", (json_int_t)b->worse, "better",
                       (json_int_t)b->better, "p", fvi_mcnemar(b->worse, b->better)));
}

int fvi_row_wrong(const fvi_run *run, size_t row, uint8_t answer, bool found)
{
    const fvi_row *r = &run->m->rows[row];

    switch (run->m->kind) {
    case FVI_KIND_PAIRS:
        return (answer == FV_PASS) != (r->label == 1);
    case FVI_KIND_ATTACKS:
        return (answer == FV_LIVENESS_LIVE) != (r->label == 1);
    case FVI_KIND_QUALITY:
        if (run->m->expected[r->label].ignored) return -1;
        return run->m->expected[r->label].good ? answer == 0 : !found;
    case FVI_KIND_PEOPLE:
    case FVI_KIND_ANY:
        break;
    }
    return -1;
}

static bool found_now(const fvi_run *run, size_t i)
{
    return run->m->kind == FVI_KIND_QUALITY && fvi_run_told_as_expected(run, i);
}

static fv_status tests_by_label(const fvi_run *run, const fvi_earlier *e, json_t *out,
                                fv_error *err)
{
    const fvi_manifest *m = run->m;
    size_t n = fvi_label_count(m);
    both *counts = calloc(n + 1, sizeof counts[0]);
    char name[120];

    if (counts == NULL) return fvi_fail(err, FV_E_NOMEM, "%zu labels", n);
    for (size_t i = 0; i < m->n_rows; i++) {
        if (e->answer[i] == FVI_EARLIER_NONE) continue;
        int before = fvi_row_wrong(run, i, e->answer[i], e->found[i]);
        int now = fvi_row_wrong(run, i, run->answer[i], found_now(run, i));
        if (before >= 0 && now >= 0)
            count(&counts[fvi_label_of(m, &m->rows[i])], before == 1, now == 1);
    }
    for (size_t l = n; l > 0; l--) {
        const char *what = m->kind == FVI_KIND_PAIRS     ? (l == 2 ? "not PASS" : "PASS")
                           : m->kind == FVI_KIND_ATTACKS ? (l == 1 ? "not LIVE" : "LIVE")
                           : m->expected[l - 1].good     ? "refused"
                                                         : "expected reason not told";
        (void)snprintf(name, sizeof name, "%.60s: %s", fvi_label_name(m, l - 1), what);
        add_test(out, name, &counts[l - 1]);
    }
    free(counts);
    return FV_OK;
}

/* The common pairs with the similarities of one run, sorted. */
static fv_status common(const fvi_run *run, const fvi_earlier *e, const float *value,
                        fvi_trials *out, fv_error *err)
{
    const fvi_manifest *m = run->m;
    fvi_trials t = {.genuine = calloc(m->n_rows + 1, sizeof(fvi_trial)),
                    .impostor = calloc(m->n_rows + 1, sizeof(fvi_trial))};

    *out = t;
    if (t.genuine == NULL || t.impostor == NULL)
        return fvi_fail(err, FV_E_NOMEM, "%zu pairs", m->n_rows);
    for (size_t i = 0; i < m->n_rows; i++) {
        if (e->answer[i] == FVI_EARLIER_NONE) continue;
        fvi_trial one = {.similarity = value[i]};
        if (m->rows[i].label == 1)
            t.genuine[t.n_genuine++] = one;
        else
            t.impostor[t.n_impostor++] = one;
    }
    fvi_trials_sort(&t);
    *out = t;
    return FV_OK;
}

/* lint: parameters, two thresholds of one rate */
static void rate_test(const fvi_run *run, const fvi_earlier *e, float then, float now, json_t *out,
                      double rate)
{
    both b = {0};
    char name[64];

    for (size_t i = 0; i < run->m->n_rows; i++) {
        if (e->answer[i] == FVI_EARLIER_NONE || run->m->rows[i].label != 1) continue;
        count(&b, !(e->value[i] >= then), !(run->value[i] >= now));
    }
    (void)snprintf(name, sizeof name, "genuine: no match at FMR %g", rate);
    add_test(out, name, &b);
}

static fv_status tests_by_rate(const fvi_run *run, const fvi_earlier *e, json_t *out, fv_error *err)
{
    fv_status st = FV_OK;
    fvi_trials before = {0}, now = {0};
    double steps[FVI_STEPS_MAX];

    FVI_TRY(common(run, e, e->value, &before, err));
    FVI_TRY(common(run, e, run->value, &now, err));
    size_t a = fvi_trials_compared(before.impostor, before.n_impostor);
    size_t b = fvi_trials_compared(now.impostor, now.n_impostor);
    size_t n = fvi_rate_steps(a < b ? a : b, steps);
    for (size_t k = 0; k < n; k++)
        rate_test(run, e, fvi_threshold_of(&before, steps[k]), fvi_threshold_of(&now, steps[k]),
                  out, steps[k]);
out:
    free(before.genuine);
    free(before.impostor);
    free(now.genuine);
    free(now.impostor);
    return st;
}

fv_status fvi_baseline_tests(const fvi_run *run, const fvi_earlier *e, json_t *out, fv_error *err)
{
    fv_status st = tests_by_label(run, e, out, err);
    if (st != FV_OK || run->m->kind != FVI_KIND_PAIRS) return st;
    return tests_by_rate(run, e, out, err);
}

fv_status fvi_baseline_compare(const fvi_run *run, const char *dir, json_t **out, fv_error *err)
{
    fv_status st = FV_OK;
    fvi_earlier e = {.flips = 0};
    json_t *summary = NULL, *tests = json_array(), *doc = NULL;

    FVI_TRY(fvi_summary_load(dir, &summary, err));
    FVI_TRY(fvi_earlier_load(&e, run, dir, err));
    FVI_TRY(fvi_baseline_tests(run, &e, tests, err));
    const char *of = json_string_value(json_object_get(summary, "times_of"));
    bool same_times = strcmp(of == NULL ? "image" : of, fvi_times_of(run)) == 0;
    doc = json_pack("{s:s, s:I, s:I, s:I, s:I, s:O, s:O, s:O, s:O, s:O, s:O?, s:O?}", "baseline",
                    dir, "rows_common", (json_int_t)(run->m->n_rows - e.only_here),
                    "rows_only_here", (json_int_t)e.only_here, "rows_only_there",
                    (json_int_t)e.only_there, "flips", (json_int_t)e.flips, "tests", tests,
                    "answers", e.matrix, "flipped", e.flipped, "reasons_gained", e.gained,
                    "reasons_lost", e.lost, "versions_before", json_object_get(summary, "versions"),
                    "times_before", same_times ? json_object_get(summary, "times") : NULL);
    if (doc == NULL) {
        st = fvi_fail(err, FV_E_NOMEM, "comparison");
        goto out;
    }
    *out = doc;
out:
    fvi_earlier_free(&e);
    json_decref(tests);
    json_decref(summary);
    return st;
}
