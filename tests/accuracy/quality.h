/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of accuracy_quality: each prints its tables and notes what it promises. */
#ifndef FVI_ACCURACY_QUALITY_H
#define FVI_ACCURACY_QUALITY_H

#include <stdio.h>

#include "images.h"

/* What we promise. */
#define QUAL_AUC_EYES         0.98 /* eyes closed against open */
#define QUAL_AUC_MOUTH        0.98 /* face mask against none */
#define QUAL_AUC_LIGHT        0.95 /* good light against uneven or none but ambient */
#define QUAL_GOOD_REFUSED_MAX 0.02 /* of the labelled sets' good pictures, framing aside */
#define QUAL_WILD_CLOSED_MAX  0.02 /* of the LFW part called closed, whether it blocks or not */
#define QUAL_WILD_REFUSED_MAX 0.03 /* of the LFW part, bystanders aside */
#define QUAL_SPEARMAN_MIN     0.90 /* each measure with its own degradation, mean of pictures */
#define QUAL_FIRST_MIN        0.90 /* of the gross cases: the right reason is told first */

typedef struct qual_run {
    const fv_engine *engine;
    unsigned threads;
    size_t sample;    /**< pictures that are degraded */
    const char *data; /**< folder of the image sets */
    FILE *csv;        /**< NULL = none */
} qual_run;

/** quality/labels.csv: eyes, masks, light. */
void qual_labels(const qual_run *run);

/** What the LFW part is called. */
void qual_wild(const qual_run *run, const acc_set *lfw);

/** Good pictures of the LFW part, degraded. */
void qual_degraded(const qual_run *run, const acc_set *lfw);

/** What gates cost and what they are good for, on the LFW part's pairs. */
void qual_gates(const qual_run *run, const acc_set *lfw);

/** A line of the CSV file, if there is one; `label` and `strength` as the part means them. */
void qual_csv(const qual_run *run, const char *path, const char *label, float strength,
              const fvi_seen *seen);

#endif
