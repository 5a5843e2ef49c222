/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static fv_status read_all(int fd, uint8_t *p, size_t n, size_t *got)
{
    *got = 0;
    while (*got < n) {
        ssize_t r = read(fd, p + *got, n - *got);
        if (r < 0 && errno == EINTR) continue;
        if (r < 0) return FV_E_INTERNAL;
        if (r == 0) break;
        *got += (size_t)r;
    }
    return FV_OK;
}

/* lint: parameters, a buffer and its length are one thing */
fv_status fvi_file_read(const char *path, size_t max_bytes, fv_status code, uint8_t **out,
                        size_t *len, fv_error *err)
{
    fv_status st = FV_OK;
    uint8_t *p = NULL;
    struct stat sb = {0};
    size_t n = 0;
    size_t got = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO must not block the open */

    if (fd < 0 || fstat(fd, &sb) != 0) {
        st = fvi_fail(err, code, "%s: %s", path, strerror(errno));
        goto out;
    }
    if (!S_ISREG(sb.st_mode)) {
        st = fvi_fail(err, code, "%s: not a regular file", path);
        goto out;
    }
    n = (size_t)sb.st_size;
    if (n > max_bytes) {
        st = fvi_fail(err, code, "%s: %zu bytes; at most %zu are read", path, n, max_bytes);
        goto out;
    }
    p = malloc(n + 1);
    if (p == NULL) {
        st = fvi_fail(err, FV_E_NOMEM, "%s: %zu bytes", path, n);
        goto out;
    }
    if (read_all(fd, p, n, &got) != FV_OK) {
        st = fvi_fail(err, code, "%s: %s", path, strerror(errno));
        goto out;
    }
    p[got] = 0;
    *out = p;
    *len = got;
    p = NULL;
out:
    free(p);
    if (fd >= 0) (void)close(fd);
    return st;
}
