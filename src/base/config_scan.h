/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Part of config.c: where each key of a YAML document stands. libcyaml's own line numbers are those
 * of the event before the one at fault, so that ours come from here; so does the refusal of what
 * libcyaml lets pass (anchors, tags, further documents, NUL characters, keys without a value).
 */
#ifndef FVI_BASE_CONFIG_SCAN_H
#define FVI_BASE_CONFIG_SCAN_H

#include <stdbool.h>

#include "base/config.h"

enum { FVI_SCAN_ROOT = 0 }; /* the node above the top-level keys */

typedef struct fvi_scan_node {
    char name[FVI_CONFIG_MAX_NAME + 1];
    size_t parent;
    size_t line; /**< from 1 */
} fvi_scan_node;

typedef struct fvi_scan {
    fvi_scan_node *nodes; /**< [0] is the root */
    size_t n;
} fvi_scan;

/** On FV_OK the bytes are one or no YAML document of nested mappings; out->n is 0 when none. */
FV_NODISCARD fv_status fvi_scan_run(fvi_scan *out, const fvi_config_source *source, fv_error *err);

void fvi_scan_free(fvi_scan *scan);

/** The key of that name directly under parent (by its first len bytes); 0 = there is none. */
size_t fvi_scan_find(const fvi_scan *scan, size_t parent, const char *name, size_t len);

#endif
