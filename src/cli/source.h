/* SPDX-License-Identifier: Apache-2.0 */
/* Who answers: an engine in this process, or with --url a running service. */
#ifndef FVI_CLI_SOURCE_H
#define FVI_CLI_SOURCE_H

#include "cli/cli.h"
#include "client/client.h"
#include "wire/answer.h"

typedef struct cli_source cli_source;

/** --url and its certificates; its input is a cli_common. */
extern const struct argp cli_service_argp;

/** What --url and its certificates say; borrowed from c. */
fv_client_options cli_client_options(const cli_common *c);

/**
 * Loads the engine, or begins to connect.
 *
 * @param[out] versions  of the engine, as far as they are known
 */
FV_NODISCARD fv_status cli_source_open(cli_source **out, const cli_common *c, fv_versions *versions,
                                       fv_error *err);

/** NULL-safe; sets *source to NULL. */
void cli_source_close(cli_source **source);

/** The session of the engine in this process; NULL with --url. */
fv_session *cli_source_session(cli_source *source);

/**
 * Asks. a->status, a->err and a->message are set; a service's failure is a failure here, too.
 * Everything is told, also the scores, if the service tells them.
 */
void cli_source_ask(cli_source *source, fvi_op op, const fv_client_request *request, cli_answer *a);

/** The message of a measurement that was made with cli_source_session(). */
FV_NODISCARD fv_status cli_source_take_quality(const fv_quality_result *quality, fv_image kind,
                                               const cli_common *c, cli_answer *a);

/** What the message lies in; a failure's text stays. */
void cli_answer_free(cli_answer *a);

#endif
