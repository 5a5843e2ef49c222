/* SPDX-License-Identifier: Apache-2.0 */
#include "server/internal.h"

#include <stdlib.h>

#include <nng/supplemental/tls/tls.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include "base/file.h"
#include "base/memory.h"

enum { PEM_MAX = 1 << 20 };

/* A file that is text: a NUL would hide what follows it. */
static fv_status read_pem(const char *setting, const char *path, char **out, size_t *len,
                          fv_error *err)
{
    fv_status st = FV_OK;
    fv_error why = {.code = FV_OK};

    st = fvi_file_read(path, PEM_MAX, FV_E_CONFIG, (uint8_t **)out, len, &why);
    if (st == FV_OK) return FV_OK;
    return fvi_fail(err, st, "service.%s: %s", setting, why.text);
}

static fv_status wrong(fv_error *err, const char *setting, const char *path, int rv)
{
    return fvi_fail(err, FV_E_CONFIG, "service.%s: %s: cannot be used (%s)", setting, path,
                    nng_strerror(rv));
}

static int no_phrase(char *buf, int size, int writing, void *self)
{
    (void)buf;
    (void)size;
    (void)writing;
    (void)self;
    return 0; /* or OpenSSL would ask at the terminal */
}

/* mbedTLS takes any two, and fails when the first client calls. */
static fv_status check_pair(const fvi_service_settings *s, const char *cert_pem,
                            const char *key_pem, fv_error *err)
{
    fv_status st = FV_OK;
    BIO *cert_bio = BIO_new_mem_buf(cert_pem, -1);
    BIO *key_bio = BIO_new_mem_buf(key_pem, -1);
    X509 *cert = cert_bio != NULL ? PEM_read_bio_X509(cert_bio, NULL, NULL, NULL) : NULL;
    EVP_PKEY *key =
        key_bio != NULL ? PEM_read_bio_PrivateKey(key_bio, NULL, no_phrase, NULL) : NULL;

    if (cert == NULL)
        st = fvi_fail(err, FV_E_CONFIG, "service.tls_cert_file: %s: no certificate in PEM",
                      s->tls_cert_file);
    else if (key == NULL)
        st = fvi_fail(err, FV_E_CONFIG,
                      "service.tls_key_file: %s: no key in PEM, or it needs a pass phrase",
                      s->tls_key_file);
    else if (X509_check_private_key(cert, key) != 1)
        st = fvi_fail(err, FV_E_CONFIG, "service.tls_key_file: %s: is not the key of %s",
                      s->tls_key_file, s->tls_cert_file);
    else if (X509_cmp_current_time(X509_get0_notAfter(cert)) < 0)
        st = fvi_fail(err, FV_E_CONFIG, "service.tls_cert_file: %s: has expired", s->tls_cert_file);
    EVP_PKEY_free(key);
    X509_free(cert);
    BIO_free(key_bio);
    BIO_free(cert_bio);
    return st;
}

typedef struct ca_file {
    const char *setting;
    const char *path;
} ca_file;

static ca_file ca_of(const fvi_service_settings *s, fvi_caller caller)
{
    return caller == FVI_CALLER_OPS ? (ca_file){"ops_tls_ca_file", s->ops_tls_ca_file}
                                    : (ca_file){"tls_ca_file", s->tls_ca_file};
}

static fv_status fill(nng_tls_config *c, const fvi_service_settings *s, ca_file ca,
                      char *const pem[3], fv_error *err)
{
    fv_status st = check_pair(s, pem[0], pem[1], err);
    if (st != FV_OK) return st;
    int rv = nng_tls_config_ca_chain(c, pem[2], NULL);
    if (rv != 0) return wrong(err, ca.setting, ca.path, rv);
    rv = nng_tls_config_auth_mode(c, NNG_TLS_AUTH_MODE_REQUIRED);
    if (rv == 0) rv = nng_tls_config_own_cert(c, pem[0], pem[1], NULL);
    return rv == 0 ? FV_OK : wrong(err, "tls_cert_file", s->tls_cert_file, rv);
}

fv_status fvi_tls_load(const fvi_service_settings *s, fvi_caller caller, nng_tls_config **out,
                       fv_error *err)
{
    fv_status st = FV_OK;
    ca_file ca = ca_of(s, caller);
    const char *settings[] = {"tls_cert_file", "tls_key_file", ca.setting};
    const char *paths[] = {s->tls_cert_file, s->tls_key_file, ca.path};
    char *pem[3] = {NULL, NULL, NULL};
    size_t lens[3] = {0, 0, 0};
    nng_tls_config *c = NULL;

    for (int i = 0; i < 3; i++)
        FVI_TRY(read_pem(settings[i], paths[i], &pem[i], &lens[i], err));
    int rv = nng_tls_config_alloc(&c, NNG_TLS_MODE_SERVER);
    if (rv != 0) {
        st = fvi_fail(err, FV_E_BACKEND, "TLS: %s", nng_strerror(rv));
        goto out;
    }
    FVI_TRY(fill(c, s, ca, pem, err));
    *out = c;
    c = NULL;
out:
    if (c != NULL) nng_tls_config_free(c);
    for (int i = 0; i < 3; i++) {
        fvi_wipe(pem[i], lens[i]);
        free(pem[i]);
    }
    return st;
}

/* All certificates of the file, at least one. */
static fv_status read_cas(ca_file from, STACK_OF(X509) * to, fv_error *err)
{
    fv_status st = FV_OK;
    char *pem = NULL;
    size_t len = 0;
    BIO *bio = NULL;
    X509 *x = NULL;

    FVI_TRY(read_pem(from.setting, from.path, &pem, &len, err));
    bio = BIO_new_mem_buf(pem, -1);
    while (bio != NULL && (x = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL) {
        if (sk_X509_push(to, x) == 0) {
            X509_free(x);
            st = fvi_fail(err, FV_E_NOMEM, "service.%s", from.setting);
            goto out;
        }
    }
    if (sk_X509_num(to) == 0)
        st = fvi_fail(err, FV_E_CONFIG, "service.%s: %s: no certificate in PEM", from.setting,
                      from.path);
out:
    BIO_free(bio);
    free(pem);
    return st;
}

/* 1: whom `ca` signs, a service that trusts `trusted` lets in; 0: it does not; -1: no memory. The
 * clock is left aside: a certificate that has run out is renewed some day. */
static int is_trusted(X509 *ca, STACK_OF(X509) * all, STACK_OF(X509) * trusted)
{
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    int found = -1;

    for (int i = 0; i < sk_X509_num(trusted); i++) { /* renewed with its key: not the same bytes */
        if (EVP_PKEY_eq(X509_get0_pubkey(ca), X509_get0_pubkey(sk_X509_value(trusted, i))) == 1) {
            X509_STORE_CTX_free(ctx);
            return 1;
        }
    }
    if (ctx != NULL && X509_STORE_CTX_init(ctx, NULL, ca, all) == 1) {
        X509_STORE_CTX_set0_trusted_stack(ctx, trusted);
        X509_STORE_CTX_set_flags(ctx, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME);
        found = X509_verify_cert(ctx) == 1;
        if (!found && X509_STORE_CTX_get_error(ctx) == X509_V_ERR_OUT_OF_MEM) found = -1;
    }
    X509_STORE_CTX_free(ctx);
    return found;
}

fv_status fvi_tls_check_apart(const fvi_service_settings *s, fv_error *err)
{
    fv_status st = FV_OK;
    ca_file ca[FVI_CALLERS];
    STACK_OF(X509) * all[FVI_CALLERS] = {sk_X509_new_null(), sk_X509_new_null()};

    for (int role = 0; role < FVI_CALLERS; role++) {
        ca[role] = ca_of(s, (fvi_caller)role);
        if (all[role] == NULL) {
            st = fvi_fail(err, FV_E_NOMEM, "service.%s", ca[role].setting);
            goto out;
        }
        FVI_TRY(read_cas(ca[role], all[role], err));
    }
    for (int i = 0; i < sk_X509_num(all[FVI_CALLER_BINDING]); i++) {
        int found = is_trusted(sk_X509_value(all[FVI_CALLER_BINDING], i), all[FVI_CALLER_BINDING],
                               all[FVI_CALLER_OPS]);
        if (found == 0) continue;
        st = found < 0 ? fvi_fail(err, FV_E_NOMEM, "service.ops_tls_ca_file")
                       : fvi_fail(err, FV_E_CONFIG,
                                  "service.ops_tls_ca_file: %.80s: callers of service.tls_ca_file "
                                  "would come from it too; each role needs a CA of its own",
                                  s->ops_tls_ca_file);
        goto out;
    }
out:
    for (int role = 0; role < FVI_CALLERS; role++)
        sk_X509_pop_free(all[role], X509_free);
    return st;
}
