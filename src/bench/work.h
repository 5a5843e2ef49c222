/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked: photographs in turn, operations by weight. Immutable once loaded. */
#ifndef FVI_BENCH_WORK_H
#define FVI_BENCH_WORK_H

#include "base/error.h"
#include "wire/wire.h"

/* What may be asked; the wire's numbers less FVI_OP_VERIFY. */
typedef enum fvi_bench_op {
    FVI_BENCH_VERIFY = FVI_OP_VERIFY - FVI_OP_VERIFY,
    FVI_BENCH_MATCH = FVI_OP_MATCH - FVI_OP_VERIFY,
    FVI_BENCH_LIVENESS = FVI_OP_LIVENESS - FVI_OP_VERIFY,
    FVI_BENCH_QUALITY = FVI_OP_QUALITY - FVI_OP_VERIFY,
    FVI_BENCH_OPS
} fvi_bench_op;

fvi_op fvi_bench_wire_op(fvi_bench_op op);

/** "verify"; static. */
const char *fvi_bench_op_name(fvi_bench_op op);

/** The encoded photographs of one person. */
typedef struct fvi_bench_pair {
    fv_bytes selfie;
    fv_bytes record;
} fvi_bench_pair;

enum {
    FVI_BENCH_CYCLE_MAX = 1000,
    FVI_BENCH_PHOTOS_MAX_MB = 1024 /**< all of them lie in memory */
};

typedef struct fvi_bench_work {
    fvi_bench_pair *pairs; /**< owned, as their bytes */
    size_t n_pairs, pairs_cap;
    size_t bytes;
    unsigned weights[FVI_BENCH_OPS];
    fvi_bench_op cycle[FVI_BENCH_CYCLE_MAX]; /**< each operation as often as its weight, spread */
    size_t n_cycle;
    const char *channel;  /**< borrowed; NULL = none in particular */
    uint32_t deadline_ms; /**< 0 = what is configured */
    char run_id[32];      /**< what the ids of this run's requests begin with */
} fvi_bench_work;

/** One request; all borrowed from the work. */
typedef struct fvi_bench_request {
    char id[FVI_REQUEST_ID_MAX + 1]; /**< no other request of any run has it */
    fvi_bench_op op;
    fv_bytes selfie;
    fv_bytes record;
    const char *channel;
    uint32_t deadline_ms;
} fvi_bench_request;

/** Nothing to ask with yet: verify only. */
void fvi_bench_work_init(fvi_bench_work *work);
void fvi_bench_work_free(fvi_bench_work *work);

/**
 * "verify:8,quality:1". An operation without a weight is not asked.
 *
 * @return FV_OK; FV_E_ARG (field "mix"): unknown, twice, no number, all zero, or more than
 *         FVI_BENCH_CYCLE_MAX together; the work is then untouched
 */
FV_NODISCARD fv_status fvi_bench_work_mix(fvi_bench_work *work, const char *text, fv_error *err);

/** Takes over both photographs' memory (malloc), also on failure. */
FV_NODISCARD fv_status fvi_bench_work_pair(fvi_bench_work *work, fvi_bench_pair pair,
                                           fv_error *err);

/** How a photograph is read: *out is malloc()ed; `field` is for the error. */
typedef fv_status (*fvi_bench_read)(const char *path, const char *field, uint8_t **out, size_t *len,
                                    fv_error *err);

/**
 * Reads the pairs that a CSV names in its columns path_a (selfie) and path_b (photograph on
 * record); others are passed over. Paths are relative to the CSV's folder.
 *
 * @return FV_OK; FV_E_ARG, FV_E_LIMIT (field "pairs"), FV_E_NOMEM
 */
FV_NODISCARD fv_status fvi_bench_work_csv(fvi_bench_work *work, const char *path,
                                          fvi_bench_read read, fv_error *err);

/** Request `number` of the run. Thread-safe. */
void fvi_bench_work_request(const fvi_bench_work *work, uint64_t number, fvi_bench_request *out);

#endif
