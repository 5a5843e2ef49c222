/* SPDX-License-Identifier: Apache-2.0 */
/* Numbered pieces of work, done by several threads until all are done or somebody says stop. */
#ifndef FVI_REPLAY_CREW_H
#define FVI_REPLAY_CREW_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "faceverify/engine.h"

/** How far the work is. */
typedef struct fvi_progress {
    const char *step; /**< "images", "turned images", ... */
    size_t done;
    size_t of;
    size_t before; /**< of `done`: by an earlier, interrupted run */
    uint64_t elapsed_us;
} fvi_progress;

typedef struct fvi_journal fvi_journal;

/** Who works, for whom, and until when. */
typedef struct fvi_crew {
    const fv_engine *engine; /**< NULL: a service answers */
    unsigned threads;
    const atomic_bool *stop; /**< set: no further piece is begun */
    void (*progress)(void *cookie, const fvi_progress *progress); /**< on the calling thread */
    void *cookie;
    fvi_journal *journal; /**< NULL = none */
} fvi_crew;

/** What is to be done. */
typedef struct fvi_shift {
    const char *step;   /**< static */
    const size_t *todo; /**< the pieces' numbers */
    size_t n_todo;
    size_t before; /**< done by an earlier run */
    void *cookie;  /**< shared by all threads */
    /** Of each thread, before its first piece; may be NULL. */
    fv_status (*begin)(void *cookie, void **tools, fv_error *err);
    fv_status (*work)(void *cookie, void *tools, size_t i, fv_error *err);
    /** Also after a begin that failed; may be NULL. */
    void (*end)(void *tools);
} fvi_shift;

/**
 * Each piece once, on some thread. After a failure no further one is begun; what is in hand ends.
 *
 * @return FV_OK, also when crew->stop was set; the first failure
 */
FV_NODISCARD fv_status fvi_crew_work(const fvi_crew *crew, const fvi_shift *shift, fv_error *err);

#endif
