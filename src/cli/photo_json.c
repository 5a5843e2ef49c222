/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/failure.h"
#include "cli/photos.h"

static json_t *quality_failure(const cli_failure *f, cli_photo *photo)
{
    Faceverify__QualityReply m = FACEVERIFY__QUALITY_REPLY__INIT;

    m.status = f->status;
    m.field = f->field;
    m.message = f->message;
    m.image = photo->image;
    m.kind = (Faceverify__Image)photo->kind;
    m.versions = f->versions;
    return cli_message_json(&m.base);
}

static json_t *liveness_failure(const cli_failure *f, cli_photo *photo)
{
    Faceverify__LivenessReply m = FACEVERIFY__LIVENESS_REPLY__INIT;

    m.status = f->status;
    m.field = f->field;
    m.message = f->message;
    m.image = photo->image;
    m.versions = f->versions;
    return cli_message_json(&m.base);
}

json_t *cli_photo_json(const cli_photos *photos, cli_photo *photo)
{
    const cli_answer *a = &photo->answer;
    const bool quality = photos->op == FVI_OP_QUALITY;
    cli_failure f;

    if (a->status == FV_OK)
        return quality ? cli_message_json(&a->message->quality->base)
                       : cli_message_json(&a->message->liveness->base);
    cli_failure_init(&f, photos->common, a);
    return quality ? quality_failure(&f, photo) : liveness_failure(&f, photo);
}
