/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/run.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "replay/ask.h"
#include "replay/parallel.h"
#include "verify/decide.h"

fv_status fvi_run_create(fvi_run *run, fv_error *err)
{
    run->value = calloc(run->m->n_rows + 1, sizeof run->value[0]);
    run->answer = calloc(run->m->n_rows + 1, sizeof run->answer[0]);
    if (run->value == NULL || run->answer == NULL)
        return fvi_fail(err, FV_E_NOMEM, "%zu rows", run->m->n_rows);
    return FV_OK;
}

void fvi_run_free(fvi_run *run)
{
    fvi_images_free(&run->images);
    fvi_images_free(&run->answers);
    free(run->value);
    free(run->answer);
    *run = (fvi_run){0};
}

bool fvi_run_unreadable(const fvi_run *run, const fvi_row *row)
{
    const fvi_worked *w = run->images.worked;
    return w[row->a].state == FVI_WORK_UNREADABLE ||
           (run->m->kind == FVI_KIND_PAIRS && w[row->b].state == FVI_WORK_UNREADABLE);
}

static void compare_rows(void *cookie, size_t from, size_t to)
{
    fvi_run *run = cookie;
    const fvi_images *im = &run->images;

    for (size_t i = from; i < to; i++) {
        const fvi_row *r = &run->m->rows[i];
        bool both = im->worked[r->a].has_face[0] && im->worked[r->b].has_face[1];
        run->value[i] = both ? fvi_cosine(im->templates + r->a * im->dim,
                                          im->templates + r->b * im->dim, im->dim)
                             : NAN;
    }
}

static fv_status compare(fvi_run *run, unsigned threads, fv_error *err)
{
    return fvi_parallel(threads, run->m->n_rows, compare_rows, run, err);
}

/* What the two photographs themselves say, as fv_verify() collects it. */
static void look_at(const fvi_run *run, size_t row, fvi_reasons *reasons, fvi_facts *facts)
{
    const fv_engine *e = run->engine;
    const fvi_row *r = &run->m->rows[row];
    const fvi_worked *a = &run->images.worked[r->a], *b = &run->images.worked[r->b];

    reasons->n = 0;
    memset(reasons->blocked, 0, sizeof reasons->blocked);
    *facts = (fvi_facts){.zone = FVI_ZONE_NOT_COMPARED};
    fvi_explain_photo(reasons, FV_SELFIE, &a->seen[0], &e->settings.selfie);
    fvi_explain_photo(reasons, FV_RECORD, &b->seen[1], &e->settings.record);
    facts->selfie_blocked = reasons->blocked[FV_SELFIE] || !a->has_face[0];
    facts->record_blocked = reasons->blocked[FV_RECORD] || !b->has_face[1];
    if (!facts->selfie_blocked && !facts->record_blocked)
        facts->zone =
            fvi_zone_of(run->value[row], e->policy.match_similarity, e->policy.review_similarity);
}

typedef struct asking {
    const fvi_run *run;
    bool *asked;
    pthread_mutex_t lock;
} asking;

static void ask_rows(void *cookie, size_t from, size_t to)
{
    asking *k = cookie;
    fvi_reasons reasons;
    fvi_facts facts;

    for (size_t i = from; i < to; i++) {
        const fvi_row *r = &k->run->m->rows[i];
        if (fvi_run_unreadable(k->run, r)) continue;
        look_at(k->run, i, &reasons, &facts);
        if (facts.zone != FVI_ZONE_BELOW) continue;
        (void)pthread_mutex_lock(&k->lock);
        k->asked[r->a] = k->asked[r->b] = true;
        (void)pthread_mutex_unlock(&k->lock);
    }
}

static fv_status ask_turns(const fvi_run *run, unsigned threads, bool *asked, fv_error *err)
{
    asking k = {.run = run, .asked = asked};
    memset(asked, 0, run->images.n * sizeof asked[0]);
    (void)pthread_mutex_init(&k.lock, NULL);
    fv_status st = fvi_parallel(threads, run->m->n_rows, ask_rows, &k, err);
    (void)pthread_mutex_destroy(&k.lock);
    return st;
}

static fv_status look_for_turns(fvi_run *run, const fvi_crew *crew, fv_error *err)
{
    fv_status st = FV_OK;
    bool *asked = calloc(run->images.n + 1, sizeof asked[0]);

    if (asked == NULL) return fvi_fail(err, FV_E_NOMEM, "images");
    FVI_TRY(ask_turns(run, crew->threads, asked, err));
    FVI_TRY(fvi_images_work(&run->images, run->m, FVI_TASK_TURN, asked, crew, err));
out:
    free(asked);
    return st;
}

fvi_task fvi_task_of(fvi_kind kind)
{
    switch (kind) {
    case FVI_KIND_ATTACKS:
        return FVI_TASK_LIVENESS;
    case FVI_KIND_QUALITY:
        return FVI_TASK_QUALITY;
    case FVI_KIND_PEOPLE:
        return FVI_TASK_TEMPLATE;
    case FVI_KIND_PAIRS:
    case FVI_KIND_ANY:
        break;
    }
    return FVI_TASK_PAIR;
}

fv_status fvi_run_work(fvi_run *run, const fvi_crew *crew, fv_error *err)
{
    fv_status st = FV_OK;

    if (run->service != NULL) return fvi_ask(run, crew, err);
    FVI_TRY(fvi_images_work(&run->images, run->m, fvi_task_of(run->m->kind), NULL, crew, err));
    if (run->m->kind != FVI_KIND_PAIRS || fvi_images_open(&run->images) > 0) goto out;
    FVI_TRY(compare(run, crew->threads, err));
    FVI_TRY(look_for_turns(run, crew, err));
out:
    return st;
}

bool fvi_run_told_as_expected(const fvi_run *run, size_t row)
{
    const fvi_row *r = &run->m->rows[row];
    const fvi_worked *w = &run->images.worked[r->a];
    const fvi_expected *e = &run->m->expected[r->label];

    for (unsigned t = 0; t < w->n_told; t++) {
        for (unsigned k = 0; k < e->n; k++) {
            if (w->told[t].code == e->reasons[k]) return true;
        }
    }
    return false;
}

static void turn_side(const fvi_run *run, fv_image side, int quarters, fvi_reasons *reasons,
                      fvi_facts *facts)
{
    const fvi_settings *s = &run->engine->settings;
    float lies_deg = quarters == 1 ? -90.0f : quarters == 2 ? 180.0f : 90.0f;
    const fvi_limits_set *limits = side == FV_SELFIE ? &s->selfie : &s->record;

    if (quarters <= 0) return;
    fvi_explain_turn(reasons, side, lies_deg, limits->gate[FVI_Q_HEAD_ROLL]);
    *(side == FV_SELFIE ? &facts->selfie_blocked : &facts->record_blocked) = true;
    facts->zone = FVI_ZONE_NOT_COMPARED;
}

static void pair_outcome(const fvi_run *run, size_t row, fvi_outcome *out)
{
    const fvi_row *r = &run->m->rows[row];
    fv_result told = FV_RESULT_INIT;
    fvi_reasons reasons;
    fvi_facts facts;

    look_at(run, row, &reasons, &facts);
    if (facts.zone == FVI_ZONE_BELOW) {
        turn_side(run, FV_SELFIE, run->images.worked[r->a].turn, &reasons, &facts);
        turn_side(run, FV_RECORD, run->images.worked[r->b].turn, &reasons, &facts);
    }
    fv_decision d = fvi_decide(&facts);
    fvi_explain_decision(&reasons, d);
    fvi_explain_finish(&reasons, d, &run->engine->policy, &told);
    out->answer = (uint8_t)d;
    out->n_told = told.n_reasons;
    for (uint32_t i = 0; i < told.n_reasons; i++)
        out->told[i] = (fvi_kept){(uint16_t)told.reasons[i].code, (uint8_t)told.reasons[i].image,
                                  (uint8_t)told.reasons[i].severity};
}

const fvi_images *fvi_run_kept(const fvi_run *run)
{
    return run->answers.worked != NULL ? &run->answers : &run->images;
}

void fvi_run_outcome(const fvi_run *run, size_t row, fvi_outcome *out)
{
    const fvi_row *r = &run->m->rows[row];
    const fvi_worked *w = &run->images.worked[r->a];

    out->value = run->value[row];
    out->n_told = 0;
    if (fvi_run_unreadable(run, r)) {
        out->answer = FVI_ANSWER_UNREADABLE;
        return;
    }
    if (run->m->kind == FVI_KIND_PAIRS && run->answers.worked == NULL) {
        pair_outcome(run, row, out);
        return;
    }
    if (run->answers.worked != NULL) w = &run->answers.worked[row];
    out->answer = w->answer;
    out->n_told = w->n_told;
    memcpy(out->told, w->told, w->n_told * sizeof w->told[0]);
}

static void decide_rows(void *cookie, size_t from, size_t to)
{
    fvi_run *run = cookie;
    fvi_outcome o;

    for (size_t i = from; i < to; i++) {
        if (run->m->kind != FVI_KIND_PAIRS)
            run->value[i] = run->images.worked[run->m->rows[i].a].score;
        fvi_run_outcome(run, i, &o);
        run->answer[i] = o.answer;
    }
}

fv_status fvi_run_decide(fvi_run *run, unsigned threads, fv_error *err)
{
    return fvi_parallel(threads, run->m->n_rows, decide_rows, run, err);
}

const char *fvi_answer_name(fvi_kind kind, uint8_t answer)
{
    if (answer == FVI_ANSWER_UNREADABLE) return "UNREADABLE";
    if (kind == FVI_KIND_ATTACKS) return fv_liveness_name((fv_liveness_verdict)answer);
    if (kind == FVI_KIND_QUALITY) return answer == 1 ? "USABLE" : answer == 0 ? "REFUSED" : "";
    return fv_decision_name((fv_decision)answer);
}

int fvi_answer_named(fvi_kind kind, const char *name)
{
    for (int i = 0; i <= FVI_ANSWER_UNREADABLE; i++) {
        const char *known = fvi_answer_name(kind, (uint8_t)i);
        if (known[0] != '\0' && strcmp(known, name) == 0) return i;
    }
    return -1;
}

size_t fvi_label_count(const fvi_manifest *m)
{
    switch (m->kind) {
    case FVI_KIND_PAIRS:
        return 2;
    case FVI_KIND_ATTACKS:
        return 1 + (size_t)m->species.n;
    case FVI_KIND_QUALITY:
        return m->labels.n;
    case FVI_KIND_PEOPLE:
    case FVI_KIND_ANY:
        break;
    }
    return 0;
}

const char *fvi_label_name(const fvi_manifest *m, size_t label)
{
    if (m->kind == FVI_KIND_PAIRS) return label == 1 ? "genuine" : "impostor";
    if (m->kind == FVI_KIND_QUALITY) return fvi_texts_text(&m->labels, (uint32_t)label);
    return label == 0 ? "live" : fvi_texts_text(&m->species, (uint32_t)label - 1);
}

size_t fvi_label_of(const fvi_manifest *m, const fvi_row *row)
{
    if (m->kind != FVI_KIND_ATTACKS) return row->label;
    return row->label == 1 ? 0 : 1 + (size_t)row->b;
}
