/* SPDX-License-Identifier: Apache-2.0 */
/* What a photograph would be told, by the flow's own functions, and the promises kept or not. */
#ifndef FVI_ACCURACY_QUALITY_TOLD_H
#define FVI_ACCURACY_QUALITY_TOLD_H

#include "verify/photo.h"

/** The row of reasons.def; NULL where there is none of that name. */
const fvi_reason_row *qual_row(const char *name);

/** +1 where the reason is given above a limit, -1 below, 0 for both or without a measure. */
int qual_direction(const fvi_reason_row *row);

/** NaN where the row is NULL, has no measure, or the measure was not taken. */
double qual_value(const fvi_seen *seen, const fvi_reason_row *row);

/** The value, turned so that higher is worse: to the side that gives the reason; away from 0 where
 *  both do. NaN likewise. */
double qual_badness(const fvi_seen *seen, const fvi_reason_row *row);

const fvi_limits_set *qual_limits(const fv_engine *engine, fv_image kind);

/** Every reason, one for each cause; limits by kind. */
fvi_reasons qual_reasons(const fv_engine *engine, const fvi_seen *seen, fv_image kind);

/** Whether some reason of it blocks. */
bool qual_refused(const fv_engine *engine, const fvi_seen *seen, fv_image kind);

/** Who else is in the picture. */
extern const char *const qual_bystanders[];
/** How the face lies in the picture. Sets of faces that their collectors cut out are not judged by
 *  these. */
extern const char *const qual_framing[];

/** Whether some reason blocks that is not one of `aside` (a list that ends in NULL). */
bool qual_refused_but_for(const fv_engine *engine, const fvi_seen *seen, fv_image kind,
                          const char *const *aside);

/** What fv_quality() would tell first; FV_REASON_NONE where nothing is. */
fv_reason_code qual_first(const fv_engine *engine, const fvi_seen *seen, fv_image kind);

/** Holds a figure against its bound and prints nothing; see qual_promises(). */
void qual_promise(const char *what, double seen, double at_least, double at_most);

/**
 * The same for a share of a sample. It does not hold where it is less than the bound by more than
 * chance explains (one-sided, 95 %), the pictures being the trials: several looks at one picture
 * are not several trials.
 */
void qual_promise_share(const char *what, double share, size_t pictures, double at_least);

/** Prints all promises as a table; true when all of them hold. */
bool qual_promises(void);

/** "97.3 %" of n of m, or "-" of nothing, in one of a few static buffers: for printf alone. */
const char *qual_percent(size_t n, size_t of);

#endif
