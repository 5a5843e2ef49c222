/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file status.h
 * Whether a call worked. Whether a person was recognised is never a status: it is a decision
 * (verify.h), and a refusal is an answer that comes with FV_OK.
 */
#ifndef FACEVERIFY_STATUS_H
#define FACEVERIFY_STATUS_H

#include "faceverify/export.h"

FV_BEGIN_C

/* X(NAME, number, text). Numbers go into logs and over the wire: never reuse, never renumber. */
#define FV_STATUS_LIST(X)                                                                          \
    X(OK, 0, "success")                                                                            \
    X(E_ARG, 1, "invalid request")                                                                 \
    X(E_NOMEM, 2, "out of memory")                                                                 \
    X(E_LIMIT, 11, "request exceeds a configured limit")                                           \
    X(E_MODEL, 20, "model file missing, corrupt or of the wrong version")                          \
    X(E_BACKEND, 21, "inference backend failed")                                                   \
    X(E_CONFIG, 30, "configuration missing, or a key unknown or out of range")                     \
    X(E_TIMEOUT, 40, "deadline passed")                                                            \
    X(E_INTERNAL, 99, "internal error (a defect)")

typedef enum fv_status {
#define X(name, num, text) FV_##name = num,
    FV_STATUS_LIST(X)
#undef X
} fv_status;

/**
 * Detail for whoever reads the log; programs read `code`, and `field` where it is set.
 *
 * Owned by the caller, so it survives a hop between threads. The first failure wins: later ones do
 * not overwrite it. Holds no pixels, no template, no score and no identity.
 */
typedef struct fv_error {
    fv_status code;
    char field[32]; /**< FV_E_ARG, FV_E_LIMIT: the request field at fault, else "" */
    char text[256]; /**< NUL-terminated, English, one line, UTF-8 */
} fv_error;

/** Static text for a status; never NULL, also for an unknown number. Thread-safe. */
FV_API const char *fv_status_text(fv_status code);

FV_END_C
#endif
