/* SPDX-License-Identifier: Apache-2.0 */
/* The degradations that the measures are held against, each with the reason it has to give. */
#ifndef FVI_ACCURACY_QUALITY_KINDS_H
#define FVI_ACCURACY_QUALITY_KINDS_H

#include "degrade.h"
#include "face/face.h"
#include "faceverify/reason.h"

enum { QUAL_STRENGTHS = 6, QUAL_GROSS = 2 /* of them, the last */ };

/** An untouched picture and its face. */
typedef struct qual_scene {
    pixels picture;
    fvi_box box;
    fvi_landmarks marks;
    uint64_t seed;     /**< differs by picture */
    bool darker_right; /**< that half of the face has less light already */
} qual_scene;

typedef struct qual_kind {
    const char *name;
    const char *reason;     /**< to be told first */
    const char *as_well[2]; /**< as good a reason to tell first; NULL = none */
    void (*apply)(pixels *p, const qual_scene *scene, float strength);
    float strength[QUAL_STRENGTHS]; /**< weakest first */
    fv_image image;
    bool jpeg;     /**< strength = quality of the file; else the file loses nothing */
    bool promised; /**< false: informs only */
} qual_kind;

extern const qual_kind qual_kinds[];
extern const size_t qual_kinds_n;

/** Of an untouched scene with its box. */
bool qual_darker_right(const qual_scene *scene);

/** The picture, degraded, as a file; free() data. */
fv_bytes qual_degrade(const qual_scene *scene, const qual_kind *kind, float strength);

/** As a file, untouched. */
fv_bytes qual_png(const pixels *p);

#endif
