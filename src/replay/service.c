/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/service.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "wire/wire.h"

enum { AT_ONCE_MAX = 64 };

struct fvi_service {
    fv_client *client;
    fv_client_reply *info; /* the texts of versions lie in it */
    fv_versions versions;
    fv_client_service limits;
    fvi_held held;
    float live_limit; /* NaN: none was asked for */
    float attack_limit;
};

static const char *text_or_none(const char *text)
{
    return text == NULL ? "" : text;
}

static fv_status refused(const fv_client_reply *reply, fv_error *err)
{
    fv_service_status s = fv_client_reply_status(reply);
    fv_status st = s == FV_SERVICE_TOO_LARGE           ? FV_E_LIMIT
                   : s == FV_SERVICE_DEADLINE_EXCEEDED ? FV_E_TIMEOUT
                                                       : FV_E_BACKEND;
    const char *text = fv_client_reply_message(reply);

    return fvi_fail(err, st, "%.150s (%s)", text[0] == '\0' ? "the service could not answer" : text,
                    fvi_answered_name((fvi_answered)s));
}

static bool same_text(const char *a, const char *b)
{
    return strcmp(text_or_none(a), text_or_none(b)) == 0;
}

static bool same_number(float a, float b)
{
    return (isnan(a) && isnan(b)) || !(a < b || a > b);
}

static fv_status changed(fv_error *err)
{
    return fvi_fail(err, FV_E_BACKEND,
                    "the service runs another version, other models or settings than when the "
                    "run began");
}

/* An answer, and of the service that was asked at first. */
static fv_status check(const fvi_service *s, const fv_client_reply *reply, fv_error *err)
{
    fv_versions v = FV_VERSIONS_INIT;

    if (fv_client_reply_status(reply) != FV_SERVICE_OK) return refused(reply, err);
    fv_status st = fv_client_reply_versions(reply, &v, err);
    if (st != FV_OK) return st;
    bool same = same_text(v.library, s->versions.library) &&
                same_text(v.pack_sha256, s->versions.pack_sha256) &&
                same_text(v.calibration_id, s->versions.calibration_id);
    return same ? FV_OK : changed(err);
}

static fv_status ask_match(const fvi_service *s, fv_bytes selfie, fv_bytes record, fv_result *out,
                           fv_error *err)
{
    fv_status st = FV_OK;
    fv_client_request request = FV_CLIENT_REQUEST_INIT;
    fv_client_reply *reply = NULL;

    request.selfie = selfie;
    request.record = record;
    FVI_TRY(fv_client_match(s->client, &request, &reply, err));
    if (fv_client_reply_status(reply) == FV_SERVICE_PERMISSION_DENIED) {
        st = fvi_fail_field(err, FV_E_ARG, "url",
                            "the service tells scores to its role ops only: replay needs a URL of "
                            "that role (service.listen_ops)");
        goto out;
    }
    FVI_TRY(check(s, reply, err));
    FVI_TRY(fv_client_reply_result(reply, out, err));
out:
    fv_client_reply_destroy(&reply);
    return st;
}

static fv_status ask_liveness(const fvi_service *s, fv_bytes selfie, fv_liveness_result *out,
                              fv_error *err)
{
    fv_status st = FV_OK;
    fv_client_request request = FV_CLIENT_REQUEST_INIT;
    fv_client_reply *reply = NULL;

    request.selfie = selfie;
    FVI_TRY(fv_client_liveness(s->client, &request, &reply, err));
    FVI_TRY(check(s, reply, err));
    FVI_TRY(fv_client_reply_liveness(reply, out, err));
out:
    fv_client_reply_destroy(&reply);
    return st;
}

/* Photographs of no bytes are answered, with the thresholds that hold. */
static fv_status probe(fvi_service *s, fvi_kind kind, fv_error *err)
{
    fv_status st = FV_OK;
    const fv_bytes none = {(const uint8_t *)"", 0};
    fv_result r = FV_RESULT_INIT;
    fv_liveness_result l = FV_LIVENESS_RESULT_INIT;

    FVI_TRY(ask_match(s, none, none, &r, err));
    s->held = (fvi_held){r.match_similarity, r.review_similarity, r.match_fmr, r.review_fmr};
    if (kind != FVI_KIND_ATTACKS) goto out;
    FVI_TRY(ask_liveness(s, none, &l, err));
    s->live_limit = l.limit;
    s->attack_limit = l.attack_limit;
out:
    return st;
}

fv_status fvi_service_open(fvi_service **out, const fv_client_options *options, fvi_kind kind,
                           fv_error *err)
{
    fv_status st = FV_OK;
    fv_client_request request = FV_CLIENT_REQUEST_INIT;
    fvi_service *s = calloc(1, sizeof *s);

    if (s == NULL) return fvi_fail(err, FV_E_NOMEM, "a service");
    s->versions = (fv_versions)FV_VERSIONS_INIT;
    s->limits = (fv_client_service)FV_CLIENT_SERVICE_INIT;
    s->live_limit = s->attack_limit = NAN;
    FVI_TRY(fv_client_create(&s->client, options, err));
    FVI_TRY(fv_client_info(s->client, &request, &s->info, err));
    if (fv_client_reply_status(s->info) != FV_SERVICE_OK) {
        st = refused(s->info, err);
        goto out;
    }
    FVI_TRY(fv_client_reply_versions(s->info, &s->versions, err));
    FVI_TRY(fv_client_reply_service(s->info, &s->limits, err));
    FVI_TRY(probe(s, kind, err));
    *out = s;
    s = NULL;
out:
    fvi_service_close(&s);
    return st;
}

void fvi_service_close(fvi_service **service)
{
    if (service == NULL || *service == NULL) return;
    fv_client_reply_destroy(&(*service)->info);
    fv_client_destroy(&(*service)->client);
    free(*service);
    *service = NULL;
}

const fvi_held *fvi_service_held(const fvi_service *service)
{
    return &service->held;
}

/* Twice its workers: none waits for the next photograph to be read and sent. */
unsigned fvi_service_at_once(const fvi_service *service)
{
    unsigned n = service->limits.workers;
    return n < 1 ? 2 : n > AT_ONCE_MAX / 2 ? AT_ONCE_MAX : 2 * n;
}

uint64_t fvi_service_image_bytes_max(const fvi_service *service)
{
    return service->limits.image_bytes_max;
}

/* 0.001F is told as 0.001, not with the digits that a double has more. */
static double plain(double of_float)
{
    char text[32];
    (void)snprintf(text, sizeof text, "%.7g", of_float);
    return strtod(text, NULL);
}

json_t *fvi_service_versions_json(const fvi_service *s)
{
    const fv_versions *v = &s->versions;

    return json_pack("{s:s, s:s, s:s, s:s, s:f, s:f, s:f, s:f}", "library",
                     text_or_none(v->library), "pack", text_or_none(v->pack_name), "pack_sha256",
                     text_or_none(v->pack_sha256), "calibration", text_or_none(v->calibration_id),
                     "match_similarity", (double)s->held.match_similarity, "match_fmr",
                     plain(s->held.match_fmr), "review_similarity",
                     (double)s->held.review_similarity, "review_fmr", plain(s->held.review_fmr));
}

fv_status fvi_service_key(const fvi_service *s, const char *more, char key[65], fv_error *err)
{
    char text[1200];
    const fv_versions *v = &s->versions;
    int n = snprintf(
        text, sizeof text, "service\n%.64s\n%.64s\n%.200s\n%.9g %.9g %.9g %.9g\n%.400s",
        text_or_none(v->library), text_or_none(v->pack_sha256), text_or_none(v->calibration_id),
        (double)s->held.match_similarity, (double)s->held.review_similarity, (double)s->live_limit,
        (double)s->attack_limit, more);

    return fvi_sha256_hex(text, (size_t)n, key, err);
}

fv_status fvi_service_match(const fvi_service *s, fv_bytes selfie, fv_bytes record, fvi_worked *out,
                            fv_error *err)
{
    fv_status st = FV_OK;
    fv_result r = FV_RESULT_INIT;

    FVI_TRY(ask_match(s, selfie, record, &r, err));
    if (!same_number(r.match_similarity, s->held.match_similarity) ||
        !same_number(r.review_similarity, s->held.review_similarity)) {
        st = changed(err);
        goto out;
    }
    out->answer = (uint8_t)r.decision;
    out->score = r.similarity;
    out->timings = r.timings;
    out->has_face[0] = r.selfie.faces > 0;
    out->has_face[1] = r.record.faces > 0;
    fvi_worked_take_told(out, r.reasons, r.n_reasons);
out:
    return st;
}

fv_status fvi_service_liveness(const fvi_service *s, fv_bytes selfie, fvi_worked *out,
                               fv_error *err)
{
    fv_status st = FV_OK;
    fv_liveness_result r = FV_LIVENESS_RESULT_INIT;

    FVI_TRY(ask_liveness(s, selfie, &r, err));
    if (!same_number(r.limit, s->live_limit) || !same_number(r.attack_limit, s->attack_limit)) {
        st = changed(err);
        goto out;
    }
    fvi_worked_take_liveness(out, &r);
out:
    return st;
}

fv_status fvi_service_quality(const fvi_service *s, fv_bytes photo, fv_image kind, fvi_worked *out,
                              fv_error *err)
{
    fv_status st = FV_OK;
    fv_client_request request = FV_CLIENT_REQUEST_INIT;
    fv_client_reply *reply = NULL;
    fv_quality_result r = FV_QUALITY_RESULT_INIT;

    request.selfie = photo;
    request.kind = kind;
    FVI_TRY(fv_client_quality(s->client, &request, &reply, err));
    FVI_TRY(check(s, reply, err));
    FVI_TRY(fv_client_reply_quality(reply, &r, err));
    fvi_worked_take_quality(out, &r);
out:
    fv_client_reply_destroy(&reply);
    return st;
}
