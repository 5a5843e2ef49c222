/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the measures of one 720x960 selfie take beyond detection and landmarks, their share of a
 * whole verify, and each measure by itself: processor time of one thread, medians, in one run. One
 * JSON line for each figure.
 *
 *     bench_quality MODELS_DIR [ROUNDS]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench_common.h"
#include "bench_photo.h"
#include "faceverify/faceverify.h"
#include "verify/quality.h"

enum { ROUNDS_MAX = 1000, INNER = 10 };

static int rounds = 100;
static double us[ROUNDS_MAX];

typedef struct figures {
    double look_us, all_us; /* the view alone; the view and every measure */
    double each_us[FVI_Q_COUNT];
} figures;

static float take(fvi_measure measure, const fvi_view *v)
{
    switch (measure) {
#define Q(id, key, unit, fn, ...)                                                                  \
    case FVI_Q_##id:                                                                               \
        return fvi_q_##fn(v);
#include "quality/measures.def"
#undef Q
    case FVI_Q_COUNT:
        break;
    }
    return 0.0f;
}

static double time_one(fvi_measure measure, const fvi_view *v)
{
    volatile float kept = 0.0f; /* the work cannot be left out */

    for (int i = 0; i < rounds; i++) {
        double t = bench_thread_us();
        for (int k = 0; k < INNER; k++)
            kept = take(measure, v);
        us[i] = (bench_thread_us() - t) / INNER;
    }
    (void)kept;
    return bench_median(us, (size_t)rounds);
}

/* While the photograph lies in the session. */
static fv_status look_on(void *self, fv_session *session, const fvi_sight *sight, fv_error *err)
{
    fv_status st = FV_OK;
    figures *f = self;
    const fvi_found *found = sight->found;
    fvi_measured measured;
    fvi_view v;

    for (int i = 0; i < rounds; i++) {
        double t = bench_thread_us();
        FVI_TRY(fvi_viewer_measure(session->viewer, found, &measured, err));
        us[i] = bench_thread_us() - t;
    }
    f->all_us = bench_median(us, (size_t)rounds);
    for (int i = 0; i < rounds; i++) {
        double t = bench_thread_us();
        FVI_TRY(fvi_viewer_look(session->viewer, found, &v, err));
        us[i] = bench_thread_us() - t;
    }
    f->look_us = bench_median(us, (size_t)rounds);
    for (int i = 0; i < FVI_Q_COUNT; i++)
        f->each_us[i] = time_one((fvi_measure)i, &v);
out:
    return st;
}

typedef struct photos {
    fv_bytes selfie, record;
} photos;

static fv_status time_verify(fv_session *session, const photos *p, double *median_us, fv_error *err)
{
    fv_status st = FV_OK;
    fv_request request = FV_REQUEST_INIT;

    request.selfie = p->selfie;
    request.record = p->record;
    for (int i = -1; i < rounds; i++) { /* one to warm up */
        fv_result r = FV_RESULT_INIT;
        double t = bench_thread_us();
        FVI_TRY(fv_verify(session, &request, &r, err));
        if (i >= 0) us[i] = bench_thread_us() - t;
    }
    *median_us = bench_median(us, (size_t)rounds);
out:
    return st;
}

static fv_status time_quality(fv_session *session, fv_bytes photo, double *median_us, fv_error *err)
{
    fv_status st = FV_OK;

    for (int i = -1; i < rounds; i++) {
        fv_quality_result r = FV_QUALITY_RESULT_INIT;
        double t = bench_thread_us();
        FVI_TRY(fv_quality(session, photo, FV_SELFIE, &r, err));
        if (i >= 0) us[i] = bench_thread_us() - t;
    }
    *median_us = bench_median(us, (size_t)rounds);
out:
    return st;
}

static fv_status run(const char *models, const photos *p, fv_error *err)
{
    fv_status st = FV_OK;
    fv_engine *engine = NULL;
    fv_session *session = NULL;
    char setting[1100];
    const char *overrides[] = {setting};
    fv_engine_options options = FV_ENGINE_OPTIONS_INIT;
    figures f = {0};
    fvi_quality_ask ask = {
        .photo = p->selfie, .kind = FV_SELFIE, .onlook = look_on, .onlooker = &f};
    fv_quality_result r = FV_QUALITY_RESULT_INIT;
    double verify_us = 0.0;
    double quality_us = 0.0;

    (void)snprintf(setting, sizeof setting, "models.dir=%s", models);
    options.overrides = overrides;
    options.n_overrides = 1;
    FVI_TRY(fv_engine_create(&engine, &options, err));
    FVI_TRY(fv_session_create(&session, engine, err));
    FVI_TRY(time_verify(session, p, &verify_us, err));
    FVI_TRY(time_quality(session, p->selfie, &quality_us, err));
    FVI_TRY(fvi_quality(session, &ask, &r, err));
    (void)printf("{\"name\": \"measures\", \"ms\": %.3f, \"view_ms\": %.3f, "
                 "\"fv_quality_ms\": %.3f, \"fv_verify_ms\": %.3f, \"of_verify\": %.3f}\n",
                 f.all_us * 1e-3, f.look_us * 1e-3, quality_us * 1e-3, verify_us * 1e-3,
                 2.0 * f.all_us / verify_us);
    for (int i = 0; i < FVI_Q_COUNT; i++)
        (void)printf("{\"name\": \"measure\", \"measure\": \"%s\", \"us\": %.1f}\n",
                     fvi_measures[i].name, f.each_us[i]);
out:
    fv_session_destroy(&session);
    fv_engine_destroy(&engine);
    return st;
}

int main(int argc, char **argv)
{
    fv_error err = {.code = FV_OK};
    long asked = argc > 2 ? strtol(argv[2], NULL, 10) : rounds;
#ifndef NDEBUG
    (void)fputs("bench_quality: not a release build\n", stderr);
    return EXIT_FAILURE;
#endif
    if (argc < 2 || asked < 1 || asked > ROUNDS_MAX) {
        (void)fputs("usage: bench_quality MODELS_DIR [ROUNDS]\n", stderr);
        return EXIT_FAILURE;
    }
    rounds = (int)asked;
    blob selfie = bench_photo(SELFIE_JPG);
    blob record = bench_photo(RECORD_JPG);
    photos p = {{selfie.data, selfie.len}, {record.data, record.len}};
    fv_status st = run(argv[1], &p, &err);
    if (st != FV_OK) (void)fprintf(stderr, "bench_quality: %s: %s\n", fv_status_text(st), err.text);
    free(selfie.data);
    free(record.data);
    return st == FV_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
