/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "verify/engine.h"

enum { PATH_CAP = 1024 };

static bool has_pack(const char *dir)
{
    char path[PATH_CAP + 16];
    int n = snprintf(path, sizeof path, "%s/pack.json", dir);
    return n > 0 && (size_t)n < sizeof path && access(path, R_OK) == 0;
}

/* The folder of the running program, without its trailing slash; "" when the kernel won't say. */
static void program_dir(char *out, size_t cap)
{
    ssize_t n = readlink("/proc/self/exe", out, cap - 1);
    out[n > 0 ? n : 0] = '\0';
    char *slash = strrchr(out, '/');
    if (slash != NULL) *slash = '\0';
}

fv_status fvi_models_dir(const char *configured, char *out, size_t cap, fv_error *err)
{
    char program[PATH_CAP];
    char dir[PATH_CAP + 64];

    if (configured[0] != '\0') {
        int n = snprintf(out, cap, "%s", configured);
        return n >= 0 && (size_t)n < cap ? FV_OK
                                         : fvi_fail(err, FV_E_CONFIG, "models.dir is too long");
    }
    program_dir(program, sizeof program);
    for (int i = 0; i < 3; i++) {
        if (i == 0) (void)snprintf(dir, sizeof dir, "%s/../models", program);
        if (i == 1) (void)snprintf(dir, sizeof dir, "%s/../share/faceverify/models", program);
        if (i == 2) (void)snprintf(dir, sizeof dir, "%s", FV_INSTALLED_MODELS);
        if (has_pack(dir) && strlen(dir) < cap) {
            (void)snprintf(out, cap, "%s", dir);
            return FV_OK;
        }
    }
    return fvi_fail(err, FV_E_MODEL,
                    "no model pack: no pack.json in ../models or ../share/faceverify/models beside "
                    "the program, nor in %s; set models.dir",
                    FV_INSTALLED_MODELS);
}
