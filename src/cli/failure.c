/* SPDX-License-Identifier: Apache-2.0 */
/* What is printed where there is no answer. */
#include "cli/failure.h"

#include <string.h>

#include "wire/answer_parts.h"

Faceverify__Status cli_wire_status(fv_status st)
{
    if (st == FV_E_CONFIG) /* here the settings are part of what is asked */
        return FACEVERIFY__STATUS__INVALID_REQUEST;
    return (Faceverify__Status)fvi_answered_of(st);
}

void cli_failure_init(cli_failure *f, const cli_common *c, const cli_answer *a)
{
    fvi_part_versions(&a->versions, &f->own);
    f->status = a->message != NULL ? a->message->status : cli_wire_status(a->status);
    f->field = fvi_part_text(a->err.field);
    f->message = fvi_part_text(a->err.text[0] != '\0' ? a->err.text : fv_status_text(a->status));
    f->versions = &f->own;
    /* what a service runs is known from what it says */
    if (c->url != NULL) f->versions = a->message != NULL ? a->message->versions : NULL;
    if (a->message != NULL && a->message->message[0] != '\0') f->message = a->message->message;
}

json_t *cli_failure_json(const cli_common *c, const cli_answer *a)
{
    Faceverify__VerifyReply m = FACEVERIFY__VERIFY_REPLY__INIT;
    cli_failure f;

    cli_failure_init(&f, c, a);
    m.status = f.status;
    m.field = f.field;
    m.message = f.message;
    m.versions = f.versions;
    return cli_message_json(&m.base);
}
