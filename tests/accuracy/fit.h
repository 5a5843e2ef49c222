/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures that the logistic regressions on covered faces are fitted on. */
#ifndef FVI_ACCURACY_FIT_H
#define FVI_ACCURACY_FIT_H

#include "quality/logit.h"

typedef enum fit_source { FIT_MASKS, FIT_EYES, FIT_LIGHT, FIT_LFW, FIT_SOURCES } fit_source;

typedef enum fit_variant {
    FIT_PLAIN,
    FIT_RECUT, /* as the ID card's chip holds it */
    FIT_GREY,  /* made black and white */
    FIT_DARK,  /* glasses drawn on: nearly black, brown, half transparent, blue */
    FIT_BROWN,
    FIT_HALF,
    FIT_BLUE,
    FIT_CLEAR, /* glasses drawn on that hide nothing */
    FIT_VARIANTS,
} fit_variant;

typedef struct fit_sample {
    fvi_clues mouth;
    fvi_clues glasses;
    bool has_mouth;
    bool has_glasses;
    fit_source from;
    fit_variant variant;
    bool covered; /* the mouth, by a mask */
    bool tinted;
    bool unclear; /* whether the glasses are tinted */
    bool odd;     /* belongs to the second half; all pictures of a person, or subject, to one */
} fit_sample;

typedef struct fit_samples {
    fit_sample *of; /* free() it */
    size_t n;
    size_t cap;
} fit_samples;

/** Works every picture of the sets in `data`. Exits with a message on any failure. */
fit_samples fit_collect(const char *data, const char *models, const char *glasses_csv);

void fit_die(const char *what);

#endif
