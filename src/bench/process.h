/* SPDX-License-Identifier: Apache-2.0 */
/* CPU time and resident memory of a process while it is under load, from /proc. */
#ifndef FVI_BENCH_PROCESS_H
#define FVI_BENCH_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/** One look. */
typedef struct fvi_usage {
    uint64_t at_us;  /**< since the run began */
    uint64_t cpu_us; /**< user and system time of all threads, since the process began */
    uint64_t resident_bytes;
} fvi_usage;

enum { FVI_USAGES_MAX = 256 };

/**
 * What was seen: evenly spread over the run, however long it is. Where the room is full, every
 * other look is dropped and the distance doubles. first, last and max count all looks.
 */
typedef struct fvi_watch {
    int pid;   /**< 0 = nobody is watched, everything else is 0 */
    bool gone; /**< it ended meanwhile */
    fvi_usage first, last;
    uint64_t max_resident_bytes;
    uint64_t every_us; /**< the distance of `looks` */
    size_t n;
    fvi_usage looks[FVI_USAGES_MAX];
} fvi_watch;

/** @return FV_OK, or FV_E_ARG (field "server_pid"): there is no such process */
FV_NODISCARD fv_status fvi_usage_read(int pid, fvi_usage *out, fv_error *err);

/** The text of /proc/PID/stat and statm. False: it is something else. */
bool fvi_usage_parse(const char *stat, const char *statm, fvi_usage *out);

void fvi_watch_begin(fvi_watch *w, int pid, uint64_t every_us);
void fvi_watch_add(fvi_watch *w, const fvi_usage *usage);

/** Looks, and adds what is seen. Once the process has ended this does nothing. */
void fvi_watch_look(fvi_watch *w, uint64_t at_us);

#endif
