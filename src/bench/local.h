/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FVI_BENCH_LOCAL_H
#define FVI_BENCH_LOCAL_H

#include "bench/target.h"

/** The flow in this process: a session a caller, all on one engine, which must outlive it. */
fvi_bench_target fvi_bench_local(fv_engine *engine);

#endif
