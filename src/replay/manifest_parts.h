/* SPDX-License-Identifier: Apache-2.0 */
/* Part of manifest.c. */
#ifndef FVI_REPLAY_MANIFEST_PARTS_H
#define FVI_REPLAY_MANIFEST_PARTS_H

#include "replay/manifest.h"

/** Where the reader is; for messages. */
typedef struct fvi_place {
    const char *path;
    size_t line;
    fv_error *err;
} fvi_place;

/** Records "PATH:LINE: text". */
fv_status fvi_place_fail(const fvi_place *p, const char *fmt, ...) FV_PRINTF(2, 3);

/** Makes a path plain ("./a//b" to "a/b"), and refuses one that is absolute or has "..". */
FV_NODISCARD fv_status fvi_path_plain(const fvi_place *p, const char *path, char *out, size_t cap);

/** Refuses a plain path that a link leads out of `root`. That it is not there is none of this
 *  function's business. */
FV_NODISCARD fv_status fvi_path_inside(const fvi_place *p, const char *root, const char *plain);

struct fvi_label_map;

/** What a label means: from the mapping (may be NULL), else `good` or a reason's name. */
FV_NODISCARD fv_status fvi_expected_of(const fvi_place *p, const struct fvi_label_map *map,
                                       const char *label, fvi_expected *out);

/** The file given as labels: CSV label,reason. */
typedef struct fvi_label_map {
    fvi_texts labels;
    fvi_expected *means; /**< by label */
    size_t cap;
} fvi_label_map;

FV_NODISCARD fv_status fvi_label_map_load(fvi_label_map *out, const char *path, fv_error *err);
void fvi_label_map_free(fvi_label_map *map);

/** Rows that come twice, by (a, b). {0} is valid and empty. */
typedef struct fvi_seen_rows {
    uint64_t *keys; /**< (a << 32 | b) + 1; 0 = free */
    uint32_t *lines;
    size_t n;
    size_t n_slots;
} fvi_seen_rows;

/** *earlier: the line where it was before, or 0. */
FV_NODISCARD fv_status fvi_seen_rows_add(fvi_seen_rows *seen, uint32_t a, uint32_t b, size_t line,
                                         size_t *earlier, fv_error *err);
/** What was given as line; 0 where there is none. */
size_t fvi_seen_rows_find(const fvi_seen_rows *seen, uint32_t a, uint32_t b);

void fvi_seen_rows_free(fvi_seen_rows *seen);

/** Who is who where no column says, then the people sorted by name. */
FV_NODISCARD fv_status fvi_people_find(fvi_manifest *m, fv_error *err);

#endif
