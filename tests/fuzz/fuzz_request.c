/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a request: refused with a field, or within every limit, and sent again the same. */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "wire/request.h"

enum { IMAGE_BYTES = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int holds)
{
    if (!holds) abort();
}

static void check_text(const char *text, size_t most)
{
    size_t n = strlen(text);
    must(n <= most && fvi_utf8_check((const uint8_t *)text, n) == n);
}

/* Reads every byte: what is not there is seen by the sanitizer. */
static void check_photo(fv_bytes b)
{
    volatile uint8_t sum = 0;

    must(b.len <= IMAGE_BYTES && (b.data != NULL || b.len == 0));
    for (size_t i = 0; i < b.len; i++)
        sum = (uint8_t)(sum + b.data[i]);
}

static void check_request(const fvi_wire_request *r)
{
    must(fvi_wire_is_request_id(r->request_id, strlen(r->request_id)));
    must(fvi_op_name(r->op)[0] != '\0');
    must(r->kind == FV_SELFIE || r->kind == FV_RECORD);
    must(r->locale == FV_LOCALE_ZH_CN || r->locale == FV_LOCALE_EN);
    check_text(r->channel, FVI_CHANNEL_MAX);
    check_text(r->subject_ref, FVI_REFERENCE_MAX);
    check_text(r->consent_ref, FVI_REFERENCE_MAX);
    check_text(r->birth_date, FVI_PERSON_MAX);
    check_text(r->id_number, FVI_PERSON_MAX);
    check_photo(r->selfie);
    check_photo(r->record);
}

static void check_again(const fvi_wire_request *r, const fvi_wire_limits *limits)
{
    fv_error err = {.code = FV_OK};
    fvi_wire_request again;
    uint8_t *bytes = NULL;
    uint8_t digests[2][32];
    size_t len = 0;

    must(fvi_wire_request_encode(r, &bytes, &len, &err) == FV_OK);
    must(fvi_wire_request_decode((fv_bytes){bytes, len}, limits, &again, &err) == FV_OK);
    must(fvi_wire_request_digest(r, digests[0], &err) == FV_OK);
    must(fvi_wire_request_digest(&again, digests[1], &err) == FV_OK);
    must(memcmp(digests[0], digests[1], 32) == 0 && again.deadline_ms == r->deadline_ms);
    fvi_wire_request_free(&again);
    free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const fvi_wire_limits limits = {.image_bytes = IMAGE_BYTES};
    const fv_bytes message = {data, size};
    fv_error err = {.code = FV_OK};
    fvi_wire_request request;
    fvi_wire_peek peek;

    fvi_wire_peek_request(message, &peek);
    must(peek.request_id[0] == '\0' ||
         fvi_wire_is_request_id(peek.request_id, strlen(peek.request_id)));
    const fv_status st = fvi_wire_request_decode(message, &limits, &request, &err);
    must(strcmp(request.request_id, peek.request_id) == 0 && request.op == peek.op);
    if (st != FV_OK) {
        must(err.code == st && err.field[0] != '\0' && request.owned == NULL);
        must(st == FV_E_ARG || st == FV_E_LIMIT);
        return 0;
    }
    must(request.deadline_ms == peek.deadline_ms);
    check_request(&request);
    check_again(&request, &limits);
    fvi_wire_request_free(&request);
    return 0;
}
