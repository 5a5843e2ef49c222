/* SPDX-License-Identifier: Apache-2.0 */
#include "server/internal.h"

#include <stdlib.h>

#include <nng/supplemental/tls/tls.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

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

static fv_status fill(nng_tls_config *c, const fvi_service_settings *s, char *const pem[3],
                      fv_error *err)
{
    fv_status st = check_pair(s, pem[0], pem[1], err);
    if (st != FV_OK) return st;
    int rv = nng_tls_config_ca_chain(c, pem[2], NULL);
    if (rv != 0) return wrong(err, "tls_ca_file", s->tls_ca_file, rv);
    rv = nng_tls_config_auth_mode(c, NNG_TLS_AUTH_MODE_REQUIRED);
    if (rv == 0) rv = nng_tls_config_own_cert(c, pem[0], pem[1], NULL);
    return rv == 0 ? FV_OK : wrong(err, "tls_cert_file", s->tls_cert_file, rv);
}

fv_status fvi_tls_load(const fvi_service_settings *s, nng_tls_config **out, fv_error *err)
{
    fv_status st = FV_OK;
    const char *settings[] = {"tls_cert_file", "tls_key_file", "tls_ca_file"};
    const char *paths[] = {s->tls_cert_file, s->tls_key_file, s->tls_ca_file};
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
    FVI_TRY(fill(c, s, pem, err));
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
