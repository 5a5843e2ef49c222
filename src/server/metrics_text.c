/* SPDX-License-Identifier: Apache-2.0 */
/* The text format: one family after the other, a HELP and a TYPE line before its first series. */
#define _POSIX_C_SOURCE 200809L
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "server/metrics_internal.h"
#include "server/process.h"
#include "server/text.h"

static const char *const bounds[FVI_BUCKETS] = {
#define X(us, seconds) seconds,
    FVI_BUCKET_LIST(X)
#undef X
};

static const struct {
    const char *name;
    const char *help;
} gauges[FVI_GAUGES] = {
#define GAUGE(id, name, help) {name, help},
#include "server/metrics.def"
};

static const struct {
    const char *name;
    const char *labels;
    const char *help;
} counts[FVI_COUNTS] = {
#define COUNT(id, name, labels, help) {name, labels, help},
#include "server/metrics.def"
};

static uint64_t read_counter(const fvi_counter *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

static void family(fvi_text *t, const char *name, const char *type, const char *help)
{
    fvi_text_add(t, "# HELP faceverify_%s %s\n# TYPE faceverify_%s %s\n", name, help, name, type);
}

/* name="value", escaped. */
static void label(fvi_text *t, const char *name, const char *value)
{
    fvi_text_add(t, "%s=\"", name);
    for (const char *c = value; *c != '\0';) {
        size_t plain = strcspn(c, "\\\"\n");
        fvi_text_add(t, "%.*s", (int)plain, c);
        c += plain;
        if (*c == '\0') break;
        fvi_text_add(t, "\\%c", *c == '\n' ? 'n' : *c);
        c++;
    }
    fvi_text_add(t, "\"");
}

/* Of what alerts ask for there is a series before the first event: a rate needs a zero to rise
 * from. */
static bool shown_at_zero(size_t op, size_t channel, size_t status, size_t outcome)
{
    bool verify = op == fvi_op_index(FVI_OP_VERIFY) && channel != FVI_CHANNEL_OTHER;
    bool unread = op == 0 && channel == FVI_CHANNEL_NONE;
    bool answered = outcome > FVI_OUTCOME_UNDECIDED && outcome <= FVI_OUTCOME_TOO_MANY_ATTEMPTS;

    if (status == FVI_ANSWERED_OK) return verify && answered;
    return outcome == FVI_OUTCOME_UNDECIDED && (verify || unread);
}

static void requests_of(const fvi_metrics *m, fvi_text *t, size_t op, size_t channel)
{
    for (size_t status = 0; status < FVI_STATUSES; status++) {
        for (size_t outcome = 0; outcome < FVI_OUTCOMES; outcome++) {
            uint64_t n = read_counter(&m->requests[op][channel][status][outcome]);
            if (n == 0 && !shown_at_zero(op, channel, status, outcome)) continue;
            fvi_text_add(t, "faceverify_requests_total{operation=\"%s\",", fvi_op_label(op));
            label(t, "channel", m->channels[channel]);
            fvi_text_add(t, ",status=\"%s\",decision=\"%s\"} %" PRIu64 "\n",
                         fvi_status_label(status), fvi_outcome_name((fvi_outcome)outcome), n);
        }
    }
}

static void requests(const fvi_metrics *m, fvi_text *t)
{
    family(t, "requests_total", "counter", "Requests answered, by their first answer.");
    for (size_t op = 0; op < FVI_OPS; op++)
        for (size_t channel = 0; channel < m->n_channels; channel++)
            requests_of(m, t, op, channel);
    family(t, "replays_total", "counter", "Answers given again to a request sent again.");
    for (size_t op = 0; op < FVI_OPS; op++)
        fvi_text_add(t, "faceverify_replays_total{operation=\"%s\"} %" PRIu64 "\n",
                     fvi_op_label(op), read_counter(&m->replays[op]));
}

static void reasons(const fvi_metrics *m, fvi_text *t)
{
    static const char *const images[2] = {"selfie", "record"};

    family(t, "reasons_total", "counter", "Reasons given, by the photograph that they fault.");
    for (size_t r = 0; r < FVI_REASONS; r++) {
        for (size_t image = 0; image < 2; image++) {
            uint64_t n = read_counter(&m->reasons[r][image]);
            if (n == 0) continue;
            fvi_text_add(t, "faceverify_reasons_total{reason=\"%s\",image=\"%s\"} %" PRIu64 "\n",
                         fvi_reason_label(r), images[image], n);
        }
    }
}

/* key may be NULL: a histogram without a label. */
static void histogram(fvi_text *t, const fvi_histogram *h, const char *name, const char *key,
                      const char *value)
{
    uint64_t sum_us = read_counter(&h->sum_us);
    uint64_t n = 0;

    for (size_t i = 0; i <= FVI_BUCKETS; i++) {
        n += read_counter(&h->buckets[i]);
        fvi_text_add(t, "faceverify_%s_bucket{", name);
        if (key != NULL) fvi_text_add(t, "%s=\"%s\",", key, value);
        fvi_text_add(t, "le=\"%s\"} %" PRIu64 "\n", i < FVI_BUCKETS ? bounds[i] : "+Inf", n);
    }
    for (size_t i = 0; i < 2; i++) {
        fvi_text_add(t, "faceverify_%s_%s", name, i == 0 ? "sum" : "count");
        if (key != NULL) fvi_text_add(t, "{%s=\"%s\"}", key, value);
        if (i == 0)
            fvi_text_add(t, " %" PRIu64 ".%06" PRIu64 "\n", sum_us / 1000000u, sum_us % 1000000u);
        else
            fvi_text_add(t, " %" PRIu64 "\n", n);
    }
}

static void histograms(const fvi_metrics *m, fvi_text *t)
{
    family(t, "request_duration_seconds", "histogram",
           "From a request's arrival to its reply, of those that a worker took.");
    for (size_t op = 1; op < FVI_OPS; op++)
        histogram(t, &m->durations[op], "request_duration_seconds", "operation", fvi_op_label(op));
    family(t, "queue_wait_seconds", "histogram", "From the queue's end to a worker.");
    histogram(t, &m->queue, "queue_wait_seconds", NULL, NULL);
    family(t, "stage_duration_seconds", "histogram",
           "One stage of one request, both photographs together.");
    for (size_t i = 0; i < FVI_STAGES; i++)
        histogram(t, &m->stages[i], "stage_duration_seconds", "stage", fvi_stages[i].name);
}

static void plain(const fvi_metrics *m, fvi_text *t)
{
    for (size_t i = 0; i < FVI_GAUGES; i++) {
        family(t, gauges[i].name, "gauge", gauges[i].help);
        fvi_text_add(t, "faceverify_%s %" PRIdFAST64 "\n", gauges[i].name,
                     atomic_load_explicit(&m->gauges[i], memory_order_relaxed));
    }
    for (size_t i = 0; i < FVI_COUNTS; i++) {
        if (i == 0 || strcmp(counts[i].name, counts[i - 1].name) != 0)
            family(t, counts[i].name, "counter", counts[i].help);
        fvi_text_add(t, "faceverify_%s", counts[i].name);
        if (counts[i].labels[0] != '\0') fvi_text_add(t, "{%s}", counts[i].labels);
        fvi_text_add(t, " %" PRIu64 "\n", read_counter(&m->counts[i]));
    }
}

static void versions(fvi_metrics *m, fvi_text *t)
{
    (void)pthread_mutex_lock(&m->lock);
    fvi_model_labels loaded = m->loaded;
    (void)pthread_mutex_unlock(&m->lock);

    family(t, "build_info", "gauge", "Always 1: the version that runs.");
    fvi_text_add(t, "faceverify_build_info{version=\"%s\"} 1\n", FV_VERSION);
    if (loaded.pack[0] == '\0') return;
    family(t, "model_info", "gauge", "Always 1: the networks and the calibration in use.");
    fvi_text_add(t, "faceverify_model_info{");
    label(t, "pack", loaded.pack);
    fvi_text_add(t, ",");
    label(t, "sha256", loaded.sha256);
    fvi_text_add(t, ",");
    label(t, "calibration", loaded.calibration);
    fvi_text_add(t, "} 1\n");
}

fv_status fvi_metrics_text(fvi_metrics *m, char **out, size_t *len, fv_error *err)
{
    fvi_text text = {0};

    versions(m, &text);
    requests(m, &text);
    reasons(m, &text);
    plain(m, &text);
    histograms(m, &text);
    fvi_process_metrics(&text, m->started_unix_s);
    if (text.failed) {
        free(text.data);
        return fvi_fail(err, FV_E_NOMEM, "metrics text");
    }
    *out = text.data;
    *len = text.len;
    return FV_OK;
}
