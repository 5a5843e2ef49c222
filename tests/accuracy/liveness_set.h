/* SPDX-License-Identifier: Apache-2.0 */
/* Labelled selfies and attacks, and what liveness sees of each. Every failure ends the program. */
#ifndef FVI_LIVENESS_SET_H
#define FVI_LIVENESS_SET_H

#include <stdio.h>

#include "degrade.h"
#include "liveness/liveness.h"
#include "verify/engine.h"

typedef struct liv_pic {
    char *path;       /* as opened */
    char set[32];     /* first folder of the path in its manifest */
    char species[32]; /* of the attack; "" = live */
    char person[96];
    bool live;
    bool from_folder; /* stands in no manifest: bona fide by its folder */
    bool left_out;    /* black corners of a warped photograph around its face */
    bool face;
    bool readable;    /* liveness can be judged */
    fvi_live_why why; /* not readable: the first cause */
    fvi_measure measure;
    float box_px; /* longer side of the face's box, in the whole picture */
    fvi_liveness_seen seen;
    fvi_measured measured;
    double score; /* by the model at hand; 0..1 */
} liv_pic;

typedef struct liv_set {
    liv_pic *pics;
    size_t n;
} liv_set;

/* path,label,attack,subject with label live or spoof; paths are relative to the manifest's folder.
 * Where subject is empty: the file's name without what follows its last digit but one, so that
 * neighbours in a numbered series count as one. */
void liv_add_manifest(liv_set *s, const char *manifest);

/* Every .jpg below the folder, live; its folder is the person. */
void liv_add_folder(liv_set *s, const char *dir, const char *name);

/* Changes a picture before it is looked at; `eyes_px`: from eye to eye. */
typedef struct liv_change {
    void (*apply)(pixels *p, float strength, float eyes_px);
    float strength;
} liv_change;

/* Looks at every picture; `change` may be NULL. */
void liv_work(liv_set *s, const fv_engine *engine, unsigned threads, const liv_change *change);

/* Gives every readable picture its score; NaN to the others. */
void liv_score(liv_set *s, const fvi_liveness_model *model);

/* A copy of every `each`-th live picture that is readable, of those whose set is `name`. */
void liv_sample(const liv_set *s, const char *name, size_t each, liv_set *out);

/* One row a picture: what was seen of it, and every measure. csv NULL: nothing. */
void liv_write_head(FILE *csv);
void liv_write(FILE *csv, const liv_set *s, const char *harm, float strength);

void liv_free(liv_set *s);

#endif
