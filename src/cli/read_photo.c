/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/cli.h"

/* A file beyond this is not read at all; the engine's own limit is a setting. */
enum { FILE_MAX_MB = 512, FILE_MAX_BYTES = FILE_MAX_MB << 20 };

/* The cause comes before the path, which may be longer than what an error holds. */
static fv_status unreadable(const char *path, const char *field, fv_error *err)
{
    struct stat sb;
    char shown[CLI_PATH_CAP];
    const char *cause;

    cli_show_path(path, shown, sizeof shown);
    if (stat(path, &sb) != 0)
        cause = strerror(errno);
    else if (S_ISDIR(sb.st_mode))
        cause = "it is a folder, not a file";
    else if (!S_ISREG(sb.st_mode))
        cause = "it is a pipe or a device; save the photograph as a file first";
    else if (sb.st_size > FILE_MAX_BYTES)
        return fvi_fail_field(err, FV_E_LIMIT, field, "larger than %d MB: %s", (int)FILE_MAX_MB,
                              shown);
    else
        cause = access(path, R_OK) != 0 ? strerror(errno) : "reading failed";
    return fvi_fail_field(err, FV_E_ARG, field, "cannot be read: %s: %s", cause, shown);
}

fv_status cli_read_photo(const char *path, const char *field, uint8_t **out, size_t *len,
                         fv_error *err)
{
    fv_error why = {.code = FV_OK};
    fv_status st = fvi_file_read(path, FILE_MAX_BYTES, FV_E_ARG, out, len, &why);

    if (st == FV_E_NOMEM) return fvi_fail(err, st, "%s", why.text);
    return st == FV_OK ? FV_OK : unreadable(path, field, err);
}
