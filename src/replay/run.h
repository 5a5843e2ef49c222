/* SPDX-License-Identifier: Apache-2.0 */
/* A replay in hand: the set, what each image gave, what each row comes to. */
#ifndef FVI_REPLAY_RUN_H
#define FVI_REPLAY_RUN_H

#include "replay/images.h"
#include "replay/trials.h"

/** No answer: a file could not be read. Beside the decisions, verdicts and so on of each kind. */
enum { FVI_ANSWER_UNREADABLE = 255 };

typedef struct fvi_service fvi_service;

/** What pairs are held against. */
typedef struct fvi_held {
    float match_similarity;
    float review_similarity;
    double match_fmr;
    double review_fmr;
} fvi_held;

typedef struct fvi_run {
    const fv_engine *engine;    /**< NULL: the service answers */
    const fvi_service *service; /**< NULL: the engine does */
    const fvi_manifest *m;
    fvi_held held;
    fvi_images images;
    fvi_images answers; /**< pairs at a service: by row; else empty */
    float *value;       /**< by row: similarity or score; NaN = none */
    uint8_t *answer;    /**< by row: fv_decision, fv_liveness_verdict, or 1 usable and 0 refused */
    fvi_bootstrap bootstrap;
} fvi_run;

/** What one row comes to. */
typedef struct fvi_outcome {
    uint8_t answer;
    float value;
    uint32_t n_told;
    fvi_kept told[FV_REASONS_MAX];
} fvi_outcome;

/** What is done with the images of a set of that kind. */
fvi_task fvi_task_of(fvi_kind kind);

/** Room for each row. */
FV_NODISCARD fv_status fvi_run_create(fvi_run *run, fv_error *err);
void fvi_run_free(fvi_run *run);

/**
 * Works the set, at the service (replay/ask.h) or in process: each image once, then for pairs all
 * similarities, and where the answer would be NO_MATCH a look whether one of the two lies turned,
 * as `faceverify verify` does. This is the one place where answers come from; all else reads them
 * by fvi_run_outcome() and of `images`.
 *
 * @return FV_OK, also when crew->stop was set: then there is more to do; FV_E_* of the machine
 */
FV_NODISCARD fv_status fvi_run_work(fvi_run *run, const fvi_crew *crew, fv_error *err);

/** The answers of all rows. */
FV_NODISCARD fv_status fvi_run_decide(fvi_run *run, unsigned threads, fv_error *err);

/** What the times and the journal are of: images, or the answered rows of pairs. */
const fvi_images *fvi_run_kept(const fvi_run *run);

/** What one row comes to, with its reasons. Pure. */
void fvi_run_outcome(const fvi_run *run, size_t row, fvi_outcome *out);

/** "NO_MATCH", "ATTACK", "USABLE"; "UNREADABLE". Static. */
const char *fvi_answer_name(fvi_kind kind, uint8_t answer);

/** The number of that name; -1: there is none. */
int fvi_answer_named(fvi_kind kind, const char *name);

/** How many labels rows have, and the name of one: "impostor", "genuine"; "live" and each species;
 *  those of the set. */
size_t fvi_label_count(const fvi_manifest *m);
const char *fvi_label_name(const fvi_manifest *m, size_t label);
size_t fvi_label_of(const fvi_manifest *m, const fvi_row *row);

/** Quality: whether one of the reasons that the row's label expects was told. */
bool fvi_run_told_as_expected(const fvi_run *run, size_t row);

/** Whether the file of an image of the row could not be read. */
bool fvi_run_unreadable(const fvi_run *run, const fvi_row *row);

#endif
