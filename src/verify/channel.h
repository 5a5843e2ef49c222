/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FVI_CHANNEL_H
#define FVI_CHANNEL_H

#include <stdbool.h>

#include "base/error.h"

/** Where the binding happens. */
typedef struct fvi_channel {
    const char *name;
    bool is_counter; /**< the member already stands at the counter: it is no remedy there */
} fvi_channel;

/**
 * @param name  NULL = none in particular
 * @param[out] out  static
 * @return FV_OK, or FV_E_ARG with err->field "channel"
 */
FV_NODISCARD fv_status fvi_channel_find(const char *name, const fvi_channel **out, fv_error *err);

#endif
