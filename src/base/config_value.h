/* SPDX-License-Identifier: Apache-2.0 */
/* Part of config.c: one value's text. */
#ifndef FVI_BASE_CONFIG_VALUE_H
#define FVI_BASE_CONFIG_VALUE_H

#include <stdbool.h>

#include "base/config.h"

enum { FVI_CONFIG_WHY_SIZE = 160 };

/**
 * Needs the C locale. The same for a file and for an override.
 *
 * @param why  takes the reason when the text is refused (values is then untouched)
 */
bool fvi_config_parse(const fvi_config_key *key, const char *text, void *values,
                      char why[FVI_CONFIG_WHY_SIZE]);

/** The value of an FVI_CONFIG_DOUBLE key. */
double fvi_config_double(const fvi_config_key *key, const void *values);

/** Shortest text of a double that reads back to it; needs the C locale. */
void fvi_config_double_text(double v, char text[32]);

#endif
