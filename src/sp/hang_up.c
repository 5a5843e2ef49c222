/* SPDX-License-Identifier: Apache-2.0 */
#define _DEFAULT_SOURCE
#include "sp/sp.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "base/sockets.h"

/* A listener at any address has connections at each. */
static bool came_by_port(const nng_sockaddr *a, const struct sockaddr_storage *b)
{
    if (a->s_family == NNG_AF_INET && b->ss_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)b;
        return a->s_in.sa_port == in->sin_port &&
               (a->s_in.sa_addr == in->sin_addr.s_addr || a->s_in.sa_addr == INADDR_ANY);
    }
    if (a->s_family == NNG_AF_INET6 && b->ss_family == AF_INET6) {
        const struct sockaddr_in6 *in = (const struct sockaddr_in6 *)b;
        return a->s_in6.sa_port == in->sin6_port &&
               (memcmp(a->s_in6.sa_addr, &in->sin6_addr, 16) == 0 ||
                memcmp(a->s_in6.sa_addr, &in6addr_any, 16) == 0);
    }
    return false;
}

static bool came_by(const nng_sockaddr *a, const struct sockaddr_storage *b)
{
    if (a->s_family == NNG_AF_IPC)
        return a->s_ipc.sa_path[0] != '\0' && strcmp(fvi_socket_path(b), a->s_ipc.sa_path) == 0;
    return came_by_port(a, b);
}

typedef struct ending {
    nng_sockaddr bound;
    int how;
} ending;

static bool end_those_of(void *self, const fvi_open_socket *s)
{
    const ending *e = self;

    if (s->peer.ss_family != AF_UNSPEC && came_by(&e->bound, &s->own))
        (void)shutdown(s->held, e->how);
    return true;
}

void fvi_listener_hang_up(nng_listener listener, fvi_hang_up step)
{
    ending e = {.how = step == FVI_HANG_UP_REQUESTS ? SHUT_RD : SHUT_RDWR};

    if (nng_listener_get_addr(listener, NNG_OPT_LOCADDR, &e.bound) == 0)
        fvi_sockets_each(end_those_of, &e);
}
