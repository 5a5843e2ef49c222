/* SPDX-License-Identifier: Apache-2.0 */
/* What the process uses, by the names that Prometheus' own clients give it. */
#ifndef FVI_SERVER_PROCESS_H
#define FVI_SERVER_PROCESS_H

#include <stdint.h>

#include "server/text.h"

/**
 * Adds process_*: what cannot be read is left out. Thread-safe.
 *
 * @param started_unix_s  when the process started
 */
void fvi_process_metrics(fvi_text *text, int64_t started_unix_s);

#endif
