/* SPDX-License-Identifier: Apache-2.0 */
/* One photograph from bytes to a chip: what both sides of the comparison have in common. */
#ifndef FVI_PHOTO_H
#define FVI_PHOTO_H

#include "verify/engine.h"
#include "verify/explain.h"

/** A request's time budget; {0} = none. */
typedef struct fvi_deadline {
    uint64_t until_us; /**< on fvi_clock_us(); 0 = none */
} fvi_deadline;

FV_NODISCARD fv_status fvi_deadline_check(const fvi_deadline *deadline, const char *before,
                                          fv_error *err);

/** Adds the time since *mark to *stage and sets *mark to now. */
void fvi_stage(uint64_t *mark, uint32_t *stage);

/** What one photograph gives. */
typedef struct fvi_examined {
    fvi_seen seen;
    fv_photo_info info;
    bool has_face;
    bool has_chip;
} fvi_examined;

/** What an onlooker sees of a photograph while it lies in the session. */
typedef struct fvi_sight {
    const fvi_found *found;
    const fvi_measured *measured;
} fvi_sight;

typedef fv_status fvi_onlook(void *self, fv_session *session, const fvi_sight *sight,
                             fv_error *err);

/** What to examine, and what keeps count of it. */
typedef struct fvi_examine {
    fv_image which;
    fv_bytes bytes;
    fvi_deadline deadline;
    fv_timings *timings;          /**< added to */
    const fvi_limits_set *limits; /**< NULL: whatever the measures say, it is taken to the chip */
    fvi_reasons *reasons;         /**< with limits: what they say is added */
    bool no_chip;                 /**< nothing will be compared */
    fvi_onlook *onlook; /**< called where the file was readable, once it is explained; or NULL */
    void *onlooker;
} fvi_examine;

/**
 * Decodes, finds the face, measures, explains, and where there is a face that the limits let pass
 * fills the subject's chip. Everything that is wrong with the photograph is in out->seen.
 */
FV_NODISCARD fv_status fvi_photo_examine(fv_session *session, const fvi_examine *what,
                                         fvi_examined *out, fv_error *err);

/** By how many quarters the photograph lies turned (fvi_face_turn()), seen again from its bytes. */
FV_NODISCARD fv_status fvi_photo_turn(fv_session *session, const fvi_examine *what, int *quarters,
                                      fv_error *err);

#endif
