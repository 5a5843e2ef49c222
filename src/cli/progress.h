/* SPDX-License-Identifier: Apache-2.0 */
/* What long commands show while they work, and how they are stopped. */
#ifndef FVI_CLI_PROGRESS_H
#define FVI_CLI_PROGRESS_H

#include <stdatomic.h>

#include "cli/cli.h"
#include "replay/images.h"

typedef struct cli_progress {
    bool terminal;    /**< standard error is one: a line that is drawn again and again */
    bool ended;       /**< this step */
    bool drawn;       /**< there is one to end */
    uint64_t next_us; /**< when to show the next */
    const char *step;
} cli_progress;

/** From now on Ctrl-C and SIGTERM set cli_progress_stop(); a second one kills. */
cli_progress cli_progress_begin(void);
void cli_progress_end(cli_progress *p);

/** Set once the user wants to stop. Static. */
const atomic_bool *cli_progress_stop(void);

/** An fvi_crew's progress; its cookie is a cli_progress. */
void cli_progress_show(void *cookie, const fvi_progress *p);

/** Draws one line over the last one; nothing where standard error is no terminal. */
void cli_progress_line(cli_progress *p, const char *text);

/** "61 images/s, 1 min 10 s left". */
void cli_progress_text(const fvi_progress *p, char *out, size_t cap);

/** The command line as it could be typed again. */
void cli_command_line(int argc, char **argv, char *out, size_t cap);

/** The figures of a summary in a few lines. */
void cli_replay_text(const json_t *summary, const char *out, FILE *to);

#endif
