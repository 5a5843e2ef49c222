/* SPDX-License-Identifier: Apache-2.0 */
/* What several answers are made of. Texts are borrowed, lists lie in the part itself. */
#ifndef FVI_WIRE_ANSWER_PARTS_H
#define FVI_WIRE_ANSWER_PARTS_H

#include "faceverify.pb-c.h"
#include "wire/wire.h"

enum { FVI_REASON_TEXT_CAP = 512 };

/** What a reply tells the member. Borrowed. */
typedef struct fvi_told {
    const fv_reason *reasons;
    const fv_remedy *remedies;
    uint32_t n_reasons, n_remedies;
    fv_wording wording;
} fvi_told;

/** Who is told. */
typedef struct fvi_hearer {
    fv_locale locale;
    bool scores;
} fvi_hearer;

typedef struct fvi_told_parts {
    Faceverify__Reason reasons[FV_REASONS_MAX];
    Faceverify__Reason *reason_list[FV_REASONS_MAX];
    char texts[FV_REASONS_MAX][FVI_REASON_TEXT_CAP];
    Faceverify__Remedy remedies[FV_REMEDIES_MAX];
    char *remedy_texts[FV_REMEDIES_MAX];
} fvi_told_parts;

/** Optional fields are numbers; one that is not finite is not there. */
#define FVI_SET_REAL(message, NAME, FIELD, field, number)                                          \
    do {                                                                                           \
        if (!isfinite(number)) break;                                                              \
        (message)->has_##field##_case = FACEVERIFY__##NAME##__HAS_##FIELD##_##FIELD;               \
        (message)->field = (number);                                                               \
    } while (0)

/** protobuf-c's types do not say that it only reads. */
char *fvi_part_text(const char *s);

void fvi_part_told(const fvi_told *told, const fvi_hearer *hearer, fvi_told_parts *out);
void fvi_part_photo(const fv_photo_info *p, bool scores, Faceverify__PhotoInfo *out);
void fvi_part_timings(const fv_timings *t, Faceverify__Timings *out);
void fvi_part_versions(const fv_versions *v, Faceverify__Versions *out);
void fvi_part_scores(const fv_result *r, Faceverify__Scores *out);
void fvi_part_liveness_scores(const fv_liveness_result *r, Faceverify__LivenessScores *out);
void fvi_part_measure(const fv_measure *m, bool scores, Faceverify__Measure *out);

#endif
