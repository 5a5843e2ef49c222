/* SPDX-License-Identifier: Apache-2.0 */
/** The sockets that the process has open, for what nng gives no access to. */
#ifndef FVI_BASE_SOCKETS_H
#define FVI_BASE_SOCKETS_H

#include <stdbool.h>
#include <sys/socket.h>

typedef struct fvi_open_socket {
    int number; /**< may be closed, and given to another file, by now */
    int held;   /**< a duplicate, closed after the visit: certainly the socket described here */
    struct sockaddr_storage own;  /**< of AF_UNIX, the path ends with NUL */
    struct sockaddr_storage peer; /**< AF_UNSPEC: not connected; a path as that of own */
} fvi_open_socket;

/**
 * Visits each until visit() returns false; where /proc is not mounted, none. One at a time in the
 * process: visit() must not call back.
 */
void fvi_sockets_each(bool (*visit)(void *self, const fvi_open_socket *socket), void *self);

/** The path of an AF_UNIX address: "" where it has none, or is none. */
const char *fvi_socket_path(const struct sockaddr_storage *address);

#endif
