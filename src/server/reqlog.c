/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include "server/reqlog.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "server/labels.h"
#include "server/logfmt.h"

/* Bytes of a value in the line. */
enum { ID_CAP = 80, NAME_CAP = 160, TEXT_CAP = 400 };

struct fvi_reqlog {
    int fd;
    atomic_uint_fast64_t lost;
    pthread_mutex_t lock; /* of the write, and of what follows */
    uint64_t untold;      /* lines lost since the last one that was written */
    bool broken;          /* the last one was written in part */
};

fv_status fvi_reqlog_open(fvi_reqlog **out, int fd, fv_error *err)
{
    fvi_reqlog *log = calloc(1, sizeof *log);
    if (log == NULL) return fvi_fail(err, FV_E_NOMEM, "log");
    if (pthread_mutex_init(&log->lock, NULL) != 0) {
        free(log);
        return fvi_fail(err, FV_E_NOMEM, "lock of the log");
    }
    log->fd = fd;
    *out = log;
    return FV_OK;
}

void fvi_reqlog_close(fvi_reqlog **log)
{
    if (log == NULL || *log == NULL) return;
    (void)pthread_mutex_destroy(&(*log)->lock);
    free(*log);
    *log = NULL;
}

uint64_t fvi_reqlog_lost(const fvi_reqlog *log)
{
    return atomic_load(&log->lost);
}

/* Not O_NONBLOCK: that flag would be set for whoever shares the descriptor. A pipe that poll()
 * calls writable has room for PIPE_BUF bytes, and nobody else of this process writes meanwhile. */
static bool has_room(int fd)
{
    struct pollfd p = {fd, POLLOUT, 0};

    while (poll(&p, 1, 0) < 0)
        if (errno != EINTR) return false;
    return p.revents == POLLOUT;
}

static bool put(fvi_reqlog *log, const char *data, size_t len)
{
    ssize_t n;

    if (!has_room(log->fd)) return false;
    do
        n = write(log->fd, data, len);
    while (n < 0 && errno == EINTR);
    if (n > 0) log->broken = (size_t)n < len;
    return n >= 0 && (size_t)n == len;
}

static bool finish(fvi_reqlog *log, fvi_logfmt *line)
{
    char whole[FVI_LOGFMT_MAX];

    (void)pthread_mutex_lock(&log->lock);
    if (log->untold > 0) fvi_logfmt_plain(line, "lost", "%" PRIu64, log->untold);
    int n = snprintf(whole, sizeof whole, "%s%.*s\n", log->broken ? "\n" : "", (int)line->len,
                     line->data);
    bool written = put(log, whole, (size_t)n);
    log->untold = written ? 0 : log->untold + 1;
    (void)pthread_mutex_unlock(&log->lock);
    if (!written) atomic_fetch_add(&log->lost, 1);
    return written;
}

static void begin(fvi_logfmt *line, fvi_log_level level, const char *event)
{
    static const char *const levels[] = {"info", "warning", "error"};
    struct timespec now = {0};
    struct tm t = {0};

    (void)clock_gettime(CLOCK_REALTIME, &now);
    (void)gmtime_r(&now.tv_sec, &t);
    fvi_logfmt_plain(line, "time", "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", t.tm_year + 1900,
                     t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec,
                     (int)(now.tv_nsec / 1000000));
    fvi_logfmt_plain(line, "level", "%s", levels[level]);
    fvi_logfmt_plain(line, "event", "%s", event);
}

static void add_reasons(fvi_logfmt *line, const fvi_reqlog_entry *e)
{
    char all[FV_REASONS_MAX * 48];
    size_t len = 0;
    size_t n = e->n_reasons < FV_REASONS_MAX ? e->n_reasons : FV_REASONS_MAX;

    for (size_t i = 0; e->reasons != NULL && i < n; i++) {
        size_t r = fvi_reason_index(e->reasons[i].code);
        if (r >= fvi_reason_labels()) continue;
        int w =
            snprintf(all + len, sizeof all - len, "%s%s:%s", len > 0 ? "," : "",
                     e->reasons[i].image == FV_RECORD ? "record" : "selfie", fvi_reason_label(r));
        if (w < 0 || (size_t)w >= sizeof all - len) break;
        len += (size_t)w;
    }
    if (len > 0) fvi_logfmt_plain(line, "reasons", "%.*s", (int)len, all);
}

static void add_times(fvi_logfmt *line, const fvi_reqlog_entry *e)
{
    if (e->queued) fvi_logfmt_plain(line, "queue_us", "%" PRIu64, e->queue_us);
    for (size_t i = 0; e->timings != NULL && i < FVI_STAGES; i++) {
        char key[32];
        uint32_t us = 0;
        memcpy(&us, (const char *)e->timings + fvi_stages[i].offset, sizeof us);
        if (us == 0) continue;
        (void)snprintf(key, sizeof key, "%s_us", fvi_stages[i].name);
        fvi_logfmt_plain(line, key, "%" PRIu32, us);
    }
    fvi_logfmt_plain(line, "total_us", "%" PRIu64, e->total_us);
}

bool fvi_reqlog_write(fvi_reqlog *log, const fvi_reqlog_entry *e)
{
    fvi_logfmt line = {.len = 0};
    fvi_outcome outcome = fvi_outcome_of(e->op, e->status, e->decision, e->liveness, e->usable);

    begin(&line, e->status == FVI_INTERNAL ? FVI_LOG_ERROR : FVI_LOG_INFO, "request");
    fvi_logfmt_text(&line, "request_id", e->request_id, ID_CAP);
    fvi_logfmt_text(&line, "channel", e->channel, ID_CAP);
    fvi_logfmt_plain(&line, "op", "%s", fvi_op_label(fvi_op_index(e->op)));
    fvi_logfmt_plain(&line, "status", "%s", fvi_status_label(fvi_status_index(e->status)));
    if (outcome != FVI_OUTCOME_UNDECIDED)
        fvi_logfmt_plain(&line, "decision", "%s", fvi_outcome_name(outcome));
    add_reasons(&line, e);
    if (e->replayed) fvi_logfmt_plain(&line, "replayed", "true");
    fvi_logfmt_text(&line, "peer", e->peer, NAME_CAP);
    fvi_logfmt_text(&line, "listener", e->listener, NAME_CAP);
    add_times(&line, e);
    if (e->err != NULL && e->status != FVI_ANSWERED_OK) {
        fvi_logfmt_text(&line, "field", e->err->field, ID_CAP);
        fvi_logfmt_text(&line, "error", e->err->text, TEXT_CAP);
    }
    return finish(log, &line);
}

bool fvi_reqlog_event(fvi_reqlog *log, fvi_log_level level, const char *event, const char *fmt, ...)
{
    fvi_logfmt line = {.len = 0};
    char text[512];
    va_list ap;

    va_start(ap, fmt);
    int n = vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    begin(&line, level, event);
    if (n > 0) fvi_logfmt_text(&line, "text", text, TEXT_CAP);
    return finish(log, &line);
}
