/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FVI_CLI_FAILURE_H
#define FVI_CLI_FAILURE_H

#include "cli/reply.h"

/** What the messages of all operations say of a failure. */
typedef struct cli_failure {
    Faceverify__Status status;
    char *field, *message;
    Faceverify__Versions *versions; /**< NULL: not known */
    Faceverify__Versions own;
} cli_failure;

/** *f points into a and itself. */
void cli_failure_init(cli_failure *f, const cli_common *c, const cli_answer *a);

/** As a VerifyReply; NULL: out of memory. */
json_t *cli_failure_json(const cli_common *c, const cli_answer *a);

#endif
