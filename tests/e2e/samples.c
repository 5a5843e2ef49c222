/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prints, as one JSON document, every enumeration of the public headers with its numbers, and
 * replies for every status, decision and reason: what test_json.py holds against the .proto.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/photos.h"

static json_t *enums(void)
{
    json_t *all = json_object();
    json_t *o = json_object();
#define X(name, number)                                                                            \
    (void)json_object_set_new(o, fv_decision_name(FV_##name), json_integer(number));
    FV_DECISION_LIST(X)
#undef X
    (void)json_object_set_new(all, "Decision", o);

    o = json_object();
#define X(name, number, ...)                                                                       \
    (void)json_object_set_new(o, fv_remedy_name(FV_REMEDY_##name), json_integer(number));
    FV_REMEDY_LIST(X)
#undef X
    (void)json_object_set_new(all, "Remedy", o);

    o = json_object();
#define X(name, number)                                                                            \
    (void)json_object_set_new(o, fv_verdict_name(FV_VERDICT_##name), json_integer(number));
    FV_VERDICT_LIST(X)
#undef X
    (void)json_object_set_new(all, "Verdict", o);

    o = json_object();
#define X(name, number)                                                                            \
    (void)json_object_set_new(o, fv_liveness_name(FV_LIVENESS_##name), json_integer(number));
    FV_LIVENESS_LIST(X)
#undef X
    (void)json_object_set_new(all, "Liveness", o);

    json_t *image = json_object();
    json_t *severity = json_object();
    for (int i = 0; i < 256; i++) { /* whatever number has a name */
        if (fv_image_name((fv_image)i)[0] != '\0')
            (void)json_object_set_new(image, fv_image_name((fv_image)i), json_integer(i));
        if (fv_severity_name((fv_severity)i)[0] != '\0')
            (void)json_object_set_new(severity, fv_severity_name((fv_severity)i), json_integer(i));
    }
    (void)json_object_set_new(all, "Image", image);
    (void)json_object_set_new(all, "Severity", severity);
    return all;
}

static const fv_reason_code codes[] = {
#define R(name, ...) FV_REASON_##name,
#include "faceverify/reasons.def"
#undef R
};
enum { N_CODES = sizeof codes / sizeof codes[0] };

static const fv_remedy remedies[] = {
#define X(name, ...) FV_REMEDY_##name,
    FV_REMEDY_LIST(X)
#undef X
};
enum { N_REMEDIES = sizeof remedies / sizeof remedies[0] };

static fv_photo_info photo(unsigned seed)
{
    fv_photo_info p = {0};
    float f = (float)seed;

    if (seed % 3 == 0) return p; /* not decoded */
    p.width_px = 4000 + seed;
    p.height_px = 3000;
    p.orientation = 1 + seed % 8;
    if (seed % 3 == 1) return p; /* no face */
    p.faces = 1;
    p.face_x_px = -1.5f - f;
    p.face_y_px = 1.0f / 3.0f;
    p.face_width_px = 1e-6f;
    p.face_height_px = 1e6f + f;
    p.inter_eye_px = 105.25f;
    p.yaw_deg = seed % 2 ? NAN : 0.0f;
    p.pitch_deg = -0.0f;
    p.roll_deg = 179.9f;
    return p;
}

/* Every reason of both photographs, every remedy and decision, in turn. */
static cli_answer answer(unsigned seed)
{
    cli_answer a = {.status = FV_OK, .result = FV_RESULT_INIT, .versions = FV_VERSIONS_INIT};
    fv_result *r = &a.result;

    r->decision = (fv_decision)(1 + seed % FV_TOO_MANY_ATTEMPTS);
    r->n_reasons = seed == 0 ? 0 : FV_REASONS_MAX;
    for (unsigned i = 0; i < r->n_reasons; i++) {
        unsigned k = (seed - 1) * FV_REASONS_MAX + i;
        r->reasons[i] = (fv_reason){.code = codes[k / 2 % N_CODES],
                                    .image = k % 2 ? FV_SELFIE : FV_RECORD,
                                    .severity = k % 3 ? FV_BLOCKS : FV_ADVICE,
                                    .remedy = remedies[k % N_REMEDIES],
                                    .value = i % 4 == 0 ? NAN : (float)i - 2.0f,
                                    .limit = i % 4 == 0 ? NAN : 0.6f,
                                    .detail = "HEIC"};
    }
    r->n_remedies = seed == 0 ? 0 : FV_REMEDIES_MAX;
    for (unsigned i = 0; i < r->n_remedies; i++)
        r->remedies[i] = remedies[(seed * FV_REMEDIES_MAX + i) % N_REMEDIES];
    r->selfie = photo(seed);
    r->record = photo(seed + 1);
    r->timings = (fv_timings){seed, 2, 3, 4, 5, 6, 7, 8, 9, UINT32_MAX};
    r->similarity = seed % 2 ? NAN : -0.071234567f;
    r->match_similarity = 0.4f;
    r->review_similarity = seed % 2 ? 0.0f : 0.3f;
    r->match_fmr = 1e-4f;
    r->review_fmr = 1e-3f;
    r->liveness = (fv_liveness_verdict)(seed % 4);
    r->liveness_score = seed % 4 == FV_LIVENESS_CANNOT_JUDGE ? NAN : 0.75f;
    r->liveness_limit = 0.5f;
    r->attack_limit = 0.25f;
    r->liveness_bpcer = 0.01f;
    r->wording = (fv_wording)(seed % 2);
    a.versions.pack_name = "pack";
    a.versions.pack_sha256 = "00ff";
    a.versions.calibration_id = "calibration";
    return a;
}

static const fv_status statuses[] = {
#define X(name, ...) FV_##name,
    FV_STATUS_LIST(X)
#undef X
};

static fv_measure measure(unsigned seed)
{
    fv_measure m = {.name = "MEASURE", .unit = "px", .verdict = (fv_verdict)(seed % 4)};

    m.value = m.verdict == FV_VERDICT_NOT_ASSESSED ? NAN : 0.1f * (float)seed - 1.0f;
    m.score = m.verdict == FV_VERDICT_NOT_ASSESSED ? NAN : (float)(seed % 101);
    m.min = seed % 2 ? -INFINITY : 0.0f;
    m.max = seed % 3 ? INFINITY : 1e6f;
    m.advise_min = seed % 5 ? -INFINITY : -0.5f;
    m.advise_max = seed % 7 ? INFINITY : 3.0f;
    return m;
}

/* What answer() tells, of one photograph. */
static cli_photo quality(unsigned seed)
{
    const cli_answer a = answer(seed);
    cli_photo p = {.image = "a \"b\" \u7167.jpg", .status = FV_OK, .versions = a.versions};
    fv_quality_result *r = &p.quality;

    p.kind = seed % 2 ? FV_SELFIE : FV_RECORD;
    r->usable = seed % 2;
    r->n_reasons = a.result.n_reasons;
    r->n_remedies = a.result.n_remedies;
    memcpy(r->reasons, a.result.reasons, sizeof r->reasons);
    memcpy(r->remedies, a.result.remedies, sizeof r->remedies);
    r->n_measures = seed % 3 == 0 ? 0 : FV_MEASURES_MAX;
    for (unsigned i = 0; i < r->n_measures; i++)
        r->measures[i] = measure(seed + i);
    r->photo = a.result.selfie;
    r->timings = a.result.timings;
    return p;
}

static json_t *quality_replies(unsigned n)
{
    json_t *replies = json_array();

    for (unsigned i = 0; i < n; i++) {
        cli_photo p = quality(i);
        (void)json_array_append_new(replies, cli_quality_json(&p, FV_LOCALE_ZH_CN));
    }
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        cli_photo p = {.image = "x", .kind = FV_RECORD, .status = statuses[i]};
        p.err = (fv_error){statuses[i], "image", "no"};
        if (p.status != FV_OK)
            (void)json_array_append_new(replies, cli_quality_json(&p, FV_LOCALE_EN));
    }
    return replies;
}

static cli_photo liveness(unsigned seed)
{
    const cli_answer a = answer(seed);
    cli_photo p = {.image = "selfie.jpg", .status = FV_OK, .versions = a.versions};
    fv_liveness_result *r = &p.liveness;

    r->liveness = (fv_liveness_verdict)(1 + seed % 3);
    r->n_reasons = a.result.n_reasons;
    r->n_remedies = a.result.n_remedies;
    memcpy(r->reasons, a.result.reasons, sizeof r->reasons);
    memcpy(r->remedies, a.result.remedies, sizeof r->remedies);
    r->selfie = a.result.selfie;
    r->timings = a.result.timings;
    r->score = r->liveness == FV_LIVENESS_CANNOT_JUDGE ? NAN : 0.0f;
    r->limit = 0.5f;
    r->attack_limit = 0.25f;
    r->bpcer = 0.01f;
    return p;
}

static json_t *liveness_replies(unsigned n)
{
    json_t *replies = json_array();

    for (unsigned i = 0; i < n; i++) {
        cli_photo p = liveness(i);
        (void)json_array_append_new(replies, cli_liveness_json(&p, FV_LOCALE_EN));
    }
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        cli_photo p = {.image = "x", .status = statuses[i], .err = {statuses[i], "image", "no"}};
        if (p.status != FV_OK)
            (void)json_array_append_new(replies, cli_liveness_json(&p, FV_LOCALE_EN));
    }
    return replies;
}

int main(void)
{
    json_t *replies = json_array();
    unsigned n = 1 + (2 * N_CODES + FV_REASONS_MAX - 1) / FV_REASONS_MAX;

    if (n < FV_TOO_MANY_ATTEMPTS) n = FV_TOO_MANY_ATTEMPTS;
    for (unsigned i = 0; i < 2 * n; i++) {
        cli_answer a = answer(i % n);
        (void)json_array_append_new(replies,
                                    cli_reply_json(&a, i < n ? FV_LOCALE_EN : FV_LOCALE_ZH_CN));
    }
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        cli_answer a = {.status = statuses[i],
                        .err = {statuses[i], "selfie", "quote \" and \u7167"}};
        if (a.status != FV_OK)
            (void)json_array_append_new(replies, cli_reply_json(&a, FV_LOCALE_EN));
        a.err = (fv_error){.code = a.status};
        if (a.status != FV_OK)
            (void)json_array_append_new(replies, cli_reply_json(&a, FV_LOCALE_EN));
    }
    json_t *reasons = json_object();
    for (size_t i = 0; i < N_CODES; i++)
        (void)json_object_set_new(reasons, fv_reason_name(codes[i]), json_integer(codes[i]));
    json_t *all =
        json_pack("{s:o, s:o, s:o, s:o, s:o}", "enums", enums(), "reasons", reasons, "replies",
                  replies, "qualities", quality_replies(n), "livenesses", liveness_replies(n));
    int failed = all == NULL || json_dumpf(all, stdout, JSON_REAL_PRECISION(7)) != 0;
    json_decref(all);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
