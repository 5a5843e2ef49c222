/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FVI_REPLAY_MACHINE_H
#define FVI_REPLAY_MACHINE_H

#include <jansson.h>

#include "faceverify/engine.h"
#include "verify/engine.h"

/** Processor, cores, memory, kernel. */
json_t *fvi_machine_json(void);

/** Library, pack, networks, calibration, thresholds in force. */
json_t *fvi_versions_json(const fv_engine *engine);

/** "2026-11-22T06:41:00Z" of seconds since 1970. */
void fvi_time_text(int64_t unix_s, char out[32]);

/** What an image's result depends on besides its bytes, as 64 hexadecimal digits: networks,
 *  calibration, settings, version, and `more`. */
FV_NODISCARD fv_status fvi_engine_key(const fv_engine *engine, const char *more, char key[65],
                                      fv_error *err);

#endif
