/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A running service as what answers a replay: asked with the role ops, for a caller of another role
 * is told no scores. One connection, many requests on it at a time.
 */
#ifndef FVI_REPLAY_SERVICE_H
#define FVI_REPLAY_SERVICE_H

#include <jansson.h>

#include "faceverify/client.h"
#include "replay/images.h"
#include "replay/run.h"

/**
 * Connects, and asks who is there: versions, limits, thresholds.
 *
 * @param options  borrowed for as long as the service is open
 * @return FV_OK; FV_E_ARG (url, certificates; a URL whose callers are told no scores), FV_E_BACKEND
 *         (nobody is there, or cannot answer for such a set), FV_E_TIMEOUT, FV_E_NOMEM
 */
FV_NODISCARD fv_status fvi_service_open(fvi_service **out, const fv_client_options *options,
                                        fvi_kind kind, fv_error *err);

/** NULL-safe; sets *service to NULL. */
void fvi_service_close(fvi_service **service);

const fvi_held *fvi_service_held(const fvi_service *service);

/** As many requests at a time as keep it at work. */
unsigned fvi_service_at_once(const fvi_service *service);

/** A larger file is not sent. */
uint64_t fvi_service_image_bytes_max(const fvi_service *service);

/** As fvi_versions_json(), as far as a service tells them. */
json_t *fvi_service_versions_json(const fvi_service *service);

/** As fvi_engine_key(). The URL is no part of it. */
FV_NODISCARD fv_status fvi_service_key(const fvi_service *service, const char *more, char key[65],
                                       fv_error *err);

/**
 * One request. Thread-safe.
 *
 * @param[out] out  what it came to: answer, reasons, score (of match: the similarity), times, and
 * of match the faces; untouched on failure
 * @return FV_OK; FV_E_TIMEOUT, FV_E_LIMIT, FV_E_NOMEM, FV_E_BACKEND, also where the versions or the
 *         thresholds are others than at fvi_service_open()
 */
FV_NODISCARD fv_status fvi_service_match(const fvi_service *service, fv_bytes selfie,
                                         fv_bytes record, fvi_worked *out, fv_error *err);
FV_NODISCARD fv_status fvi_service_liveness(const fvi_service *service, fv_bytes selfie,
                                            fvi_worked *out, fv_error *err);
FV_NODISCARD fv_status fvi_service_quality(const fvi_service *service, fv_bytes photo,
                                           fv_image kind, fvi_worked *out, fv_error *err);

#endif
