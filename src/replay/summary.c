/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/summary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "replay/figures.h"
#include "replay/machine.h"
#include "replay/service.h"

enum { UNREADABLE_LISTED = 1000 };

static json_t *set_json(const fvi_manifest *m)
{
    return json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:s, s:I}", "manifest", m->path, "sha256",
                     m->sha256, "kind", fvi_kind_name(m->kind), "rows", (json_int_t)m->n_rows,
                     "images", (json_int_t)m->images.n, "people", (json_int_t)m->people.n,
                     "people_by", fvi_people_by_name(m->people_by), "people_contradicted",
                     (json_int_t)m->n_contradictions);
}

static json_t *run_json(const fvi_replay_options *o, const fvi_run_times *times)
{
    char started[32];

    fvi_time_text(times->started_unix_s, started);
    return json_pack("{s:s, s:f, s:s, s:s*, s:I, s:I, s:I, s:o}", "started", started, "seconds",
                     times->seconds, "command", o->command == NULL ? "" : o->command, "url",
                     o->service == NULL ? NULL : o->service->url, "threads", (json_int_t)o->threads,
                     "seed", (json_int_t)o->seed, "replicates", (json_int_t)o->replicates,
                     "machine", fvi_machine_json());
}

/* No template although its file was read: in pairs, on a side on which it stands. */
static bool not_acquired(const fvi_run *run, uint32_t i)
{
    const fvi_worked *w = &run->images.worked[i];
    unsigned sides = run->m->sides[i];

    if ((sides & FVI_AS_SELFIE) != 0 && !w->has_face[0]) return true;
    return (sides & FVI_AS_RECORD) != 0 && !w->has_face[1];
}

static fv_status acquisition_json(const fvi_run *run, json_t *out, fv_error *err)
{
    fv_status st = FV_OK;
    const fvi_manifest *m = run->m;
    json_t *unreadable = json_array();
    fvi_hit *hits = calloc((size_t)m->images.n + 1, sizeof hits[0]);
    size_t n = 0, lost = 0;
    fvi_share fta;

    if (hits == NULL) {
        st = fvi_fail(err, FV_E_NOMEM, "images");
        goto out;
    }
    for (uint32_t i = 0; i < m->images.n; i++) {
        const fvi_worked *w = &run->images.worked[i];
        if (w->state == FVI_WORK_DONE) {
            hits[n++] = (fvi_hit){m->person[i], m->person[i], not_acquired(run, i)};
        } else if (lost++ < UNREADABLE_LISTED) {
            (void)json_array_append_new(
                unreadable,
                json_pack("{s:s, s:s}", "path", fvi_texts_text(&m->images, i), "why", w->why));
        }
    }
    (void)json_object_set_new(out, "images", json_integer((json_int_t)m->images.n));
    (void)json_object_set_new(out, "unreadable", json_integer((json_int_t)lost));
    (void)json_object_set(out, "unreadable_files", unreadable);
    if (m->kind == FVI_KIND_PAIRS) {
        FVI_TRY(fvi_hits_share(hits, n, m->people.n, &run->bootstrap, &fta, err));
        (void)json_object_set_new(out, "fta", fvi_share_json(&fta));
    }
out:
    free(hits);
    json_decref(unreadable);
    return st;
}

static int rising(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static const struct {
    const char *name;
    size_t at;
} stages[] = {
    {"decode_us", offsetof(fv_timings, decode_us)},
    {"detect_us", offsetof(fv_timings, detect_us)},
    {"landmarks_us", offsetof(fv_timings, landmarks_us)},
    {"pose_us", offsetof(fv_timings, pose_us)},
    {"quality_us", offsetof(fv_timings, quality_us)},
    {"liveness_us", offsetof(fv_timings, liveness_us)},
    {"chip_us", offsetof(fv_timings, chip_us)},
    {"embed_us", offsetof(fv_timings, embed_us)},
};

static json_t *times_json(const fvi_run *run)
{
    json_t *all = json_object();
    const fvi_images *kept = fvi_run_kept(run);
    uint32_t *v = calloc(kept->n + 1, sizeof v[0]);

    for (size_t k = 0; v != NULL && k < sizeof stages / sizeof stages[0]; k++) {
        size_t n = 0;
        double sum = 0;
        for (size_t i = 0; i < kept->n; i++) {
            const fvi_worked *w = &kept->worked[i];
            if (w->state != FVI_WORK_DONE) continue;
            memcpy(&v[n], (const char *)&w->timings + stages[k].at, sizeof v[n]);
            sum += (double)v[n++];
        }
        if (n == 0) break;
        qsort(v, n, sizeof v[0], rising);
        (void)json_object_set_new(all, stages[k].name,
                                  json_pack("{s:f, s:I, s:I}", "mean", sum / (double)n, "p50",
                                            (json_int_t)v[n / 2], "p95",
                                            (json_int_t)v[n * 95 / 100]));
    }
    free(v);
    return all;
}

/* lint: parameters, all that a summary sums up */
fv_status fvi_summary(const fvi_run *run, const fvi_replay_options *options, const fvi_tally *tally,
                      const fvi_run_times *times, json_t **out, fv_error *err)
{
    fv_status st = FV_OK;
    json_t *figures = NULL;
    json_t *acquisition = json_object();
    json_t *doc = json_object();

    FVI_TRY(acquisition_json(run, acquisition, err));
    FVI_TRY(fvi_figures(run, &figures, err));
    (void)json_object_set_new(doc, "format", json_integer(1));
    (void)json_object_set_new(doc, "set", set_json(run->m));
    (void)json_object_set_new(doc, "versions",
                              run->service != NULL ? fvi_service_versions_json(run->service)
                                                   : fvi_versions_json(run->engine));
    (void)json_object_set_new(doc, "run", run_json(options, times));
    (void)json_object_set(doc, "acquisition", acquisition);
    (void)json_object_set(doc, "figures", figures);
    (void)json_object_set_new(doc, "answers", fvi_tally_answers(tally, run->m));
    (void)json_object_set_new(doc, "reasons", fvi_tally_reasons(tally, run->m));
    (void)json_object_set_new(doc, "worst", fvi_worst(run));
    (void)json_object_set_new(doc, "times", times_json(run));
    (void)json_object_set_new(doc, "times_of", json_string(fvi_times_of(run)));
    if (json_object_size(doc) != 11) {
        st = fvi_fail(err, FV_E_NOMEM, "summary");
        goto out;
    }
    *out = json_incref(doc);
out:
    json_decref(doc);
    json_decref(figures);
    json_decref(acquisition);
    return st;
}
