/* SPDX-License-Identifier: Apache-2.0 */
#define _DEFAULT_SOURCE
#include "base/sockets.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
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

/* Two at a time would see each other's duplicates. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void fvi_sockets_each(bool (*visit)(void *self, const fvi_open_socket *socket), void *self)
{
    bool go_on = true;
    const struct dirent *e = NULL;

    (void)pthread_mutex_lock(&lock);
    DIR *d = opendir("/proc/self/fd");
    while (d != NULL && go_on && (e = readdir(d)) != NULL) {
        fvi_open_socket s = {.own.ss_family = AF_UNSPEC, .peer.ss_family = AF_UNSPEC};
        struct sockaddr_storage at;
        socklen_t len = sizeof at;
        s.number = (int)strtol(e->d_name, NULL, 10);
        if (e->d_name[0] == '.' || getsockname(s.number, (struct sockaddr *)&at, &len) != 0)
            continue;
        s.held = fcntl(s.number, F_DUPFD_CLOEXEC, 0);
        if (s.held < 0) continue;
        go_on = !describe(&s) || visit(self, &s);
        (void)close(s.held);
    }
    if (d != NULL) (void)closedir(d);
    (void)pthread_mutex_unlock(&lock);
}

const char *fvi_socket_path(const struct sockaddr_storage *address)
{
    return address->ss_family == AF_UNIX ? ((const struct sockaddr_un *)address)->sun_path : "";
}
