/* SPDX-License-Identifier: Apache-2.0 */
#define _DEFAULT_SOURCE
#include "base/sockets.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/un.h>
#include <unistd.h>

static bool describe(fvi_open_socket *s)
{
    socklen_t len = sizeof s->own;

    if (getsockname(s->held, (struct sockaddr *)&s->own, &len) != 0) return false;
    len = sizeof s->peer;
    if (getpeername(s->held, (struct sockaddr *)&s->peer, &len) != 0)
        s->peer = (struct sockaddr_storage){.ss_family = AF_UNSPEC};
    return true;
}

void fvi_sockets_each(void (*visit)(void *self, const fvi_open_socket *socket), void *self)
{
    DIR *d = opendir("/proc/self/fd");
    const struct dirent *e = NULL;

    while (d != NULL && (e = readdir(d)) != NULL) {
        fvi_open_socket s = {.own.ss_family = AF_UNSPEC, .peer.ss_family = AF_UNSPEC};
        struct sockaddr_storage at;
        socklen_t len = sizeof at;
        s.number = (int)strtol(e->d_name, NULL, 10);
        if (e->d_name[0] == '.' || getsockname(s.number, (struct sockaddr *)&at, &len) != 0)
            continue;
        s.held = fcntl(s.number, F_DUPFD_CLOEXEC, 0);
        if (s.held < 0) continue;
        if (describe(&s)) visit(self, &s);
        (void)close(s.held);
    }
    if (d != NULL) (void)closedir(d);
}

const char *fvi_socket_path(const struct sockaddr_storage *address)
{
    return address->ss_family == AF_UNIX ? ((const struct sockaddr_un *)address)->sun_path : "";
}
