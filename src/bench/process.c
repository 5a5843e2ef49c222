/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include "bench/process.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool read_text(int pid, const char *name, char *out, size_t cap)
{
    char path[64];

    (void)snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
    FILE *f = fopen(path, "re");
    if (f == NULL) return false;
    size_t n = fread(out, 1, cap - 1, f);
    (void)fclose(f);
    out[n] = '\0';
    return n > 0;
}

bool fvi_usage_parse(const char *stat, const char *statm, fvi_usage *out)
{
    unsigned long long user = 0, system = 0, size = 0, resident = 0;
    /* after the program's name, which may hold blanks and brackets itself */
    const char *rest = strrchr(stat, ')');
    uint64_t per_s = (uint64_t)sysconf(_SC_CLK_TCK);
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);

    if (rest == NULL ||
        sscanf(rest + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu", &user,
               &system) != 2 ||
        sscanf(statm, "%llu %llu", &size, &resident) != 2)
        return false;
    out->cpu_us = (user + system) * 1000000 / per_s;
    out->resident_bytes = resident * page;
    return true;
}

fv_status fvi_usage_read(int pid, fvi_usage *out, fv_error *err)
{
    char stat[1024], statm[256];
    fvi_usage u = {0};

    if (!read_text(pid, "stat", stat, sizeof stat) ||
        !read_text(pid, "statm", statm, sizeof statm) || !fvi_usage_parse(stat, statm, &u))
        return fvi_fail_field(err, FV_E_ARG, "server_pid", "there is no process %d", pid);
    *out = u;
    return FV_OK;
}

void fvi_watch_begin(fvi_watch *w, int pid, uint64_t every_us)
{
    *w = (fvi_watch){.pid = pid, .every_us = every_us};
}

void fvi_watch_add(fvi_watch *w, const fvi_usage *u)
{
    if (w->n == 0) w->first = *u;
    w->last = *u;
    if (u->resident_bytes > w->max_resident_bytes) w->max_resident_bytes = u->resident_bytes;
    if (w->n > 0 && u->at_us - w->looks[w->n - 1].at_us < w->every_us) return;
    if (w->n == FVI_USAGES_MAX) {
        for (size_t i = 0; i < FVI_USAGES_MAX / 2; i++)
            w->looks[i] = w->looks[2 * i];
        w->n = FVI_USAGES_MAX / 2;
        w->every_us *= 2;
    }
    w->looks[w->n++] = *u;
}

void fvi_watch_look(fvi_watch *w, uint64_t at_us)
{
    fvi_usage u = {0};

    if (w->pid == 0 || w->gone) return;
    if (fvi_usage_read(w->pid, &u, NULL) != FV_OK) {
        w->gone = true;
        return;
    }
    u.at_us = at_us;
    fvi_watch_add(w, &u);
}
