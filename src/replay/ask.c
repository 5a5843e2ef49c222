/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/ask.h"

#include <stdio.h>
#include <stdlib.h>

#include "replay/journal.h"
#include "replay/service.h"

/* The work of one call, shared by its threads. */
typedef struct job {
    fvi_run *run;
    const fvi_crew *crew;
} job;

static const char *name_of(const fvi_run *run, size_t image)
{
    return fvi_texts_text(&run->m->images, (uint32_t)image);
}

/* p->data stays NULL where it cannot be sent; w says why. */
static fv_status read_photo(const fvi_run *run, size_t image, fvi_worked *w, fvi_content *p,
                            fv_error *err)
{
    fv_status st = fvi_image_read(run->m, image, w, p, err);

    if (st != FV_OK || p->len <= fvi_service_image_bytes_max(run->service)) return st;
    w->state = FVI_WORK_UNREADABLE;
    (void)snprintf(w->why, sizeof w->why, "larger than what the service takes");
    fvi_content_drop(p);
    return FV_OK;
}

static fv_status ask_about(const fvi_run *run, size_t image, const fvi_content *p, fvi_worked *w,
                           fv_error *err)
{
    fv_bytes bytes = {p->data, p->len};
    bool record = run->m->sides[image] == FVI_AS_RECORD;

    if (run->m->kind == FVI_KIND_ATTACKS) return fvi_service_liveness(run->service, bytes, w, err);
    return fvi_service_quality(run->service, bytes, record ? FV_RECORD : FV_SELFIE, w, err);
}

/* What went wrong, of which photograph. */
static fv_status blame(const fvi_run *run, size_t image, const fv_error *why, fv_error *err)
{
    return fvi_fail(err, why->code, "%.80s: %s", name_of(run, image), why->text);
}

static fv_status work_image(void *cookie, void *tools, size_t i, fv_error *err)
{
    const job *j = cookie;
    fvi_run *run = j->run;
    fvi_worked *w = &run->images.worked[i];
    fv_error why = {.code = FV_OK};
    fv_status st = FV_OK;
    fvi_content p = {NULL, 0};

    (void)tools;
    FVI_TRY(read_photo(run, i, w, &p, err));
    if (p.data != NULL) {
        if (ask_about(run, i, &p, w, &why) != FV_OK) {
            st = blame(run, i, &why, err);
            goto out;
        }
        w->state = FVI_WORK_DONE;
    }
    if (j->crew->journal != NULL) FVI_TRY(fvi_journal_add(j->crew->journal, &run->images, i, err));
out:
    fvi_content_drop(&p);
    return st;
}

static fv_status try_file(void *cookie, void *tools, size_t i, fv_error *err)
{
    const job *j = cookie;
    fvi_worked *w = &j->run->images.worked[i];
    fvi_content p = {NULL, 0};

    (void)tools;
    fv_status st = read_photo(j->run, i, w, &p, err);
    if (p.data != NULL) w->state = FVI_WORK_DONE;
    fvi_content_drop(&p);
    return st;
}

/* Of a pair; no bytes where try_file() could not read it. */
static fv_status read_again(const fvi_run *run, size_t image, fvi_content *p, fv_error *err)
{
    fvi_worked w = {.state = FVI_WORK_OPEN};

    if (run->images.worked[image].state == FVI_WORK_UNREADABLE) return FV_OK;
    fv_status st = read_photo(run, image, &w, p, err);
    if (st == FV_OK && p->data == NULL)
        st = fvi_fail(err, FV_E_ARG, "a file that was readable is no longer: %.80s: %s",
                      name_of(run, image), w.why);
    return st;
}

static fv_bytes bytes_of(const fvi_content *p)
{
    return (fv_bytes){p->data != NULL ? p->data : (const uint8_t *)"", p->len};
}

/* Where one file cannot be read the other is sent alone: whether it has a face counts for FTA. */
static fv_status work_pair(void *cookie, void *tools, size_t i, fv_error *err)
{
    const job *j = cookie;
    fvi_run *run = j->run;
    const fvi_row *r = &run->m->rows[i];
    fvi_worked *w = &run->answers.worked[i];
    fv_error why = {.code = FV_OK};
    fv_status st = FV_OK;
    fvi_content a = {NULL, 0}, b = {NULL, 0};

    (void)tools;
    FVI_TRY(read_again(run, r->a, &a, err));
    FVI_TRY(read_again(run, r->b, &b, err));
    if (fvi_service_match(run->service, bytes_of(&a), bytes_of(&b), w, &why) != FV_OK) {
        st = blame(run, r->a, &why, err);
        goto out;
    }
    w->state = a.data != NULL && b.data != NULL ? FVI_WORK_DONE : FVI_WORK_UNREADABLE;
    if (j->crew->journal != NULL) FVI_TRY(fvi_journal_add(j->crew->journal, &run->answers, i, err));
out:
    fvi_content_drop(&a);
    fvi_content_drop(&b);
    return st;
}

/* What the rows say of their images. Photographs that an earlier run had sent were readable then.
 */
static void settle(fvi_run *run)
{
    for (size_t i = 0; i < run->m->n_rows; i++) {
        const fvi_row *r = &run->m->rows[i];
        const fvi_worked *w = &run->answers.worked[i];
        fvi_worked *a = &run->images.worked[r->a], *b = &run->images.worked[r->b];
        run->value[i] = w->score;
        if (w->state == FVI_WORK_OPEN) continue;
        if (w->state == FVI_WORK_DONE) a->state = b->state = FVI_WORK_DONE;
        a->has_face[0] = a->has_face[0] || w->has_face[0];
        b->has_face[1] = b->has_face[1] || w->has_face[1];
    }
}

/* Of a row without any file there is nothing to ask. */
static bool row_open(const fvi_run *run, size_t i)
{
    const fvi_row *r = &run->m->rows[i];
    const fvi_worked *w = run->images.worked;

    return run->answers.worked[i].state == FVI_WORK_OPEN &&
           (w[r->a].state != FVI_WORK_UNREADABLE || w[r->b].state != FVI_WORK_UNREADABLE);
}

static bool image_open(const fvi_run *run, size_t i)
{
    return run->images.worked[i].state == FVI_WORK_OPEN;
}

/* One kind of pieces. */
typedef struct pieces {
    const char *step;
    size_t n;
    bool (*open)(const fvi_run *run, size_t i);
    fv_status (*work)(void *cookie, void *tools, size_t i, fv_error *err);
    bool asks;
} pieces;

static size_t count_open(const fvi_run *run, const pieces *p)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n; i++)
        n += p->open(run, i) ? 1 : 0;
    return n;
}

static fv_status work_pieces(job *j, const pieces *p, fv_error *err)
{
    fv_error why = {.code = FV_OK};
    size_t n = 0;
    size_t *todo = calloc(p->n + 1, sizeof todo[0]);

    if (todo == NULL) return fvi_fail(err, FV_E_NOMEM, "%zu pieces of work", p->n);
    for (size_t i = 0; i < p->n; i++)
        if (p->open(j->run, i)) todo[n++] = i;
    fvi_shift shift = {.step = p->step,
                       .todo = todo,
                       .n_todo = n,
                       .before = p->n - n,
                       .cookie = j,
                       .work = p->work};
    fv_status st = fvi_crew_work(j->crew, &shift, &why);
    free(todo);
    if (st == FV_OK) return FV_OK;
    if (!p->asks) return fvi_fail(err, st, "%s", why.text);
    return fvi_fail(err, st, "%zu of %zu %s are unanswered, --resume goes on: %s",
                    count_open(j->run, p), p->n, p->step, why.text);
}

fv_status fvi_ask(fvi_run *run, const fvi_crew *crew, fv_error *err)
{
    fv_status st = FV_OK;
    job j = {.run = run, .crew = crew};
    const pieces images = {"images", run->m->images.n, image_open, work_image, true};
    const pieces files = {"files", run->m->images.n, image_open, try_file, false};
    const pieces pairs = {"pairs", run->m->n_rows, row_open, work_pair, true};

    if (run->m->kind != FVI_KIND_PAIRS) return work_pieces(&j, &images, err);
    settle(run);
    FVI_TRY(work_pieces(&j, &files, err));
    if (count_open(run, &files) > 0) goto out; /* stopped */
    FVI_TRY(work_pieces(&j, &pairs, err));
    settle(run);
out:
    return st;
}
