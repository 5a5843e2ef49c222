/* SPDX-License-Identifier: Apache-2.0 */
/* Part of config.c: the YAML, as texts and lines by key. */
#ifndef FVI_BASE_CONFIG_YAML_H
#define FVI_BASE_CONFIG_YAML_H

#include "base/config.h"

enum { FVI_CONFIG_SHOWN_NAME = 100 }; /* bytes of a file's name in an error text */

typedef struct fvi_yaml fvi_yaml;

/**
 * Syntax and structure: on FV_OK the document has only keys of the table, each once, with one
 * value.
 *
 * @param out  holds no pointer into the source; *out is the caller's to destroy
 */
FV_NODISCARD fv_status fvi_yaml_load(fvi_yaml **out, const fvi_config_table *table,
                                     const fvi_config_source *source, fv_error *err);

void fvi_yaml_destroy(fvi_yaml **yaml);

/** What the document says for table->keys[key]; NULL = nothing. */
const char *fvi_yaml_text(const fvi_yaml *yaml, size_t key);

/** The line of that key, from 1; 0 when the document does not have it. */
size_t fvi_yaml_line(const fvi_yaml *yaml, size_t key);

/** The last bytes of a long name, on a character's edge. */
const char *fvi_config_shown_name(const char *name);

#endif
