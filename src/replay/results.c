/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/results.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "replay/digest.h"
#include "replay/outfile.h"

enum { TOLD_TEXT_CAP = FV_REASONS_MAX * 48 };

fv_status fvi_tally_create(fvi_tally *t, const fvi_manifest *m, fv_error *err)
{
    *t = (fvi_tally){.n_labels = fvi_label_count(m)};
    t->answers = calloc(t->n_labels + 1, sizeof t->answers[0]);
    t->reasons = calloc((t->n_labels + 1) * 2 * fvi_reason_rows_n, sizeof t->reasons[0]);
    if (t->answers != NULL && t->reasons != NULL) return FV_OK;
    fvi_tally_free(t);
    return fvi_fail(err, FV_E_NOMEM, "%zu labels", fvi_label_count(m));
}

void fvi_tally_free(fvi_tally *t)
{
    free(t->answers);
    free(t->reasons);
    *t = (fvi_tally){0};
}

static uint64_t *reason_slot(const fvi_tally *t, size_t label, unsigned image, size_t row)
{
    return &t->reasons[(label * 2 + (image == FV_RECORD ? 1 : 0)) * fvi_reason_rows_n + row];
}

static void count(fvi_tally *t, size_t label, const fvi_outcome *o)
{
    t->answers[label][o->answer]++;
    for (uint32_t i = 0; i < o->n_told; i++) {
        const fvi_reason_row *row = fvi_reason_row_of((fv_reason_code)o->told[i].code);
        if (row == NULL) continue;
        ++*reason_slot(t, label, o->told[i].image, (size_t)(row - fvi_reason_rows));
    }
}

json_t *fvi_tally_answers(const fvi_tally *t, const fvi_manifest *m)
{
    json_t *all = json_object();
    for (size_t l = 0; l < t->n_labels; l++) {
        json_t *of = json_object();
        for (int a = 0; a < 256; a++) {
            if (t->answers[l][a] == 0) continue;
            (void)json_object_set_new(of, fvi_answer_name(m->kind, (uint8_t)a),
                                      json_integer((json_int_t)t->answers[l][a]));
        }
        (void)json_object_set_new(all, fvi_label_name(m, l), of);
    }
    return all;
}

json_t *fvi_tally_reasons(const fvi_tally *t, const fvi_manifest *m)
{
    json_t *all = json_object();
    for (size_t l = 0; l < t->n_labels; l++) {
        json_t *of = json_object();
        for (unsigned image = FV_SELFIE; image <= FV_RECORD; image++) {
            for (size_t k = 0; k < fvi_reason_rows_n; k++) {
                char name[96];
                uint64_t n = *reason_slot(t, l, image, k);
                if (n == 0) continue;
                (void)snprintf(name, sizeof name, "%s.%s", image == FV_SELFIE ? "selfie" : "record",
                               fvi_reason_rows[k].name);
                (void)json_object_set_new(of, name, json_integer((json_int_t)n));
            }
        }
        (void)json_object_set_new(all, fvi_label_name(m, l), of);
    }
    return all;
}

void fvi_told_text(const fvi_kept *told, uint32_t n, char *out, size_t cap)
{
    size_t at = 0;
    out[0] = '\0';
    for (uint32_t i = 0; i < n && at < cap; i++)
        at += (size_t)snprintf(out + at, cap - at, "%s%s.%s", i > 0 ? ";" : "",
                               told[i].image == FV_RECORD ? "record" : "selfie",
                               fv_reason_name((fv_reason_code)told[i].code));
}

static void put_header(FILE *to, const fvi_manifest *m)
{
    for (uint32_t i = 0; i < m->header.n; i++) {
        fvi_csv_put(to, fvi_texts_text(&m->header, i));
        (void)fputc(',', to);
    }
    (void)fputs(m->kind == FVI_KIND_PAIRS     ? "decision,reasons,similarity\n"
                : m->kind == FVI_KIND_ATTACKS ? "liveness,reasons,score\n"
                                              : "decision,reasons\n",
                to);
}

static void put_row(FILE *to, const fvi_manifest *m, const fvi_csv_row *row, const fvi_outcome *o)
{
    char told[TOLD_TEXT_CAP];

    for (size_t i = 0; i < row->n; i++) {
        fvi_csv_put(to, row->field[i]);
        (void)fputc(',', to);
    }
    fvi_told_text(o->told, o->n_told, told, sizeof told);
    (void)fprintf(to, "%s,%s", fvi_answer_name(m->kind, o->answer), told);
    if (m->kind != FVI_KIND_QUALITY) {
        (void)fputc(',', to);
        if (!isnan(o->value)) (void)fprintf(to, "%.9g", (double)o->value);
    }
    (void)fputc('\n', to);
}

static fv_status put_rows(const fvi_run *run, FILE *to, fvi_tally *tally, fv_error *err)
{
    fv_status st = FV_OK;
    const fvi_manifest *m = run->m;
    fvi_csv *csv = NULL;
    fvi_csv_row row;
    fvi_outcome o;

    FVI_TRY(fvi_csv_open(&csv, m->path, err));
    FVI_TRY(fvi_csv_next(csv, &row, err));
    for (size_t i = 0; i < m->n_rows; i++) {
        FVI_TRY(fvi_csv_next(csv, &row, err));
        if (row.n != m->n_columns) {
            st = fvi_fail(err, FV_E_ARG, "%s: changed during the run", m->path);
            goto out;
        }
        fvi_run_outcome(run, i, &o);
        put_row(to, m, &row, &o);
        count(tally, fvi_label_of(m, &m->rows[i]), &o);
    }
out:
    fvi_csv_close(&csv);
    return st;
}

fv_status fvi_results_write(const fvi_run *run, const char *dir, fvi_tally *tally, fv_error *err)
{
    fv_status st = FV_OK;
    fvi_outfile f = {.to = NULL};
    char sha256[65];

    FVI_TRY(fvi_outfile_open(&f, dir, "results.csv", err));
    put_header(f.to, run->m);
    FVI_TRY(put_rows(run, f.to, tally, err));
    FVI_TRY(fvi_digest_file(run->m->path, sha256, err));
    if (strcmp(sha256, run->m->sha256) != 0) {
        st = fvi_fail(err, FV_E_ARG, "%s: changed during the run", run->m->path);
        goto out;
    }
    FVI_TRY(fvi_outfile_commit(&f, err));
out:
    fvi_outfile_drop(&f);
    return st;
}

const char *fvi_times_of(const fvi_run *run)
{
    return run->answers.worked != NULL ? "pair" : "image";
}

static void put_times(FILE *to, const fv_timings *t)
{
    (void)fprintf(to, ",%u,%u,%u,%u,%u,%u,%u,%u\n", t->decode_us, t->detect_us, t->landmarks_us,
                  t->pose_us, t->quality_us, t->liveness_us, t->chip_us, t->embed_us);
}

fv_status fvi_times_write(const fvi_run *run, const char *dir, fv_error *err)
{
    fv_status st = FV_OK;
    fvi_outfile f = {.to = NULL};
    const fvi_images *kept = fvi_run_kept(run);
    const bool pairs = run->answers.worked != NULL;

    FVI_TRY(fvi_outfile_open(&f, dir, "times.csv", err));
    (void)fputs(pairs ? "path_a,path_b" : "path", f.to);
    (void)fputs(",decode_us,detect_us,landmarks_us,pose_us,quality_us,liveness_us,chip_us,"
                "embed_us\n",
                f.to);
    for (size_t i = 0; i < kept->n; i++) {
        if (kept->worked[i].state != FVI_WORK_DONE) continue;
        uint32_t image = pairs ? run->m->rows[i].a : (uint32_t)i;
        fvi_csv_put(f.to, fvi_texts_text(&run->m->images, image));
        if (pairs) {
            (void)fputc(',', f.to);
            fvi_csv_put(f.to, fvi_texts_text(&run->m->images, run->m->rows[i].b));
        }
        put_times(f.to, &kept->worked[i].timings);
    }
    FVI_TRY(fvi_outfile_commit(&f, err));
out:
    fvi_outfile_drop(&f);
    return st;
}
