/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole verify of two 720x960 JPEGs, one thread, in process: both backends in turns, the stages
 * of each, two sessions on two threads, and the memory of a process with eight sessions. One JSON
 * line for each figure.
 *
 *     bench_verify MODELS_DIR [ROUNDS]
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "bench_common.h"
#include "bench_photo.h"
#include "faceverify/faceverify.h"

enum { ROUNDS_MAX = 1000, SESSIONS = 8 };
enum { ONEDNN = 0, OPENCV = 1, BACKENDS = 2 };

static const char *const BACKEND_SETTING[BACKENDS] = {"engine.backend=onednn",
                                                      "engine.backend=opencv"};
static char models_setting[1100];
static fv_request request = FV_REQUEST_INIT;
static fv_error err;

typedef struct runner {
    fv_engine *engine;
    fv_session *session;
    fv_result last;
    double us[ROUNDS_MAX];
    double median_us;
} runner;

static fv_status make_engine(int backend, fv_engine **out)
{
    const char *overrides[] = {models_setting, BACKEND_SETTING[backend]};
    fv_engine_options o = FV_ENGINE_OPTIONS_INIT;
    o.overrides = overrides;
    o.n_overrides = 2;
    return fv_engine_create(out, &o, &err);
}

static fv_status verify(fv_session *session, fv_result *out)
{
    fv_result r = FV_RESULT_INIT;
    fv_status st = fv_verify(session, &request, &r, NULL);
    if (st == FV_OK) *out = r;
    return st;
}

static fv_status time_backends(runner r[BACKENDS], int rounds)
{
    fv_status st = FV_OK;
    for (int i = 0; i < rounds && st == FV_OK; i++) {
        for (int b = 0; b < BACKENDS && st == FV_OK; b++) {
            st = verify(r[b].session, &r[b].last); /* caches as after its own kind */
            double t = bench_thread_us();
            if (st == FV_OK) st = verify(r[b].session, &r[b].last);
            r[b].us[i] = bench_thread_us() - t;
        }
    }
    for (int b = 0; b < BACKENDS; b++)
        r[b].median_us = bench_median(r[b].us, (size_t)rounds);
    return st;
}

static void print_stages(const char *name, const fv_result *r)
{
    const fv_timings *t = &r->timings;
    (void)printf(
        "{\"name\": \"stages_%s\", \"decision\": \"%s\", \"decode_us\": %u, \"detect_us\": "
        "%u, \"landmarks_us\": %u, \"pose_us\": %u, \"quality_us\": %u, \"chip_us\": %u, "
        "\"embed_us\": %u, "
        "\"total_us\": %u}\n",
        name, fv_decision_name(r->decision), t->decode_us, t->detect_us, t->landmarks_us,
        t->pose_us, t->quality_us, t->chip_us, t->embed_us, t->total_us);
}

typedef struct worker {
    fv_session *session;
    int runs;
    fv_status status;
} worker;

static void *work(void *arg)
{
    worker *w = arg;
    fv_result r = FV_RESULT_INIT;
    for (int i = 0; i < w->runs && w->status == FV_OK; i++)
        w->status = verify(w->session, &r);
    return NULL;
}

static fv_status time_threads(fv_session *const *sessions, int runs)
{
    double rate[2] = {0.0, 0.0};
    for (int threads = 1; threads <= 2; threads++) {
        worker w[2] = {{sessions[0], runs, FV_OK}, {sessions[1], runs, FV_OK}};
        pthread_t other;
        uint64_t t = fvi_clock_us();
        if (threads == 2 && pthread_create(&other, NULL, work, &w[1]) != 0) return FV_E_NOMEM;
        (void)work(&w[0]);
        if (threads == 2) (void)pthread_join(other, NULL);
        if (w[0].status != FV_OK || w[1].status != FV_OK) return FV_E_INTERNAL;
        rate[threads - 1] = threads * runs / ((double)(fvi_clock_us() - t) * 1e-6);
    }
    (void)printf("{\"name\": \"verify_threads\", \"one_per_s\": %.1f, \"two_per_s\": %.1f, "
                 "\"ratio\": %.2f}\n",
                 rate[0], rate[1], rate[1] / rate[0]);
    return FV_OK;
}

/* Engine start, then eight sessions that each have answered once. */
static fv_status start(fv_engine **engine, fv_session *sessions[SESSIONS])
{
    fv_status st = FV_OK;
    fv_result r = FV_RESULT_INIT;
    uint64_t t = fvi_clock_us();

    FVI_TRY(make_engine(ONEDNN, engine));
    (void)printf("{\"name\": \"engine_start\", \"ms\": %.1f}\n",
                 (double)(fvi_clock_us() - t) * 1e-3);
    t = fvi_clock_us();
    for (int i = 0; i < SESSIONS; i++)
        FVI_TRY(fv_session_create(&sessions[i], *engine, &err));
    (void)printf("{\"name\": \"session_create\", \"ms\": %.2f}\n",
                 (double)(fvi_clock_us() - t) * 1e-3 / SESSIONS);
    for (int i = 0; i < SESSIONS; i++)
        FVI_TRY(verify(sessions[i], &r));
    (void)printf("{\"name\": \"verify_memory\", \"sessions\": %d, \"resident_mib\": %.1f}\n",
                 SESSIONS, bench_resident_mib());
out:
    return st;
}

static fv_status compare(fv_session *session, int rounds)
{
    fv_status st = FV_OK;
    static runner r[BACKENDS];

    r[ONEDNN].session = session;
    FVI_TRY(make_engine(OPENCV, &r[OPENCV].engine));
    FVI_TRY(fv_session_create(&r[OPENCV].session, r[OPENCV].engine, &err));
    FVI_TRY(time_backends(r, rounds));
    (void)printf(
        "{\"name\": \"verify\", \"onednn_ms\": %.3f, \"opencv_ms\": %.3f, \"ratio\": %.2f}\n",
        r[ONEDNN].median_us * 1e-3, r[OPENCV].median_us * 1e-3,
        r[OPENCV].median_us / r[ONEDNN].median_us);
    print_stages("onednn", &r[ONEDNN].last);
    print_stages("opencv", &r[OPENCV].last);
out:
    fv_session_destroy(&r[OPENCV].session);
    fv_engine_destroy(&r[OPENCV].engine);
    return st;
}

int main(int argc, char **argv)
{
    fv_status st = FV_OK;
    fv_engine *engine = NULL;
    fv_session *sessions[SESSIONS] = {NULL};
    long rounds = argc > 2 ? strtol(argv[2], NULL, 10) : 40;
#ifndef NDEBUG
    (void)fputs("bench_verify: not a release build\n", stderr);
    return EXIT_FAILURE;
#endif
    if (argc < 2 || rounds < 1 || rounds > ROUNDS_MAX) {
        (void)fputs("usage: bench_verify MODELS_DIR [ROUNDS]\n", stderr);
        return EXIT_FAILURE;
    }
    (void)snprintf(models_setting, sizeof models_setting, "models.dir=%s", argv[1]);
    blob selfie = bench_photo(SELFIE_JPG);
    blob record = bench_photo(RECORD_JPG);
    request.selfie = (fv_bytes){selfie.data, selfie.len};
    request.record = (fv_bytes){record.data, record.len};
    FVI_TRY(start(&engine, sessions));
    FVI_TRY(compare(sessions[0], (int)rounds));
    FVI_TRY(time_threads((fv_session *const *)sessions, 2 * (int)rounds));
out:
    if (st != FV_OK) (void)fprintf(stderr, "bench_verify: %s: %s\n", fv_status_text(st), err.text);
    for (int i = 0; i < SESSIONS; i++)
        fv_session_destroy(&sessions[i]);
    fv_engine_destroy(&engine);
    free(selfie.data);
    free(record.data);
    return st == FV_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
