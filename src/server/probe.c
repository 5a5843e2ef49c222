/* SPDX-License-Identifier: Apache-2.0 */
#include "server/internal.h"

#include <stdio.h>
#include <stdlib.h>

#include <nng/protocol/reqrep0/req.h>

static int ask(nng_socket q, const char *url, fv_bytes request)
{
    nng_msg *reply = NULL;
    nng_msg *m = NULL;

    int rv = nng_dial(q, url, NULL, NNG_FLAG_NONBLOCK);
    if (rv != 0) return rv;
    rv = nng_msg_alloc(&m, 0);
    if (rv == 0) rv = nng_msg_append(m, request.data, request.len);
    if (rv == 0) rv = nng_sendmsg(q, m, 0);
    if (rv != 0) {
        nng_msg_free(m);
        return rv;
    }
    rv = nng_recvmsg(q, &reply, 0);
    if (rv == 0) nng_msg_free(reply);
    return rv;
}

bool fvi_probe(const char *url, const char *request_id, uint32_t limit_ms)
{
    fvi_wire_request info = {.op = FVI_OP_INFO,
                             .channel = "",
                             .subject_ref = "",
                             .consent_ref = "",
                             .birth_date = "",
                             .id_number = "",
                             .locale = FV_LOCALE_EN};
    nng_socket q;
    uint8_t *bytes = NULL;
    size_t len = 0;

    (void)snprintf(info.request_id, sizeof info.request_id, "%s", request_id);
    if (fvi_wire_request_encode(&info, &bytes, &len, NULL) != FV_OK) return true;
    int rv = nng_req0_open(&q);
    if (rv != 0) {
        free(bytes);
        return true;
    }
    (void)nng_socket_set_ms(q, NNG_OPT_SENDTIMEO, (nng_duration)limit_ms);
    (void)nng_socket_set_ms(q, NNG_OPT_RECVTIMEO, (nng_duration)limit_ms);
    rv = ask(q, url, (fv_bytes){bytes, len});
    (void)fvi_sp_close(q, FVI_SP_CLOSE_MS);
    free(bytes);
    return rv == 0;
}
