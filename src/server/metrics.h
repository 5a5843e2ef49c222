/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the service counts, and its text for Prometheus. Every function is thread-safe; counting
 * takes no lock and allocates nothing. Each series: docs/operations.md.
 */
#ifndef FVI_SERVER_METRICS_H
#define FVI_SERVER_METRICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "faceverify/engine.h"
#include "faceverify/verify.h"
#include "wire/wire.h"

typedef struct fvi_metrics fvi_metrics;

/** What has a value now. */
typedef enum fvi_gauge {
#define GAUGE(id, name, help) FVI_GAUGE_##id,
#include "server/metrics.def"
    FVI_GAUGES
} fvi_gauge;

/** What only grows, apart from replies. */
typedef enum fvi_count {
#define COUNT(id, name, labels, help) FVI_COUNT_##id,
#include "server/metrics.def"
    FVI_COUNTS
} fvi_count;

/**
 * @param channels  the names that become a label of their own ("alipay"); at most
 * FVI_CHANNELS_MAX, copied. Any other is counted as "other", none at all as "none"
 * @param[out] out  the caller's to destroy; untouched on failure
 * @return FV_OK, FV_E_ARG, FV_E_NOMEM
 */
FV_NODISCARD fv_status fvi_metrics_create(fvi_metrics **out, const char *const *channels,
                                          size_t n_channels, fv_error *err);

/** NULL-safe; sets *metrics to NULL. */
void fvi_metrics_destroy(fvi_metrics **metrics);

/** One reply. Everything is borrowed for the call. */
typedef struct fvi_metrics_reply_info {
    fvi_op op;           /**< FVI_OP_NONE where the request could not be read */
    const char *channel; /**< NULL or "" = none was given */
    fvi_answered status;
    fv_decision decision;         /**< VERIFY, MATCH; else FV_UNDECIDED */
    fv_liveness_verdict liveness; /**< LIVENESS */
    bool usable;                  /**< QUALITY */
    bool replayed;                /**< an answer given before: counted as that and nothing else */
    bool queued;                  /**< a worker took it from the queue: the two times are meant */
    uint64_t queue_us;            /**< from the queue's end to a worker */
    uint64_t total_us;            /**< from the request's arrival to the reply's sending */
    const fv_reason *reasons;     /**< may be NULL where there are none */
    size_t n_reasons;
    const fv_timings *timings; /**< NULL = no stage ran */
} fvi_metrics_reply_info;

void fvi_metrics_reply(fvi_metrics *metrics, const fvi_metrics_reply_info *info);

void fvi_metrics_gauge(fvi_metrics *metrics, fvi_gauge gauge, int64_t value);

/** For gauges that several threads move. */
void fvi_metrics_gauge_add(fvi_metrics *metrics, fvi_gauge gauge, int64_t delta);

void fvi_metrics_count(fvi_metrics *metrics, fvi_count count);

/** What is loaded from now on; texts are copied. */
void fvi_metrics_versions(fvi_metrics *metrics, const fv_versions *versions);

/**
 * Prometheus' text format 0.0.4.
 *
 * @param[out] out  the caller's to free(); len bytes and a NUL; untouched on failure
 * @return FV_OK, FV_E_NOMEM
 */
FV_NODISCARD fv_status fvi_metrics_text(fvi_metrics *metrics, char **out, size_t *len,
                                        fv_error *err);

#endif
