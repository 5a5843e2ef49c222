/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates for the tests of TLS, made when they run: none is kept that could expire. */
#ifndef FVT_CERTIFICATE_H
#define FVT_CERTIFICATE_H

#include <stdbool.h>

/**
 * Writes dir/NAME.crt, a self-signed certificate for `host` (a name; NULL = none), and
 * dir/NAME.key.
 */
bool fvt_certificate(const char *dir, const char *name, const char *host);

/** Likewise without a host, signed by dir/ISSUER.key, which was made before. */
bool fvt_certificate_by(const char *dir, const char *name, const char *issuer);

#endif
