/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <openssl/evp.h>

#include "wire/wire.h"

typedef struct hash {
    EVP_MD_CTX *ctx;
    bool good;
} hash;

static void add(hash *h, const void *p, size_t n)
{
    if (n > 0 && EVP_DigestUpdate(h->ctx, p, n) != 1) h->good = false;
}

static void add_number(hash *h, uint64_t v)
{
    uint8_t le[8];

    for (unsigned i = 0; i < 8; i++)
        le[i] = (uint8_t)(v >> (8 * i));
    add(h, le, sizeof le);
}

/* With its length in front: "ab" "c" is not "a" "bc". */
static void add_bytes(hash *h, fv_bytes b)
{
    add_number(h, b.data != NULL);
    add_number(h, b.len);
    if (b.data != NULL) add(h, b.data, b.len);
}

static void add_text(hash *h, const char *text)
{
    add_bytes(h, (fv_bytes){(const uint8_t *)text, strlen(text)});
}

static void add_request(hash *h, const fvi_wire_request *r)
{
    add_number(h, (uint64_t)r->op);
    add_number(h, (uint64_t)r->locale);
    add_number(h, (uint64_t)r->kind);
    add_text(h, r->channel);
    add_text(h, r->subject_ref);
    add_text(h, r->consent_ref);
    add_text(h, r->birth_date);
    add_text(h, r->id_number);
    add_bytes(h, r->selfie);
    add_bytes(h, r->record);
}

fv_status fvi_wire_request_digest(const fvi_wire_request *request, uint8_t out[32], fv_error *err)
{
    uint8_t md[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    hash h = {EVP_MD_CTX_new(), true};

    fvi_error_clear(err);
    if (h.ctx == NULL) return fvi_fail(err, FV_E_NOMEM, "SHA-256");
    h.good = EVP_DigestInit_ex(h.ctx, EVP_sha256(), NULL) == 1;
    add_request(&h, request);
    if (h.good) h.good = EVP_DigestFinal_ex(h.ctx, md, &n) == 1 && n == 32;
    EVP_MD_CTX_free(h.ctx);
    if (!h.good) return fvi_fail(err, FV_E_INTERNAL, "SHA-256 is not available");
    memcpy(out, md, 32);
    return FV_OK;
}
