/* SPDX-License-Identifier: Apache-2.0 */
#include "server/internal.h"

#include <stdlib.h>

#include <nng/supplemental/tls/tls.h>

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

static fv_status fill(nng_tls_config *c, const fvi_service_settings *s, char *const pem[3],
                      fv_error *err)
{
    int rv = nng_tls_config_ca_chain(c, pem[2], NULL);
    if (rv != 0) return wrong(err, "tls_ca_file", s->tls_ca_file, rv);
    rv = nng_tls_config_auth_mode(c, NNG_TLS_AUTH_MODE_REQUIRED);
    if (rv == 0) rv = nng_tls_config_own_cert(c, pem[0], pem[1], NULL);
    /* nng does not say which of the two it is */
    if (rv != 0)
        return fvi_fail(err, FV_E_CONFIG,
                        "service.tls_cert_file, tls_key_file: %s, %s: no pair of a certificate "
                        "and its key in PEM (%s)",
                        s->tls_cert_file, s->tls_key_file, nng_strerror(rv));
    return FV_OK;
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
