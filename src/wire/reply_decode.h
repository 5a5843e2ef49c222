/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FVI_WIRE_REPLY_DECODE_H
#define FVI_WIRE_REPLY_DECODE_H

#include "base/error.h"
#include "faceverify.pb-c.h"
#include "faceverify/bytes.h"

/** A decoded Reply. */
typedef struct fvi_reply fvi_reply;

/**
 * Decodes a reply: texts are well-formed, lists of the same length where they belong together, and
 * an answer is there where the status is OK.
 *
 * @return FV_OK; FV_E_BACKEND (not a reply), FV_E_NOMEM
 */
FV_NODISCARD fv_status fvi_reply_decode(fv_bytes message, fvi_reply **out, fv_error *err);

/** NULL-safe; sets *reply to NULL. */
void fvi_reply_destroy(fvi_reply **reply);

/** Lives as long as the reply. */
Faceverify__Reply *fvi_reply_message(fvi_reply *reply);

#endif
