/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/images.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "replay/journal.h"

/* As for `faceverify verify`: a larger file is not read at all. */
enum { FILE_MAX_BYTES = 512 << 20 };

static fv_status create(fvi_images *out, fvi_images im, bool templates, fv_error *err)
{
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

fv_status fvi_images_create(fvi_images *out, const fvi_manifest *m, fvi_task task,
                            const fv_engine *engine, fv_error *err)
{
    fvi_images im = {.n = m->images.n, .dim = engine->pack->nets[FVI_ROLE_EMBED].outputs[0].count};
    return create(out, im, task == FVI_TASK_PAIR || task == FVI_TASK_TEMPLATE, err);
}

fv_status fvi_images_create_answers(fvi_images *out, size_t n, fv_error *err)
{
    return create(out, (fvi_images){.n = n}, false, err);
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

void fvi_worked_take_told(fvi_worked *w, const fv_reason *reasons, uint32_t n)
{
    w->n_told = (uint8_t)n;
    for (uint32_t i = 0; i < n; i++)
        w->told[i] = (fvi_kept){(uint16_t)reasons[i].code, (uint8_t)reasons[i].image,
                                (uint8_t)reasons[i].severity};
}

void fvi_worked_take_quality(fvi_worked *w, const fv_quality_result *r)
{
    w->answer = (uint8_t)r->usable;
    w->timings = r->timings;
    fvi_worked_take_told(w, r->reasons, r->n_reasons);
}

static fv_status judge_quality(const hand *h, fv_error *err)
{
    fv_status st = FV_OK;
    fv_quality_result r = FV_QUALITY_RESULT_INIT;
    bool record = h->job->m->sides[h->i] == FVI_AS_RECORD;

    FVI_TRY(fv_quality(h->session, h->bytes, record ? FV_RECORD : FV_SELFIE, &r, err));
    fvi_worked_take_quality(h->out, &r);
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

void fvi_worked_take_liveness(fvi_worked *w, const fv_liveness_result *r)
{
    w->answer = (uint8_t)r->liveness;
    if (score_decides(r)) w->score = r->score;
    w->timings = r->timings;
    fvi_worked_take_told(w, r->reasons, r->n_reasons);
}

static fv_status judge_liveness(const hand *h, fv_error *err)
{
    fv_status st = FV_OK;
    fv_liveness_result r = FV_LIVENESS_RESULT_INIT;

    FVI_TRY(fv_liveness(h->session, h->bytes, &r, err));
    fvi_worked_take_liveness(h->out, &r);
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

fv_status fvi_image_read(const fvi_manifest *m, size_t i, fvi_worked *w, fvi_content *out,
                         fv_error *err)
{
    char path[8192];
    fv_error why = {.code = FV_OK};

    (void)snprintf(path, sizeof path, "%s/%s", m->root, fvi_texts_text(&m->images, (uint32_t)i));
    fv_status st = fvi_file_read(path, FILE_MAX_BYTES, FV_E_ARG, &out->data, &out->len, &why);
    if (st == FV_E_NOMEM) return fvi_fail(err, st, "%s", why.text);
    if (st != FV_OK) keep_cause(w, why.text);
    return FV_OK;
}

void fvi_content_drop(fvi_content *content)
{
    if (content->data != NULL) fvi_wipe(content->data, content->len);
    free(content->data);
    *content = (fvi_content){NULL, 0};
}

static fv_status work_one(void *cookie, void *tools, size_t i, fv_error *err)
{
    fv_status st = FV_OK;
    const job *j = cookie;
    fvi_content file = {NULL, 0};
    fvi_worked *w = &j->images->worked[i];

    FVI_TRY(fvi_image_read(j->m, i, w, &file, err));
    if (file.data == NULL && j->task == FVI_TASK_TURN) {
        st = fvi_fail(err, FV_E_ARG, "a file that was readable is no longer: %s: %s",
                      fvi_texts_text(&j->m->images, (uint32_t)i), w->why);
        goto out;
    }
    if (file.data != NULL) {
        hand h = {j, tools, {file.data, file.len}, i, w};
        FVI_TRY(run_task(&h, err));
        w->state = FVI_WORK_DONE;
    }
    if (j->crew->journal != NULL) FVI_TRY(fvi_journal_add(j->crew->journal, j->images, i, err));
out:
    fvi_session_wipe(tools);
    fvi_content_drop(&file);
    return st;
}

static fv_status open_session(void *cookie, void **tools, fv_error *err)
{
    const job *j = cookie;
    fv_session *session = NULL;
    fv_status st = fv_session_create(&session, j->crew->engine, err);

    *tools = session;
    return st;
}

static void close_session(void *tools)
{
    fv_session *session = tools;
    fv_session_destroy(&session);
}

/* lint: parameters, images, set and task are one piece of work */
fv_status fvi_images_work(fvi_images *images, const fvi_manifest *m, fvi_task task,
                          const bool *asked, const fvi_crew *crew, fv_error *err)
{
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
    job j = {.images = images, .m = m, .task = task, .crew = crew};
    fvi_shift shift = {.step = task == FVI_TASK_TURN ? "turned images" : "images",
                       .todo = todo,
                       .n_todo = n,
                       .before = all - n,
                       .cookie = &j,
                       .begin = open_session,
                       .work = work_one,
                       .end = close_session};
    fv_status st = fvi_crew_work(crew, &shift, err);
    free(todo);
    return st;
}
