/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "cli/cli.h"

static fv_status failed(const cli_target *to, const char *cause, int number, fv_error *err)
{
    char shown[CLI_PATH_CAP];
    bool machine = number == ENOSPC || number == EDQUOT || number == EFBIG || number == EIO;

    cli_show_path(to->path, shown, sizeof shown);
    return fvi_fail_field(err, machine ? FV_E_INTERNAL : FV_E_ARG, to->field,
                          "cannot be written: %s: %s", cause, shown);
}

/* Renaming onto a device or a pipe would put a file in its place. */
static fv_status check_target(const cli_target *to, fv_error *err)
{
    struct stat there, not_it;

    if (stat(to->path, &there) != 0) return FV_OK;
    if (S_ISDIR(there.st_mode)) return failed(to, "it is a folder", EISDIR, err);
    if (!S_ISREG(there.st_mode)) return failed(to, "it is a pipe or a device", EINVAL, err);
    if (to->never != NULL && stat(to->never, &not_it) == 0 && not_it.st_dev == there.st_dev &&
        not_it.st_ino == there.st_ino)
        return failed(to, "it is the photograph itself", EINVAL, err);
    return FV_OK;
}

static bool write_all(int fd, fv_bytes content)
{
    for (size_t at = 0; at < content.len;) {
        ssize_t n = write(fd, content.data + at, content.len - at);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        at += (size_t)n;
    }
    return fsync(fd) == 0;
}

static fv_status write_beside(const cli_target *to, char *beside, fv_bytes content, fv_error *err)
{
    int fd = mkstemp(beside); /* mode 0600 */

    if (fd < 0) return failed(to, strerror(errno), errno, err);
    bool written = write_all(fd, content);
    int number = errno;
    if (close(fd) != 0 && written) {
        written = false;
        number = errno;
    }
    if (written && rename(beside, to->path) == 0) return FV_OK;
    if (written) number = errno;
    (void)unlink(beside);
    return failed(to, strerror(number), number, err);
}

fv_status cli_write_file(const cli_target *to, fv_bytes content, fv_error *err)
{
    static const char suffix[] = ".XXXXXX";
    sigset_t ends, before;
    size_t n = strlen(to->path);
    fv_status st = check_target(to, err);

    if (st != FV_OK) return st;
    char *beside = malloc(n + sizeof suffix);
    if (beside == NULL) return fvi_fail(err, FV_E_NOMEM, "the name of a file");
    memcpy(beside, to->path, n);
    memcpy(beside + n, suffix, sizeof suffix);
    (void)sigemptyset(&ends); /* Ctrl-C leaves nothing behind */
    (void)sigaddset(&ends, SIGINT);
    (void)sigaddset(&ends, SIGTERM);
    (void)sigaddset(&ends, SIGHUP);
    (void)sigprocmask(SIG_BLOCK, &ends, &before);
    st = write_beside(to, beside, content, err);
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    free(beside);
    return st;
}
