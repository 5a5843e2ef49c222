/* SPDX-License-Identifier: Apache-2.0 */
/* Part of baseline.c: the earlier run, row by row of this one. */
#ifndef FVI_REPLAY_BASELINE_PARTS_H
#define FVI_REPLAY_BASELINE_PARTS_H

#include "replay/baseline.h"
#include "replay/manifest_parts.h"

/** The earlier run has no such row, or its file could not be read then. */
enum { FVI_EARLIER_NONE = 254 };

typedef struct fvi_earlier {
    uint8_t *answer; /**< by row */
    float *value;
    bool *found; /**< quality: the expected reason was told */
    size_t only_there;
    size_t only_here;
    size_t flips;
    json_t *flipped; /**< some of them, with their files */
    json_t *matrix;  /**< {"genuine": {"PASS > NO_MATCH": 3}} */
    json_t *gained;  /**< {"selfie.NO_FACE": 2}: told now, not then */
    json_t *lost;
} fvi_earlier;

FV_NODISCARD fv_status fvi_earlier_load(fvi_earlier *out, const fvi_run *run, const char *dir,
                                        fv_error *err);
void fvi_earlier_free(fvi_earlier *e);

/** The figures of both side by side, with tests. */
FV_NODISCARD fv_status fvi_baseline_tests(const fvi_run *run, const fvi_earlier *e, json_t *out,
                                          fv_error *err);

/** Whether the row's answer was an error, then or now; -1: it has no opinion. */
int fvi_row_wrong(const fvi_run *run, size_t row, uint8_t answer, bool found);

#endif
