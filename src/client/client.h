/* SPDX-License-Identifier: Apache-2.0 */
/* What the sources of the client share, and what the command line prints from. */
#ifndef FVI_CLIENT_CLIENT_H
#define FVI_CLIENT_CLIENT_H

#include "faceverify/client.h"
#include "wire/reply_decode.h"

struct fv_client_reply {
    fvi_reply *decoded;
    Faceverify__Reply *message; /**< of decoded */
};

/** A UUID of random bits (RFC 9562, version 4). @return FV_OK, FV_E_INTERNAL */
FV_NODISCARD fv_status fvi_client_uuid(char out[37], fv_error *err);

/**
 * How long to wait after `tries` + 1 tries that met BUSY: the time that the service named, and 1/2
 * to 3/2 of 10 ms, 20 ms, ... 1 s more, lest those who were refused together come back together.
 */
uint32_t fvi_client_pause_ms(uint32_t retry_after_ms, unsigned tries, uint32_t random);

/** The reply's message; may be changed. Lives as long as the reply. */
Faceverify__Reply *fvi_client_message(fv_client_reply *reply);

#endif
