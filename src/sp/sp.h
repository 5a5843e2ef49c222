/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Connections of nng 1.5.2, and their end. (SP: the protocols that nng speaks.)
 *
 * nng_close(), nng_listener_close() and nng_pipe_close() forbid a connection's transfers to go on.
 * Where a part of a message has just come or gone, and the callback that would ask for the rest has
 * not run yet, the rest is then refused, nobody is told, and nng's one thread that frees things
 * waits for that message for ever: nothing is freed any more, and no nng_close() returns.
 * (nni_aio_begin() under a transport's *_recv_cb and *_send_cb; later versions finish the aio.) So
 * no large message may flow when nng closes.
 *
 * All functions are thread-safe.
 */
#ifndef FVI_SP_SP_H
#define FVI_SP_SP_H

#include <stdbool.h>
#include <stdint.h>

#include <nng/nng.h>

/** What fvi_sp_await_sent() looks at, the socket's own; to be asked for before the socket is used,
 *  as nng hands it to its threads without a lock. -1 = no descriptor is left. */
int fvi_sp_sent(nng_socket socket);

/**
 * Waits until a REQ socket writes nothing: a request of which the caller has given up goes on being
 * sent.
 *
 * @param sent  of fvi_sp_sent()
 * @return false: the peer does not read, or slowly; or nobody is connected
 */
bool fvi_sp_await_sent(int sent, uint32_t limit_ms);

/**
 * Ends the connections that came by a listener as if their peers had hung up, by shutting their
 * sockets down underneath nng: it closes such a connection where it is safe, when it reads the end.
 * In two steps, lest a reply that cannot be sent close a connection that receives: first the
 * direction of requests; then, for those who do not read their replies, both. Where /proc is not
 * mounted, nothing is done.
 */
typedef enum fvi_hang_up { FVI_HANG_UP_REQUESTS, FVI_HANG_UP_BOTH } fvi_hang_up;
void fvi_listener_hang_up(nng_listener listener, fvi_hang_up step);

/** How long connections that were hung up may take, after the first step, and after the second. */
enum { FVI_HANG_UP_STEP_MS = 100, FVI_HANG_UP_MS = 2000 };

/** How long a close may take where nothing else is said. */
enum { FVI_SP_CLOSE_MS = 5000 };

/**
 * nng_close() in a thread of its own, as it may wait for ever all the same.
 *
 * @return false: it did not return in time; the socket, and what its callbacks use, must stay
 */
bool fvi_sp_close(nng_socket socket, uint32_t limit_ms);

/**
 * Whether nng still frees what is closed in this process, seen by a socket of its own. Where it
 * does not, no connection that ends is freed any more, and only a new process helps. Each call that
 * finds so leaves a socket and a thread behind: do not ask again.
 */
bool fvi_sp_frees(uint32_t limit_ms);

#endif
