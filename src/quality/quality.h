/* SPDX-License-Identifier: Apache-2.0 */
/* The table of quality measures: what there is, and what is accepted. Knows no pixels. */
#ifndef FVI_QUALITY_H
#define FVI_QUALITY_H

#include <math.h>
#include <stdbool.h>

typedef enum fvi_measure {
#define Q(id, ...) FVI_Q_##id,
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
    fvi_limit gate[FVI_Q_COUNT];   /**< outside: the photograph is not used */
    fvi_limit advice[FVI_Q_COUNT]; /**< outside: may be why the answer is no */
} fvi_limits_set;

/** Native values by measure; NaN = not assessed. */
typedef struct fvi_measured {
    float value[FVI_Q_COUNT];
} fvi_measured;

typedef struct fvi_measure_info {
    const char *name; /**< "HEAD_YAW" */
    const char *key;  /**< "head_yaw" */
    const char *unit;
} fvi_measure_info;

/** The table, by measure. */
extern const fvi_measure_info fvi_measures[FVI_Q_COUNT];

/** Shipped limits. */
extern const fvi_limits_set fvi_selfie_limits;
extern const fvi_limits_set fvi_record_limits;

typedef enum fvi_side { FVI_WITHIN = 0, FVI_BELOW, FVI_ABOVE, FVI_NOT_ASSESSED } fvi_side;

/** Where a value stands; NaN is FVI_NOT_ASSESSED, never within. Pure. */
fvi_side fvi_limit_side(fvi_limit limit, double value);

/** Whether a range excludes anything. Pure. */
bool fvi_limit_is_set(fvi_limit limit);

/* For initialisers of fvi_limit. */
#define FVI_LIMIT_ANY                                                                              \
    {                                                                                              \
        -INFINITY, INFINITY                                                                        \
    }
#define FVI_LIMIT_AT_LEAST(a)                                                                      \
    {                                                                                              \
        (a), INFINITY                                                                              \
    }
#define FVI_LIMIT_AT_MOST(b)                                                                       \
    {                                                                                              \
        -INFINITY, (b)                                                                             \
    }
#define FVI_LIMIT_WITHIN(a, b)                                                                     \
    {                                                                                              \
        (a), (b)                                                                                   \
    }

#endif
