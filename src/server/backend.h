/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What does the work behind the sockets. The engine's is in engine_backend.h; tests bring their
 * own, so that the flow can be tried without networks.
 */
#ifndef FVI_SERVER_BACKEND_H
#define FVI_SERVER_BACKEND_H

#include "base/error.h"
#include "faceverify/faceverify.h"
#include "wire/wire.h"

/** Room for one answer; which member is meant follows from the operation. */
typedef struct fvi_work {
    fv_result verify; /**< VERIFY, MATCH */
    fv_liveness_result liveness;
    fv_quality_result quality;
} fvi_work;

/** A model is shared by all workers and immutable; a session belongs to one worker at a time. */
typedef struct fvi_backend {
    void *self;

    /** Reads settings and models anew; *model is given back to unload(). */
    fv_status (*load)(void *self, void **model, fv_error *err);

    /** After the last of its sessions. */
    void (*unload)(void *self, void *model);

    /** What is loaded; lives as long as the model. Thread-safe. */
    const fv_versions *(*versions)(const void *model);

    /** Time that a request has (asked: what it says, 0 = nothing); 0 = no limit. Thread-safe. */
    uint32_t (*deadline_ms)(const void *model, const char *channel, uint32_t asked);

    /** Thread-safe. */
    fv_status (*open)(void *self, void *model, void **session, fv_error *err);
    void (*close)(void *self, void *session);

    /** Asks the session something whose answer is known. */
    fv_status (*check)(void *session, fv_error *err);

    /**
     * @param request  VERIFY, MATCH, LIVENESS or QUALITY
     * @param left_ms  0 = no limit
     * @return as fv_verify()
     */
    fv_status (*answer)(void *session, const fvi_wire_request *request, uint32_t left_ms,
                        fvi_work *work, fv_error *err);

    /** What the settings of `model` say that only a restart brings into force: one line; "" =
     *  nothing. */
    void (*differs)(const void *model, char *what, size_t cap);
} fvi_backend;

#endif
