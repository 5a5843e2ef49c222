/* SPDX-License-Identifier: Apache-2.0 */
#define _DEFAULT_SOURCE
#include "server/process.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

static void cpu(fvi_text *text)
{
    struct rusage u;

    if (getrusage(RUSAGE_SELF, &u) != 0) return;
    uint64_t us = (uint64_t)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000u +
                  (uint64_t)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
    fvi_text_add(text,
                 "# HELP process_cpu_seconds_total Processor time, user and system.\n"
                 "# TYPE process_cpu_seconds_total counter\n"
                 "process_cpu_seconds_total %" PRIu64 ".%06" PRIu64 "\n",
                 us / 1000000u, us % 1000000u);
}

static void memory(fvi_text *text)
{
    unsigned long long size = 0;
    unsigned long long resident = 0;
    long page = sysconf(_SC_PAGESIZE);
    FILE *f = fopen("/proc/self/statm", "re");

    if (f == NULL) return;
    int n = fscanf(f, "%llu %llu", &size, &resident);
    (void)fclose(f);
    if (n != 2 || page <= 0) return;
    fvi_text_add(text,
                 "# HELP process_virtual_memory_bytes Address space in use.\n"
                 "# TYPE process_virtual_memory_bytes gauge\n"
                 "process_virtual_memory_bytes %llu\n"
                 "# HELP process_resident_memory_bytes Memory in use.\n"
                 "# TYPE process_resident_memory_bytes gauge\n"
                 "process_resident_memory_bytes %llu\n",
                 size * (unsigned long long)page, resident * (unsigned long long)page);
}

static void descriptors(fvi_text *text)
{
    struct rlimit limit;
    long n = 0;
    DIR *d = opendir("/proc/self/fd");

    if (d == NULL) return;
    for (struct dirent *e = readdir(d); e != NULL; e = readdir(d))
        n += e->d_name[0] != '.';
    (void)closedir(d);
    fvi_text_add(text,
                 "# HELP process_open_fds Open file descriptors.\n"
                 "# TYPE process_open_fds gauge\n"
                 "process_open_fds %ld\n",
                 n - 1); /* without the one that counts them */
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    fvi_text_add(text,
                 "# HELP process_max_fds File descriptors that may be open.\n"
                 "# TYPE process_max_fds gauge\n"
                 "process_max_fds %ju\n",
                 (uintmax_t)limit.rlim_cur);
}

void fvi_process_metrics(fvi_text *text, int64_t started_unix_s)
{
    cpu(text);
    memory(text);
    descriptors(text);
    fvi_text_add(text,
                 "# HELP process_start_time_seconds When the process started, since 1970 UTC.\n"
                 "# TYPE process_start_time_seconds gauge\n"
                 "process_start_time_seconds %" PRId64 "\n",
                 started_unix_s);
}
