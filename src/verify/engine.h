/* SPDX-License-Identifier: Apache-2.0 */
/* What fv_engine and fv_session hold. */
#ifndef FVI_ENGINE_H
#define FVI_ENGINE_H

#include "decode/decode.h"
#include "face/face.h"
#include "faceverify/engine.h"
#include "liveness/liveness.h"
#include "match/calibration.h"
#include "match/match.h"
#include "quality/viewer.h"
#include "verify/channel.h"
#include "verify/settings.h"

struct fv_engine {
    fvi_settings settings;
    fvi_pack *pack;
    fvi_nn_model *models[FVI_ROLE_COUNT]; /**< NULL where the pack has none */
    fvi_calibration calibration;
    fvi_liveness_model liveness;
    fvi_channel policy; /**< of requests that name no channel */
    fvi_channel channels[FVI_CHANNEL_COUNT];
};

/** One photograph's way through the flow. */
typedef struct fvi_subject {
    fvi_buffer chip;  /**< FVI_CHIP_SIDE_PX square, RGB */
    float *embedding; /**< fvi_embedder_dim() values */
} fvi_subject;

struct fv_session {
    const fv_engine *engine;
    fvi_buffer arena; /**< the activations of all networks, one after the other */
    fvi_decoder *decoder;
    fvi_facer *facer;
    fvi_viewer *viewer;
    fvi_liver *liver; /**< NULL where the pack has no liveness network */
    fvi_embedder *embedder;
    fvi_subject subjects[2]; /**< selfie, record */
};

/** Overwrites every picture, chip, template and activation within reach. */
void fvi_session_wipe(fv_session *session);

/**
 * An engine without thresholds, for making the calibration that it lacks. It compares templates; a
 * session of it never decides (its similarities of match and review are NaN).
 */
FV_NODISCARD fv_status fvi_engine_create_uncalibrated(fv_engine **out,
                                                      const fv_engine_options *options,
                                                      fv_error *err);

/** Where models lie: the configured folder, or the first of the usual ones that has a pack.json. */
FV_NODISCARD fv_status fvi_models_dir(const char *configured, char *out, size_t cap, fv_error *err);

#endif
