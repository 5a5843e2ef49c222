/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/channel.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "verify/engine.h"

/* The key that a value comes from, for error texts. */
typedef struct key {
    char text[64];
} key;

static key key_of(const char *channel, bool own, const char *name)
{
    key k;
    if (own)
        (void)snprintf(k.text, sizeof k.text, "channels.%s.%s", channel, name);
    else
        (void)snprintf(k.text, sizeof k.text, "policy.%s", name);
    return k;
}

static fv_status under_key(const key *k, fv_status st, const fv_error *why, fv_error *err)
{
    return st == FV_OK ? st : fvi_fail(err, st, "%s: %s", k->text, why->text);
}

static fv_status resolve_rate(const fv_engine *e, const key *k, double fmr, float *similarity,
                              fv_error *err)
{
    fv_error why = {.code = FV_OK};
    fv_status st = fvi_calibration_similarity(&e->calibration, fmr, similarity, NULL, &why);
    return under_key(k, st, &why, err);
}

static fv_status resolve_liveness(const fv_engine *e, const fvi_profile *p, fvi_channel *c,
                                  fv_error *err)
{
    bool own = p->liveness != FVI_LIVENESS_AS_POLICY;
    fv_error why = {.code = FV_OK};

    c->liveness = (own ? p->liveness : e->settings.policy.liveness) == (int)FVI_LIVENESS_REQUIRED;
    c->liveness_bpcer =
        p->liveness_bpcer != 0.0 ? p->liveness_bpcer : e->settings.policy.liveness_bpcer;
    c->live_limits = (fvi_live_limits){NAN, NAN};
    if (e->models[FVI_ROLE_LIVENESS] != NULL) {
        key k = key_of(c->name, p->liveness_bpcer != 0.0, "liveness_bpcer");
        fv_status st = fvi_liveness_limits(&e->liveness, c->liveness_bpcer, &c->live_limits, &why);
        return under_key(&k, st, &why, err);
    }
    if (!c->liveness) return FV_OK;
    return fvi_fail(err, FV_E_MODEL,
                    "%s/pack.json: no network of the role 'liveness', which %s asks for",
                    e->pack->dir, key_of(c->name, own, "liveness").text);
}

static fv_status resolve(const fv_engine *e, const fvi_profile *p, fvi_channel *c, fv_error *err)
{
    fv_status st = FV_OK;
    const fvi_settings *s = &e->settings;
    const key match = key_of(c->name, p->match_fmr != 0.0, "match_fmr");
    const key review = key_of(c->name, p->review_fmr != 0.0, "review_fmr");
    char why[128] = "";

    c->match_fmr = p->match_fmr != 0.0 ? p->match_fmr : s->policy.match_fmr;
    c->review_fmr = p->review_fmr != 0.0 ? p->review_fmr : s->policy.review_fmr;
    c->deadline_ms = p->deadline_ms != 0 ? p->deadline_ms : s->limits.deadline_ms;
    c->deadline_most_ms = p->deadline_ms;
    c->wording = (fv_wording)p->wording;
    FVI_TRY(resolve_rate(e, &match, c->match_fmr, &c->match_similarity, err));
    FVI_TRY(resolve_rate(e, &review, c->review_fmr, &c->review_similarity, err));
    FVI_TRY(resolve_liveness(e, p, c, err));
    if (!fvi_remedy_order_parse(p->remedies_first, &c->first, why, sizeof why))
        st = fvi_fail(err, FV_E_CONFIG, "channels.%s.remedies_first: %s", c->name, why);
out:
    return st;
}

fv_status fvi_channels_resolve(fv_engine *e, fv_error *err)
{
    static const fvi_profile as_policy = {.liveness = FVI_LIVENESS_AS_POLICY};
    fv_status st = FV_OK;

    e->policy = (fvi_channel){.name = ""};
    FVI_TRY(resolve(e, &as_policy, &e->policy, err));
    for (int i = 0; i < FVI_CHANNEL_COUNT; i++) {
        e->channels[i] = (fvi_channel){.name = fvi_channel_infos[i].name,
                                       .is_counter = fvi_channel_infos[i].is_counter};
        FVI_TRY(resolve(e, &e->settings.channels[i], &e->channels[i], err));
    }
out:
    return st;
}

fv_status fvi_channel_find(const fv_engine *engine, const char *name, const fvi_channel **out,
                           fv_error *err)
{
    char known[128] = "";
    size_t n = 0;

    if (name == NULL) {
        *out = &engine->policy;
        return FV_OK;
    }
    for (int i = 0; i < FVI_CHANNEL_COUNT; i++) {
        const fvi_channel *c = &engine->channels[i];
        if (strcmp(name, c->name) == 0) {
            *out = c;
            return FV_OK;
        }
        if (n < sizeof known)
            n += (size_t)snprintf(known + n, sizeof known - n, "%s%s", i > 0 ? ", " : "", c->name);
    }
    return fvi_fail_field(err, FV_E_ARG, "channel", "unknown channel; known: %s", known);
}

uint32_t fvi_channel_deadline_ms(const fvi_channel *channel, uint32_t asked)
{
    uint32_t most = channel->deadline_most_ms;

    if (asked == 0) return channel->deadline_ms;
    return most != 0 && asked > most ? most : asked;
}

uint32_t fvi_engine_deadline_ms(const fv_engine *engine, const char *channel, uint32_t asked)
{
    const fvi_channel *c = &engine->policy;

    if (fvi_channel_find(engine, channel, &c, NULL) != FV_OK) c = &engine->policy;
    return fvi_channel_deadline_ms(c, asked);
}
