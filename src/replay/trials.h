/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Error rates of a comparison (ISO/IEC 19795-1) from labelled similarities, with intervals by
 * bootstrap over people.
 *
 * A similarity matches where it is at or above the threshold. FMR: matches among the impostor pairs
 * that could be compared. FNMR: genuine pairs that do not match, those that could not be compared
 * (an image without a template) among them, so that refusing to look never makes it better. The
 * threshold of a rate is the lowest at which no more than that share of impostor pairs match:
 * allowed = floor(rate * impostors + 1e-9), and the threshold lies just above the impostor
 * similarity of rank allowed + 1. Equal similarities thus fall on one side together.
 *
 * Bootstrap: replicate r of n people draws n times one of them (in the order of their names'
 * bytes), by SplitMix64 begun with seed * 1000003 + r modulo 2^64; a draw is ((x >> 32) * n) >> 32.
 * A person drawn w times gives their genuine pairs the weight w (weight of both people of a pair:
 * the product where they differ); the rates are those of the weighted pairs. The interval is from
 * the value of rank floor(0.025 * k) to that of rank ceil(0.975 * k) - 1 of the k replicates that
 * have any pair to count, ranks from 0. Weights are whole numbers: figures repeat to the last
 * digit. Where nothing was counted of n, the upper end is at least 3/n (rule of three), where all
 * of n were, the lower end at most 1 - 3/n.
 */
#ifndef FVI_REPLAY_TRIALS_H
#define FVI_REPLAY_TRIALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum { FVI_STEPS_MAX = 32, FVI_REPLICATES_MAX = 100000 };

/** One labelled pair. */
typedef struct fvi_trial {
    float similarity; /**< NaN: not compared */
    uint32_t a;       /**< person */
    uint32_t b;
} fvi_trial;

/** The pairs of a set, or of one cohort of it. Borrowed; sorted by fvi_trials_sort(). */
typedef struct fvi_trials {
    fvi_trial *genuine;
    size_t n_genuine;
    fvi_trial *impostor;
    size_t n_impostor;
    uint32_t n_people;
} fvi_trials;

/** Most similar first; what was not compared comes last. */
void fvi_trials_sort(fvi_trials *t);

/** How many of them were compared. */
size_t fvi_trials_compared(const fvi_trial *trials, size_t n);

/** A rate, counted. */
typedef struct fvi_share {
    uint64_t count;
    uint64_t of;
    bool bounded; /**< low and high are there */
    double low;   /**< 95 % interval over people */
    double high;
} fvi_share;

/** count / of; NaN where of is 0. */
double fvi_share_value(const fvi_share *s);

/** What one threshold does. */
typedef struct fvi_error_point {
    double rate;     /**< the FMR asked for; NaN: the threshold was given */
    float threshold; /**< at or above: a match */
    fvi_share fmr;
    fvi_share fnmr;
} fvi_error_point;

/** 1e-2, 5e-3, 2e-3, ... down to the lowest that n impostor pairs support (rule of three: 3/n). */
size_t fvi_rate_steps(size_t n, double steps[FVI_STEPS_MAX]);

/** Whether n impostor pairs support a rate. */
bool fvi_rate_supported(double rate, size_t n);

/** The threshold of a rate; the lowest float where every impostor may match. */
float fvi_threshold_of(const fvi_trials *t, double rate);

/** Counts at a threshold, without intervals. */
void fvi_point_at(const fvi_trials *t, float threshold, fvi_error_point *out);

typedef struct fvi_bootstrap {
    uint64_t seed;
    uint32_t replicates; /**< 0 = no intervals */
    unsigned threads;    /**< that share them; 0 = 1 */
} fvi_bootstrap;

/**
 * Gives each point its intervals: for one with a rate the FNMR's, its threshold taken anew in every
 * replicate; for one with a given threshold those of both.
 */
FV_NODISCARD fv_status fvi_points_bound(const fvi_trials *t, fvi_error_point *points, size_t n,
                                        const fvi_bootstrap *how, fv_error *err);

/** How often each of n people is drawn in replicate r. */
void fvi_bootstrap_draw(const fvi_bootstrap *how, uint32_t r, uint32_t n, uint32_t *weight);

/** The interval of n values (sorted here); false, and nothing done, where n is 0. */
bool fvi_bootstrap_interval(double *values, size_t n, double *low, double *high);

/** Makes a bounded interval honest about none and all, as above. */
void fvi_share_settle(fvi_share *share);

/** Something that came to pass or did not, with the people it hangs on. */
typedef struct fvi_hit {
    uint32_t a;
    uint32_t b; /**< = a where one person is all */
    bool hit;
} fvi_hit;

/** How many of them hit, with the interval. Of none: 0 of 0, unbounded. */
FV_NODISCARD fv_status fvi_hits_share(const fvi_hit *hits, size_t n, uint32_t n_people,
                                      const fvi_bootstrap *how, fvi_share *out, fv_error *err);

#endif
