/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FVI_CLIENT_LINK_H
#define FVI_CLIENT_LINK_H

#include <nng/nng.h>

#include "client/exchange.h"

nng_socket fvi_link_socket(const fvi_link *link);
size_t fvi_link_reply_bytes_max(const fvi_link *link);

/** What nng says, as a failure of ours. */
fv_status fvi_nng_fail(fv_error *err, int rv, const char *what);

#endif
