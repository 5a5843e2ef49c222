/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FVI_BENCH_SERVICE_H
#define FVI_BENCH_SERVICE_H

#include "bench/target.h"
#include "client/exchange.h"

/**
 * A running service, asked as many callers would: each has a connection of its own. No request is
 * asked again, BUSY is counted. A reply may take the request's deadline and a little longer (the
 * service's own word that time is over counts as such), or 30 s where there is none.
 *
 * @param url  borrowed, as long as the target is used; ipc://, tcp:// or tls+tcp://
 */
fvi_bench_target fvi_bench_service(const fvi_link_options *options);

/** The process at the other end of an ipc:// connection; 0 where it cannot be told, or none comes
 *  about within some seconds. */
int fvi_bench_service_pid(const fvi_link_options *options);

#endif
