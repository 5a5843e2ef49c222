/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include "replay/outfile.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static fv_status cannot(const fvi_outfile *f, fv_error *err)
{
    return fvi_fail(err, FV_E_ARG, "%s: cannot be written: %s", f->path, strerror(errno));
}

fv_status fvi_outfile_open(fvi_outfile *f, const char *dir, const char *name, fv_error *err)
{
    int n = snprintf(f->path, sizeof f->path, "%s%s%s", dir == NULL ? "" : dir,
                     dir == NULL ? "" : "/", name);
    f->to = NULL;
    if (n < 0 || (size_t)n >= sizeof f->path)
        return fvi_fail(err, FV_E_ARG, "the path of a result is too long");
    (void)snprintf(f->temporary, sizeof f->temporary, "%s.part", f->path);
    f->to = fopen(f->temporary, "wb");
    return f->to == NULL ? cannot(f, err) : FV_OK;
}

fv_status fvi_outfile_commit(fvi_outfile *f, fv_error *err)
{
    bool good = fflush(f->to) == 0 && !ferror(f->to) && fsync(fileno(f->to)) == 0;
    if (!good) return cannot(f, err);
    FILE *to = f->to;
    f->to = NULL;
    if (fclose(to) != 0 || rename(f->temporary, f->path) != 0) return cannot(f, err);
    return FV_OK;
}

void fvi_outfile_drop(fvi_outfile *f)
{
    if (f->to == NULL) return;
    (void)fclose(f->to);
    (void)unlink(f->temporary);
    f->to = NULL;
}

fv_status fvi_outfile_json(const char *dir, const char *name, const json_t *doc, fv_error *err)
{
    fv_status st = FV_OK;
    fvi_outfile f = {.to = NULL};

    if (doc == NULL) return fvi_fail(err, FV_E_NOMEM, "%s", name);
    FVI_TRY(fvi_outfile_open(&f, dir, name, err));
    if (json_dumpf(doc, f.to, JSON_INDENT(2) | JSON_REAL_PRECISION(17)) != 0) {
        st = cannot(&f, err);
        goto out;
    }
    (void)fputc('\n', f.to);
    FVI_TRY(fvi_outfile_commit(&f, err));
out:
    fvi_outfile_drop(&f);
    return st;
}
