/* SPDX-License-Identifier: Apache-2.0 */
/* What the sources of `faceverify bench` share. */
#ifndef FVI_CLI_BENCH_H
#define FVI_CLI_BENCH_H

#include "bench/report.h"
#include "cli/cli.h"

/** Its command line. */
typedef struct cli_bench_args {
    cli_common common; /* first: --help and the common options find it here */
    fvi_bench_plan plan;
    fvi_bench_work work;
    uint64_t server_pid; /* 0 = find it out */
    const char *pairs;
    const char *plot;
    const char *paths[2];
    unsigned n_paths;
    bool ends; /* --duration or --requests was given */
} cli_bench_args;

/** Runs, prints, and returns the exit code. */
int cli_bench_run(cli_bench_args *args);

#endif
