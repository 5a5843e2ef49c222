/* SPDX-License-Identifier: Apache-2.0 */
#include "responder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <nng/protocol/reqrep0/rep.h>
#include <nng/supplemental/tls/tls.h>

#include "sp/sp.h"

static void serve(fvt_responder *r, nng_msg *m)
{
    const fvi_wire_limits limits = {.image_bytes = 1 << 24};
    fv_error err = {.code = FV_OK};
    fvi_wire_request request;
    uint8_t *data = NULL;
    size_t len = 0;
    nng_msg *back = NULL;

    const fv_bytes bytes = {nng_msg_body(m), nng_msg_len(m)};
    if (fvi_wire_request_decode(bytes, &limits, &request, &err) != FV_OK) return;
    unsigned n = atomic_load(&r->requests);
    if (n < FVT_SEEN_MAX) {
        memcpy(r->ids[n], request.request_id, sizeof r->ids[n]);
        r->deadlines[n] = request.deadline_ms;
    }
    atomic_store(&r->requests, n + 1);
    if (r->answer(r, &request, &data, &len) && nng_msg_alloc(&back, len) == 0) {
        if (len > 0) memcpy(nng_msg_body(back), data, len);
        if (nng_sendmsg(r->socket, back, 0) != 0) nng_msg_free(back);
    }
    free(data);
    fvi_wire_request_free(&request);
}

static void *run(void *self)
{
    fvt_responder *r = self;
    nng_msg *m = NULL;

    while (nng_recvmsg(r->socket, &m, 0) == 0) {
        serve(r, m);
        nng_msg_free(m);
    }
    return NULL;
}

static bool set_tls(const fvt_responder *r, nng_listener listener)
{
    char path[2][512];
    char both[8192];
    size_t n = 0;
    nng_tls_config *config = NULL;

    if (nng_tls_config_alloc(&config, NNG_TLS_MODE_SERVER) != 0) return false;
    (void)snprintf(path[0], sizeof path[0], "%s/both.pem", r->tls_dir);
    FILE *to = fopen(path[0], "w");
    for (int i = 0; to != NULL && i < 2; i++) { /* nng wants them in one file */
        (void)snprintf(path[1], sizeof path[1], "%s/service.%s", r->tls_dir, i ? "key" : "crt");
        FILE *from = fopen(path[1], "r");
        if (from == NULL) break;
        n = fread(both, 1, sizeof both, from);
        (void)fclose(from);
        (void)fwrite(both, 1, n, to);
    }
    bool good =
        to != NULL && fclose(to) == 0 && nng_tls_config_cert_key_file(config, path[0], NULL) == 0;
    if (good && r->tls_asks) {
        (void)snprintf(path[1], sizeof path[1], "%s/client.crt", r->tls_dir);
        good = nng_tls_config_ca_file(config, path[1]) == 0 &&
               nng_tls_config_auth_mode(config, NNG_TLS_AUTH_MODE_REQUIRED) == 0;
    }
    good = good && nng_listener_set_ptr(listener, NNG_OPT_TLS_CONFIG, config) == 0;
    nng_tls_config_free(config);
    return good;
}

static bool listen_at(fvt_responder *r, char *url, size_t cap)
{
    nng_listener listener;
    size_t n = strlen(url);

    if (nng_listener_create(&listener, r->socket, url) != 0) return false;
    if (r->tls_dir != NULL && !set_tls(r, listener)) return false;
    if (nng_listener_start(listener, 0) != 0) return false;
    if (n < 2 || strcmp(url + n - 2, ":0") != 0) return true;
    int port = 0;
    if (nng_listener_get_int(listener, NNG_OPT_TCP_BOUND_PORT, &port) != 0) {
        nng_sockaddr at;
        if (nng_listener_get_addr(listener, NNG_OPT_LOCADDR, &at) != 0) return false;
        const uint8_t *p = (const uint8_t *)&at.s_in.sa_port;
        port = p[0] << 8 | p[1];
    }
    (void)snprintf(url + n - 1, cap - n + 1, "%d", port);
    return port > 0;
}

bool fvt_responder_start(fvt_responder *r, char *url, size_t cap)
{
    atomic_init(&r->requests, 0);
    if (nng_rep0_open(&r->socket) != 0) return false;
    if (listen_at(r, url, cap) && pthread_create(&r->thread, NULL, run, r) == 0) return true;
    (void)nng_close(r->socket);
    return false;
}

void fvt_responder_stop(fvt_responder *r)
{
    (void)fvi_sp_close(r->socket, FVI_SP_CLOSE_MS);
    (void)pthread_join(r->thread, NULL);
}

bool fvt_reply(const fvi_wire_request *request, const fvi_wire_reply *like, uint8_t **data,
               size_t *len)
{
    fvi_wire_reply reply = *like;
    fv_error err = {.code = FV_OK};

    reply.request_id = request->request_id;
    if (reply.status == FVI_ANSWERED_OK) reply.op = request->op;
    return fvi_wire_reply_encode(&reply, data, len, &err) == FV_OK;
}
