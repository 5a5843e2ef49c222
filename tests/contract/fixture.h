/* SPDX-License-Identifier: Apache-2.0 */
/* One engine, one session and the portraits: what the tests of the public functions start from. */
#ifndef FVI_TEST_CONTRACT_FIXTURE_H
#define FVI_TEST_CONTRACT_FIXTURE_H

#include "test.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "faceverify/faceverify.h"
#include "portrait.h"

#define MODELS_OVERRIDE "models.dir=" FV_TEST_MODELS

static struct {
    fv_engine *engine;
    fv_session *session;
    blob selfie;
    blob record;
    blob other;
} fix;

static inline fv_status make_engine(fv_engine **out, const char *more, fv_error *err)
{
    const char *overrides[] = {MODELS_OVERRIDE, more};
    fv_engine_options o = FV_ENGINE_OPTIONS_INIT;
    o.overrides = overrides;
    o.n_overrides = more != NULL ? 2 : 1;
    return fv_engine_create(out, &o, err);
}

/* The session is left to the test. */
static inline int fixture_open_engine(void **state)
{
    fv_error err = {0};
    (void)state;
    if (make_engine(&fix.engine, NULL, &err) != FV_OK) {
        (void)fprintf(stderr, "%s\n", err.text);
        return -1;
    }
    fix.selfie = portrait_file(SELFIE_JPG);
    fix.record = portrait_file(RECORD_JPG);
    fix.other = portrait_file(OTHER_JPG);
    return 0;
}

static inline int fixture_open(void **state)
{
    fv_error err = {0};
    if (fixture_open_engine(state) != 0) return -1;
    if (fv_session_create(&fix.session, fix.engine, &err) == FV_OK) return 0;
    (void)fprintf(stderr, "%s\n", err.text);
    return -1;
}

static inline int fixture_close(void **state)
{
    (void)state;
    fv_session_destroy(&fix.session);
    fv_engine_destroy(&fix.engine);
    free(fix.selfie.data);
    free(fix.record.data);
    free(fix.other.data);
    return 0;
}

static inline fv_bytes bytes_of(blob b)
{
    return (fv_bytes){b.data, b.len};
}

static inline fv_request request_of(blob selfie, blob record)
{
    fv_request r = FV_REQUEST_INIT;
    r.selfie = bytes_of(selfie);
    r.record = bytes_of(record);
    return r;
}

static inline fv_result answer_to(const fv_request *request)
{
    fv_result result = FV_RESULT_INIT;
    fv_error err = {0};
    assert_fv_ok(fv_verify(fix.session, request, &result, &err), &err);
    assert_int_equal(err.code, FV_OK);
    return result;
}

static inline fv_result verify(blob selfie, blob record)
{
    fv_request r = request_of(selfie, record);
    return answer_to(&r);
}

static inline bool has_reason(const fv_result *r, fv_reason_code code, fv_image image)
{
    for (uint32_t i = 0; i < r->n_reasons; i++) {
        if (r->reasons[i].code == code && r->reasons[i].image == image) return true;
    }
    return false;
}

/* What holds of every answer, whatever was asked. */
static inline void assert_sound(const fv_result *r, const char *what)
{
    bool fine = r->decision == FV_PASS || r->decision == FV_NOT_REQUIRED;
    if (r->decision == FV_UNDECIDED || fv_decision_name(r->decision)[0] == '\0')
        fail_msg("%s: decision %d", what, (int)r->decision);
    if (fine != (r->n_remedies == 0)) fail_msg("%s: %u remedies", what, r->n_remedies);
    if (!fine && r->n_reasons == 0) fail_msg("%s: no reason", what);
    if (!fine && r->remedies[r->n_remedies - 1] != FV_REMEDY_VISIT_COUNTER)
        fail_msg("%s: the counter is not the last resort", what);
    for (uint32_t i = 0; i < r->n_reasons; i++) {
        const fv_reason *why = &r->reasons[i];
        char text[512];
        size_t n = fv_reason_text(why, FV_LOCALE_ZH_CN, text, sizeof text);
        if (n == 0 || n >= sizeof text) fail_msg("%s: reason %u has no text", what, i);
        if (fine && why->severity == FV_BLOCKS) fail_msg("%s: passes though %s", what, text);
    }
    bool compared =
        r->decision == FV_PASS || r->decision == FV_NO_MATCH || r->decision == FV_MANUAL_REVIEW;
    if (compared == (bool)isnan(r->similarity))
        fail_msg("%s: similarity %f", what, (double)r->similarity);
}

static inline const char *describe(const fv_result *r, char *buf, size_t cap)
{
    size_t n = (size_t)snprintf(buf, cap, "%s %.3f eyes %.1f/%.1f", fv_decision_name(r->decision),
                                (double)r->similarity, (double)r->selfie.inter_eye_px,
                                (double)r->record.inter_eye_px);
    for (uint32_t i = 0; i < r->n_reasons && n < cap; i++)
        n += (size_t)snprintf(buf + n, cap - n, " %s:%s(%g)", fv_image_name(r->reasons[i].image),
                              fv_reason_name(r->reasons[i].code), (double)r->reasons[i].value);
    return buf;
}

#endif
