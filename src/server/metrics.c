/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include "server/metrics_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/utf8.h"

static const uint64_t bounds_us[FVI_BUCKETS] = {
#define X(us, seconds) us,
    FVI_BUCKET_LIST(X)
#undef X
};

/* Readers only need each number to be whole, not two numbers to agree. */
static void bump(fvi_counter *counter, uint64_t by)
{
    (void)atomic_fetch_add_explicit(counter, by, memory_order_relaxed);
}

static void observe(fvi_histogram *h, uint64_t us)
{
    size_t i = 0;
    while (i < FVI_BUCKETS && us > bounds_us[i])
        i++;
    bump(&h->buckets[i], 1);
    bump(&h->sum_us, us);
}

/* Well-formed UTF-8, as the format demands of a label. */
static void copy_label(char out[FVI_LABEL_SIZE], const char *text)
{
    if (text == NULL) text = "";
    int n = fvi_utf8_cut(text, FVI_LABEL_SIZE - 1);
    (void)snprintf(out, FVI_LABEL_SIZE, "%.*s", n, text);
    for (size_t i = 0; i < (size_t)n;) {
        uint32_t point = 0;
        size_t len = fvi_utf8_next((const uint8_t *)out + i, (size_t)n - i, &point);
        if (len == 0) out[i] = '?';
        i += len > 0 ? len : 1;
    }
}

static fv_status check_channels(const char *const *channels, size_t n, fv_error *err)
{
    if (n > FVI_CHANNELS_MAX)
        return fvi_fail(err, FV_E_ARG, "more than %d channels", FVI_CHANNELS_MAX);
    for (size_t i = 0; i < n; i++) {
        size_t len = strlen(channels[i]);
        if (len == 0 || len >= FVI_LABEL_SIZE)
            return fvi_fail(err, FV_E_ARG, "a channel's name has %zu bytes", len);
    }
    return FV_OK;
}

fv_status fvi_metrics_create(fvi_metrics **out, const char *const *channels, size_t n_channels,
                             fv_error *err)
{
    fv_status st = check_channels(channels, n_channels, err);
    if (st != FV_OK) return st;

    fvi_metrics *m = calloc(1, sizeof *m); /* all-zero bits are atomics of zero */
    if (m == NULL) return fvi_fail(err, FV_E_NOMEM, "metrics");
    if (pthread_mutex_init(&m->lock, NULL) != 0) {
        free(m);
        return fvi_fail(err, FV_E_NOMEM, "lock of the metrics");
    }
    m->started_unix_s = fvi_clock_unix_s();
    copy_label(m->channels[FVI_CHANNEL_NONE], "none");
    copy_label(m->channels[FVI_CHANNEL_OTHER], "other");
    for (size_t i = 0; i < n_channels; i++)
        copy_label(m->channels[FVI_CHANNEL_OTHER + 1 + i], channels[i]);
    m->n_channels = FVI_CHANNEL_OTHER + 1 + n_channels;
    atomic_store(&m->gauges[FVI_GAUGE_LAST_RELOAD_OK], 1);
    *out = m;
    return FV_OK;
}

void fvi_metrics_destroy(fvi_metrics **metrics)
{
    if (metrics == NULL || *metrics == NULL) return;
    (void)pthread_mutex_destroy(&(*metrics)->lock);
    free(*metrics);
    *metrics = NULL;
}

static size_t channel_index(const fvi_metrics *m, const char *channel)
{
    if (channel == NULL || channel[0] == '\0') return FVI_CHANNEL_NONE;
    for (size_t i = FVI_CHANNEL_OTHER + 1; i < m->n_channels; i++)
        if (strcmp(m->channels[i], channel) == 0) return i;
    return FVI_CHANNEL_OTHER;
}

static void count_reasons(fvi_metrics *m, const fvi_metrics_reply_info *info)
{
    for (size_t i = 0; info->reasons != NULL && i < info->n_reasons; i++) {
        size_t reason = fvi_reason_index(info->reasons[i].code);
        if (reason < FVI_REASONS) bump(&m->reasons[reason][info->reasons[i].image == FV_RECORD], 1);
    }
}

static void count_stages(fvi_metrics *m, const fv_timings *timings)
{
    for (size_t i = 0; i < FVI_STAGES; i++) {
        uint32_t us = 0;
        memcpy(&us, (const char *)timings + fvi_stages[i].offset, sizeof us);
        if (us > 0) observe(&m->stages[i], us);
    }
}

void fvi_metrics_reply(fvi_metrics *m, const fvi_metrics_reply_info *info)
{
    size_t op = fvi_op_index(info->op);

    if (info->replayed) {
        bump(&m->replays[op], 1);
        return;
    }
    fvi_outcome outcome =
        fvi_outcome_of(info->op, info->status, info->decision, info->liveness, info->usable);
    size_t status = fvi_status_index(info->status);
    bump(&m->requests[op][channel_index(m, info->channel)][status][outcome], 1);
    count_reasons(m, info);
    if (info->timings != NULL) count_stages(m, info->timings);
    if (!info->queued) return;
    observe(&m->queue, info->queue_us);
    observe(&m->durations[op], info->total_us);
}

void fvi_metrics_gauge(fvi_metrics *m, fvi_gauge gauge, int64_t value)
{
    atomic_store_explicit(&m->gauges[gauge], value, memory_order_relaxed);
}

void fvi_metrics_gauge_add(fvi_metrics *m, fvi_gauge gauge, int64_t delta)
{
    (void)atomic_fetch_add_explicit(&m->gauges[gauge], delta, memory_order_relaxed);
}

void fvi_metrics_count(fvi_metrics *m, fvi_count count)
{
    bump(&m->counts[count], 1);
    if (count == FVI_COUNT_RELOAD_OK) fvi_metrics_gauge(m, FVI_GAUGE_LAST_RELOAD_OK, 1);
    if (count == FVI_COUNT_RELOAD_FAILED) fvi_metrics_gauge(m, FVI_GAUGE_LAST_RELOAD_OK, 0);
}

void fvi_metrics_versions(fvi_metrics *m, const fv_versions *versions)
{
    fvi_model_labels loaded;

    copy_label(loaded.pack, versions->pack_name);
    copy_label(loaded.sha256, versions->pack_sha256);
    copy_label(loaded.calibration, versions->calibration_id);
    (void)pthread_mutex_lock(&m->lock);
    m->loaded = loaded;
    (void)pthread_mutex_unlock(&m->lock);
}
