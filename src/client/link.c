/* SPDX-License-Identifier: Apache-2.0 */
#include "client/link.h"

#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <nng/protocol/reqrep0/req.h>
#include <nng/supplemental/tls/tls.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/sync.h"
#include "sp/sp.h"

/* nng re-sends a request that has no reply after RESEND_MS, and at once on a new connection when
 * the old one is lost. One request id is answered once, so that both are safe; the time is beyond
 * every deadline, lest a busy service be sent the photographs again. */
enum {
    RESEND_MS = 600 * 1000,
    RECONNECT_MIN_MS = 20,
    RECONNECT_MAX_MS = 1000,
    REPLY_BYTES_MAX = 1 << 20,
    /* Beyond it nng closes the connection, and sends the request again on a new one; 1.5.2 can then
     * hang when it closes. So what is merely too large is refused once it is there. */
    MESSAGE_BYTES_MAX = 16 << 20,
    PEM_BYTES_MAX = 1 << 20,
    URL_CAP = 512,
    SENT_MS = 2000,
};

struct fvi_link {
    nng_socket socket;
    nng_dialer dialer;
    int sent; /* of fvi_sp_sent() */
    bool open;
    size_t reply_bytes_max;
    char url[URL_CAP];
    pthread_mutex_t lock;
    pthread_cond_t change;
    int pipes; /* under lock, as all below; ADD_PRE and REM_POST come in pairs, ADD_POST does not */
    int peer_pid;
    bool started; /* the dialer */
};

fv_status fvi_nng_fail(fv_error *err, int rv, const char *what)
{
    switch (rv) {
    case NNG_ENOMEM:
        return fvi_fail(err, FV_E_NOMEM, "%s", what);
    case NNG_ETIMEDOUT:
        return fvi_fail(err, FV_E_TIMEOUT, "%s: no reply in time", what);
    default: /* not nng_strerror(): it formats unknown numbers into memory that threads share */
        return fvi_fail(err, FV_E_BACKEND, "%s: nng error %d%s%s", what, rv,
                        rv < NNG_EINTERNAL ? ": " : "", rv < NNG_EINTERNAL ? nng_strerror(rv) : "");
    }
}

static void on_pipe(nng_pipe pipe, nng_pipe_ev event, void *self)
{
    fvi_link *link = self;

    uint64_t pid = 0;

    if (nng_pipe_get_uint64(pipe, NNG_OPT_IPC_PEER_PID, &pid) != 0 || pid > INT_MAX) pid = 0;
    (void)pthread_mutex_lock(&link->lock);
    if (event == NNG_PIPE_EV_ADD_PRE) link->pipes++;
    if (event == NNG_PIPE_EV_ADD_PRE) link->peer_pid = (int)pid;
    if (event == NNG_PIPE_EV_REM_POST) link->pipes--;
    (void)pthread_cond_broadcast(&link->change);
    (void)pthread_mutex_unlock(&link->lock);
}

/* Not under the lock, which on_pipe() takes under locks of nng. */
static int start_once(fvi_link *link)
{
    (void)pthread_mutex_lock(&link->lock);
    const bool first = !link->started;
    link->started = true;
    (void)pthread_mutex_unlock(&link->lock);
    return first ? nng_dialer_start(link->dialer, NNG_FLAG_NONBLOCK) : 0;
}

bool fvi_link_connected(fvi_link *link, uint32_t wait_ms)
{
    uint64_t until = fvi_clock_us() + 1000u * (uint64_t)wait_ms;
    bool in_time = true;

    if (start_once(link) != 0) return false;
    (void)pthread_mutex_lock(&link->lock);
    while (link->pipes == 0 && in_time)
        in_time = fvi_cond_wait_until(&link->change, &link->lock, until);
    bool connected = link->pipes > 0;
    (void)pthread_mutex_unlock(&link->lock);
    return connected;
}

static bool starts(const char *s, const char *with)
{
    return strncmp(s, with, strlen(with)) == 0;
}

static fv_status check_url(const fvi_link_options *o, fv_error *err)
{
    const bool tls = o->url != NULL && starts(o->url, "tls+tcp://");

    if (o->url == NULL || (!tls && !starts(o->url, "ipc://") && !starts(o->url, "tcp://")))
        return fvi_fail_field(err, FV_E_ARG, "url", "must begin with ipc://, tcp:// or tls+tcp://");
    if (strlen(o->url) >= URL_CAP)
        return fvi_fail_field(err, FV_E_ARG, "url", "longer than %d bytes", (int)URL_CAP - 1);
    if (tls && o->tls_ca_file == NULL)
        return fvi_fail_field(err, FV_E_ARG, "tls_ca_file",
                              "needed: without it anybody could be the service");
    if (!tls && (o->tls_ca_file != NULL || o->tls_cert_file != NULL || o->tls_key_file != NULL))
        return fvi_fail_field(err, FV_E_ARG, "url", "must be tls+tcp:// to use certificates");
    if ((o->tls_cert_file == NULL) != (o->tls_key_file == NULL))
        return fvi_fail_field(err, FV_E_ARG,
                              o->tls_key_file == NULL ? "tls_key_file" : "tls_cert_file",
                              "a certificate and its key belong together");
    return FV_OK;
}

/* tls+tcp://HOST:PORT; an address in brackets loses them. */
static void host_of(const char *url, char host[URL_CAP])
{
    const char *from = strstr(url, "://") + 3;
    const char *end = strrchr(from, ':');

    if (from[0] == '[' && strchr(from, ']') != NULL) {
        from++;
        end = strchr(from, ']');
    }
    if (end == NULL) end = from + strlen(from);
    memcpy(host, from, (size_t)(end - from));
    host[end - from] = '\0';
}

static fv_status read_pem(const char *path, const char *field, char **out, size_t *len,
                          fv_error *err)
{
    fv_error why = {.code = FV_OK};
    uint8_t *data = NULL;
    fv_status st = fvi_file_read(path, PEM_BYTES_MAX, FV_E_ARG, &data, len, &why);

    if (st != FV_OK) return fvi_fail_field(err, st, field, "%s", why.text);
    *out = (char *)data; /* a NUL follows the last byte */
    return FV_OK;
}

static fv_status set_own_cert(nng_tls_config *config, const fvi_link_options *o, fv_error *err)
{
    fv_status st = FV_OK;
    char *cert = NULL, *key = NULL;
    size_t cert_len = 0, key_len = 0;

    FVI_TRY(read_pem(o->tls_cert_file, "tls_cert_file", &cert, &cert_len, err));
    FVI_TRY(read_pem(o->tls_key_file, "tls_key_file", &key, &key_len, err));
    if (nng_tls_config_own_cert(config, cert, key, NULL) != 0)
        st = fvi_fail_field(err, FV_E_ARG, "tls_cert_file",
                            "is no certificate in PEM, or not the key's");
out:
    if (key != NULL) fvi_wipe(key, key_len);
    free(key);
    free(cert);
    return st;
}

static fv_status set_ca(nng_tls_config *config, const fvi_link_options *o, fv_error *err)
{
    fv_status st = FV_OK;
    char *ca = NULL;
    size_t len = 0;

    FVI_TRY(read_pem(o->tls_ca_file, "tls_ca_file", &ca, &len, err));
    if (nng_tls_config_ca_chain(config, ca, NULL) != 0)
        st = fvi_fail_field(err, FV_E_ARG, "tls_ca_file", "holds no certificate in PEM");
out:
    free(ca);
    return st;
}

static fv_status set_tls(nng_dialer dialer, const fvi_link_options *o, fv_error *err)
{
    fv_status st = FV_OK;
    nng_tls_config *config = NULL;
    char host[URL_CAP];

    host_of(o->url, host);
    int rv = nng_tls_config_alloc(&config, NNG_TLS_MODE_CLIENT);
    if (rv == 0) rv = nng_tls_config_auth_mode(config, NNG_TLS_AUTH_MODE_REQUIRED);
    if (rv == 0) rv = nng_tls_config_server_name(config, host);
    if (rv != 0) {
        st = fvi_nng_fail(err, rv, "TLS");
        goto out;
    }
    FVI_TRY(set_ca(config, o, err));
    if (o->tls_cert_file != NULL) FVI_TRY(set_own_cert(config, o, err));
    rv = nng_dialer_set_ptr(dialer, NNG_OPT_TLS_CONFIG, config);
    if (rv != 0) st = fvi_nng_fail(err, rv, "TLS");
out:
    if (config != NULL) nng_tls_config_free(config);
    return st;
}

static int set_options(nng_socket s, size_t reply_bytes_max)
{
    int rv = nng_socket_set_size(s, NNG_OPT_RECVMAXSZ,
                                 reply_bytes_max > MESSAGE_BYTES_MAX ? reply_bytes_max
                                                                     : MESSAGE_BYTES_MAX);

    if (rv == 0) rv = nng_socket_set_ms(s, NNG_OPT_REQ_RESENDTIME, RESEND_MS);
    if (rv == 0) rv = nng_socket_set_ms(s, NNG_OPT_RECONNMINT, RECONNECT_MIN_MS);
    if (rv == 0) rv = nng_socket_set_ms(s, NNG_OPT_RECONNMAXT, RECONNECT_MAX_MS);
    return rv;
}

static fv_status dial(fvi_link *link, const fvi_link_options *o, fv_error *err)
{
    int rv = nng_req0_open(&link->socket);

    if (rv != 0) return fvi_nng_fail(err, rv, "socket");
    link->open = true;
    link->sent = fvi_sp_sent(link->socket);
    rv = set_options(link->socket, link->reply_bytes_max);
    if (rv == 0) rv = nng_pipe_notify(link->socket, NNG_PIPE_EV_ADD_PRE, on_pipe, link);
    if (rv == 0) rv = nng_pipe_notify(link->socket, NNG_PIPE_EV_REM_POST, on_pipe, link);
    if (rv != 0) return fvi_nng_fail(err, rv, "socket");
    rv = nng_dialer_create(&link->dialer, link->socket, link->url);
    if (rv == NNG_ENOMEM) return fvi_nng_fail(err, rv, "dialer");
    if (rv != 0) return fvi_fail_field(err, FV_E_ARG, "url", "cannot be used: %s", link->url);
    if (starts(link->url, "tls+tcp://")) {
        fv_status st = set_tls(link->dialer, o, err);
        if (st != FV_OK) return st;
    }
    rv = o->later ? 0 : start_once(link);
    return rv == 0 ? FV_OK : fvi_nng_fail(err, rv, "dialer");
}

fv_status fvi_link_open(fvi_link **out, const fvi_link_options *options, fv_error *err)
{
    fv_status st = FV_OK;
    fvi_link *link = NULL;

    fvi_error_clear(err);
    st = check_url(options, err);
    if (st != FV_OK) return st;
    link = calloc(1, sizeof *link);
    if (link == NULL) return fvi_fail(err, FV_E_NOMEM, "a connection");
    fvi_sync_init(&link->lock, &link->change);
    memcpy(link->url, options->url, strlen(options->url) + 1);
    link->reply_bytes_max =
        options->reply_bytes_max > 0 ? options->reply_bytes_max : REPLY_BYTES_MAX;
    st = dial(link, options, err);
    if (st == FV_OK) {
        *out = link;
        link = NULL;
    }
    fvi_link_close(&link);
    return st;
}

/* nng closes well only what no large message flows on: sp/sp.h. */
static bool close_socket(fvi_link *l)
{
    (void)pthread_mutex_lock(&l->lock);
    bool connected = l->pipes > 0;
    (void)pthread_mutex_unlock(&l->lock);
    if (connected) (void)fvi_sp_await_sent(l->sent, SENT_MS);
    return fvi_sp_close(l->socket, FVI_SP_CLOSE_MS);
}

void fvi_link_close(fvi_link **link)
{
    fvi_link *l = *link;

    if (l == NULL) return;
    *link = NULL;
    if (l->open && !close_socket(l)) return; /* nng may still call on_pipe() */
    (void)pthread_cond_destroy(&l->change);
    (void)pthread_mutex_destroy(&l->lock);
    free(l);
}

int fvi_link_peer_pid(fvi_link *link)
{
    (void)pthread_mutex_lock(&link->lock);
    int pid = link->peer_pid;
    (void)pthread_mutex_unlock(&link->lock);
    return pid;
}

const char *fvi_link_url(const fvi_link *link)
{
    return link->url;
}

size_t fvi_link_reply_bytes_max(const fvi_link *link)
{
    return link->reply_bytes_max;
}

nng_socket fvi_link_socket(const fvi_link *link)
{
    return link->socket;
}
