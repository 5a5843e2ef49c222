/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FVI_REPLAY_PARALLEL_H
#define FVI_REPLAY_PARALLEL_H

#include <stddef.h>

#include "base/error.h"

/** fn(cookie, from, to) over 0..n in pieces, on so many threads; returns when all are through. */
FV_NODISCARD fv_status fvi_parallel(unsigned threads, size_t n,
                                    void (*fn)(void *cookie, size_t from, size_t to), void *cookie,
                                    fv_error *err);

#endif
