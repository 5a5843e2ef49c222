/* SPDX-License-Identifier: Apache-2.0 */
#include "certificate.h"

#include <stdio.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

static bool add_extension(X509 *x, int nid, const char *value)
{
    X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
    bool good = e != NULL && X509_add_ext(x, e, -1) == 1;

    X509_EXTENSION_free(e);
    return good;
}

typedef struct issuer {
    X509 *x;
    EVP_PKEY *key;
} issuer;

static bool fill(X509 *x, EVP_PKEY *key, const char *name, const char *host, issuer by)
{
    X509_NAME *subject = X509_get_subject_name(x);
    const char *cn = host != NULL ? host : name;
    char san[128];

    if (X509_set_version(x, 2) != 1 || ASN1_INTEGER_set(X509_get_serialNumber(x), 1) != 1 ||
        X509_gmtime_adj(X509_getm_notBefore(x), -3600) == NULL ||
        X509_gmtime_adj(X509_getm_notAfter(x), 86400) == NULL || X509_set_pubkey(x, key) != 1 ||
        X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)cn, -1, -1,
                                   0) != 1 ||
        X509_set_issuer_name(x, by.x != NULL ? X509_get_subject_name(by.x) : subject) != 1)
        return false;
    if (host != NULL) {
        (void)snprintf(san, sizeof san, "DNS:%s", host);
        if (!add_extension(x, NID_subject_alt_name, san)) return false;
    }
    return add_extension(x, NID_basic_constraints, "critical,CA:TRUE") &&
           X509_sign(x, by.x != NULL ? by.key : key, EVP_sha256()) > 0;
}

static FILE *open_file(const char *dir, const char *name, const char *suffix, const char *mode)
{
    char path[512];
    (void)snprintf(path, sizeof path, "%s/%s.%s", dir, name, suffix);
    return fopen(path, mode);
}

static bool make(const char *dir, const char *name, const char *host, issuer by)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *x = X509_new();
    FILE *crt = open_file(dir, name, "crt", "w");
    FILE *pem = open_file(dir, name, "key", "w");

    bool good = key != NULL && x != NULL && crt != NULL && pem != NULL &&
                fill(x, key, name, host, by) && PEM_write_X509(crt, x) == 1 &&
                PEM_write_PrivateKey(pem, key, NULL, NULL, 0, NULL, NULL) == 1;
    if (crt != NULL && fclose(crt) != 0) good = false;
    if (pem != NULL && fclose(pem) != 0) good = false;
    X509_free(x);
    EVP_PKEY_free(key);
    return good;
}

bool fvt_certificate(const char *dir, const char *name, const char *host)
{
    return make(dir, name, host, (issuer){NULL, NULL});
}

bool fvt_certificate_by(const char *dir, const char *name, const char *of)
{
    FILE *crt = open_file(dir, of, "crt", "r");
    FILE *pem = open_file(dir, of, "key", "r");
    issuer by = {crt != NULL ? PEM_read_X509(crt, NULL, NULL, NULL) : NULL,
                 pem != NULL ? PEM_read_PrivateKey(pem, NULL, NULL, NULL) : NULL};
    bool good = by.x != NULL && by.key != NULL && make(dir, name, NULL, by);

    X509_free(by.x);
    EVP_PKEY_free(by.key);
    if (crt != NULL) (void)fclose(crt);
    if (pem != NULL) (void)fclose(pem);
    return good;
}
