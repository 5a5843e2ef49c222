/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A labelled set through the product's own flow: results.csv, times.csv, summary.json, report.html.
 */
#ifndef FVI_REPLAY_H
#define FVI_REPLAY_H

#include <jansson.h>

#include "faceverify/client.h"
#include "faceverify/engine.h"
#include "replay/images.h"

enum { FVI_REPLAY_LISTED_MAX = 32 };

typedef struct fvi_replay_options {
    fvi_manifest_options set;
    fv_engine_options engine;
    const fv_client_options *service;            /**< who answers; NULL = an engine, as above */
    const char *out;                             /**< folder; created where it is not there */
    const char *baseline;                        /**< folder of an earlier run; or NULL */
    const char *overlays[FVI_REPLAY_LISTED_MAX]; /**< folders whose curves are drawn too */
    size_t n_overlays;
    const char *fail_on[FVI_REPLAY_LISTED_MAX]; /**< conditions, replay/conditions.h */
    size_t n_fail_on;
    const char *junit; /**< file; or NULL */
    bool resume;
    bool thumbnails;
    unsigned threads;   /**< of this process */
    unsigned in_flight; /**< requests at a time; 0 = what keeps the service at work */
    uint64_t seed;
    uint32_t replicates;
    const char *command; /**< for the report */
    const atomic_bool *stop;
    void (*progress)(void *cookie, const fvi_progress *progress);
    void *cookie;
} fvi_replay_options;

/** What became of it. */
typedef struct fvi_replay_outcome {
    bool stopped; /**< before the end; what was done is in the journal */
    size_t images;
    size_t resumed; /**< of these: by an earlier run */
    size_t unreadable;
    size_t rows;
    json_t *summary; /**< the caller's to json_decref(); NULL where stopped */
    size_t n_failed; /**< conditions that hold */
    char failed[FVI_REPLAY_LISTED_MAX][200];
} fvi_replay_outcome;

/**
 * Checks the set, works it, writes what came out.
 *
 * @return FV_OK, also when stopped; FV_E_ARG (set, folder, condition), FV_E_CONFIG, FV_E_MODEL,
 *         FV_E_BACKEND, FV_E_NOMEM
 */
FV_NODISCARD fv_status fvi_replay(const fvi_replay_options *options, fvi_replay_outcome *out,
                                  fv_error *err);

#endif
