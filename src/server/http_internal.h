/* SPDX-License-Identifier: Apache-2.0 */
/* Part of http.c, for its test. */
#ifndef FVI_SERVER_HTTP_INTERNAL_H
#define FVI_SERVER_HTTP_INTERNAL_H

#include "server/http.h"

/** As fvi_http_start(); hangs up on who neither sends nor takes a byte for idle_s, 1.., seconds. */
FV_NODISCARD fv_status fvi_http_start_idle(fvi_http **out, const char *url,
                                           const fvi_http_sources *sources, unsigned idle_s,
                                           fv_error *err);

#endif
