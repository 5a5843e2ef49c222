/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The service's log: one line (logfmt) a request or event. All functions are thread-safe.
 *
 * A line is one write of at most PIPE_BUF bytes: lines never mix. A reader that does not keep up
 * costs lines, never a worker: what cannot be written at once is dropped and counted, and the next
 * line that can be says how many (lost=N).
 */
#ifndef FVI_SERVER_REQLOG_H
#define FVI_SERVER_REQLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "faceverify/verify.h"
#include "wire/wire.h"

typedef struct fvi_reqlog fvi_reqlog;

/**
 * @param fd  borrowed; its flags are left alone. Whoever writes to a pipe ignores SIGPIPE
 * @param[out] out  the caller's to close; untouched on failure
 * @return FV_OK, FV_E_NOMEM
 */
FV_NODISCARD fv_status fvi_reqlog_open(fvi_reqlog **out, int fd, fv_error *err);

/** NULL-safe; sets *log to NULL; leaves the descriptor open. */
void fvi_reqlog_close(fvi_reqlog **log);

/**
 * One reply, as far as it may be logged: has no place for a subject, a birth date, an ID number, a
 * score, a picture. Texts are borrowed for the call, may be NULL, and may hold anything: they are
 * escaped, and long ones cut.
 */
typedef struct fvi_reqlog_entry {
    const char *request_id;
    const char *channel;
    const char *listener; /**< the URL it came by */
    const char *peer;     /**< "uid=1000" (ipc), "192.0.2.7", or a certificate's name */
    fvi_op op;
    fvi_answered status;
    fv_decision decision;         /**< VERIFY, MATCH; else FV_UNDECIDED */
    fv_liveness_verdict liveness; /**< LIVENESS */
    bool usable;                  /**< QUALITY */
    bool replayed;
    bool queued; /**< queue_us is meant */
    uint64_t queue_us;
    uint64_t total_us;
    const fv_reason *reasons; /**< only codes and which photograph are logged */
    size_t n_reasons;
    const fv_timings *timings; /**< NULL = no stage ran */
    const fv_error *err;       /**< where status is not OK: field and text; may be NULL */
} fvi_reqlog_entry;

/** @return whether the line was written; false = it is lost */
bool fvi_reqlog_write(fvi_reqlog *log, const fvi_reqlog_entry *entry);

typedef enum fvi_log_level { FVI_LOG_INFO, FVI_LOG_WARNING, FVI_LOG_ERROR } fvi_log_level;

/**
 * What happens to the service itself.
 *
 * @param event  a word for programs ("listening", "reload_failed"); static
 * @return as fvi_reqlog_write()
 */
bool fvi_reqlog_event(fvi_reqlog *log, fvi_log_level level, const char *event, const char *fmt, ...)
    FV_PRINTF(4, 5);

/** Lines lost since the log was opened. */
uint64_t fvi_reqlog_lost(const fvi_reqlog *log);

#endif
