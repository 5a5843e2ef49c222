/* SPDX-License-Identifier: Apache-2.0 */
/* Works every image of a set once, on several threads, through the product's own flow. */
#ifndef FVI_ACCURACY_IMAGES_H
#define FVI_ACCURACY_IMAGES_H

#include "verify/photo.h"

typedef struct acc_image {
    char *path;       /**< relative to the set */
    float *embedding; /**< NULL: no face, or not a picture */
    fvi_seen seen;
    fv_photo_info info;
} acc_image;

typedef struct acc_pair {
    size_t a;
    size_t b;
    bool same;
} acc_pair;

typedef struct acc_set {
    const char *dir;
    acc_image *images; /**< sorted by path */
    size_t n_images;
    acc_pair *pairs;
    size_t n_pairs;
    size_t n_left_out; /**< rows of pairs.csv that are not three fields */
    size_t dim;
} acc_set;

/** Changes a file's bytes before they are worked (re-cuts); out is malloc'd. Must be thread-safe.
 */
typedef int (*acc_change)(const fv_engine *engine, fv_bytes in, uint8_t **out, size_t *len);

/** dir/pairs.csv: path_a,path_b,same. Exits with a message where it cannot be read. */
acc_set acc_set_load(const char *dir);

/** Works every image on n threads. Exits with a message on any failure. */
void acc_set_work(acc_set *set, const fv_engine *engine, unsigned threads, acc_change change);

void acc_set_free(acc_set *set);

/** "Aaron_Peirsol" of "Aaron_Peirsol/Aaron_Peirsol_0001.jpg": the folder that holds the file. */
size_t acc_identity(const char *path, const char **start);

#endif
