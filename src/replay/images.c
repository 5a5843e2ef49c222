/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include "replay/images.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/file.h"
#include "replay/journal.h"

/* As for `faceverify verify`: a larger file is not read at all. */
enum { FILE_MAX_BYTES = 512 << 20, TICK_MS = 100, THREADS_MAX = 256 };

fv_status fvi_images_create(fvi_images *out, const fvi_manifest *m, fvi_task task,
                            const fv_engine *engine, fv_error *err)
{
    fvi_images im = {.n = m->images.n, .dim = engine->pack->nets[FVI_ROLE_EMBED].outputs[0].count};
    bool templates = task == FVI_TASK_PAIR || task == FVI_TASK_TEMPLATE;
    size_t values = 0;

    if (!fvi_mul_size(im.n, im.dim, &values)) return fvi_fail(err, FV_E_NOMEM, "templates");
    im.worked = calloc(im.n + 1, sizeof im.worked[0]);
    if (templates) im.templates = calloc(values + 1, sizeof im.templates[0]);
    if (im.worked == NULL || (templates && im.templates == NULL)) {
        fvi_images_free(&im);
        return fvi_fail(err, FV_E_NOMEM, "%zu templates", im.n);
    }
    for (size_t i = 0; i < im.n; i++) {
        im.worked[i].turn = FVI_TURN_UNKNOWN;
        im.worked[i].score = NAN;
    }
    *out = im;
    return FV_OK;
}

void fvi_images_free(fvi_images *images)
{
    if (images->templates != NULL)
        fvi_wipe(images->templates, images->n * images->dim * sizeof images->templates[0]);
    free(images->templates);
    free(images->worked);
    *images = (fvi_images){0};
}

size_t fvi_images_open(const fvi_images *images)
{
    size_t n = 0;
    for (size_t i = 0; i < images->n; i++)
        n += images->worked[i].state == FVI_WORK_OPEN ? 1 : 0;
    return n;
}

/* The work of one call, shared by its threads. */
typedef struct job {
    fvi_images *images;
    const fvi_manifest *m;
    fvi_task task;
    const fvi_crew *crew;
    const size_t *todo;
    size_t n_todo;
    atomic_size_t next;
    atomic_size_t done;
    pthread_mutex_t lock;
    pthread_cond_t ended;
    size_t running; /* under lock */
    fv_error err;   /* under lock: the first failure */
    atomic_bool failed;
} job;

/* An image in hand. */
typedef struct hand {
    const job *job;
    fv_session *session;
    fv_bytes bytes;
    size_t i;
    fvi_worked *out;
} hand;

static bool same_pose_limits(const fvi_settings *s)
{
    static const fvi_measure pose[] = {FVI_Q_HEAD_YAW, FVI_Q_HEAD_PITCH};
    for (size_t i = 0; i < sizeof pose / sizeof pose[0]; i++) {
        fvi_limit a = s->selfie.gate[pose[i]], b = s->record.gate[pose[i]];
        if (a.min < b.min || a.min > b.min || a.max < b.max || a.max > b.max) return false;
    }
    return true;
}

static fv_status examine(const hand *h, fv_image side, bool want_chip, fv_error *err)
{
    fv_status st = FV_OK;
    fvi_examined seen = {.has_chip = false};
    fvi_examine what = {
        .which = side, .bytes = h->bytes, .timings = &h->out->timings, .no_chip = !want_chip};
    fvi_subject *s = &h->session->subjects[side - FV_SELFIE];
    uint64_t mark = 0;

    FVI_TRY(fvi_photo_examine(h->session, &what, &seen, err));
    h->out->seen[side - FV_SELFIE] = seen.seen;
    h->out->has_face[side - FV_SELFIE] = seen.has_face;
    if (!seen.has_chip) goto out;
    fvi_image chip = {s->chip.data, FVI_CHIP_SIDE_PX, FVI_CHIP_SIDE_PX, 3, 3 * FVI_CHIP_SIDE_PX};
    mark = fvi_clock_us();
    FVI_TRY(fvi_embed(h->session->embedder, &chip,
                      h->job->images->templates + h->i * h->job->images->dim, err));
    fvi_stage(&mark, &h->out->timings.embed_us);
    h->out->has_template = 1;
out:
    return st;
}

static fv_status examine_sides(const hand *h, fv_error *err)
{
    fv_status st = FV_OK;
    unsigned sides = h->job->m->sides[h->i];
    bool both = sides == (FVI_AS_SELFIE | FVI_AS_RECORD);
    fvi_worked *w = h->out;

    if ((sides & FVI_AS_SELFIE) != 0) FVI_TRY(examine(h, FV_SELFIE, true, err));
    bool settled = w->has_face[0] || w->seen[0].fault != FVI_DECODE_OK;
    if (both && settled && same_pose_limits(&h->session->engine->settings)) {
        w->seen[1] = w->seen[0];
        w->has_face[1] = w->has_face[0];
    } else if ((sides & FVI_AS_RECORD) != 0) {
        FVI_TRY(examine(h, FV_RECORD, !w->has_template, err));
    }
out:
    return st;
}

static void keep_told(fvi_worked *w, const fv_reason *reasons, uint32_t n)
{
    w->n_told = (uint8_t)n;
    for (uint32_t i = 0; i < n; i++)
        w->told[i] = (fvi_kept){(uint16_t)reasons[i].code, (uint8_t)reasons[i].image,
                                (uint8_t)reasons[i].severity};
}

static fv_status judge_quality(const hand *h, fv_error *err)
{
    fv_status st = FV_OK;
    fv_quality_result r = FV_QUALITY_RESULT_INIT;
    bool record = h->job->m->sides[h->i] == FVI_AS_RECORD;

    FVI_TRY(fv_quality(h->session, h->bytes, record ? FV_RECORD : FV_SELFIE, &r, err));
    h->out->answer = (uint8_t)r.usable;
    h->out->timings = r.timings;
    keep_told(h->out, r.reasons, r.n_reasons);
out:
    return st;
}

/* A score decides where nothing about the picture forbids it: the answer may still be doubt. */
static bool score_decides(const fv_liveness_result *r)
{
    bool unclear = false;

    if (r->liveness != FV_LIVENESS_CANNOT_JUDGE) return true;
    for (uint32_t i = 0; i < r->n_reasons; i++) {
        bool it = r->reasons[i].code == FV_REASON_LIVENESS_UNCLEAR;
        if (!it && r->reasons[i].severity == FV_BLOCKS) return false;
        unclear = unclear || it;
    }
    return unclear;
}

static fv_status judge_liveness(const hand *h, fv_error *err)
{
    fv_status st = FV_OK;
    fv_liveness_result r = FV_LIVENESS_RESULT_INIT;

    FVI_TRY(fv_liveness(h->session, h->bytes, &r, err));
    h->out->answer = (uint8_t)r.liveness;
    if (score_decides(&r)) h->out->score = r.score;
    h->out->timings = r.timings;
    keep_told(h->out, r.reasons, r.n_reasons);
out:
    return st;
}

static fv_status take_turn(const hand *h, fv_error *err)
{
    fv_status st = FV_OK;
    int quarters = 0;
    fvi_examine what = {.which = FV_SELFIE, .bytes = h->bytes, .timings = &h->out->timings};

    FVI_TRY(fvi_photo_turn(h->session, &what, &quarters, err));
    h->out->turn = (int8_t)quarters;
out:
    return st;
}

static fv_status run_task(const hand *h, fv_error *err)
{
    switch (h->job->task) {
    case FVI_TASK_PAIR:
        return examine_sides(h, err);
    case FVI_TASK_TEMPLATE:
        return examine(h, FV_RECORD, true, err);
    case FVI_TASK_QUALITY:
        return judge_quality(h, err);
    case FVI_TASK_TURN:
        return take_turn(h, err);
    case FVI_TASK_LIVENESS:
        return judge_liveness(h, err);
    }
    return fvi_fail(err, FV_E_INTERNAL, "no such task");
}

/* The cause alone: the path stands beside it wherever it is told. */
static void keep_cause(fvi_worked *w, const char *text)
{
    const char *colon = strrchr(text, ':');
    w->state = FVI_WORK_UNREADABLE;
    (void)snprintf(w->why, sizeof w->why, "%.63s", colon == NULL ? text : colon + 2);
}

static fv_status work_one(job *j, fv_session *session, size_t i, fv_error *err)
{
    fv_status st = FV_OK;
    char path[8192];
    uint8_t *bytes = NULL;
    size_t len = 0;
    fv_error why = {.code = FV_OK};
    fvi_worked *w = &j->images->worked[i];

    (void)snprintf(path, sizeof path, "%s/%s", j->m->root,
                   fvi_texts_text(&j->m->images, (uint32_t)i));
    st = fvi_file_read(path, FILE_MAX_BYTES, FV_E_ARG, &bytes, &len, &why);
    if (st == FV_E_NOMEM) {
        st = fvi_fail(err, st, "%s", why.text);
        goto out;
    }
    if (st != FV_OK && j->task == FVI_TASK_TURN) {
        st = fvi_fail(err, st, "a file that was readable is no longer: %s", why.text);
        goto out;
    }
    if (st != FV_OK) {
        keep_cause(w, why.text);
        st = FV_OK;
    } else {
        hand h = {j, session, {bytes, len}, i, w};
        FVI_TRY(run_task(&h, err));
        w->state = FVI_WORK_DONE;
    }
    if (j->crew->journal != NULL) FVI_TRY(fvi_journal_add(j->crew->journal, j->images, i, err));
out:
    fvi_session_wipe(session);
    if (bytes != NULL) fvi_wipe(bytes, len);
    free(bytes);
    return st;
}

static bool stopped(const job *j)
{
    return atomic_load(&j->failed) || (j->crew->stop != NULL && atomic_load(j->crew->stop));
}

static void *work(void *arg)
{
    fv_status st = FV_OK;
    job *j = arg;
    fv_session *session = NULL;
    fv_error err = {.code = FV_OK};

    FVI_TRY(fv_session_create(&session, j->crew->engine, &err));
    while (!stopped(j)) {
        size_t k = atomic_fetch_add(&j->next, 1);
        if (k >= j->n_todo) break;
        FVI_TRY(work_one(j, session, j->todo[k], &err));
        (void)atomic_fetch_add(&j->done, 1);
    }
out:
    fv_session_destroy(&session);
    (void)pthread_mutex_lock(&j->lock);
    if (st != FV_OK && !atomic_load(&j->failed)) {
        j->err = err;
        atomic_store(&j->failed, true);
    }
    j->running--;
    (void)pthread_cond_signal(&j->ended);
    (void)pthread_mutex_unlock(&j->lock);
    return NULL;
}

static void tell(const job *j, size_t before, uint64_t start_us)
{
    fvi_progress p = {.step = j->task == FVI_TASK_TURN ? "turned images" : "images",
                      .done = before + atomic_load(&j->done),
                      .of = before + j->n_todo,
                      .before = before,
                      .elapsed_us = fvi_clock_us() - start_us};
    if (j->crew->progress != NULL) j->crew->progress(j->crew->cookie, &p);
}

static void wait_for(job *j, size_t before)
{
    uint64_t start_us = fvi_clock_us();

    (void)pthread_mutex_lock(&j->lock);
    while (j->running > 0) {
        struct timespec until;
        (void)clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += TICK_MS * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000L;
        until.tv_nsec %= 1000000000L;
        (void)pthread_cond_timedwait(&j->ended, &j->lock, &until);
        (void)pthread_mutex_unlock(&j->lock);
        tell(j, before, start_us);
        (void)pthread_mutex_lock(&j->lock);
    }
    (void)pthread_mutex_unlock(&j->lock);
}

static fv_status run_threads(job *j, size_t before, fv_error *err)
{
    pthread_t ids[THREADS_MAX];
    unsigned wanted = j->crew->threads, n = 0;

    if (wanted > THREADS_MAX) wanted = THREADS_MAX;
    if (wanted > j->n_todo) wanted = (unsigned)j->n_todo;
    (void)pthread_mutex_init(&j->lock, NULL);
    (void)pthread_cond_init(&j->ended, NULL);
    (void)pthread_mutex_lock(&j->lock);
    for (; n < wanted && pthread_create(&ids[n], NULL, work, j) == 0; n++)
        j->running++;
    (void)pthread_mutex_unlock(&j->lock);
    wait_for(j, before);
    for (unsigned i = 0; i < n; i++)
        (void)pthread_join(ids[i], NULL);
    (void)pthread_cond_destroy(&j->ended);
    (void)pthread_mutex_destroy(&j->lock);
    if (n == 0) return fvi_fail(err, FV_E_NOMEM, "no thread could be started");
    if (atomic_load(&j->failed)) return fvi_fail(err, j->err.code, "%s", j->err.text);
    return j->crew->journal == NULL ? FV_OK : fvi_journal_flush(j->crew->journal, err);
}

/* lint: parameters, images, set and task are one piece of work */
fv_status fvi_images_work(fvi_images *images, const fvi_manifest *m, fvi_task task,
                          const bool *asked, const fvi_crew *crew, fv_error *err)
{
    fv_status st = FV_OK;
    size_t n = 0, all = 0;
    size_t *todo = calloc(images->n + 1, sizeof todo[0]);

    if (todo == NULL) return fvi_fail(err, FV_E_NOMEM, "%zu images", images->n);
    for (size_t i = 0; i < images->n; i++) {
        const fvi_worked *w = &images->worked[i];
        if (asked != NULL && !asked[i]) continue;
        all++;
        if (task == FVI_TASK_TURN ? w->turn == FVI_TURN_UNKNOWN : w->state == FVI_WORK_OPEN)
            todo[n++] = i;
    }
    job j = {.images = images, .m = m, .task = task, .crew = crew, .todo = todo, .n_todo = n};
    if (n > 0) st = run_threads(&j, all - n, err);
    free(todo);
    return st;
}
