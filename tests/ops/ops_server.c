/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The health pages with real metrics and made-up readiness, for test_http.py:
 *
 *     ops_server URL IDLE prints "port N", then obeys a line at a time and answers "done":
 *                         ready TEXT, unready TEXT, dead TEXT, count N, pad N, break, restart, quit
 */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/http_internal.h"
#include "server/metrics.h"

typedef struct service {
    pthread_mutex_t lock;
    bool ready;
    bool alive;
    char why[256];
    atomic_bool broken;
    atomic_ulong pad; /* bytes of blank lines behind the metrics: more than sockets hold */
    fvi_metrics *metrics;
    unsigned idle_s; /* 0: as the service has it */
    fvi_http *http;
} service;

static bool say(service *s, const bool *which, char *why, size_t cap)
{
    (void)pthread_mutex_lock(&s->lock);
    bool good = *which;
    (void)snprintf(why, cap, "%s", s->why);
    (void)pthread_mutex_unlock(&s->lock);
    return good;
}

static bool is_ready(void *self, char *why, size_t cap)
{
    service *s = self;
    return say(s, &s->ready, why, cap);
}

static bool is_alive(void *self, char *why, size_t cap)
{
    service *s = self;
    return say(s, &s->alive, why, cap);
}

static fv_status metrics(void *self, char **out, size_t *len, fv_error *err)
{
    service *s = self;
    if (atomic_load(&s->broken)) return fvi_fail(err, FV_E_NOMEM, "broken on purpose");
    fv_status st = fvi_metrics_text(s->metrics, out, len, err);
    size_t pad = atomic_load(&s->pad);
    if (st != FV_OK || pad == 0) return st;
    char *more = realloc(*out, *len + pad);
    if (more == NULL) abort();
    memset(more + *len, '\n', pad);
    *out = more;
    *len += pad;
    return FV_OK;
}

static int start(service *s, const char *url)
{
    const fvi_http_sources sources = {
        .self = s, .ready = is_ready, .alive = is_alive, .metrics = metrics};
    fv_error err = {0};

    fv_status st = s->idle_s == 0 ? fvi_http_start(&s->http, url, &sources, &err)
                                  : fvi_http_start_idle(&s->http, url, &sources, s->idle_s, &err);
    if (st != FV_OK) {
        (void)printf("%s\n", err.text);
        return 1;
    }
    (void)printf("port %d\n", fvi_http_port(s->http));
    return 0;
}

/* n replies of one kind after the other: enough to fill every histogram. */
static void count(service *s, unsigned long n)
{
    static const fv_decision decisions[] = {FV_PASS, FV_NO_MATCH, FV_RETAKE_SELFIE};
    static const fvi_op ops[] = {FVI_OP_VERIFY, FVI_OP_MATCH, FVI_OP_QUALITY, FVI_OP_INFO};

    for (unsigned long i = 0; i < n; i++) {
        const uint32_t us = (uint32_t)(i * 7919u % 40000000u) + 1u;
        const fv_timings timings = {us, us, us, us, us, us, us, us, us, us};
        const fv_reason reason = {.code = FV_REASON_NO_FACE, .image = FV_SELFIE};
        const fvi_metrics_reply_info info = {
            .op = ops[i % 4],
            .channel = i % 3 == 0 ? "alipay" : "made\"up\n",
            .decision = decisions[i % 3],
            .queued = true,
            .queue_us = us / 10,
            .total_us = us,
            .reasons = &reason,
            .n_reasons = 1,
            .timings = &timings,
        };
        fvi_metrics_reply(s->metrics, &info);
    }
}

static void set(service *s, bool ready, bool alive, const char *why)
{
    (void)pthread_mutex_lock(&s->lock);
    s->ready = ready;
    s->alive = alive;
    (void)snprintf(s->why, sizeof s->why, "%s", why);
    (void)pthread_mutex_unlock(&s->lock);
}

/* 0 = go on. */
static int obey(service *s, char *line)
{
    line[strcspn(line, "\n")] = '\0';
    char *rest = line + strcspn(line, " ");
    if (*rest != '\0') *rest++ = '\0';
    if (strcmp(line, "ready") == 0) set(s, true, true, rest);
    if (strcmp(line, "unready") == 0) set(s, false, true, rest);
    if (strcmp(line, "dead") == 0) set(s, false, false, rest);
    if (strcmp(line, "count") == 0) count(s, strtoul(rest, NULL, 10));
    if (strcmp(line, "pad") == 0) atomic_store(&s->pad, strtoul(rest, NULL, 10));
    if (strcmp(line, "break") == 0) atomic_store(&s->broken, !atomic_load(&s->broken));
    if (strcmp(line, "restart") == 0) {
        char again[64];
        (void)snprintf(again, sizeof again, "http://127.0.0.1:%d", fvi_http_port(s->http));
        fvi_http_stop(&s->http);
        if (start(s, again) != 0) return 1;
    }
    if (strcmp(line, "quit") == 0) fvi_http_stop(&s->http);
    (void)printf("done\n");
    return 0;
}

int main(int argc, char **argv)
{
    static const char *const channels[] = {"alipay", "counter"};
    service s = {.lock = PTHREAD_MUTEX_INITIALIZER, .alive = true, .ready = true};
    fv_versions v = FV_VERSIONS_INIT;
    fv_error err = {0};
    char line[512];
    int rc = 0;

    if (argc != 3) return 2;
    s.idle_s = (unsigned)strtoul(argv[2], NULL, 10);
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    v.pack_name = "pack \"one\"\\\n";
    v.pack_sha256 = "00ff";
    v.calibration_id = "set-1";
    if (fvi_metrics_create(&s.metrics, channels, 2, &err) != FV_OK) return 2;
    fvi_metrics_versions(s.metrics, &v);
    rc = start(&s, argv[1]);
    while (rc == 0 && s.http != NULL && fgets(line, sizeof line, stdin) != NULL)
        rc = obey(&s, line);
    fvi_http_stop(&s.http);
    fvi_http_stop(&s.http);
    fvi_metrics_destroy(&s.metrics);
    return rc;
}
