/* SPDX-License-Identifier: Apache-2.0 */
/* A channel's profile as the settings hold it. What it comes to with a model pack: channel.h. */
#ifndef FVI_PROFILE_H
#define FVI_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "faceverify/reason.h"

/** Where the binding happens. */
typedef enum fvi_channel_id {
#define C(id, ...) FVI_CHANNEL_##id,
#include "verify/channels.def"
#undef C
    FVI_CHANNEL_COUNT
} fvi_channel_id;

/** What no setting changes. */
typedef struct fvi_channel_info {
    const char *name; /**< "nhsa-app" */
    bool is_counter;  /**< the member already stands at the counter: it is no remedy there */
    const char *why;  /**< of the shipped profile */
} fvi_channel_info;

extern const fvi_channel_info fvi_channel_infos[FVI_CHANNEL_COUNT];

typedef enum fvi_liveness_policy {
    FVI_LIVENESS_OFF = 0,
    FVI_LIVENESS_REQUIRED = 1,
    FVI_LIVENESS_AS_POLICY = 2, /**< in profiles only */
} fvi_liveness_policy;

enum { FVI_REMEDIES_TEXT = 256 };

/** Plain data; a rate or a time of 0 leaves it to policy.* and limits.deadline_ms. */
typedef struct fvi_profile {
    double match_fmr;
    double review_fmr;
    int liveness; /**< an fvi_liveness_policy */
    double liveness_bpcer;
    uint32_t deadline_ms; /**< for requests that name none, and the most that others can ask for */
    int wording;          /**< an fv_wording */
    char remedies_first[FVI_REMEDIES_TEXT]; /**< names, separated by blanks */
} fvi_profile;

enum { FVI_REMEDY_ORDER_MAX = 32 };

/** Remedies that are told before the others, each once. */
typedef struct fvi_remedy_order {
    fv_remedy of[FVI_REMEDY_ORDER_MAX];
    uint32_t n;
} fvi_remedy_order;

/**
 * Names of remedies, separated by blanks; none is twice, and VISIT_COUNTER, which is always last,
 * is none of them.
 *
 * @param[out] out  where it is true
 * @param[out] why  what is wrong where it is false; `size` bytes
 */
bool fvi_remedy_order_parse(const char *text, fvi_remedy_order *out, char *why, size_t size);

#endif
