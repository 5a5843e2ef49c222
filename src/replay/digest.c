/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/digest.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>

enum { PIECE_BYTES = 64 << 10 };

fv_status fvi_digest_file(const char *path, char hex[65], fv_error *err)
{
    fv_status st = FV_OK;
    unsigned char piece[PIECE_BYTES], sum[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    size_t n = 0;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    FILE *f = fopen(path, "rb");

    if (f == NULL) {
        st = fvi_fail(err, FV_E_ARG, "%s: %s", path, strerror(errno));
        goto out;
    }
    int good = ctx != NULL && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1;
    while (good && (n = fread(piece, 1, sizeof piece, f)) > 0)
        good = EVP_DigestUpdate(ctx, piece, n) == 1;
    good = good && !ferror(f) && EVP_DigestFinal_ex(ctx, sum, &len) == 1 && len == 32;
    if (!good) {
        st = fvi_fail(err, FV_E_INTERNAL, "%s: its SHA-256 cannot be taken", path);
        goto out;
    }
    for (size_t i = 0; i < 32; i++)
        (void)snprintf(hex + 2 * i, 3, "%02x", sum[i]);
out:
    if (f != NULL) (void)fclose(f);
    EVP_MD_CTX_free(ctx);
    return st;
}

uint64_t fvi_digest_quick(const void *data, size_t n)
{
    const uint8_t *p = data;
    uint64_t h = 0xcbf29ce484222325u;
    for (size_t i = 0; i < n; i++)
        h = (h ^ p[i]) * 0x100000001b3u;
    return h;
}
