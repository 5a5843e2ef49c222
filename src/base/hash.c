/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"

#include <stdio.h>

#include <openssl/evp.h>

fv_status fvi_sha256_hex(const void *data, size_t n, char hex[65], fv_error *err)
{
    unsigned char md[EVP_MAX_MD_SIZE];
    unsigned int len = 0;

    if (EVP_Digest(data, n, md, &len, EVP_sha256(), NULL) != 1 || len != 32)
        return fvi_fail(err, FV_E_INTERNAL, "SHA-256 is not available");
    for (size_t i = 0; i < 32; i++)
        (void)snprintf(hex + 2 * i, 3, "%02x", md[i]);
    return FV_OK;
}
