/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FVI_SERVER_ENGINE_BACKEND_H
#define FVI_SERVER_ENGINE_BACKEND_H

#include "server/backend.h"
#include "verify/settings.h"

/** Where the engine's settings come from, at the start and at each reload. */
typedef struct fvi_engine_source {
    fv_engine_options options;   /**< what it points to outlives the server */
    const fvi_settings *running; /**< that the server was started with */
} fvi_engine_source;

/** @param source  outlives the server */
fvi_backend fvi_engine_backend(fvi_engine_source *source);

#endif
