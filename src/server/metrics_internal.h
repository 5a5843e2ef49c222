/* SPDX-License-Identifier: Apache-2.0 */
/* Part of metrics.c: what metrics_text.c writes out. */
#ifndef FVI_SERVER_METRICS_INTERNAL_H
#define FVI_SERVER_METRICS_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "server/labels.h"
#include "server/metrics.h"

/* X(microseconds, seconds): the upper bounds of the histograms. */
#define FVI_BUCKET_LIST(X)                                                                         \
    X(100, "0.0001")                                                                               \
    X(500, "0.0005")                                                                               \
    X(1000, "0.001")                                                                               \
    X(2500, "0.0025")                                                                              \
    X(5000, "0.005")                                                                               \
    X(10000, "0.01")                                                                               \
    X(15000, "0.015")                                                                              \
    X(25000, "0.025")                                                                              \
    X(40000, "0.04")                                                                               \
    X(60000, "0.06")                                                                               \
    X(100000, "0.1")                                                                               \
    X(150000, "0.15")                                                                              \
    X(250000, "0.25")                                                                              \
    X(400000, "0.4")                                                                               \
    X(600000, "0.6")                                                                               \
    X(1000000, "1")                                                                                \
    X(2500000, "2.5")                                                                              \
    X(5000000, "5")                                                                                \
    X(10000000, "10")                                                                              \
    X(30000000, "30")

enum {
#define X(us, seconds) +1
    FVI_BUCKETS = 0 FVI_BUCKET_LIST(X),
#undef X
#define R(name, number, ...) +1
    FVI_REASONS = 0
#include "faceverify/reasons.def"
    ,
#undef R
    FVI_CHANNEL_LABELS = FVI_CHANNELS_MAX + 2, /* "none", "other", the names */
    FVI_CHANNEL_NONE = 0,
    FVI_CHANNEL_OTHER = 1,
    FVI_LABEL_SIZE = 128,
};

typedef atomic_uint_fast64_t fvi_counter;

/* Each value is in one bucket; the text adds them up, so that no reader sees a count that its
 * buckets do not have. */
typedef struct fvi_histogram {
    fvi_counter buckets[FVI_BUCKETS + 1];
    fvi_counter sum_us;
} fvi_histogram;

typedef struct fvi_model_labels {
    char pack[FVI_LABEL_SIZE];
    char sha256[FVI_LABEL_SIZE];
    char calibration[FVI_LABEL_SIZE];
} fvi_model_labels;

struct fvi_metrics {
    int64_t started_unix_s;
    size_t n_channels; /* labels in use */
    char channels[FVI_CHANNEL_LABELS][FVI_LABEL_SIZE];
    fvi_counter requests[FVI_OPS][FVI_CHANNEL_LABELS][FVI_STATUSES][FVI_OUTCOMES];
    fvi_counter replays[FVI_OPS];
    fvi_counter reasons[FVI_REASONS][2]; /* selfie, record */
    fvi_histogram stages[FVI_STAGES];
    fvi_histogram durations[FVI_OPS];
    fvi_histogram queue;
    atomic_int_fast64_t gauges[FVI_GAUGES];
    fvi_counter counts[FVI_COUNTS];
    pthread_mutex_t lock; /* of loaded */
    fvi_model_labels loaded;
};

#endif
