/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prints, as one JSON document, every enumeration of the public headers with its numbers, and
 * replies for every status, decision and reason: what test_json.py holds against the .proto.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/failure.h"
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
static fv_result result(unsigned seed)
{
    fv_result filled = FV_RESULT_INIT;
    fv_result *r = &filled;

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
    return filled;
}

static const fv_versions versions = {.struct_size = sizeof(fv_versions),
                                     .pack_name = "pack",
                                     .pack_sha256 = "00ff",
                                     .calibration_id = "calibration"};

/* What the program prints of an answer; NULL: out of memory. */
static json_t *document(fvi_wire_reply *like, char *image)
{
    fvi_answer *made = NULL;
    fv_error err;
    json_t *o = NULL;

    like->request_id = "";
    like->scores = true;
    like->versions = &versions;
    if (fvi_answer_create(&made, like, &err) != FV_OK) return NULL;
    cli_photo photo = {.kind = like->kind};
    photo.answer.message = fvi_answer_message(made);
    cli_photos of = {.op = like->op};
    if (like->op == FVI_OP_QUALITY) photo.answer.message->quality->image = image;
    if (like->op == FVI_OP_LIVENESS) photo.answer.message->liveness->image = image;
    o = like->op == FVI_OP_VERIFY ? cli_message_json(&photo.answer.message->verify->base)
                                  : cli_photo_json(&of, &photo);
    fvi_answer_destroy(&made);
    return o;
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

/* What result() tells, of one photograph. */
static fv_quality_result quality(unsigned seed)
{
    const fv_result a = result(seed);
    fv_quality_result filled = FV_QUALITY_RESULT_INIT;
    fv_quality_result *r = &filled;

    r->usable = seed % 2;
    r->n_reasons = a.n_reasons;
    r->n_remedies = a.n_remedies;
    memcpy(r->reasons, a.reasons, sizeof r->reasons);
    memcpy(r->remedies, a.remedies, sizeof r->remedies);
    r->n_measures = seed % 3 == 0 ? 0 : FV_MEASURES_MAX;
    for (unsigned i = 0; i < r->n_measures; i++)
        r->measures[i] = measure(seed + i);
    r->photo = a.selfie;
    r->timings = a.timings;
    return filled;
}

static void add_failures(json_t *replies, fvi_op op)
{
    const cli_common common = {.command = "sample"};

    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        cli_photos of = {.common = &common, .op = op};
        cli_photo p = {.image = "x", .kind = FV_RECORD};
        p.answer.status = statuses[i];
        p.answer.err = (fv_error){statuses[i], "image", "no"};
        if (statuses[i] != FV_OK) (void)json_array_append_new(replies, cli_photo_json(&of, &p));
    }
}

static json_t *quality_replies(unsigned n)
{
    static char image[] = "a \"b\" \u7167.jpg";
    json_t *replies = json_array();

    for (unsigned i = 0; i < n; i++) {
        const fv_quality_result r = quality(i);
        fvi_wire_reply like = {
            .op = FVI_OP_QUALITY, .quality = &r, .kind = i % 2 ? FV_SELFIE : FV_RECORD};
        (void)json_array_append_new(replies, document(&like, image));
    }
    add_failures(replies, FVI_OP_QUALITY);
    return replies;
}

static fv_liveness_result liveness(unsigned seed)
{
    const fv_result a = result(seed);
    fv_liveness_result filled = FV_LIVENESS_RESULT_INIT;
    fv_liveness_result *r = &filled;

    r->liveness = (fv_liveness_verdict)(1 + seed % 3);
    r->n_reasons = a.n_reasons;
    r->n_remedies = a.n_remedies;
    memcpy(r->reasons, a.reasons, sizeof r->reasons);
    memcpy(r->remedies, a.remedies, sizeof r->remedies);
    r->selfie = a.selfie;
    r->timings = a.timings;
    r->score = r->liveness == FV_LIVENESS_CANNOT_JUDGE ? NAN : 0.0f;
    r->limit = 0.5f;
    r->attack_limit = 0.25f;
    r->bpcer = 0.01f;
    return filled;
}

static json_t *liveness_replies(unsigned n)
{
    static char image[] = "selfie.jpg";
    json_t *replies = json_array();

    for (unsigned i = 0; i < n; i++) {
        const fv_liveness_result r = liveness(i);
        fvi_wire_reply like = {.op = FVI_OP_LIVENESS, .locale = FV_LOCALE_EN, .liveness = &r};
        (void)json_array_append_new(replies, document(&like, image));
    }
    add_failures(replies, FVI_OP_LIVENESS);
    return replies;
}

static json_t *verify_replies(unsigned n)
{
    const cli_common common = {.command = "sample"};
    json_t *replies = json_array();

    for (unsigned i = 0; i < 2 * n; i++) {
        const fv_result r = result(i % n);
        fvi_wire_reply like = {
            .op = FVI_OP_VERIFY, .locale = i < n ? FV_LOCALE_EN : FV_LOCALE_ZH_CN, .result = &r};
        (void)json_array_append_new(replies, document(&like, NULL));
    }
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        cli_answer a = {.status = statuses[i],
                        .err = {statuses[i], "selfie", "quote \" and \u7167"},
                        .versions = versions};
        if (a.status == FV_OK) continue;
        (void)json_array_append_new(replies, cli_failure_json(&common, &a));
        a.err = (fv_error){.code = a.status};
        (void)json_array_append_new(replies, cli_failure_json(&common, &a));
    }
    return replies;
}

int main(void)
{
    unsigned n = 1 + (2 * N_CODES + FV_REASONS_MAX - 1) / FV_REASONS_MAX;

    if (n < FV_TOO_MANY_ATTEMPTS) n = FV_TOO_MANY_ATTEMPTS;
    json_t *reasons = json_object();
    for (size_t i = 0; i < N_CODES; i++)
        (void)json_object_set_new(reasons, fv_reason_name(codes[i]), json_integer(codes[i]));
    json_t *all = json_pack("{s:o, s:o, s:o, s:o, s:o}", "enums", enums(), "reasons", reasons,
                            "replies", verify_replies(n), "qualities", quality_replies(n),
                            "livenesses", liveness_replies(n));
    int failed = all == NULL || json_dumpf(all, stdout, JSON_REAL_PRECISION(CLI_REAL_DIGITS)) != 0;
    json_decref(all);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
