/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FVI_SELF_CHECK_H
#define FVI_SELF_CHECK_H

#include "faceverify/engine.h"

/**
 * A real request whose answer is known (a grey picture: there is no face), and one pass of every
 * network, which that request does not reach. For a service, before it says that it is ready.
 *
 * @return FV_OK; FV_E_MODEL, FV_E_BACKEND, FV_E_INTERNAL (another answer), FV_E_NOMEM
 */
FV_NODISCARD fv_status fvi_self_check(fv_session *session, fv_error *err);

#endif
