/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Works a set by asking a service. A photograph of attacks or quality is one request; so is a pair,
 * with both photographs in it: a service keeps none, and those of many pairs are sent with each.
 */
#ifndef FVI_REPLAY_ASK_H
#define FVI_REPLAY_ASK_H

#include "replay/run.h"

/**
 * Asks for all that is still open, crew->threads at a time. Files that cannot be read are found
 * before any pair is sent.
 *
 * @param run  with a service
 * @return FV_OK, also when crew->stop was set; the failure that ended it, which says how much is
 *         unanswered
 */
FV_NODISCARD fv_status fvi_ask(fvi_run *run, const fvi_crew *crew, fv_error *err);

#endif
