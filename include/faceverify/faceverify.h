/* SPDX-License-Identifier: Apache-2.0 */
/** @file faceverify.h Everything public. */
#ifndef FACEVERIFY_H
#define FACEVERIFY_H

#include "faceverify/bytes.h"
#include "faceverify/engine.h"
#include "faceverify/liveness.h"
#include "faceverify/match.h"
#include "faceverify/quality.h"
#include "faceverify/reason.h"
#include "faceverify/status.h"
#include "faceverify/verify.h"

#endif
