/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settings from YAML and from "section.key=value", into a plain struct that a table describes.
 * Knows nothing of what the settings mean. No function here has state; all are thread-safe.
 */
#ifndef FVI_BASE_CONFIG_H
#define FVI_BASE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"

enum {
    FVI_CONFIG_MAX_BYTES = 1 << 20, /**< of YAML */
    FVI_CONFIG_MAX_KEYS = 1024,     /**< sections included */
    FVI_CONFIG_MAX_DEPTH = 4,
    FVI_CONFIG_MAX_NAME = 63, /**< bytes of one key's name */
};

typedef enum fvi_config_type {
    FVI_CONFIG_U32,    /**< uint32_t: decimal digits */
    FVI_CONFIG_U64,    /**< uint64_t: decimal digits */
    FVI_CONFIG_DOUBLE, /**< double: decimal, or .inf and -.inf where the range has them; no NaN */
    FVI_CONFIG_TEXT,   /**< char[]: one line of UTF-8 without control characters */
    FVI_CONFIG_CHOICE, /**< int: one of the names */
} fvi_config_type;

typedef struct fvi_config_choice {
    const char *name;
    int value;
} fvi_config_choice;

/** Whether a text is allowed; where it is not, `why` (of `size` bytes) says what is wrong. */
typedef bool fvi_config_check(const char *text, char *why, size_t size);

typedef struct fvi_config_key {
    const char *path; /**< "limits.pixels"; keys with a common beginning stand together */
    fvi_config_type type;
    size_t offset; /**< of the value in the struct */
    size_t size;   /**< FVI_CONFIG_TEXT: bytes at offset, the NUL included */
    double min;    /**< inclusive; whole numbers: 0 .. 2^53 */
    double max;
    const fvi_config_choice *choices; /**< FVI_CONFIG_CHOICE: up to one without a name */
    const char *help;                 /**< one line */
    const char *inherits; /**< FVI_CONFIG_DOUBLE: the key that a 0 leaves the value to, or NULL */
    fvi_config_check *check; /**< FVI_CONFIG_TEXT: what else must hold, or NULL */
} fvi_config_key;

/** Two FVI_CONFIG_DOUBLE keys of which the first may not exceed the second, by the values in
 *  force: inherited ones too. */
typedef struct fvi_config_order {
    const char *low;
    const char *high;
} fvi_config_order;

typedef struct fvi_config_table {
    const fvi_config_key *keys;
    size_t n_keys;
    const fvi_config_order *orders;
    size_t n_orders;
} fvi_config_table;

/** Where values come from; later overrides win over earlier ones, all of them over the YAML. */
typedef struct fvi_config_source {
    const char *name; /**< of the YAML, for error texts */
    const uint8_t *yaml;
    size_t yaml_len; /**< 0 = none */
    const char *const *overrides;
    size_t n_overrides;
} fvi_config_source;

/**
 * @param values  in: the shipped values; out: those with the source's over them. On failure only
 *                good for throwing away: load into a copy.
 * @return FV_OK, FV_E_CONFIG (text: name and line, or the override), FV_E_NOMEM
 */
FV_NODISCARD fv_status fvi_config_load(const fvi_config_table *table,
                                       const fvi_config_source *source, void *values,
                                       fv_error *err);

/** Writes YAML that loads back to the same values, bit for bit; each key's help stands above it. */
FV_NODISCARD fv_status fvi_config_dump(const fvi_config_table *table, const void *values, FILE *to,
                                       fv_error *err);

/** A value as fvi_config_dump() writes it: 0, or -1 when size does not hold it. */
FV_NODISCARD int fvi_config_format(const fvi_config_key *key, const void *values, char *text,
                                   size_t size);

#endif
