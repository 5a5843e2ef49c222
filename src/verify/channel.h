/* SPDX-License-Identifier: Apache-2.0 */
/* A channel's profile as requests meet it: similarities and scores in place of rates. */
#ifndef FVI_CHANNEL_H
#define FVI_CHANNEL_H

#include "base/error.h"
#include "faceverify/engine.h"
#include "liveness/liveness.h"
#include "verify/profile.h"

/** Part of the engine, and immutable as it is. */
typedef struct fvi_channel {
    const char *name; /**< "" = none in particular */
    bool is_counter;
    double match_fmr;
    double review_fmr;
    float match_similarity;
    float review_similarity;
    bool liveness; /**< asked for by the whole step */
    double liveness_bpcer;
    fvi_live_limits live_limits; /**< NaN where the pack has no liveness network */
    uint32_t deadline_ms;        /**< for requests that name none; 0 = none */
    uint32_t deadline_most_ms;   /**< that a request can ask for; 0 = any */
    fv_wording wording;
    fvi_remedy_order first;
} fvi_channel;

/**
 * Fills engine->policy and engine->channels from its settings; calibration and networks are loaded.
 *
 * @return FV_OK; FV_E_CONFIG (text: the key) for a rate that was not measured; FV_E_MODEL where
 *         liveness is asked for and the pack has no network for it
 */
FV_NODISCARD fv_status fvi_channels_resolve(fv_engine *engine, fv_error *err);

/**
 * @param name  NULL = none in particular: the policy
 * @param[out] out  the engine's
 * @return FV_OK, or FV_E_ARG with err->field "channel"
 */
FV_NODISCARD fv_status fvi_channel_find(const fv_engine *engine, const char *name,
                                        const fvi_channel **out, fv_error *err);

/** The time that a request of the channel has, where it asks for `asked` (0 = names none); 0 = no
 *  limit. */
uint32_t fvi_channel_deadline_ms(const fvi_channel *channel, uint32_t asked);

/**
 * The same by the channel's name. An unknown one, which fv_verify() refuses, has the time of none
 * in particular. Thread-safe.
 *
 * @param channel  NULL = none in particular
 */
uint32_t fvi_engine_deadline_ms(const fv_engine *engine, const char *channel, uint32_t asked);

#endif
