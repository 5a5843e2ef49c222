/* SPDX-License-Identifier: Apache-2.0 */
#include "faceverify/verify.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "faceverify/match.h"
#include "verify/age.h"
#include "verify/channel.h"
#include "verify/decide.h"
#include "verify/explain.h"
#include "verify/live.h"
#include "verify/photo.h"

/* One request in hand. */
typedef struct flow {
    fv_session *session;
    fv_request request;
    const fvi_channel *channel; /* whose profile holds */
    fvi_deadline deadline;
    fvi_facts facts;
    fvi_reasons reasons;
    fv_result result;
    bool liveness; /* asked for */
} flow;

static fv_status take_request(flow *f, const fv_request *request, uint64_t start_us, fv_error *err)
{
    fv_status st = FV_OK;
    fv_request *r = &f->request;

    if (request->struct_size < sizeof r->struct_size)
        return fvi_fail_field(err, FV_E_ARG, "struct_size", "use FV_REQUEST_INIT");
    memcpy(r, request, request->struct_size < sizeof *r ? request->struct_size : sizeof *r);
    if (r->now_unix_s == 0) r->now_unix_s = fvi_clock_unix_s();
    FVI_TRY(fvi_channel_find(f->session->engine, r->channel, &f->channel, err));
    uint32_t ms = fvi_channel_deadline_ms(f->channel, r->deadline_ms);
    if (ms != 0) f->deadline.until_us = start_us + 1000u * (uint64_t)ms;
out:
    return st;
}

static fv_status take_photographs(const flow *f, fv_error *err)
{
    if (f->request.selfie.data == NULL)
        return fvi_fail_field(err, FV_E_ARG, "selfie", "no selfie was given");
    if (f->request.record.data == NULL)
        return fvi_fail_field(err, FV_E_ARG, "record_photo", "no photograph on record was given");
    return FV_OK;
}

static fv_status examine(flow *f, fv_image which, bool *blocked, fv_error *err)
{
    fv_status st = FV_OK;
    const fvi_settings *s = &f->session->engine->settings;
    bool selfie = which == FV_SELFIE;
    fvi_examine what = {.which = which,
                        .bytes = selfie ? f->request.selfie : f->request.record,
                        .deadline = f->deadline,
                        .timings = &f->result.timings,
                        .limits = selfie ? &s->selfie : &s->record,
                        .reasons = &f->reasons};
    fvi_live live = {.reasons = &f->reasons,
                     .deadline = f->deadline,
                     .timings = &f->result.timings,
                     .limits = &f->channel->live_limits,
                     .score = NAN};
    fvi_examined seen = {.has_chip = false};

    if (selfie && f->liveness) { /* never of the photograph on record: it is a photograph */
        what.onlook = fvi_live_onlook;
        what.onlooker = &live;
    }
    FVI_TRY(fvi_photo_examine(f->session, &what, &seen, err));
    if (selfie) {
        f->facts.liveness = f->result.liveness = live.verdict;
        f->result.liveness_score = live.score;
    }
    *(selfie ? &f->result.selfie : &f->result.record) = seen.info;
    *blocked = f->reasons.blocked[which] || !seen.has_chip;
out:
    return st;
}

static fv_status embed(flow *f, int i, fv_error *err)
{
    fvi_subject *s = &f->session->subjects[i];
    fvi_image chip = {s->chip.data, FVI_CHIP_SIDE_PX, FVI_CHIP_SIDE_PX, 3, 3 * FVI_CHIP_SIDE_PX};
    return fvi_embed(f->session->embedder, &chip, s->embedding, err);
}

static fv_status compare(flow *f, fv_error *err)
{
    fv_status st = FV_OK;
    const fvi_channel *c = f->channel;
    const fvi_subject *s = f->session->subjects;
    uint64_t mark = fvi_clock_us();

    for (int i = 0; i < 2; i++) {
        FVI_TRY(fvi_deadline_check(&f->deadline, "comparison", err));
        FVI_TRY(embed(f, i, err));
        fvi_stage(&mark, &f->result.timings.embed_us);
    }
    f->result.similarity =
        fvi_cosine(s[0].embedding, s[1].embedding, fvi_embedder_dim(f->session->embedder));
    f->facts.zone = fvi_zone_of(f->result.similarity, c->match_similarity, c->review_similarity);
    fvi_stage(&mark, &f->result.timings.compare_us);
    FVI_TRY(fvi_deadline_check(&f->deadline, "the answer", err));
out:
    return st;
}

/*
 * Before two photographs are called two people: a picture that lies on its side compares like a
 * stranger, and that is a picture to take again, not an attempt that counts.
 */
static fv_status look_for_turns(flow *f, fv_error *err)
{
    fv_status st = FV_OK;
    const fvi_settings *s = &f->session->engine->settings;

    for (fv_image which = FV_SELFIE; which <= FV_RECORD; which++) {
        bool selfie = which == FV_SELFIE;
        fvi_examine what = {.which = which,
                            .bytes = selfie ? f->request.selfie : f->request.record,
                            .deadline = f->deadline,
                            .timings = &f->result.timings};
        int quarters = 0;
        FVI_TRY(fvi_photo_turn(f->session, &what, &quarters, err));
        if (quarters == 0) continue;
        float lies_deg = quarters == 1 ? -90.0f : quarters == 2 ? 180.0f : 90.0f;
        fvi_explain_turn(&f->reasons, which, lies_deg,
                         (selfie ? &s->selfie : &s->record)->gate[FVI_Q_HEAD_ROLL]);
        *(selfie ? &f->facts.selfie_blocked : &f->facts.record_blocked) = true;
        f->facts.zone = FVI_ZONE_NOT_COMPARED;
        f->result.similarity = NAN; /* of a face that nobody recognises lying down */
    }
out:
    return st;
}

/* What was used, whatever comes of it. */
static void note_profile(flow *f)
{
    const fvi_channel *c = f->channel;
    fv_result *r = &f->result;

    r->similarity = NAN;
    r->liveness_score = NAN;
    r->liveness_limit = f->liveness ? c->live_limits.live : NAN;
    r->attack_limit = f->liveness ? c->live_limits.attack : NAN;
    r->liveness_bpcer = f->liveness ? (float)c->liveness_bpcer : NAN;
    r->match_similarity = c->match_similarity;
    r->review_similarity = c->review_similarity;
    r->match_fmr = (float)c->match_fmr;
    r->review_fmr = (float)c->review_fmr;
    r->wording = c->wording;
    r->selfie.inter_eye_px = r->record.inter_eye_px = NAN;
}

static fv_status run(flow *f, fv_error *err)
{
    fv_status st = FV_OK;

    note_profile(f);
    if (f->facts.age != FVI_AGE_UNDER_16) {
        FVI_TRY(take_photographs(f, err));
        FVI_TRY(examine(f, FV_SELFIE, &f->facts.selfie_blocked, err));
        FVI_TRY(examine(f, FV_RECORD, &f->facts.record_blocked, err));
        bool live = !f->liveness || f->facts.liveness == FV_LIVENESS_LIVE;
        if (live && !f->facts.selfie_blocked && !f->facts.record_blocked) FVI_TRY(compare(f, err));
        if (f->facts.zone == FVI_ZONE_BELOW) FVI_TRY(look_for_turns(f, err));
    }
    f->result.decision = fvi_decide(&f->facts);
    if (f->result.decision == FV_UNDECIDED) {
        st = fvi_fail(err, FV_E_INTERNAL, "the facts do not decide");
        goto out;
    }
    fvi_explain_decision(&f->reasons, f->result.decision);
    fvi_explain_finish(&f->reasons, f->result.decision, f->channel, &f->result);
out:
    return st;
}

static void give(const flow *f, fv_result *out)
{
    uint32_t size = out->struct_size;
    memcpy(out, &f->result, size < sizeof f->result ? size : sizeof f->result);
    out->struct_size = size;
}

static fv_status answer(fv_session *session, const fv_request *request, bool whole,
                        fv_result *result, fv_error *err)
{
    fv_status st = FV_OK;
    uint64_t start = fvi_clock_us();
    uint64_t mark = start;
    flow f = {.session = session};

    fvi_error_clear(err);
    if (session == NULL || request == NULL || result == NULL)
        return fvi_fail(err, FV_E_ARG, "session, request or result is NULL");
    if (result->struct_size < sizeof result->struct_size + sizeof result->decision)
        return fvi_fail_field(err, FV_E_ARG, "struct_size", "use FV_RESULT_INIT");
    FVI_TRY(take_request(&f, request, start, err));
    f.liveness = whole && f.channel->liveness;
    if (whole)
        FVI_TRY(fvi_age_check(f.request.birth_date, f.request.id_number, f.request.now_unix_s,
                              &f.facts.age, err));
    FVI_TRY(run(&f, err));
    fvi_stage(&mark, &f.result.timings.total_us);
    give(&f, result);
out:
    fvi_session_wipe(session);
    fvi_wipe(&f, sizeof f);
    return st;
}

fv_status fv_verify(fv_session *session, const fv_request *request, fv_result *result,
                    fv_error *err)
{
    return answer(session, request, true, result, err);
}

fv_status fv_match(fv_session *session, const fv_request *request, fv_result *result, fv_error *err)
{
    return answer(session, request, false, result, err);
}
