/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include "replay/replay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "replay/baseline.h"
#include "replay/conditions.h"
#include "replay/journal.h"
#include "replay/machine.h"
#include "replay/outfile.h"
#include "replay/report.h"
#include "replay/service.h"
#include "replay/summary.h"

/* A replay under way. */
typedef struct work {
    const fvi_replay_options *options;
    fvi_replay_outcome *outcome;
    fvi_manifest *m;
    fv_engine *engine; /* either of these */
    fvi_service *service;
    fvi_run run;
    fvi_crew crew;
    fvi_tally tally;
    json_t *summary;
    json_t *changes;
    fvi_condition conditions[FVI_REPLAY_LISTED_MAX];
    fvi_overlay overlays[FVI_REPLAY_LISTED_MAX + 1];
    size_t n_overlays;
    fvi_run_times times;
    uint64_t start_us;
} work;

static fv_status make_folder(const char *out, fv_error *err)
{
    struct stat sb;

    if (mkdir(out, 0777) != 0 && errno != EEXIST)
        return fvi_fail(err, FV_E_ARG, "%s: cannot be created: %s", out, strerror(errno));
    if (stat(out, &sb) != 0 || !S_ISDIR(sb.st_mode))
        return fvi_fail(err, FV_E_ARG, "%s: not a folder", out);
    return FV_OK;
}

static fv_status load_set(work *w, fv_error *err)
{
    fv_status st = FV_OK;

    FVI_TRY(fvi_manifest_load(&w->m, &w->options->set, err));
    if (w->m->kind == FVI_KIND_PEOPLE)
        st = fvi_fail(err, FV_E_ARG,
                      "%s: a manifest of people is for calibration; replay needs pairs, attacks or "
                      "quality",
                      w->m->path);
out:
    return st;
}

static fv_status open_journal(work *w, fv_error *err)
{
    fv_status st = FV_OK;
    char more[400], key[65], path[1100];
    fvi_images *kept = w->run.answers.worked != NULL ? &w->run.answers : &w->run.images;

    (void)snprintf(more, sizeof more, "%s %s %zu %zu", w->m->sha256, fvi_kind_name(w->m->kind),
                   sizeof(fvi_worked), w->run.images.dim);
    FVI_TRY(w->service != NULL ? fvi_service_key(w->service, more, key, err)
                               : fvi_engine_key(w->engine, more, key, err));
    (void)snprintf(path, sizeof path, "%s/journal", w->options->out);
    FVI_TRY(fvi_journal_open(&w->crew.journal, path, key, w->options->resume, kept, err));
    w->outcome->images = w->run.images.n;
    w->outcome->resumed = kept->n - fvi_images_open(kept);
out:
    return st;
}

static bool stopped(const work *w)
{
    return w->options->stop != NULL && atomic_load(w->options->stop);
}

static fv_status check_conditions(work *w, fv_error *err)
{
    fv_status st = FV_OK;
    const fvi_replay_options *o = w->options;

    for (size_t i = 0; i < o->n_fail_on; i++) {
        FVI_TRY(fvi_condition_parse(&w->conditions[i], o->fail_on[i], err));
        FVI_TRY(fvi_condition_check(&w->conditions[i], w->m->kind, o->baseline != NULL, err));
    }
out:
    return st;
}

static fv_status add_overlay(work *w, const char *dir, const char *name, fv_error *err)
{
    fv_status st = FV_OK;
    fvi_overlay *to = &w->overlays[w->n_overlays];
    const char *slash = strrchr(dir, '/');

    FVI_TRY(fvi_summary_load(dir, &to->summary, err));
    (void)snprintf(to->name, sizeof to->name, "%.40s",
                   name != NULL                        ? name
                   : slash != NULL && slash[1] != '\0' ? slash + 1
                                                       : dir);
    w->n_overlays++;
out:
    return st;
}

/* Read before anything is written: the earlier run may lie where this one goes. */
static fv_status take_earlier_runs(work *w, fv_error *err)
{
    fv_status st = FV_OK;
    const fvi_replay_options *o = w->options;

    if (o->baseline != NULL) FVI_TRY(add_overlay(w, o->baseline, "baseline", err));
    for (size_t i = 0; i < o->n_overlays; i++)
        FVI_TRY(add_overlay(w, o->overlays[i], NULL, err));
out:
    return st;
}

static fv_status judge_conditions(work *w, fv_error *err)
{
    fv_status st = FV_OK;
    json_t *list = json_array();

    for (size_t i = 0; i < w->options->n_fail_on; i++) {
        json_t *one = NULL;
        FVI_TRY(fvi_condition_judge(&w->conditions[i], &w->run, w->summary, &one, err));
        if (json_is_true(json_object_get(one, "holds"))) {
            const json_t *v = json_object_get(one, "value");
            char *to = w->outcome->failed[w->outcome->n_failed++];
            if (json_is_number(v))
                (void)snprintf(to, sizeof w->outcome->failed[0], "%.100s: it is %.6g",
                               w->options->fail_on[i], json_number_value(v));
            else
                (void)snprintf(to, sizeof w->outcome->failed[0], "%.100s: %.90s",
                               w->options->fail_on[i],
                               json_string_value(json_object_get(one, "why")));
        }
        (void)json_array_append_new(list, one);
    }
    (void)json_object_set(w->summary, "conditions", list);
    if (w->options->junit != NULL)
        FVI_TRY(fvi_junit_write(w->options->junit, list, w->times.seconds, err));
out:
    json_decref(list);
    return st;
}

static fv_status write_report(const work *w, fv_error *err)
{
    fvi_report r = {.summary = w->summary,
                    .overlays = w->overlays,
                    .n_overlays = w->n_overlays,
                    .root = w->options->thumbnails ? w->m->root : NULL};
    return fvi_report_write(&r, w->options->out, err);
}

static fv_status write_all(work *w, fv_error *err)
{
    fv_status st = FV_OK;
    const fvi_replay_options *o = w->options;

    FVI_TRY(fvi_run_decide(&w->run, o->threads, err));
    if (o->baseline != NULL) FVI_TRY(fvi_baseline_compare(&w->run, o->baseline, &w->changes, err));
    FVI_TRY(fvi_tally_create(&w->tally, w->m, err));
    FVI_TRY(fvi_results_write(&w->run, o->out, &w->tally, err));
    FVI_TRY(fvi_times_write(&w->run, o->out, err));
    w->times.seconds = (double)(fvi_clock_us() - w->start_us) * 1e-6;
    FVI_TRY(fvi_summary(&w->run, o, &w->tally, &w->times, &w->summary, err));
    if (w->changes != NULL) (void)json_object_set(w->summary, "changes", w->changes);
    FVI_TRY(judge_conditions(w, err));
    FVI_TRY(fvi_outfile_json(o->out, "summary.json", w->summary, err));
    FVI_TRY(write_report(w, err));
out:
    return st;
}

static void tell(work *w)
{
    w->outcome->summary = json_incref(w->summary);
    w->outcome->rows = w->m->n_rows;
    for (size_t i = 0; i < w->run.images.n; i++)
        w->outcome->unreadable += w->run.images.worked[i].state == FVI_WORK_UNREADABLE ? 1 : 0;
}

static fv_status open_engine(work *w, fv_error *err)
{
    fv_status st = FV_OK;

    FVI_TRY(fv_engine_create(&w->engine, &w->options->engine, err));
    const fvi_channel *p = &w->engine->policy;
    w->run.engine = w->crew.engine = w->engine;
    w->run.held =
        (fvi_held){p->match_similarity, p->review_similarity, p->match_fmr, p->review_fmr};
    FVI_TRY(fvi_images_create(&w->run.images, w->m, fvi_task_of(w->m->kind), w->engine, err));
out:
    return st;
}

static fv_status open_service(work *w, fv_error *err)
{
    fv_status st = FV_OK;

    FVI_TRY(fvi_service_open(&w->service, w->options->service, w->m->kind, err));
    w->run.service = w->service;
    w->run.held = *fvi_service_held(w->service);
    w->crew.threads = w->options->in_flight;
    if (w->crew.threads == 0) w->crew.threads = fvi_service_at_once(w->service);
    FVI_TRY(fvi_images_create_answers(&w->run.images, w->m->images.n, err));
    if (w->m->kind == FVI_KIND_PAIRS)
        FVI_TRY(fvi_images_create_answers(&w->run.answers, w->m->n_rows, err));
out:
    return st;
}

static fv_status run_all(work *w, fv_error *err)
{
    fv_status st = FV_OK;
    const fvi_replay_options *o = w->options;

    FVI_TRY(load_set(w, err));
    FVI_TRY(check_conditions(w, err));
    FVI_TRY(take_earlier_runs(w, err));
    FVI_TRY(o->service != NULL ? open_service(w, err) : open_engine(w, err));
    FVI_TRY(make_folder(o->out, err));
    w->run.m = w->m;
    w->run.bootstrap = (fvi_bootstrap){o->seed, o->replicates, o->threads};
    FVI_TRY(fvi_run_create(&w->run, err));
    FVI_TRY(open_journal(w, err));
    FVI_TRY(fvi_run_work(&w->run, &w->crew, err));
    w->outcome->stopped = stopped(w);
    if (w->outcome->stopped) goto out;
    FVI_TRY(write_all(w, err));
    fvi_journal_close(&w->crew.journal, true);
    tell(w);
out:
    return st;
}

fv_status fvi_replay(const fvi_replay_options *options, fvi_replay_outcome *out, fv_error *err)
{
    work w = {.options = options,
              .outcome = out,
              .times = {.started_unix_s = fvi_clock_unix_s()},
              .start_us = fvi_clock_us()};

    *out = (fvi_replay_outcome){.images = 0};
    w.crew = (fvi_crew){.threads = options->threads,
                        .stop = options->stop,
                        .progress = options->progress,
                        .cookie = options->cookie};
    fv_status st = run_all(&w, err);
    json_decref(w.summary);
    json_decref(w.changes);
    for (size_t i = 0; i < w.n_overlays; i++)
        json_decref(w.overlays[i].summary);
    fvi_tally_free(&w.tally);
    fvi_journal_close(&w.crew.journal, false);
    fvi_run_free(&w.run);
    fv_engine_destroy(&w.engine);
    fvi_service_close(&w.service);
    fvi_manifest_free(&w.m);
    return st;
}
