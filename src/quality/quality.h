/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FVI_QUALITY_H
#define FVI_QUALITY_H

#include <math.h>
#include <stdbool.h>

typedef enum fvi_measure {
#define Q(id, key, unit, slo, shi, rlo, rhi) FVI_Q_##id,
#include "quality/measures.def"
#undef Q
    FVI_Q_COUNT
} fvi_measure;

/** Accepted range of one measure on one kind of photograph, inclusive; an infinity = no limit. */
typedef struct fvi_limit {
    double min;
    double max;
} fvi_limit;

/** One photograph's limits, by measure. */
typedef struct fvi_limits_set {
    fvi_limit of[FVI_Q_COUNT];
} fvi_limits_set;

/** Native values by measure; NaN = not assessed. */
typedef struct fvi_measured {
    float value[FVI_Q_COUNT];
} fvi_measured;

typedef struct fvi_measure_info {
    const char *name; /**< "HEAD_YAW" */
    const char *key;  /**< "head_yaw" */
    const char *unit;
    fvi_limit selfie; /**< shipped limits */
    fvi_limit record;
} fvi_measure_info;

/** The table, by measure. */
extern const fvi_measure_info fvi_measures[FVI_Q_COUNT];

typedef enum fvi_side { FVI_WITHIN = 0, FVI_BELOW, FVI_ABOVE, FVI_NOT_ASSESSED } fvi_side;

/** Where a value stands; NaN is FVI_NOT_ASSESSED, never within. Pure. */
fvi_side fvi_limit_side(fvi_limit limit, double value);

#endif
