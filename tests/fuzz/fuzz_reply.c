/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a reply to the C client: refused, or every accessor gives something. */
#include <stdlib.h>
#include <string.h>

#include "client/client.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t length(const char *text)
{
    if (text == NULL) abort();
    return strlen(text);
}

static size_t read_all(const fv_client_reply *r)
{
    fv_error err;
    fv_result result = FV_RESULT_INIT;
    fv_liveness_result liveness = FV_LIVENESS_RESULT_INIT;
    fv_quality_result quality = FV_QUALITY_RESULT_INIT;
    fv_client_service service = FV_CLIENT_SERVICE_INIT;
    fv_versions versions = FV_VERSIONS_INIT;
    size_t n = length(fv_client_reply_request_id(r)) + length(fv_client_reply_field(r)) +
               length(fv_client_reply_message(r)) + length(fv_client_reply_text(r));

    for (uint32_t i = 0; i < 20; i++)
        n += length(fv_client_reply_reason_text(r, i)) + length(fv_client_reply_remedy_text(r, i));
    int answers = (fv_client_reply_result(r, &result, &err) == FV_OK) +
                  (fv_client_reply_liveness(r, &liveness, &err) == FV_OK) +
                  (fv_client_reply_quality(r, &quality, &err) == FV_OK) +
                  (fv_client_reply_service(r, &service, &err) == FV_OK);
    if (answers > 1 || (answers == 0 && fv_client_reply_status(r) == FV_SERVICE_OK)) abort();
    if (fv_client_reply_versions(r, &versions, &err) != FV_OK) abort();
    if (result.n_reasons > FV_REASONS_MAX || quality.n_measures > FV_MEASURES_MAX) abort();
    for (uint32_t i = 0; i < quality.n_measures; i++)
        n += length(quality.measures[i].name);
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fv_error err = {.code = FV_OK};
    fv_client_reply reply = {NULL, NULL};

    if (fvi_reply_decode((fv_bytes){data, size}, &reply.decoded, &err) != FV_OK) {
        if (err.code != FV_E_BACKEND) abort();
        return 0;
    }
    reply.message = fvi_reply_message(reply.decoded);
    (void)read_all(&reply);
    fvi_reply_destroy(&reply.decoded);
    return 0;
}
