/* SPDX-License-Identifier: Apache-2.0 */
/* Loaded before the program's libraries: nng_close() does not return once the file that $FV_HANG
 * names is there, as nng 1.5.2's own may do (src/sp/sp.h). */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

#include <nng/nng.h>

#pragma GCC visibility push(default)
int nng_close(nng_socket socket)
{
    const char *when = getenv("FV_HANG");
    int (*real)(nng_socket) = NULL;

    while (when != NULL && access(when, F_OK) == 0)
        (void)pause();
    *(void **)&real = dlsym(RTLD_NEXT, "nng_close");
    return real(socket);
}
#pragma GCC visibility pop
